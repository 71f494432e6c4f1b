#include "engine/config.hpp"

namespace weft::engine {

Result<> Config::check() const {
  constexpr uint64_t kLeastStack = 16u << 10;
  constexpr uint64_t kLeastFrames = 4u << 10;
  if (interp_stack_max < kLeastFrames) {
    return fail(ErrorCode::bad_config, "bad configuration: interp_stack_max is " +
                                           std::to_string(interp_stack_max) +
                                           ", must be at least " + std::to_string(kLeastFrames));
  }
  if (max_native_stack < kLeastStack) {
    return fail(ErrorCode::bad_config, "bad configuration: max_native_stack is " +
                                           std::to_string(max_native_stack) +
                                           ", must be at least " + std::to_string(kLeastStack));
  }
  return {};
}

runtime::RuntimeOptions Config::runtime_options() const {
  runtime::RuntimeOptions out;
  out.signals = signals;
  out.guard_pages = guard_pages && signals;
  out.max_native_stack = max_native_stack;
  out.cached_reservations = cached_reservations;
  out.interp_stack_max = interp_stack_max;
  out.interp_cached_stacks = interp_cached_stacks;
  out.fuel = fuel;
  out.epochs = epochs;
  out.fuel_eager_bulk = fuel_eager_bulk;
  out.gc_zeal = gc_zeal;
  out.memory_check = memory_check;
  return out;
}

}  // namespace weft::engine
