// Memory has run out, in code that takes it other than by `new`. ADR 0019.
#pragma once

namespace weft {

/// Throws std::bad_alloc, as `new` does.
[[noreturn]] void throw_out_of_memory();

}  // namespace weft
