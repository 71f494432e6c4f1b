// The guest's clocks: the embedder's source where one is given, else the host's.
#pragma once

#include <cstdint>

#include "wasi/context.hpp"

namespace weft::wasi {

/// The time of `clock` in nanoseconds.
Errno read_clock(const Context& context, ClockId clock, uint64_t& out);

}  // namespace weft::wasi
