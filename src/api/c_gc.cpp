// weft.h: structs, arrays, i31.
#include <cstring>

#include "api/types.hpp"
#include "engine/gc_objects.hpp"

using namespace weft;
using runtime::ObjectKind;

namespace {

/// Every reference is of this store or null.
Result<runtime::Ref> from_c(const weft_store_t* s, weft_ref_t ref) {
  if (ref.handle != runtime::kNullRef && ref.store != s->store->id())
    return fail(ErrorCode::wrong_store, "reference of another store");
  return ref.handle;
}

Result<std::vector<engine::Value>> from_c(const weft_store_t* s, const weft_val_t* values,
                                          size_t count) {
  std::vector<engine::Value> out;
  out.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    WEFT_ASSIGN(out.emplace_back(), api::from_c(*s->store, values[i]));
  }
  return out;
}

weft_error_t* read_item(weft_store_t* s, weft_ref_t ref, ObjectKind kind, uint64_t index,
                        weft_val_t* out) {
  WEFT_ASSIGN_C(const runtime::Ref object, from_c(s, ref));
  WEFT_ASSIGN_C(const engine::Value value, engine::read_item(*s->store, object, kind, index));
  *out = api::to_c(*s->store, value);
  return nullptr;
}

weft_error_t* write_item(weft_store_t* s, weft_ref_t ref, ObjectKind kind, uint64_t index,
                         const weft_val_t* v) {
  WEFT_ASSIGN_C(const runtime::Ref object, from_c(s, ref));
  WEFT_ASSIGN_C(const engine::Value value, api::from_c(*s->store, *v));
  WEFT_TRY_C(engine::write_item(*s->store, object, kind, index, value));
  return nullptr;
}

/// The bytes [offset, offset + size) of an array of numbers.
Result<std::byte*> bytes_at(weft_store_t* s, weft_ref_t ref, uint64_t offset, size_t size,
                            bool to_write) {
  WEFT_ASSIGN(const runtime::Ref array, from_c(s, ref));
  WEFT_ASSIGN(const std::span<std::byte> all, engine::array_bytes(*s->store, array, to_write));
  if (offset > all.size() || size > all.size() - offset)
    return fail(ErrorCode::bad_argument, "bad argument: out of bounds of the array");
  return all.data() + offset;
}

weft_error_t* not_an_i31() {
  return api::to_c(Error(ErrorCode::bad_argument, "bad argument: the reference is not an i31"));
}

weft_error_t* finish(weft_store_t* s, runtime::Ref ref, weft_ref_t* out) {
  *out = {s->store->id(), ref};
  return nullptr;
}

}  // namespace

extern "C" {

weft_error_t* weft_struct_new(weft_store_t* s, weft_type_t t, const weft_val_t* fields,
                              size_t field_count, weft_ref_t* out) try {
  WEFT_ASSIGN_C(const wasm::TypeId type, api::from_c(s->store->engine().types(), t));
  WEFT_ASSIGN_C(const auto values, from_c(s, fields, field_count));
  WEFT_ASSIGN_C(const runtime::Ref ref, engine::new_struct(*s->store, type, values));
  return finish(s, ref, out);
}
WEFT_OR_ERROR

weft_error_t* weft_struct_size(weft_store_t* s, weft_ref_t ref, size_t* out) try {
  WEFT_ASSIGN_C(const runtime::Ref object, from_c(s, ref));
  WEFT_ASSIGN_C(*out, engine::object_length(*s->store, object, ObjectKind::struct_));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_struct_get(weft_store_t* s, weft_ref_t ref, size_t index, weft_val_t* out) try {
  return read_item(s, ref, ObjectKind::struct_, index, out);
}
WEFT_OR_ERROR

weft_error_t* weft_struct_set(weft_store_t* s, weft_ref_t ref, size_t index,
                              const weft_val_t* v) try {
  return write_item(s, ref, ObjectKind::struct_, index, v);
}
WEFT_OR_ERROR

weft_error_t* weft_array_new(weft_store_t* s, weft_type_t t, const weft_val_t* v, uint32_t length,
                             weft_ref_t* out) try {
  WEFT_ASSIGN_C(const wasm::TypeId type, api::from_c(s->store->engine().types(), t));
  WEFT_ASSIGN_C(const engine::Value value, api::from_c(*s->store, *v));
  WEFT_ASSIGN_C(const runtime::Ref ref, engine::new_array(*s->store, type, value, length));
  return finish(s, ref, out);
}
WEFT_OR_ERROR

weft_error_t* weft_array_new_fixed(weft_store_t* s, weft_type_t t, const weft_val_t* values,
                                   uint32_t length, weft_ref_t* out) try {
  WEFT_ASSIGN_C(const wasm::TypeId type, api::from_c(s->store->engine().types(), t));
  WEFT_ASSIGN_C(const auto list, from_c(s, values, length));
  WEFT_ASSIGN_C(const runtime::Ref ref, engine::new_array_fixed(*s->store, type, list));
  return finish(s, ref, out);
}
WEFT_OR_ERROR

weft_error_t* weft_array_new_bytes(weft_store_t* s, weft_type_t t, const void* data, size_t size,
                                   weft_ref_t* out) try {
  WEFT_ASSIGN_C(const wasm::TypeId type, api::from_c(s->store->engine().types(), t));
  WEFT_ASSIGN_C(
      const runtime::Ref ref,
      engine::new_array_bytes(*s->store, type, {static_cast<const std::byte*>(data), size}));
  return finish(s, ref, out);
}
WEFT_OR_ERROR

weft_error_t* weft_array_length(weft_store_t* s, weft_ref_t ref, uint32_t* out) try {
  WEFT_ASSIGN_C(const runtime::Ref object, from_c(s, ref));
  WEFT_ASSIGN_C(*out, engine::object_length(*s->store, object, ObjectKind::array));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_array_get(weft_store_t* s, weft_ref_t ref, uint32_t index, weft_val_t* out) try {
  return read_item(s, ref, ObjectKind::array, index, out);
}
WEFT_OR_ERROR

weft_error_t* weft_array_set(weft_store_t* s, weft_ref_t ref, uint32_t index,
                             const weft_val_t* v) try {
  return write_item(s, ref, ObjectKind::array, index, v);
}
WEFT_OR_ERROR

weft_error_t* weft_array_read(weft_store_t* s, weft_ref_t ref, uint64_t offset, void* to,
                              size_t size) try {
  WEFT_ASSIGN_C(const std::byte* const from, bytes_at(s, ref, offset, size, false));
  if (size != 0) std::memcpy(to, from, size);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_array_write(weft_store_t* s, weft_ref_t ref, uint64_t offset, const void* from,
                               size_t size) try {
  WEFT_ASSIGN_C(std::byte* const to, bytes_at(s, ref, offset, size, true));
  if (size != 0) std::memcpy(to, from, size);
  return nullptr;
}
WEFT_OR_ERROR

weft_ref_t weft_i31_new(weft_store_t* s, uint32_t value) {
  return {s->store->id(), runtime::make_i31(value)};
}

weft_error_t* weft_i31_get_s(const weft_store_t* s, weft_ref_t ref, int32_t* out) try {
  WEFT_ASSIGN_C(const runtime::Ref r, from_c(s, ref));
  if (!runtime::is_i31(r)) return not_an_i31();
  *out = runtime::i31_get_s(r);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_i31_get_u(const weft_store_t* s, weft_ref_t ref, uint32_t* out) try {
  WEFT_ASSIGN_C(const runtime::Ref r, from_c(s, ref));
  if (!runtime::is_i31(r)) return not_an_i31();
  *out = runtime::i31_get_u(r);
  return nullptr;
}
WEFT_OR_ERROR

}  // extern "C"
