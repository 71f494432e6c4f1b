// Making an instance (spec 4.5.4, MECHANISMS 5): link and check, allocate, segments in order, start
// function.
#pragma once

#include <span>

#include "engine/compiled_module.hpp"
#include "engine/handles.hpp"
#include "engine/trap.hpp"

namespace weft::engine {

/// Either an instance, or why not: an Error (unlinkable, limit_exceeded, out_of_memory,
/// wrong_store: nothing was done), or a Trap (a segment out of bounds, the start function: earlier
/// effects stay).
class [[nodiscard]] InstantiateResult {
 public:
  InstantiateResult(Instance instance) : instance_(instance) {}
  InstantiateResult(Error error) : error_(std::make_unique<Error>(std::move(error))) {}
  InstantiateResult(Trap trap) : trap_(std::make_unique<Trap>(std::move(trap))) {}
  explicit operator bool() const { return bool(instance_); }
  bool ok() const { return bool(instance_); }
  Instance instance() const { return instance_; }
  const Error* error() const { return error_.get(); }
  const Trap* trap() const { return trap_.get(); }
  /// One line, whichever it is.
  std::string message() const;

 private:
  Instance instance_;
  std::unique_ptr<Error> error_;
  std::unique_ptr<Trap> trap_;
};

/// `imports` in the order of the module's imports.
InstantiateResult instantiate(runtime::Store& store, const CompiledModule& module,
                              std::span<const Extern> imports);

/// The same with imports that are known to fit (InstancePre).
InstantiateResult instantiate_checked(runtime::Store& store, const CompiledModule& module,
                                      std::span<const runtime::Extern> imports);

/// Does `item` satisfy the import? Used by Linker; the error's message is the "incompatible import
/// type" text.
Result<> check_import(runtime::Store& store, const runtime::ModuleInfo& info,
                      const binary::Import& import, const Extern& item);
/// "func (param i32) (result i32)", "memory 1 2", ...: an import's type in text.
std::string describe_import(const Engine& engine, const runtime::ModuleInfo& info,
                            const binary::Import& import);

}  // namespace weft::engine
