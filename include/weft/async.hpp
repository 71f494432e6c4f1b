// Guest calls as awaitables and as something to poll, for any event loop: host functions may answer
// later, and the guest may run in slices.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weft/invocation.hpp"

namespace weft {
inline namespace v0 {

/// Runs a function later, on the thread that has the store. Empty: at once, where one is.
using Executor = std::function<void(std::function<void()>)>;

namespace detail {

/// One call with typed parameters and results, in the cells that it keeps.
template <class Signature>
class TypedInvocation;
template <class R, class... A>
class TypedInvocation<R(A...)> {
 public:
  static constexpr size_t kCells = std::max<size_t>({cells_of<A...>(), Results<R>::cells, 16});

  static Result<TypedInvocation> make(StoreRef store, const Func& func, const A&... args) {
    if (auto typed = func.typed<R(A...)>(store); !typed) return typed.take_error();
    auto i = Invocation::make(store, func);
    if (!i) return i.take_error();
    TypedInvocation out(store, std::move(*i));
    [[maybe_unused]] weft_raw_t* at = out.cells.data();
    const bool same_store = (true && ... && [&](const A& arg) {
      weft_raw_t* cell = at;
      at += WasmTypeOf<A>::cells;
      return WasmTypeOf<A>::store(store.c_api(), cell, arg);
    }(args));
    if (!same_store) return wrong_store("an argument belongs to another store");
    return out;
  }
  /// Starts it, or goes on with the values in `cells`. True: it finished or failed, `outcome` is
  /// set; false: it is suspended.
  bool run() {
    weft_trap_t* trap = invocation.state() == Invocation::State::ready
                            ? weft_invocation_start_unchecked(store.c_api(), invocation.c_api(),
                                                              cells.data(), cells.size())
                            : weft_invocation_resume_unchecked(store.c_api(), invocation.c_api(),
                                                               cells.data(), cells.size());
    if (trap != nullptr) {
      outcome.emplace(to_failure(trap));
      return true;
    }
    if (invocation.state() == Invocation::State::suspended) return false;
    if constexpr (std::is_void_v<R>) {
      outcome.emplace();
    } else {
      outcome.emplace(Results<R>::load(store.c_api(), cells.data()));
    }
    return true;
  }
  /// Checks and keeps the results of the host function.
  template <class... T>
  bool set_inputs(const T&... values) {
    const std::vector<weft_valkind_t> wanted = invocation.resume_kinds();
    const std::vector<weft_valkind_t> given{WasmTypeOf<T>::kind...};
    if (wanted != given) return false;
    [[maybe_unused]] weft_raw_t* at = cells.data();
    return (true && ... && [&](const T& value) {
      weft_raw_t* cell = at;
      at += WasmTypeOf<T>::cells;
      return WasmTypeOf<T>::store(store.c_api(), cell, value);
    }(values));
  }

  StoreRef store;
  Invocation invocation;
  std::array<weft_raw_t, kCells> cells{};
  std::optional<CallResult<R>> outcome;

 private:
  TypedInvocation(StoreRef s, Invocation i) : store(s), invocation(std::move(i)) {}
};

/// A host function's answer, as cells.
struct Answer {
  bool failed = false;
  std::string error;  ///< failed
  std::vector<weft_valkind_t> kinds;
  std::array<weft_raw_t, 16> cells{};
};

/// What an awaited call shares with those who answer it.
class AsyncBase : public std::enable_shared_from_this<AsyncBase> {
 public:
  virtual ~AsyncBase() = default;
  AsyncBase() = default;
  AsyncBase(const AsyncBase&) = delete;
  AsyncBase& operator=(const AsyncBase&) = delete;

  /// The call whose guest runs on this thread.
  static AsyncBase*& running() {
    static thread_local AsyncBase* call = nullptr;
    return call;
  }

  uint64_t defer() {
    const std::lock_guard lock(mutex_);
    deferred_ = true;
    answered_ = false;
    return ++turn_;
  }
  bool answer(uint64_t turn, Answer answer) {
    {
      const std::lock_guard lock(mutex_);
      if (turn != turn_ || answered_ || abandoned_) return false;
      answer_ = std::move(answer);
      answered_ = true;
      if (!waiting_) return true;  // drive() finds it
      waiting_ = false;
    }
    post(true);
    return true;
  }
  void abandon() {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  /// Runs as far as it can. True: it is over.
  bool drive() {
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (abandoned_) return false;
        deferred_ = answered_ = false;
      }
      AsyncBase* const outer = std::exchange(running(), this);
      const bool over = run_once();
      running() = outer;
      if (over) return true;
      if (call().suspension() != Invocation::Suspension::host) {
        if (!on_slice || !on_slice(store())) {
          end(Error(call().suspension() == Invocation::Suspension::out_of_fuel ? "out of fuel"
                                                                               : "interrupt"));
          return true;
        }
        if (!executor) continue;
        post(false);
        return false;
      }
      bool waits = false;
      {
        const std::lock_guard lock(mutex_);
        waits = deferred_ && weft_invocation_host_error(call().c_api()) == nullptr;
        if (waits && !answered_) {
          waiting_ = true;
          return false;
        }
      }
      if (!waits) {
        const std::string text(call().host_error());
        end(Error(text.empty() ? "a host function is pending for ever" : text));
        return true;
      }
      if (!take_answer()) return true;
    }
  }

  Executor executor;
  std::function<bool(StoreRef)> on_slice;
  std::coroutine_handle<> waiter;

 protected:
  virtual bool run_once() = 0;
  virtual const Invocation& call() const = 0;
  virtual StoreRef store() const = 0;
  virtual weft_raw_t* cells() = 0;
  virtual void end(Error error) = 0;

 private:
  /// False: that was the end.
  bool take_answer() {
    const std::lock_guard lock(mutex_);
    if (answer_.failed) return end(Error(answer_.error)), false;
    if (answer_.kinds != call().resume_kinds())
      return end(Error("an answer has not the types of the host function's results")), false;
    std::copy(answer_.cells.begin(), answer_.cells.end(), cells());
    return true;
  }
  void post(bool with_answer) {
    auto go_on = [self = shared_from_this(), with_answer] {
      {
        const std::lock_guard lock(self->mutex_);
        if (self->abandoned_) return;
      }
      if ((with_answer && !self->take_answer()) || self->drive()) self->waiter.resume();
    };
    if (executor) {
      executor(std::move(go_on));
    } else {
      go_on();
    }
  }

  std::mutex mutex_;
  uint64_t turn_ = 0;       // of the newest defer()
  bool deferred_ = false;   // since the guest ran last
  bool answered_ = false;   // `answer_` is that of `turn_`
  bool waiting_ = false;    // suspended, and nobody drives it
  bool abandoned_ = false;  // nobody wants the outcome any more
  Answer answer_;
};

template <class Signature>
class AsyncState;
template <class R, class... A>
class AsyncState<R(A...)> final : public AsyncBase {
 public:
  std::optional<TypedInvocation<R(A...)>> typed;
  std::optional<CallResult<R>> outcome;

 private:
  bool run_once() override {
    if (!typed->run()) return false;
    outcome = std::move(typed->outcome);
    return true;
  }
  const Invocation& call() const override { return typed->invocation; }
  StoreRef store() const override { return typed->store; }
  weft_raw_t* cells() override { return typed->cells.data(); }
  void end(Error error) override { outcome.emplace(Failure(std::move(error))); }
};

}  // namespace detail

/// A host function's answer, given later: see defer(). Copyable; any thread; the first answer
/// counts.
class Deferred {
 public:
  /// The host function's results; the guest goes on where the call's executor puts it. False: it
  /// was answered before, or the call is over. Not for references.
  template <class... T>
  bool complete(const T&... results) const {
    static_assert((WasmType<T> && ...), "weft: a result has no wasm type");
    static_assert(detail::cells_of<T...>() <= 16, "weft: at most 16 cells");
    detail::Answer answer;
    answer.kinds = {WasmTypeOf<T>::kind...};
    [[maybe_unused]] weft_raw_t* at = answer.cells.data();
    ((WasmTypeOf<T>::store(nullptr, at, results), at += WasmTypeOf<T>::cells), ...);
    return call_->answer(turn_, std::move(answer));
  }
  /// The guest's call ends with this error.
  bool fail(std::string message) const {
    detail::Answer answer;
    answer.failed = true;
    answer.error = std::move(message);
    return call_->answer(turn_, std::move(answer));
  }

 private:
  friend std::optional<Deferred> defer();
  Deferred(std::shared_ptr<detail::AsyncBase> call, uint64_t turn)
      : call_(std::move(call)), turn_(turn) {}
  std::shared_ptr<detail::AsyncBase> call_;
  uint64_t turn_;
};

/// In a host function that answers later: keep what this gives, and return pending(). Nothing if
/// the guest was not called by call_async: then answer now, or fail.
inline std::optional<Deferred> defer() {
  detail::AsyncBase* const call = detail::AsyncBase::running();
  if (call == nullptr) return std::nullopt;
  return Deferred(call->shared_from_this(), call->defer());
}

/// A guest call to be awaited once, by any coroutine: `co_await call_async<int32_t(int32_t)>(store,
/// func, 5)` gives a CallResult<int32_t>. The guest runs on the thread that awaits, later where the
/// executor puts it; meanwhile the store is open. Without a Deferred, a host function's error is
/// the failure of the call. Must not be destroyed while its guest runs.
template <class Signature>
class [[nodiscard]] AsyncCall;
/// See AsyncCall.
template <class R, class... A>
class [[nodiscard]] AsyncCall<R(A...)> {
 public:
  /// See call_async.
  AsyncCall(StoreRef store, const Func& func, const A&... args)
      : state_(std::make_shared<State>()) {
    auto typed = detail::TypedInvocation<R(A...)>::make(store, func, args...);
    if (typed) {
      state_->typed.emplace(std::move(*typed));
    } else {
      state_->outcome.emplace(Failure(typed.take_error()));
    }
  }
  ~AsyncCall() {
    if (state_ != nullptr) state_->abandon();
  }
  /// The other is empty after it.
  AsyncCall(AsyncCall&&) noexcept = default;
  AsyncCall(const AsyncCall&) = delete;
  AsyncCall& operator=(const AsyncCall&) = delete;

  /// Where it goes on after an answer or a slice; empty: at once, in the thread that answers.
  AsyncCall&& on(Executor executor) && {
    state_->executor = std::move(executor);
    return std::move(*this);
  }
  /// Out of fuel or interrupted, it asks `f`, which refuels or moves the deadline and says true to
  /// go on (through the executor), or false to end the call. Without it such a call fails.
  AsyncCall&& slices(std::function<bool(StoreRef)> f) && {
    state_->on_slice = std::move(f);
    return std::move(*this);
  }

  /// For co_await.
  bool await_ready() const { return state_->outcome.has_value(); }
  /// For co_await. False: it did not have to wait.
  bool await_suspend(std::coroutine_handle<> waiter) {
    const std::shared_ptr<State> state = state_;  // *this may be gone when drive() returns
    state->waiter = waiter;
    return !state->drive();
  }
  /// For co_await.
  CallResult<R> await_resume() { return std::move(*state_->outcome); }

 private:
  using State = detail::AsyncState<R(A...)>;
  std::shared_ptr<State> state_;
};

/// A guest call as an awaitable: see AsyncCall. Failures to begin come out of co_await, too.
template <class Signature, class... B>
AsyncCall<Signature> call_async(StoreRef store, const Func& func, B&&... args) {
  return AsyncCall<Signature>(store, func, std::forward<B>(args)...);
}

/// A guest call that runs a slice each time it is polled.
template <class Signature>
class PolledCall;
/// See PolledCall.
template <class R, class... A>
class PolledCall<R(A...)> {
 public:
  /// What poll gives.
  enum class Poll : uint8_t {
    ready,    ///< take() has the outcome.
    more,     ///< The slice is used up.
    waiting,  ///< A host function returned pending(): answer() it.
  };

  /// Errors: wrong_store; bad_argument (another type); out_of_memory.
  static Result<PolledCall> make(StoreRef store, const Func& func, const A&... args) {
    auto typed = detail::TypedInvocation<R(A...)>::make(store, func, args...);
    if (!typed) return typed.take_error();
    return PolledCall(std::move(*typed));
  }
  /// Runs until it ends, waits, or has burnt `fuel`. Sets the store's fuel. Error: bad_config.
  Result<Poll> poll_fuel(uint64_t fuel) {
    if (auto set = typed_.store.set_fuel(fuel); !set) return set.take_error();
    return poll();
  }
  /// The same for a time (at least 2 ms are meaningful). Sets the store's deadline, takes it away
  /// afterwards, and lets epochs suspend from now on. Error: bad_config.
  Result<Poll> poll_for(std::chrono::nanoseconds time) {
    if (auto set = on_epoch(typed_.store, EpochAction::suspend()); !set) return set.take_error();
    if (auto set = typed_.store.set_deadline(time); !set) return set.take_error();
    const Poll out = poll();
    if (auto set = typed_.store.set_deadline({}); !set) return set.take_error();
    return out;
  }
  /// The results of the host function it waits for. False: it does not wait, or other types.
  template <class... T>
  bool answer(const T&... results) {
    if (!waiting_ || !typed_.set_inputs(results...)) return false;
    waiting_ = false;
    return true;
  }
  /// Once, when poll has given `ready`.
  CallResult<R> take() { return std::move(*typed_.outcome); }
  /// The call, to be looked at.
  Invocation& invocation() { return typed_.invocation; }

 private:
  explicit PolledCall(detail::TypedInvocation<R(A...)> typed) : typed_(std::move(typed)) {}
  Poll poll() {
    if (typed_.outcome) return Poll::ready;
    if (waiting_) return Poll::waiting;
    if (typed_.run()) return Poll::ready;
    if (typed_.invocation.suspension() != Invocation::Suspension::host) return Poll::more;
    if (weft_invocation_host_error(typed_.invocation.c_api()) != nullptr) {
      typed_.outcome.emplace(Failure(Error(typed_.invocation.host_error())));
      return Poll::ready;
    }
    waiting_ = true;
    return Poll::waiting;
  }
  detail::TypedInvocation<R(A...)> typed_;
  bool waiting_ = false;
};

}  // namespace v0
}  // namespace weft
