// The state that every tier and, later, machine code reads: cells, function references, the store's
// and the instance's context. The structs are the truth; code uses offsetof; the asserts are the
// contract. ADR 0005.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "wasm/traps.hpp"
#include "wasm/types.hpp"

#define WEFT_ABI_FIELD(T, field, offset) \
  static_assert(offsetof(T, field) == (offset), "ABI: " #T "::" #field " moved")

namespace weft::runtime {

using namespace wasm;  // NOLINT: the spec's vocabulary

/// Changes with every layout below; part of every stored artefact.
inline constexpr uint32_t kAbiVersion = 1;

struct VMContext;
struct VMFuncRef;
struct VMStoreContext;
class Store;
class Instance;

/// A raw value in 8 bytes; v128 takes two, low half first. 32-bit values are zero-extended, so all
/// bits are defined. References: funcref = VMFuncRef*, all other references = 32-bit handle into
/// the store's heap; null = 0.
struct Cell {
  uint64_t bits = 0;

  template <class T>
  T as() const {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);
    T t;
    std::memcpy(&t, &bits, sizeof(T));
    return t;
  }
  template <class T>
  void set(T v) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);
    bits = 0;
    std::memcpy(&bits, &v, sizeof(T));
  }
  template <class T>
  static Cell of(T v) {
    Cell c;
    c.set(v);
    return c;
  }
};
static_assert(sizeof(Cell) == 8 && std::endian::native == std::endian::little);

/// The one convention that the host and all tiers speak. `cells` holds the parameters, then, on
/// success, the results, from cell 0; `capacity` >= cells of parameters and of results. `caller` is
/// the calling instance, never null (the store has a default one for calls from the host).
/// TrapCode::none is success; otherwise the store context's trap record tells more. Takes the
/// callee's VMFuncRef, not its vmctx: interpreted functions share one entry and differ in the
/// reference.
using VMArrayCall = TrapCode (*)(VMFuncRef* callee, VMContext* caller, Cell* cells,
                                 size_t capacity);

/// A function, whatever its tier. Address = identity (funcref equality). Lives as long as its
/// store.
struct VMFuncRef {
  VMArrayCall array_call;  ///< Always valid.
  const void*
      wasm_call;  ///< Register convention of compiled code; null until a compiled tier sets it.
  void* code;  ///< interp: interp::FuncCode*, shared by all instances of the module; null for host
               ///< functions.
  VMContext* vmctx;  ///< The instance's context; for a host function the store's default context.
  void* host;        ///< Host functions: runtime::HostFunc*; else null.
  TypeId type;       ///< Canonical type: call_indirect compares this.
  uint32_t index;  ///< FuncIdx in its instance's module; host functions: their number in the store.
};
WEFT_ABI_FIELD(VMFuncRef, array_call, 0);
WEFT_ABI_FIELD(VMFuncRef, wasm_call, 8);
WEFT_ABI_FIELD(VMFuncRef, code, 16);
WEFT_ABI_FIELD(VMFuncRef, vmctx, 24);
WEFT_ABI_FIELD(VMFuncRef, type, 40);
static_assert(sizeof(VMFuncRef) == 48);

/// A linear memory as code sees it. One definition, shared by every instance that imports it.
/// Base never moves for reserved memories; reload both after anything that can grow (calls,
/// memory.grow).
struct VMMemory {
  std::byte* base;
  uint64_t length;  ///< Current size in bytes. Shared memories: read with an atomic load.
};
WEFT_ABI_FIELD(VMMemory, base, 0);
WEFT_ABI_FIELD(VMMemory, length, 8);

/// A table as code sees it. `base` has `length` elements of 8 bytes (Cell): VMFuncRef* or heap
/// handles.
struct VMTable {
  Cell* base;
  uint64_t length;
};
WEFT_ABI_FIELD(VMTable, base, 0);
WEFT_ABI_FIELD(VMTable, length, 8);

/// A global: 16 bytes so that v128 fits; imported mutable ones are shared by address.
struct alignas(16) VMGlobal {
  Cell value[2];
};
static_assert(sizeof(VMGlobal) == 16);

/// Why guest code ended early, beside the TrapCode: filled by whoever raises it.
struct TrapRecord {
  TrapCode code = TrapCode::none;
  uint64_t fault_address = 0;  ///< Guest address of a memory fault
  uint64_t fault_size = 0;     ///< Size of that memory in bytes
};

/// Where the store's heap allocates: [cursor, limit) is free. Offsets from `base`; a reference is
/// such an offset.
struct VMHeapArea {
  std::byte* base;
  uint32_t cursor;
  uint32_t limit;
  const void*
      live_end;  ///< interp: end of the newest frame's live cells while it allocates; else null.
};

/// Where guest code that stopped can go on; written where it stops (ADR 0016).
struct VMResume {
  enum class Kind : uint32_t {
    none,          ///< Nowhere.
    host_results,  ///< Behind a host function that failed: its results go to `cells`.
    checkpoint,    ///< At a check of fuel or epoch: what is at `ip` has not begun.
    restart,       ///< Inside an operator that is executed once more from its start, which is where
                   ///< the frame stands; `ip` is not used.
  };
  Kind kind;
  uint32_t facc;  ///< With `acc`, `dacc`, `vacc`: accumulators at a checkpoint.
  const void* ip;
  Cell* cells;
  VMFuncRef* host;  ///< host_results: the function that failed.
  uint64_t acc;
  uint64_t dacc;
  uint64_t vacc[2];
};

/// One per store; first member of Store. Read and written by machine code.
struct VMStoreContext {
  uint64_t stack_limit;     ///< Native stack: lowest address guest code may use; all ones outside
                            ///< guest code.
  int64_t fuel_consumed;    ///< Negative = fuel left, counts up; >= 0 = exhausted.
  uint64_t epoch_deadline;  ///< Absolute epoch at which guest code is interrupted; other threads
                            ///< may write 0: only atomic (relaxed) accesses.
  const std::atomic<uint64_t>* epoch;  ///< The engine's counter.
  void* last_wasm_exit_fp;
  const void* last_wasm_exit_pc;
  void* last_wasm_entry_fp;
  void* interp_stack_top;  ///< interp: first free cell of the store's current interpreter stack.
  void* interp_stack_end;  ///< interp: end of that stack.
  Store* store;
  // Where the interpreter left (called the host, a builtin that can fail, or trapped): the newest
  // frame. Written by the interpreter (or, at a fault, by its resolver); saved and restored by
  // Activation with interp_stack_top.
  const void* interp_ip;
  void* interp_fp;
  VMContext* interp_vmctx;
  void*
      interp_entry_fp;  ///< The oldest frame of the newest activation, if the interpreter wants it.
  TrapRecord trap;
  VMHeapArea heap;
  VMResume resume;
  void* interp_allocator_fp;  ///< memory_check: the frame of the guest's allocator that was called
                              ///< by other code, if it runs (on the current stack).
};
WEFT_ABI_FIELD(VMStoreContext, stack_limit, 0);
WEFT_ABI_FIELD(VMStoreContext, fuel_consumed, 8);
WEFT_ABI_FIELD(VMStoreContext, epoch_deadline, 16);
WEFT_ABI_FIELD(VMStoreContext, epoch, 24);
WEFT_ABI_FIELD(VMStoreContext, last_wasm_exit_fp, 32);
WEFT_ABI_FIELD(VMStoreContext, last_wasm_exit_pc, 40);
WEFT_ABI_FIELD(VMStoreContext, last_wasm_entry_fp, 48);

/// One per instance, in one allocation behind its Instance; never moves; 16-byte aligned.
/// The head is fixed; the tail's arrays lie behind it in this order, at offsets computed per module
/// (InstanceLayout):
///   VMMemory* memories[]   all, imports first      VMTable* tables[]   all      VMGlobal*
///   globals[]   all VMFuncRef* funcs[]     imports first; defined ones built on demand (null until
///   then) Tag* tags[]            all then the definitions themselves: Global, Memory, Table
///   objects (their VM struct comes first) of the defined ones, VMFuncRef of defined functions.
struct VMContext {
  uint32_t magic;  ///< kVMContextMagic
  uint32_t reserved;
  VMStoreContext* store;
  VMMemory* memory0;  ///< &*memories[0], or an empty VMMemory.
  VMMemory** memories;
  VMTable** tables;
  VMGlobal** globals;
  VMFuncRef** funcs;
  const TypeId* type_ids;  ///< Module type index -> canonical; shared by the module's instances.
  Instance* instance;
};
inline constexpr uint32_t kVMContextMagic = 0x65726f63;  // "core"
WEFT_ABI_FIELD(VMContext, store, 8);
WEFT_ABI_FIELD(VMContext, memory0, 16);
WEFT_ABI_FIELD(VMContext, memories, 24);
WEFT_ABI_FIELD(VMContext, tables, 32);
WEFT_ABI_FIELD(VMContext, globals, 40);
WEFT_ABI_FIELD(VMContext, funcs, 48);
WEFT_ABI_FIELD(VMContext, type_ids, 56);
WEFT_ABI_FIELD(VMContext, instance, 64);

}  // namespace weft::runtime
