// Fuel: where code is charged for. ADR 0021.
//
// One `fuel` instruction pays for all operators that run exactly if it does: a stretch of code,
// what follows its calls, and what follows an inner block that nothing leaves but through its end.
// What branches, is branched to from elsewhere, or catches begins a new charge. Where code ends
// early (a trap, an exception) the map made here says what has been paid for nothing.
#include "interp/emitter.hpp"
#include "runtime/fuel.hpp"

namespace weft::interp {

// What the calls of charge() in the emitters rely on.
static_assert(fuel::kEntry == 1 && fuel::kOp == 1 && fuel::kFreeOp == 0);

void InterpEmitter::charge(uint32_t cost) {
  if (!options_.fuel) return;
  const bool opens = fuel_pos_ == 0;
  if (opens) {
    // A call can be suspended here: its state is in slots.
    keep_stores();
    fuel_pos_ = emit(Code::fuel) + 1;
    forget_records();
  }
  put32(fuel_pos_ - 1, 12, get32(fuel_pos_ - 1, 12) + cost);
  if (fuel_marks_ != nullptr) [[unlikely]]
    fuel_marks_->push_back({state_->offset, fuel_pos_, cost, opens});
}

FuelMap InterpEmitter::fuel_map(std::span<const FuelMark> marks) const {
  FuelMap out;
  uint32_t outstanding = 0;
  for (const FuelMark& mark : marks) {
    if (mark.opens) outstanding += get32(mark.region - 1, 12);
    outstanding -= mark.cost;
    out.add(mark.offset, outstanding);
  }
  return out;
}

void InterpEmitter::open_fuel(Frame& frame) {
  frame.label.fuel = fuel_pos_;
  frame.label.escape = ~uint32_t{0};
}

void InterpEmitter::escape_to(const Frame& target) {
  const auto index = static_cast<uint32_t>(&target - &state_->frames[0]);
  uint32_t& escape = state_->frame(0).label.escape;
  if (index + 1 < state_->frames.size() && index < escape) escape = index;
}

void InterpEmitter::close_fuel(const Frame& frame, bool goes_on) {
  const auto index = static_cast<uint32_t>(state_->frames.size() - 1);
  const uint32_t escape = frame.label.escape;
  if (escape < index) {
    uint32_t& outer = state_->frame(1).label.escape;
    if (escape + 1 < index && escape < outer) outer = escape;
  } else if (goes_on && fuel_pos_ == 0) {
    fuel_pos_ = frame.label.fuel;
  }
}

}  // namespace weft::interp
