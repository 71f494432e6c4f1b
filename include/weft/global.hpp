// Global variables of a store.
#pragma once

#include "weft/func.hpp"

namespace weft {
inline namespace v0 {

/// A global. A value: copy it freely. Errors of all members: wrong_store, freed.
class Global {
 public:
  /// Wraps the C handle.
  explicit Global(weft_global_t g) : global_(g) {}
  /// A global of the host's, to be imported by modules. Error: bad_argument (the value is not of
  /// the type).
  static Result<Global> make(StoreRef store, const GlobalType& type, const Val& value) {
    weft_global_t g{};
    const weft_globaltype_t t = detail::to_c(type);
    if (weft_error_t* e = weft_global_new_exact(store.c_api(), &t, &value.c_api(), &g))
      return Error(e);
    return Global(g);
  }
  /// Type of the value, and whether it can be set.
  Result<GlobalType> type(StoreRef store) const {
    weft_globaltype_t type{};
    if (weft_error_t* e = weft_global_type(store.c_api(), global_, &type)) return Error(e);
    return detail::from_c(type);
  }
  /// The value.
  Result<Val> get(StoreRef store) const {
    weft_val_t v{};
    if (weft_error_t* e = weft_global_get(store.c_api(), global_, &v)) return Error(e);
    return Val(v);
  }
  /// Error: bad_argument (immutable, or a value of another type).
  Result<void> set(StoreRef store, const Val& v) const {
    return detail::check(weft_global_set(store.c_api(), global_, &v.c_api()));
  }
  /// The C handle.
  weft_global_t c_api() const { return global_; }

 private:
  weft_global_t global_;
};

}  // namespace v0
}  // namespace weft
