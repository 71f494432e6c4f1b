#include "runtime/heap.hpp"

namespace weft::runtime {

Heap::~Heap() {
  for (HostValue& v : values_) {
    if (v.finalize != nullptr) v.finalize(v.data);
  }
}

Ref Heap::add_host_value(HostValue value) {
  constexpr size_t kMaxValues = (size_t{1} << 31) - 2;  // (index + 1) << 1 fits into 32 bits
  if (values_.size() >= kMaxValues) return kNullRef;
  values_.push_back(value);
  return static_cast<Ref>(values_.size()) << 1;
}

}  // namespace weft::runtime
