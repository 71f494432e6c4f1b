// A module that arrives in pieces (a download): errors show as soon as the bytes that hold them are
// there, bodies are validated while the rest is on its way.
#pragma once

#include <span>
#include <vector>

#include "engine/compiled_module.hpp"

namespace weft::engine {

/// One thread at a time. After an error every call gives that error again.
class ModuleBuilder {
 public:
  ModuleBuilder(Engine engine, CompileOptions options);
  ~ModuleBuilder();
  ModuleBuilder(ModuleBuilder&&) noexcept;
  ModuleBuilder& operator=(ModuleBuilder&&) noexcept;

  /// More of a binary module. Errors: as CompiledModule::compile.
  Result<> write(std::span<const std::byte> chunk);
  /// That was all; the builder is used up.
  Result<CompiledModule> finish();

 private:
  struct Sections;
  Result<> look();
  Result<> look_at_bodies(bool all_that_are_there);

  Engine engine_;
  CompileOptions options_;
  std::vector<std::byte> bytes_;
  std::unique_ptr<Sections> sections_;
  std::unique_ptr<Error> error_;
};

}  // namespace weft::engine
