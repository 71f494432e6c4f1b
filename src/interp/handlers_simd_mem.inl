// Handlers of isa_simd_memory.def, for guarded and for checked memories like those of
// handlers_mem.inl, whose addresses and checks they use. What is moved is short enough for any
// instruction set level.
#include "interp/handlers_mem.inl"
#include "interp/handlers_simd.hpp"
#include "wasm/opcodes.hpp"

namespace weft::interp {
namespace {

inline const uint8_t* host(const std::byte* mem0, uint64_t ea) {
  return reinterpret_cast<const uint8_t*>(mem0 +
                                          ea);  // SAFETY: checked before, or the guard pages trap
}
inline uint8_t* host(std::byte* mem0, uint64_t ea) {
  return reinterpret_cast<uint8_t*>(mem0 + ea);  // SAFETY: the same
}

template <auto Fn, unsigned kBytes, Addr kAddr, bool kSlot>
WX_HANDLER(vector_load) {
  WX_BEGIN
  const uint64_t ea = effective<kAddr>(ip, fp, acc, 10, 12);
  WX_CHECK(ea, kBytes);
  const V128 value = Fn(host(mem0, ea));
  WX_PIN_LOAD_F(value.words);
  WX_VECTOR_RESULT(kSlot, value);
  WX_NEXT(kAddr == Addr::b || kAddr == Addr::e ? 24 : 16);
}
/// d <- left op load(address + o14)
template <auto Fn, auto Load, unsigned kBytes, Src kLeft, Addr kAddr, bool kSlot>
WX_HANDLER(vector_load_op) {
  WX_BEGIN
  uint32_t index = 0;
  if constexpr (kAddr == Addr::a) {
    index = static_cast<uint32_t>(acc);
  } else {
    index = static_cast<uint32_t>(slot(ip, fp, 12).bits);
    if constexpr (kAddr == Addr::b) index = wrapping_add(index, u32(ip, 16));
  }
  const uint64_t ea = uint64_t{index} + u16(ip, 14);
  WX_CHECK(ea, kBytes);
  const V128 right = Load(host(mem0, ea));
  WX_PIN_LOAD_F(right.words);
  WX_VECTOR_RESULT(kSlot, Fn(WX_VECTOR(kLeft, 10), right));
  WX_NEXT(kAddr == Addr::b ? 24 : 16);
}
template <Addr kAddr, Src kValue>
WX_HANDLER(vector_store) {
  WX_BEGIN
  const uint64_t ea = effective<kAddr>(ip, fp, acc, 8, 10);
  WX_CHECK(ea, 16);
  wasm::numeric::v128_store(host(mem0, ea), WX_VECTOR(kValue, (kAddr == Addr::x ? 12 : 10)));
  WX_PIN_STORE();
  WX_NEXT(16);
}
template <auto Fn, unsigned kBytes, Src kVector, bool kSlot>
WX_HANDLER(load_lane) {
  WX_BEGIN
  const uint64_t ea = uint64_t{static_cast<uint32_t>(slot(ip, fp, 10).bits)} + u32(ip, 16);
  WX_CHECK(ea, kBytes);
  const V128 value = Fn(host(mem0, ea), WX_VECTOR(kVector, 12), u16(ip, 14));
  WX_PIN_LOAD_F(value.words);
  WX_VECTOR_RESULT(kSlot, value);
  WX_NEXT(24);
}
/// The lane is a few bytes of the slot: what storing lane 0 of a vector that begins there stores.
template <auto Fn, unsigned kBytes, Addr kAddr>
WX_HANDLER(store_lane) {
  WX_BEGIN
  const uint64_t ea = effective<kAddr>(ip, fp, acc, 8, 0);
  WX_CHECK(ea, kBytes);
  uint64_t raw = 0;
  // SAFETY: the lane's bytes are inside the slot's two cells.
  std::memcpy(&raw, reinterpret_cast<const std::byte*>(&slot(ip, fp, 10)) + u16(ip, 16), kBytes);
  Fn(host(mem0, ea), V128::of(raw, 0), 0);
  WX_PIN_STORE();
  WX_NEXT(24);
}

#define WX_BYTES(op) wasm::access_bytes(wasm::Op::op)
#define WX_PUT_VLD(op, a) \
  WX_PUT_PAIR(op##_##a, vector_load, &wasm::numeric::op, WX_BYTES(op), Addr::a)
#define WEFT_VLD(op) \
  WX_PUT_VLD(op, s)  \
  WX_PUT_VLD(op, a)  \
  WX_PUT_VLD(op, c) WX_PUT_VLD(op, x) WX_PUT_VLD(op, y) WX_PUT_VLD(op, b) WX_PUT_VLD(op, e)
#define WX_PUT_VLOP(id, op, load, l, a)                                              \
  WX_PUT_PAIR(id##_##l##a, vector_load_op, &wasm::numeric::op, &wasm::numeric::load, \
              WX_BYTES(load), Src::l, Addr::a)
#define WEFT_VLOP(id, op, load)   \
  WX_PUT_VLOP(id, op, load, s, s) \
  WX_PUT_VLOP(id, op, load, s, a) \
  WX_PUT_VLOP(id, op, load, s, b) \
  WX_PUT_VLOP(id, op, load, a, s) WX_PUT_VLOP(id, op, load, a, a) WX_PUT_VLOP(id, op, load, a, b)
#define WX_PUT_VST(op, a, v) WX_PUT(op##_##a##v, vector_store<Addr::a, Src::v>);
#define WEFT_VST(op)   \
  WX_PUT_VST(op, s, s) \
  WX_PUT_VST(op, a, s) \
  WX_PUT_VST(op, c, s) \
  WX_PUT_VST(op, x, s) \
  WX_PUT_VST(op, s, a) WX_PUT_VST(op, a, a) WX_PUT_VST(op, c, a) WX_PUT_VST(op, x, a)
#define WEFT_VLDLANE(op)                                                    \
  WX_PUT_PAIR(op##_ss, load_lane, &wasm::numeric::op, WX_BYTES(op), Src::s) \
  WX_PUT_PAIR(op##_sa, load_lane, &wasm::numeric::op, WX_BYTES(op), Src::a)
#define WEFT_VSTLANE(op)                                                  \
  WX_PUT(op##_ss, store_lane<&wasm::numeric::op, WX_BYTES(op), Addr::s>); \
  WX_PUT(op##_as, store_lane<&wasm::numeric::op, WX_BYTES(op), Addr::a>);
#define WEFT_MISC(id, fields, bytes)

}  // namespace
}  // namespace weft::interp
