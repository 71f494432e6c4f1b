// Handlers of isa_fused.def, checked memory.
#include "interp/handlers.hpp"

namespace weft::interp {

void install_fused_checked(HandlerTable&) {}

}  // namespace weft::interp
