// A call that may stop before its end and go on later: finished, trapped, or suspended (by a host
// function's error, exhausted fuel, an epoch or an interruption). ADR 0016.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/call.hpp"
#include "runtime/continuation.hpp"
#include "runtime/frame_state.hpp"

namespace weft::engine {

/// Why an invocation stands still.
enum class Suspension : uint8_t {
  none,         ///< It does not: not begun, finished, or trapped.
  host,         ///< A host function returned an error; resumed with the results it owes.
  out_of_fuel,  ///< Resumed without values, usually after refuelling.
  interrupt,    ///< Epoch deadline or a request from another thread. Resumed without values.
};

/// One call. Its store stays usable while it is suspended, for calls and other invocations, which
/// may be resumed in any order. Used by the thread that has the store; must go before the store.
/// Dropped while suspended, it never goes on: its stack is recycled.
class Invocation {
 public:
  enum class State : uint8_t { ready, finished, trapped, suspended };

  /// Nothing runs yet. Errors: wrong_store, out_of_memory (no stack).
  static Result<Invocation> create(runtime::Store& store, Func func);
  ~Invocation();
  Invocation(Invocation&&) noexcept;
  Invocation& operator=(Invocation&&) noexcept;

  State state() const { return state_; }
  Suspension suspension() const { return suspension_; }
  const runtime::CanonicalType& type() const { return *type_; }

  /// `cells`: parameters in; results out if it finishes. The caller vouches for types and capacity
  /// (max of both, and of the results of any host function). Only when ready. A trap is returned
  /// and ends it.
  CallResult start(runtime::Cell* cells, size_t capacity);
  /// Only when suspended. `cells`: the results of the host function (resume_types), by type;
  /// results out if it finishes.
  CallResult resume(runtime::Cell* cells, size_t capacity);
  /// Checks counts, types and stores first: a refusal (Trap::Kind::error) leaves it as it is.
  CallResult start(std::span<const Value> params);
  CallResult resume(std::span<const Value> inputs);

  /// After it has finished through the checked functions.
  std::span<const Value> results() const { return results_; }
  /// What resume() wants: the result types of host(); none for other suspensions.
  std::span<const wasm::ValType> resume_types() const;
  /// suspension() == host: the function that failed, and its error (message, payload).
  Func host() const;
  const runtime::HostOutcome& host_error() const { return error_; }
  runtime::HostOutcome& host_error() { return error_; }

  /// The frames of this call only, newest first; suspended only.
  runtime::Backtrace frames() const;
  /// The newest `max` of them with locals and operands.
  std::vector<runtime::FrameState> frame_states(size_t max) const;

  runtime::Store& store() const { return *store_; }

 private:
  Invocation(runtime::Store& store, Func func, std::unique_ptr<runtime::Continuation> continuation);
  CallResult run(runtime::Cell* cells, size_t capacity);
  CallResult run_values(std::span<const Value> values, bool resuming);
  void give_up();

  runtime::Store* store_;
  Func func_;  // host functions; others only until it begins
  const runtime::CanonicalType* type_;
  std::unique_ptr<runtime::Continuation> continuation_;  // null: a host function, or over
  State state_ = State::ready;
  Suspension suspension_ = Suspension::none;
  runtime::HostOutcome error_;
  std::vector<Value> results_;
};

}  // namespace weft::engine
