// What a module's tables begin with, made once per module, so that instances fill them lazily
// (MECHANISMS 5).
#pragma once

#include <vector>

#include "runtime/module_info.hpp"

namespace weft::engine {

/// One for each table the module defines; empty if an active element segment is not purely static
/// (indices of functions, at a literal offset in bounds of a table of the module's own that begins
/// with nulls).
std::vector<runtime::TableImage> make_table_images(const binary::Module& module);

}  // namespace weft::engine
