// What an instance needs to know of its compiled module: the decoded module, its types in canonical
// form, the layout of the instance's tail, the tier's code. Immutable, shared by all instances on
// all threads.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "binary/module.hpp"
#include "runtime/global.hpp"
#include "runtime/memory.hpp"
#include "runtime/table.hpp"
#include "runtime/type_registry.hpp"
#include "runtime/vmcontext.hpp"
#include "wasm/features.hpp"

namespace weft::runtime {

/// Byte offsets from the VMContext of the tail's arrays and definitions, and the whole size.
struct InstanceLayout {
  uint32_t memories = 0, tables = 0, globals = 0, funcs = 0, tags = 0;
  uint32_t global_defs = 0, memory_defs = 0, table_defs = 0, tag_defs = 0, func_defs = 0;
  uint64_t size = 0;

  static InstanceLayout of(const binary::Module& module);
};

/// How a tier provides code. `code` gives VMFuncRef::code of a defined function; thread-safe and
/// cheap.
struct TierCode {
  VMArrayCall array_call = nullptr;
  void* (*code)(void* env, FuncIdx func) = nullptr;
  void* env = nullptr;
};

struct ModuleInfo {
  std::shared_ptr<const binary::Module> module;
  std::vector<TypeId> type_ids;  ///< module type index -> canonical
  InstanceLayout layout;
  FeatureSet features;
  TierCode guarded;  ///< Code for instances whose memories are all guarded...
  TierCode checked;  ///< ... and for the others. May be the same.
  std::optional<MemoryImage>
      image;  ///< Active data segments of memory 0, if they are static and in bounds.
  std::shared_ptr<void> tier_owner;  ///< Keeps what the TierCodes point to.
  std::string name;                  ///< The embedder's; may be empty.

  TypeId func_type(FuncIdx f) const { return type_ids[module->funcs[f.value].value]; }
  ValType canonical(ValType t) const { return canonicalize(t, type_ids); }
  /// From the name section, else the embedder's; may be empty.
  std::string display_name() const;
  /// Empty if unknown. From the name section, else from an export. Slow (backtraces).
  std::string func_name(FuncIdx f) const;
};

}  // namespace weft::runtime
