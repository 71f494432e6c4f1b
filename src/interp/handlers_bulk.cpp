// Handlers that call a builtin: memory.*, table.*, segments, references, general memory accesses,
// wide arithmetic.
#include "interp/handlers.hpp"
#include "interp/memory_kind.hpp"
#include "runtime/builtins.hpp"
#include "runtime/shared_memory.hpp"

namespace weft::interp {
namespace {

inline void leave_for_builtin(const std::byte* ip, Cell* fp, VMContext* cx) {
  cx->store->interp_ip = ip;
  cx->store->interp_fp = fp;
  cx->store->interp_vmctx = cx;
}
#define WX_BUILTIN(size, call)                    \
  do {                                            \
    leave_for_builtin(ip, fp, cx);                \
    const TrapCode weft_trap = (call);            \
    acc = 0, facc = 0, dacc = 0;                  \
    if (weft_trap != TrapCode::none) [[unlikely]] \
      WX_TRAP(weft_trap);                         \
    WX_NEXT(size);                                \
  } while (false)

WX_HANDLER(memory_size) {
  WX_BEGIN
  slot(ip, fp, 8).bits = length_of(*cx->memories[u32(ip, 12)]) >> u32(ip, 16);
  WX_NEXT(24);
}
WX_HANDLER(memory_grow) {
  WX_BEGIN
  leave_for_builtin(ip, fp, cx);
  uint64_t old = 0;
  const TrapCode trap = builtins::memory_grow(cx, u32(ip, 12), slot(ip, fp, 10).bits, old);
  acc = 0, facc = 0, dacc = 0;
  if (trap != TrapCode::none) [[unlikely]]
    WX_TRAP(trap);
  slot(ip, fp, 8).bits = u32(ip, 16) != 0 ? old : static_cast<uint32_t>(old);
  mem0 = cx->memory0->base;
  WX_NEXT(24);
}
#define WX_THREE slot(ip, fp, 8).bits, slot(ip, fp, 10).bits, slot(ip, fp, 12).bits
WX_HANDLER(memory_fill) {
  WX_BEGIN
  WX_BUILTIN(24, builtins::memory_fill(cx, u32(ip, 16), slot(ip, fp, 8).bits,
                                       static_cast<uint32_t>(slot(ip, fp, 10).bits),
                                       slot(ip, fp, 12).bits));
}
WX_HANDLER(memory_copy) {
  WX_BEGIN
  WX_BUILTIN(24, builtins::memory_copy(cx, u32(ip, 16), u32(ip, 20), WX_THREE));
}
WX_HANDLER(memory_init) {
  WX_BEGIN
  WX_BUILTIN(24, builtins::memory_init(cx, u32(ip, 20), u32(ip, 16), WX_THREE));
}
WX_HANDLER(data_drop) {
  WX_BEGIN
  builtins::data_drop(cx, u32(ip, 12));
  acc = 0, facc = 0, dacc = 0;
  WX_NEXT(16);
}
WX_HANDLER(table_get) {
  WX_BEGIN
  WX_BUILTIN(16, builtins::table_get(cx, u32(ip, 12), slot(ip, fp, 10).bits, slot(ip, fp, 8)));
}
WX_HANDLER(table_set) {
  WX_BEGIN
  WX_BUILTIN(16, builtins::table_set(cx, u32(ip, 12), slot(ip, fp, 8).bits, slot(ip, fp, 10)));
}
WX_HANDLER(table_size) {
  WX_BEGIN
  slot(ip, fp, 8).bits = cx->tables[u32(ip, 12)]->length;
  WX_NEXT(16);
}
WX_HANDLER(table_grow) {
  WX_BEGIN
  leave_for_builtin(ip, fp, cx);
  uint64_t old = 0;
  const TrapCode trap =
      builtins::table_grow(cx, u32(ip, 16), slot(ip, fp, 10), slot(ip, fp, 12).bits, old);
  acc = 0, facc = 0, dacc = 0;
  if (trap != TrapCode::none) [[unlikely]]
    WX_TRAP(trap);
  slot(ip, fp, 8).bits = u32(ip, 20) != 0 ? old : static_cast<uint32_t>(old);
  WX_NEXT(24);
}
WX_HANDLER(table_fill) {
  WX_BEGIN
  WX_BUILTIN(24, builtins::table_fill(cx, u32(ip, 16), slot(ip, fp, 8).bits, slot(ip, fp, 10),
                                      slot(ip, fp, 12).bits));
}
WX_HANDLER(table_copy) {
  WX_BEGIN
  WX_BUILTIN(24, builtins::table_copy(cx, u32(ip, 16), u32(ip, 20), WX_THREE));
}
WX_HANDLER(table_init) {
  WX_BEGIN
  WX_BUILTIN(24, builtins::table_init(cx, u32(ip, 20), u32(ip, 16), WX_THREE));
}
WX_HANDLER(elem_drop) {
  WX_BEGIN
  builtins::elem_drop(cx, u32(ip, 12));
  acc = 0, facc = 0, dacc = 0;
  WX_NEXT(16);
}
WX_HANDLER(ref_func) {
  WX_BEGIN
  VMFuncRef* const ref = builtins::ref_func(cx, u32(ip, 12));
  acc = 0, facc = 0, dacc = 0;
  slot(ip, fp, 8).bits = reinterpret_cast<uint64_t>(ref);
  WX_NEXT(16);
}

// --- any memory, any address type: memory index in n24, its top bit says 64-bit addresses ---
/// Null if [index + offset, + bytes) is not inside; then the trap record is filled.
inline std::byte* general_address(const std::byte* ip, VMContext* cx, uint64_t index,
                                  uint64_t bytes) {
  const uint32_t word = u32(ip, 24);
  const VMMemory& memory = *cx->memories[word & ~kWideAddress];
  if ((word & kWideAddress) == 0) index = static_cast<uint32_t>(index);
  uint64_t ea = 0;
  if (__builtin_add_overflow(index, u64(ip, 16), &ea) || bytes > memory.length ||
      ea > memory.length - bytes) {
    cx->store->trap.fault_address = ea;
    cx->store->trap.fault_size = memory.length;
    return nullptr;
  }
  return memory.base + ea;
}
WX_HANDLER(load_general) {
  WX_BEGIN
  const auto kind = static_cast<MemoryKind>(u32(ip, 12));
  const std::byte* const from = general_address(ip, cx, slot(ip, fp, 10).bits, bytes_of(kind));
  if (from == nullptr) WX_TRAP(TrapCode::memory_out_of_bounds);
  slot(ip, fp, 8).bits = load_bits(kind, from);
  WX_NEXT(32);
}
WX_HANDLER(store_general) {
  WX_BEGIN
  const auto kind = static_cast<MemoryKind>(u32(ip, 12));
  const uint64_t bits = slot(ip, fp, 10).bits;
  std::byte* const to = general_address(ip, cx, slot(ip, fp, 8).bits, bytes_of(kind));
  if (to == nullptr) WX_TRAP(TrapCode::memory_out_of_bounds);
  std::memcpy(to, &bits,
              bytes_of(kind));  // little endian: the low bytes; SAFETY: checked by general_address
  WX_NEXT(32);
}

template <auto Fn>
WX_HANDLER(wide4) {
  WX_BEGIN
  const wasm::numeric::Wide r = Fn(slot(ip, fp, 10).bits, slot(ip, fp, 12).bits,
                                   slot(ip, fp, 14).bits, slot(ip, fp, 16).bits);
  Cell* d = &slot(ip, fp, 8);
  d[0].bits = r.low;
  d[1].bits = r.high;
  WX_NEXT(24);
}
template <auto Fn>
WX_HANDLER(wide2) {
  WX_BEGIN
  const wasm::numeric::Wide r = Fn(slot(ip, fp, 10).bits, slot(ip, fp, 12).bits);
  Cell* d = &slot(ip, fp, 8);
  d[0].bits = r.low;
  d[1].bits = r.high;
  WX_NEXT(16);
}

}  // namespace

WX_FAMILY(bulk) {
  WX_PUT(memory_size, memory_size);
  WX_PUT(memory_grow, memory_grow);
  WX_PUT(memory_fill, memory_fill);
  WX_PUT(memory_copy, memory_copy);
  WX_PUT(memory_init, memory_init);
  WX_PUT(data_drop, data_drop);
  WX_PUT(table_get, table_get);
  WX_PUT(table_set, table_set);
  WX_PUT(table_size, table_size);
  WX_PUT(table_grow, table_grow);
  WX_PUT(table_fill, table_fill);
  WX_PUT(table_copy, table_copy);
  WX_PUT(table_init, table_init);
  WX_PUT(elem_drop, elem_drop);
  WX_PUT(ref_func, ref_func);
  WX_PUT(load_general, load_general);
  WX_PUT(store_general, store_general);
  WX_PUT(i64_add128, wide4<&wasm::numeric::i64_add128>);
  WX_PUT(i64_sub128, wide4<&wasm::numeric::i64_sub128>);
  WX_PUT(i64_mul_wide_s, wide2<&wasm::numeric::i64_mul_wide_s>);
  WX_PUT(i64_mul_wide_u, wide2<&wasm::numeric::i64_mul_wide_u>);
}

}  // namespace weft::interp
