// Handlers of isa_simd_misc.def. Included once per instruction set level.
#include "interp/handlers_simd.hpp"

namespace weft::interp {
namespace {

template <auto Fn, Src kSrc, bool kSlot>
WX_HANDLER(vector_unary) {
  WX_BEGIN
  WX_VECTOR_RESULT(kSlot, Fn(WX_VECTOR(kSrc, 10)));
  WX_NEXT(16);
}
template <auto Fn, Src kSrc, bool kSlot>
WX_HANDLER(vector_test) {
  WX_BEGIN
  WX_RESULT(kSlot, Fn(WX_VECTOR(kSrc, 10)));
  WX_NEXT(16);
}
template <auto Fn, Src kSrc, bool kSlot>
WX_HANDLER(vector_splat) {
  WX_BEGIN
  WX_VECTOR_RESULT(kSlot, Fn(WX_OPERAND(kSrc, typename Signature<decltype(Fn)>::First, 10, 0)));
  WX_NEXT(16);
}
template <auto Fn, Src kLeft, Src kCount, bool kSlot>
WX_HANDLER(vector_shift) {
  WX_BEGIN
  const uint32_t count =
      kCount == Src::i ? u32(ip, 12) : static_cast<uint32_t>(slot(ip, fp, 12).bits);
  WX_VECTOR_RESULT(kSlot, Fn(WX_VECTOR(kLeft, 10), count));
  WX_NEXT(16);
}
template <auto Left, auto Right, unsigned kBits, Src kSrc, bool kSlot>
WX_HANDLER(vector_rotate) {
  WX_BEGIN
  const uint32_t count = u32(ip, 12);
  const V128 v = WX_VECTOR(kSrc, 10);
  WX_VECTOR_RESULT(kSlot, wasm::numeric::v128_or(Left(v, count), Right(v, kBits - count)));
  WX_NEXT(16);
}
template <auto Fn, Src kA, Src kB, Src kC, bool kSlot>
WX_HANDLER(vector_ternary) {
  WX_BEGIN
  WX_VECTOR_RESULT(kSlot, Fn(WX_VECTOR(kA, 10), WX_VECTOR(kB, 12), WX_VECTOR(kC, 14)));
  WX_NEXT(16);
}

/// Two roundings: the sequence, not a fused multiply-add. kProductLeft: the product is the sum's
/// left operand.
template <auto Sum, auto Product, bool kProductLeft, Src kX, bool kSlot>
WX_HANDLER(vector_multiply_add) {
  WX_BEGIN
  const V128 product = Product(WX_VECTOR(kX, 10), vector_at(slot(ip, fp, 12)));
  const V128 z = vector_at(slot(ip, fp, 14));
  WX_VECTOR_RESULT(kSlot, kProductLeft ? Sum(product, z) : Sum(z, product));
  WX_NEXT(16);
}

template <class F>
struct LaneSignature;
template <class T>
struct LaneSignature<V128 (*)(V128, T, uint32_t)> {
  using Lane = T;
};
/// Any lane of a vector in a slot: the emitter gives the lane's first byte, and lane 0 of what is
/// read there is it.
template <auto Fn, unsigned kBytes, Src kSrc, bool kSlot>
WX_HANDLER(extract_lane) {
  WX_BEGIN
  if constexpr (kSrc == Src::a) {
    WX_RESULT(kSlot, Fn(V128(vacc), 0));
  } else {
    uint64_t raw = 0;
    // SAFETY: the lane's bytes are inside the slot's two cells.
    std::memcpy(&raw, reinterpret_cast<const std::byte*>(&slot(ip, fp, 10)) + u16(ip, 14), kBytes);
    WX_RESULT(kSlot, Fn(V128::of(raw, 0), 0));
  }
  WX_NEXT(16);
}
template <auto Fn, Src kVector, Src kLane, bool kSlot>
WX_HANDLER(replace_lane) {
  WX_BEGIN
  using Lane = typename LaneSignature<decltype(Fn)>::Lane;
  const Lane x = WX_OPERAND(kLane, Lane, 12, 0);
  WX_VECTOR_RESULT(kSlot, Fn(WX_VECTOR(kVector, 10), x, u16(ip, 14)));
  WX_NEXT(16);
}

WX_HANDLER(mov_v) {
  WX_BEGIN
  V128(vacc).store(&slot(ip, fp, 8));
  WX_NEXT(16);
}
WX_HANDLER(mov_vs) {
  WX_BEGIN
  vector_at(slot(ip, fp, 10)).store(&slot(ip, fp, 8));
  WX_NEXT(16);
}
template <bool kSlot>
WX_HANDLER(v128_const) {
  WX_BEGIN
  WX_VECTOR_RESULT(kSlot, V128::load(ip + 16));
  WX_NEXT(32);
}
template <Src kCond, bool kSlot>
WX_HANDLER(select_v) {
  WX_BEGIN
  const uint32_t cond = WX_OPERAND(kCond, uint32_t, 14, 0);
  const uint32_t a = u16(ip, 10);
  const uint32_t b = u16(ip, 12);
  WX_VECTOR_RESULT(kSlot, vector_at(fp[cond != 0 ? a : b]));
  WX_NEXT(16);
}
template <bool kSlot>
WX_HANDLER(global_get_v) {
  WX_BEGIN
  WX_VECTOR_RESULT(kSlot, vector_at(cx->globals[u32(ip, 12)]->value[0]));
  WX_NEXT(16);
}
template <Src kSrc>
WX_HANDLER(global_set_v) {
  WX_BEGIN
  WX_VECTOR(kSrc, 8).store(&cx->globals[u32(ip, 12)]->value[0]);
  WX_NEXT(16);
}

template <Src kSrc, bool kSlot>
WX_HANDLER(shuffle1) {
  WX_BEGIN
  WX_VECTOR_RESULT(kSlot, simd::pick(WX_VECTOR(kSrc, 10), V128::load(ip + 16)));
  WX_NEXT(32);
}
template <Src kLeft, Src kRight, bool kSlot>
WX_HANDLER(shuffle2) {
  WX_BEGIN
  const V128 left = simd::pick(WX_VECTOR(kLeft, 10), V128::load(ip + 16));
  const V128 right = simd::pick(WX_VECTOR(kRight, 12), V128::load(ip + 32));
  WX_VECTOR_RESULT(kSlot, wasm::numeric::v128_or(left, right));
  WX_NEXT(48);
}

#define WEFT_VUN(op)                                            \
  WX_PUT_PAIR(op##_s, vector_unary, &wasm::numeric::op, Src::s) \
  WX_PUT_PAIR(op##_a, vector_unary, &wasm::numeric::op, Src::a)
#define WEFT_VTEST(op)                                         \
  WX_PUT_PAIR(op##_s, vector_test, &wasm::numeric::op, Src::s) \
  WX_PUT_PAIR(op##_a, vector_test, &wasm::numeric::op, Src::a)
#define WEFT_VSPLAT(op)                                         \
  WX_PUT_PAIR(op##_s, vector_splat, &wasm::numeric::op, Src::s) \
  WX_PUT_PAIR(op##_a, vector_splat, &wasm::numeric::op, Src::a)
#define WEFT_VSHIFT(op)                                                  \
  WX_PUT_PAIR(op##_ss, vector_shift, &wasm::numeric::op, Src::s, Src::s) \
  WX_PUT_PAIR(op##_as, vector_shift, &wasm::numeric::op, Src::a, Src::s) \
  WX_PUT_PAIR(op##_si, vector_shift, &wasm::numeric::op, Src::s, Src::i) \
  WX_PUT_PAIR(op##_ai, vector_shift, &wasm::numeric::op, Src::a, Src::i)
#define WEFT_VTERN(op)                                                              \
  WX_PUT_PAIR(op##_sss, vector_ternary, &wasm::numeric::op, Src::s, Src::s, Src::s) \
  WX_PUT_PAIR(op##_ass, vector_ternary, &wasm::numeric::op, Src::a, Src::s, Src::s) \
  WX_PUT_PAIR(op##_sas, vector_ternary, &wasm::numeric::op, Src::s, Src::a, Src::s) \
  WX_PUT_PAIR(op##_ssa, vector_ternary, &wasm::numeric::op, Src::s, Src::s, Src::a)
#define WX_STARTS_WITH_PRODUCT(id) (#id[6] == 'm')  // f32x4_mul_add, not f32x4_add_mul
#define WEFT_VMADD(id, sum, product)                                                      \
  WX_PUT_PAIR(id##_ss, vector_multiply_add, &wasm::numeric::sum, &wasm::numeric::product, \
              WX_STARTS_WITH_PRODUCT(id), Src::s)                                         \
  WX_PUT_PAIR(id##_as, vector_multiply_add, &wasm::numeric::sum, &wasm::numeric::product, \
              WX_STARTS_WITH_PRODUCT(id), Src::a)
#define WEFT_VEXTRACT(op, bytes)                                       \
  WX_PUT_PAIR(op##_s, extract_lane, &wasm::numeric::op, bytes, Src::s) \
  WX_PUT_PAIR(op##_a, extract_lane, &wasm::numeric::op, bytes, Src::a)
#define WEFT_VREPLACE(op)                                                \
  WX_PUT_PAIR(op##_ss, replace_lane, &wasm::numeric::op, Src::s, Src::s) \
  WX_PUT_PAIR(op##_as, replace_lane, &wasm::numeric::op, Src::a, Src::s) \
  WX_PUT_PAIR(op##_sa, replace_lane, &wasm::numeric::op, Src::s, Src::a) \
  WX_PUT_PAIR(op##_aa, replace_lane, &wasm::numeric::op, Src::a, Src::a)
#define WEFT_MISC(id, fields, bytes)
#define WEFT_MISC2(id, fields, bytes)

}  // namespace

WX_FAMILY(WEFT_SIMD_FAMILY(simd_misc)) {
#include "interp/isa_simd_misc.def"
  WX_PUT_PAIR(i32x4_rotl_s, vector_rotate, &wasm::numeric::i32x4_shl, &wasm::numeric::i32x4_shr_u,
              32, Src::s)
  WX_PUT_PAIR(i32x4_rotl_a, vector_rotate, &wasm::numeric::i32x4_shl, &wasm::numeric::i32x4_shr_u,
              32, Src::a)
  WX_PUT_PAIR(i64x2_rotl_s, vector_rotate, &wasm::numeric::i64x2_shl, &wasm::numeric::i64x2_shr_u,
              64, Src::s)
  WX_PUT_PAIR(i64x2_rotl_a, vector_rotate, &wasm::numeric::i64x2_shl, &wasm::numeric::i64x2_shr_u,
              64, Src::a)
  WX_PUT(mov_v, mov_v);
  WX_PUT(mov_vs, mov_vs);
  WX_PUT(v128_const_r, v128_const<kWriteSlot>);
  WX_PUT(v128_const_t, v128_const<kTransient>);
  WX_PUT_PAIR(select_v_s, select_v, Src::s)
  WX_PUT_PAIR(select_v_a, select_v, Src::a)
  WX_PUT(global_get_v_r, global_get_v<kWriteSlot>);
  WX_PUT(global_get_v_t, global_get_v<kTransient>);
  WX_PUT(global_set_v_s, global_set_v<Src::s>);
  WX_PUT(global_set_v_a, global_set_v<Src::a>);
  WX_PUT_PAIR(shuffle1_s, shuffle1, Src::s)
  WX_PUT_PAIR(shuffle1_a, shuffle1, Src::a)
  WX_PUT_PAIR(shuffle2_ss, shuffle2, Src::s, Src::s)
  WX_PUT_PAIR(shuffle2_as, shuffle2, Src::a, Src::s)
  WX_PUT_PAIR(shuffle2_sa, shuffle2, Src::s, Src::a)
}

}  // namespace weft::interp
