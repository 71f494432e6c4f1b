// The error codes a guest sees, and the one translation from the host's errno to them.
#pragma once

#include <cstdint>
#include <string_view>

namespace weft::wasi {

enum class Errno : uint16_t {
#define WASI_ERRNO(name, number, host) name = number,
#include "wasi/errno.def"
#undef WASI_ERRNO
};

/// The guest's code for a host errno; `io` for one that has no counterpart.
Errno errno_from_host(int host_errno);

/// The short name of the specification, e.g. "noent"; for tests and traces.
std::string_view to_string(Errno error);

}  // namespace weft::wasi
