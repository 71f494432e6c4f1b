// weft.h: modules as text.
#include "api/objects.hpp"
#include "binary/decoder.hpp"
#include "text/printer.hpp"
#include "weft/c/text.h"

using namespace weft;

extern "C" {

weft_error_t* weft_wasm_to_wat(const uint8_t* wasm, size_t size, uint32_t flags,
                               weft_bytes_t* out) try {
  WEFT_ASSIGN_C(const auto module, binary::decode_module(std::as_bytes(std::span(wasm, size)),
                                                         wasm::FeatureSet::all(), nullptr));
  text::PrintOptions options;
  options.names = (flags & WEFT_WAT_NO_NAMES) == 0;
  options.fold = (flags & WEFT_WAT_FOLD) != 0;
  WEFT_ASSIGN_C(const std::string text, text::print_module(*module, options));
  *out = api::to_bytes(text);
  return out->data != nullptr ? nullptr : api::out_of_memory();
}
WEFT_OR_ERROR

}  // extern "C"
