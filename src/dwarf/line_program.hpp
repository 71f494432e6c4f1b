// Line programs of .debug_line: code address -> file, line, column (DWARF 4 and 5, section 6.2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dwarf/sections.hpp"

namespace weft::dwarf {

struct LineRow {
  uint32_t address = 0;
  uint32_t line = 0;
  uint32_t file = 0;
  uint32_t column = 0;
};

/// The rows that one line program makes.
class LineTable {
 public:
  /// Runs the program at `offset`. Removed code makes no rows.
  LineTable(const Sections& sections, uint64_t offset, Budget& budget);

  /// The row that covers an address; null if none does.
  const LineRow* find(uint32_t address) const;
  uint64_t offset() const { return offset_; }

 private:
  struct Sequence {
    uint32_t low = 0, high = 0;  ///< Half open.
    uint32_t first = 0, count = 0;
  };
  void run(Cursor& c, const struct LineHeader& header, const Sections& s, Budget& budget);
  void close(uint32_t first_row, uint64_t end, uint32_t code_size);

  uint64_t offset_;
  std::vector<LineRow> rows_;
  std::vector<Sequence> sequences_;  ///< By low.
};

/// The name of a file of the line program at `offset`, with its directory unless that is the one of
/// the compilation. Empty if there is none.
std::string file_name(const Sections& sections, uint64_t offset, uint64_t file, Budget& budget);

}  // namespace weft::dwarf
