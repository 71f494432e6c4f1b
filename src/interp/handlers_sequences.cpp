// Handlers of isa_sequences.def: the parts' own handlers, each going on in the next one's.
#define WEFT_SEQUENCES
#include "interp/dispatch.hpp"
#define WEFT_CHECKED (!WEFT_TAIL_DISPATCH)
#include "interp/handlers_mem.inl"
#include "interp/handlers_plain.inl"

namespace weft::interp {
namespace {

// A Part for every instruction that may be in a sequence.
#include "interp/isa_convert.def"
#include "interp/isa_float.def"
#include "interp/isa_i32.def"
#include "interp/isa_i64.def"
#include "interp/isa_memory.def"
#define WEFT_BR4(w, op) \
  WX_PUT_BR(op, s, s) WX_PUT_BR(op, s, i) WX_PUT_BR(op, a, s) WX_PUT_BR(op, a, i)
#define WEFT_BRF(w, op) \
  WX_PUT_BRF(op, s, s)  \
  WX_PUT_BRF(op, s, i) WX_PUT_BRF(op, a, s) WX_PUT_BRF(op, a, i) WX_PUT_BRF(op, s, a)
#include "interp/isa_branch.def"
#define WEFT_MADD(id, fn)
#define WEFT_MISC(id, fields, bytes)
#include "interp/isa_fused.def"
WX_CONTROL_CHAINS
WX_FUSED_CHAINS

template <Code kFirst, Code... kRest>
struct Chain {
  static constexpr Handler kHandler = Part<kFirst, Then<Chain<kRest...>::kHandler>>::kHandler;
};
template <Code kLast>
struct Chain<kLast> {
  static constexpr Handler kHandler = Part<kLast, Dispatch>::kHandler;
};

}  // namespace

WX_FAMILY(sequences) {
  using enum Code;
  enum : size_t { kRows = __COUNTER__ + 1 };
#define WEFT_SEQUENCE(...) \
  WX_PUT_AT(kCodeCount + (__COUNTER__ - kRows), Chain<__VA_ARGS__>::kHandler);
#include "interp/isa_sequences.def"
#undef WEFT_SEQUENCE
}

}  // namespace weft::interp
