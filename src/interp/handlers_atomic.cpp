// Handlers of atomic accesses: isa_atomic.def. All are sequentially consistent, and check
// alignment, then bounds. Plain accesses of shared memories are single moves of the machine: no
// value out of thin air, no order (ADR 0013).
#include "interp/handlers.hpp"
#include "interp/memory_kind.hpp"
#include "runtime/builtins.hpp"
#include "runtime/memory.hpp"
#include "runtime/parking_lot.hpp"

namespace weft::interp {
namespace {

/// Where an access of `bytes` at the address in `index` goes; null with `trap` set if it may not.
inline std::byte* locate(const std::byte* ip, VMContext* cx, uint64_t index, uint64_t bytes,
                         TrapCode& trap) {
  const uint32_t word = u32(ip, 24);
  const VMMemory& memory = *cx->memories[word & ~kWideAddress];
  if ((word & kWideAddress) == 0) index = static_cast<uint32_t>(index);
  uint64_t ea = 0;
  const bool wraps = __builtin_add_overflow(index, u64(ip, 16), &ea);
  if ((ea & (bytes - 1)) != 0) {
    trap = TrapCode::unaligned_atomic;
    return nullptr;
  }
  const uint64_t length = length_of(memory);
  if (wraps || bytes > length || ea > length - bytes) [[unlikely]] {
    cx->store->trap.fault_address = ea;
    cx->store->trap.fault_size = length;
    trap = TrapCode::memory_out_of_bounds;
    return nullptr;
  }
  return memory.base + ea;
}
/// Declares `at`, a T*, or traps. SAFETY: base is page-aligned, and locate() checks the offset's
/// alignment and bounds.
#define WX_LOCATE(T)                                                                     \
  TrapCode weft_trap = TrapCode::none;                                                   \
  auto* const at =                                                                       \
      reinterpret_cast<T*>(locate(ip, cx, slot(ip, fp, 10).bits, sizeof(T), weft_trap)); \
  if (at == nullptr) [[unlikely]]                                                        \
  WX_TRAP(weft_trap)

template <class T>
WX_HANDLER(atomic_load) {
  WX_BEGIN
  WX_LOCATE(T);
  slot(ip, fp, 8).bits = __atomic_load_n(at, __ATOMIC_SEQ_CST);
  WX_NEXT(32);
}
template <class T>
WX_HANDLER(atomic_store) {
  WX_BEGIN
  WX_LOCATE(T);
  __atomic_store_n(at, static_cast<T>(slot(ip, fp, 12).bits), __ATOMIC_SEQ_CST);
  WX_NEXT(32);
}

enum class Rmw { add, sub, and_, or_, xor_, xchg };
template <class T, Rmw kOp>
WX_HANDLER(atomic_rmw) {
  WX_BEGIN
  WX_LOCATE(T);
  const auto operand = static_cast<T>(slot(ip, fp, 12).bits);
  T old = 0;
  if constexpr (kOp == Rmw::add) old = __atomic_fetch_add(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (kOp == Rmw::sub) old = __atomic_fetch_sub(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (kOp == Rmw::and_) old = __atomic_fetch_and(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (kOp == Rmw::or_) old = __atomic_fetch_or(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (kOp == Rmw::xor_) old = __atomic_fetch_xor(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (kOp == Rmw::xchg) old = __atomic_exchange_n(at, operand, __ATOMIC_SEQ_CST);
  slot(ip, fp, 8).bits = old;
  WX_NEXT(32);
}
template <class T>
WX_HANDLER(atomic_cmpxchg) {
  WX_BEGIN
  WX_LOCATE(T);
  auto expected =
      static_cast<T>(slot(ip, fp, 12).bits);  // wrapped to the width, as the replacement is
  __atomic_compare_exchange_n(at, &expected, static_cast<T>(slot(ip, fp, 14).bits), false,
                              __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  slot(ip, fp, 8).bits = expected;  // what was there
  WX_NEXT(32);
}
WX_HANDLER(atomic_fence) {
  WX_BEGIN
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  WX_NEXT(8);
}

template <class T>
WX_COLD_HANDLER(atomic_wait) {
  WX_BEGIN
  WX_LOCATE(T);
  if (Memory::from(cx->memories[u32(ip, 24) & ~kWideAddress]).shared() == nullptr) {
    WX_TRAP(TrapCode::expected_shared_memory);
  }
  cx->store->interp_ip = ip;  // an expired deadline may ask the embedder
  cx->store->interp_fp = fp;
  cx->store->interp_vmctx = cx;
  uint32_t result = 0;
  weft_trap = builtins::atomic_wait(
      cx,
      {reinterpret_cast<const std::byte*>(at), sizeof(T), static_cast<T>(slot(ip, fp, 12).bits),
       slot(ip, fp, 14).template as<int64_t>()},
      ip, result);
  acc = 0, facc = 0, dacc = 0;
  if (weft_trap != TrapCode::none) WX_TRAP(weft_trap);
  slot(ip, fp, 8).bits = result;
  mem0 = cx->memory0->base;
  WX_NEXT(32);
}
WX_COLD_HANDLER(atomic_notify) {
  WX_BEGIN
  WX_LOCATE(uint32_t);
  const bool shared = Memory::from(cx->memories[u32(ip, 24) & ~kWideAddress]).shared() != nullptr;
  slot(ip, fp, 8).bits = shared ? unpark(at, static_cast<uint32_t>(slot(ip, fp, 12).bits)) : 0;
  acc = 0, facc = 0, dacc = 0;
  WX_NEXT(32);
}

}  // namespace

WX_FAMILY(atomic) {
#define WX_PUT_WIDTHS(id, ...)            \
  WX_PUT(id##_8, __VA_ARGS__(uint8_t));   \
  WX_PUT(id##_16, __VA_ARGS__(uint16_t)); \
  WX_PUT(id##_32, __VA_ARGS__(uint32_t)); \
  WX_PUT(id##_64, __VA_ARGS__(uint64_t))
#define WX_LOAD(T) atomic_load<T>
#define WX_STORE(T) atomic_store<T>
#define WX_ADD(T) atomic_rmw<T, Rmw::add>
#define WX_SUB(T) atomic_rmw<T, Rmw::sub>
#define WX_AND(T) atomic_rmw<T, Rmw::and_>
#define WX_OR(T) atomic_rmw<T, Rmw::or_>
#define WX_XOR(T) atomic_rmw<T, Rmw::xor_>
#define WX_XCHG(T) atomic_rmw<T, Rmw::xchg>
#define WX_CMPXCHG(T) atomic_cmpxchg<T>
  WX_PUT_WIDTHS(atomic_load, WX_LOAD);
  WX_PUT_WIDTHS(atomic_store, WX_STORE);
  WX_PUT_WIDTHS(atomic_add, WX_ADD);
  WX_PUT_WIDTHS(atomic_sub, WX_SUB);
  WX_PUT_WIDTHS(atomic_and, WX_AND);
  WX_PUT_WIDTHS(atomic_or, WX_OR);
  WX_PUT_WIDTHS(atomic_xor, WX_XOR);
  WX_PUT_WIDTHS(atomic_xchg, WX_XCHG);
  WX_PUT_WIDTHS(atomic_cmpxchg, WX_CMPXCHG);
  WX_PUT(atomic_wait_32, atomic_wait<uint32_t>);
  WX_PUT(atomic_wait_64, atomic_wait<uint64_t>);
  WX_PUT(atomic_notify, atomic_notify);
  WX_PUT(atomic_fence, atomic_fence);
}

}  // namespace weft::interp
