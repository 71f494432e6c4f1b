// Loads and stores fused with an operator, checked memory.
#include "interp/dispatch.hpp"
#define WEFT_CHECKED 1
#include "interp/handlers_mem.inl"

namespace weft::interp {

#define WEFT_SHOP(id, outer, shift)
#define WEFT_MADD(id, fn)
#define WEFT_ADDBR(w, id, add, cmp)
#define WEFT_SELCMP(w, id, cmp)
#define WEFT_MISC(id, fields, bytes)

WX_FAMILY(load_op_checked) {
#include "interp/isa_fused.def"
}

}  // namespace weft::interp
