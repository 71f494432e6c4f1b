// Linker: host functions from callables, and instantiation by name.
#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/caller.hpp"
#include "weft/gc.hpp"

namespace weft {
inline namespace v0 {

/// Names to things. One thread at a time; may be used for many stores of its engine. Error of all
/// definitions: bad_argument (defined twice).
class Linker {
 public:
  /// Of this engine only.
  explicit Linker(const Engine& engine) : linker_(weft_linker_new(engine.c_api())) {}

  /// `linker.func("env", "add", [](int32_t a, int32_t b) { return a + b; })`: a lambda, a function
  /// pointer or a functor. A leading `Caller&` gets the calling instance; several results are a
  /// std::tuple; an Error (from a `Result<T>`) becomes a trap that carries it.
  template <class F>
  Result<void> func(std::string_view module, std::string_view name, F f) {
    auto owned = detail::HostCall<F>::own(std::move(f));
    return func_raw(module, name, detail::HostCall<F>::type(), &detail::HostCall<F>::call, owned);
  }
  /// A member function of an object that outlives the linker and the stores it is used with.
  template <class C, class M>
    requires std::is_member_function_pointer_v<M>
  Result<void> func(std::string_view module, std::string_view name, M method, C* object) {
    return func(module, name, detail::BoundMethod<M>{object, method});
  }
  /// Of a type known at run time: see Func::make.
  template <class F>
  Result<void> func(std::string_view module, std::string_view name, const FuncType& type, F f) {
    auto owned = detail::DynamicCall<F>::own(type, std::move(f));
    return func_raw(module, name, type.c_api(), &detail::DynamicCall<F>::call, owned);
  }
  /// A thing of a store. Error: wrong_store.
  Result<void> define(StoreRef store, std::string_view module, std::string_view name,
                      const Extern& item) {
    return define(store, module, name, item.c_api());
  }
  /// As above, a C handle.
  Result<void> define(StoreRef store, std::string_view module, std::string_view name,
                      const weft_extern_t& item) {
    return detail::check(weft_linker_define(linker_.get(), store.c_api(), module.data(),
                                            module.size(), name.data(), name.size(), &item));
  }
  /// All exports of an instance under one module name. Error: wrong_store.
  Result<void> instance(StoreRef store, std::string_view module, const Instance& i) {
    return detail::check(weft_linker_instance(linker_.get(), store.c_api(), module.data(),
                                              module.size(), i.c_api()));
  }
  /// WASI preview 1; what it may touch is the store's WasiConfig.
  Result<void> wasi() { return detail::check(weft_linker_wasi(linker_.get())); }

  /// All missing imports are named in one error. Errors as of Instance::make.
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
  /// The C linker.
  weft_linker_t* c_api() const { return linker_.get(); }

 private:
  template <class Type, class Env>
  Result<void> func_raw(std::string_view module, std::string_view name, const Type& type,
                        weft_callback_t call, std::unique_ptr<Env>& env) {
    // The finalizer runs in any case.
    return detail::check(weft_linker_func(linker_.get(), module.data(), module.size(), name.data(),
                                          name.size(), type.get(), call, env.release(),
                                          [](void* p) { delete static_cast<Env*>(p); }));
  }
  std::unique_ptr<weft_linker_t, detail::Deleter<weft_linker_delete>> linker_;
};

}  // namespace v0
}  // namespace weft
