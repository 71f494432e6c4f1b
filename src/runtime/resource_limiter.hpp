// What a store may use. The limiter is asked for every creation and growth of a memory or table
// (MECHANISMS 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weft::runtime {

/// `refuse` makes the operation fail (grow gives -1); `trap` ends the guest with "growth operation
/// limited".
enum class GrowthAnswer : uint8_t { allow, refuse, trap };

/// Called on the thread that runs the store. Must not call into the store.
class ResourceLimiter {
 public:
  virtual ~ResourceLimiter() = default;
  /// Sizes in bytes. `current` is 0 at creation. `maximum`: what the type declares.
  virtual GrowthAnswer memory_growing(uint64_t current, uint64_t desired,
                                      std::optional<uint64_t> maximum) = 0;
  /// In elements.
  virtual GrowthAnswer table_growing(uint64_t current, uint64_t desired,
                                     std::optional<uint64_t> maximum) = 0;
  /// Bytes that the store's heap of structs, arrays, exceptions and externrefs may use. Refused:
  /// the heap collects, and what does not fit then traps with "allocation size too large".
  virtual GrowthAnswer heap_growing(uint64_t current, uint64_t desired) {
    (void)current, (void)desired;
    return GrowthAnswer::allow;
  }
  /// One more instance. Anything but `allow` refuses it.
  virtual GrowthAnswer instance_creating(uint64_t current, uint64_t desired) {
    (void)current, (void)desired;
    return GrowthAnswer::allow;
  }
  /// An allowed growth failed after all (declared maximum, operating system).
  virtual void growth_failed(std::string_view reason) { (void)reason; }
};

/// The limits that need no callback. Checked before the limiter is asked.
struct StoreLimits {
  uint64_t memory_bytes = ~uint64_t{0};    ///< of one memory
  uint64_t table_elements = ~uint64_t{0};  ///< of one table
  uint64_t heap_bytes = ~uint64_t{0};      ///< of the heap of references
  uint32_t instances = 10'000;
  uint32_t memories = 10'000;
  uint32_t tables = 10'000;
  bool trap_on_growth_failure = false;
};

}  // namespace weft::runtime
