// A guest call that can stop and go on later, on a stack of its own: what a tier gives to
// engine::Invocation. ADR 0016.
#pragma once

#include "runtime/backtrace.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

class Continuation {
 public:
  virtual ~Continuation() = default;
  Continuation(const Continuation&) = delete;
  Continuation& operator=(const Continuation&) = delete;

  /// Runs until the call ends or stops: TrapCode::none with stopped() == TrapCode::none is the end,
  /// with the results in `cells`; none with another stopped() is a stop; a trap is a trap. At first
  /// `cells` holds the parameters; when it goes on, the results of the host function that stopped
  /// it (where resume().kind is host_results).
  virtual TrapCode run(VMContext* caller, Cell* cells, size_t capacity) = 0;

  /// Then nothing but its destruction is allowed.
  virtual bool store_is_gone() const = 0;

  /// Why it stands still: host_error, out_of_fuel or interrupt; none if it does not.
  TrapCode stopped() const { return stopped_; }
  VMResume::Kind kind() const { return resume_.kind; }
  /// host_results: the host function that failed.
  VMFuncRef* host() const { return resume_.host; }
  /// Its newest guest frame, for backtraces and for the state of frames; stopped only.
  const FrameAnchor& anchor() const { return anchor_; }

 protected:
  Continuation() = default;
  TrapCode stopped_ = TrapCode::none;
  VMResume resume_{};
  FrameAnchor anchor_;
};

}  // namespace weft::runtime
