// The debug sections of a module (custom sections `.debug_*`) and where its code starts.
#pragma once

#include "binary/module.hpp"
#include "dwarf/cursor.hpp"

namespace weft::dwarf {

/// Borrows the module's bytes.
struct Sections {
  Bytes info, abbrev, line, str, line_str, ranges, rnglists, addr, str_offsets;
  /// DWARF addresses count from here: the contents of the code section.
  uint32_t code_start = 0;
  uint32_t code_size = 0;

  static Sections of(const binary::Module& module);
  bool present() const { return !info.empty() && !abbrev.empty() && !line.empty(); }
  uint64_t size() const {
    return info.size() + abbrev.size() + line.size() + ranges.size() + rnglists.size();
  }
};

}  // namespace weft::dwarf
