// The active data segments of a module as copy-on-write pages, made once per module (DESIGN section
// 3, Memory).
#pragma once

#include <optional>

#include "runtime/module_info.hpp"

namespace weft::engine {

/// Nothing if the segments are not static and in bounds of the module's own memory 0, if they are
/// too small to be worth mappings, too far apart, or the system has no such images.
std::optional<runtime::MemoryImage> make_data_image(const binary::Module& module);

}  // namespace weft::engine
