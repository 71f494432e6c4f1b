#include "base/out_of_memory.hpp"

#include <new>

namespace weft {

void throw_out_of_memory() { throw std::bad_alloc(); }

}  // namespace weft
