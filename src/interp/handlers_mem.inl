// Handlers of isa_memory.def, twice: for a memory 0 whose guard pages catch what is out of bounds (WEFT_CHECKED false), and
// with explicit checks. Included by handlers_mem_guarded.cpp and handlers_mem_checked.cpp.
#include "interp/handlers.hpp"

namespace weft::interp {
namespace {

enum class Addr { s, a, c, x };

/// Where the static offset is, by form.
template <Addr kAddr>
inline uint64_t static_offset(const std::byte* ip) {
  return kAddr == Addr::x ? u16(ip, 14) : u32(ip, 12);
}
/// Effective address: 32-bit index + 32-bit offset, so it cannot overflow. Slot of the index at `s1` (and s2 for x).
template <Addr kAddr>
inline uint64_t effective(const std::byte* ip, Cell* fp, uint64_t acc, unsigned s1, unsigned s2) {
  const uint64_t offset = static_offset<kAddr>(ip);
  if constexpr (kAddr == Addr::s) {
    return static_cast<uint32_t>(slot(ip, fp, s1).bits) + offset;
  } else if constexpr (kAddr == Addr::a) {
    return uint64_t{static_cast<uint32_t>(acc)} + offset;
  } else if constexpr (kAddr == Addr::c) {
    return offset;
  } else {
    return uint64_t{static_cast<uint32_t>(slot(ip, fp, s1).bits) + static_cast<uint32_t>(slot(ip, fp, s2).bits)} + offset;
  }
}

WX_COLD_HANDLER(leave_out_of_bounds) {  // acc: effective address
  WX_BEGIN
  cx->store->trap.fault_address = acc;
  cx->store->trap.fault_size = cx->memory0->length;
  WX_TRAP(TrapCode::memory_out_of_bounds);
}

#if WEFT_CHECKED
#define WX_CHECK(ea, bytes)                                                                          \
  do {                                                                                               \
    const uint64_t weft_length = cx->memory0->length;                                                \
    if ((bytes) > weft_length || (ea) > weft_length - (bytes)) [[unlikely]] {                        \
      acc = (ea);                                                                                    \
      WX_GO(leave_out_of_bounds);                                                                    \
    }                                                                                                \
  } while (false)
#else
#define WX_CHECK(ea, bytes) static_cast<void>(0)  // the guard pages do it
#endif

template <class Mem, class Val, Addr kAddr, bool kSlot>
WX_HANDLER(load) {
  WX_BEGIN
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
  WX_NEXT(16);
}

template <class Mem, class Val, Addr kAddr, Src kValue>
WX_HANDLER(store) {
  WX_BEGIN
  const uint64_t ea = effective<kAddr>(ip, fp, acc, 8, 10);
  WX_CHECK(ea, sizeof(Mem));
  const Val value = WX_OPERAND(kValue, Val, (kAddr == Addr::x ? 12 : 10), 16);
  const Mem raw = static_cast<Mem>(value);
  std::memcpy(mem0 + ea, &raw, sizeof(Mem));  // SAFETY: as in load
  WX_PIN_STORE();
  WX_NEXT(kValue == Src::i ? 24 : 16);
}

/// Immediates of stores are 8 bytes at 16, whatever the width.
template <class Mem, Addr kAddr>
WX_HANDLER(store_imm) {
  WX_BEGIN
  const uint64_t ea = effective<kAddr>(ip, fp, acc, 8, 10);
  WX_CHECK(ea, sizeof(Mem));
  const Mem raw = static_cast<Mem>(u64(ip, 16));
  std::memcpy(mem0 + ea, &raw, sizeof(Mem));  // SAFETY: as in load
  WX_PIN_STORE();
  WX_NEXT(24);
}

#define WX_PUT_LD(id, mem, val, a)                                        \
  WX_PUT(id##_##a##_r, load<mem, val, Addr::a, kWriteSlot>);              \
  WX_PUT(id##_##a##_t, load<mem, val, Addr::a, kTransient>);
#define WEFT_LD(id, mem, val) \
  WX_PUT_LD(id, mem, val, s) WX_PUT_LD(id, mem, val, a) WX_PUT_LD(id, mem, val, c) WX_PUT_LD(id, mem, val, x)
#define WEFT_ST(id, mem, val)                          \
  WX_PUT(id##_ss, store<mem, val, Addr::s, Src::s>);   \
  WX_PUT(id##_as, store<mem, val, Addr::a, Src::s>);   \
  WX_PUT(id##_cs, store<mem, val, Addr::c, Src::s>);   \
  WX_PUT(id##_xs, store<mem, val, Addr::x, Src::s>);   \
  WX_PUT(id##_sa, store<mem, val, Addr::s, Src::a>);   \
  WX_PUT(id##_ca, store<mem, val, Addr::c, Src::a>);   \
  WX_PUT(id##_xa, store<mem, val, Addr::x, Src::a>);   \
  WX_PUT(id##_si, store_imm<mem, Addr::s>);            \
  WX_PUT(id##_ai, store_imm<mem, Addr::a>);            \
  WX_PUT(id##_ci, store_imm<mem, Addr::c>);
#define WEFT_STF(id, mem, val)                         \
  WX_PUT(id##_sa, store<mem, val, Addr::s, Src::a>);   \
  WX_PUT(id##_aa, store<mem, val, Addr::a, Src::a>);   \
  WX_PUT(id##_ca, store<mem, val, Addr::c, Src::a>);   \
  WX_PUT(id##_xa, store<mem, val, Addr::x, Src::a>);

}  // namespace
}  // namespace weft::interp
