// Which instructions run in one handler when they follow each other: isa_sequences.def. ADR 0008.
#pragma once

#include "interp/bytecode.hpp"

namespace weft::interp {

inline constexpr size_t kSequenceParts = 5;
struct Sequence {
  Code parts[kSequenceParts];
  uint32_t count;
  uint32_t row;  ///< In isa_sequences.def, and HandlerTable::sequence.
};

/// All, in the order of their first instruction; longest first.
std::span<const Sequence> sequences();
/// Those that begin with `code`, longest first.
std::span<const Sequence> sequences_from(Code code);

}  // namespace weft::interp
