// Emission of structs, arrays, i31 and casts: isa_gc.def. Accumulators are forgotten at what
// allocates: a collection must find every reference in a slot.
#include "interp/emitter.hpp"
#include "interp/gc_cast.hpp"

namespace weft::interp {

using runtime::FieldClass;
using runtime::builtins::CastKind;

namespace {

/// Row of isa_gc.def: forms of struct loads 0 s, 2 a, of array loads 4 ss, 6 sa, 8 as.
Code load_row(FieldClass cls, ValType type, bool sign_extend) {
  switch (cls) {
    case FieldClass::byte: return sign_extend ? Code::struct_get_s8_s_r : Code::struct_get_u8_s_r;
    case FieldClass::half: return sign_extend ? Code::struct_get_s16_s_r : Code::struct_get_u16_s_r;
    case FieldClass::word:
      return type == wasm::kF32 ? Code::struct_get_f32_s_r : Code::struct_get_u32_s_r;
    case FieldClass::dword:
      return type == wasm::kF64 ? Code::struct_get_f64_s_r : Code::struct_get_u64_s_r;
    case FieldClass::func: return Code::struct_get_u64_s_r;
    default: return Code::struct_get_u32_s_r;
  }
}
/// Forms of struct stores 0 ss, 1 sa, 2 as, of array stores 3 sss, 4 ssa, 5 sas.
Code store_row(FieldClass cls) {
  switch (runtime::log2_bytes(cls)) {
    case 0: return Code::struct_set_8_ss;
    case 1: return Code::struct_set_16_ss;
    case 2: return Code::struct_set_32_ss;
    default: return Code::struct_set_64_ss;
  }
}

CastKind kind_of(const wasm::TypeList& types, HeapType heap) {
  if (heap.is_concrete()) {
    return types[heap.index()].kind == wasm::CompositeKind::func ? CastKind::func
                                                                 : CastKind::object;
  }
  switch (heap.abstract()) {
    case AbstractHeap::eq: return CastKind::eq;
    case AbstractHeap::i31: return CastKind::i31;
    case AbstractHeap::struct_: return CastKind::struct_;
    case AbstractHeap::array: return CastKind::array;
    case AbstractHeap::any:
    case AbstractHeap::func:
    case AbstractHeap::extern_:
    case AbstractHeap::exn: return CastKind::always;
    default: return CastKind::never;
  }
}

struct CastTarget {
  uint32_t word;
  uint32_t type;
  bool object() const { return cast_kind(word) == CastKind::object; }
};
CastTarget cast_target(const wasm::TypeList& types, ValType type) {
  const CastKind kind = kind_of(types, type.heap());
  const uint32_t index = type.heap().is_concrete() ? type.heap().index() : 0;
  return {static_cast<uint32_t>(kind) | (type.nullable() ? kCastNull : 0), index};
}

bool signed_get(Op op) { return op == Op::struct_get_s || op == Op::array_get_s; }

}  // namespace

/// Shares the emitter's private parts; one function per shape of operands.
struct GcEmission {
  using Place = InterpEmitter::Place;
  InterpEmitter& e;
  State& state;
  const wasm::TypeList& types;

  FieldClass element(uint32_t type) const {
    return runtime::field_class(types, types.fields(type)[0].type);
  }

  /// A result of two slots at its home.
  bool vector_home(uint32_t at, uint32_t cell) {
    const uint32_t slot = e.home_slot(cell);
    if (slot + 1 > 0xffff) return e.fail(ErrorCode::unsupported, "v128 in a far frame"), false;
    e.put16(at, 8, slot);
    e.overwritten(slot);
    e.overwritten(slot + 1);
    return true;
  }
  /// A slot of a v128 operand.
  uint32_t vector_slot(Operand& o) {
    e.to_home(o);
    const uint32_t slot = e.home_slot(o.cell);
    if (slot + 1 > 0xffff) e.fail(ErrorCode::unsupported, "v128 in a far frame");
    return slot > 0xffff ? 0 : slot;
  }
  /// Accumulator or slot; constants go to their slot.
  Place reference(const Operand& o, unsigned scratch) {
    Place p = e.use(o, scratch);
    return p.kind == Place::Kind::i ? e.use_slot(o, scratch) : p;
  }
  /// The same for a value to be stored: only the integer accumulator can be read.
  Place value(const Operand& o, unsigned scratch) {
    Place p = reference(o, scratch);
    if (p.kind == Place::Kind::a && InterpEmitter::class_of(o.type) != Class::i)
      p = e.use_slot(o, scratch);
    return p;
  }

  void struct_get(Op op, Indices ix) {
    const runtime::StructLayout::Field field = e.struct_places_.of(types, ix.a).fields[ix.b];
    const ValType type = types.fields(ix.a)[ix.b].type;
    const Operand o = state.operands.back();
    if (field.cls == FieldClass::vector) {
      const uint32_t slot = e.to_slot(o, 0);
      const uint32_t at = e.emit(Code::struct_get_v);
      e.put16(at, 10, slot);
      e.put32(at, 12, field.offset);
      vector_home(at, o.cell);
      return e.need_cells(o.cell + 2);
    }
    const Place p = reference(o, 0);
    e.take(o, p);
    const uint32_t at =
        e.emit(load_row(field.cls, type, signed_get(op)) + (p.kind == Place::Kind::a ? 2u : 0u));
    if (p.kind == Place::Kind::s) e.put16(at, 10, p.slot);
    e.put32(at, 12, field.offset);
    e.produce(InterpEmitter::class_of(type), at, o.cell);
  }
  void struct_set(Indices ix) {
    const runtime::StructLayout::Field field = e.struct_places_.of(types, ix.a).fields[ix.b];
    const auto top = state.top(2);
    if (field.cls == FieldClass::vector) {
      const uint32_t value_slot = vector_slot(top[1]);
      const uint32_t slot = e.to_slot(top[0], 0);
      const uint32_t at = e.emit(Code::struct_set_v);
      e.put16(at, 8, slot);
      e.put16(at, 10, value_slot);
      return e.put32(at, 12, field.offset);
    }
    Place object = reference(top[0], 0);
    const Place v = value(top[1], 1);
    if (object.kind == Place::Kind::a && v.kind == Place::Kind::a)
      object.kind = Place::Kind::s;  // the same local twice
    if (object.kind == Place::Kind::a) object = keep(top[0], object);
    e.take(top[0], object);
    e.take(top[1], v);
    const unsigned form = v.kind == Place::Kind::a ? 1 : object.kind == Place::Kind::a ? 2 : 0;
    const uint32_t at = e.emit(store_row(field.cls) + form);
    if (object.kind == Place::Kind::s) e.put16(at, 8, object.slot);
    if (v.kind == Place::Kind::s) e.put16(at, 10, v.slot);
    e.put32(at, 12, field.offset);
  }
  /// Preparing a later operand may have emitted moves; the accumulator may be gone, the slot is
  /// not.
  Place keep(const Operand& o, Place p) {
    return e.place(o).kind == Place::Kind::a ? p : e.use_slot(o, 0);
  }

  void array_get(Op op, Indices ix) {
    const FieldClass cls = element(ix.a);
    const ValType type = types.fields(ix.a)[0].type;
    const auto top = state.top(2);
    if (cls == FieldClass::vector) {
      const uint32_t array_slot = e.to_slot(top[0], 0);
      const uint32_t index_slot = e.to_slot(top[1], 1);
      const uint32_t at = e.emit(Code::array_get_v);
      e.put16(at, 10, array_slot);
      e.put16(at, 12, index_slot);
      vector_home(at, top[0].cell);
      return e.need_cells(top[0].cell + 2);
    }
    Place array = reference(top[0], 0);
    const Place index = reference(top[1], 1);
    if (array.kind == Place::Kind::a && index.kind == Place::Kind::a) array.kind = Place::Kind::s;
    if (array.kind == Place::Kind::a) array = keep(top[0], array);
    e.take(top[0], array);
    e.take(top[1], index);
    const unsigned form = index.kind == Place::Kind::a ? 6 : array.kind == Place::Kind::a ? 8 : 4;
    const uint32_t at = e.emit(load_row(cls, type, signed_get(op)) + form);
    if (array.kind == Place::Kind::s) e.put16(at, 10, array.slot);
    if (index.kind == Place::Kind::s) e.put16(at, 12, index.slot);
    e.produce(InterpEmitter::class_of(type), at, top[0].cell);
  }
  void array_set(Indices ix) {
    const FieldClass cls = element(ix.a);
    const auto top = state.top(3);
    if (cls == FieldClass::vector) {
      const uint32_t value_slot = vector_slot(top[2]);
      const uint32_t array_slot = e.to_slot(top[0], 0);
      const uint32_t index_slot = e.to_slot(top[1], 1);
      const uint32_t at = e.emit(Code::array_set_v);
      e.put16(at, 8, array_slot);
      e.put16(at, 10, index_slot);
      return e.put16(at, 12, value_slot);
    }
    const uint32_t array_slot = e.to_slot(top[0], 0);
    Place index = reference(top[1], 1);
    const Place v = value(top[2], 2);
    if (v.kind == Place::Kind::a && index.kind == Place::Kind::a) index.kind = Place::Kind::s;
    if (index.kind == Place::Kind::a) index = keep(top[1], index);
    e.take(top[1], index);
    e.take(top[2], v);
    const unsigned form = v.kind == Place::Kind::a ? 4 : index.kind == Place::Kind::a ? 5 : 3;
    const uint32_t at = e.emit(store_row(cls) + form);
    e.put16(at, 8, array_slot);
    if (index.kind == Place::Kind::s) e.put16(at, 10, index.slot);
    if (v.kind == Place::Kind::s) e.put16(at, 12, v.slot);
  }

  /// array.len, ref.i31, i31.get: one operand, forms s and a.
  void unary(Code base) {
    const Operand o = state.operands.back();
    const Place p = reference(o, 0);
    e.take(o, p);
    const uint32_t at = e.emit(p.kind == Place::Kind::a ? base + 2 : base);
    if (p.kind == Place::Kind::s) e.put16(at, 10, p.slot);
    e.produce(Class::i, at, o.cell);
  }

  // --- what allocates ---
  uint32_t result_cell(size_t operands) const {
    return operands == 0 ? state.cells() : state.top(operands)[0].cell;
  }
  /// `live_at`: where the number of live cells stands.
  uint32_t emit_new(Code code, unsigned live_at) {
    e.forget_accs();
    const uint32_t at = e.emit(code);
    e.put32(at, live_at, live_cells());
    return at;
  }
  /// Homes of the topmost operands that are aliases or constants hold something old.
  uint32_t live_cells() const {
    constexpr size_t kMaxLook = 16;  // translation stays linear
    const auto& operands = state.operands;
    uint32_t cells = state.cells();
    for (size_t i = operands.size(), looked = 0; i != 0 && looked < kMaxLook; --i, ++looked) {
      if (operands[i - 1].value.kind == Value::Kind::home) break;
      cells = operands[i - 1].cell;
    }
    return e.home_slot(cells);
  }
  /// The new reference is in its slot and in the accumulator.
  void made(uint32_t at, uint32_t cell) {
    const uint32_t slot = e.home_slot(cell);
    if (slot > 0xffff) {
      e.produce_slot(at, cell);
    } else {
      e.put16(at, 8, slot);
      e.define(Class::i, at, slot, false);
    }
    e.need_cells(cell + 1);
  }

  void struct_new(Op op, Indices ix) {
    const StructPlaces& places = e.struct_places_.of(types, ix.a);
    const size_t n = op == Op::struct_new ? places.fields.size() : 0;
    const uint32_t cell = result_cell(n);
    const uint32_t flags =
        runtime::ObjectHeader::make(runtime::ObjectKind::struct_, 0, places.has_refs);
    if (n == 0) {
      const uint32_t at = emit_new(Code::struct_new_default, 24);
      e.put32(at, 12, ix.a);
      e.put32(at, 16, places.bytes);
      e.put32(at, 20, flags);
      return made(at, cell);
    }
    const auto operands = state.top(n);
    if (n <= 4 && places.all_words) {
      uint32_t slots[4] = {};
      for (unsigned i = 0; i < n; ++i) slots[i] = e.to_slot(operands[i], i);
      const uint32_t at = emit_new(Code::struct_new_w1 + static_cast<unsigned>(n - 1), 28);
      for (unsigned i = 0; i < n; ++i) e.put16(at, 10 + 2 * i, slots[i]);
      e.put32(at, 20, ix.a);
      e.put32(at, 24, flags);
      return made(at, cell);
    }
    e.to_homes(operands);
    const uint32_t at = emit_new(Code::struct_new, 20);
    e.put32(at, 12, ix.a);
    e.put32(at, 16, e.home_slot(cell));
    made(at, cell);
  }
  void array_new(Indices ix) {
    const auto top = state.top(2);
    e.to_home(top[0]);
    const uint32_t length = e.to_slot(top[1], 1);
    const uint32_t at = emit_new(Code::array_new, 20);
    e.put16(at, 10, length);
    e.put32(at, 12, ix.a);
    e.put32(at, 16, e.home_slot(top[0].cell));
    made(at, top[0].cell);
  }
  void array_new_default(Indices ix) {
    const Operand o = state.operands.back();
    const uint32_t length = e.to_slot(o, 0);
    const uint32_t at = emit_new(Code::array_new_default, 16);
    e.put16(at, 10, length);
    e.put32(at, 12, ix.a);
    made(at, o.cell);
  }
  void array_new_fixed(Indices ix) {
    const uint32_t cell = result_cell(ix.b);
    e.to_homes(state.top(ix.b));
    const uint32_t at = emit_new(Code::array_new_fixed, 24);
    e.put32(at, 12, ix.a);
    e.put32(at, 16, e.home_slot(cell));
    e.put32(at, 20, ix.b);
    made(at, cell);
  }
  void array_new_segment(Code code, Indices ix) {
    const auto top = state.top(2);
    const uint32_t from = e.to_slot(top[0], 0);
    const uint32_t length = e.to_slot(top[1], 1);
    const uint32_t at = emit_new(code, 24);
    e.put16(at, 10, from);
    e.put16(at, 12, length);
    e.put32(at, 16, ix.a);
    e.put32(at, 20, ix.b);
    made(at, top[0].cell);
  }

  void array_bulk(Op op, Indices ix) {
    const size_t n = op == Op::array_copy ? 5 : 4;
    const auto top = state.top(n);
    uint32_t slots[5] = {};
    if (op == Op::array_fill) e.to_home(top[2]);
    for (unsigned i = 0; i < n; ++i)
      slots[i] = op == Op::array_fill && i == 2 ? 0 : e.to_slot(top[i], i);
    const uint32_t at = e.emit(op == Op::array_fill        ? Code::array_fill
                               : op == Op::array_copy      ? Code::array_copy
                               : op == Op::array_init_data ? Code::array_init_data
                                                           : Code::array_init_elem);
    if (op == Op::array_fill) {
      e.put16(at, 8, slots[0]);
      e.put16(at, 10, slots[1]);
      e.put32(at, 12, e.home_slot(top[2].cell));
      e.put16(at, 16, slots[3]);
    } else {
      for (unsigned i = 0; i < n; ++i) e.put16(at, 8 + 2 * i, slots[i]);
      if (op != Op::array_copy) e.put32(at, 16, ix.b);
    }
    e.barrier();
  }

  // --- casts ---
  void cast(Op op, ValType type) {
    const bool test = op == Op::ref_test || op == Op::ref_test_null;
    const CastTarget target = cast_target(types, type);
    const Operand o = state.operands.back();
    const uint32_t slot = e.to_slot(o, 0);
    e.forget_accs();
    const uint32_t at =
        e.emit(test ? (target.object() ? Code::ref_test_object_r : Code::ref_test_any_r)
                    : (target.object() ? Code::ref_cast_object_r : Code::ref_cast_any_r));
    e.put16(at, 10, slot);
    e.put32(at, 12, target.word);
    e.put32(at, 16, target.type);
    e.produce(Class::i, at, o.cell);
  }
};

void InterpEmitter::gc(Op op, Indices ix, ValType type) {
  charge();
  GcEmission g{*this, *state_, state_->module->types};
  switch (op) {
    case Op::struct_new:
    case Op::struct_new_default: return g.struct_new(op, ix);
    case Op::struct_get:
    case Op::struct_get_s:
    case Op::struct_get_u: return g.struct_get(op, ix);
    case Op::struct_set: return g.struct_set(ix);
    case Op::array_new: return g.array_new(ix);
    case Op::array_new_default: return g.array_new_default(ix);
    case Op::array_new_fixed: return g.array_new_fixed(ix);
    case Op::array_new_data: return g.array_new_segment(Code::array_new_data, ix);
    case Op::array_new_elem: return g.array_new_segment(Code::array_new_elem, ix);
    case Op::array_get:
    case Op::array_get_s:
    case Op::array_get_u: return g.array_get(op, ix);
    case Op::array_set: return g.array_set(ix);
    case Op::array_len: return g.unary(Code::array_len_s_r);
    case Op::array_fill:
    case Op::array_copy:
    case Op::array_init_data:
    case Op::array_init_elem: return g.array_bulk(op, ix);
    case Op::ref_test:
    case Op::ref_test_null:
    case Op::ref_cast:
    case Op::ref_cast_null: return g.cast(op, type);
    case Op::ref_i31: return g.unary(Code::ref_i31_s_r);
    case Op::i31_get_s: return g.unary(Code::i31_get_s_s_r);
    case Op::i31_get_u: return g.unary(Code::i31_get_u_s_r);
    case Op::any_convert_extern:
    case Op::extern_convert_any: return to_home(state_->operands.back());  // one representation
    default: return static_cast<void>(unsupported(op));
  }
}

/// Of the reference in `slot`: a branch taken if it matches (or, sense false, if not).
uint32_t InterpEmitter::emit_cast_branch(uint32_t slot, ValType type, bool sense) {
  const CastTarget target = cast_target(state_->module->types, type);
  const uint32_t near = narrow(slot, 0);
  forget_accs();
  const uint32_t at = emit(target.object() ? Code::br_cast_object : Code::br_cast_any);
  put16(at, 8, near);
  put32(at, 16, target.word | (sense ? kCastSense : 0));
  put32(at, 20, target.type);
  return at * 2 + 3;
}

}  // namespace weft::interp
