// Handlers of isa_memory.def and the memory part of isa_fused.def, twice: for a memory 0 whose
// guard pages catch what is out of bounds (WEFT_CHECKED false), and with explicit checks. Included
// by handlers_mem_guarded.cpp and handlers_mem_checked.cpp.
#include "interp/handlers.hpp"

#include "base/wrapping.hpp"

namespace weft::interp {
namespace {

/// Where an address comes from: slot, accumulator, constant, slot + slot, accumulator + slot, slot
/// + constant, accumulator + constant. Sums wrap at 2^32 before the static offset is added.
enum class Addr { s, a, c, x, y, b, e };

/// Effective address: 32-bit index + 32-bit offset, so it cannot overflow. Slot of the index at
/// `s1` (and s2 for x).
template <Addr kAddr>
inline uint64_t effective(const std::byte* ip, Cell* fp, uint64_t acc, unsigned s1, unsigned s2) {
  const auto low = [&](unsigned at) { return static_cast<uint32_t>(slot(ip, fp, at).bits); };
  const auto a = static_cast<uint32_t>(acc);
  if constexpr (kAddr == Addr::s) return uint64_t{low(s1)} + u32(ip, 12);
  if constexpr (kAddr == Addr::a) return uint64_t{a} + u32(ip, 12);
  if constexpr (kAddr == Addr::c) return u32(ip, 12);
  if constexpr (kAddr == Addr::x) return uint64_t{wrapping_add(low(s1), low(s2))} + u16(ip, 14);
  if constexpr (kAddr == Addr::y) return uint64_t{wrapping_add(a, low(s1))} + u32(ip, 12);
  if constexpr (kAddr == Addr::b) return uint64_t{wrapping_add(low(s1), u32(ip, 12))} + u32(ip, 16);
  if constexpr (kAddr == Addr::e) return uint64_t{wrapping_add(a, u32(ip, 12))} + u32(ip, 16);
}

WX_COLD_HANDLER(leave_out_of_bounds) {  // acc: effective address
  WX_BEGIN
  cx->store->trap.fault_address = acc;
  cx->store->trap.fault_size = cx->memory0->length;
  WX_TRAP(TrapCode::memory_out_of_bounds);
}

#if WEFT_CHECKED
#define WX_CHECK(ea, bytes)                                                   \
  do {                                                                        \
    const uint64_t weft_length = cx->memory0->length;                         \
    if ((bytes) > weft_length || (ea) > weft_length - (bytes)) [[unlikely]] { \
      acc = (ea);                                                             \
      WX_GO(leave_out_of_bounds);                                             \
    }                                                                         \
  } while (false)
#else
#define WX_CHECK(ea, bytes) static_cast<void>(0)  // the guard pages do it
#endif

template <class Mem, class Val, Addr kAddr, bool kSlot, class Next>
WX_HANDLER(load) {
  WX_BEGIN
  WX_PIN_ACCESS();
  const uint64_t ea = effective<kAddr>(ip, fp, acc, 10, 12);
  WX_CHECK(ea, sizeof(Mem));
  Mem raw;
  std::memcpy(&raw, mem0 + ea, sizeof(Mem));  // SAFETY: checked above, or the guard pages trap
  const Val value = static_cast<Val>(raw);
  if constexpr (std::is_floating_point_v<Val>) {
    WX_PIN_LOAD_F(value);
  } else {
    WX_PIN_LOAD(value);
  }
  WX_RESULT(kSlot, value);
  WX_NEXT(kAddr == Addr::b || kAddr == Addr::e ? 24 : 16);
}

template <class Mem, class Val, Addr kAddr, Src kValue, class Next>
WX_HANDLER(store) {
  WX_BEGIN
  WX_PIN_ACCESS();
  const uint64_t ea = effective<kAddr>(ip, fp, acc, 8, 10);
  WX_CHECK(ea, sizeof(Mem));
  const Val value = WX_OPERAND(kValue, Val, (kAddr == Addr::x ? 12 : 10), 16);
  const Mem raw = static_cast<Mem>(value);
  std::memcpy(mem0 + ea, &raw, sizeof(Mem));  // SAFETY: as in load
  WX_PIN_STORE();
  WX_NEXT(kValue == Src::i || kAddr == Addr::b ? 24 : 16);
}

/// Immediates of stores are 8 bytes at 16, whatever the width.
template <class Mem, Addr kAddr, class Next>
WX_HANDLER(store_imm) {
  WX_BEGIN
  WX_PIN_ACCESS();
  const uint64_t ea = effective<kAddr>(ip, fp, acc, 8, 10);
  WX_CHECK(ea, sizeof(Mem));
  const Mem raw = static_cast<Mem>(u64(ip, 16));
  std::memcpy(mem0 + ea, &raw, sizeof(Mem));  // SAFETY: as in load
  WX_PIN_STORE();
  WX_NEXT(24);
}

// --- fused with an operator (isa_fused.def) ---

/// d <- left op memory[address + o14]
template <auto Fn, class Mem, Src kLeft, Addr kAddr, bool kSlot, class Next>
WX_HANDLER(load_op) {
  WX_BEGIN
  WX_PIN_ACCESS();
  using T = typename Signature<decltype(Fn)>::Second;
  uint32_t index = 0;
  if constexpr (kAddr == Addr::a) {
    index = static_cast<uint32_t>(acc);
  } else {
    index = static_cast<uint32_t>(slot(ip, fp, 12).bits);
    if constexpr (kAddr == Addr::b) index = wrapping_add(index, u32(ip, 16));
  }
  const uint64_t ea = uint64_t{index} + u16(ip, 14);
  WX_CHECK(ea, sizeof(Mem));
  Mem raw;
  std::memcpy(&raw, mem0 + ea, sizeof(Mem));  // SAFETY: as in load
  const T right = static_cast<T>(raw);
  if constexpr (std::is_floating_point_v<T>) {
    WX_PIN_LOAD_F(right);
  } else {
    WX_PIN_LOAD(right);
  }
  const T left = WX_OPERAND(kLeft, T, 10, 0);
  WX_RESULT(kSlot, Fn(left, right));
  WX_NEXT(kAddr == Addr::b ? 24 : 16);
}
#define WX_PUT_LOP(id, op, mem, l, a)                                                      \
  WX_CHAIN(id##_##l##a##_r, load_op, &wasm::numeric::op, mem, Src::l, Addr::a, kWriteSlot) \
  WX_CHAIN(id##_##l##a##_t, load_op, &wasm::numeric::op, mem, Src::l, Addr::a, kTransient)
#define WEFT_LOP(id, op, mem)   \
  WX_PUT_LOP(id, op, mem, s, s) \
  WX_PUT_LOP(id, op, mem, s, a) \
  WX_PUT_LOP(id, op, mem, s, b) \
  WX_PUT_LOP(id, op, mem, a, s) WX_PUT_LOP(id, op, mem, a, a) WX_PUT_LOP(id, op, mem, a, b)
#define WX_PUT_LD(id, mem, val, a)                            \
  WX_CHAIN(id##_##a##_r, load, mem, val, Addr::a, kWriteSlot) \
  WX_CHAIN(id##_##a##_t, load, mem, val, Addr::a, kTransient)
#define WEFT_LD(id, mem, val) \
  WX_PUT_LD(id, mem, val, s)  \
  WX_PUT_LD(id, mem, val, a)  \
  WX_PUT_LD(id, mem, val, c)  \
  WX_PUT_LD(id, mem, val, x)  \
  WX_PUT_LD(id, mem, val, y) WX_PUT_LD(id, mem, val, b) WX_PUT_LD(id, mem, val, e)
#define WEFT_ST(id, mem, val)                         \
  WX_CHAIN(id##_ss, store, mem, val, Addr::s, Src::s) \
  WX_CHAIN(id##_as, store, mem, val, Addr::a, Src::s) \
  WX_CHAIN(id##_cs, store, mem, val, Addr::c, Src::s) \
  WX_CHAIN(id##_xs, store, mem, val, Addr::x, Src::s) \
  WX_CHAIN(id##_sa, store, mem, val, Addr::s, Src::a) \
  WX_CHAIN(id##_ca, store, mem, val, Addr::c, Src::a) \
  WX_CHAIN(id##_xa, store, mem, val, Addr::x, Src::a) \
  WX_CHAIN(id##_si, store_imm, mem, Addr::s)          \
  WX_CHAIN(id##_ai, store_imm, mem, Addr::a)          \
  WX_CHAIN(id##_ci, store_imm, mem, Addr::c)          \
  WX_CHAIN(id##_bs, store, mem, val, Addr::b, Src::s) \
  WX_CHAIN(id##_ba, store, mem, val, Addr::b, Src::a)
#define WEFT_STF(id, mem, val)                        \
  WX_CHAIN(id##_sa, store, mem, val, Addr::s, Src::a) \
  WX_CHAIN(id##_aa, store, mem, val, Addr::a, Src::a) \
  WX_CHAIN(id##_ca, store, mem, val, Addr::c, Src::a) \
  WX_CHAIN(id##_xa, store, mem, val, Addr::x, Src::a) \
  WX_CHAIN(id##_ba, store, mem, val, Addr::b, Src::a)

}  // namespace
}  // namespace weft::interp
