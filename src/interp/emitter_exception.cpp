// Exceptions: throw, try_table, and the legacy try, catch, delegate, rethrow. Blocks that catch
// emit nothing; they fill the function's catch table. ADR 0012.
#include <algorithm>

#include "interp/emitter.hpp"

namespace weft::interp {
namespace {

uint32_t cells_of(std::span<const ValType> types) {
  uint32_t cells = 0;
  for (ValType t : types) cells += t.cells();
  return cells;
}

}  // namespace

// --- throwing
// ----------------------------------------------------------------------------------------------------------

void InterpEmitter::throw_(uint32_t tag) {
  charge();
  const auto params = state_->module->types.params(state_->module->tags[tag].type);
  const auto payload = state_->top(params.size());
  to_homes(payload);
  const uint32_t at = emit(Code::throw_);
  put32(at, 12, tag);
  put32(at, 16, home_slot(payload.empty() ? 0 : payload[0].cell));
  put32(at, 20, cells_of(params));
  barrier();
  fuel_pos_ = 0;
}
void InterpEmitter::throw_ref() {
  charge();
  const uint32_t slot = to_slot(state_->operands.back(), 0);
  put16(emit(Code::throw_ref), 8, slot);
  barrier();
  fuel_pos_ = 0;
}
void InterpEmitter::rethrow(uint32_t depth) {
  charge();
  Label& label = state_->frame(depth).label;
  CatchEntry& entry = catches_.entries[label.caught - 1];
  if (entry.ref_slot == CatchEntry::kNone) {
    // The frame keeps a slot for it; a function in which these do not suffice is translated once
    // more.
    entry.ref_slot = caught_base_ + (caught_used_ < caught_slots_ ? caught_used_ : 0);
    ++caught_used_;
  }
  const uint32_t slot = narrow(entry.ref_slot, 0);
  put16(emit(Code::throw_ref), 8, slot);
  barrier();
  fuel_pos_ = 0;
}

// --- regions
// -----------------------------------------------------------------------------------------------------------

/// Nothing recorded may be rewritten across the ends of a region: that would move code in or out.
void InterpEmitter::open_region(Frame& frame) {
  begin_block(frame);
  frame.label.escape = 0;  // to a handler, perhaps: what an exception skips is given back
  forget_records();
  CatchRegion region;
  region.begin = pos();
  region.parent = open_regions_.empty() ? 0 : open_regions_.back().region;
  catches_.regions.push_back(region);
  frame.label.region = static_cast<uint32_t>(catches_.regions.size());
  open_regions_.push_back({frame.label.region, static_cast<uint32_t>(state_->frames.size())});
}
void InterpEmitter::close_region(Frame& frame) {
  if (open_regions_.empty() || open_regions_.back().region != frame.label.region) return;
  forget_records();
  catches_.regions[frame.label.region - 1].end = pos();
  open_regions_.pop_back();
}
uint32_t InterpEmitter::add_entry(Label& label, const CatchEntry& entry) {
  catches_.entries.push_back(entry);
  const auto number = static_cast<uint32_t>(catches_.entries.size());
  if (label.last_entry == 0) {
    catches_.regions[label.region - 1].first = number;
  } else {
    catches_.entries[label.last_entry - 1].next = number;
  }
  label.last_entry = number;
  return number;
}

void InterpEmitter::begin_try_table(Frame& frame, std::span<const validate::CatchClause> clauses) {
  open_region(frame);
  using Clause = validate::CatchClause::Kind;
  for (const validate::CatchClause& clause : clauses) {
    Frame& target = state_->frame(clause.label + 1);
    const bool tagged = clause.kind == Clause::catch_ || clause.kind == Clause::catch_ref;
    const bool with_ref = clause.kind == Clause::catch_ref || clause.kind == Clause::catch_all_ref;
    const uint32_t cells =
        tagged ? cells_of(state_->module->types.params(state_->module->tags[clause.tag].type)) : 0;
    CatchEntry entry;
    entry.kind = tagged ? CatchEntry::Kind::tag : CatchEntry::Kind::all;
    entry.tag = clause.tag;
    entry.payload_slot = home_slot(target.base_cell);
    if (with_ref) entry.ref_slot = entry.payload_slot + cells;
    need_cells(target.base_cell + cells + (with_ref ? 1 : 0));
    const bool is_loop = target.kind == FrameKind::loop;
    // Until the label is bound, `target` chains those that go there.
    entry.target = is_loop ? target.label.target : target.label.catches;
    const uint32_t number = add_entry(frame.label, entry);
    if (!is_loop) target.label.catches = number;
  }
}
/// Clauses that go to the label go here.
void InterpEmitter::bind_catches(Label& label) {
  for (uint32_t number = label.catches; number != 0;) {
    CatchEntry& entry = catches_.entries[number - 1];
    number = entry.target;
    entry.target = pos();
  }
  label.catches = 0;
}

// --- legacy
// ------------------------------------------------------------------------------------------------------------

void InterpEmitter::begin_try(Frame& frame) { open_region(frame); }

/// The arm before ends; the next one begins here, at `entry`'s target.
void InterpEmitter::begin_arm(Frame& frame, bool live, CatchEntry entry) {
  if (live) {
    move_results(frame, state_->top(frame.results.size()));
    const uint32_t at = emit(Code::br);
    link(frame.label, at * 2 + 3, false);
  }
  close_region(frame);
  forget_assigned(frame.label.assigned);
  barrier();
  fuel_pos_ = 0;
  if (clean_below_ > frame.base) clean_below_ = frame.base;
  entry.target = pos();
  entry.payload_slot = home_slot(frame.base_cell);
  frame.label.caught = add_entry(frame.label, entry);
}
void InterpEmitter::begin_catch(Frame& frame, uint32_t tag, bool live) {
  CatchEntry entry;
  entry.tag = tag;
  need_cells(frame.base_cell +
             cells_of(state_->module->types.params(state_->module->tags[tag].type)));
  begin_arm(frame, live, entry);
}
void InterpEmitter::begin_catch_all(Frame& frame, bool live) {
  CatchEntry entry;
  entry.kind = CatchEntry::Kind::all;
  begin_arm(frame, live, entry);
}
void InterpEmitter::end_delegate(Frame& frame, uint32_t depth, bool live) {
  close_region(frame);
  // The innermost open region that is not inside the block the label names.
  const auto outside = static_cast<uint32_t>(state_->frames.size() - 1 - depth);
  const auto after = std::ranges::upper_bound(open_regions_, outside, {}, &OpenRegion::frames);
  CatchEntry entry;
  entry.kind = CatchEntry::Kind::delegate;
  entry.target = after == open_regions_.begin() ? 0 : std::prev(after)->region;
  add_entry(frame.label, entry);
  end_block(frame, live);
}

}  // namespace weft::interp
