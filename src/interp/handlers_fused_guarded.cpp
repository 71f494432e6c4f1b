// Handlers of isa_fused.def, guarded memory.
#include "interp/handlers.hpp"

namespace weft::interp {

void install_fused_guarded(HandlerTable&) {}

}  // namespace weft::interp
