// Handlers of isa_fused.def that touch no memory.
#include "interp/handlers.hpp"

namespace weft::interp {
namespace {

/// d <- z outer (y shift count); count at byte 14.
template <auto Outer, auto Shift, Src kY, Src kZ, bool kSlot>
WX_HANDLER(shift_op) {
  WX_BEGIN
  using T = typename Signature<decltype(Outer)>::First;
  const T y = WX_OPERAND(kY, T, 10, 0);
  T z;
  if constexpr (kZ == Src::i) {
    z = static_cast<T>(u64(ip, 16));
  } else {
    z = from_bits<T>(slot(ip, fp, 12).bits);
  }
  WX_RESULT(kSlot, Outer(z, Shift(y, u16(ip, 14))));
  WX_NEXT(kZ == Src::i ? 24 : 16);
}

// Two roundings each: these are sequences, not fused multiply-adds in the sense of IEEE 754.
struct MulAdd {  // x * y + z
  template <class T>
  static T apply(T x, T y, T z) {
    return x * y + z;
  }
};
struct AddMul {  // z + x * y
  template <class T>
  static T apply(T x, T y, T z) {
    return z + x * y;
  }
};
struct MulSub {  // x * y - z
  template <class T>
  static T apply(T x, T y, T z) {
    return x * y - z;
  }
};
struct SubMul {  // z - x * y
  template <class T>
  static T apply(T x, T y, T z) {
    return z - x * y;
  }
};
template <class F, class T, Src kX, bool kSlot>
WX_HANDLER(multiply_add) {
  WX_BEGIN
  const T x = WX_OPERAND(kX, T, 10, 0);
  const T y = from_bits<T>(slot(ip, fp, 12).bits);
  const T z = from_bits<T>(slot(ip, fp, 14).bits);
  WX_RESULT(kSlot, F::apply(x, y, z));
  WX_NEXT(16);
}

/// d <- s10 + addend; branches if d compare other.
template <auto Add, auto Compare, Src kAddend, Src kOther>
WX_HANDLER(add_branch) {
  WX_BEGIN
  using T = typename Signature<decltype(Add)>::First;
  const T value =
      Add(from_bits<T>(slot(ip, fp, 10).bits),
          kAddend == Src::i ? static_cast<T>(u64(ip, 16)) : from_bits<T>(slot(ip, fp, 16).bits));
  WX_RESULT(kWriteSlot, value);
  const T other =
      kOther == Src::i ? static_cast<T>(u64(ip, 24)) : from_bits<T>(slot(ip, fp, 24).bits);
  if (Compare(value, other) != 0) {
    WX_TAKE(12);
  }
  WX_KEEP_BRANCH();
  WX_NEXT(32);
}

/// d <- left compare right ? s10 : s12
template <auto Compare, Src kLeft, Src kRight, bool kSlot>
WX_HANDLER(select_compare) {
  WX_BEGIN
  using T = typename Signature<decltype(Compare)>::First;
  const T left = WX_OPERAND(kLeft, T, 14, 0);
  const T right =
      kRight == Src::i ? static_cast<T>(u64(ip, 16)) : from_bits<T>(slot(ip, fp, 16).bits);
  const uint64_t a = slot(ip, fp, 10).bits;
  const uint64_t b = slot(ip, fp, 12).bits;
  WX_RESULT(kSlot, Compare(left, right) != 0 ? a : b);
  WX_NEXT(24);
}

WX_HANDLER(inc2) {
  WX_BEGIN
  Cell& first = slot(ip, fp, 8);
  first.bits =
      static_cast<uint32_t>(first.bits) + static_cast<uint32_t>(static_cast<int16_t>(u16(ip, 10)));
  Cell& second = slot(ip, fp, 12);
  acc =
      static_cast<uint32_t>(second.bits) + static_cast<uint32_t>(static_cast<int16_t>(u16(ip, 14)));
  second.bits = acc;
  WX_NEXT(16);
}

}  // namespace

#define WEFT_LOP(id, op, mem)
#define WEFT_STINC(id, mem, val)
#define WX_PUT_SHOP(id, outer, shift, y, z)                                                   \
  WX_PUT(id##_##y##z##_r,                                                                     \
         shift_op<&wasm::numeric::outer, &wasm::numeric::shift, Src::y, Src::z, kWriteSlot>); \
  WX_PUT(id##_##y##z##_t,                                                                     \
         shift_op<&wasm::numeric::outer, &wasm::numeric::shift, Src::y, Src::z, kTransient>);
#define WEFT_SHOP(id, outer, shift)   \
  WX_PUT_SHOP(id, outer, shift, s, s) \
  WX_PUT_SHOP(id, outer, shift, a, s) \
  WX_PUT_SHOP(id, outer, shift, s, i) WX_PUT_SHOP(id, outer, shift, a, i)
#define WX_ADDBR(id, add, cmp, x, y) \
  WX_PUT(id##_##x##y, add_branch<&wasm::numeric::add, &wasm::numeric::cmp, Src::x, Src::y>);
#define WEFT_ADDBR(w, id, add, cmp) \
  WX_ADDBR(id, add, cmp, i, i)      \
  WX_ADDBR(id, add, cmp, i, s) WX_ADDBR(id, add, cmp, s, i) WX_ADDBR(id, add, cmp, s, s)
#define WX_PUT_SELCMP(id, cmp, l, r)                                                        \
  WX_PUT(id##_##l##r##_r, select_compare<&wasm::numeric::cmp, Src::l, Src::r, kWriteSlot>); \
  WX_PUT(id##_##l##r##_t, select_compare<&wasm::numeric::cmp, Src::l, Src::r, kTransient>);
#define WEFT_SELCMP(w, id, cmp) \
  WX_PUT_SELCMP(id, cmp, s, s)  \
  WX_PUT_SELCMP(id, cmp, s, i) WX_PUT_SELCMP(id, cmp, a, s) WX_PUT_SELCMP(id, cmp, a, i)
#define WEFT_MADD(id, fn)
#define WEFT_MISC(id, fields, bytes)
#define WX_PUT_MADD(id, F, T)                                \
  WX_PUT(id##_ss_r, multiply_add<F, T, Src::s, kWriteSlot>); \
  WX_PUT(id##_ss_t, multiply_add<F, T, Src::s, kTransient>); \
  WX_PUT(id##_as_r, multiply_add<F, T, Src::a, kWriteSlot>); \
  WX_PUT(id##_as_t, multiply_add<F, T, Src::a, kTransient>);

void install_fused(HandlerTable& table) {
#include "interp/isa_fused.def"
  WX_PUT_MADD(f32_mul_add, MulAdd, float)
  WX_PUT_MADD(f32_add_mul, AddMul, float)
  WX_PUT_MADD(f32_mul_sub, MulSub, float)
  WX_PUT_MADD(f32_sub_mul, SubMul, float)
  WX_PUT_MADD(f64_mul_add, MulAdd, double)
  WX_PUT_MADD(f64_add_mul, AddMul, double)
  WX_PUT_MADD(f64_mul_sub, MulSub, double)
  WX_PUT_MADD(f64_sub_mul, SubMul, double)
  WX_PUT(inc2, inc2);
}

}  // namespace weft::interp
