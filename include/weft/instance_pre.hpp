// InstancePre: a module with its imports looked up and checked, once for many instances; and
// instances that end before their store.
#pragma once

#include <memory>

#include "weft/linker.hpp"

namespace weft {
inline namespace v0 {

/// Made once, used from any thread at the same time, for any store of the engine. Copies share it.
class InstancePre {
 public:
  /// All imports must be host functions of the linker. Errors: unlinkable.
  static Result<InstancePre> make(const Linker& linker, const Module& module) {
    weft_instance_pre_t* pre = nullptr;
    if (weft_error_t* e = weft_instance_pre_new(linker.c_api(), module.c_api(), &pre))
      return Error(e);
    return InstancePre(pre);
  }
  /// One more owner of the same thing.
  InstancePre(const InstancePre& other) : pre_(weft_instance_pre_clone(other.pre_.get())) {}
  /// The other is empty after it.
  InstancePre(InstancePre&&) noexcept = default;
  /// One more owner, or the new one.
  InstancePre& operator=(InstancePre other) noexcept {
    pre_.swap(other.pre_);
    return *this;
  }

  /// Errors: wrong_store, limit_exceeded, out_of_memory; traps of segments and the start function.
  CallResult<Instance> instantiate(StoreRef store) const {
    weft_instance_t instance{};
    weft_trap_t* trap = nullptr;
    if (weft_error_t* e =
            weft_instance_pre_instantiate(pre_.get(), store.c_api(), &instance, &trap)) {
      return Failure(Error(e));
    }
    if (trap != nullptr) return Failure(Trap(trap));
    return Instance(instance);
  }
  /// The C handle.
  const weft_instance_pre_t* c_api() const { return pre_.get(); }

 private:
  explicit InstancePre(weft_instance_pre_t* pre) : pre_(pre) {}
  std::unique_ptr<weft_instance_pre_t, detail::Deleter<weft_instance_pre_delete>> pre_;
};

/// Ends an instance before its store; all its handles are refused from then on (freed). Errors:
/// in_use (something refers to it; the message says what, nothing has changed), freed, wrong_store.
inline Result<void> free_instance(StoreRef store, const Instance& instance) {
  if (weft_error_t* e = weft_instance_free(store.c_api(), instance.c_api())) return Error(e);
  return {};
}

}  // namespace v0
}  // namespace weft
