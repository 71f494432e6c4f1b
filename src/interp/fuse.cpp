// Fusions: an operator absorbs the instruction that has just made its operand, if that instruction
// is the last one and its result is a temporary. Taking it back (`rewind`) restores what the
// accumulators held before it. Which ones: ADR 0008.
#include "base/wrapping.hpp"
#include "interp/emitter.hpp"
#include "interp/sequences.hpp"

namespace weft::interp {
namespace {

struct LoadOpRow {
  Code base = Code::nop;  ///< form ss, result r
  bool commutative = false;
};
/// `op` with the result of the load `load` (form s, result r) as its right operand.
LoadOpRow load_op_row(Op op, Code load) {
  switch (op) {
#define WEFT_ROW32(o, commutative)                                                   \
  case Op::i32_##o:                                                                  \
    if (load == Code::load_u32_s_r) return {Code::i32_##o##_load_ss_r, commutative}; \
    break;
#define WEFT_ROW32_8(o, commutative)                                                 \
  case Op::i32_##o:                                                                  \
    if (load == Code::load_u32_s_r) return {Code::i32_##o##_load_ss_r, commutative}; \
    if (load == Code::load_u8_s_r) return {Code::i32_##o##_load8_ss_r, commutative}; \
    break;
#define WEFT_ROW64(o, commutative)                                                   \
  case Op::i64_##o:                                                                  \
    if (load == Code::load_u64_s_r) return {Code::i64_##o##_load_ss_r, commutative}; \
    break;
#define WEFT_ROWF(o)                                                           \
  case Op::f32_##o:                                                            \
    if (load == Code::load_f32_s_r) return {Code::f32_##o##_load_ss_r, false}; \
    break;                                                                     \
  case Op::f64_##o:                                                            \
    if (load == Code::load_f64_s_r) return {Code::f64_##o##_load_ss_r, false}; \
    break;
#define WEFT_ROWV(o, commutative)                                               \
  case Op::o:                                                                   \
    if (load == Code::v128_load_s_r) return {Code::o##_load_ss_r, commutative}; \
    break;
#define WEFT_ROWVF(o, splat)                                                         \
  case Op::o:                                                                        \
    if (load == Code::v128_load_s_r) return {Code::o##_load_ss_r, false};            \
    if (load == Code::v128_##splat##_s_r) return {Code::o##_load_splat_ss_r, false}; \
    break;
    WEFT_ROWV(f32x4_add, false)
    WEFT_ROWV(f32x4_sub, false)
    WEFT_ROWV(f64x2_add, false)
    WEFT_ROWV(f64x2_sub, false)
    WEFT_ROWVF(f32x4_mul, load32_splat)
    WEFT_ROWVF(f64x2_mul, load64_splat)
    WEFT_ROWV(i8x16_add, true)
    WEFT_ROWV(i8x16_eq, true)
    WEFT_ROWV(i16x8_add, true)
    WEFT_ROWV(i32x4_add, true)
    WEFT_ROWV(i64x2_add, true)
    WEFT_ROWV(v128_and, true)
    WEFT_ROWV(v128_or, true)
    WEFT_ROWV(v128_xor, true)
#undef WEFT_ROWV
#undef WEFT_ROWVF
    WEFT_ROW32_8(add, true)
    WEFT_ROW32_8(sub, false)
    WEFT_ROW32_8(or, true)
    WEFT_ROW32_8(xor, true)
    WEFT_ROW32(mul, true)
    WEFT_ROW32(and, true)
    WEFT_ROW64(add, true)
    WEFT_ROW64(sub, false)
    WEFT_ROW64(mul, true)
    WEFT_ROW64(and, true)
    WEFT_ROW64(or, true)
    WEFT_ROW64(xor, true)
    WEFT_ROWF(add)
    WEFT_ROWF(sub)
    WEFT_ROWF(mul)
    WEFT_ROWF(div)
#undef WEFT_ROW32
#undef WEFT_ROW32_8
#undef WEFT_ROW64
#undef WEFT_ROWF
    default: break;
  }
  return {};
}

/// `op` with a shift by a constant as one operand; form ss, result r.
Code shift_op_row(Op op, Code shift) {
#define WEFT_SHIFT_ROW(t, o)                                            \
  if (op == Op::t##_##o) {                                              \
    if (shift == Code::t##_shl_si_r || shift == Code::t##_shl_ai_r)     \
      return Code::t##_##o##_shl_ss_r;                                  \
    if (shift == Code::t##_shr_u_si_r || shift == Code::t##_shr_u_ai_r) \
      return Code::t##_##o##_shr_u_ss_r;                                \
  }
  WEFT_SHIFT_ROW(i32, add)
  WEFT_SHIFT_ROW(i32, xor)
  WEFT_SHIFT_ROW(i32, or)
  WEFT_SHIFT_ROW(i64, add)
  WEFT_SHIFT_ROW(i64, xor)
  WEFT_SHIFT_ROW(i64, or)
#undef WEFT_SHIFT_ROW
  return Code::nop;
}

/// f32/f64 add or sub with a product; form ss, result r.
Code multiply_row(Op op, bool product_left) {
  switch (op) {
    case Op::f32_add: return product_left ? Code::f32_mul_add_ss_r : Code::f32_add_mul_ss_r;
    case Op::f32_sub: return product_left ? Code::f32_mul_sub_ss_r : Code::f32_sub_mul_ss_r;
    case Op::f64_add: return product_left ? Code::f64_mul_add_ss_r : Code::f64_add_mul_ss_r;
    case Op::f64_sub: return product_left ? Code::f64_mul_sub_ss_r : Code::f64_sub_mul_ss_r;
    default: return Code::nop;
  }
}

bool is_i32(Op op) { return sig(op).param_count != 0 && sig(op).params[0] == SigType::i32; }

/// Fits the 16-bit increment of inc2 and store_inc.
bool fits16(uint32_t v) { return static_cast<int32_t>(v) == static_cast<int16_t>(v); }

}  // namespace

std::optional<Value> InterpEmitter::fuse_unary(Op op) {
  // An i32 operator reads the low half only: i32.wrap_i64 before it does nothing.
  if (!fusing() || !is_i32(op) || op == Op::i64_extend_i32_u) return std::nullopt;
  return std::nullopt;
}

/// left op load: `l` may be anywhere but in the load's way.
std::optional<Value> InterpEmitter::fuse_load_op(Op op, const Operand& l, uint32_t cell) {
  if (l.value.kind == Value::Kind::constant) return std::nullopt;
  // Address forms of loads: s a c x y b e; those of load_op: s a b.
  Code load = last().code;
  Code base = Code::nop;
  unsigned addr = 0;
  for (const auto& [form, as] : {std::pair{0u, 0u}, {1u, 1u}, {5u, 2u}}) {
    const Code candidate = static_cast<Code>(wrapping_sub(static_cast<unsigned>(load), 2 * form));
    if (const LoadOpRow row = load_op_row(op, candidate); row.base != Code::nop) {
      base = row.base;
      addr = as;
      break;
    }
  }
  if (base == Code::nop) return std::nullopt;
  const uint32_t at = last().pos;
  const uint32_t offset = addr == 2 ? get32(at, 16) : get32(at, 12);
  if (offset > 0xffff) return std::nullopt;
  const uint32_t slot = get16(at, 10);
  const uint32_t constant = get32(at, 12);
  const Class cls = class_of(l.type);
  const uint32_t load_offset = marks_.back().offset;  // it is the load that can trap
  rewind();
  Place p = place(l);
  if (p.kind == Place::Kind::a && addr == 1 && cls == Class::i) p.kind = Place::Kind::s;
  take(l, p);
  const unsigned form = (p.kind == Place::Kind::a ? 3 : 0) + addr;
  const uint32_t to = emit(base + 2 * form);
  if (marks_.back().pos == to) marks_.back().offset = load_offset;
  if (p.kind == Place::Kind::s) put16(to, 10, p.slot);
  if (addr != 1) put16(to, 12, slot);
  put16(to, 14, offset);
  if (addr == 2) put32(to, 16, constant);
  return produce(cls, to, cell);
}

/// z op (y shift constant)
std::optional<Value> InterpEmitter::fuse_shift_op(Op op, const Operand& z, uint32_t cell) {
  const Code base = shift_op_row(op, last().code);
  if (base == Code::nop) return std::nullopt;
  const bool wide = !is_i32(op);
  const uint32_t at = last().pos;
  const bool from_slot = last().code == Code::i32_shl_si_r || last().code == Code::i32_shr_u_si_r ||
                         last().code == Code::i64_shl_si_r || last().code == Code::i64_shr_u_si_r;
  const uint32_t count = static_cast<uint32_t>(wide ? get64(at, 16) & 63 : get32(at, 12) & 31);
  const uint32_t y = get16(at, 10);
  rewind();
  Place p = place(z);
  if (p.kind == Place::Kind::a)
    p.kind = Place::Kind::s;  // a local, or a home whose store nobody has dropped
  const unsigned form = (from_slot ? 0 : 1) + (p.kind == Place::Kind::i ? 2 : 0);
  const uint32_t to = emit(base + 2 * form);
  if (from_slot) put16(to, 10, y);
  if (p.kind == Place::Kind::s) put16(to, 12, p.slot);
  put16(to, 14, count);
  if (p.kind == Place::Kind::i) put64(to, 16, p.bits);
  return produce(Class::i, to, cell);
}

/// z +- x * y
std::optional<Value> InterpEmitter::fuse_multiply(Op op, const Operand& z, bool product_left,
                                                  uint32_t cell) {
  const Code base = multiply_row(op, product_left);
  if (base == Code::nop || z.value.kind == Value::Kind::constant) return std::nullopt;
  const bool single = op == Op::f32_add || op == Op::f32_sub;
  const Code mul = single ? Code::f32_mul_ss_r : Code::f64_mul_ss_r;
  const unsigned form =
      wrapping_sub(static_cast<unsigned>(last().code), static_cast<unsigned>(mul)) / 2;
  if (last().code != mul && last().code != mul + 4 && last().code != mul + 8)
    return std::nullopt;  // ss as sa
  const uint32_t at = last().pos;
  const uint32_t x = get16(at, 10);
  const uint32_t y = get16(at, 12);
  const uint32_t z_slot = slot_of(z);
  const Class cls = class_of(z.type);
  const Acc& before = last().before.of[static_cast<size_t>(cls)];
  // z must be in its slot: true unless its store was dropped, which only its consumer does.
  if (before.slot == z_slot && form != 0) return std::nullopt;
  rewind();
  const uint32_t to = emit(form == 0 ? base : base + 2);
  if (form == 0) put16(to, 10, x);
  put16(to, 12, form == 4 ? x : y);
  put16(to, 14, z_slot);
  return produce(cls, to, cell);
}

std::optional<Value> InterpEmitter::fuse_binary(Op op) {
  if (!fusing()) return std::nullopt;
  const auto top = state_->top(2);
  const Operand& l = top[0];
  const Operand& r = top[1];
  const Class cls = class_of(r.type);
  if (made_by_last(r, cls)) {
    if (auto v = fuse_load_op(op, l, l.cell)) return v;
    if (auto v = fuse_shift_op(op, l, l.cell)) return v;
    if (auto v = fuse_multiply(op, l, false, l.cell)) return v;
  } else if (made_by_last(l, cls) && r.value.kind != Value::Kind::home) {
    const LoadOpRow row = load_op_row(op, Code::load_u32_s_r);
    const bool commutative = row.commutative || load_op_row(op, Code::load_u64_s_r).commutative ||
                             load_op_row(op, Code::v128_load_s_r).commutative;
    if (commutative) {
      if (auto v = fuse_load_op(op, r, l.cell)) return v;
    }
    if (auto v = fuse_shift_op(op, r, l.cell)) return v;
    if (auto v = fuse_multiply(op, r, true, l.cell)) return v;
  }
  return std::nullopt;
}

/// The address was made by the instruction before: its operands become the load's.
std::optional<Value> InterpEmitter::fuse_load(Code base, Class cls, MemArg m) {
  const Operand& addr = state_->operands.back();
  if (!fusing() || !made_by_last(addr, Class::i)) return std::nullopt;
  const Code code = last().code;
  const uint32_t at = last().pos;
  const uint32_t x = get16(at, 10);
  const uint32_t y = get16(at, 12);
  const uint32_t constant = get32(at, 12);
  const auto offset = static_cast<uint32_t>(m.offset);
  unsigned form = 0;
  if (code == Code::i32_add_ss_r && offset <= 0xffff) {
    form = 3;
  } else if (code == Code::i32_add_as_r) {
    form = 4;
  } else if (code == Code::i32_add_si_r) {
    form = 5;
  } else if (code == Code::i32_add_ai_r) {
    form = 6;
  } else {
    return std::nullopt;
  }
  rewind();
  const uint32_t to = emit(base + 2 * form);
  switch (form) {
    case 3: put16(to, 10, x), put16(to, 12, y), put16(to, 14, offset); break;
    case 4: put16(to, 10, y), put32(to, 12, offset); break;
    case 5: put16(to, 10, x), put32(to, 12, constant), put32(to, 16, offset); break;
    default: put32(to, 12, constant), put32(to, 16, offset); break;
  }
  return produce(cls, to, addr.cell);
}

/// The same for a store whose value needs no instruction of its own.
bool InterpEmitter::fuse_store(Code base, Code, MemArg m) {
  const auto top = state_->top(2);
  if (!fusing() || !made_by_last(top[0], Class::i) || last().code != Code::i32_add_ss_r ||
      m.offset > 0xffff)
    return false;
  if (top[1].value.kind != Value::Kind::local) return false;
  const uint32_t value = slot_of(top[1]);
  if (value > 0xffff) return false;
  const uint32_t x = get16(last().pos, 10);
  const uint32_t y = get16(last().pos, 12);
  rewind();
  const uint32_t at = emit(base + 3);
  put16(at, 8, x);
  put16(at, 10, y);
  put16(at, 12, value);
  put16(at, 14, static_cast<uint32_t>(m.offset));
  return true;
}

/// i32.wrap_i64 as the last instruction, made for a reader of 32 bits: taken back, and where its
/// operand is.
auto InterpEmitter::unwrap(const Operand& o) -> std::optional<Place> {
  if (!fusing() || !made_by_last(o, Class::i)) return std::nullopt;
  if (last().code == Code::i32_wrap_i64_s_r) {
    const uint32_t slot = get16(last().pos, 10);
    rewind();
    return Place{Place::Kind::s, slot, 0};
  }
  if (last().code == Code::i32_wrap_i64_a_r) {
    rewind();
    return Place{Place::Kind::a, accs_.of[0].slot, 0};
  }
  return std::nullopt;
}

/// May `e` change `slot`? Says yes where it does not know.
bool InterpEmitter::may_write(const Emitted& e, uint32_t slot) const {
  if (e.code >= Code::load_general) {
    if (e.code == Code::inc2) return get16(e.pos, 8) == slot || get16(e.pos, 12) == slot;
    if (e.code < Code::i32_add_load_ss_r || e.code > Code::inc2) return true;
  } else if (e.code >= Code::nop) {
    switch (e.code) {
      case Code::mov2: return get16(e.pos, 8) == slot || get16(e.pos, 12) == slot;
      case Code::mov:
      case Code::mov_i:
      case Code::const32:
      case Code::const64: break;
      default:
        if (e.code < Code::select_i_s_r || e.code > Code::global_get_d_t) return true;
    }
  } else if (e.code >= Code::br_i32_eq_ss && e.code < Code::load_u32_s_r) {
    return true;
  }
  return get16(e.pos, 8) == slot;
}

void InterpEmitter::remove(size_t index) {
  constexpr uint32_t kWords = 2;
  const uint32_t at = emitted_[index].pos;
  if (mapper_ != nullptr) [[unlikely]]
    map_removed(at, kWords);
  words_.erase(words_.begin() + at, words_.begin() + at + kWords);
  const auto shift = [at](AccSet& accs) {
    for (Acc& acc : accs.of) {
      if (acc.slot == kNoSlot) continue;
      if (acc.pos == at) acc = {};
      if (acc.pos > at) acc.pos -= kWords;
    }
  };
  shift(accs_);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < record_count_; ++i) {
    Record record = records_[i];
    if (record.pos == at) continue;
    if (record.pos > at) record.pos -= kWords;
    shift(record.before);
    records_[kept++] = record;
  }
  record_count_ = kept;
  emitted_.erase(emitted_.begin() + static_cast<ptrdiff_t>(index));
  for (size_t i = index; i < emitted_.size(); ++i) emitted_[i].pos -= kWords;
  for (size_t left = marks_.size(); left != 0 && marks_[left - 1].pos >= at; --left) {
    const size_t i = left - 1;
    if (marks_[i].pos > at) {
      marks_[i].pos -= kWords;
    } else if (i + 1 < marks_.size() && marks_[i + 1].pos == at) {
      marks_.erase(marks_.begin() + static_cast<ptrdiff_t>(i));
    }
  }
}

/// The sum that is a store's address was made before its value: taken out there, and added by the
/// store.
bool InterpEmitter::sink_address(const Operand& addr, const Operand& value, const Place& pv,
                                 Code base, Code float_base, MemArg m) {
  constexpr size_t kFarthest = 16;
  if (!fusing() || far_ || addr.value.kind != Value::Kind::home || addr.value.bits == 0)
    return false;
  if (pv.kind == Place::Kind::i) return false;
  const auto at = static_cast<uint32_t>(addr.value.bits);
  size_t index = emitted_.size();
  while (index != block_ && emitted_[index - 1].pos > at && emitted_.size() - index < kFarthest)
    --index;
  if (index == block_ || emitted_[index - 1].pos != at) return false;
  --index;
  const Code code = emitted_[index].code;
  if (get16(at, 8) != home_slot(addr.cell)) return false;
  const bool sum = code == Code::i32_add_ss_r && m.offset <= 0xffff;
  if (!sum && code != Code::i32_add_si_r) return false;
  const uint32_t x = get16(at, 10);
  const uint32_t y = sum ? get16(at, 12) : x;
  const uint32_t constant = get32(at, 12);
  for (size_t i = index + 1; i < emitted_.size(); ++i) {
    if (may_write(emitted_[i], x) || may_write(emitted_[i], y)) return false;
  }
  const bool from_acc = pv.kind == Place::Kind::a;
  // The value's slot may be the one the sum was to be in: no, operands have slots of their own.
  remove(index);
  take(value, pv);
  Code store = base + (sum ? 3 : 10);
  if (from_acc)
    store = float_base != Code::nop ? float_base + (sum ? 3 : 4) : base + (sum ? 6 : 11);
  const uint32_t to = emit(store);
  put16(to, 8, x);
  if (sum) {
    put16(to, 10, y);
    if (!from_acc) put16(to, 12, pv.slot);
    put16(to, 14, static_cast<uint32_t>(m.offset));
  } else {
    if (!from_acc) put16(to, 10, pv.slot);
    put32(to, 12, constant);
    put32(to, 16, static_cast<uint32_t>(m.offset));
  }
  return true;
}

/// Two counters that step by constants, one after the other; or a store and the step of its
/// pointer.
void InterpEmitter::fuse_increment() {
  if (!fusing() || record_count_ < 2) return;
  const Record& step = last();
  if (step.code != Code::i32_add_si_r || get16(step.pos, 8) != get16(step.pos, 10)) return;
  const uint32_t slot = get16(step.pos, 8);
  const uint32_t by = get32(step.pos, 12);
  if (!fits16(by)) return;
  const Record before = last(1);
  if (before.code == Code::i32_add_si_r && get16(before.pos, 8) == get16(before.pos, 10) &&
      fits16(get32(before.pos, 12)) && get16(before.pos, 8) != slot) {
    const uint32_t first = get16(before.pos, 8);
    const uint32_t first_by = get32(before.pos, 12);
    rewind();
    rewind();
    const uint32_t at = emit(Code::inc2);
    put16(at, 8, first);
    put16(at, 10, first_by & 0xffff);
    put16(at, 12, slot);
    put16(at, 14, by & 0xffff);
    overwritten(first);
    define(Class::i, at, slot, false);
  }
}

/// A compare that is only needed to select: `cond` is made by the last instruction.
std::optional<Value> InterpEmitter::fuse_select(const Operand& a, const Operand& b,
                                                const Operand& c) {
  if (!fusing() || !made_by_last(c, Class::i)) return std::nullopt;
  Code base = Code::nop;
  unsigned imm_bytes = 0;
  const CompareRow& row = compare_row(last().code);
  switch (row.compare) {
#define WEFT_LOP(id, op, mem)
#define WEFT_SHOP(id, outer, shift)
#define WEFT_MADD(id, fn)
#define WEFT_ADDBR(w, id, add, cmp)
#define WEFT_MISC(id, fields, bytes)
#define WEFT_SELCMP(w, id, cmp) \
  case Code::cmp##_ss_r: base = Code::id##_ss_r, imm_bytes = w; break;
#include "interp/isa_fused.def"
#undef WEFT_SELCMP
#undef WEFT_ADDBR
    default: return std::nullopt;
  }
  // The values may not need instructions of their own now.
  if (a.value.kind == Value::Kind::constant || b.value.kind == Value::Kind::constant)
    return std::nullopt;
  const unsigned form =
      (static_cast<unsigned>(last().code) - static_cast<unsigned>(row.compare)) / 2;
  const uint32_t at = last().pos;
  const uint32_t left = get16(at, 10);
  const uint32_t right = get16(at, 12);
  const bool has_imm = form == 1 || form == 3;  // without one the instruction ends before it
  const uint64_t imm = !has_imm ? 0 : imm_bytes == 4 ? get32(at, 12) : get64(at, 16);
  rewind();
  const uint32_t to = emit(base + 2 * form);
  put16(to, 10, slot_of(a));
  put16(to, 12, slot_of(b));
  if (form == 0 || form == 1) put16(to, 14, left);
  if (form == 0 || form == 2) put16(to, 16, right);
  if (has_imm) put64(to, 16, imm);
  return produce(Class::i, to, a.cell);
}

/// The branch of a loop's counter: the addition before a compare (`code`, its operands read, itself
/// taken back).
std::optional<uint32_t> InterpEmitter::fuse_add_branch(Code branch, bool has_imm, uint64_t imm,
                                                       uint32_t other) {
  if (!fusing()) return std::nullopt;
  const Acc& acc = accs_.of[0];
  if (acc.pos != last().pos || acc.slot == kNoSlot) return std::nullopt;
  Code code = last().code;
  if (is_transient(code)) code = code + static_cast<unsigned>(-1);
  const bool wide = code == Code::i64_add_si_r || code == Code::i64_add_ss_r;
  if (!wide && code != Code::i32_add_si_r && code != Code::i32_add_ss_r) return std::nullopt;
  Code base = Code::nop;
  switch (branch) {
#define WEFT_ADDBR(w, id, add, cmp) \
  case Code::br_##cmp##_ss: base = Code::id##_ii; break;
#define WEFT_SELCMP(w, id, cmp)
#include "interp/isa_fused.def"
#undef WEFT_LOP
#undef WEFT_SHOP
#undef WEFT_MADD
#undef WEFT_ADDBR
#undef WEFT_SELCMP
#undef WEFT_MISC
    default: return std::nullopt;
  }
  const bool wide_branch = base >= Code::br_i64_add_eq_ii;
  if (wide != wide_branch) return std::nullopt;
  const uint32_t at = last().pos;
  const uint32_t d = get16(at, 8);
  const uint32_t s = get16(at, 10);
  const bool add_imm = code == Code::i32_add_si_r || code == Code::i64_add_si_r;
  const uint32_t addend = get16(at, 12);
  const uint64_t add_bits = !add_imm ? 0 : wide ? get64(at, 16) : get32(at, 12);
  rewind();
  const uint32_t to = emit(base + ((add_imm ? 0 : 2) + (has_imm ? 0 : 1)));
  put16(to, 8, d);
  put16(to, 10, s);
  if (add_imm) {
    put64(to, 16, add_bits);
  } else {
    put16(to, 16, addend);
  }
  if (has_imm) {
    put64(to, 24, imm);
  } else {
    put16(to, 24, other);
  }
  define(Class::i, to, d, false);
  return to * 2 + 3;
}

/// The longest of isa_sequences.def that begins at this instruction; null if there is none.
const Sequence* InterpEmitter::sequence_at(size_t at) const {
  for (const Sequence& sequence : sequences_from(emitted_[at].code)) {
    if (emitted_.size() - at < sequence.count || table_->sequence[sequence.row] == 0) continue;
    bool same = true;
    for (size_t k = 1; same && k < sequence.count; ++k)
      same = emitted_[at + k].code == sequence.parts[k];
    if (same) return &sequence;
  }
  return nullptr;
}

/// Where instructions follow each other as in isa_sequences.def, the first one's handler does all.
void InterpEmitter::link_sequences() {
  for (size_t i = 0; i < emitted_.size(); ++i) {
    const Sequence* sequence = sequence_at(i);
    if (sequence == nullptr) continue;
    if (emitted_[i].code == Code::epoch) {  // not if it takes as much from the next one
      const Sequence* next = sequence_at(i + 1);
      if (next != nullptr && next->count >= sequence->count) continue;
    }
    words_[emitted_[i].pos] = table_->sequence[sequence->row];
  }
}

}  // namespace weft::interp
