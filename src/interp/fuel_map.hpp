// What a function has been charged for in advance at each of its operators, so that fuel is exact
// where code does not run to the end of what was charged: traps, exceptions, dropped invocations.
// ADR 0021.
#pragma once

#include <cstdint>
#include <vector>

#include "interp/bytecode.hpp"

namespace weft::interp {

/// In the order of the text.
class FuelMap {
 public:
  /// The operator at `offset` (bytes in the module) has been counted; `outstanding` is charged for,
  /// but comes after it.
  void add(uint32_t offset, uint32_t outstanding) { rows_.push_back({offset, outstanding}); }
  /// With the operator at `offset` done, or (`before`) not begun.
  uint32_t outstanding(uint32_t offset, bool before) const;

 private:
  struct Row {
    uint32_t offset;
    uint32_t outstanding;
  };
  std::vector<Row> rows_;
};

/// Collected by the emitter when a map is made.
struct FuelMark {
  uint32_t offset;
  uint32_t region;  ///< Position of the charge that counts it, + 1
  uint32_t cost;
  bool opens;  ///< Its first operator.
};

/// Outstanding fuel of a frame of `code` that stands at `ip`. Slow: the function is walked once,
/// its map kept. 0 if the code counts no fuel.
uint32_t outstanding_fuel(const FuncCode& code, const std::byte* ip, bool before);

}  // namespace weft::interp
