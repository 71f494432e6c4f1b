// The error type of everything that can be refused: bad input, a resource that cannot be had.
// Guest misbehaviour is a Trap (wasm/traps.hpp), a bug of ours is WEFT_CHECK (base/check.hpp). ADR
// 0004.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

/// What went wrong, as a class a program can act on. One row each in base/errors.def.
enum class ErrorCode : uint8_t {
#define WEFT_ERROR(id, text) id,
#include "base/errors.def"
#undef WEFT_ERROR
};

/// The spec's word for the class, e.g. "malformed".
std::string_view to_string(ErrorCode code);

/// A refusal. `message` begins with the spec's phrase and goes on with detail, expected and actual.
/// `offset` is a byte offset into the module (or text), `kNoOffset` where there is none.
struct Error {
  static constexpr uint64_t kNoOffset = ~uint64_t{0};

  ErrorCode code{};
  std::string message;
  uint64_t offset = kNoOffset;

  Error(ErrorCode code_, std::string message_, uint64_t offset_ = kNoOffset)
      : code(code_), message(std::move(message_)), offset(offset_) {}
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message,
                                   uint64_t offset = Error::kNoOffset) {
  return std::unexpected<Error>(std::in_place, code, std::move(message), offset);
}

}  // namespace weft

#define WEFT_CONCAT_(a, b) a##b
#define WEFT_CONCAT(a, b) WEFT_CONCAT_(a, b)

/// Leaves the enclosing function with the error of `expr` (a Result<void>).
#define WEFT_TRY(expr)                                            \
  do {                                                            \
    if (auto weft_try_result = (expr); !weft_try_result) {        \
      return std::unexpected(std::move(weft_try_result.error())); \
    }                                                             \
  } while (false)

/// `WEFT_ASSIGN(auto x, expr);` declares x from a Result or leaves with its error.
#define WEFT_ASSIGN(decl, expr) WEFT_ASSIGN_(WEFT_CONCAT(weft_result_, __LINE__), decl, expr)
#define WEFT_ASSIGN_(tmp, decl, expr)                       \
  auto tmp = (expr);                                        \
  if (!tmp) return std::unexpected(std::move(tmp.error())); \
  decl = std::move(*tmp)
