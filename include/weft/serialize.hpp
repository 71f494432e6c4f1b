// Modules as bytes that load faster, and modules that arrive in pieces.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "weft/engine.hpp"

namespace weft {
inline namespace v0 {

/// The module's bytes with a header: version, machine, proposals, checksum.
inline Result<std::string> serialize(const Module& module) {
  weft_bytes_t out{};
  if (weft_error_t* e = weft_module_serialize(module.c_api(), &out)) return Error(e);
  return detail::take(out);
}
/// Safe with any bytes: everything is validated again. Errors: malformed, unsupported, invalid.
inline Result<Module> deserialize(const Engine& engine, std::span<const uint8_t> bytes) {
  weft_module_t* module = nullptr;
  if (weft_error_t* e =
          weft_module_deserialize(engine.c_api(), bytes.data(), bytes.size(), &module))
    return Error(e);
  return Module(module);
}
/// Without validating bodies again: only for bytes that nobody could change since serialize() made
/// them. Otherwise the guest may do anything to the process.
inline Result<Module> deserialize_trusted(const Engine& engine, std::span<const uint8_t> bytes) {
  weft_module_t* module = nullptr;
  if (weft_error_t* e =
          weft_module_deserialize_trusted(engine.c_api(), bytes.data(), bytes.size(), &module))
    return Error(e);
  return Module(module);
}

/// A binary module from chunks; sections are checked and bodies validated as they arrive. One
/// thread at a time.
class ModuleBuilder {
 public:
  /// An empty module of this engine.
  static Result<ModuleBuilder> make(const Engine& engine) {
    weft_module_builder_t* builder = nullptr;
    if (weft_error_t* e = weft_module_builder_new(engine.c_api(), &builder)) return Error(e);
    return ModuleBuilder(builder);
  }
  /// An error is final: every later call gives it again.
  Result<void> write(std::span<const uint8_t> chunk) {
    if (weft_error_t* e = weft_module_builder_write(builder_.get(), chunk.data(), chunk.size()))
      return Error(e);
    return {};
  }
  /// After the last chunk, once.
  Result<Module> finish() {
    weft_module_t* module = nullptr;
    if (weft_error_t* e = weft_module_builder_finish(builder_.get(), &module)) return Error(e);
    return Module(module);
  }

 private:
  explicit ModuleBuilder(weft_module_builder_t* b) : builder_(b) {}
  std::unique_ptr<weft_module_builder_t, detail::Deleter<weft_module_builder_delete>> builder_;
};

}  // namespace v0
}  // namespace weft
