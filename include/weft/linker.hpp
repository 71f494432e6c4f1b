// Linker: host functions from lambdas, and instantiation by name.
#pragma once

#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "weft/store.hpp"

namespace weft {
inline namespace v0 {

namespace detail {

/// Signature of a callable: of its call operator, or of the function itself.
template <class F>
struct CallableTraits : CallableTraits<decltype(&F::operator())> {};
template <class R, class... A>
struct CallableTraits<R (*)(A...)> {
  using Return = R;
  using Args = std::tuple<A...>;
};
template <class R, class C, class... A>
struct CallableTraits<R (C::*)(A...)> : CallableTraits<R (*)(A...)> {};
template <class R, class C, class... A>
struct CallableTraits<R (C::*)(A...) const> : CallableTraits<R (*)(A...)> {};
template <class R, class... A>
struct CallableTraits<R (*)(A...) noexcept> : CallableTraits<R (*)(A...)> {};
template <class R, class C, class... A>
struct CallableTraits<R (C::*)(A...) noexcept> : CallableTraits<R (*)(A...)> {};
template <class R, class C, class... A>
struct CallableTraits<R (C::*)(A...) const noexcept> : CallableTraits<R (*)(A...)> {};

template <class T>
struct IsResult : std::false_type {
  using Value = T;
};
template <class T>
struct IsResult<Result<T, Error>> : std::true_type {
  using Value = T;
};

template <class Args>
struct HostArgs;
template <class... A>
struct HostArgs<std::tuple<A...>> {
  static constexpr bool takes_caller = false;
  using Wasm = std::tuple<std::remove_cvref_t<A>...>;
};
template <class... A>
struct HostArgs<std::tuple<Caller&, A...>> {
  static constexpr bool takes_caller = true;
  using Wasm = std::tuple<std::remove_cvref_t<A>...>;
};

#if defined(__cpp_exceptions)
/// Packs the exception in flight into an error; it is thrown on where the embedder called the
/// guest.
inline weft_error_t* carry_exception() {
  std::string text = "exception thrown by a host function";
  try {
    throw;
  } catch (const std::exception& e) {
    text = e.what();
  } catch (...) {
  }
  return weft_error_new_payload(text.data(), text.size(), &kExceptionPayload,
                                new std::exception_ptr(std::current_exception()),
                                [](void* p) { delete static_cast<std::exception_ptr*>(p); });
}
#endif

/// The C callback around a C++ callable. Types are deduced; nothing is boxed.
template <class F>
struct HostCall {
  using Traits = CallableTraits<F>;
  using Args = HostArgs<typename Traits::Args>;
  using Wasm = typename Args::Wasm;
  using Return = IsResult<typename Traits::Return>;
  using Value = typename Return::Value;

  static weft_functype_t* type() {
    return []<class... A>(std::type_identity<std::tuple<A...>>) {
      static_assert((WasmType<A> && ...),
                    "a parameter of this host function has no wasm type: use int32_t, uint32_t, "
                    "int64_t, uint64_t, float, double, V128, and Caller& only in front");
      constexpr std::array<weft_valkind_t, sizeof...(A)> params{WasmTypeOf<A>::kind...};
      return weft_functype_new(params.data(), params.size(), Results<Value>::kinds.data(),
                               Results<Value>::kinds.size());
    }(std::type_identity<Wasm>{});
  }

  static weft_error_t* call(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t) {
#if defined(__cpp_exceptions)
    try {
      return run(*static_cast<F*>(env), caller, cells);
    } catch (...) {
      return carry_exception();
    }
#else
    return run(*static_cast<F*>(env), caller, cells);
#endif
  }

 private:
  static weft_error_t* run(F& f, weft_caller_t* caller, weft_raw_t* cells) {
    const auto invoke = [&](auto&&... args) -> typename Traits::Return {
      if constexpr (Args::takes_caller) {
        Caller c(caller);
        return f(c, args...);
      } else {
        return f(args...);
      }
    };
    Wasm args = load(cells, std::type_identity<Wasm>{});
    if constexpr (Return::value) {
      auto result = std::apply(invoke, args);
      if (!result) return result.take_error().release();
      if constexpr (!std::is_void_v<Value>) Results<Value>::store(cells, *result);
    } else if constexpr (std::is_void_v<Value>) {
      std::apply(invoke, args);
    } else {
      Results<Value>::store(cells, std::apply(invoke, args));
    }
    return nullptr;
  }

  template <class... A>
  static std::tuple<A...> load([[maybe_unused]] const weft_raw_t* c,
                               std::type_identity<std::tuple<A...>>) {
    // Braces: the elements are evaluated from left to right.
    return std::tuple<A...>{[&] {
      const weft_raw_t* at = c;
      c += WasmTypeOf<A>::cells;
      return WasmTypeOf<A>::load(at);
    }()...};
  }
};

}  // namespace detail

/// Names to things. One thread at a time; may be used for many stores of its engine.
class Linker {
 public:
  explicit Linker(const Engine& engine) : linker_(weft_linker_new(engine.c_api())) {}

  /// `linker.func("env", "add", [](int32_t a, int32_t b) { return a + b; })`. A leading `Caller&`
  /// gets the calling instance; several results are a std::tuple; an Error (from a `Result<T>`)
  /// becomes a trap that carries it.
  template <class F>
  Result<void> func(std::string_view module, std::string_view name, F f) {
    using Call = detail::HostCall<F>;
    const std::unique_ptr<weft_functype_t, detail::Deleter<weft_functype_delete>> type(
        Call::type());
    return check(weft_linker_func(linker_.get(), module.data(), module.size(), name.data(),
                                  name.size(), type.get(), &Call::call, new F(std::move(f)),
                                  [](void* p) { delete static_cast<F*>(p); }));
  }
  Result<void> define(StoreRef store, std::string_view module, std::string_view name,
                      const weft_extern_t& item) {
    return check(weft_linker_define(linker_.get(), store.c_api(), module.data(), module.size(),
                                    name.data(), name.size(), &item));
  }
  /// All exports of an instance under one module name.
  Result<void> instance(StoreRef store, std::string_view module, const Instance& i) {
    return check(weft_linker_instance(linker_.get(), store.c_api(), module.data(), module.size(),
                                      i.c_api()));
  }
  /// WASI preview 1; what it may touch is the store's WasiConfig.
  Result<void> wasi() { return check(weft_linker_wasi(linker_.get())); }

  /// All missing imports are named in one error.
  CallResult<Instance> instantiate(StoreRef store, const Module& module) {
    weft_instance_t instance{};
    weft_trap_t* trap = nullptr;
    if (weft_error_t* e = weft_linker_instantiate(linker_.get(), store.c_api(), module.c_api(),
                                                  &instance, &trap)) {
      return Failure(Error(e));
    }
    if (trap != nullptr) return Failure(Trap(trap));
    return Instance(instance);
  }

 private:
  static Result<void> check(weft_error_t* e) {
    if (e != nullptr) return Error(e);
    return {};
  }
  std::unique_ptr<weft_linker_t, detail::Deleter<weft_linker_delete>> linker_;
};

}  // namespace v0
}  // namespace weft
