// A module instance: one allocation of Instance, VMContext and the tail described by
// InstanceLayout. Never moves.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/module_info.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

/// What an import or an export is, as addresses in one store.
struct Extern {
  ExternKind kind = ExternKind::func;
  union {
    VMFuncRef* func = nullptr;
    Table* table;
    Memory* memory;
    Global* global;
    Tag* tag;
  };
};

/// Owned by its store; used by the store's thread.
class alignas(16) Instance {
 public:
  struct Deleter {
    void operator()(Instance* instance) const;
  };
  using Ptr = std::unique_ptr<Instance, Deleter>;

  /// Allocates, with imports entered and definitions constructed but not created (no memory pages,
  /// tables empty, globals zero). `imports` must fit the module's imports in order: linking has
  /// checked that.
  /// Errors: limit_exceeded, out_of_memory (of the allocator).
  static Result<Ptr> allocate(Store& store, std::shared_ptr<const ModuleInfo> info,
                              std::span<const Extern> imports, uint32_t slot);

  VMContext& vmctx() {
    return *reinterpret_cast<VMContext*>(this + 1);
  }  // SAFETY: allocate() puts it there
  const VMContext& vmctx() const { return *reinterpret_cast<const VMContext*>(this + 1); }
  static Instance& from(VMContext* ctx) { return *ctx->instance; }

  const ModuleInfo& info() const { return *info_; }
  const std::shared_ptr<const ModuleInfo>& shared_info() const { return info_; }
  const binary::Module& module() const { return *info_->module; }
  Store& store() const { return *store_; }
  /// Its place in the store, and in its handles.
  uint32_t slot() const { return slot_; }

  /// The function's one reference in this instance, built at the first call. Never null.
  VMFuncRef* func_ref(FuncIdx f) {
    VMFuncRef* ref = vmctx().funcs[f.value];
    return ref != nullptr ? ref : build_func_ref(f);
  }
  Memory& memory(MemoryIdx i) { return Memory::from(vmctx().memories[i.value]); }
  Table& table(TableIdx i) { return Table::from(vmctx().tables[i.value]); }
  Global& global(GlobalIdx i) { return Global::from(vmctx().globals[i.value]); }
  Tag& tag(TagIdx i) { return *at<Tag*>(info_->layout.tags)[i.value]; }

  /// False if there is no such export.
  bool find_export(std::string_view name, Extern& out);
  Extern export_at(const binary::Export& e);

  /// Chooses the code for the memories as they were created; before any func_ref is built.
  void select_code();
  const TierCode& code() const { return *code_; }

  // --- segments as guest code sees them (spec 4.2.11, 4.2.12): active and declarative ones count
  // as dropped ---
  void drop_data(uint32_t segment);
  std::span<const std::byte> data(uint32_t segment) const;
  void drop_elem(uint32_t segment);
  /// Elements of a segment, built at the first use; empty if dropped.
  std::span<const Cell> elem(uint32_t segment);
  /// For segments of constant expressions: the values, evaluated at instantiation.
  template <class Fn>
  bool has_elem_value(Fn&& fn) const {
    for (const ElemState& state : elems_) {
      for (const Cell c : state.values) {
        if (fn(c)) return true;
      }
    }
    return false;
  }
  void set_elem_values(uint32_t segment, std::vector<Cell> values);
  /// The references of a segment of function indices, whatever its mode.
  std::vector<Cell> func_elem_values(uint32_t segment);

  /// Somebody outside could have run its code or changed its memories and tables.
  void expose() { is_exposed_ = true; }
  bool is_exposed() const { return is_exposed_; }
  /// Something outside may refer to it: another instance's import, a reference given by the host.
  void share() { is_shared_ = true; }
  bool is_shared() const { return is_shared_; }
  /// Does the address lie in its block? All its function references, tags, globals... do.
  uint64_t block_bytes() const { return block_.bytes; }
  /// The room for the first elements of a defined table, or null.
  Cell* inline_cells(TableIdx i);

  void* host_data = nullptr;                    ///< The embedder's.
  void (*finalize_host_data)(void*) = nullptr;  ///< Called with it when the instance goes.

 private:
  friend class StoreRoots;
  Instance(Store& store, std::shared_ptr<const ModuleInfo> info, uint32_t slot);
  ~Instance();
  void enter_imports(std::span<const Extern> imports);
  void construct_definitions();
  InstanceBlock block_with_id() const;
  void make_room_for_segments();
  VMFuncRef* build_func_ref(FuncIdx f);
  template <class T>
  T* at(uint32_t offset) {
    // SAFETY: offsets come from InstanceLayout, which aligned and sized the tail for T.
    return reinterpret_cast<T*>(reinterpret_cast<std::byte*>(&vmctx()) + offset);
  }

  struct ElemState {
    std::vector<Cell> values;
    bool built = false;
    bool dropped = false;
  };

  std::shared_ptr<const ModuleInfo> info_;
  Store* store_;
  uint32_t slot_;
  bool is_exposed_ = false;
  bool is_shared_ = false;
  InstanceBlock block_;
  const TierCode* code_ = nullptr;
  std::vector<bool> data_dropped_;  // sized at the first drop
  std::vector<ElemState> elems_;    // sized at the first use
};

}  // namespace weft::runtime
