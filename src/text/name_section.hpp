// The name section and the other custom sections that annotations ask for.
#pragma once

#include "text/context.hpp"

namespace weft::text {

/// Reads `(@name ..)` and `(@custom ..)` annotations of a module's token range into the context.
void collect_annotations(Context& c, TokenRange fields);

/// Refuses annotations that stood where they mean nothing; after both walks. `hints` is the number
/// of branch hints used.
void refuse_misplaced_annotations(Context& c, TokenRange fields, uint32_t hints);

/// Writes the name section, if anything has a name.
void write_name_section(const Context& c, Encoder& out);
void write_branch_hints(const Context& c, Encoder& out);

/// Ranks of sections in a module, as `(@custom ..)` places refer to them.
inline constexpr uint32_t kSectionRanks = 14;
uint32_t rank_of(SectionId id);

}  // namespace weft::text
