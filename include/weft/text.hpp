// The text format: .wat to bytes and back.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/c/module.h"
#include "weft/c/text.h"
#include "weft/result.hpp"

namespace weft {
inline namespace v0 {

/// Text to bytes; they are not validated. Errors show line, column and a caret. Any thread.
inline Result<std::vector<uint8_t>> wat_to_wasm(std::string_view text) {
  weft_bytes_t out{};
  if (weft_error_t* e = weft_wat_to_wasm(text.data(), text.size(), &out)) return Error(e);
  std::vector<uint8_t> bytes(out.data, out.data + out.size);
  weft_bytes_delete(&out);
  return bytes;
}

/// Bytes to text that wat_to_wasm reads back (weft_wasm_to_wat). `flags`: a sum of weft_wat_t.
inline Result<std::string> wasm_to_wat(std::span<const uint8_t> wasm, uint32_t flags = 0) {
  weft_bytes_t out{};
  if (weft_error_t* e = weft_wasm_to_wat(wasm.data(), wasm.size(), flags, &out)) return Error(e);
  return detail::take(out);
}

}  // namespace v0
}  // namespace weft
