// Bytes (or text) -> decoded, validated, with canonical types and code: what instances are made of.
// Shared by threads.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/engine.hpp"
#include "runtime/module_info.hpp"

namespace weft::engine {

/// Bytes done of bytes to do; called now and then from the compiling thread.
using Progress = std::function<void(uint64_t done, uint64_t total)>;

enum class Format : uint8_t {
  detect,  // text if it begins like text (white space, then `(` or `;`), else binary
  binary,
  text,
};

struct CompileOptions {
  Format format = Format::detect;
  std::string name;  ///< For messages, where the module has no name of its own.
  Progress progress;
  /// The bytes are what serialize() made of a validated module, and nobody else could have written
  /// them: bodies are not validated again. Anything may happen if that is not so.
  bool trusted = false;
  uint32_t validated_bodies = 0;  ///< So many were validated already, in front (ModuleBuilder).
};

/// A handle; copies are the same module. Immutable, thread-safe.
class CompiledModule {
 public:
  /// `.wasm` bytes, `.wat` text, or what serialize() made (which is validated again, unless
  /// options.trusted). Copies the bytes.
  /// Errors: malformed, invalid, limit_exceeded, unsupported.
  static Result<CompiledModule> compile(const Engine& engine, std::span<const std::byte> bytes,
                                        CompileOptions options = {});
  /// Without a copy: `owner` keeps the bytes (a mapped file, a vector).
  static Result<CompiledModule> compile_shared(const Engine& engine,
                                               std::span<const std::byte> bytes,
                                               std::shared_ptr<const void> owner,
                                               CompileOptions options = {});
  /// Decodes and validates only.
  static Result<> validate(const Engine& engine, std::span<const std::byte> bytes,
                           Format format = Format::detect);

  const Engine& engine() const { return engine_; }
  const binary::Module& module() const { return *info().module; }
  const runtime::ModuleInfo& info() const { return *info_->get(); }
  const std::shared_ptr<const runtime::ModuleInfo>& shared_info() const { return info_->local(); }

 private:
  using Info = runtime::StripedPtr<const runtime::ModuleInfo>;
  CompiledModule(Engine engine, const std::shared_ptr<const runtime::ModuleInfo>& info)
      : engine_(std::move(engine)), info_(std::make_shared<const Info>(info)) {}
  Engine engine_;
  std::shared_ptr<const Info> info_;
};

}  // namespace weft::engine
