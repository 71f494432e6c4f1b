// function_ref<R(A...)>: a borrowed callable, two words, no allocation. It must not outlive what it
// refers to, so it is a parameter type and nothing else (after P0792).
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace weft {

template <class Signature>
class function_ref;

template <class R, class... A>
class function_ref<R(A...)> {
 public:
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, function_ref> &&
             !std::is_function_v<std::remove_reference_t<F>> && std::is_invocable_r_v<R, F&, A...>)
  function_ref(
      F&& f) noexcept  // implicit on purpose: a lambda is the argument
                       // SAFETY: the constness dropped here is restored by the cast in `call_`.
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* object, A... args) -> R {
          // SAFETY: `object` is the address of the F taken above.
          return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<A>(args)...);
        }) {}

  R operator()(A... args) const { return call_(object_, std::forward<A>(args)...); }

 private:
  void* object_;
  R (*call_)(void*, A...);
};

}  // namespace weft
