// Config, Engine and Module: what is shared by all threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/result.hpp"
#include "weft/types.hpp"

namespace weft {
inline namespace v0 {

/// Options of an engine. Names and defaults: src/engine/config.def, src/wasm/features.def.
class Config {
 public:
  Config() : config_(weft_config_new()) {}
  /// Unknown names and values out of range are remembered and refused by Engine::make.
  Config& set(const char* option, uint64_t value) {
    return keep(weft_config_set(config_.get(), option, value));
  }
  /// A proposal by name, as in src/wasm/features.def ("simd", "memory64"...).
  Config& feature(const char* name, bool on) {
    return keep(weft_config_feature(config_.get(), name, on));
  }
  /// Guest code burns fuel (Store::set_fuel) and traps when it has none left.
  Config& fuel(bool on = true) { return set("fuel", on ? 1 : 0); }
  /// Guest code looks at the engine's epoch at function entries and loops (Store::set_deadline).
  Config& epochs(bool on = true) { return set("epochs", on ? 1 : 0); }
  /// Instances, memories, tables, stacks and heaps of references come from a pool of fixed slots;
  /// start from weft_pool_config_init.
  Config& pool(const weft_pool_config_t& pool) {
    return keep(weft_config_pool(config_.get(), &pool));
  }

 private:
  friend class Engine;
  Config& keep(weft_error_t* error) {
    if (error != nullptr && !error_) {
      error_ = std::make_unique<Error>(error);
    } else if (error != nullptr) {
      weft_error_delete(error);
    }
    return *this;
  }
  std::unique_ptr<weft_config_t, detail::Deleter<weft_config_delete>> config_;
  std::unique_ptr<Error> error_;
};

/// Compiled code and types live here. Shared: any thread may use it at any time.
class Engine {
 public:
  /// Errors: bad_config; io if signal handlers cannot be installed.
  static Result<Engine> make(Config config = {}) {
    if (config.error_) return std::move(*config.error_);
    weft_engine_t* engine = nullptr;
    if (weft_error_t* e = weft_engine_new(config.config_.release(), &engine)) return Error(e);
    return Engine(engine);
  }
  /// The epoch is one more. Any thread, and from a signal handler.
  void increment_epoch() const { weft_engine_increment_epoch(engine_.get()); }
  /// Slots of the pool that are in use at this moment; nothing if there is no pool.
  std::optional<weft_pool_metrics_t> pool_metrics() const {
    weft_pool_metrics_t out{};
    if (!weft_engine_pool_metrics(engine_.get(), &out)) return std::nullopt;
    return out;
  }
  /// The C engine.
  weft_engine_t* c_api() const { return engine_.get(); }

 private:
  explicit Engine(weft_engine_t* e) : engine_(e) {}
  std::unique_ptr<weft_engine_t, detail::Deleter<weft_engine_delete>> engine_;
};

/// A validated module. Copies are cheap and share it; any thread may use it at any time.
class Module {
 public:
  /// Bytes done of bytes to do.
  using Progress = std::function<void(uint64_t done, uint64_t total)>;

  /// From binary or text.
  static Result<Module> compile(const Engine& engine, std::span<const uint8_t> bytes,
                                const Progress& progress = {}) {
    weft_module_t* module = nullptr;
    if (weft_error_t* e = weft_module_new_progress(engine.c_api(), bytes.data(), bytes.size(),
                                                   progress ? report : nullptr,
                                                   const_cast<Progress*>(&progress), &module)) {
      return Error(e);
    }
    return Module(module);
  }
  /// As above, from the text format.
  static Result<Module> compile(const Engine& engine, std::string_view text) {
    return compile(engine, std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
  }
  /// Reads the file once; nothing is kept open.
  static Result<Module> from_file(const Engine& engine, const std::string& path,
                                  const Progress& progress = {}) {
    weft_module_t* module = nullptr;
    if (weft_error_t* e =
            weft_module_from_file(engine.c_api(), path.c_str(), progress ? report : nullptr,
                                  const_cast<Progress*>(&progress), &module)) {
      return Error(e);
    }
    return Module(module);
  }
  /// Only checks.
  static Result<void> validate(const Engine& engine, std::span<const uint8_t> bytes) {
    if (weft_error_t* e = weft_module_validate(engine.c_api(), bytes.data(), bytes.size()))
      return Error(e);
    return {};
  }

  /// One more owner of the same module.
  Module(const Module& other) : module_(weft_module_clone(other.module_.get())) {}
  /// The other is empty after it.
  Module(Module&&) noexcept = default;
  /// One more owner, or the new one.
  Module& operator=(Module other) noexcept {
    module_.swap(other.module_);
    return *this;
  }

  /// How many imports it has.
  size_t import_count() const { return weft_module_import_count(module_.get()); }
  /// Zeros past the last; strings live as long as the module.
  weft_import_desc_t import(size_t i) const { return weft_module_import(module_.get(), i); }
  /// How many exports it has.
  size_t export_count() const { return weft_module_export_count(module_.get()); }
  /// Zeros past the last; strings live as long as the module.
  weft_export_desc_t export_at(size_t i) const { return weft_module_export(module_.get(), i); }
  /// What it wants, in order, with exact types.
  std::vector<ImportType> imports() const {
    std::vector<ImportType> out;
    for (size_t i = 0; i < import_count(); ++i) {
      weft_externtype_t type{};
      if (weft_error_t* e = weft_module_import_type(module_.get(), i, &type)) {
        weft_error_delete(e);
        break;
      }
      const weft_import_desc_t d = import(i);
      out.push_back({detail::view(d.module), detail::view(d.name), ExternType(type)});
    }
    return out;
  }
  /// What it gives, in order, with exact types.
  std::vector<ExportType> exports() const {
    std::vector<ExportType> out;
    for (size_t i = 0; i < export_count(); ++i) {
      weft_externtype_t type{};
      if (weft_error_t* e = weft_module_export_type(module_.get(), i, &type)) {
        weft_error_delete(e);
        break;
      }
      out.push_back({detail::view(export_at(i).name), ExternType(type)});
    }
    return out;
  }
  /// Entry `index` of the type section. Error: not_found.
  Result<DefinedType> type(uint32_t index) const {
    weft_type_t out{};
    if (weft_error_t* e = weft_module_type(module_.get(), index, &out)) return Error(e);
    return DefinedType(out);
  }
  /// `what`: a sum of weft_inspect_t. `func` restricts the bytecode to one function.
  Result<std::string> inspect(uint32_t what, uint32_t func = UINT32_MAX) const {
    weft_bytes_t out{};
    if (weft_error_t* e = weft_module_inspect(module_.get(), what, func, &out)) return Error(e);
    return detail::take(out);
  }
  /// The C module.
  const weft_module_t* c_api() const { return module_.get(); }
  /// Takes what a C function made.
  explicit Module(weft_module_t* m) : module_(m) {}

 private:
  static void report(void* env, uint64_t done, uint64_t total) {
    (*static_cast<Progress*>(env))(done, total);
  }
  std::unique_ptr<weft_module_t, detail::Deleter<weft_module_delete>> module_;
};

}  // namespace v0
}  // namespace weft
