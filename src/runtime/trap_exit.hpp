// Entering guest code and every way out of it: activations, the landing of faults, signal
// installation (MECHANISMS 2, 3). No C++ frame with a destructor may lie between enter_guest and
// the code that faults: landing runs no destructors.
#pragma once

#include <setjmp.h>

#include <cstddef>
#include <cstdint>

#include "base/result.hpp"
#include "runtime/backtrace.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

/// One per host -> guest entry, on the native stack, linked through a thread-local head. Saves the
/// store context's exit and entry words and restores them on every path.
class Activation {
 public:
  explicit Activation(VMStoreContext& store);
  ~Activation();
  Activation(const Activation&) = delete;
  Activation& operator=(const Activation&) = delete;

  static Activation* newest();
  Activation* previous() const { return previous_; }
  VMStoreContext& store() const { return *store_; }
  /// The exit words of the guest frames below (older than) this activation.
  FrameAnchor saved_anchor() const { return saved_; }
  /// Where the interpreter's frames of this activation begin; null: at the start of the stack.
  void* stack_base() const { return saved_stack_top_; }

  void* landing_sp =
      nullptr;  ///< Where the native stack was at the entry; written by the entry stub.
#if !defined(__x86_64__)
  sigjmp_buf landing;
#endif

 private:
  Activation* previous_;
  VMStoreContext* store_;
  FrameAnchor saved_;
  void* saved_stack_top_;
  uint64_t saved_stack_limit_;
  void* saved_exit_fp_;
  const void* saved_exit_pc_;
  void* saved_entry_fp_;
};

/// Calls `visit` with the newest words of each activation of `store` on this thread, newest first.
/// Other stores' frames are not ours to show.
template <class Visit>
void visit_anchors(const VMStoreContext& store, Visit&& visit) {
  FrameAnchor anchor{store.interp_ip, store.interp_fp, store.interp_vmctx, store.interp_entry_fp};
  for (const Activation* a = Activation::newest(); a != nullptr; a = a->previous()) {
    if (&a->store() != &store) continue;
    if (anchor.fp != nullptr) visit(anchor);
    anchor = a->saved_anchor();
  }
}

/// Calls `callee` as the host: sets the stack limit, pushes an Activation, runs, and turns a fault
/// into its TrapCode. On anything but TrapCode::none the store's pending trap holds the record and
/// the backtrace (Store::take_pending). Call hooks run here too. `cells` as in VMArrayCall.
TrapCode enter_guest(Store& store, VMFuncRef* callee, VMContext* caller, Cell* cells,
                     size_t capacity);

}  // namespace weft::runtime
