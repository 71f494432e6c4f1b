// Loads and stores of memory 0, guarded. The loop dispatcher has no registers a fault could be
// resolved from: it always checks.
#include "interp/dispatch.hpp"
#define WEFT_CHECKED (!WEFT_TAIL_DISPATCH)
#include "interp/handlers_mem.inl"

namespace weft::interp {

WX_FAMILY(memory_guarded) {
#include "interp/isa_memory.def"
}

}  // namespace weft::interp
