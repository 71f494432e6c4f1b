// Calls that stop and go on, and what other threads and deadlines may ask of a guest.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/caller.hpp"
#include "weft/frame_state.hpp"
#include "weft/func.hpp"

namespace weft {
inline namespace v0 {

/// Returned by a host function that is not done: suspends an invocation, without any allocation. A
/// plain call traps.
inline Error pending() { return Error(weft_error_pending()); }

/// One call that may stop before its end and go on later: when a host function returns an error,
/// when fuel runs out, at an epoch deadline (StoreRef's epoch action), when another thread asks
/// (InterruptHandle). Its store stays usable meanwhile, for calls and other invocations, in any
/// order. Move-only; used by the thread that has the store. Dropped while suspended, it never goes
/// on. An exception thrown by a host function ends it, carried as ever.
class Invocation {
 public:
  /// Where it is.
  enum class State : uint8_t { ready, finished, trapped, suspended };
  /// Why it is suspended.
  enum class Suspension : uint8_t { none, host, out_of_fuel, interrupted };

  /// Nothing runs yet. Errors: wrong_store, freed, out_of_memory.
  static Result<Invocation> make(StoreRef store, const Func& func) {
    weft_invocation_t* i = nullptr;
    if (weft_error_t* e = weft_invocation_new(store.c_api(), func.c_api(), &i)) return Error(e);
    return Invocation(i);
  }

  /// Begins. Finished or suspended, or the failure: an Error changes nothing, a Trap ends it.
  CallResult<State> start(StoreRef store, std::span<const Val> args) {
    return run(store, args, weft_invocation_start);
  }
  /// As above, with the arguments in place.
  CallResult<State> start(StoreRef store, std::initializer_list<Val> args = {}) {
    return start(store, std::span<const Val>(args.begin(), args.size()));
  }
  /// Goes on with the results of the host function that stopped it (resume_kinds), with nothing
  /// after other suspensions. Values that do not fit are an Error, and it stays suspended.
  CallResult<State> resume(StoreRef store, std::span<const Val> values) {
    return run(store, values, weft_invocation_resume);
  }
  /// As above, with the values in place.
  CallResult<State> resume(StoreRef store, std::initializer_list<Val> values = {}) {
    return resume(store, std::span<const Val>(values.begin(), values.size()));
  }

  /// Where it is.
  State state() const { return static_cast<State>(weft_invocation_state(invocation_.get())); }
  /// Why it is suspended.
  Suspension suspension() const {
    return static_cast<Suspension>(weft_invocation_suspension(invocation_.get()));
  }
  /// After it has finished.
  std::vector<Val> results() const {
    std::vector<Val> out(weft_invocation_results(invocation_.get(), nullptr, 0));
    // Val is a weft_val_t and nothing else (asserted in val.hpp).
    weft_invocation_results(invocation_.get(), reinterpret_cast<weft_val_t*>(out.data()),
                            out.size());
    return out;
  }
  /// Kinds of the values that resume wants.
  std::vector<weft_valkind_t> resume_kinds() const {
    std::vector<weft_valkind_t> out(weft_invocation_resume_types(invocation_.get(), nullptr, 0));
    weft_invocation_resume_types(invocation_.get(), out.data(), out.size());
    return out;
  }
  /// The host function that suspended it.
  std::optional<Func> host() const {
    weft_func_t func{};
    if (!weft_invocation_host(invocation_.get(), &func)) return std::nullopt;
    return Func(func);
  }
  /// The text of the host function's error; empty for pending(). Until the next resume.
  std::string_view host_error() const {
    const weft_error_t* e = weft_invocation_host_error(invocation_.get());
    return e != nullptr ? detail::view(weft_error_message(e)) : std::string_view();
  }
  /// Its guest frames, innermost first; texts live until it is resumed.
  std::vector<Frame> frames() {
    std::vector<Frame> out;
    const size_t count = weft_invocation_frame_count(invocation_.get());
    for (size_t i = 0; i < count; ++i) {
      const weft_frame_t f = weft_invocation_frame(invocation_.get(), i);
      out.push_back(
          {f.func_index, f.module_offset, detail::view(f.func_name), detail::view(f.module_name)});
    }
    return out;
  }
  /// The newest `max` of them with locals and operands; none if it is not suspended. A copy. Takes
  /// the time of translating each frame's function once more. Errors: wrong_store, out_of_memory.
  Result<std::vector<FrameState>> frame_states(StoreRef store, size_t max = 128) const {
    weft_frame_states_t* states = nullptr;
    if (weft_error_t* e =
            weft_invocation_frame_states(store.c_api(), invocation_.get(), max, &states)) {
      return Error(e);
    }
    return FrameState::all_of(states);
  }
  /// The C invocation.
  weft_invocation_t* c_api() const { return invocation_.get(); }

 private:
  using Run = weft_error_t* (*)(weft_store_t*, weft_invocation_t*, const weft_val_t*, size_t,
                                weft_trap_t**);
  explicit Invocation(weft_invocation_t* i) : invocation_(i) {}
  CallResult<State> run(StoreRef store, std::span<const Val> values, Run step) {
    weft_trap_t* trap = nullptr;
    if (weft_error_t* e =
            step(store.c_api(), invocation_.get(),
                 reinterpret_cast<const weft_val_t*>(values.data()), values.size(), &trap)) {
      return Failure(Error(e));
    }
    if (trap != nullptr) return Failure(Trap(trap));
    return state();
  }
  std::unique_ptr<weft_invocation_t, detail::Deleter<weft_invocation_delete>> invocation_;
};

/// What another thread wants of a guest.
enum class Interruption : uint8_t { suspend = 1, trap = 2 };

/// For other threads to stop the guest of a store, whatever it does: heard at function entries and
/// loop iterations, in atomic waits, in waits of WASI. Copyable; any thread; outlives its store.
class InterruptHandle {
 public:
  /// Error: bad_config without Config::epochs().
  static Result<InterruptHandle> make(StoreRef store) {
    weft_interrupt_handle_t* h = nullptr;
    if (weft_error_t* e = weft_store_interrupt_handle(store.c_api(), &h)) return Error(e);
    return InterruptHandle(h);
  }
  /// Heard once; a request to trap is not weakened. False if the store is gone.
  bool request(Interruption what) const {
    return weft_interrupt_request(handle_.get(), static_cast<weft_interruption_t>(what));
  }
  /// Forgets a request that was not heard yet.
  void take_back() const { weft_interrupt_take_back(handle_.get()); }

 private:
  explicit InterruptHandle(weft_interrupt_handle_t* h) : handle_(h, weft_interrupt_handle_delete) {}
  std::shared_ptr<weft_interrupt_handle_t> handle_;
};

/// What an epoch deadline does: trap, suspend, or (callbacks) go on for so many ticks.
struct EpochAction {
  weft_epoch_action_t action = WEFT_EPOCH_TRAP;  ///< What.
  uint64_t ticks = 0;                            ///< Beyond the present epoch.
  /// "interrupt"
  static EpochAction trap() { return {}; }
  /// An invocation can be resumed; a plain call traps.
  static EpochAction suspend() { return {WEFT_EPOCH_SUSPEND, 0}; }
  /// The deadline moves on.
  static EpochAction extend(uint64_t ticks) { return {WEFT_EPOCH_CONTINUE, ticks}; }
};

/// At each deadline of this store the same happens: trap or suspend. Error: bad_config.
inline Result<void> on_epoch(StoreRef store, EpochAction action) {
  return detail::check(weft_store_set_epoch_action(store.c_api(), action.action));
}
/// `f(StoreRef) -> EpochAction` is asked at each deadline, on the store's thread; it must not
/// throw. Error: bad_config.
template <class F>
  requires std::is_invocable_r_v<EpochAction, F&, StoreRef>
Result<void> on_epoch(StoreRef store, F f) {
  const auto call = [](void* env, weft_store_t* s, uint64_t* ticks) -> weft_epoch_action_t {
    const EpochAction answer = (*static_cast<F*>(env))(StoreRef(s));
    *ticks = answer.ticks;
    return answer.action;
  };
  return detail::check(weft_store_set_epoch_callback(store.c_api(), call, new F(std::move(f)),
                                                     [](void* p) { delete static_cast<F*>(p); }));
}

/// In a host function: was the guest asked to stop, or has its deadline passed?
inline bool interrupted(const Caller& caller) { return weft_caller_interrupted(caller.c_api()); }
/// In a host function: when its work should be done, if there is a deadline.
inline std::optional<std::chrono::steady_clock::time_point> deadline(const Caller& caller) {
  const uint64_t ns = weft_caller_deadline(caller.c_api());
  if (ns == UINT64_MAX) return std::nullopt;
  return std::chrono::steady_clock::time_point(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(
          std::chrono::nanoseconds(ns)));
}

}  // namespace v0
}  // namespace weft
