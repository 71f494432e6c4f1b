// First walk over a module: gives every field its index, so that names may be used before they are
// defined (spec 6.6.2).
#pragma once

#include "text/context.hpp"

namespace weft::text {

/// Binds the names of all fields from the reader's position to its end and checks that imports come
/// first. The position is unchanged afterwards.
void bind_fields(Context& c);

/// The index space that a keyword names: func, table, memory, global, tag; null for others.
IndexSpace* space_of(Context& c, std::string_view word);

}  // namespace weft::text
