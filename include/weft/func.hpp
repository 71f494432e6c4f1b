// Functions of a store: called with values, or with C++ types that were checked once.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/host_func.hpp"
#include "weft/val.hpp"

namespace weft {
inline namespace v0 {

template <class Signature>
class TypedFunc;

/// A function of a store, of whatever type; also a function reference, which may be null. A value:
/// copy it freely. Using it with another store is an error.
class Func {
 public:
  /// The null function reference.
  Func() = default;
  /// Wraps the C handle.
  explicit Func(weft_func_t f) : func_(f) {}
  /// A host function from a callable: a lambda, a function pointer, a functor. Parameters and
  /// results are deduced (HostCall in host_func.hpp). Error: limit_exceeded (too many types).
  template <class F>
  static Result<Func> make(StoreRef store, F f) {
    auto owned = detail::HostCall<F>::own(std::move(f));
    return make_raw(store, detail::HostCall<F>::type(), &detail::HostCall<F>::call, owned);
  }
  /// A member function of an object that outlives the store.
  template <class C, class M>
    requires std::is_member_function_pointer_v<M>
  static Result<Func> make(StoreRef store, M method, C* object) {
    return make(store, detail::BoundMethod<M>{object, method});
  }
  /// Of a type known at run time: `f(Caller&, std::span<const Val> args, std::span<Val> results) ->
  /// Result<void>`. Results that are not of the type end the guest's call: "host function returned
  /// an incompatible value".
  template <class F>
  static Result<Func> make(StoreRef store, const FuncType& type, F f) {
    auto owned = detail::DynamicCall<F>::own(type, std::move(f));
    return make_raw(store, type.c_api(), &detail::DynamicCall<F>::call, owned);
  }

  /// Is it the null reference?
  bool is_null() const { return func_.store == 0; }
  /// Is it a function?
  explicit operator bool() const { return !is_null(); }
  /// The same function.
  bool operator==(const Func& o) const {
    return func_.store == o.func_.store && func_.index == o.func_.index;
  }
  /// Parameters and results. Error: wrong_store.
  Result<FuncType> type(StoreRef store) const {
    weft_functype_t* type = nullptr;
    if (weft_error_t* e = weft_func_type(store.c_api(), func_, &type)) return Error(e);
    return FuncType(type);
  }

  /// Counts and types are checked before anything runs; `results` must have room for exactly the
  /// function's results. Does not allocate.
  CallResult<void> call(StoreRef store, std::span<const Val> args, std::span<Val> results) const {
    weft_trap_t* trap = nullptr;
    // Val is a weft_val_t and nothing else (asserted in val.hpp).
    if (weft_error_t* e = weft_func_call(
            store.c_api(), func_, reinterpret_cast<const weft_val_t*>(args.data()), args.size(),
            reinterpret_cast<weft_val_t*>(results.data()), results.size(), &trap)) {
      return Failure(Error(e));
    }
    if (trap != nullptr) return Failure(Trap(trap));
    return {};
  }
  /// As above; the results in a vector of their own.
  CallResult<std::vector<Val>> call(StoreRef store, std::span<const Val> args) const {
    weft_functype_t* type = nullptr;
    if (weft_error_t* e = weft_func_type(store.c_api(), func_, &type)) return Failure(Error(e));
    const std::unique_ptr<weft_functype_t, detail::Deleter<weft_functype_delete>> owned(type);
    const weft_valkind_t* kinds = nullptr;
    std::vector<Val> results(weft_functype_results(type, &kinds));
    auto done = call(store, args, results);
    if (!done) return done.take_error();
    return results;
  }
  /// As above, with the arguments in place: `f.call(store, {1, 2.5})`.
  CallResult<std::vector<Val>> call(StoreRef store, std::initializer_list<Val> args) const {
    return call(store, std::span<const Val>(args.begin(), args.size()));
  }

  /// Checks the signature once: `func.typed<int32_t(int32_t, int32_t)>(store)`. Errors:
  /// wrong_store; bad_argument (another type).
  template <class Signature>
  Result<TypedFunc<Signature>> typed(StoreRef store) const {
    return TypedFunc<Signature>::make(store, func_);
  }
  /// The C handle.
  weft_func_t c_api() const { return func_; }

 private:
  template <class Type, class Env>
  static Result<Func> make_raw(StoreRef store, const Type& type, weft_callback_t call,
                               std::unique_ptr<Env>& env) {
    Func out;
    // The finalizer runs in any case from here on.
    if (weft_error_t* e = weft_func_new(
            store.c_api(), type.get(), call, env.release(),
            [](void* p) { delete static_cast<Env*>(p); }, &out.func_)) {
      return Error(e);
    }
    return out;
  }

  weft_func_t func_{};
};

/// funcref
template <>
struct WasmTypeOf<Func> {
  static constexpr weft_valkind_t kind = WEFT_FUNCREF;  ///< funcref
  static constexpr size_t cells = 1;                    ///< a pointer
  static constexpr bool is_ref = true;                  ///< needs the store
  /// funcref
  static weft_valtype_t type() { return weft_valtype_of(WEFT_FUNCREF); }
  /// From a cell.
  static Func load(weft_store_t* s, const weft_raw_t* c) { return Func(weft_func_from_raw(s, c)); }
  /// To a cell; false: of another store.
  static bool store(weft_store_t* s, weft_raw_t* c, const Func& f) {
    return weft_func_to_raw(s, f.c_api(), c);
  }
};

inline Val::Val(const Func& f) : val_{} {
  val_.kind = WEFT_FUNCREF;
  val_.of.funcref = f.c_api();
}
inline Func Val::func() const { return kind() == WEFT_FUNCREF ? Func(val_.of.funcref) : Func(); }

namespace detail {

/// May an argument of type B be given for a parameter of type A? Conversions that lose the meaning
/// are refused: a fraction for an integer, a 64-bit value for an i32.
template <class A, class B>
constexpr bool accepts() {
  using V = std::remove_cvref_t<B>;
  if constexpr (std::is_integral_v<A> && (std::is_floating_point_v<V> || std::is_enum_v<V>)) {
    return false;
  } else if constexpr (std::is_integral_v<A> && std::is_integral_v<V>) {
    return sizeof(V) <= sizeof(A);
  } else {
    return std::is_convertible_v<B, A>;
  }
}

/// A call that was refused before it ran is an error, not a trap.
inline Failure to_failure(weft_trap_t* trap) {
  if (weft_error_t* e = weft_trap_refused(trap)) {
    weft_trap_delete(trap);
    return Failure(Error(e));
  }
  return Failure(Trap(trap));
}

}  // namespace detail

/// A function whose signature was checked when the handle was made: `TypedFunc<int32_t(int32_t)>`.
/// Calls check only that the store is the right one. A value: copy it freely.
template <class Signature>
class TypedFunc {
  static_assert(detail::kAlwaysFalse<Signature>,
                "weft: a typed function is named by its signature, such as int32_t(int32_t, "
                "double), void() or std::tuple<int32_t, int64_t>(float)");
};

/// See TypedFunc.
template <class R, class... A>
class TypedFunc<R(A...)> {
  static_assert(
      (WasmType<A> && ...),
      "weft: a parameter type of this signature has no wasm type: " WEFT_DETAIL_WASM_TYPES);

 public:
  /// Errors: wrong_store; bad_argument (another type).
  static Result<TypedFunc> make(StoreRef store, weft_func_t func) {
    const auto params = detail::types_of<A...>();
    const auto results = detail::Results<R>::types();
    TypedFunc f;
    if (weft_error_t* e = weft_func_typed_exact(store.c_api(), func, params.data(), params.size(),
                                                results.data(), results.size(), &f.func_)) {
      return Error(e);
    }
    return f;
  }

  /// Calls it. Errors: wrong_store (the function's, or a reference's); traps.
  template <class... B>
  CallResult<R> operator()(StoreRef store, B&&... args) const {
    static_assert(sizeof...(A) == sizeof...(B),
                  "weft: this call has not as many arguments as the function's signature");
    if constexpr (sizeof...(A) == sizeof...(B)) {
      static_assert((detail::accepts<A, B>() && ...),
                    "weft: an argument does not fit the parameter of the function's signature "
                    "without losing its meaning; cast it");
      return call(store, static_cast<A>(std::forward<B>(args))...);
    }
  }

 private:
  TypedFunc() = default;

  CallResult<R> call(StoreRef store, A... args) const {
    constexpr size_t kNeeded = std::max(detail::cells_of<A...>(), detail::Results<R>::cells);
    std::array<weft_raw_t, std::max<size_t>(kNeeded, 1)> cells;
    [[maybe_unused]] weft_raw_t* at = cells.data();
    const bool same_store = (true && ... && [&](const A& arg) {
      weft_raw_t* cell = at;
      at += WasmTypeOf<A>::cells;
      return WasmTypeOf<A>::store(store.c_api(), cell, arg);
    }(args));
    if (!same_store) [[unlikely]]
      return Failure(detail::wrong_store("an argument belongs to another store"));
    if (weft_trap_t* trap = weft_typed_call(store.c_api(), func_, cells.data(), cells.size()))
        [[unlikely]] {
      return detail::to_failure(trap);
    }
    if constexpr (std::is_void_v<R>) {
      return {};
    } else {
      return detail::Results<R>::load(store.c_api(), cells.data());
    }
  }

  weft_typed_func_t func_{};
};

}  // namespace v0
}  // namespace weft
