#include "engine/config.hpp"

namespace weft::engine {

Result<> Config::check() const {
  constexpr uint64_t kLeastStack = 16u << 10;
  if (interp_stack_initial > interp_stack_max) {
    return fail(ErrorCode::bad_config, "bad configuration: interp_stack_initial (" +
                                           std::to_string(interp_stack_initial) + ") is larger than interp_stack_max (" +
                                           std::to_string(interp_stack_max) + ")");
  }
  if (max_native_stack < kLeastStack) {
    return fail(ErrorCode::bad_config, "bad configuration: max_native_stack is " + std::to_string(max_native_stack) +
                                           ", must be at least " + std::to_string(kLeastStack));
  }
  if (interp_max_depth == 0) {
    return fail(ErrorCode::bad_config, "bad configuration: interp_max_depth is 0, must be at least 1");
  }
  return {};
}

runtime::RuntimeOptions Config::runtime_options() const {
  runtime::RuntimeOptions out;
  out.signals = signals;
  out.guard_pages = guard_pages && signals;
  out.max_native_stack = max_native_stack;
  out.cached_reservations = cached_reservations;
  out.interp_stack_initial = interp_stack_initial;
  out.interp_stack_max = interp_stack_max;
  out.interp_max_depth = interp_max_depth;
  out.interp_cached_stacks = interp_cached_stacks;
  out.fuel = fuel;
  out.epochs = epochs;
  out.gc_zeal = gc_zeal;
  return out;
}

}  // namespace weft::engine
