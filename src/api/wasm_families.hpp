// The families of functions that wasm.h repeats per kind: vectors, references. Expand inside
// extern "C".
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "api/wasm_objects.hpp"

namespace weft::api {

/// An array of `size` zeroed elements; null, with `size` set to 0, if there is no memory for it.
template <class T>
T* new_elements(size_t& size) {
  static_assert(std::is_trivially_copyable_v<T>);
  auto* const data = size == 0 ? nullptr : static_cast<T*>(std::calloc(size, sizeof(T)));
  if (data == nullptr) size = 0;
  return data;
}

/// `Vec` is one of wasm.h's vectors; `copy_element`, `delete_element`: of one element. The copy of
/// an element says whether there was memory for it; without, the whole vector is empty.
template <class Vec, class T>
void vec_new(Vec* out, size_t size, const T* elements) {
  out->size = size;
  out->data = new_elements<T>(out->size);
  if (out->size != 0) std::memcpy(out->data, elements, out->size * sizeof(T));
}
template <class Vec, class Delete>
void vec_delete(Vec* v, Delete delete_element) {
  if (v == nullptr) return;
  std::for_each_n(v->data, v->data == nullptr ? 0 : v->size, delete_element);
  std::free(v->data);
  v->size = 0;
  v->data = nullptr;
}
template <class Vec, class Copy, class Delete>
void vec_copy(Vec* out, const Vec* from, Copy copy_element, Delete delete_element) {
  using T = std::remove_pointer_t<decltype(out->data)>;
  out->size = from->size;
  out->data = new_elements<T>(out->size);
  for (size_t i = 0; i < out->size; ++i) {
    if (copy_element(out->data[i], from->data[i])) continue;
    vec_delete(out, delete_element);
    return;
  }
}
template <class T>
bool copy_bits(T& to, const T& from) {
  to = from;
  return true;
}

/// A vector that is being filled: deleted with its elements unless it is handed out.
template <class Vec, void (*kDelete)(Vec*)>
class OwnedVec {
 public:
  OwnedVec() = default;
  ~OwnedVec() { kDelete(&vec_); }
  OwnedVec(const OwnedVec&) = delete;
  OwnedVec& operator=(const OwnedVec&) = delete;

  Vec* get() { return &vec_; }
  Vec release() { return std::exchange(vec_, Vec{0, nullptr}); }

 private:
  Vec vec_{0, nullptr};
};

}  // namespace weft::api

#define WEFT_WASM_VEC_(name, T, copy, del)                                                 \
  void wasm_##name##_vec_new_empty(wasm_##name##_vec_t* out) { *out = {0, nullptr}; }      \
  void wasm_##name##_vec_new_uninitialized(wasm_##name##_vec_t* out, size_t size) {        \
    out->size = size;                                                                      \
    out->data = weft::api::new_elements<T>(out->size);                                     \
  }                                                                                        \
  void wasm_##name##_vec_new(wasm_##name##_vec_t* out, size_t size, T const elements[]) {  \
    weft::api::vec_new(out, size, elements);                                               \
  }                                                                                        \
  void wasm_##name##_vec_copy(wasm_##name##_vec_t* out, const wasm_##name##_vec_t* from) { \
    weft::api::vec_copy(out, from, copy, del);                                             \
  }                                                                                        \
  void wasm_##name##_vec_delete(wasm_##name##_vec_t* v) { weft::api::vec_delete(v, del); }

/// Vectors of owned objects, which have a _copy and a _delete.
#define WEFT_WASM_VEC(name)                                   \
  WEFT_WASM_VEC_(                                             \
      name, wasm_##name##_t*,                                 \
      [](wasm_##name##_t*& to, const wasm_##name##_t* from) { \
        to = wasm_##name##_copy(from);                        \
        return to != nullptr || from == nullptr;              \
      },                                                      \
      wasm_##name##_delete)

/// A kind of reference; `copy` has the type's name.
#define WEFT_WASM_REF_BASE(name)                                                                  \
  void wasm_##name##_delete(wasm_##name##_t* r) { delete r; }                                     \
  wasm_##name##_t* wasm_##name##_copy(const wasm_##name##_t* r) try {                             \
    return static_cast<wasm_##name##_t*>(weft::api::clone(r));                                    \
  }                                                                                               \
  WEFT_OR_NULL                                                                                    \
  bool wasm_##name##_same(const wasm_##name##_t* a, const wasm_##name##_t* b) {                   \
    return weft::api::same(a, b);                                                                 \
  }                                                                                               \
  void* wasm_##name##_get_host_info(const wasm_##name##_t* r) { return weft::api::host_info(r); } \
  void wasm_##name##_set_host_info(wasm_##name##_t* r, void* info) {                              \
    weft::api::set_host_info(r, info, nullptr);                                                   \
  }                                                                                               \
  void wasm_##name##_set_host_info_with_finalizer(wasm_##name##_t* r, void* info,                 \
                                                  void (*finalizer)(void*)) {                     \
    weft::api::set_host_info(r, info, finalizer);                                                 \
  }

/// `is_kind`: does a RefKind mean this type?
#define WEFT_WASM_REF(name, is_kind)                                                            \
  WEFT_WASM_REF_BASE(name)                                                                      \
  wasm_ref_t* wasm_##name##_as_ref(wasm_##name##_t* r) { return r; }                            \
  const wasm_ref_t* wasm_##name##_as_ref_const(const wasm_##name##_t* r) { return r; }          \
  wasm_##name##_t* wasm_ref_as_##name(wasm_ref_t* r) {                                          \
    return r != nullptr && is_kind(r->kind) ? static_cast<wasm_##name##_t*>(r) : nullptr;       \
  }                                                                                             \
  const wasm_##name##_t* wasm_ref_as_##name##_const(const wasm_ref_t* r) {                      \
    return r != nullptr && is_kind(r->kind) ? static_cast<const wasm_##name##_t*>(r) : nullptr; \
  }

/// A kind of reference that is an import or export too.
#define WEFT_WASM_EXTERN(name, is_kind)                                                         \
  WEFT_WASM_REF(name, is_kind)                                                                  \
  wasm_extern_t* wasm_##name##_as_extern(wasm_##name##_t* r) { return r; }                      \
  const wasm_extern_t* wasm_##name##_as_extern_const(const wasm_##name##_t* r) { return r; }    \
  wasm_##name##_t* wasm_extern_as_##name(wasm_extern_t* e) {                                    \
    return e != nullptr && is_kind(e->kind) ? static_cast<wasm_##name##_t*>(e) : nullptr;       \
  }                                                                                             \
  const wasm_##name##_t* wasm_extern_as_##name##_const(const wasm_extern_t* e) {                \
    return e != nullptr && is_kind(e->kind) ? static_cast<const wasm_##name##_t*>(e) : nullptr; \
  }
