// Store and what lives in it: functions, memories, tables, globals, instances. One thread at a time
// per store.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/engine.hpp"
#include "weft/val.hpp"
#include "weft/wasi.hpp"

namespace weft {
inline namespace v0 {

/// A store as functions see it: owned (Store) or borrowed during a host call (Caller). Cheap to
/// copy.
class StoreRef {
 public:
  StoreRef(weft_store_t* store) : store_(store) {}
  weft_store_t* c_api() const { return store_; }

  /// Needs Config::fuel().
  Result<void> set_fuel(uint64_t fuel) { return check(weft_store_set_fuel(store_, fuel)); }
  Result<uint64_t> fuel() const {
    uint64_t fuel = 0;
    if (weft_error_t* e = weft_store_fuel(store_, &fuel)) return Error(e);
    return fuel;
  }
  /// Needs Config::epochs(). Guest code traps with "interrupt" after `ticks` calls of
  /// Engine::increment_epoch.
  Result<void> set_epoch_deadline(uint64_t ticks) {
    return check(weft_store_set_epoch_deadline(store_, ticks));
  }
  /// Needs Config::epochs(). As above, by the clock; waits inside WASI end too.
  Result<void> set_deadline(std::chrono::nanoseconds d) {
    return check(weft_store_set_deadline(store_, static_cast<uint64_t>(d.count())));
  }
  void limits(const weft_limits_t& limits) { weft_store_limits(store_, &limits); }
  Result<void> set_wasi(WasiConfig config) {
    return check(weft_store_set_wasi(store_, config.release()));
  }
  void* data() const { return weft_store_data(store_); }

 private:
  static Result<void> check(weft_error_t* e) {
    if (e != nullptr) return Error(e);
    return {};
  }
  weft_store_t* store_;
};

/// Owns everything created in it. Move-only.
class Store : public StoreRef {
 public:
  static Result<Store> make(const Engine& engine, void* data = nullptr) {
    weft_store_t* store = nullptr;
    if (weft_error_t* e = weft_store_new(engine.c_api(), data, nullptr, &store)) return Error(e);
    return Store(store);
  }

 private:
  explicit Store(weft_store_t* s) : StoreRef(s), owned_(s) {}
  std::unique_ptr<weft_store_t, detail::Deleter<weft_store_delete>> owned_;
};

template <class Signature>
class TypedFunc;

/// A function of a store, of whatever type.
class Func {
 public:
  explicit Func(weft_func_t f) : func_(f) {}
  weft_func_t c_api() const { return func_; }

  /// Counts and types are checked before anything runs.
  CallResult<std::vector<Val>> call(StoreRef store, std::span<const Val> args) const {
    weft_functype_t* type = nullptr;
    if (weft_error_t* e = weft_func_type(store.c_api(), func_, &type)) return Failure(Error(e));
    const std::unique_ptr<weft_functype_t, detail::Deleter<weft_functype_delete>> owned(type);
    const weft_valkind_t* kinds = nullptr;
    std::vector<Val> results(weft_functype_results(type, &kinds));
    weft_trap_t* trap = nullptr;
    // Val is a weft_val_t and nothing else (asserted in val.hpp).
    if (weft_error_t* e = weft_func_call(
            store.c_api(), func_, reinterpret_cast<const weft_val_t*>(args.data()), args.size(),
            reinterpret_cast<weft_val_t*>(results.data()), results.size(), &trap)) {
      return Failure(Error(e));
    }
    if (trap != nullptr) return Failure(Trap(trap));
    return results;
  }

  /// Checks the signature once: `func.typed<int32_t(int32_t, int32_t)>(store)`.
  template <class Signature>
  Result<TypedFunc<Signature>> typed(StoreRef store) const {
    return TypedFunc<Signature>::make(store, func_);
  }

 private:
  weft_func_t func_;
};

/// A function whose signature was checked when the handle was made: calls check only that the store
/// is the right one.
template <class R, WasmType... A>
class TypedFunc<R(A...)> {
 public:
  static Result<TypedFunc> make(StoreRef store, weft_func_t func) {
    constexpr std::array<weft_valkind_t, sizeof...(A)> params{WasmTypeOf<A>::kind...};
    TypedFunc f;
    if (weft_error_t* e = weft_func_typed(store.c_api(), func, params.data(), params.size(),
                                          detail::Results<R>::kinds.data(),
                                          detail::Results<R>::kinds.size(), &f.func_)) {
      return Error(e);
    }
    return f;
  }

  CallResult<R> operator()(StoreRef store, A... args) const {
    constexpr size_t kNeeded = std::max(detail::cells_of<A...>(), detail::Results<R>::cells);
    std::array<weft_raw_t, std::max<size_t>(kNeeded, 1)> cells;
    [[maybe_unused]] weft_raw_t* at = cells.data();
    ((WasmTypeOf<A>::store(at, args), at += WasmTypeOf<A>::cells), ...);
    if (weft_trap_t* trap = weft_typed_call(store.c_api(), func_, cells.data(), cells.size()))
      return Failure(Trap(trap));
    if constexpr (std::is_void_v<R>) {
      return {};
    } else {
      return detail::Results<R>::load(cells.data());
    }
  }

 private:
  TypedFunc() = default;
  weft_typed_func_t func_{};
};

/// A linear memory. `data` is valid until the guest runs or the memory grows.
class Memory {
 public:
  explicit Memory(weft_memory_t m) : memory_(m) {}
  Result<std::span<uint8_t>> data(StoreRef store) const {
    uint8_t* base = nullptr;
    uint64_t bytes = 0;
    if (weft_error_t* e = weft_memory_data(store.c_api(), memory_, &base, &bytes)) return Error(e);
    return std::span<uint8_t>(base, static_cast<size_t>(bytes));
  }
  /// In pages; the size before.
  Result<uint64_t> grow(StoreRef store, uint64_t delta) const {
    uint64_t old = 0;
    if (weft_error_t* e = weft_memory_grow(store.c_api(), memory_, delta, &old)) return Error(e);
    return old;
  }
  weft_memory_t c_api() const { return memory_; }

 private:
  weft_memory_t memory_;
};

class Global {
 public:
  explicit Global(weft_global_t g) : global_(g) {}
  Result<Val> get(StoreRef store) const {
    weft_val_t v{};
    if (weft_error_t* e = weft_global_get(store.c_api(), global_, &v)) return Error(e);
    return Val(v);
  }
  Result<void> set(StoreRef store, const Val& v) const {
    if (weft_error_t* e = weft_global_set(store.c_api(), global_, &v.c_api())) return Error(e);
    return {};
  }

 private:
  weft_global_t global_;
};

class Instance {
 public:
  explicit Instance(weft_instance_t i) : instance_(i) {}
  weft_instance_t c_api() const { return instance_; }

  std::optional<weft_extern_t> export_of(StoreRef store, std::string_view name) const {
    weft_extern_t e{};
    if (!weft_instance_export(store.c_api(), instance_, name.data(), name.size(), &e))
      return std::nullopt;
    return e;
  }
  std::optional<Func> func(StoreRef store, std::string_view name) const {
    const auto e = export_of(store, name);
    if (!e || e->kind != WEFT_EXTERN_FUNC) return std::nullopt;
    return Func(e->of.func);
  }
  std::optional<Memory> memory(StoreRef store, std::string_view name) const {
    const auto e = export_of(store, name);
    if (!e || e->kind != WEFT_EXTERN_MEMORY) return std::nullopt;
    return Memory(e->of.memory);
  }
  std::optional<Global> global(StoreRef store, std::string_view name) const {
    const auto e = export_of(store, name);
    if (!e || e->kind != WEFT_EXTERN_GLOBAL) return std::nullopt;
    return Global(e->of.global);
  }
  /// `instance.get<int32_t(int32_t, int32_t)>(store, "add")`: an exported function, its signature
  /// checked once.
  template <class Signature>
  Result<TypedFunc<Signature>> get(StoreRef store, std::string_view name) const {
    const auto f = func(store, name);
    if (!f) return Error("no exported function \"" + std::string(name) + "\"");
    return f->typed<Signature>(store);
  }

 private:
  weft_instance_t instance_;
};

/// What a host function learns of its call: the store, and the instance that called. Valid during
/// the call.
class Caller {
 public:
  explicit Caller(weft_caller_t* c) : caller_(c) {}
  StoreRef store() const { return StoreRef(weft_caller_store(caller_)); }
  std::optional<weft_extern_t> export_of(std::string_view name) const {
    weft_extern_t e{};
    if (!weft_caller_export(caller_, name.data(), name.size(), &e)) return std::nullopt;
    return e;
  }
  /// The caller's exported memory; empty if there is none of that name. Valid until the guest runs.
  std::span<uint8_t> memory(std::string_view name = "memory") const {
    uint8_t* base = nullptr;
    uint64_t bytes = 0;
    if (!weft_caller_memory(caller_, name.data(), name.size(), &base, &bytes)) return {};
    return {base, static_cast<size_t>(bytes)};
  }
  /// A range of the caller's memory, or nothing if it does not lie inside.
  std::optional<std::span<uint8_t>> slice(uint64_t address, uint64_t size,
                                          std::string_view name = "memory") const {
    const std::span<uint8_t> all = memory(name);
    if (address > all.size() || size > all.size() - address) return std::nullopt;
    return all.subspan(static_cast<size_t>(address), static_cast<size_t>(size));
  }
  std::optional<std::string_view> text(uint64_t address, uint64_t size,
                                       std::string_view name = "memory") const {
    const auto bytes = slice(address, size, name);
    if (!bytes) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  }

 private:
  weft_caller_t* caller_;
};

}  // namespace v0
}  // namespace weft
