// What the section decoders share: one function per section, all reading from one reader into one
// module.
#pragma once

#include "binary/format.hpp"
#include "binary/instruction_reader.hpp"
#include "binary/module.hpp"
#include "binary/reader.hpp"
#include "wasm/features.hpp"

namespace weft::binary {

struct DecodeState {
  Reader& r;
  Module& m;
  FeatureSet features;
  ExpressionSkipper skipper;
  bool const_needs_data_count = false;

  /// Passes over a constant expression, its `end` included.
  ConstExpr const_expr() {
    ConstExpr e;
    e.offset = r.offset();
    skipper.skip(r, features, &const_needs_data_count);
    e.size = r.offset() - e.offset;
    return e;
  }
};

void decode_type_section(DecodeState& s);
void decode_import_section(DecodeState& s);
void decode_function_section(DecodeState& s);
void decode_table_section(DecodeState& s);
void decode_memory_section(DecodeState& s);
void decode_tag_section(DecodeState& s);
void decode_global_section(DecodeState& s);
void decode_export_section(DecodeState& s);
void decode_start_section(DecodeState& s);
void decode_element_section(DecodeState& s);
void decode_data_count_section(DecodeState& s);
void decode_code_section(DecodeState& s);
void decode_data_section(DecodeState& s);

}  // namespace weft::binary
