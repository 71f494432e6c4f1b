// What the headers share: checks, payload kinds, and the boundary at which C++ exceptions stop.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "weft/c/invocation.h"
#include "weft/result.hpp"

#if defined(__cpp_exceptions)
#include <exception>
#endif

namespace weft {
inline namespace v0 {
namespace detail {

inline Result<void> check(weft_error_t* e) {
  if (e != nullptr) return Error(e);
  return {};
}

inline Error wrong_store(std::string_view message) {
  return Error(weft_error_new_code(WEFT_ERROR_WRONG_STORE, message.data(), message.size()));
}

template <class...>
inline constexpr bool kAlwaysFalse = false;

/// One address per C++ type: says what a payload is, without run-time type information.
template <class T>
struct Kind {
  static inline char tag = 0;  // not const: linkers merge equal constants
};
template <class T>
const void* kind_of() {
  return &Kind<T>::tag;
}

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
  weft_error_t* const error =
      weft_error_new_payload(text.data(), text.size(), &kExceptionPayload,
                             new std::exception_ptr(std::current_exception()),
                             [](void* p) { delete static_cast<std::exception_ptr*>(p); });
  weft_error_set_final(error);  // an invocation that it ends cannot be resumed
  return error;
}
#endif

/// Runs the embedder's code below guest or C frames: an exception becomes an error that carries it.
template <class F>
weft_error_t* guard(F&& f) {
#if defined(__cpp_exceptions)
  try {
    return std::forward<F>(f)();
  } catch (...) {
    return carry_exception();
  }
#else
  return std::forward<F>(f)();
#endif
}

}  // namespace detail
}  // namespace v0
}  // namespace weft
