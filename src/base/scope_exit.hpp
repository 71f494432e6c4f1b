// ScopeExit: runs a callable when the scope ends, unless released. Not for frames that guest code
// can be above (those own no destructor).
#pragma once

#include <utility>

namespace weft {

template <class F>
class [[nodiscard]] ScopeExit {
 public:
  explicit ScopeExit(F f) : f_(std::move(f)) {}
  ~ScopeExit() {
    if (armed_) f_();
  }
  ScopeExit(const ScopeExit&) = delete;
  ScopeExit& operator=(const ScopeExit&) = delete;

  /// The work is done or has a new owner: do not run.
  void release() { armed_ = false; }

 private:
  F f_;
  bool armed_ = true;
};

}  // namespace weft
