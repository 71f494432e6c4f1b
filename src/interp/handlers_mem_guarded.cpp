// Loads and stores of memory 0, guarded. The loop dispatcher has no registers a fault could be
// resolved from: it always checks.
#include "interp/dispatch.hpp"
#define WEFT_CHECKED (!WEFT_TAIL_DISPATCH)
#include "interp/handlers_mem.inl"

namespace weft::interp {

void install_memory_guarded(HandlerTable& table) {
#include "interp/isa_memory.def"
}

}  // namespace weft::interp
