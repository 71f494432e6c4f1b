#include "engine/tiers.hpp"

#include <memory>
#include <mutex>

#include "interp/code_map.hpp"
#include "interp/enter.hpp"

namespace weft::engine {

namespace {

/// The interpreter's code of one module, in two forms: for guarded memories, and with explicit
/// checks. The second is made when the first instance needs it, which with guards is only where the
/// system has no addresses left.
class InterpCode {
 public:
  InterpCode(std::shared_ptr<const binary::Module> module, const interp::Options& options)
      : module_(std::move(module)), options_(options) {
    const bool guards = !options_.checked;
    if (guards) guarded_ = std::make_unique<interp::ModuleCode>(module_, options_);
    options_.checked = true;
    if (!guards) checked_ = std::make_unique<interp::ModuleCode>(module_, options_);
  }

  interp::ModuleCode& first() { return guarded_ ? *guarded_ : *checked_; }

  runtime::TierCode guarded_code() { return interp::tier_code(first()); }
  runtime::TierCode checked_code() {
    if (!guarded_) return interp::tier_code(*checked_);
    runtime::TierCode code = interp::tier_code(*guarded_);
    code.env = this;
    code.code = [](void* env, wasm::FuncIdx func) -> void* {
      return static_cast<InterpCode*>(env)->checked().function(func);
    };
    return code;
  }

 private:
  interp::ModuleCode& checked() {
    std::call_once(once_,
                   [this] { checked_ = std::make_unique<interp::ModuleCode>(module_, options_); });
    return *checked_;
  }

  std::shared_ptr<const binary::Module> module_;
  interp::Options options_;
  std::unique_ptr<interp::ModuleCode> guarded_;
  std::once_flag once_;
  std::unique_ptr<interp::ModuleCode> checked_;
};

}  // namespace

Result<> attach_tiers(runtime::EngineState& state) {
  interp::install(state);
  return {};
}

Result<> attach_code(runtime::ModuleInfo& info, const Config& config) {
  interp::Options options;
  options.checked = !(config.signals && config.guard_pages);
  options.fuel = config.fuel;
  options.epochs = config.epochs;
  options.validate = config.translation == Translation::deferred;
  options.canonical_nans = config.canonical_nans;
  options.native_relaxed = !config.relaxed_simd_deterministic;
  options.features = config.features;
  options.memory_check = config.memory_check;
  if (config.memory_check) options.fusion = false;  // an access must not become part of another
  auto code = std::make_shared<InterpCode>(info.module, options);
  if (config.translation == Translation::eager) WEFT_TRY(code->first().translate_all());
  info.guarded = code->guarded_code();
  info.checked = code->checked_code();
  info.tier_owner = std::move(code);
  return {};
}

}  // namespace weft::engine
