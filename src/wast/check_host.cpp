// A host that decodes and validates, and executes nothing: proof of decoder, validator and text
// parser by themselves.
#include "binary/decoder.hpp"
#include "validate/module_validator.hpp"
#include "wast/host.hpp"

namespace weft::wast {
namespace {

FailureKind kind_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed: return FailureKind::malformed;
    case ErrorCode::invalid: return FailureKind::invalid;
    case ErrorCode::unsupported: return FailureKind::unsupported;
    default: return FailureKind::other;
  }
}

std::unexpected<Failure> failure(const Error& error) {
  return std::unexpected(Failure{kind_of(error.code), error.message});
}
std::unexpected<Failure> no_execution() {
  return std::unexpected(Failure{FailureKind::unsupported, "modules are only checked"});
}

class CheckHost final : public ScriptHost {
 public:
  explicit CheckHost(wasm::FeatureSet features) : features_(features) {}
  bool executes() const override { return false; }

  Outcome<ModuleId> compile(std::span<const std::byte> bytes) override {
    const auto module = binary::decode_module(bytes, features_);
    if (!module) return failure(module.error());
    if (const auto valid = validate::validate_module(**module, features_); !valid)
      return failure(valid.error());
    return 0;
  }
  Outcome<InstanceId> instantiate(ModuleId) override { return no_execution(); }
  void register_instance(std::string_view, InstanceId) override {}
  Outcome<std::vector<Value>> invoke(InstanceId, std::string_view,
                                     std::span<const Value>) override {
    return no_execution();
  }
  Outcome<Value> global(InstanceId, std::string_view) override { return no_execution(); }

 private:
  wasm::FeatureSet features_;
};

}  // namespace

std::unique_ptr<ScriptHost> make_check_host(wasm::FeatureSet features) {
  return std::make_unique<CheckHost>(features);
}

}  // namespace weft::wast
