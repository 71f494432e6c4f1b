// Blocks, branches and returns. Labels keep a chain of branch offsets to be patched, threaded
// through the offsets themselves.
#include "base/wrapping.hpp"
#include "interp/emitter.hpp"

#include "interp/compare_rows.hpp"

namespace weft::interp {

// --- fixups: a field is a half-word index; an offset is relative to its instruction (byte 12), in
// tables to the entry ------

void InterpEmitter::link(Label& label, uint32_t field, bool table_entry) {
  put32(field / 2, field % 2 * 4, label.fixups);
  label.fixups = field << 1 | static_cast<uint32_t>(table_entry);
}
void InterpEmitter::patch(uint32_t link, uint32_t target) {
  const uint32_t field = link >> 1;
  const bool table_entry = (link & 1) != 0;
  const int64_t from = table_entry ? int64_t{field} * 4 : int64_t{field} * 4 - 12;
  const int64_t distance = int64_t{target} * 8 - from;
  if (distance != static_cast<int32_t>(distance))
    return fail(ErrorCode::limit_exceeded, "function too large");
  put32(field / 2, field % 2 * 4, static_cast<uint32_t>(distance));
  jumps_.push_back({link, target});
}
void InterpEmitter::thread_jumps() {
  constexpr unsigned kHops = 4;  // cycles of branches exist
  const HandlerWord br = table_->word[static_cast<size_t>(Code::br)];
  const size_t count = jumps_.size();
  for (size_t i = 0; i < count; ++i) {
    uint32_t target = jumps_[i].target;
    for (unsigned hop = 0; hop < kHops && target < pos() && words_[target] == br; ++hop) {
      // SAFETY: the offset of a branch is a multiple of a word and leads into this code.
      target =
          wrapping_add(target, static_cast<uint32_t>(static_cast<int32_t>(get32(target, 12)) / 8));
    }
    if (target == jumps_[i].target || target >= pos()) continue;
    patch(jumps_[i].link, target);
  }
  jumps_.resize(count);
}
/// The label is here.
void InterpEmitter::bind(Label& label) {
  for (uint32_t link = label.fixups; link != 0;) {
    const uint32_t field = link >> 1;
    const uint32_t next = get32(field / 2, field % 2 * 4);
    patch(link, pos());
    link = next;
  }
  label.fixups = 0;
  if (label.catches != 0) bind_catches(label);
  barrier();
  fuel_pos_ = 0;
}
void InterpEmitter::jump_to(Frame& frame, uint32_t field, bool table_entry) {
  escape_to(frame);
  if (pos() > (1u << 29)) return fail(ErrorCode::limit_exceeded, "function too large");
  leave_locals(frame);
  if (frame.kind == FrameKind::loop) {
    patch(field << 1 | static_cast<uint32_t>(table_entry), frame.label.target);
  } else {
    link(frame.label, field, table_entry);
  }
}

// --- blocks
// --------------------------------------------------------------------------------------------------------------

/// Values that a way around this point still reads must stay in their slots.
void InterpEmitter::keep_stores() {
  for (Acc& acc : accs_.of) acc.droppable = false;
}

void InterpEmitter::begin_block(Frame& frame) {
  to_homes(state_->top(frame.params.size()));
  flush_aliases();
  frame.label = {};
  open_locals(frame);
  open_fuel(frame);
}
void InterpEmitter::begin_loop(Frame& frame) {
  to_homes(state_->top(frame.params.size()));
  flush_aliases();
  barrier();
  frame.label = {};
  open_locals(frame);
  open_fuel(frame);
  fuel_pos_ = 0;
  frame.label.target = pos();
  if (options_.epochs) emit(Code::epoch), forget_records();
}
void InterpEmitter::begin_if(Frame& frame) {
  charge();
  const Operand cond = state_->operands.back();
  auto params = state_->top(frame.params.size() + 1).first(frame.params.size());
  to_homes(params);
  // Aliases below the condition; the condition itself may be one.
  flush_aliases_below(state_->operands.size() - 1);
  frame.label = {};
  open_locals(frame);
  open_fuel(frame);
  const uint32_t field = emit_condition(cond, false);
  link(frame.label, field, false);
  keep_stores();
  forget_records();
  fuel_pos_ = 0;
}
/// Label of an if: chain of branches to its end, after the first link is taken out for else. Until
/// then the branch of the condition is the last link of the chain (it was the first to be linked).
void InterpEmitter::begin_else(Frame& frame, bool live) {
  if (live) {
    move_results(frame, state_->top(frame.results.size()));
    const uint32_t at = emit(Code::br);
    link(frame.label, at * 2 + 3, false);
  }
  // The oldest link is the condition's branch: it goes to the else arm.
  uint32_t chain = frame.label.fixups;
  uint32_t holder = 0;  // field that holds the oldest link, 0: the label
  for (uint32_t next = 0; (next = get32((chain >> 1) / 2, (chain >> 1) % 2 * 4)) != 0; chain = next)
    holder = chain >> 1;
  if (holder == 0) {
    frame.label.fixups = 0;
  } else {
    put32(holder / 2, holder % 2 * 4, 0);
  }
  patch(chain, pos());
  forget_assigned(frame.label.assigned);
  barrier();
  fuel_pos_ = 0;
}
void InterpEmitter::end_block(Frame& frame, bool live) {
  if (frame.kind == FrameKind::function) {
    if (live) emit_return(state_->top(frame.results.size()));
    if (frame.label.fixups != 0 || frame.label.catches != 0) {
      bind(frame.label);
      emit_return_from_homes();
    }
    return;
  }
  if (frame.label.region != 0) close_region(frame);
  close_locals(frame, live);
  if (live) move_results(frame, state_->top(frame.results.size()));
  const bool goes_on = live || frame.label.fixups != 0 || frame.label.catches != 0;
  if (frame.label.fixups != 0 || frame.label.catches != 0) {
    bind(frame.label);
  } else if (!live) {
    barrier();
    fuel_pos_ = 0;
  }
  close_fuel(frame, goes_on);
  // What follows sees results at their homes and, below them, no aliases (flushed at the start).
  if (clean_below_ > frame.base) clean_below_ = frame.base;
}

bool InterpEmitter::in_place(const Frame& frame, std::span<const Operand> operands) const {
  uint32_t cell = frame.base_cell;
  for (const Operand& o : operands) {
    if (o.value.kind != Value::Kind::home || o.cell != cell) return false;
    cell += o.type.cells();
  }
  return true;
}
/// Operands to where the frame's results (a loop's params) lie. Targets are never above their
/// sources' homes, so going up overwrites nothing that is still needed.
void InterpEmitter::move_results(const Frame& frame, std::span<Operand> operands) {
  uint32_t cell = frame.base_cell;
  for (const Operand& o : operands) {
    if (o.value.kind != Value::Kind::home || o.cell != cell)
      move(home_slot(cell), o, o.type.cells());
    cell += o.type.cells();
  }
}

// --- conditions
// --------------------------------------------------------------------------------------------------------------

/// Branches if `cond` is true (or, sense false, false), absorbing the compare that made it.
uint32_t InterpEmitter::emit_condition(const Operand& cond, bool sense) {
  Place p = use(cond, 0);
  if (p.kind == Place::Kind::i) p = use_slot(cond, 0);
  bool wide = false;
  while (fusing() && made_by_last(cond, Class::i)) {
    const uint32_t at = last().pos;
    const Code code = last().code;
    if (const CompareRow& row = compare_row(code); row.branch != Code::nop) {
      return emit_compare_branch(row, code, sense);
    }
    const bool eqz32 = code == Code::i32_eqz_s_r || code == Code::i32_eqz_a_r;
    const bool eqz64 = code == Code::i64_eqz_s_r || code == Code::i64_eqz_a_r;
    if (!eqz32 && !eqz64) break;
    sense = !sense;
    wide = eqz64;
    const bool from_slot = code == Code::i32_eqz_s_r || code == Code::i64_eqz_s_r;
    const uint32_t slot = get16(at, 10);
    rewind();
    if (from_slot) {
      p = {Place::Kind::s, slot, 0};
      break;
    }
    p.kind = Place::Kind::a;
    // The operand of eqz was in the accumulator: perhaps a compare made it.
    const Acc& acc = accs_.of[0];
    if (wide || record_count_ == 0 || last().pos != acc.pos) break;
    Code inner = last().code;
    if (is_transient(inner)) inner = inner + static_cast<unsigned>(-1);
    const CompareRow& row = compare_row(inner);
    if (acc.droppable || row.branch == Code::nop || !is_transient(last().code)) break;
    return emit_compare_branch(row, inner, sense);
  }
  if (p.kind == Place::Kind::a && record_count_ != 0) {
    const Code branch = wide ? (sense ? Code::br_i64_ne_ss : Code::br_i64_eq_ss)
                             : (sense ? Code::br_i32_ne_ss : Code::br_i32_eq_ss);
    if (auto field = fuse_add_branch(branch, true, 0, 0)) return *field;
  }
  if (p.kind == Place::Kind::a && accs_.of[0].droppable) take(cond, p);
  Code code =
      wide ? (sense ? Code::br_nz64_s : Code::br_z64_s) : (sense ? Code::br_nz_s : Code::br_z_s);
  if (p.kind == Place::Kind::a) code = code + 1;
  const uint32_t at = emit(code);
  if (p.kind == Place::Kind::s) put16(at, 8, p.slot);
  return at * 2 + 3;
}

/// The last instruction is the compare `code` (in its form r): becomes a branch.
uint32_t InterpEmitter::emit_compare_branch(const CompareRow& row, Code code, bool sense) {
  const uint32_t from = last().pos;
  const uint32_t s10 = get16(from, 10);
  const uint32_t s12 = get16(from, 12);
  const unsigned form = (static_cast<unsigned>(code) - static_cast<unsigned>(row.compare)) / 2;
  const bool has_imm = form == 1 || form == 3;
  const uint64_t imm = !has_imm ? 0 : row.imm_bytes == 4 ? get32(from, 12) : get64(from, 16);
  rewind();
  if (form == 2 ||
      form == 3) {  // the left operand is in the accumulator: perhaps an addition made it
    if (auto field = fuse_add_branch(sense ? row.branch : row.branch_not, has_imm, imm, s12))
      return *field;
  }
  const uint32_t at = emit((sense ? row.branch : row.branch_not) + form);
  switch (form) {
    case 0: put16(at, 8, s10), put16(at, 10, s12); break;
    case 1: put16(at, 8, s10); break;
    case 2: put16(at, 10, s12); break;
    case 4: put16(at, 8, s10); break;
    default: break;
  }
  if (has_imm) put64(at, 16, imm);
  return at * 2 + 3;
}

// --- branches
// ----------------------------------------------------------------------------------------------------------------

void InterpEmitter::branch(uint32_t depth) {
  charge();
  Frame& frame = state_->frame(depth);
  auto operands = state_->top(frame.branch_types().size());
  if (frame.kind == FrameKind::function) return escape_to(frame), emit_return(operands);
  move_results(frame, operands);
  uint32_t at = 0;
  if (fusing() && last().code == Code::mov) {
    const uint32_t dst = get16(last().pos, 8);
    const uint32_t src = get16(last().pos, 10);
    rewind();
    at = emit(Code::mov_br);
    put16(at, 8, dst);
    put16(at, 10, src);
  } else {
    at = emit(Code::br);
  }
  jump_to(frame, at * 2 + 3);
  barrier();
  fuel_pos_ = 0;
}

/// A conditional branch to a frame with `carried` operands; `emit_branch(sense)` emits the test.
template <class EmitBranch>
void InterpEmitter::conditional(uint32_t depth, std::span<Operand> carried,
                                EmitBranch&& emit_branch) {
  Frame& frame = state_->frame(depth);
  if (in_place(frame, carried)) {
    jump_to(frame, emit_branch(true));
  } else {
    const uint32_t skip = emit_branch(false);
    const AccSet accs = accs_;
    forget_records();
    move_results(frame, carried);
    const uint32_t at = emit(Code::br);
    jump_to(frame, at * 2 + 3);
    patch(skip << 1, pos());
    accs_ = accs;
  }
  if (!carried.empty()) keep_stores();
  forget_records();
  fuel_pos_ = 0;
}

void InterpEmitter::branch_if(uint32_t depth) {
  charge();
  const size_t n = state_->frame(depth).branch_types().size();
  const Operand cond = state_->operands.back();
  conditional(depth, state_->top(n + 1).first(n),
              [&](bool sense) { return emit_condition(cond, sense); });
}

void InterpEmitter::branch_table(std::span<const uint32_t> depths) {
  charge();
  const Operand index = state_->operands.back();
  const size_t n = state_->frame(depths.back()).branch_types().size();
  const auto carried = state_->top(n + 1).first(n);
  bool direct = true;
  if (n != 0) {
    for (uint32_t depth : depths) direct = direct && in_place(state_->frame(depth), carried);
  }
  Place p = use(index, 0);
  if (p.kind == Place::Kind::i) p = use_slot(index, 0);
  if (!direct) {
    // Every way out moves the operands from their homes; one stub for each target.
    to_homes(carried);
    if (p.kind == Place::Kind::s) p.slot = narrow(slot_of(index), 0);
  }
  take(index, p);
  const uint32_t at = emit(p.kind == Place::Kind::a ? Code::br_table_a : Code::br_table_s);
  if (p.kind == Place::Kind::s) put16(at, 8, p.slot);
  const auto count = static_cast<uint32_t>(depths.size());
  put32(at, 12, count - 1);
  words_.resize(words_.size() + (count + 1) / 2);
  const uint32_t first = (at + 2) * 2;
  if (direct) {
    for (uint32_t i = 0; i < count; ++i) jump_to(state_->frame(depths[i]), first + i, true);
  } else {
    if (stubs_.size() < state_->frames.size()) stubs_.resize(state_->frames.size());
    for (uint32_t i = 0; i < count; ++i) {
      uint32_t& stub = stubs_[depths[i]];
      if (stub == 0) {
        stub = pos();
        Frame& frame = state_->frame(depths[i]);
        forget_records();
        move_results(frame, carried);
        const uint32_t br = emit(Code::br);
        jump_to(frame, br * 2 + 3);
      }
      patch((first + i) << 1 | 1, stub);
    }
    for (const uint32_t depth : depths)
      stubs_[depth] = 0;  // not all of them: nesting may be deep, tables many
  }
  barrier();
  fuel_pos_ = 0;
}

void InterpEmitter::branch_on_null(uint32_t depth) {
  charge();
  const size_t n = state_->frame(depth).branch_types().size();
  auto operands = state_->top(n + 1);
  to_home(operands[n]);
  const uint32_t slot = home_slot(operands[n].cell);
  keep_stores();
  conditional(depth, operands.first(n), [&](bool sense) { return emit_null_branch(slot, sense); });
}
void InterpEmitter::branch_on_non_null(uint32_t depth) {
  charge();
  auto carried = state_->top(state_->frame(depth).branch_types().size());
  to_home(carried.back());
  const uint32_t slot = home_slot(carried.back().cell);
  keep_stores();
  conditional(depth, carried, [&](bool sense) { return emit_null_branch(slot, !sense); });
}
void InterpEmitter::branch_on_cast(uint32_t depth, ValType type, bool on_fail) {
  charge();
  auto carried = state_->top(state_->frame(depth).branch_types().size());
  to_home(carried.back());
  const uint32_t slot = home_slot(carried.back().cell);
  keep_stores();
  conditional(depth, carried,
              [&](bool sense) { return emit_cast_branch(slot, type, sense != on_fail); });
}
uint32_t InterpEmitter::emit_null_branch(uint32_t slot, bool if_null) {
  const uint32_t near = narrow(slot, 0);
  const uint32_t at = emit(if_null ? Code::br_z64_s : Code::br_nz64_s);
  put16(at, 8, near);
  return at * 2 + 3;
}

void InterpEmitter::unreachable() {
  charge();
  emit(Code::unreachable);
  barrier();
  fuel_pos_ = 0;
}

// --- returns
// -----------------------------------------------------------------------------------------------------------------

void InterpEmitter::return_() {
  charge();
  escape_all();
  emit_return(state_->top(state_->results.size()));
}
void InterpEmitter::emit_return(std::span<Operand> results) {
  if (allocator_ != AllocatorFunc::none) [[unlikely]]
    leave_allocator(results.empty() ? 0 : to_slot(results[0], 0));
  uint32_t at = 0;
  if (results.empty()) {
    at = emit(Code::ret_0);
  } else if (results.size() == 1 && results[0].type.cells() == 1) {
    const Operand& o = results[0];
    const Place p = use(o, 0);
    take(o, p);
    if (p.kind == Place::Kind::i) {
      at = emit(Code::ret_c);
      put64(at, 16, p.bits);
    } else if (p.kind == Place::Kind::s) {
      at = emit(Code::ret_s);
      put16(at, 10, p.slot);
    } else {
      const Class cls = class_of(o.type);
      at = emit(cls == Class::i ? Code::ret_a : cls == Class::f ? Code::ret_f : Code::ret_d);
    }
  } else {
    to_homes(results);
    uint32_t cells = 0;
    for (const Operand& o : results) cells += o.type.cells();
    at = emit(Code::ret_n);
    put32(at, 12, home_slot(results[0].cell));
    put32(at, 16, cells);
  }
  put16(at, 8, param_cells_);
  barrier();
  fuel_pos_ = 0;
}
/// Where branches to the outermost label arrive: the results are at the first homes.
void InterpEmitter::emit_return_from_homes() {
  uint32_t cells = 0;
  for (ValType t : state_->results) cells += t.cells();
  if (allocator_ != AllocatorFunc::none) [[unlikely]]
    leave_allocator(cells == 0 ? 0 : home_slot(0));
  const bool one = cells == 1 && home_slot(0) <= 0xffff;
  const uint32_t at = emit(cells == 0 ? Code::ret_0 : one ? Code::ret_s : Code::ret_n);
  put16(at, 8, param_cells_);
  if (one) {
    put16(at, 10, home_slot(0));
  } else if (cells != 0) {
    put32(at, 12, home_slot(0));
    put32(at, 16, cells);
  }
}

}  // namespace weft::interp
