// Loads and stores of memory 0, checked. The loop dispatcher has no registers a fault could be
// resolved from: it always checks.
#include "interp/dispatch.hpp"
#define WEFT_CHECKED 1
#include "interp/handlers_mem.inl"

namespace weft::interp {

WX_FAMILY(memory_checked) {
#include "interp/isa_memory.def"
}

}  // namespace weft::interp
