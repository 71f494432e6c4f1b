// Loads and stores fused with an operator, guarded memory.
#include "interp/dispatch.hpp"
#define WEFT_CHECKED (!WEFT_TAIL_DISPATCH)
#include "interp/handlers_mem.inl"

namespace weft::interp {

#define WEFT_SHOP(id, outer, shift)
#define WEFT_MADD(id, fn)
#define WEFT_ADDBR(w, id, add, cmp)
#define WEFT_SELCMP(w, id, cmp)
#define WEFT_MISC(id, fields, bytes)

WX_FAMILY(load_op_guarded) {
#include "interp/isa_fused.def"
}

}  // namespace weft::interp
