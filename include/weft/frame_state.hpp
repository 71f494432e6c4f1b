/// @file
/// What is in the guest's frames while it stands still: locals and operands.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "weft/c/frame_state.h"
#include "weft/func.hpp"
#include "weft/instance.hpp"

namespace weft {
inline namespace v0 {

/// A local or an operand of a frame.
class FrameValue {
 public:
  /// Wraps the C value.
  explicit FrameValue(const weft_frame_value_t& v) : value_(v) {}
  /// Of which kind it is, known or not.
  weft_valkind_t kind() const { return value_.value.kind; }
  /// Nothing where the value is nowhere: a local that is set on some ways to this place only, or
  /// was never set and cannot be null.
  std::optional<Val> value() const {
    return value_.known ? std::optional<Val>(Val(value_.value)) : std::nullopt;
  }

 private:
  weft_frame_value_t value_;
};
static_assert(sizeof(FrameValue) == sizeof(weft_frame_value_t));

/// A guest frame with its values, as they were when asked for: a copy, which may outlive the call
/// and the store. References in it are kept alive by the scope in which it was made, as all are.
class FrameState {
 public:
  /// Where it stands: at the call that is under way, or at the instruction that is next. Texts live
  /// as long as any FrameState of the same list.
  Frame frame() const {
    const weft_frame_t f = weft_frame_states_frame(states_.get(), index_);
    return {f.func_index, f.module_offset, detail::view(f.func_name), detail::view(f.module_name)};
  }
  /// Whose function it is.
  Instance instance() const { return Instance(weft_frame_states_instance(states_.get(), index_)); }
  /// Parameters first.
  std::span<const FrameValue> locals() const {
    const weft_frame_value_t* values = nullptr;
    const size_t count = weft_frame_states_locals(states_.get(), index_, &values);
    return of_c(values, count);
  }
  /// Bottom first; without the arguments of a call that is under way, which are the callee's.
  std::span<const FrameValue> operands() const {
    const weft_frame_value_t* values = nullptr;
    const size_t count = weft_frame_states_operands(states_.get(), index_, &values);
    return of_c(values, count);
  }

  /// The frames of a C list, which is taken over.
  static std::vector<FrameState> all_of(weft_frame_states_t* states) {
    const std::shared_ptr<weft_frame_states_t> owned(states, weft_frame_states_delete);
    std::vector<FrameState> out;
    const size_t count = weft_frame_states_count(states);
    out.reserve(count);
    for (size_t i = 0; i < count; ++i) out.push_back(FrameState(owned, i));
    return out;
  }

 private:
  FrameState(std::shared_ptr<weft_frame_states_t> states, size_t index)
      : states_(std::move(states)), index_(index) {}
  static std::span<const FrameValue> of_c(const weft_frame_value_t* values, size_t count) {
    // FrameValue is a weft_frame_value_t and nothing else (asserted above).
    return {reinterpret_cast<const FrameValue*>(values), count};
  }
  std::shared_ptr<weft_frame_states_t> states_;
  size_t index_;
};

/// The newest `max` frames of the guest that runs in `store`, innermost first: in a host function,
/// a call hook or an epoch action. Suspended invocations: Invocation::frame_states. Takes the time
/// of translating each frame's function once more. Error: out_of_memory.
inline Result<std::vector<FrameState>> frame_states(StoreRef store, size_t max = 128) {
  weft_frame_states_t* states = nullptr;
  if (weft_error_t* e = weft_store_frame_states(store.c_api(), max, &states)) return Error(e);
  return FrameState::all_of(states);
}

}  // namespace v0
}  // namespace weft
