// One instruction as the text format writes it, read from its bytes: "i32.load offset=4", "block
// (result i32)". Indices are numbers unless the caller has names for them; blocks are not nested
// here. Expanded from the opcode table (wasm/opcodes.def), spec chapter 6.5.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "binary/name_section.hpp"
#include "binary/reader.hpp"
#include "wasm/features.hpp"
#include "wasm/opcodes.hpp"
#include "wasm/types.hpp"

namespace weft::text {

/// What stands for an index in printed text.
class IndexText {
 public:
  virtual ~IndexText() = default;
  /// Appends an identifier, or the number. For labels the index is the relative depth; `outer` is
  /// the type of a field.
  virtual void append(std::string& out, binary::NameKind space, uint32_t index,
                      uint32_t outer = 0) = 0;
  /// Appends ` $label` behind the word that opens a block, if that block has a name.
  virtual void append_new_label(std::string& out) = 0;
  /// Appends the block type `(type x)`, perhaps with its signature.
  virtual void append_type_use(std::string& out, uint32_t type) = 0;
};

/// Reads an instruction and appends its text; `op` is which one it was. When the bytes are none,
/// the reader is in error and nothing is appended. Without `names` indices are numbers.
void append_instruction(std::string& out, binary::Reader& r, wasm::FeatureSet features,
                        wasm::Op& op, IndexText* names = nullptr);

/// A value or storage type, with the names of types: "i32", "(ref null $list)".
void append_type(std::string& out, wasm::ValType type, IndexText* names);
void append_heap_type(std::string& out, wasm::HeapType type, IndexText* names);
/// A decimal number.
void append_number(std::string& out, uint64_t value);
/// Any bytes in quotes: ASCII as it is, everything else as \hh.
void append_byte_string(std::string& out, std::span<const std::byte> bytes);

/// A number that reads back as the same bits: "1.5", "-0x1.8p+1", "nan:0x200000", "inf".
std::string float_text(float value);
std::string float_text(double value);

/// In quotes, with what does not print as escapes: no name can end the string, steer a terminal or
/// reorder a line.
std::string quoted(std::string_view bytes);

/// A name section's text as far as a terminal may see it: quoted() without the quotes.
std::string escaped(std::string_view bytes);

}  // namespace weft::text
