// Why guest code stopped: the trap kinds of traps.def, and the two ways a host function ends a call
// early, which leave the guest by the same exit. Suspensions are not traps (engine/).
#pragma once

#include <cstdint>
#include <string_view>

namespace weft::wasm {

enum class TrapCode : uint8_t {
  none = 0,
#define WEFT_TRAP(id, number, text) id = number,
#include "wasm/traps.def"
#undef WEFT_TRAP
  host_error = 254,      // a host function returned an error; it is in the trap record
  host_exception = 255,  // a host function threw; the C++ exception is carried in the trap record
};

/// The text a user sees, e.g. "integer divide by zero".
constexpr std::string_view to_string(TrapCode code) {
  switch (code) {
    case TrapCode::none: return "no trap";
#define WEFT_TRAP(id, number, text) \
  case TrapCode::id: return text;
#include "wasm/traps.def"
#undef WEFT_TRAP
    case TrapCode::host_error: return "host error";
    case TrapCode::host_exception: return "host exception";
  }
  return "unknown trap";
}

/// The enumerator's name, e.g. "integer_divide_by_zero": for --json output and tests.
constexpr std::string_view id_of(TrapCode code) {
  switch (code) {
    case TrapCode::none: return "none";
#define WEFT_TRAP(id, number, text) \
  case TrapCode::id: return #id;
#include "wasm/traps.def"
#undef WEFT_TRAP
    case TrapCode::host_error: return "host_error";
    case TrapCode::host_exception: return "host_exception";
  }
  return "unknown";
}

/// Whether the guest itself misbehaved (or was stopped), as opposed to a host function.
constexpr bool is_guest_trap(TrapCode code) {
  return code != TrapCode::none && code < TrapCode::host_error;
}

}  // namespace weft::wasm
