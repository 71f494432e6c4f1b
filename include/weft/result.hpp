// Error, Trap and Result: how everything that can fail says so. Works with and without exceptions.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "weft/weft.h"

#if defined(__cpp_exceptions)
#include <exception>
#include <stdexcept>
#endif

namespace weft {
inline namespace v0 {

namespace detail {
template <auto Delete>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Delete(p);
  }
};
inline std::string_view view(weft_str_t s) { return {s.data, s.size}; }
inline std::string take(weft_bytes_t bytes) {
  std::string s(reinterpret_cast<const char*>(bytes.data), bytes.size);
  weft_bytes_delete(&bytes);
  return s;
}
/// Its address marks an error that carries a std::exception_ptr.
inline char kExceptionPayload = 0;
}  // namespace detail

/// A refusal: bad input, a missing import, a limit. Move-only.
class Error {
 public:
  /// Takes the C error.
  explicit Error(weft_error_t* error) : error_(error) {}
  /// An error of the host, to be returned by a host function.
  explicit Error(std::string_view message)
      : error_(weft_error_new(message.data(), message.size())) {}
  /// Returned by a host function, it ends the guest program with this status; not a trap.
  static Error exit(int32_t status) { return Error(weft_error_exit(status)); }

  /// The class of the error.
  weft_error_code_t code() const { return weft_error_code(error_.get()); }
  /// Begins with the specification's phrase. Lives as long as the error.
  std::string_view message() const { return detail::view(weft_error_message(error_.get())); }
  /// Byte offset in the module, UINT64_MAX where there is none.
  uint64_t offset() const { return weft_error_offset(error_.get()); }
  /// The C error, now the caller's.
  weft_error_t* release() { return error_.release(); }

 private:
  std::unique_ptr<weft_error_t, detail::Deleter<weft_error_delete>> error_;
};

/// A function of the guest that was being executed.
struct Frame {
  /// In the index space of its module.
  uint32_t func_index;
  uint32_t module_offset;  ///< Bytes from the start of the module.
  /// From the name section or an export; empty where unknown.
  std::string_view func_name;
  /// Empty where unknown.
  std::string_view module_name;
};

/// A function of the guest's source and a place in it, from debug information. Unknown: empty or 0.
struct SourceFrame {
  /// As the source calls it.
  std::string_view function;
  std::string_view file;  ///< As the compiler was given it.
  /// From 1.
  uint32_t line;
  /// From 1.
  uint32_t column;
};

/// Why guest code ended early. Move-only.
class Trap {
 public:
  /// Takes the C trap.
  explicit Trap(weft_trap_t* trap) : trap_(trap) {}
  /// Numbers as in src/wasm/traps.def.
  weft_trap_code_t code() const { return weft_trap_code(trap_.get()); }
  /// One line, without the backtrace. Lives as long as the trap.
  std::string_view message() const { return detail::view(weft_trap_message(trap_.get())); }
  /// True and the status if the guest ended the program (WASI proc_exit).
  bool exit_status(int32_t& status) const { return weft_trap_exit_status(trap_.get(), &status); }
  /// The text of the host function's error, or empty.
  std::string_view host_error() const {
    const weft_error_t* e = weft_trap_host_error(trap_.get());
    return e != nullptr ? detail::view(weft_error_message(e)) : std::string_view();
  }
  /// How many frames the backtrace has.
  size_t frame_count() const { return weft_trap_frame_count(trap_.get()); }
  /// Innermost first; the strings live as long as the trap.
  Frame frame(size_t i) const {
    const weft_frame_t f = weft_trap_frame(trap_.get(), i);
    return {f.func_index, f.module_offset, detail::view(f.func_name), detail::view(f.module_name)};
  }
  /// How many functions of the source a frame stands for: 0 without debug information, more than 1
  /// if calls were inlined.
  size_t source_count(size_t frame) const { return weft_trap_source_count(trap_.get(), frame); }
  /// The innermost function first; the strings live as long as the trap.
  SourceFrame source(size_t frame, size_t i) const {
    const weft_source_t s = weft_trap_source(trap_.get(), frame, i);
    return {detail::view(s.function), detail::view(s.file), s.line, s.column};
  }
  /// Returned by a host function, the error ends it as this guest call ended; a wasm exception goes
  /// on to the guest outside.
  Error pass_on() && { return Error(weft_error_from_trap(trap_.release())); }
  /// The C trap.
  const weft_trap_t* c_api() const { return trap_.get(); }
  /// With Config option "core_dumps": the state of the store at the trap; empty otherwise.
  std::span<const uint8_t> core_dump() const {
    const uint8_t* data = nullptr;
    const size_t size = weft_trap_core_dump(trap_.get(), &data);
    return {data, size};
  }
  /// "  0: 0x1a2b - module!function\n" for each frame.
  std::string backtrace() const { return detail::take(weft_trap_backtrace(trap_.get())); }

#if defined(__cpp_exceptions)
  /// If a host function threw, throws that exception on, with its type; else returns.
  void rethrow_host_exception() const {
    const weft_error_t* e = weft_trap_host_error(trap_.get());
    if (e == nullptr) return;
    if (void* payload = weft_error_payload(e, &detail::kExceptionPayload)) {
      std::rethrow_exception(*static_cast<std::exception_ptr*>(payload));
    }
  }
#endif

 private:
  std::unique_ptr<weft_trap_t, detail::Deleter<weft_trap_delete>> trap_;
};

/// A call or an instantiation that did not return: refused before it ran, or trapped.
class Failure {
 public:
  /// It was refused.
  Failure(Error error) : reason_(std::move(error)) {}
  /// It trapped.
  Failure(Trap trap) : reason_(std::move(trap)) {}
  /// Null if it trapped.
  const Error* error() const { return std::get_if<Error>(&reason_); }
  /// Null if it was refused.
  const Trap* trap() const { return std::get_if<Trap>(&reason_); }
  /// Returned by a host function, the error ends it as the call that failed ended.
  Error to_error() && {
    if (Trap* trap = std::get_if<Trap>(&reason_)) return std::move(*trap).pass_on();
    return std::move(std::get<Error>(reason_));
  }
  /// Of the error or the trap. Lives as long as this.
  std::string_view message() const {
    return trap() != nullptr ? trap()->message() : error()->message();
  }

 private:
  std::variant<Error, Trap> reason_;
};

#if defined(__cpp_exceptions)
/// Thrown by Result::value() where exceptions are on.
class Exception : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
#endif

/// A value or why there is none. `value()` throws weft::Exception (or the host function's own
/// exception) where exceptions are on, and stops the program with the message where they are off.
template <class T, class E = Error>
class [[nodiscard]] Result {
  using Stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

 public:
  /// Success without a value.
  Result()
    requires std::is_void_v<T>
      : state_(std::in_place_index<0>) {}
  /// Success.
  template <class U = Stored>
    requires(std::is_constructible_v<Stored, U &&> &&
             !std::is_same_v<std::remove_cvref_t<U>, Result> &&
             !std::is_same_v<std::remove_cvref_t<U>, E>)
  Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  /// Why there is no value.
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  /// True for success.
  explicit operator bool() const { return state_.index() == 0; }
  /// True for success.
  bool ok() const { return state_.index() == 0; }
  /// Only if not ok().
  const E& error() const { return std::get<1>(state_); }
  /// Only if not ok().
  E take_error() { return std::move(std::get<1>(state_)); }

  /// The value; only if ok(), which is not checked.
  Stored& operator*() & { return *std::get_if<0>(&state_); }
  /// See above.
  const Stored& operator*() const& { return *std::get_if<0>(&state_); }
  /// See above.
  Stored&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  /// Only if ok().
  Stored* operator->() { return std::get_if<0>(&state_); }
  /// Only if ok().
  const Stored* operator->() const { return std::get_if<0>(&state_); }

  /// The value; throws or stops the program if there is none.
  Stored& value() & {
    if (!ok()) raise();
    return **this;
  }
  /// See above.
  Stored value() && {
    if (!ok()) raise();
    return std::move(*std::get_if<0>(&state_));
  }

 private:
  [[noreturn]] void raise() const {
    const std::string text(error().message());
#if defined(__cpp_exceptions)
    if constexpr (std::is_same_v<E, Failure>) {
      if (error().trap() != nullptr) error().trap()->rethrow_host_exception();
    }
    throw Exception(text);
#else
    std::fprintf(stderr, "weft: %s\n", text.c_str());
    std::abort();
#endif
  }

  std::variant<Stored, E> state_;
};

/// What a call of the guest gives.
template <class T>
using CallResult = Result<T, Failure>;

}  // namespace v0
}  // namespace weft
