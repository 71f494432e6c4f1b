// The cost table of fuel, and what bulk operations pay beyond their operator. ADR 0021.
#pragma once

#include <cstdint>

#include "runtime/vmcontext.hpp"

namespace weft::runtime::fuel {

#define WEFT_FUEL_COST(name, value, text) inline constexpr uint32_t k##name = value;
#include "runtime/fuel_costs.def"
#undef WEFT_FUEL_COST

/// When a bulk operation pays: one of them, as the engine is configured (fuel_eager_bulk).
enum class Pay : uint8_t {
  at_start,  ///< Before anything is checked.
  checked,   ///< It will succeed; nothing is written yet.
};

/// Pays for `count` bytes or elements. Not enough fuel: the trap, with nothing paid and nothing
/// done; resumed, the operator begins once more.
TrapCode pay(VMContext* ctx, uint64_t count, uint32_t per_fuel, Pay when);
/// What may fail after it was tried (growth) is tried only if it could be paid, and paid if it
/// succeeds; eagerly, in any case. `done` false: not tried yet.
TrapCode pay_for_growth(VMContext* ctx, uint64_t count, uint32_t per_fuel, bool done);

}  // namespace weft::runtime::fuel
