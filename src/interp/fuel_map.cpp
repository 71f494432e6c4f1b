#include "interp/fuel_map.hpp"

#include <algorithm>
#include <array>

#include "interp/code_map.hpp"
#include "interp/enter.hpp"
#include "runtime/store.hpp"

namespace weft::interp {

uint32_t FuelMap::outstanding(uint32_t offset, bool before) const {
  const auto behind = before ? std::ranges::lower_bound(rows_, offset, {}, &Row::offset)
                             : std::ranges::upper_bound(rows_, offset, {}, &Row::offset);
  return behind == rows_.begin() ? 0 : std::prev(behind)->outstanding;
}

uint32_t outstanding_fuel(const FuncCode& code, const std::byte* ip, bool before) {
  if (!code.module->options().fuel) return 0;
  const FuelMap* const map = code.module->fuel_map(code);
  return map != nullptr ? map->outstanding(module_offset(code, ip), before) : 0;
}

void refund_fuel(Store& store, const FrameAnchor& anchor, bool before) {
  // A deep recursion stands at few places.
  struct Known {
    const std::byte* at = nullptr;
    uint32_t params = 0;
    uint32_t outstanding = 0;
  };
  std::array<Known, 64> known{};
  auto* ip = static_cast<const std::byte*>(anchor.ip);
  auto* fp = static_cast<const Cell*>(anchor.fp);
  bool newest = true;
  int64_t sum = 0;
  while (fp != nullptr) {
    const std::byte* const at = newest ? ip : ip - 1;  // a return address is behind its call
    // SAFETY: an address as a number.
    Known& k = known[(reinterpret_cast<uintptr_t>(at) >> 3) % known.size()];
    if (k.at != at || newest) {
      const FuncCode* const code = find_function(at);
      if (code == nullptr) break;
      k = {newest ? nullptr : at, code->param_cells, outstanding_fuel(*code, at, newest && before)};
    }
    sum += k.outstanding;
    const Cell* const header = fp + k.params;
    // SAFETY: words written by the call that made the frame (handlers_call.cpp, enter.cpp).
    ip = reinterpret_cast<const std::byte*>(header[0].bits);
    fp = reinterpret_cast<const Cell*>(header[1].bits);
    newest = false;
  }
  store.context().fuel_consumed -= sum;
}

}  // namespace weft::interp
