// Store: what owns functions, memories, instances and objects, and what it may use. One thread at a
// time per store.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/detail.hpp"
#include "weft/engine.hpp"
#include "weft/limiter.hpp"
#include "weft/wasi.hpp"

namespace weft {
inline namespace v0 {

/// A store as functions see it: owned (Store) or borrowed during a host call (Caller). Cheap to
/// copy. Valid as long as the store; one thread at a time.
class StoreRef {
 public:
  /// Borrows a C store.
  StoreRef(weft_store_t* store) : store_(store) {}
  /// The C store.
  weft_store_t* c_api() const { return store_; }

  /// Fuel left from now on. Error: bad_config without Config::fuel().
  Result<void> set_fuel(uint64_t fuel) { return detail::check(weft_store_set_fuel(store_, fuel)); }
  /// Fuel left. Error: bad_config without Config::fuel().
  Result<uint64_t> fuel() const {
    uint64_t fuel = 0;
    if (weft_error_t* e = weft_store_fuel(store_, &fuel)) return Error(e);
    return fuel;
  }
  /// Guest code traps with "interrupt" after `ticks` calls of Engine::increment_epoch. Error:
  /// bad_config without Config::epochs().
  Result<void> set_epoch_deadline(uint64_t ticks) {
    return detail::check(weft_store_set_epoch_deadline(store_, ticks));
  }
  /// As set_epoch_deadline, by the clock; waits inside WASI end too. 0 takes the deadline away.
  Result<void> set_deadline(std::chrono::nanoseconds d) {
    return detail::check(weft_store_set_deadline(store_, static_cast<uint64_t>(d.count())));
  }

  /// Sizes above which growth and creation are refused.
  void limits(const weft_limits_t& limits) { weft_store_limits(store_, &limits); }
  /// Bytes that the heap of structs, arrays, exceptions and host values may use.
  void limit_heap(uint64_t bytes) { weft_store_limit_heap(store_, bytes); }
  /// Refused or failed growth traps instead of giving -1.
  void trap_on_refused_growth(bool on = true) { weft_store_trap_on_refused_growth(store_, on); }
  /// Asks `limiter` from now on; the store owns it. Null: nobody is asked.
  Result<void> set_limiter(std::unique_ptr<ResourceLimiter> limiter) {
    if (limiter == nullptr) return detail::check(weft_store_set_limiter(store_, nullptr, nullptr));
    const weft_limiter_t c = detail::limiter_callbacks(true);
    if (weft_error_t* e = weft_store_set_limiter(store_, &c, limiter.get())) return Error(e);
    (void)limiter.release();
    return {};
  }
  /// Asks `limiter` from now on, which must outlive the store or be replaced.
  Result<void> set_limiter(ResourceLimiter& limiter) {
    const weft_limiter_t c = detail::limiter_callbacks(false);
    return detail::check(weft_store_set_limiter(store_, &c, &limiter));
  }

  /// `hook(StoreRef, CallHook)` is called at each crossing between host and guest and returns
  /// nothing or a Result<void>, whose error ends the call. Calls made by a hook run no hooks.
  template <class F>
  Result<void> call_hook(F hook) {
    using R = std::invoke_result_t<F&, StoreRef, CallHook>;
    static_assert(std::is_void_v<R> || std::is_same_v<R, Result<void>>,
                  "weft: a call hook returns void or weft::Result<void>");
    auto owned = std::make_unique<F>(std::move(hook));
    const auto run = [](void* env, weft_store_t* store, weft_callhook_t at) -> weft_error_t* {
      return detail::guard([&]() -> weft_error_t* {
        F& f = *static_cast<F*>(env);
        if constexpr (std::is_void_v<R>) {
          f(StoreRef(store), static_cast<CallHook>(at));
          return nullptr;
        } else {
          R result = f(StoreRef(store), static_cast<CallHook>(at));
          return result.ok() ? nullptr : result.take_error().release();
        }
      });
    };
    if (weft_error_t* e = weft_store_set_call_hook(store_, run, owned.get(),
                                                   [](void* p) { delete static_cast<F*>(p); })) {
      return Error(e);
    }
    (void)owned.release();
    return {};
  }
  /// No hook from now on.
  Result<void> clear_call_hook() {
    return detail::check(weft_store_set_call_hook(store_, nullptr, nullptr, nullptr));
  }

  /// What a WASI program in this store may see and do.
  Result<void> set_wasi(WasiConfig config) {
    return detail::check(weft_store_set_wasi(store_, config.release()));
  }

  /// The pointer given to Store::make.
  void* data() const { return weft_store_data(store_); }
  /// The object given to Store::with, if it is of this type; else null.
  template <class T>
  T* data() const {
    return static_cast<T*>(weft_store_data_of(store_, detail::kind_of<T>()));
  }

  /// Frees what nobody can reach, now.
  void collect() { weft_store_collect(store_); }

 private:
  weft_store_t* store_;
};

/// References got while it lives are kept until it goes, then only by the guest or by a Root.
/// Scopes end in reverse order. A host function's call is such a scope.
class RootScope {
 public:
  /// Opens the scope.
  explicit RootScope(StoreRef store) : store_(store), scope_(weft_scope_open(store.c_api())) {}
  ~RootScope() { weft_scope_close(store_.c_api(), scope_); }
  RootScope(const RootScope&) = delete;
  RootScope& operator=(const RootScope&) = delete;

 private:
  StoreRef store_;
  size_t scope_;
};

/// Owns everything created in it. Move-only. One thread at a time; it must not be destroyed while
/// its guest runs.
class Store : public StoreRef {
 public:
  /// `data` is the embedder's; nothing is done with it.
  static Result<Store> make(const Engine& engine, void* data = nullptr) {
    weft_store_t* store = nullptr;
    if (weft_error_t* e = weft_store_new(engine.c_api(), data, nullptr, &store)) return Error(e);
    return Store(store);
  }
  /// A store that owns an object of the embedder's: `store.data<T>()`.
  template <class T>
  static Result<Store> with(const Engine& engine, T data) {
    auto owned = std::make_unique<T>(std::move(data));
    auto store = make(engine);
    if (!store) return store;
    weft_store_set_data(store->c_api(), detail::kind_of<T>(), owned.release(),
                        [](void* p) { delete static_cast<T*>(p); });
    return store;
  }

 private:
  explicit Store(weft_store_t* s) : StoreRef(s), owned_(s) {}
  std::unique_ptr<weft_store_t, detail::Deleter<weft_store_delete>> owned_;
};

}  // namespace v0
}  // namespace weft
