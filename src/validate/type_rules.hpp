// When types are valid (spec 3.2): the type section with its recursion groups and supertypes,
// limits, page sizes.
#pragma once

#include "base/result.hpp"
#include "wasm/type_list.hpp"
#include "wasm/types.hpp"

namespace weft::validate {

using namespace wasm;  // NOLINT: the spec's vocabulary

/// All defined types: references stay within the group or go back, supertypes are earlier, open and
/// matched.
Result<void> check_types(const TypeList& types);
/// A value type names only types that exist.
Result<void> check_val_type(const TypeList& types, ValType type);
Result<void> check_memory_type(const MemoryType& type);
Result<void> check_table_type(const TableType& type);

}  // namespace weft::validate
