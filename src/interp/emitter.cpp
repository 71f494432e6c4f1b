// The emitter's foundation: code buffer, accumulators, operands, locals, function frame.
#include "interp/emitter.hpp"

#include <fmt/core.h>

#include <cstring>
#include <utility>

#include "base/check.hpp"
#include "base/wrapping.hpp"
#include "runtime/memory.hpp"

namespace weft::interp {

static_assert(validate::Emitter<InterpEmitter>);

// --- code buffer
// -----------------------------------------------------------------------------------------------------

uint32_t InterpEmitter::emit(Code code) {
  if (mapper_ != nullptr) [[unlikely]]
    map_state();
  const uint32_t at = pos();
  if (marks_.empty() || marks_.back().offset != state_->offset)
    marks_.push_back({at, state_->offset});
  if (record_count_ == std::size(records_)) {
    std::memmove(&records_[0], &records_[1], sizeof(Record) * (std::size(records_) - 1));
    --record_count_;
  }
  records_[record_count_++] = {at, code, accs_};
  emitted_.push_back({at, code});
  words_.resize(at + bytes_of(code) / 8u);
  words_[at] = table_->word[static_cast<size_t>(code)];
  return at;
}
// SAFETY of put/get: `at` and `byte` name an operand of an instruction in the buffer, as isa.def
// lays it out.
void InterpEmitter::put16(uint32_t at, unsigned byte, uint32_t v) {
  WEFT_DCHECK(v <= 0xffff);
  const auto narrow = static_cast<uint16_t>(v);
  std::memcpy(reinterpret_cast<std::byte*>(&words_[at]) + byte, &narrow, 2);
}
void InterpEmitter::put32(uint32_t at, unsigned byte, uint32_t v) {
  std::memcpy(reinterpret_cast<std::byte*>(&words_[at]) + byte, &v, 4);
}
void InterpEmitter::put64(uint32_t at, unsigned byte, uint64_t v) {
  std::memcpy(reinterpret_cast<std::byte*>(&words_[at]) + byte, &v, 8);
}
uint32_t InterpEmitter::get16(uint32_t at, unsigned byte) const {
  uint16_t v;
  std::memcpy(&v, reinterpret_cast<const std::byte*>(&words_[at]) + byte, 2);
  return v;
}
uint32_t InterpEmitter::get32(uint32_t at, unsigned byte) const {
  uint32_t v;
  std::memcpy(&v, reinterpret_cast<const std::byte*>(&words_[at]) + byte, 4);
  return v;
}
uint64_t InterpEmitter::get64(uint32_t at, unsigned byte) const {
  uint64_t v;
  std::memcpy(&v, reinterpret_cast<const std::byte*>(&words_[at]) + byte, 8);
  return v;
}
void InterpEmitter::set_code(uint32_t at, Code code) {
  words_[at] = table_->word[static_cast<size_t>(code)];
  for (uint32_t i = 0; i < record_count_; ++i) {
    if (records_[i].pos == at) records_[i].code = code;
  }
  for (size_t i = emitted_.size(); i != 0 && emitted_[i - 1].pos >= at; --i) {
    if (emitted_[i - 1].pos == at) emitted_[i - 1].code = code;
  }
}
void InterpEmitter::rewind() {
  const Record& record = last();
  if (mapper_ != nullptr) [[unlikely]]
    map_absorbed(record.pos);
  words_.resize(record.pos);
  accs_ = record.before;
  --record_count_;
  emitted_.pop_back();
  while (!marks_.empty() && marks_.back().pos >= pos()) marks_.pop_back();
}

void InterpEmitter::fail(ErrorCode code, std::string message) {
  if (!error_) error_.emplace(code, std::move(message), state_->offset);
}
Value InterpEmitter::unsupported(Op op) {
  fail(ErrorCode::unsupported, fmt::format("not supported yet: {} (function {}, offset {:#x})",
                                           to_string(op), state_->func.value, state_->offset));
  return {};
}

// --- function frame
// ----------------------------------------------------------------------------------------------------

void InterpEmitter::begin_function(State& state) {
  state_ = &state;
  error_.reset();
  words_.clear();
  marks_.clear();
  jumps_.clear();
  emitted_.clear();
  barrier();
  clean_below_ = 0;
  catches_.regions.clear();
  catches_.entries.clear();
  open_regions_.clear();
  caught_used_ = 0;
  max_cell_ = 0;
  fuel_pos_ = 0;
  const auto& memories = state.module->memories;
  table_ = &handlers(options_.checked || (!memories.empty() && !can_be_guarded(memories[0])));

  // Parameters, header, other locals, operand homes. Slots of instructions have 16 bits: a function
  // that may need more reads and writes far slots through scratch slots behind the header.
  uint32_t cells = 0;
  local_slots_.resize(state.locals.size());
  for (size_t i = 0; i < state.locals.size(); ++i) cells += state.locals[i].cells();
  const uint32_t body = state.module->body(state.func).size;
  far_ = uint64_t{cells} + uint64_t{body} * 2 + caught_slots_ + 64 > 0xffff;
  uint32_t slot = 0;
  for (size_t i = 0; i < state.param_count; ++i) {
    local_slots_[i] = slot;
    slot += state.locals[i].cells();
  }
  param_cells_ = slot;
  slot += kHeaderCells;
  scratch_base_ = slot;
  if (far_) slot += 16;
  const uint32_t first_local = slot;
  for (size_t i = state.param_count; i < state.locals.size(); ++i) {
    local_slots_[i] = slot;
    slot += state.locals[i].cells();
  }
  allocator_ = module_.allocator_func(state.func);
  allocator_slots_ = slot;
  if (allocator_ != AllocatorFunc::none) slot += memory_check::kSavedCells;
  caught_base_ = slot;
  slot += caught_slots_;
  home_base_ = slot;
  begin_locals();
  if (slot != first_local) {
    const uint32_t at = emit(Code::enter);
    put16(at, 8, first_local);
    put32(at, 12, slot - first_local);
  }
  if (allocator_ != AllocatorFunc::none) enter_allocator();
  if (options_.epochs) emit(Code::epoch);
  barrier();
  if (options_.fuel) charge();
}

void InterpEmitter::finish(FuncCode& code) {
  trim_enter(code);
  if (options_.fusion) thread_jumps(), link_sequences();
  const uint32_t count = pos();
  code.words = std::make_unique<uint64_t[]>(count);
  std::memcpy(code.words.get(), words_.data(), size_t{count} * 8);
  code.word_count = count;
  code.home_slot = home_base_;
  // Delta coded: LEB128 of words since the mark before, LEB128 zig-zag of bytes since it.
  code.offsets.clear();
  uint32_t before_pos = 0;
  uint32_t before_offset = state_->module->body(state_->func).offset;
  const auto leb = [&](uint32_t v) {
    for (; v >= 0x80; v >>= 7) code.offsets.push_back(static_cast<uint8_t>(v | 0x80));
    code.offsets.push_back(static_cast<uint8_t>(v));
  };
  for (const OffsetMark& mark : marks_) {
    leb(mark.pos - before_pos);
    const uint32_t delta = wrapping_sub(mark.offset, before_offset);
    leb(wrapping_add(delta, delta) ^ wrapping_sub(0u, delta >> 31));
    before_pos = mark.pos;
    before_offset = mark.offset;
  }
  code.offsets.shrink_to_fit();
  if (!catches_.regions.empty())
    code.catches = std::make_unique<CatchTable>(std::exchange(catches_, {}));
  const uint32_t cells =
      home_base_ + (state_->max_cells > max_cell_ ? state_->max_cells : max_cell_);
  const uint32_t least = param_cells_ + kHeaderCells > code.result_cells
                             ? param_cells_ + kHeaderCells
                             : code.result_cells;
  // SAFETY: relaxed; the release store of `entry` that follows publishes it.
  code.frame_bytes.store((cells > least ? cells : least) * 8, std::memory_order_relaxed);
  // One unusual function must not keep its buffers for the rest of the module.
  if (words_.capacity() > (1u << 20)) words_ = {};
  if (marks_.capacity() > (1u << 20)) marks_ = {};
  if (jumps_.capacity() > (1u << 20)) jumps_ = {};
  if (emitted_.capacity() > (1u << 20)) emitted_ = {};
}

void InterpEmitter::need_cells(uint32_t cell_end) {
  if (cell_end > max_cell_) max_cell_ = cell_end;
}

// --- operands
// --------------------------------------------------------------------------------------------------------

Class InterpEmitter::class_of(ValType type) {
  switch (type.kind()) {
    case ValType::Kind::f32: return Class::f;
    case ValType::Kind::f64: return Class::d;
    case ValType::Kind::v128: return Class::v;
    default: return Class::i;
  }
}
uint32_t InterpEmitter::slot_of(const Operand& o) const {
  return o.value.kind == Value::Kind::local ? local_slots_[o.value.local] : home_slot(o.cell);
}

auto InterpEmitter::place(const Operand& o) const -> Place {
  if (o.value.kind == Value::Kind::constant) return {Place::Kind::i, 0, o.value.bits};
  const uint32_t slot = slot_of(o);
  const bool here = accs_.of[static_cast<size_t>(class_of(o.type))].slot == slot;
  return {here ? Place::Kind::a : Place::Kind::s, slot, 0};
}
auto InterpEmitter::use(const Operand& o, unsigned scratch) -> Place {
  Place p = place(o);
  if (p.kind == Place::Kind::s) p.slot = narrow(p.slot, scratch);
  return p;
}
auto InterpEmitter::use_slot(const Operand& o, unsigned scratch) -> Place {
  uint32_t slot = home_slot(o.cell);
  if (o.value.kind == Value::Kind::constant) {
    move_constant(slot, o.value.bits);
  } else {
    slot = slot_of(o);
  }
  return {Place::Kind::s, narrow(slot, scratch), 0};
}
void InterpEmitter::take(const Operand& o, Place p) {
  if (p.kind != Place::Kind::a || o.value.kind != Value::Kind::home) return;
  Acc& acc = accs_.of[static_cast<size_t>(class_of(o.type))];
  if (!acc.droppable) return;
  acc.droppable = false;
  set_code(acc.pos, acc.code + 1);
}
bool InterpEmitter::made_by_last(const Operand& o, Class cls) const {
  if (record_count_ == 0 || o.value.kind != Value::Kind::home) return false;
  const Acc& acc = accs_.of[static_cast<size_t>(cls)];
  return acc.droppable && acc.slot == home_slot(o.cell) &&
         acc.pos == records_[record_count_ - 1].pos;
}

void InterpEmitter::overwritten(uint32_t slot) {
  for (Acc& acc : accs_.of) {
    if (acc.slot == slot) acc = {};
  }
  Acc& vector = accs_.of[static_cast<size_t>(Class::v)];  // it mirrors two cells
  if (wrapping_add(vector.slot, 1) == slot) vector = {};
}
Value InterpEmitter::define(Class cls, uint32_t at, uint32_t slot, bool droppable) {
  if (far_) droppable = false;
  overwritten(slot);
  if (cls == Class::v) overwritten(slot + 1);
  accs_.of[static_cast<size_t>(cls)] = {slot, at, last().code, droppable};
  return {};
}
Value InterpEmitter::produce(Class cls, uint32_t at, uint32_t cell) {
  if (cls == Class::v) return produce_vector(at, cell);
  const uint32_t slot = home_slot(cell);
  put16(at, 8, narrow_dst(slot));
  if (slot <= 0xffff) return define(cls, at, slot, true);
  accs_.of[static_cast<size_t>(cls)] = {};
  widen_dst(slot);
  return {};
}
Value InterpEmitter::produce_slot(uint32_t at, uint32_t cell) {
  const uint32_t slot = home_slot(cell);
  put16(at, 8, narrow_dst(slot));
  overwritten(slot);
  widen_dst(slot);
  return {};
}

void InterpEmitter::move_slot(uint32_t dst, uint32_t src) {
  if (dst == src) return;
  if (dst > 0xffff || src > 0xffff) {
    const uint32_t at = emit(Code::mov_far);
    put32(at, 8, dst);
    put32(at, 12, src);
  } else if (fusing() && last().code == Code::mov) {
    const uint32_t d1 = get16(last().pos, 8);
    const uint32_t s1 = get16(last().pos, 10);
    set_code(last().pos, Code::mov2);
    const uint32_t at = last().pos;
    put16(at, 8, d1);
    put16(at, 10, s1);
    put16(at, 12, dst);
    put16(at, 14, src);
  } else {
    const uint32_t at = emit(Code::mov);
    put16(at, 8, dst);
    put16(at, 10, src);
  }
  overwritten(dst);
}
void InterpEmitter::move_constant(uint32_t dst, uint64_t bits) {
  const uint32_t near =
      dst > 0xffff ? scratch_base_ + 6 : dst;  // the others may hold operands already
  if (bits <= 0xffff'ffff) {
    const uint32_t at = emit(Code::const32);
    put16(at, 8, near);
    put32(at, 12, static_cast<uint32_t>(bits));
  } else {
    const uint32_t at = emit(Code::const64);
    put16(at, 8, near);
    put64(at, 16, bits);
  }
  overwritten(near);
  if (near != dst) move_slot(dst, near);
}
void InterpEmitter::move(uint32_t dst, const Operand& o, uint32_t cells) {
  if (o.value.kind == Value::Kind::constant) {
    move_constant(dst, o.value.bits);
    return;
  }
  const uint32_t src = slot_of(o);
  if (cells == 2) return move_vector(dst, src);
  move_slot(dst, src);
}
void InterpEmitter::to_home(Operand& o) {
  if (o.value.kind == Value::Kind::home) return;
  move(home_slot(o.cell), o, o.type.cells());
  o.value = {};
}
void InterpEmitter::to_homes(std::span<Operand> operands) {
  for (Operand& o : operands) to_home(o);
}

// A far slot (beyond 16 bits) is read and written through scratch slots; scratch 7 is for results.
// Those behind it are for vectors (emitter_simd.cpp).
uint32_t InterpEmitter::narrow(uint32_t slot, unsigned scratch) {
  if (slot <= 0xffff) return slot;
  move_slot(scratch_base_ + scratch, slot);
  return scratch_base_ + scratch;
}
uint32_t InterpEmitter::narrow_dst(uint32_t slot) {
  return slot <= 0xffff ? slot : scratch_base_ + 7;
}
void InterpEmitter::widen_dst(uint32_t slot) {
  if (slot > 0xffff) move_slot(slot, scratch_base_ + 7);
}

// --- locals
// ----------------------------------------------------------------------------------------------------------

Value InterpEmitter::constant(Op op, Immediate imm) {
  charge();
  if (op == Op::v128_const) return vector_constant(imm);
  return constant_value(imm.low);
}
Value InterpEmitter::local_get(uint32_t local) {
  charge();
  if (state_->operands.size() < clean_below_) clean_below_ = state_->operands.size();
  if ((local_states_[local] & kAssigned) == 0) local_states_[local] |= kNeedsZero;
  return {Value::Kind::local, local, 0};
}

void InterpEmitter::flush_aliases_below(size_t count) {
  for (size_t i = clean_below_; i < count; ++i) {
    Operand& o = state_->operands[i];
    if (o.value.kind == Value::Kind::local) to_home(o);
  }
  clean_below_ = count;
}
void InterpEmitter::save_aliases(uint32_t local, size_t operands) {
  // Long stretches are cleaned of all aliases at once, so that no operand is looked at over and
  // over.
  if (operands > clean_below_ + 64) return flush_aliases_below(operands);
  for (size_t i = clean_below_; i < operands; ++i) {
    Operand& o = state_->operands[i];
    if (o.value.kind == Value::Kind::local && o.value.local == local) to_home(o);
  }
}

/// Makes the instruction that has just produced `o` write to `slot` instead.
bool InterpEmitter::retarget(const Operand& o, uint32_t slot) {
  const Class cls = class_of(o.type);
  if (!made_by_last(o, cls) || slot > 0xffff) return false;
  const uint32_t at = last().pos;
  put16(at, 8, slot);
  overwritten(slot);
  define(cls, at, slot, false);
  fuse_increment();
  return true;
}
void InterpEmitter::set_local(uint32_t local) {
  assign(local);
  const Operand& o = state_->operands.back();
  const uint32_t slot = local_slots_[local];
  if (state_->operands.size() - 1 < clean_below_) clean_below_ = state_->operands.size() - 1;
  save_aliases(local, state_->operands.size() - 1);
  if (o.value.kind == Value::Kind::local && o.value.local == local) return;
  if (retarget(o, slot)) return;
  const Place p = place(o);
  if (p.kind == Place::Kind::a && o.value.kind == Value::Kind::home && slot <= 0xffff) {
    take(o, p);
    const Class cls = class_of(o.type);
    constexpr Code kMoves[kClasses] = {Code::mov_i, Code::mov_f, Code::mov_d, Code::mov_v};
    const uint32_t at = emit(kMoves[static_cast<size_t>(cls)]);
    put16(at, 8, slot);
    Acc acc = accs_.of[static_cast<size_t>(cls)];
    overwritten(slot);
    if (cls == Class::v) overwritten(slot + 1);
    acc.slot = slot;
    accs_.of[static_cast<size_t>(cls)] = acc;
    return;
  }
  move(slot, o, o.type.cells());
}
void InterpEmitter::local_set(uint32_t local) {
  charge();
  set_local(local);
}
Value InterpEmitter::local_tee(uint32_t local) {
  charge();
  const Value value = state_->operands.back().value;
  set_local(local);
  if (value.kind == Value::Kind::constant) return value;
  if (state_->operands.size() - 1 < clean_below_) clean_below_ = state_->operands.size() - 1;
  return {Value::Kind::local, local, 0};
}

}  // namespace weft::interp
