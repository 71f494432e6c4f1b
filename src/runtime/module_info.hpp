// What an instance needs to know of its compiled module: the decoded module, its types in canonical
// form, the layout of the instance's tail, the tier's code. Immutable, shared by all instances on
// all threads.
#pragma once

#include <memory>
#include <mutex>
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

namespace weft::dwarf {
class DebugInfo;
struct SourceFrame;
}  // namespace weft::dwarf

namespace weft::runtime {

/// Byte offsets from the VMContext of the tail's arrays and definitions, and the whole size.
struct InstanceLayout {
  uint32_t memories = 0, tables = 0, globals = 0, funcs = 0, tags = 0;
  uint32_t table_cells =
      0;  ///< First elements of defined tables, see InstanceLayout::inline_cells.
  uint32_t global_defs = 0, memory_defs = 0, table_defs = 0, tag_defs = 0, func_defs = 0;
  uint64_t size = 0;
  uint64_t inline_cells = 0;  ///< All of them: the tables' minimums. 0: they are somewhere else.

  static InstanceLayout of(const binary::Module& module);
};

/// How a tier provides code. `code` gives VMFuncRef::code of a defined function; thread-safe and
/// cheap.
struct TierCode {
  VMArrayCall array_call = nullptr;
  void* (*code)(void* env, FuncIdx func) = nullptr;
  void* env = nullptr;
};

/// What a table begins with, where that needs no code to run: function index + 1 by element, 0 for
/// null. Shorter than the table if nulls follow.
struct TableImage {
  std::vector<uint32_t> funcs;
};

/// Calls visit(env, index, name) for each function in the module's name section. Names are hints:
/// anything odd ends it.
void visit_func_names(const binary::Module& module, void* env,
                      void (*visit)(void* env, uint32_t index, std::string_view name));

struct ModuleInfo {
  uint64_t id = next_id();  ///< Unique in the process: what recycled memory is known by.
  std::shared_ptr<const binary::Module> module;
  std::vector<TypeId> type_ids;  ///< module type index -> canonical
  InstanceLayout layout;
  FeatureSet features;
  /// By defined table; if not empty, all active element segments are in them.
  std::vector<TableImage> table_images;
  /// References to an instance's functions and tags cannot leave it through its own code: no type
  /// of it has references, and it imports nothing that could hold one.
  bool is_closed = false;
  bool has_passive_datas = false;
  bool has_passive_elems = false;
  TierCode guarded;  ///< Code for instances whose memories are all guarded...
  TierCode checked;  ///< ... and for the others. May be the same.
  std::optional<MemoryImage>
      image;  ///< Active data segments of memory 0, if they are static and in bounds.
  std::shared_ptr<void> tier_owner;  ///< Keeps what the TierCodes point to.
  std::string name;                  ///< The embedder's; may be empty.

  /// Computes layout, is_closed and the index of exports from `module` and `type_ids`.
  void finish();
  /// Null if there is none of that name.
  const binary::Export* find_export(std::string_view wanted) const;
  static uint64_t next_id();

  TypeId func_type(FuncIdx f) const { return type_ids[module->funcs[f.value].value]; }
  ValType canonical(ValType t) const { return canonicalize(t, type_ids); }
  /// From the name section, else the embedder's; may be empty.
  std::string display_name() const;
  /// Empty if unknown. From the name section, else from an export. Slow (backtraces).
  std::string func_name(FuncIdx f) const;
  /// The source of the instruction at an offset in the module, innermost inlined function first;
  /// from the module's DWARF, which is read at the first call. Empty where nothing is known.
  std::vector<dwarf::SourceFrame> sources(uint32_t offset) const;

 private:
  mutable std::once_flag debug_info_once_;
  mutable std::shared_ptr<dwarf::DebugInfo> debug_info_;  // null: no debug information
  std::vector<uint32_t> export_slots_;  // index + 1 by hash, a power of two of them; 0: free
};

}  // namespace weft::runtime
