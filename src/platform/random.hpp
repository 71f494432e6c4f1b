// Random bytes of the operating system, good enough for keys.
#pragma once

#include <cstdint>
#include <span>

#include "platform/os_error.hpp"

namespace weft::platform {

/// Fills all of `out`; waits at boot until the system has gathered enough entropy.
OsResult<> fill_random(std::span<uint8_t> out);

}  // namespace weft::platform
