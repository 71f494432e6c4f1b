// Names for imports: host functions defined once for many stores, externs of one store, whole
// instances.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/compiled_module.hpp"
#include "engine/handles.hpp"
#include "engine/instantiate.hpp"

namespace weft::engine {

/// A host function that is not in a store yet: the linker makes one in each store that needs it.
struct HostFuncDef {
  std::vector<wasm::ValType> params;  ///< Abstract or canonical types only.
  std::vector<wasm::ValType> results;
  runtime::HostCallback callback = nullptr;
  std::shared_ptr<void>
      env;  ///< Kept alive by the linker and by every store that has the function.
};

struct LinkerDefinition;

/// The function of a module name's table that has this name, or nothing. Gives the same answer
/// every time; thread-safe.
using FuncSource = std::function<std::optional<HostFuncDef>(std::string_view name)>;

/// Not thread-safe while it is being defined; const use from several threads is fine.
class Linker {
 public:
  explicit Linker(Engine engine);

  /// By default a second definition of a name is an error (bad_argument).
  void allow_shadowing(bool allow) { allow_shadowing_ = allow; }

  Result<> define_func(std::string_view module, std::string_view name, HostFuncDef def);
  /// A table of functions, e.g. WASI: each is made when a module first imports it, the others cost
  /// nothing (measured: half of the time between start and the first instruction of a small
  /// program). One table for a module name.
  Result<> define_table(std::string_view module, FuncSource source);
  Result<> define_func(std::string_view module, std::string_view name,
                       std::span<const wasm::ValType> params,
                       std::span<const wasm::ValType> results, runtime::HostCallback callback,
                       std::shared_ptr<void> env);
  /// An item of one store. Errors: wrong_store, bad_argument (defined twice).
  Result<> define(const runtime::Store& store, std::string_view module, std::string_view name,
                  Extern item);
  /// All exports of the instance under the module name.
  Result<> define_instance(runtime::Store& store, std::string_view module, Instance instance);
  /// Unknown function imports trap when they are called, with module and name in the message.
  void define_unknown_imports_as_traps() { unknown_as_traps_ = true; }

  /// The imports of `module` in order. Missing ones are all named in one error (unlinkable:
  /// "unknown import ...").
  Result<std::vector<Extern>> resolve(runtime::Store& store, const CompiledModule& module) const;
  InstantiateResult instantiate(runtime::Store& store, const CompiledModule& module) const;

  const Engine& engine() const { return engine_; }

 private:
  friend class InstancePre;
  using Definition = std::shared_ptr<const LinkerDefinition>;
  Result<> insert(std::string_view module, std::string_view name, Definition definition);
  struct Table;
  bool in_table(std::string_view module, std::string_view name) const;
  Result<Definition> new_func(std::string_view module, std::string_view name,
                              HostFuncDef def) const;
  /// Null if there is none. Error: limit_exceeded (too many types).
  Result<Definition> find(std::string_view module, std::string_view name) const;

  Engine engine_;
  bool allow_shadowing_ = false;
  bool unknown_as_traps_ = false;
  std::unordered_map<std::string, Definition> definitions_;         // key: see key_of
  std::unordered_map<std::string, std::shared_ptr<Table>> tables_;  // key: module
};

/// Imports looked up and checked once for a module whose imports are host functions only:
/// instantiation is then cheap. Shares the linker's definitions as they are now.
class InstancePre {
 public:
  /// Errors: unlinkable (also where an import is an item of one store).
  static Result<InstancePre> create(const Linker& linker, const CompiledModule& module);
  InstantiateResult instantiate(runtime::Store& store) const;

 private:
  using Items = std::vector<std::shared_ptr<const LinkerDefinition>>;  // as the imports
  InstancePre(CompiledModule module, std::shared_ptr<const Items> items)
      : module_(std::move(module)),
        items_(std::make_shared<const runtime::StripedPtr<const Items>>(items)) {}
  CompiledModule module_;
  std::shared_ptr<const runtime::StripedPtr<const Items>> items_;
};

}  // namespace weft::engine
