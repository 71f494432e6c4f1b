// The store's heap of references (DESIGN section 3, "References and GC"). For now it holds host values only (externref);
// structs, arrays and exceptions, and collection, come behind this same interface. ADR 0005.
// A reference is a 32-bit handle; 0 is null; an odd handle is an unboxed i31 (value << 1 | 1); an even one is an object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::runtime {

using Ref = uint32_t;
inline constexpr Ref kNullRef = 0;

constexpr bool is_i31(Ref r) { return (r & 1) != 0; }
constexpr Ref make_i31(uint32_t value) { return (value << 1) | 1; }
constexpr int32_t i31_get_s(Ref r) { return static_cast<int32_t>(r) >> 1; }
constexpr uint32_t i31_get_u(Ref r) { return r >> 1; }

/// What the embedder hides behind an externref.
struct HostValue {
  void* data = nullptr;
  void (*finalize)(void* data) = nullptr;  ///< Called once when the value dies; may be null. Must not enter the store.
};

/// One per store; not thread-safe.
class Heap {
 public:
  Heap() = default;
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// 0 if the heap is full. The value lives until the store dies (until there is a collector).
  Ref add_host_value(HostValue value);
  /// Null if `ref` is null, an i31, or not a host value of this heap.
  const HostValue* host_value(Ref ref) const {
    if (is_i31(ref) || ref == kNullRef) return nullptr;
    const uint32_t index = (ref >> 1) - 1;
    return index < values_.size() ? &values_[index] : nullptr;
  }
  bool is_valid(Ref ref) const { return ref == kNullRef || is_i31(ref) || host_value(ref) != nullptr; }

 private:
  std::vector<HostValue> values_;
};

}  // namespace weft::runtime
