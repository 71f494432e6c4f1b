// What a WASI function tells its caller: an errno for the guest, or that the guest is not to run
// on.
#pragma once

#include <cstdint>

#include "wasi/errno.hpp"

namespace weft::wasi {

/// `done`: return `errno` to the guest. `exit`: proc_exit(code), unwind without running more guest
/// code; not a trap. `interrupted`: the embedder cancelled or the deadline passed while the call
/// was waiting; nothing was written.
class Outcome {
 public:
  enum class Kind : uint8_t { done, exit, interrupted };

  // Not explicit: `return Errno::badf;` is how nearly every function ends.
  constexpr Outcome(Errno error) : kind_(Kind::done), value_(static_cast<uint32_t>(error)) {}

  static constexpr Outcome exit(uint32_t code) { return Outcome(Kind::exit, code); }
  static constexpr Outcome interrupted() { return Outcome(Kind::interrupted, 0); }

  constexpr Kind kind() const { return kind_; }
  constexpr bool is_done() const { return kind_ == Kind::done; }
  constexpr Errno error() const { return static_cast<Errno>(value_); }
  constexpr uint32_t exit_code() const { return value_; }
  constexpr bool operator==(const Outcome&) const = default;

 private:
  constexpr Outcome(Kind kind, uint32_t value) : kind_(kind), value_(value) {}

  Kind kind_;
  uint32_t value_;
};

}  // namespace weft::wasi
