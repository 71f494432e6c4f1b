// References: what a store's heap holds, seen by the host. Values without ownership; kept alive by
// the scope they were got in (RootScope, a host function's call, else the store), by the guest, or
// by a Root.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "weft/store.hpp"
#include "weft/types.hpp"

namespace weft {
inline namespace v0 {

/// Any reference but those to functions. Null by default.
class Ref {
 public:
  /// Null.
  Ref() = default;
  /// Wraps the C reference.
  explicit Ref(weft_ref_t ref) : ref_(ref) {}
  /// Does it refer to nothing?
  bool is_null() const { return ref_.handle == 0; }
  /// Does it refer to something?
  explicit operator bool() const { return !is_null(); }
  /// The same object, or both null.
  bool operator==(const Ref& o) const {
    return ref_.handle == o.ref_.handle && (is_null() || ref_.store == o.ref_.store);
  }
  /// What it points to. Errors: wrong_store; bad_argument (the object is gone).
  Result<weft_refshape_t> shape(StoreRef store) const {
    weft_refshape_t shape{};
    if (weft_error_t* e = weft_ref_shape(store.c_api(), ref_, &shape)) return Error(e);
    return shape;
  }
  /// The exact type of what it points to. Errors: as shape().
  Result<ValType> type(StoreRef store) const {
    weft_valtype_t type{};
    if (weft_error_t* e = weft_ref_type(store.c_api(), ref_, &type)) return Error(e);
    return ValType(type);
  }
  /// Is it of that type (ref.test)? Errors: as shape().
  Result<bool> is(StoreRef store, const ValType& type) const {
    bool yes = false;
    if (weft_error_t* e = weft_ref_test(store.c_api(), ref_, &type.c_api(), &yes)) return Error(e);
    return yes;
  }
  /// The C reference.
  weft_ref_t c_api() const { return ref_; }

 protected:
  weft_ref_t ref_{};  ///< The C reference.
};

/// A value of the host in the guest (externref), around a C++ object of any type.
class ExternRef : public Ref {
 public:
  using Ref::Ref;
  /// Moves `value` into the store; destroyed when the guest no longer holds it, or with the store.
  /// Error: limit_exceeded (the heap is full).
  template <class T>
  static Result<ExternRef> make(StoreRef store, T value) {
    static_assert(std::is_object_v<T> && !std::is_const_v<T>,
                  "weft: an externref holds an object of its own: give a value, a smart pointer "
                  "or a pointer, not a reference");
    auto owned = std::make_unique<T>(std::move(value));
    weft_ref_t ref{};
    if (weft_error_t* e = weft_externref_new_kind(
            store.c_api(), detail::kind_of<T>(), owned.get(),
            [](void* p) { delete static_cast<T*>(p); }, &ref)) {
      return Error(e);
    }
    (void)owned.release();
    return ExternRef(ref);
  }
  /// The object if the reference was made with exactly this type in this store; else null.
  template <class T>
  T* get(StoreRef store) const {
    static_assert(
        std::is_object_v<T> && !std::is_const_v<T>,
        "weft: ask an externref for the type that was put in, without reference or const");
    return static_cast<T*>(weft_externref_data(store.c_api(), ref_, detail::kind_of<T>()));
  }
};

/// A guest's struct, array or i31, or a host value that the guest has internalised (anyref).
class AnyRef : public Ref {
 public:
  using Ref::Ref;
  /// The same reference on the other side of extern.convert_any.
  ExternRef as_extern() const { return ExternRef(ref_); }
};

/// A 31-bit integer as a reference (i31ref).
class I31Ref : public AnyRef {
 public:
  using AnyRef::AnyRef;
  /// The low 31 bits of `value`.
  static I31Ref make(StoreRef store, uint32_t value) {
    return I31Ref(weft_i31_new(store.c_api(), value));
  }
  /// Sign-extended. Errors: wrong_store, bad_argument (null).
  Result<int32_t> get_s(StoreRef store) const {
    int32_t v = 0;
    if (weft_error_t* e = weft_i31_get_s(store.c_api(), ref_, &v)) return Error(e);
    return v;
  }
  /// Zero-extended. Errors: wrong_store, bad_argument (null).
  Result<uint32_t> get_u(StoreRef store) const {
    uint32_t v = 0;
    if (weft_error_t* e = weft_i31_get_u(store.c_api(), ref_, &v)) return Error(e);
    return v;
  }
};

/// Keeps a reference alive across scopes, until release() or the end of the store. Copies are the
/// same root. It does not release by itself: it does not know whether its store still lives.
template <class T>
class Root {
  static_assert(std::is_base_of_v<Ref, T>, "weft: a root holds an ExternRef, AnyRef, ExnRef...");

 public:
  /// Errors: wrong_store; bad_argument (the object is gone).
  static Result<Root> make(StoreRef store, const T& ref) {
    Root root;
    if (weft_error_t* e = weft_root_new(store.c_api(), ref.c_api(), &root.root_)) return Error(e);
    return root;
  }
  /// The reference, kept by the present scope too. Errors: wrong_store; bad_argument (released).
  Result<T> get(StoreRef store) const {
    weft_ref_t ref{};
    if (weft_error_t* e = weft_root_get(store.c_api(), root_, &ref)) return Error(e);
    return T(ref);
  }
  /// The object is kept no longer. Nothing happens if it was released before.
  void release(StoreRef store) const { weft_root_delete(store.c_api(), root_); }

 private:
  Root() = default;
  weft_root_t root_{};
};

}  // namespace v0
}  // namespace weft
