// Handlers that touch no memory: moves, branches, select, globals, and those of isa_fused.def. For
// their tables (handlers_control.cpp, handlers_fused.cpp), and as parts of sequences.
#pragma once

#include "base/wrapping.hpp"
#include "interp/handlers.hpp"
#include "runtime/builtins.hpp"

namespace weft::wasm::numeric {
namespace {
// `and` as a condition.
constexpr uint32_t i32_test(uint32_t a, uint32_t b) { return (a & b) != 0; }
constexpr uint32_t i32_testz(uint32_t a, uint32_t b) { return (a & b) == 0; }
}  // namespace
}  // namespace weft::wasm::numeric

namespace weft::interp {
namespace {

template <class Next>
WX_HANDLER(mov) {
  WX_BEGIN
  slot(ip, fp, 8) = slot(ip, fp, 10);
  WX_NEXT(16);
}
template <class Next>
WX_HANDLER(mov2) {
  WX_BEGIN
  slot(ip, fp, 8) = slot(ip, fp, 10);
  slot(ip, fp, 12) = slot(ip, fp, 14);
  WX_NEXT(16);
}
template <class Next>
WX_HANDLER(mov_br) {
  WX_BEGIN
  slot(ip, fp, 8) = slot(ip, fp, 10);
  WX_TAKE(12);
}
template <class Next>
WX_HANDLER(mov_i) {
  WX_BEGIN
  slot(ip, fp, 8).bits = acc;
  WX_NEXT(16);
}
template <class Next>
WX_HANDLER(mov_f) {
  WX_BEGIN
  slot(ip, fp, 8).bits = to_bits(facc);
  WX_NEXT(16);
}
template <class Next>
WX_HANDLER(mov_d) {
  WX_BEGIN
  slot(ip, fp, 8).bits = to_bits(dacc);
  WX_NEXT(16);
}
template <class Next>
WX_HANDLER(const32) {
  WX_BEGIN
  slot(ip, fp, 8).bits = u32(ip, 12);
  WX_NEXT(16);
}
template <class Next>
WX_HANDLER(const64) {
  WX_BEGIN
  slot(ip, fp, 8).bits = u64(ip, 16);
  WX_NEXT(24);
}
template <class Next>
WX_HANDLER(br) {
  WX_BEGIN
  WX_TAKE(12);
}
/// Branches if the T operand is nonzero (kSense) or zero.
template <class T, Src kSrc, bool kSense, class Next>
WX_HANDLER(br_if) {
  WX_BEGIN
  if ((WX_OPERAND(kSrc, T, 8, 0) != 0) == kSense) {
    WX_TAKE(12);
  }
  WX_KEEP_BRANCH();
  WX_NEXT(16);
}
template <Src kSrc, class Next>
WX_HANDLER(br_table) {
  WX_BEGIN
  const uint32_t index = WX_OPERAND(kSrc, uint32_t, 8, 0);
  const uint32_t last = u32(ip, 12);
  // SAFETY: the table has last + 1 entries behind the instruction.
  const std::byte* entry = ip + 16 + size_t{4} * (index < last ? index : last);
  ip = jump(entry, 0);
  WX_JUMP();
}
/// d <- cond ? a : b; picks the slot, then loads, so that no class of value needs a branch.
template <class T, Src kCond, bool kSlot, class Next>
WX_HANDLER(select) {
  WX_BEGIN
  const uint32_t cond = WX_OPERAND(kCond, uint32_t, 14, 0);
  const uint32_t a = u16(ip, 10);
  const uint32_t b = u16(ip, 12);
  const uint32_t picked = cond != 0 ? a : b;
  WX_RESULT(kSlot, from_bits<T>(fp[picked].bits));
  WX_NEXT(16);
}

/// The same with constants among a and b.
template <Src kCond, Src kA, Src kB, bool kSlot, class Next>
WX_HANDLER(select_constant) {
  WX_BEGIN
  const uint32_t cond = WX_OPERAND(kCond, uint32_t, 14, 0);
  const uint64_t a = kA == Src::i ? u32(ip, 16) : slot(ip, fp, 10).bits;
  const uint64_t b = kB == Src::i ? u32(ip, 20) : slot(ip, fp, 12).bits;
  WX_RESULT(kSlot, cond != 0 ? a : b);
  WX_NEXT(24);
}

template <class T, bool kSlot, class Next>
WX_HANDLER(global_get) {
  WX_BEGIN
  WX_RESULT(kSlot, from_bits<T>(cx->globals[u32(ip, 12)]->value[0].bits));
  WX_NEXT(16);
}
template <class Next>
WX_HANDLER(global_set_s) {
  WX_BEGIN
  cx->globals[u32(ip, 12)]->value[0] = slot(ip, fp, 8);
  WX_NEXT(16);
}
template <class Next>
WX_HANDLER(global_set_a) {
  WX_BEGIN
  cx->globals[u32(ip, 12)]->value[0].bits = acc;
  WX_NEXT(16);
}
template <class Next>
WX_HANDLER(global_set_i) {
  WX_BEGIN
  cx->globals[u32(ip, 12)]->value[0].bits = u64(ip, 16);
  WX_NEXT(24);
}

/// d <- z outer (y shift count); count at byte 14.
template <auto Outer, auto Shift, Src kY, Src kZ, bool kSlot, class Next>
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
template <class F, class T, Src kX, bool kSlot, class Next>
WX_HANDLER(multiply_add) {
  WX_BEGIN
  const T x = WX_OPERAND(kX, T, 10, 0);
  const T y = from_bits<T>(slot(ip, fp, 12).bits);
  const T z = from_bits<T>(slot(ip, fp, 14).bits);
  WX_RESULT(kSlot, F::apply(x, y, z));
  WX_NEXT(16);
}

/// d <- s10 + addend; branches if d compare other.
template <auto Add, auto Compare, Src kAddend, Src kOther, class Next>
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
template <auto Compare, Src kLeft, Src kRight, bool kSlot, class Next>
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

template <class Next>
WX_HANDLER(inc2) {
  WX_BEGIN
  Cell& first = slot(ip, fp, 8);
  first.bits = wrapping_add(static_cast<uint32_t>(first.bits),
                            static_cast<uint32_t>(static_cast<int16_t>(u16(ip, 10))));
  Cell& second = slot(ip, fp, 12);
  acc = wrapping_add(static_cast<uint32_t>(second.bits),
                     static_cast<uint32_t>(static_cast<int16_t>(u16(ip, 14))));
  second.bits = acc;
  WX_NEXT(16);
}

WX_COLD_HANDLER(epoch_slow) {
  WX_BEGIN
  cx->store->interp_ip = ip;
  cx->store->interp_fp = fp;
  cx->store->interp_vmctx = cx;
  const TrapCode trap = builtins::epoch_expired(cx, VMResume::Kind::checkpoint, ip);
  acc = 0, facc = 0, dacc = 0;
  if (trap != TrapCode::none) WX_TRAP(trap);
  mem0 = cx->memory0->base;  // the store's callback may have grown it
  WX_NEXT(8);
}
template <class Next>
WX_HANDLER(epoch) {
  WX_BEGIN
  // SAFETY: relaxed, only the fact that the counter or the deadline has moved matters.
  if (cx->store->epoch->load(std::memory_order_relaxed) >=
      __atomic_load_n(&cx->store->epoch_deadline, __ATOMIC_RELAXED)) [[unlikely]]
    WX_GO(epoch_slow);
  WX_NEXT(8);
}

}  // namespace

#define WX_SELECT_CONSTANT(c, a, b)                                                        \
  WX_CHAIN(select_i_##c##_##a##b##_r, select_constant, Src::c, Src::a, Src::b, kWriteSlot) \
  WX_CHAIN(select_i_##c##_##a##b##_t, select_constant, Src::c, Src::a, Src::b, kTransient)
#define WX_SELECT(cls, T)                                     \
  WX_CHAIN(select_##cls##_s_r, select, T, Src::s, kWriteSlot) \
  WX_CHAIN(select_##cls##_s_t, select, T, Src::s, kTransient) \
  WX_CHAIN(select_##cls##_a_r, select, T, Src::a, kWriteSlot) \
  WX_CHAIN(select_##cls##_a_t, select, T, Src::a, kTransient) \
  WX_CHAIN(global_get_##cls##_r, global_get, T, kWriteSlot)   \
  WX_CHAIN(global_get_##cls##_t, global_get, T, kTransient)
/// Those of isa_control.def.
#define WX_CONTROL_CHAINS                            \
  WX_CHAIN(mov, mov)                                 \
  WX_CHAIN(mov2, mov2)                               \
  WX_CHAIN(mov_br, mov_br)                           \
  WX_CHAIN(mov_i, mov_i)                             \
  WX_CHAIN(mov_f, mov_f)                             \
  WX_CHAIN(mov_d, mov_d)                             \
  WX_CHAIN(const32, const32)                         \
  WX_CHAIN(const64, const64)                         \
  WX_CHAIN(br, br)                                   \
  WX_CHAIN(br_nz_s, br_if, uint32_t, Src::s, true)   \
  WX_CHAIN(br_nz_a, br_if, uint32_t, Src::a, true)   \
  WX_CHAIN(br_z_s, br_if, uint32_t, Src::s, false)   \
  WX_CHAIN(br_z_a, br_if, uint32_t, Src::a, false)   \
  WX_CHAIN(br_nz64_s, br_if, uint64_t, Src::s, true) \
  WX_CHAIN(br_nz64_a, br_if, uint64_t, Src::a, true) \
  WX_CHAIN(br_z64_s, br_if, uint64_t, Src::s, false) \
  WX_CHAIN(br_z64_a, br_if, uint64_t, Src::a, false) \
  WX_CHAIN(br_table_s, br_table, Src::s)             \
  WX_CHAIN(br_table_a, br_table, Src::a)             \
  WX_SELECT_CONSTANT(s, s, i)                        \
  WX_SELECT_CONSTANT(s, i, s)                        \
  WX_SELECT_CONSTANT(s, i, i)                        \
  WX_SELECT_CONSTANT(a, s, i)                        \
  WX_SELECT_CONSTANT(a, i, s)                        \
  WX_SELECT_CONSTANT(a, i, i)                        \
  WX_SELECT(i, uint64_t)                             \
  WX_SELECT(f, float)                                \
  WX_SELECT(d, double)                               \
  WX_CHAIN(global_set_s, global_set_s)               \
  WX_CHAIN(global_set_a, global_set_a)               \
  WX_CHAIN(global_set_i, global_set_i)               \
  WX_CHAIN(epoch, epoch)

/// Those of isa_branch.def.
#define WX_PUT_BR(op, l, r) \
  WX_CHAIN(br_##op##_##l##r, branch, &wasm::numeric::op, Src::l, Src::r, true)
#define WX_PUT_BRF(op, l, r) \
  WX_PUT_BR(op, l, r)        \
  WX_CHAIN(brnot_##op##_##l##r, branch, &wasm::numeric::op, Src::l, Src::r, false)

/// Those of isa_fused.def.
#define WX_PUT_SHOP(id, outer, shift, y, z)                                                 \
  WX_CHAIN(id##_##y##z##_r, shift_op, &wasm::numeric::outer, &wasm::numeric::shift, Src::y, \
           Src::z, kWriteSlot)                                                              \
  WX_CHAIN(id##_##y##z##_t, shift_op, &wasm::numeric::outer, &wasm::numeric::shift, Src::y, \
           Src::z, kTransient)
#define WEFT_SHOP(id, outer, shift)   \
  WX_PUT_SHOP(id, outer, shift, s, s) \
  WX_PUT_SHOP(id, outer, shift, a, s) \
  WX_PUT_SHOP(id, outer, shift, s, i) WX_PUT_SHOP(id, outer, shift, a, i)
#define WX_ADDBR(id, add, cmp, x, y) \
  WX_CHAIN(id##_##x##y, add_branch, &wasm::numeric::add, &wasm::numeric::cmp, Src::x, Src::y)
#define WEFT_ADDBR(w, id, add, cmp) \
  WX_ADDBR(id, add, cmp, i, i)      \
  WX_ADDBR(id, add, cmp, i, s) WX_ADDBR(id, add, cmp, s, i) WX_ADDBR(id, add, cmp, s, s)
#define WX_PUT_SELCMP(id, cmp, l, r)                                                         \
  WX_CHAIN(id##_##l##r##_r, select_compare, &wasm::numeric::cmp, Src::l, Src::r, kWriteSlot) \
  WX_CHAIN(id##_##l##r##_t, select_compare, &wasm::numeric::cmp, Src::l, Src::r, kTransient)
#define WEFT_SELCMP(w, id, cmp) \
  WX_PUT_SELCMP(id, cmp, s, s)  \
  WX_PUT_SELCMP(id, cmp, s, i) WX_PUT_SELCMP(id, cmp, a, s) WX_PUT_SELCMP(id, cmp, a, i)
#define WX_PUT_MADD(id, F, T)                                 \
  WX_CHAIN(id##_ss_r, multiply_add, F, T, Src::s, kWriteSlot) \
  WX_CHAIN(id##_ss_t, multiply_add, F, T, Src::s, kTransient) \
  WX_CHAIN(id##_as_r, multiply_add, F, T, Src::a, kWriteSlot) \
  WX_CHAIN(id##_as_t, multiply_add, F, T, Src::a, kTransient)
#define WX_FUSED_CHAINS                    \
  WX_PUT_MADD(f32_mul_add, MulAdd, float)  \
  WX_PUT_MADD(f32_add_mul, AddMul, float)  \
  WX_PUT_MADD(f32_mul_sub, MulSub, float)  \
  WX_PUT_MADD(f32_sub_mul, SubMul, float)  \
  WX_PUT_MADD(f64_mul_add, MulAdd, double) \
  WX_PUT_MADD(f64_add_mul, AddMul, double) \
  WX_PUT_MADD(f64_mul_sub, MulSub, double) \
  WX_PUT_MADD(f64_sub_mul, SubMul, double) \
  WX_CHAIN(inc2, inc2)

}  // namespace weft::interp
