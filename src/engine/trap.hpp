// How a call into the guest ends: results, or a Trap, or an ExitRequest, or an error of a host
// function.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "runtime/backtrace.hpp"
#include "runtime/gc_object.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::engine {

using runtime::TrapCode;

/// Why a call did not finish.
struct Trap {
  enum class Kind : uint8_t {
    trap,   // the guest misbehaved or was stopped: `code` tells
    error,  // the call was refused before it ran (bad_argument, wrong_store), or a host function
            // returned an error
    exit,   // the guest asked for the end of the program: not a trap; `exit_code` tells
    exception,  // a host function threw; `payload` is the carried C++ exception
  };
  Kind kind = Kind::trap;
  TrapCode code = TrapCode::none;
  ErrorCode error_code = ErrorCode::host;  ///< error only
  uint32_t exit_code = 0;
  std::string
      message;  ///< One line: "out of bounds memory access: address 0x.. in memory of size 0x.."
  runtime::Backtrace backtrace;
  std::vector<std::byte> core_dump;  ///< With Config::core_dumps: core_dump.hpp; else empty.
  std::shared_ptr<void> payload;
  /// unhandled_exception: the exception, valid in its store as long as the host call in which the
  /// guest was called; where there is none, until the next uncaught exception.
  runtime::Ref exception = runtime::kNullRef;
  uint64_t store_id = 0;  ///< The store that `exception` is of.

  /// Message and backtrace, one frame per line.
  std::string text() const;
};

/// Success, or why not. Cheap when it succeeds.
class [[nodiscard]] CallResult {
 public:
  CallResult() = default;
  CallResult(Trap trap) : trap_(std::make_unique<Trap>(std::move(trap))) {}
  explicit operator bool() const { return trap_ == nullptr; }
  bool ok() const { return trap_ == nullptr; }
  const Trap& trap() const { return *trap_; }
  std::unique_ptr<Trap> take() { return std::move(trap_); }

 private:
  std::unique_ptr<Trap> trap_;
};

}  // namespace weft::engine
