// One instruction as the text format writes it, read from its bytes: "i32.load offset=4", "block
// (result i32)". Indices stay numbers; blocks are not nested here. Expanded from the opcode table
// (wasm/opcodes.def), spec chapter 6.5.
#pragma once

#include <string>
#include <string_view>

#include "binary/reader.hpp"
#include "wasm/features.hpp"
#include "wasm/opcodes.hpp"
#include "wasm/types.hpp"

namespace weft::text {

/// Reads an instruction and appends its text; `op` is which one it was. When the bytes are none,
/// the reader is in error and nothing is appended.
void append_instruction(std::string& out, binary::Reader& r, wasm::FeatureSet features,
                        wasm::Op& op);

/// A number that reads back as the same bits: "1.5", "-0x1.8p+1", "nan:0x200000", "inf".
std::string float_text(float value);
std::string float_text(double value);

/// In quotes, with what does not print as escapes: no name can end the string, steer a terminal or
/// reorder a line.
std::string quoted(std::string_view bytes);

/// A name section's text as far as a terminal may see it: quoted() without the quotes.
std::string escaped(std::string_view bytes);

}  // namespace weft::text
