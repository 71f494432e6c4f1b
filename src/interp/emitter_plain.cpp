// Plain operators: arithmetic, loads and stores, select, globals, tables, bulk operations.
#include "base/wrapping.hpp"
#include "interp/emitter.hpp"
#include "interp/memory_kind.hpp"
#include "runtime/memory.hpp"

namespace weft::interp {
namespace {

struct LoadRow {
  Code base;        ///< form s, result r
  MemoryKind kind;  ///< for general accesses
  Class cls;
};
LoadRow load_row(Op op) {
  switch (op) {
    case Op::i32_load:
    case Op::i64_load32_u: return {Code::load_u32_s_r, MemoryKind::u32, Class::i};
    case Op::i64_load: return {Code::load_u64_s_r, MemoryKind::u64, Class::i};
    case Op::f32_load: return {Code::load_f32_s_r, MemoryKind::u32, Class::f};
    case Op::f64_load: return {Code::load_f64_s_r, MemoryKind::u64, Class::d};
    case Op::i32_load8_s: return {Code::load_s8_32_s_r, MemoryKind::s8_32, Class::i};
    case Op::i32_load8_u:
    case Op::i64_load8_u: return {Code::load_u8_s_r, MemoryKind::u8, Class::i};
    case Op::i32_load16_s: return {Code::load_s16_32_s_r, MemoryKind::s16_32, Class::i};
    case Op::i32_load16_u:
    case Op::i64_load16_u: return {Code::load_u16_s_r, MemoryKind::u16, Class::i};
    case Op::i64_load8_s: return {Code::load_s8_64_s_r, MemoryKind::s8_64, Class::i};
    case Op::i64_load16_s: return {Code::load_s16_64_s_r, MemoryKind::s16_64, Class::i};
    case Op::i64_load32_s: return {Code::load_s32_64_s_r, MemoryKind::s32_64, Class::i};
    default: return {Code::nop, MemoryKind::u8, Class::i};
  }
}
struct StoreRow {
  Code base;        ///< form ss
  Code float_base;  ///< form sa of a float in its accumulator; nop: integer
  MemoryKind kind;
};
StoreRow store_row(Op op) {
  switch (op) {
    case Op::i32_store8:
    case Op::i64_store8: return {Code::store_8_ss, Code::nop, MemoryKind::u8};
    case Op::i32_store16:
    case Op::i64_store16: return {Code::store_16_ss, Code::nop, MemoryKind::u16};
    case Op::i32_store:
    case Op::i64_store32: return {Code::store_32_ss, Code::nop, MemoryKind::u32};
    case Op::i64_store: return {Code::store_64_ss, Code::nop, MemoryKind::u64};
    case Op::f32_store: return {Code::store_32_ss, Code::store_f32_sa, MemoryKind::u32};
    case Op::f64_store: return {Code::store_64_ss, Code::store_f64_sa, MemoryKind::u64};
    default: return {Code::nop, Code::nop, MemoryKind::u8};
  }
}

Class result_class(Op op) {
  switch (sig(op).results[0]) {
    case SigType::f32: return Class::f;
    case SigType::f64: return Class::d;
    default: return Class::i;
  }
}

/// The operator that gives the same with its operands exchanged; Op::invalid_ if there is none.
Op exchanged(Op op) {
  switch (op) {
    case Op::i32_add:
    case Op::i32_mul:
    case Op::i32_and:
    case Op::i32_or:
    case Op::i32_xor:
    case Op::i32_eq:
    case Op::i32_ne:
    case Op::i64_add:
    case Op::i64_mul:
    case Op::i64_and:
    case Op::i64_or:
    case Op::i64_xor:
    case Op::i64_eq:
    case Op::i64_ne: return op;
#define WEFT_EXCHANGE(t, suffix)                      \
  case Op::t##_lt##suffix: return Op::t##_gt##suffix; \
  case Op::t##_gt##suffix: return Op::t##_lt##suffix; \
  case Op::t##_le##suffix: return Op::t##_ge##suffix; \
  case Op::t##_ge##suffix: return Op::t##_le##suffix;
      WEFT_EXCHANGE(i32, _s)
      WEFT_EXCHANGE(i32, _u)
      WEFT_EXCHANGE(i64, _s)
      WEFT_EXCHANGE(i64, _u)
#undef WEFT_EXCHANGE
    default: return Op::invalid_;
  }
}

}  // namespace

auto InterpEmitter::binary_row(Op op) -> BinaryRow {
  switch (op) {
#define WEFT_BIN4(w, id) \
  case Op::id: return {Code::id##_ss_r, Op::id, w, false};
#define WEFT_BIN6(w, id) \
  case Op::id: return {Code::id##_ss_r, Op::id, w, true};
#define WEFT_UN2(id)
#include "interp/isa_float.def"
#include "interp/isa_i32.def"
#include "interp/isa_i64.def"
#undef WEFT_BIN4
#undef WEFT_BIN6
#undef WEFT_UN2
    case Op::ref_eq: return {Code::i64_eq_ss_r, Op::i64_eq, 8, false};
    default: return {};
  }
}
Code InterpEmitter::unary_row(Op op) {
  switch (op) {
#define WEFT_BIN4(w, id)
#define WEFT_BIN6(w, id)
#define WEFT_UN2(id) \
  case Op::id: return Code::id##_s_r;
#include "interp/isa_convert.def"
#include "interp/isa_float.def"
#include "interp/isa_i32.def"
#include "interp/isa_i64.def"
#undef WEFT_BIN4
#undef WEFT_BIN6
#undef WEFT_UN2
    case Op::ref_is_null: return Code::i64_eqz_s_r;
    default: return Code::nop;
  }
}

Value InterpEmitter::plain_unary(Op op) {
  charge();
  Operand& o = state_->operands.back();
  if (op == Op::i64_extend_i32_u && o.value.kind != Value::Kind::local) {
    // The cell is zero-extended already; a constant or a home stays what it is.
    return o.value;
  }
  if (auto fused = fuse_unary(op)) return *fused;
  if (op == Op::i64_extend_i32_u) return o.value;  // an alias of the local, read as 64 bits
  const Code base = unary_row(op);
  if (base == Code::nop) return vector_unary(op);
  Place p = use(o, 0);
  if (p.kind == Place::Kind::i) p = use_slot(o, 0);
  take(o, p);
  const uint32_t at = emit(p.kind == Place::Kind::a ? base + 2 : base);
  if (p.kind == Place::Kind::s) put16(at, 10, p.slot);
  return produce(result_class(op), at, o.cell);
}

Value InterpEmitter::emit_binary(const BinaryRow& row_, const Operand& l_, const Operand& r_,
                                 Class result) {
  BinaryRow row = row_;
  const Operand* l = &l_;
  const Operand* r = &r_;
  using Kind = Place::Kind;
  // An i32 operator reads the low half of a slot: i32.wrap_i64 has nothing to do.
  std::optional<Place> unwrapped_l;
  std::optional<Place> unwrapped_r;
  if (row.imm_bytes == 4 && fusing() && last().code == Code::i32_wrap_i64_s_r) {
    unwrapped_r = unwrap(*r);
    if (!unwrapped_r) unwrapped_l = unwrap(*l);
  }
  Place pl = unwrapped_l ? *unwrapped_l : use(*l, 0);
  Place pr = unwrapped_r ? *unwrapped_r : use(*r, 1);
  if (pl.kind == Kind::a && pr.kind == Kind::a)
    pr.kind = Kind::s;  // the same local twice: its slot is valid
  const bool left_is_late = pl.kind == Kind::i || pr.kind == Kind::a;
  if (left_is_late && exchanged(row.op) != Op::invalid_ && pr.kind != Kind::i) {
    row = binary_row(exchanged(row.op));
    std::swap(l, r);
    std::swap(pl, pr);
  }
  if (pl.kind == Kind::i && (pr.kind == Kind::i || !row.six)) pl = use_slot(*l, 0);
  if (pl.kind == Kind::i && pr.kind == Kind::a) pr.kind = Kind::s;
  if (pl.kind == Kind::s && pr.kind == Kind::a && !row.six) pr.kind = Kind::s;
  // Forms in the order of isa.def.
  unsigned form = 0;
  if (pl.kind == Kind::s) {
    form = pr.kind == Kind::s ? 0 : pr.kind == Kind::i ? 1 : 4;
  } else if (pl.kind == Kind::a) {
    form = pr.kind == Kind::i ? 3 : 2;
  } else {
    form = 5;
  }
  take(*l, pl);
  take(*r, pr);
  const uint32_t at = emit(row.base + 2 * form);
  if (pl.kind == Kind::s) put16(at, 10, pl.slot);
  if (pr.kind == Kind::s) put16(at, form == 5 ? 10 : 12, pr.slot);
  if (form == 1 || form == 3 || form == 5) {
    const uint64_t bits = form == 5 ? pl.bits : pr.bits;
    if (row.imm_bytes == 4) {
      put32(at, 12, static_cast<uint32_t>(bits));
    } else {
      put64(at, 16, bits);
    }
  }
  Value value = produce(result, at, l_.cell);
  if (row.op == Op::i32_add) value.bits = at;  // a store may take it as its address (sink_address)
  return value;
}

Value InterpEmitter::plain_binary(Op op) {
  charge();
  if (auto fused = fuse_binary(op)) return *fused;
  BinaryRow row = binary_row(op);
  if (row.base == Code::nop) return vector_binary(op);
  const auto top = state_->top(2);
  Operand l = top[0];
  Operand r = top[1];
  // x - c is x + -c: one form less in the caches, and more to fuse.
  if ((op == Op::i32_sub || op == Op::i64_sub) && r.value.kind == Value::Kind::constant &&
      l.value.kind != Value::Kind::constant) {
    r.value.bits = op == Op::i32_sub
                       ? uint64_t{wrapping_sub(0u, static_cast<uint32_t>(r.value.bits))}
                       : wrapping_sub(uint64_t{0}, r.value.bits);
    row = binary_row(op == Op::i32_sub ? Op::i32_add : Op::i64_add);
  }
  return emit_binary(row, l, r, result_class(op == Op::ref_eq ? Op::i64_eq : op));
}

// --- loads and stores
// --------------------------------------------------------------------------------------------------

/// Memory 0 with 32-bit addresses: what the fast forms do.
bool InterpEmitter::plain_memory(const MemArg& m) const {
  return m.memory == 0 && state_->module->memories[0].address == AddressType::i32 &&
         m.offset <= 0xffff'ffff;
}

/// A load from `addr`, all but its destination.
bool InterpEmitter::emit_load(Code base, const Operand& addr, MemArg m, uint32_t& at) {
  const std::optional<Place> unwrapped = unwrap(addr);
  Place p = unwrapped ? *unwrapped : use(addr, 0);
  uint64_t offset = m.offset;
  unsigned form = 0;
  if (p.kind == Place::Kind::i) {
    offset += static_cast<uint32_t>(p.bits);
    if (offset <= 0xffff'ffff) {
      form = 2;
    } else {
      offset = m.offset;
      p = use_slot(addr, 0);
    }
  }
  if (p.kind == Place::Kind::a) form = 1;
  take(addr, p);
  at = emit(base + 2 * form);
  if (form == 0) put16(at, 10, p.slot);
  put32(at, 12, static_cast<uint32_t>(offset));
  return true;
}

Value InterpEmitter::load(Op op, MemArg m) {
  charge();
  check_access(state_->operands.back(), op, m, false);
  const LoadRow row = load_row(op);
  if (row.base == Code::nop) return vector_load(op, m);
  if (!plain_memory(m)) return load_general(op, m);
  if (auto fused = fuse_load(row.base, row.cls, m)) return *fused;
  const Operand addr = state_->operands.back();
  uint32_t at = 0;
  emit_load(row.base, addr, m, at);
  return produce(row.cls, at, addr.cell);
}

void InterpEmitter::store(Op op, MemArg m) {
  charge();
  check_access(state_->top(2)[0], op, m, true);
  const StoreRow row = store_row(op);
  if (row.base == Code::nop) return vector_store(op, m);
  if (!plain_memory(m)) return store_general(op, m);
  if (fuse_store(row.base, row.float_base, m)) return;
  const auto top = state_->top(2);
  const Operand addr = top[0];
  const Operand value = top[1];
  using Kind = Place::Kind;
  const std::optional<Place> unwrapped = row.float_base == Code::nop ? unwrap(value) : std::nullopt;
  Place pv = unwrapped ? *unwrapped : place(value);
  if (sink_address(addr, value, pv, row.base, row.float_base, m)) return;
  Place pa = use(addr, 0);
  if (!unwrapped) pv = use(value, 1);
  uint64_t offset = m.offset;
  if (pa.kind == Kind::i) {
    if (offset + static_cast<uint32_t>(pa.bits) <= 0xffff'ffff) {
      offset += static_cast<uint32_t>(pa.bits);
    } else {
      pa = use_slot(addr, 0);
    }
  }
  const bool is_float = row.float_base != Code::nop;
  if (!is_float && pa.kind == Kind::a && pv.kind == Kind::a)
    pa.kind = Kind::s;  // the same local twice
  take(addr, pa);
  take(value, pv);
  const unsigned a = pa.kind == Kind::s ? 0 : pa.kind == Kind::a ? 1 : 2;
  Code code;
  if (is_float && pv.kind == Kind::a) {
    code = row.float_base + a;  // sa aa ca
  } else if (pv.kind == Kind::s) {
    code = row.base + a;  // ss as cs (xs)
  } else if (pv.kind == Kind::a) {
    code = row.base + (a == 0 ? 4 : 5);  // sa ca (xa)
  } else {
    code = row.base + 7 + a;  // si ai ci
  }
  const uint32_t at = emit(code);
  if (pa.kind == Kind::s) put16(at, 8, pa.slot);
  if (pv.kind == Kind::s) put16(at, 10, pv.slot);
  put32(at, 12, static_cast<uint32_t>(offset));
  if (pv.kind == Kind::i) put64(at, 16, pv.bits);
}

Value InterpEmitter::load_general(Op op, MemArg m) {
  const Operand addr = state_->operands.back();
  const uint32_t slot = to_slot(addr, 0);
  const bool wide = state_->module->memories[m.memory].address == AddressType::i64;
  const uint32_t at = emit(Code::load_general);
  put16(at, 10, slot);
  put32(at, 12, static_cast<uint32_t>(load_row(op).kind));
  put64(at, 16, m.offset);
  put32(at, 24, m.memory | (wide ? kWideAddress : 0));
  return produce_slot(at, addr.cell);
}
void InterpEmitter::store_general(Op op, MemArg m) {
  const auto top = state_->top(2);
  const uint32_t addr = to_slot(top[0], 0);
  const uint32_t value = to_slot(top[1], 1);
  const bool wide = state_->module->memories[m.memory].address == AddressType::i64;
  const uint32_t at = emit(Code::store_general);
  put16(at, 8, addr);
  put16(at, 10, value);
  put32(at, 12, static_cast<uint32_t>(store_row(op).kind));
  put64(at, 16, m.offset);
  put32(at, 24, m.memory | (wide ? kWideAddress : 0));
}

void InterpEmitter::wide(Op op) {
  charge();
  const size_t n = sig(op).param_count;
  const auto top = state_->top(n);
  uint32_t slots[4] = {};
  for (unsigned i = 0; i < n; ++i) slots[i] = to_slot(top[i], i);
  const uint32_t cell = top[0].cell;
  // Both halves of a result that lies beyond 16 bits pass through scratch slots.
  const uint32_t low = home_slot(cell);
  const uint32_t dst = low + 1 > 0xffff ? scratch_base_ + 4 : low;
  const uint32_t at = emit(op == Op::i64_add128       ? Code::i64_add128
                           : op == Op::i64_sub128     ? Code::i64_sub128
                           : op == Op::i64_mul_wide_s ? Code::i64_mul_wide_s
                                                      : Code::i64_mul_wide_u);
  put16(at, 8, dst);
  for (unsigned i = 0; i < n; ++i) put16(at, 10 + 2 * i, slots[i]);
  overwritten(low);
  overwritten(low + 1);
  move_slot(low, dst);
  move_slot(low + 1, dst == low ? low + 1 : dst + 1);
}

// --- select, globals
// ---------------------------------------------------------------------------------------------------

Value InterpEmitter::select(ValType type) {
  charge();
  const auto top = state_->top(3);
  const Operand a = top[0];
  const Operand b = top[1];
  const Operand c = top[2];
  if (type.is_vec()) return vector_select(a, b, c);
  if (class_of(type) == Class::i) {
    if (auto fused = fuse_select(a, b, c)) return *fused;
  }
  Place pc = use(c, 2);
  if (pc.kind == Place::Kind::i) return emit_constant_select(a, b, pc.bits != 0);
  const auto short_constant = [](const Operand& o) {
    return o.value.kind == Value::Kind::constant && o.value.bits <= 0xffff'ffff;
  };
  const bool ia = class_of(type) == Class::i && short_constant(a);
  const bool ib = class_of(type) == Class::i && short_constant(b);
  const uint32_t sa = ia ? 0 : to_slot(a, 0);
  const uint32_t sb = ib ? 0 : to_slot(b, 1);
  take(c, pc);
  if (ia || ib) {
    const Code first = pc.kind == Place::Kind::a ? Code::select_i_a_si_r : Code::select_i_s_si_r;
    const uint32_t at = emit(first + (ia && ib ? 4 : ia ? 2 : 0));
    if (ia) put32(at, 16, static_cast<uint32_t>(a.value.bits));
    if (ib) put32(at, 20, static_cast<uint32_t>(b.value.bits));
    if (!ia) put16(at, 10, sa);
    if (!ib) put16(at, 12, sb);
    if (pc.kind == Place::Kind::s) put16(at, 14, pc.slot);
    return produce(Class::i, at, a.cell);
  }
  const Class cls = class_of(type);
  const Code base = cls == Class::i   ? Code::select_i_s_r
                    : cls == Class::f ? Code::select_f_s_r
                                      : Code::select_d_s_r;
  const uint32_t at = emit(pc.kind == Place::Kind::a ? base + 2 : base);
  put16(at, 10, sa);
  put16(at, 12, sb);
  if (pc.kind == Place::Kind::s) put16(at, 14, pc.slot);
  return produce(cls, at, a.cell);
}
Value InterpEmitter::emit_constant_select(const Operand& a, const Operand& b, bool first) {
  if (!first) move(home_slot(a.cell), b, 1);
  if (first && a.value.kind != Value::Kind::home) move(home_slot(a.cell), a, 1);
  return {};
}

Value InterpEmitter::global_get(uint32_t global) {
  charge();
  const ValType type = state_->module->globals[global].type.type;
  const uint32_t cell = state_->cells();
  const Class cls = class_of(type);
  if (type.is_vec()) return vector_global_get(global);
  const uint32_t at = emit(cls == Class::i   ? Code::global_get_i_r
                           : cls == Class::f ? Code::global_get_f_r
                                             : Code::global_get_d_r);
  put32(at, 12, global);
  return produce(cls, at, cell);
}
void InterpEmitter::global_set(uint32_t global) {
  charge();
  const Operand o = state_->operands.back();
  if (o.type.is_vec()) return vector_global_set(global);
  Place p = use(o, 0);
  if (p.kind == Place::Kind::a && class_of(o.type) != Class::i) p.kind = Place::Kind::s;
  take(o, p);
  const uint32_t at = emit(p.kind == Place::Kind::a   ? Code::global_set_a
                           : p.kind == Place::Kind::s ? Code::global_set_s
                                                      : Code::global_set_i);
  if (p.kind == Place::Kind::s) put16(at, 8, p.slot);
  if (p.kind == Place::Kind::i) put64(at, 16, p.bits);
  put32(at, 12, global);
}

// --- memories, tables, references
// ----------------------------------------------------------------------------------------

Value InterpEmitter::memory_size(uint32_t memory) {
  charge();
  const uint32_t at = emit(Code::memory_size);
  put32(at, 12, memory);
  put32(at, 16, state_->module->memories[memory].page_log2);
  return produce_slot(at, state_->cells());
}
Value InterpEmitter::memory_grow(uint32_t memory) {
  charge();
  const Operand o = state_->operands.back();
  const uint32_t slot = to_slot(o, 0);
  const uint32_t at = emit(Code::memory_grow);
  put16(at, 10, slot);
  put32(at, 12, memory);
  put32(at, 16, state_->module->memories[memory].address == AddressType::i64);
  forget_accs();
  return produce_slot(at, o.cell);
}
void InterpEmitter::bulk(Op op, Indices ix) {
  charge();
  if (op == Op::data_drop || op == Op::elem_drop) {
    const uint32_t at = emit(op == Op::data_drop ? Code::data_drop : Code::elem_drop);
    put32(at, 12, ix.a);
    return barrier();
  }
  check_bulk(op, ix);
  const auto top = state_->top(3);
  uint32_t slots[3];
  for (unsigned i = 0; i < 3; ++i) slots[i] = to_slot(top[i], i);
  Code code = Code::nop;
  switch (op) {
    case Op::memory_fill: code = Code::memory_fill; break;
    case Op::memory_copy: code = Code::memory_copy; break;
    case Op::memory_init: code = Code::memory_init; break;
    case Op::table_fill: code = Code::table_fill; break;
    case Op::table_copy: code = Code::table_copy; break;
    case Op::table_init: code = Code::table_init; break;
    default: return static_cast<void>(unsupported(op));
  }
  const uint32_t at = emit(code);
  for (unsigned i = 0; i < 3; ++i) put16(at, 8 + 2 * i, slots[i]);
  put32(at, 16, ix.a);
  if (info(code).bytes == 24 && code != Code::memory_fill && code != Code::table_fill)
    put32(at, 20, ix.b);
  barrier();
}
Value InterpEmitter::table_get(uint32_t table) {
  charge();
  const Operand o = state_->operands.back();
  const uint32_t slot = to_slot(o, 0);
  const uint32_t at = emit(Code::table_get);
  put16(at, 10, slot);
  put32(at, 12, table);
  forget_accs();
  return produce_slot(at, o.cell);
}
void InterpEmitter::table_set(uint32_t table) {
  charge();
  const auto top = state_->top(2);
  const uint32_t index = to_slot(top[0], 0);
  const uint32_t value = to_slot(top[1], 1);
  const uint32_t at = emit(Code::table_set);
  put16(at, 8, index);
  put16(at, 10, value);
  put32(at, 12, table);
  barrier();
}
Value InterpEmitter::table_size(uint32_t table) {
  charge();
  const uint32_t at = emit(Code::table_size);
  put32(at, 12, table);
  return produce_slot(at, state_->cells());
}
Value InterpEmitter::table_grow(uint32_t table) {
  charge();
  const auto top = state_->top(2);
  const uint32_t init = to_slot(top[0], 0);
  const uint32_t delta = to_slot(top[1], 1);
  const uint32_t at = emit(Code::table_grow);
  put16(at, 10, init);
  put16(at, 12, delta);
  put32(at, 16, table);
  put32(at, 20, state_->module->tables[table].type.address == AddressType::i64);
  forget_accs();
  return produce_slot(at, top[0].cell);
}
Value InterpEmitter::ref_func(uint32_t func) {
  charge();
  const uint32_t at = emit(Code::ref_func);
  put32(at, 12, func);
  forget_accs();
  return produce_slot(at, state_->cells());
}
Value InterpEmitter::ref_as_non_null() {
  charge();
  const Operand& o = state_->operands.back();
  const uint32_t slot = to_slot(o, 0);
  keep_stores();  // the value lives on: who takes it next must not leave the store out
  const uint32_t at = emit(Code::ref_as_non_null);
  put16(at, 8, slot);
  return o.value.kind == Value::Kind::constant ? Value{} : o.value;
}

}  // namespace weft::interp
