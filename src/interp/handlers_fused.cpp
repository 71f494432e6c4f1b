// Handlers of isa_fused.def that touch no memory.
#include "interp/handlers_plain.inl"

namespace weft::interp {

#define WEFT_LOP(id, op, mem)
#define WEFT_MADD(id, fn)
#define WEFT_MISC(id, fields, bytes)

WX_FAMILY(fused) {
#include "interp/isa_fused.def"
  WX_FUSED_CHAINS
}

}  // namespace weft::interp
