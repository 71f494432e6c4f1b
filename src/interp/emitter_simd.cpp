// Vector operators. A vector lies in two neighbouring slots; beside that it may be in the vector
// accumulator, by the same rules as scalars in theirs. Constants are instructions of their own,
// taken into the next instruction where it has the form.
#include <cstring>

#include "base/wrapping.hpp"
#include "interp/emitter.hpp"
#include "interp/memory_kind.hpp"
#include "runtime/memory.hpp"

namespace weft::interp {
namespace {

/// Operators on bits and integers whose operands can be exchanged. (Of floats, the order can show
/// in a NaN.)
// clang-format off: it never settles on the macros' cases
bool commutes(Op op) {
  switch (op) {
#define WEFT_LANES(t) \
  case Op::t##_add:   \
  case Op::t##_eq:    \
  case Op::t##_ne:
#define WEFT_MIN_MAX(t) \
  case Op::t##_min_s:   \
  case Op::t##_min_u:   \
  case Op::t##_max_s:   \
  case Op::t##_max_u:
    WEFT_LANES(i8x16)
    WEFT_LANES(i16x8)
    WEFT_LANES(i32x4)
    WEFT_LANES(i64x2)
    WEFT_MIN_MAX(i8x16)
    WEFT_MIN_MAX(i16x8)
    WEFT_MIN_MAX(i32x4)
#undef WEFT_LANES
#undef WEFT_MIN_MAX
    case Op::i16x8_mul:
    case Op::i32x4_mul:
    case Op::i64x2_mul:
    case Op::i8x16_add_sat_s:
    case Op::i8x16_add_sat_u:
    case Op::i16x8_add_sat_s:
    case Op::i16x8_add_sat_u:
    case Op::v128_and:
    case Op::v128_or:
    case Op::v128_xor: return true;
    default: return false;
  }
}
// clang-format on

/// Bytes of the lane of extract_lane and store_lane.
uint32_t lane_bytes(Op op) {
  switch (op) {
#define WEFT_VUN(id)
#define WEFT_VTEST(id)
#define WEFT_VSPLAT(id)
#define WEFT_VSHIFT(id)
#define WEFT_VTERN(id)
#define WEFT_VREPLACE(id)
#define WEFT_VMADD(id, sum, product)
#define WEFT_VEXTRACT(id, bytes) \
  case Op::id: return bytes;
#define WEFT_MISC(id, fields, bytes)
#define WEFT_MISC2(id, fields, bytes)
#include "interp/isa_simd_misc.def"
#undef WEFT_VUN
#undef WEFT_VTEST
#undef WEFT_VSPLAT
#undef WEFT_VSHIFT
#undef WEFT_VTERN
#undef WEFT_VMADD
#undef WEFT_VREPLACE
#undef WEFT_VEXTRACT
#undef WEFT_MISC
#undef WEFT_MISC2
    default: return access_bytes(op);
  }
}

Class scalar_class(SigType type) {
  return type == SigType::f32 ? Class::f : type == SigType::f64 ? Class::d : Class::i;
}

}  // namespace

/// vector_row, or the processor's own way where that is wanted and different.
auto InterpEmitter::chosen_row(Op op) -> VectorRow {
  if (options_.native_relaxed) {
    if (const Code native = native_row(op); native != Code::nop) return {native, false};
  }
  return vector_row(op);
}

/// First form of each operator: s, ss, sss.
auto InterpEmitter::vector_row(Op op) -> VectorRow {
  switch (op) {
#define WEFT_FIRST(id, suffix, constant) \
  case Op::id: return {Code::id##_##suffix, constant};
#define WEFT_VB3(id) WEFT_FIRST(id, ss_r, false)
#define WEFT_VB5(id) WEFT_FIRST(id, ss_r, true)
#define WEFT_VUN(id) WEFT_FIRST(id, s_r, false)
#define WEFT_VTEST(id) WEFT_FIRST(id, s_r, false)
#define WEFT_VSPLAT(id) WEFT_FIRST(id, s_r, false)
#define WEFT_VSHIFT(id) WEFT_FIRST(id, ss_r, false)
#define WEFT_VTERN(id) WEFT_FIRST(id, sss_r, false)
#define WEFT_VEXTRACT(id, bytes) WEFT_FIRST(id, s_r, false)
#define WEFT_VREPLACE(id) WEFT_FIRST(id, ss_r, false)
#define WEFT_VLOP(id, op, load)
#define WEFT_VMADD(id, sum, product)
#define WEFT_VLD(id) WEFT_FIRST(id, s_r, false)
#define WEFT_VST(id) WEFT_FIRST(id, ss, false)
#define WEFT_VLDLANE(id) WEFT_FIRST(id, ss_r, false)
#define WEFT_VSTLANE(id) WEFT_FIRST(id, ss, false)
#define WEFT_MISC(id, fields, bytes)
#define WEFT_MISC2(id, fields, bytes)
#include "interp/isa_simd_memory.def"
#include "interp/isa_simd_misc.def"
#include "interp/isa_simd_narrow.def"
#include "interp/isa_simd_wide.def"
#undef WEFT_FIRST
#undef WEFT_VB3
#undef WEFT_VB5
#undef WEFT_VUN
#undef WEFT_VTEST
#undef WEFT_VSPLAT
#undef WEFT_VSHIFT
#undef WEFT_VTERN
#undef WEFT_VEXTRACT
#undef WEFT_VREPLACE
#undef WEFT_VLD
#undef WEFT_VLOP
#undef WEFT_VMADD
#undef WEFT_VST
#undef WEFT_VLDLANE
#undef WEFT_VSTLANE
#undef WEFT_MISC
#undef WEFT_MISC2
    default: return {};
  }
}

// --- operands
// ----------------------------------------------------------------------------------------------------------

/// Reading: near slots for a far vector. Scratch cells 8 to 13 hold operands, 14 and 15 a result.
uint32_t InterpEmitter::narrow_vector(uint32_t slot, unsigned scratch) {
  if (slot <= 0xffff) return slot;
  const uint32_t near = scratch_base_ + 8 + 2 * scratch;
  move_vector(near, slot);
  return near;
}
auto InterpEmitter::use_vector(const Operand& o, unsigned scratch) -> Place {
  Place p = place(o);
  if (p.kind == Place::Kind::s) p.slot = narrow_vector(p.slot, scratch);
  return p;
}
Value InterpEmitter::produce_vector(uint32_t at, uint32_t cell) {
  const uint32_t slot = home_slot(cell);
  if (slot <= 0xffff) {
    put16(at, 8, slot);
    return define(Class::v, at, slot, true);
  }
  put16(at, 8, scratch_base_ + 14);
  accs_.of[static_cast<size_t>(Class::v)] = {};
  move_vector(slot, scratch_base_ + 14);
  return {};
}
void InterpEmitter::move_vector(uint32_t dst, uint32_t src) {
  if (dst == src) return;
  if (dst > 0xffff || src > 0xffff) {
    move_slot(dst, src);
    move_slot(dst + 1, src + 1);
    return;
  }
  const uint32_t at = emit(Code::mov_vs);
  put16(at, 8, dst);
  put16(at, 10, src);
  overwritten(dst);
  overwritten(dst + 1);
}

// --- operators
// ---------------------------------------------------------------------------------------------------------

Value InterpEmitter::vector_constant(Immediate imm) {
  const uint32_t at = emit(Code::v128_const_r);
  put64(at, 16, imm.low);
  put64(at, 24, imm.high);
  return produce_vector(at, state_->cells());
}

/// `l op constant` if the constant `r` is what the last instruction made.
std::optional<Value> InterpEmitter::take_constant_vector(Code base, const Operand& l,
                                                         const Operand& r) {
  if (!fusing() || !made_by_last(r, Class::v) || last().code != Code::v128_const_r)
    return std::nullopt;
  const uint64_t low = get64(last().pos, 16);
  const uint64_t high = get64(last().pos, 24);
  const uint32_t cell = l.cell < r.cell ? l.cell : r.cell;
  rewind();
  const Place p = use_vector(l, 0);
  take(l, p);
  const uint32_t at = emit(base + (p.kind == Place::Kind::a ? 8 : 6));  // ai, si
  if (p.kind == Place::Kind::s) put16(at, 10, p.slot);
  put64(at, 16, low);
  put64(at, 24, high);
  return produce_vector(at, cell);
}

/// z +- x * y, the product made by the last instruction.
std::optional<Value> InterpEmitter::fuse_vector_multiply(Op op, const Operand& z, bool product_left,
                                                         uint32_t cell) {
  Code base = Code::nop;
  Code mul = Code::f32x4_mul_ss_r;
  switch (op) {
    case Op::f32x4_add:
      base = product_left ? Code::f32x4_mul_add_ss_r : Code::f32x4_add_mul_ss_r;
      break;
    case Op::f32x4_sub:
      base = product_left ? Code::f32x4_mul_sub_ss_r : Code::f32x4_sub_mul_ss_r;
      break;
    case Op::f64x2_add:
      base = product_left ? Code::f64x2_mul_add_ss_r : Code::f64x2_add_mul_ss_r;
      break;
    case Op::f64x2_sub:
      base = product_left ? Code::f64x2_mul_sub_ss_r : Code::f64x2_sub_mul_ss_r;
      break;
    default: return std::nullopt;
  }
  if (op == Op::f64x2_add || op == Op::f64x2_sub) mul = Code::f64x2_mul_ss_r;
  const Code code = last().code;
  const unsigned form = wrapping_sub(static_cast<unsigned>(code), static_cast<unsigned>(mul)) / 2;
  if (code != mul && code != mul + 2 && code != mul + 4) return std::nullopt;  // ss as sa
  const uint32_t x = get16(last().pos, 10);
  const uint32_t y = get16(last().pos, 12);
  const uint32_t z_slot = slot_of(z);
  // z must be in its slot: true unless its store was dropped, which only its consumer does.
  if (last().before.of[static_cast<size_t>(Class::v)].slot == z_slot && form != 0)
    return std::nullopt;
  rewind();
  const uint32_t at = emit(form == 0 ? base : base + 2);
  if (form == 0) put16(at, 10, x);
  put16(at, 12, form == 2 ? x : y);
  put16(at, 14, z_slot);
  return produce_vector(at, cell);
}

/// (x shl n) or (x shr_u width - n), in either order, made by the last two instructions.
std::optional<Value> InterpEmitter::fuse_vector_rotate(const Operand& l, const Operand& r) {
  struct Shift {
    bool left = false;
    bool wide = false;
    bool from_slot = false;
  };
  const auto shift_of = [](Code code) -> std::optional<Shift> {
    if (is_transient(code)) code = code + static_cast<unsigned>(-1);
    switch (code) {
      case Code::i32x4_shl_si_r: return Shift{true, false, true};
      case Code::i32x4_shl_ai_r: return Shift{true, false, false};
      case Code::i32x4_shr_u_si_r: return Shift{false, false, true};
      case Code::i32x4_shr_u_ai_r: return Shift{false, false, false};
      case Code::i64x2_shl_si_r: return Shift{true, true, true};
      case Code::i64x2_shl_ai_r: return Shift{true, true, false};
      case Code::i64x2_shr_u_si_r: return Shift{false, true, true};
      case Code::i64x2_shr_u_ai_r: return Shift{false, true, false};
      default: return std::nullopt;
    }
  };
  if (!fusing() || record_count_ < 2 || !made_by_last(r, Class::v) ||
      l.value.kind != Value::Kind::home)
    return std::nullopt;
  const Record one = last(1);
  const Record two = last();
  const auto a = shift_of(one.code);
  const auto b = shift_of(two.code);
  if (!a || !b || a->left == b->left || a->wide != b->wide || !b->from_slot) return std::nullopt;
  if (one.pos + 2 != two.pos || is_transient(one.code) || get16(one.pos, 8) != home_slot(l.cell))
    return std::nullopt;
  const uint32_t x = get16(two.pos, 10);
  const uint32_t first_x =
      a->from_slot ? get16(one.pos, 10) : one.before.of[static_cast<size_t>(Class::v)].slot;
  const uint32_t width = a->wide ? 64 : 32;
  const uint32_t count_a = get32(one.pos, 12) % width;
  const uint32_t count_b = get32(two.pos, 12) % width;
  if (first_x != x || x == home_slot(l.cell) || count_a + count_b != width) return std::nullopt;
  rewind();
  rewind();
  const bool here = accs_.of[static_cast<size_t>(Class::v)].slot == x;
  const uint32_t at =
      emit((a->wide ? Code::i64x2_rotl_s_r : Code::i32x4_rotl_s_r) + (here ? 2 : 0));
  if (!here) put16(at, 10, x);
  put32(at, 12, a->left ? count_a : count_b);
  return produce_vector(at, l.cell);
}

Value InterpEmitter::vector_binary(Op op) {
  const VectorRow row = chosen_row(op);
  if (row.base == Code::nop) return unsupported(op);
  const auto top = state_->top(2);
  const Operand l = top[0];
  const Operand r = top[1];
  if (!r.type.is_vec()) return vector_shift(row.base);
  if (row.constant) {
    if (auto done = take_constant_vector(row.base, l, r)) return *done;
    if (commutes(op)) {
      if (auto done = take_constant_vector(row.base, r, l)) return *done;
    }
  }
  if (op == Op::v128_or || op == Op::v128_xor) {
    if (auto done = fuse_vector_rotate(l, r)) return *done;
  }
  if (fusing() && made_by_last(r, Class::v)) {
    if (auto done = fuse_vector_multiply(op, l, false, l.cell)) return *done;
  } else if (fusing() && made_by_last(l, Class::v) && r.value.kind == Value::Kind::local) {
    if (auto done = fuse_vector_multiply(op, r, true, l.cell)) return *done;
  }
  const Place pl = use_vector(l, 0);
  Place pr = use_vector(r, 1);
  if (pl.kind == Place::Kind::a && pr.kind == Place::Kind::a) {  // the same local twice
    pr = {Place::Kind::s, narrow_vector(pr.slot, 1), 0};
  }
  take(l, pl);
  take(r, pr);
  const unsigned form = pl.kind == Place::Kind::a ? 1 : pr.kind == Place::Kind::a ? 2 : 0;
  const uint32_t at = emit(row.base + 2 * form);
  if (pl.kind == Place::Kind::s) put16(at, 10, pl.slot);
  if (pr.kind == Place::Kind::s) put16(at, 12, pr.slot);
  return produce_vector(at, l.cell);
}

Value InterpEmitter::vector_shift(Code base) {
  const auto top = state_->top(2);
  const Operand l = top[0];
  const Operand count = top[1];
  const bool constant = count.value.kind == Value::Kind::constant;
  const uint32_t count_slot = constant ? 0 : to_slot(count, 0);
  const Place p = use_vector(l, 0);
  take(l, p);
  const uint32_t at =
      emit(base + 2 * ((p.kind == Place::Kind::a ? 1u : 0u) + (constant ? 2u : 0u)));
  if (p.kind == Place::Kind::s) put16(at, 10, p.slot);
  if (constant) {
    put32(at, 12, static_cast<uint32_t>(count.value.bits));
  } else {
    put16(at, 12, count_slot);
  }
  return produce_vector(at, l.cell);
}

/// Vector to vector, vector to i32, scalar to vector.
Value InterpEmitter::vector_unary(Op op) {
  const VectorRow row = chosen_row(op);
  if (row.base == Code::nop) return unsupported(op);
  const Operand o = state_->operands.back();
  Place p = o.type.is_vec() ? use_vector(o, 0) : use(o, 0);
  if (p.kind == Place::Kind::i) p = use_slot(o, 0);
  take(o, p);
  const uint32_t at = emit(p.kind == Place::Kind::a ? row.base + 2 : row.base);
  if (p.kind == Place::Kind::s) put16(at, 10, p.slot);
  return sig(op).results[0] == SigType::v128 ? produce_vector(at, o.cell)
                                             : produce(Class::i, at, o.cell);
}

Value InterpEmitter::plain_ternary(Op op) {
  charge();
  const VectorRow row = chosen_row(op);
  if (row.base == Code::nop) return unsupported(op);
  const auto top = state_->top(3);
  const Operand operands[3] = {top[0], top[1], top[2]};
  Place places[3];
  unsigned form = 0;  // sss ass sas ssa
  for (unsigned i = 0; i < 3; ++i) {
    places[i] = use_vector(operands[i], i);
    if (places[i].kind != Place::Kind::a) continue;
    if (form != 0) {
      places[i].kind = Place::Kind::s;  // the same local twice
      places[i].slot = narrow_vector(places[i].slot, i);
    } else {
      form = i + 1;
    }
  }
  for (unsigned i = 0; i < 3; ++i) take(operands[i], places[i]);
  const uint32_t at = emit(row.base + 2 * form);
  for (unsigned i = 0; i < 3; ++i) {
    if (places[i].kind == Place::Kind::s) put16(at, 10 + 2 * i, places[i].slot);
  }
  return produce_vector(at, operands[0].cell);
}

Value InterpEmitter::extract_lane(Op op, uint32_t lane) {
  charge();
  const VectorRow row = vector_row(op);
  const Operand o = state_->operands.back();
  const Class cls = scalar_class(sig(op).results[0]);
  const Place p = place(o);
  if (p.kind == Place::Kind::a && lane == 0) {
    take(o, p);
    return produce(cls, emit(row.base + 2), o.cell);
  }
  // From the slot: reading a part of what has just been written is fast.
  const uint32_t slot = vector_slot(o, 0);
  const uint32_t at = emit(row.base);
  put16(at, 10, slot);
  put16(at, 14, lane * lane_bytes(op));
  return produce(cls, at, o.cell);
}

Value InterpEmitter::replace_lane(Op op, uint32_t lane) {
  charge();
  const VectorRow row = vector_row(op);
  const auto top = state_->top(2);
  const Operand v = top[0];
  const Operand x = top[1];
  Place px = use(x, 0);
  if (px.kind == Place::Kind::i) px = use_slot(x, 0);
  const Place pv = use_vector(v, 1);
  take(x, px);
  take(v, pv);
  const unsigned form =
      (pv.kind == Place::Kind::a ? 1u : 0u) + (px.kind == Place::Kind::a ? 2u : 0u);  // ss as sa aa
  const uint32_t at = emit(row.base + 2 * form);
  if (pv.kind == Place::Kind::s) put16(at, 10, pv.slot);
  if (px.kind == Place::Kind::s) put16(at, 12, px.slot);
  put16(at, 14, lane);
  return produce_vector(at, v.cell);
}

/// One instruction per number of vectors it reads; indices of bytes that come from the other vector
/// give zero.
Value InterpEmitter::shuffle(const uint8_t* lanes) {
  charge();
  const auto top = state_->top(2);
  const Operand l = top[0];
  const Operand r = top[1];
  const bool same = slot_of(l) == slot_of(r);  // one local twice
  uint8_t picks[2][16];
  bool used[2] = {};
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned side = !same && lanes[i] >= 16 ? 1 : 0;
    used[side] = true;
    picks[side][i] = lanes[i] & 15;
    picks[1 - side][i] = 0x80;
  }
  const auto put_picks = [&](uint32_t at, unsigned byte, const uint8_t* pick) {
    uint64_t half[2];
    std::memcpy(half, pick, 16);
    put64(at, byte, half[0]);
    put64(at, byte + 8, half[1]);
  };
  if (!used[0] || !used[1]) {
    const Operand& o = used[0] ? l : r;
    const Place p = use_vector(o, 0);
    take(o, p);
    const uint32_t at = emit(p.kind == Place::Kind::a ? Code::shuffle1_a_r : Code::shuffle1_s_r);
    if (p.kind == Place::Kind::s) put16(at, 10, p.slot);
    put_picks(at, 16, picks[used[0] ? 0 : 1]);
    return produce_vector(at, l.cell);
  }
  const Place pl = use_vector(l, 0);
  const Place pr = use_vector(r, 1);
  take(l, pl);
  take(r, pr);
  const uint32_t at = emit(pl.kind == Place::Kind::a   ? Code::shuffle2_as_r
                           : pr.kind == Place::Kind::a ? Code::shuffle2_sa_r
                                                       : Code::shuffle2_ss_r);
  if (pl.kind == Place::Kind::s) put16(at, 10, pl.slot);
  if (pr.kind == Place::Kind::s) put16(at, 12, pr.slot);
  put_picks(at, 16, picks[0]);
  put_picks(at, 32, picks[1]);
  return produce_vector(at, l.cell);
}

// --- select, globals
// ---------------------------------------------------------------------------------------------------

Value InterpEmitter::vector_select(const Operand& a, const Operand& b, const Operand& cond) {
  Place pc = use(cond, 2);
  if (pc.kind == Place::Kind::i) pc = use_slot(cond, 2);
  const uint32_t sa = vector_slot(a, 0);
  const uint32_t sb = vector_slot(b, 1);
  take(cond, pc);
  const uint32_t at = emit(pc.kind == Place::Kind::a ? Code::select_v_a_r : Code::select_v_s_r);
  put16(at, 10, sa);
  put16(at, 12, sb);
  if (pc.kind == Place::Kind::s) put16(at, 14, pc.slot);
  return produce_vector(at, a.cell);
}
Value InterpEmitter::vector_global_get(uint32_t global) {
  const uint32_t at = emit(Code::global_get_v_r);
  put32(at, 12, global);
  return produce_vector(at, state_->cells());
}
void InterpEmitter::vector_global_set(uint32_t global) {
  const Operand o = state_->operands.back();
  const Place p = use_vector(o, 0);
  take(o, p);
  const uint32_t at = emit(p.kind == Place::Kind::a ? Code::global_set_v_a : Code::global_set_v_s);
  if (p.kind == Place::Kind::s) put16(at, 8, p.slot);
  put32(at, 12, global);
}

// --- memory
// --------------------------------------------------------------------------------------------------------------

Value InterpEmitter::vector_load(Op op, MemArg m) {
  const VectorRow row = vector_row(op);
  if (row.base == Code::nop) return unsupported(op);
  if (!plain_memory(m)) return vector_load_general(op, m, 0);
  const Operand addr = state_->operands.back();
  if (auto fused = fuse_load(row.base, Class::v, m)) return *fused;
  uint32_t at = 0;
  emit_load(row.base, addr, m, at);
  return produce_vector(at, addr.cell);
}

void InterpEmitter::vector_store(Op op, MemArg m) {
  const VectorRow row = vector_row(op);
  if (row.base == Code::nop) return static_cast<void>(unsupported(op));
  if (!plain_memory(m)) return vector_store_general(op, m, 0);
  const auto top = state_->top(2);
  const Operand addr = top[0];
  const Operand value = top[1];
  using Kind = Place::Kind;
  Place pa = use(addr, 0);
  uint64_t offset = m.offset;
  if (pa.kind == Kind::i) {
    if (offset + static_cast<uint32_t>(pa.bits) <= 0xffff'ffff) {
      offset += static_cast<uint32_t>(pa.bits);
    } else {
      pa = use_slot(addr, 0);
    }
  }
  const Place pv = use_vector(value, 1);
  take(addr, pa);
  take(value, pv);
  const unsigned form = (pa.kind == Kind::s   ? 0u
                         : pa.kind == Kind::a ? 1u
                                              : 2u) +
                        (pv.kind == Kind::a ? 4u : 0u);
  const uint32_t at = emit(row.base + form);  // ss as cs xs sa aa ca xa
  if (pa.kind == Kind::s) put16(at, 8, pa.slot);
  if (pv.kind == Kind::s) put16(at, 10, pv.slot);
  put32(at, 12, static_cast<uint32_t>(offset));
}

Value InterpEmitter::load_lane(Op op, MemArg m, uint32_t lane) {
  charge();
  check_access(state_->top(2)[0], op, m, false);
  const VectorRow row = vector_row(op);
  if (!plain_memory(m)) return vector_load_general(op, m, lane);
  const auto top = state_->top(2);
  const Operand addr = top[0];
  const Operand v = top[1];
  const uint32_t slot = to_slot(addr, 0);
  const Place pv = use_vector(v, 1);
  take(v, pv);
  const uint32_t at = emit(pv.kind == Place::Kind::a ? row.base + 2 : row.base);
  put16(at, 10, slot);
  if (pv.kind == Place::Kind::s) put16(at, 12, pv.slot);
  put16(at, 14, lane);
  put32(at, 16, static_cast<uint32_t>(m.offset));
  return produce_vector(at, addr.cell);
}
void InterpEmitter::store_lane(Op op, MemArg m, uint32_t lane) {
  charge();
  check_access(state_->top(2)[0], op, m, true);
  const VectorRow row = vector_row(op);
  if (!plain_memory(m)) return vector_store_general(op, m, lane);
  const auto top = state_->top(2);
  const Operand addr = top[0];
  const Operand v = top[1];
  Place pa = use(addr, 0);
  if (pa.kind == Place::Kind::i) pa = use_slot(addr, 0);
  const uint32_t slot = vector_slot(v, 1);
  take(addr, pa);
  const uint32_t at = emit(pa.kind == Place::Kind::a ? row.base + 1 : row.base);
  if (pa.kind == Place::Kind::s) put16(at, 8, pa.slot);
  put16(at, 10, slot);
  put32(at, 12, static_cast<uint32_t>(m.offset));
  put16(at, 16, lane * lane_bytes(op));
}

Value InterpEmitter::vector_load_general(Op op, MemArg m, uint32_t lane) {
  const bool has_vector = state_->operands.back().type.is_vec();  // loads into a lane
  const auto top = state_->top(has_vector ? 2 : 1);
  const Operand addr = top[0];
  const uint32_t slot = to_slot(addr, 0);
  const uint32_t old = has_vector ? vector_slot(top[1], 1) : 0;
  const bool wide = state_->module->memories[m.memory].address == AddressType::i64;
  const uint32_t at = emit(Code::load_general_v);
  put16(at, 10, slot);
  put32(at, 12, static_cast<uint32_t>(op));
  put64(at, 16, m.offset);
  put32(at, 24, m.memory | (wide ? kWideAddress : 0));
  put32(at, 28, lane);
  put16(at, 32, old);
  const uint32_t home = home_slot(addr.cell);
  const uint32_t near = home <= 0xffff ? home : scratch_base_ + 14;
  put16(at, 8, near);
  accs_.of[static_cast<size_t>(Class::v)] = {};
  overwritten(near);
  overwritten(near + 1);
  move_vector(home, near);
  return {};
}
void InterpEmitter::vector_store_general(Op op, MemArg m, uint32_t lane) {
  const auto top = state_->top(2);
  const uint32_t addr = to_slot(top[0], 0);
  const uint32_t value = vector_slot(top[1], 1);
  const bool wide = state_->module->memories[m.memory].address == AddressType::i64;
  const uint32_t at = emit(Code::store_general_v);
  put16(at, 8, addr);
  put16(at, 10, value);
  put32(at, 12, static_cast<uint32_t>(op));
  put64(at, 16, m.offset);
  put32(at, 24, m.memory | (wide ? kWideAddress : 0));
  put32(at, 28, lane);
}

}  // namespace weft::interp
