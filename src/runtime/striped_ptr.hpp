// A shared pointer that many threads copy all the time: each group of threads counts its copies in
// a place of its own, so that the counter's cache line does not go to and fro. ADR 0022.
#pragma once

#include <array>
#include <memory>

#include "runtime/allocator.hpp"

namespace weft::runtime {

/// Thread-safe once made. The object lives as long as this or a copy that local() gave.
template <class T>
class StripedPtr {
 public:
  explicit StripedPtr(const std::shared_ptr<T>& object) {
    for (auto& stripe : stripes_) {
      stripe = std::shared_ptr<T>(object.get(), Owner{object, {}});
    }
  }
  T* get() const { return stripes_[0].get(); }
  /// Owning; its counter is that of the calling thread's group.
  const std::shared_ptr<T>& local() const { return stripes_[this_thread_number() % kStripes]; }

 private:
  static constexpr size_t kStripes = 16;
  /// A deleter that keeps the real owner; large enough that counters do not share a cache line.
  struct Owner {
    std::shared_ptr<T> object;
    std::array<char, 128> apart;
    void operator()(T*) const {}
  };
  std::array<std::shared_ptr<T>, kStripes> stripes_;
};

}  // namespace weft::runtime
