// Where the exceptions of a function are caught: a side table that only unwinding reads, so that
// code which throws nothing pays nothing. ADR 0012.
#pragma once

#include <cstdint>
#include <vector>

namespace weft::interp {

/// One clause. Slots are counted from the frame's start.
struct CatchEntry {
  static constexpr uint32_t kNone = ~uint32_t{0};
  enum class Kind : uint8_t { tag, all, delegate };
  Kind kind = Kind::tag;
  uint32_t tag = 0;  ///< tag: index in the module.
  uint32_t target =
      0;  ///< Word where the code goes on; delegate: the region to go on with, 0: the caller.
  uint32_t payload_slot = 0;  ///< tag: where the payload goes.
  uint32_t ref_slot = kNone;  ///< Where the exnref goes, if it is wanted.
  uint32_t next = 0;          ///< Next clause of the region, + 1.
};

/// Body of a try_table or try: words [begin, end). Regions are in the order in which they begin,
/// and nest.
struct CatchRegion {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t parent = 0;  ///< + 1; 0: none
  uint32_t first = 0;   ///< First clause, + 1.
};

struct CatchTable {
  std::vector<CatchRegion> regions;
  std::vector<CatchEntry> entries;

  /// The innermost region that holds `word`, + 1.
  uint32_t innermost(uint32_t word) const;
};

}  // namespace weft::interp
