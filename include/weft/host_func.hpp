// Host functions from C++ callables: signature deduced, types mapped, exceptions carried.
//
// A callable takes an optional weft::Caller& in front, then values (WasmType), and returns nothing,
// a value, a std::tuple of values, or a Result or CallResult of these. An Error becomes a trap that
// carries it; a Failure (of a guest call made inside) ends the guest outside in the same way.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/detail.hpp"
#include "weft/val.hpp"

namespace weft {
inline namespace v0 {

class Caller;

namespace detail {

using OwnedFuncType = std::unique_ptr<weft_functype_t, Deleter<weft_functype_delete>>;

/// Signature of a callable: of its call operator, or of the function itself.
template <class M>
struct Signature;
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using Return = R;
  using Args = std::tuple<A...>;
};
template <class R, class... A>
struct Signature<R (*)(A...) noexcept> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...)> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) noexcept> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const noexcept> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...)&> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const&> : Signature<R (*)(A...)> {};

template <class F>
concept HasOneCallOperator = requires { &F::operator(); };

template <class F>
struct CallableTraits {
  static_assert(kAlwaysFalse<F>,
                "weft: this cannot be a host function: give a function, a lambda whose parameters "
                "have types (not auto), or an object with exactly one operator()");
  using Return = void;
  using Args = std::tuple<>;
};
template <HasOneCallOperator F>
struct CallableTraits<F> : Signature<decltype(&F::operator())> {};
template <class R, class... A>
struct CallableTraits<R (*)(A...)> : Signature<R (*)(A...)> {};
template <class R, class... A>
struct CallableTraits<R (*)(A...) noexcept> : Signature<R (*)(A...)> {};

/// A member function with its object, as a callable of the same signature.
template <class M>
struct BoundMethod;
#define WEFT_DETAIL_BOUND_METHOD(qualifiers)                                        \
  template <class R, class C, class... A>                                           \
  struct BoundMethod<R (C::*)(A...) qualifiers> {                                   \
    C* object;                                                                      \
    R (C::*method)(A...) qualifiers;                                                \
    R operator()(A... args) { return (object->*method)(std::forward<A>(args)...); } \
  }
WEFT_DETAIL_BOUND_METHOD();
WEFT_DETAIL_BOUND_METHOD(noexcept);
template <class R, class C, class... A>
struct BoundMethod<R (C::*)(A...) const> {
  const C* object;
  R (C::*method)(A...) const;
  R operator()(A... args) { return (object->*method)(std::forward<A>(args)...); }
};
template <class R, class C, class... A>
struct BoundMethod<R (C::*)(A...) const noexcept> {
  const C* object;
  R (C::*method)(A...) const noexcept;
  R operator()(A... args) { return (object->*method)(std::forward<A>(args)...); }
};
#undef WEFT_DETAIL_BOUND_METHOD

/// Result<T> and CallResult<T> as T, whether it can fail, and its failure as a C error.
template <class T>
struct Returned {
  using Value = T;
  static constexpr bool can_fail = false;
};
template <class T>
struct Returned<Result<T, Error>> {
  using Value = T;
  static constexpr bool can_fail = true;
};
template <class T>
struct Returned<Result<T, Failure>> {
  using Value = T;
  static constexpr bool can_fail = true;
};
inline weft_error_t* release(Error error) { return error.release(); }
inline weft_error_t* release(Failure failure) { return std::move(failure).to_error().release(); }

/// A parameter as the host function declares it: by value, or by reference to const.
template <class P>
concept ReadOnlyParam =
    !std::is_lvalue_reference_v<P> || std::is_const_v<std::remove_reference_t<P>>;

template <class Args>
struct HostArgs;
template <class... A>
struct HostArgs<std::tuple<A...>> {
  static constexpr bool takes_caller = false;
  using Wasm = std::tuple<std::remove_cvref_t<A>...>;
  static_assert((!std::is_same_v<std::remove_cvref_t<A>, Caller> && ...),
                "weft: a host function takes its caller as weft::Caller&, and as the first "
                "parameter only");
  static_assert((WasmType<std::remove_cvref_t<A>> && ...),
                "weft: a parameter of this host function has no wasm type: " WEFT_DETAIL_WASM_TYPES
                "; and weft::Caller& only in front");
  static_assert((ReadOnlyParam<A> && ...),
                "weft: a host function's parameters are values of the guest: take them by value, "
                "not by reference");
};
template <class... A>
struct HostArgs<std::tuple<Caller&, A...>> : HostArgs<std::tuple<A...>> {
  static constexpr bool takes_caller = true;
};

template <class T>
inline constexpr bool kHasRefs = false;
template <class... A>
inline constexpr bool kHasRefs<std::tuple<A...>> = (WasmTypeOf<A>::is_ref || ...);

inline weft_error_t* incompatible_result() {
  constexpr std::string_view kText =
      "host function returned an incompatible value: it belongs to another store";
  return weft_error_new_code(WEFT_ERROR_WRONG_STORE, kText.data(), kText.size());
}

/// The C callback around a C++ callable. Nothing is boxed. `C` is Caller, which is not complete
/// here.
template <class F, class C = Caller>
struct HostCall {
  using Traits = CallableTraits<F>;
  using Args = HostArgs<typename Traits::Args>;
  using Wasm = typename Args::Wasm;
  using Value = typename Returned<typename Traits::Return>::Value;

  static std::unique_ptr<F> own(F f) { return std::make_unique<F>(std::move(f)); }

  static OwnedFuncType type() {
    return []<class... A>(std::type_identity<std::tuple<A...>>) {
      const auto params = types_of<A...>();
      const auto results = Results<Value>::types();
      return OwnedFuncType(
          weft_functype_new_exact(params.data(), params.size(), results.data(), results.size()));
    }(std::type_identity<Wasm>{});
  }

  static weft_error_t* call(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t) {
    return guard([&] { return run(*static_cast<F*>(env), caller, cells); });
  }

 private:
  static weft_error_t* run(F& f, weft_caller_t* caller, weft_raw_t* cells) {
    const auto invoke = [&](auto&&... args) -> typename Traits::Return {
      if constexpr (Args::takes_caller) {
        C c(caller);
        return f(c, std::move(args)...);
      } else {
        return f(std::move(args)...);
      }
    };
    weft_store_t* store = nullptr;  // only references need it
    if constexpr (kHasRefs<Wasm> || Results<Value>::has_refs) store = weft_caller_store(caller);
    if constexpr (Returned<typename Traits::Return>::can_fail) {
      auto result = std::apply(invoke, load(store, cells, std::type_identity<Wasm>{}));
      if (!result) return release(result.take_error());
      if constexpr (!std::is_void_v<Value>) {
        if (!Results<Value>::store(store, cells, *result)) return incompatible_result();
      }
    } else if constexpr (std::is_void_v<Value>) {
      std::apply(invoke, load(store, cells, std::type_identity<Wasm>{}));
    } else {
      if (!Results<Value>::store(
              store, cells, std::apply(invoke, load(store, cells, std::type_identity<Wasm>{}))))
        return incompatible_result();
    }
    return nullptr;
  }

  template <class... A>
  static std::tuple<A...> load([[maybe_unused]] weft_store_t* store,
                               [[maybe_unused]] const weft_raw_t* c,
                               std::type_identity<std::tuple<A...>>) {
    // Braces: the elements are evaluated from left to right.
    return std::tuple<A...>{[&] {
      const weft_raw_t* at = c;
      c += WasmTypeOf<A>::cells;
      return WasmTypeOf<A>::load(store, at);
    }()...};
  }
};

/// A host function whose type is known at run time only.
template <class F, class C = Caller>
struct DynamicCall {
  FuncType type;
  F f;

  static std::unique_ptr<DynamicCall> own(const FuncType& type, F f) {
    static_assert(
        std::is_same_v<std::invoke_result_t<F&, C&, std::span<const Val>, std::span<Val>>,
                       Result<void>>,
        "weft: a host function of a run-time type is Result<void>(Caller&, std::span<const Val> "
        "args, std::span<Val> results)");
    return std::unique_ptr<DynamicCall>(new DynamicCall{type, std::move(f)});
  }

  static weft_error_t* call(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t) {
    return guard([&] { return static_cast<DynamicCall*>(env)->run(caller, cells); });
  }

 private:
  weft_error_t* run(weft_caller_t* caller, weft_raw_t* cells) {
    const size_t params = type.params().size();
    const size_t count = params + type.results().size();
    std::array<Val, 16> few;  // most calls need no allocation
    std::vector<Val> many(count > few.size() ? count : 0);
    Val* const vals = many.empty() ? few.data() : many.data();
    weft_store_t* const store = weft_caller_store(caller);
    const weft_raw_t* from = cells;
    for (size_t i = 0; i < params; ++i) {
      const ValType& t = type.params()[i];
      vals[i] = Val(weft_val_from_raw(store, &t.c_api(), from));
      from += t.kind() == WEFT_V128 ? 2 : 1;
    }
    for (size_t i = params; i < count; ++i) vals[i] = Val::null(type.results()[i - params].kind());
    C c(caller);
    auto done =
        f(c, std::span<const Val>(vals, params), std::span<Val>(vals + params, count - params));
    if (!done) return done.take_error().release();
    for (size_t i = params; i < count; ++i) {
      const ValType& t = type.results()[i - params];
      if (weft_error_t* e = weft_val_to_raw(store, &t.c_api(), &vals[i].c_api(), cells)) return e;
      cells += t.kind() == WEFT_V128 ? 2 : 1;
    }
    return nullptr;
  }
};

}  // namespace detail

}  // namespace v0
}  // namespace weft
