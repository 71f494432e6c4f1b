// What the options canonical_nans and relaxed_simd_deterministic change (ADR 0020): an instruction
// behind each operator that may give a NaN, and other instructions for relaxed operators.
#include "interp/emitter.hpp"

namespace weft::interp {
namespace {

enum class NanLanes : uint8_t { none, f32, f64, f32x4, f64x2 };

/// Operators whose NaNs the specification leaves open (4.3.3): arithmetic and conversions between
/// floats. Not abs, neg, copysign, pmin, pmax, which handle bits.
NanLanes nan_lanes(Op op) {
  switch (op) {
#define WEFT_NAN(t)   \
  case Op::t##_add:   \
  case Op::t##_sub:   \
  case Op::t##_mul:   \
  case Op::t##_div:   \
  case Op::t##_min:   \
  case Op::t##_max:   \
  case Op::t##_sqrt:  \
  case Op::t##_ceil:  \
  case Op::t##_floor: \
  case Op::t##_trunc: \
  case Op::t##_nearest:
    WEFT_NAN(f32)
    case Op::f32_demote_f64: return NanLanes::f32; WEFT_NAN(f64)
    case Op::f64_promote_f32: return NanLanes::f64; WEFT_NAN(f32x4)
    case Op::f32x4_demote_f64x2_zero:
    case Op::f32x4_relaxed_min:
    case Op::f32x4_relaxed_max:
    case Op::f32x4_relaxed_madd:
    case Op::f32x4_relaxed_nmadd: return NanLanes::f32x4; WEFT_NAN(f64x2)
    case Op::f64x2_promote_low_f32x4:
    case Op::f64x2_relaxed_min:
    case Op::f64x2_relaxed_max:
    case Op::f64x2_relaxed_madd:
    case Op::f64x2_relaxed_nmadd: return NanLanes::f64x2;
#undef WEFT_NAN
    default: return NanLanes::none;
  }
}

}  // namespace

Value InterpEmitter::canonical(Op op, Value value, uint32_t cell) {
  const NanLanes lanes = nan_lanes(op);
  if (lanes == NanLanes::none) return value;
  const bool vector = lanes == NanLanes::f32x4 || lanes == NanLanes::f64x2;
  constexpr Code kCodes[] = {Code::nop, Code::f32_canonical_s_r, Code::f64_canonical_s_r,
                             Code::f32x4_canonical_s_r, Code::f64x2_canonical_s_r};
  const Code base = kCodes[static_cast<size_t>(lanes)];
  Operand o;
  o.type = lanes == NanLanes::f32 ? wasm::kF32 : lanes == NanLanes::f64 ? wasm::kF64 : wasm::kV128;
  o.cell = cell;
  o.value = value;
  Place p = vector ? use_vector(o, 0) : use(o, 0);
  if (p.kind == Place::Kind::i) p = use_slot(o, 0);
  take(o, p);
  const uint32_t at = emit(p.kind == Place::Kind::a ? base + 2 : base);
  if (p.kind == Place::Kind::s) put16(at, 10, p.slot);
  return vector ? produce_vector(at, cell) : produce(class_of(o.type), at, cell);
}

Value InterpEmitter::unary(Op op) {
  if (!options_.canonical_nans) return plain_unary(op);
  const uint32_t cell = state_->operands.back().cell;
  return canonical(op, plain_unary(op), cell);
}

Value InterpEmitter::binary(Op op) {
  if (!options_.canonical_nans) return plain_binary(op);
  const uint32_t cell = state_->top(2)[0].cell;
  return canonical(op, plain_binary(op), cell);
}

Value InterpEmitter::ternary(Op op) {
  if (!options_.canonical_nans) return plain_ternary(op);
  const uint32_t cell = state_->top(3)[0].cell;
  return canonical(op, plain_ternary(op), cell);
}

Code InterpEmitter::native_row(Op op) {
  switch (op) {
#define WEFT_NATIVE(lanes, name, form) \
  case Op::lanes##_relaxed_##name: return Code::lanes##_native_##name##_##form;
    WEFT_NATIVE(i8x16, swizzle, ss_r)
    WEFT_NATIVE(i32x4, trunc_f32x4_s, s_r)
    WEFT_NATIVE(i32x4, trunc_f64x2_s_zero, s_r)
    WEFT_NATIVE(f32x4, min, ss_r)
    WEFT_NATIVE(f32x4, max, ss_r)
    WEFT_NATIVE(f64x2, min, ss_r)
    WEFT_NATIVE(f64x2, max, ss_r)
    WEFT_NATIVE(i16x8, q15mulr_s, ss_r)
    WEFT_NATIVE(i16x8, dot_i8x16_i7x16_s, ss_r)
    WEFT_NATIVE(f32x4, madd, sss_r)
    WEFT_NATIVE(f32x4, nmadd, sss_r)
    WEFT_NATIVE(f64x2, madd, sss_r)
    WEFT_NATIVE(f64x2, nmadd, sss_r)
#undef WEFT_NATIVE
    default: return Code::nop;
  }
}

}  // namespace weft::interp
