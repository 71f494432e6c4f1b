// Limits of a store: numbers, and an object that is asked; hooks at the crossings.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "weft/result.hpp"

namespace weft {
inline namespace v0 {

/// What a limiter answers.
enum class Growth : uint8_t {
  allow,   ///< Go on.
  refuse,  ///< Growth gives -1, creation is an error.
  trap,    ///< The guest ends with "growth operation limited".
};

/// Asked before everything a store creates or grows; sizes are those before and after. It runs on
/// the store's thread, also in the middle of guest code: it must not call the store and must not
/// throw. Derive from it and give it to StoreRef::set_limiter.
class ResourceLimiter {
 public:
  virtual ~ResourceLimiter() = default;
  /// A memory, in bytes; `current` is 0 at creation. Growth by 0 asks nobody.
  virtual Growth memory_growing(uint64_t current, uint64_t desired,
                                std::optional<uint64_t> maximum) noexcept {
    (void)current, (void)desired, (void)maximum;
    return Growth::allow;
  }
  /// A table, in elements.
  virtual Growth table_growing(uint64_t current, uint64_t desired,
                               std::optional<uint64_t> maximum) noexcept {
    (void)current, (void)desired, (void)maximum;
    return Growth::allow;
  }
  /// The heap of structs, arrays, exceptions and host values, in bytes.
  virtual Growth heap_growing(uint64_t current, uint64_t desired) noexcept {
    (void)current, (void)desired;
    return Growth::allow;
  }
  /// One more instance.
  virtual Growth instance_creating(uint64_t current, uint64_t desired) noexcept {
    (void)current, (void)desired;
    return Growth::allow;
  }
  /// What was allowed failed after all: declared maximum, or the operating system.
  virtual void growth_failed(std::string_view reason) noexcept { (void)reason; }
};

namespace detail {
/// The C callbacks around a limiter.
inline weft_limiter_t limiter_callbacks(bool owned) {
  weft_limiter_t c{};
  c.memory_growing = [](void* env, uint64_t current, uint64_t desired, uint64_t maximum) {
    return static_cast<weft_growth_t>(static_cast<ResourceLimiter*>(env)->memory_growing(
        current, desired, maximum == UINT64_MAX ? std::nullopt : std::optional(maximum)));
  };
  c.table_growing = [](void* env, uint64_t current, uint64_t desired, uint64_t maximum) {
    return static_cast<weft_growth_t>(static_cast<ResourceLimiter*>(env)->table_growing(
        current, desired, maximum == UINT64_MAX ? std::nullopt : std::optional(maximum)));
  };
  c.heap_growing = [](void* env, uint64_t current, uint64_t desired) {
    return static_cast<weft_growth_t>(
        static_cast<ResourceLimiter*>(env)->heap_growing(current, desired));
  };
  c.instance_creating = [](void* env, uint64_t current, uint64_t desired) {
    return static_cast<weft_growth_t>(
        static_cast<ResourceLimiter*>(env)->instance_creating(current, desired));
  };
  c.growth_failed = [](void* env, weft_str_t reason) {
    static_cast<ResourceLimiter*>(env)->growth_failed(view(reason));
  };
  if (owned) c.finalizer = [](void* env) { delete static_cast<ResourceLimiter*>(env); };
  return c;
}
}  // namespace detail

/// Crossings between host and guest; always in pairs, also where the call fails.
enum class CallHook : uint8_t {
  calling_wasm = WEFT_CALLING_WASM,                ///< The host enters the guest.
  returning_from_wasm = WEFT_RETURNING_FROM_WASM,  ///< The guest returned or trapped.
  calling_host = WEFT_CALLING_HOST,                ///< The guest calls a host function.
  returning_from_host = WEFT_RETURNING_FROM_HOST,  ///< The host function returned or failed.
};

}  // namespace v0
}  // namespace weft
