// Reads instructions without typing them: finds where an expression ends and whether it is well
// formed (spec 5.4). Used for constant expressions at decode time, and for bodies once a module is
// known to be invalid.
#pragma once

#include <cstdint>
#include <vector>

#include "binary/reader.hpp"
#include "wasm/features.hpp"
#include "wasm/opcodes.hpp"

namespace weft::binary {

using namespace wasm;  // NOLINT: the spec's vocabulary

/// Reads an opcode. Unassigned ones, and those of a feature that is off, are malformed:
/// Op::invalid_.
Op read_opcode(Reader& r, FeatureSet features);

/// Passes over the immediates of `op`.
void skip_immediates(Reader& r, Op op, FeatureSet features);

/// The phrase and detail of an opcode that cannot be: `prefix` 0 for a single byte.
void fail_illegal_opcode(Reader& r, uint32_t at, uint8_t prefix, uint32_t code, Op known);

/// Memory and table indices were a zero byte before the features that allow several.
uint32_t read_memory_index(Reader& r, FeatureSet features);

/// Passes over whole expressions; keeps its scratch memory between them.
class ExpressionSkipper {
 public:
  /// Reads instructions up to and with the `end` that closes the expression. `needs_data_count` (if
  /// given) is set when an instruction needs the data count section.
  void skip(Reader& r, FeatureSet features, bool* needs_data_count = nullptr);

 private:
  /// One instruction that opens, divides or closes a block; true when the expression is closed.
  bool nest(Reader& r, Op op, uint32_t at);

  std::vector<Op> open_;  // block, loop, if_, else_, try_, catch_...
};

}  // namespace weft::binary
