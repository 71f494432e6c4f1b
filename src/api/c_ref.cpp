// weft.h: references: host values, shapes and types, scopes and roots, raw cells.
#include "api/types.hpp"

using namespace weft;

namespace {

weft_error_t* wrong_store() {
  return api::to_c(Error(ErrorCode::wrong_store, "reference of another store"));
}

/// Null if the reference is null or names something; else why not.
weft_error_t* check_ref(const weft_store_t* s, weft_ref_t ref) {
  if (ref.handle == runtime::kNullRef) return nullptr;
  if (ref.store != s->store->id()) return wrong_store();
  if (!s->store->heap().is_valid(ref.handle))
    return api::to_c(Error(ErrorCode::bad_argument, "the reference's object is gone"));
  return nullptr;
}

}  // namespace

extern "C" {

weft_error_t* weft_externref_new(weft_store_t* s, void* value, void (*finalizer)(void*),
                                 weft_ref_t* out) {
  return weft_externref_new_kind(s, nullptr, value, finalizer, out);
}

weft_error_t* weft_externref_new_kind(weft_store_t* s, const void* kind, void* value,
                                      void (*finalizer)(void*), weft_ref_t* out) try {
  const runtime::Ref ref = s->store->heap().add_host_value({value, finalizer, kind});
  if (ref == runtime::kNullRef) return api::to_c(s->store->heap().full());
  *out = {s->store->id(), ref};
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_externref_get(const weft_store_t* s, weft_ref_t ref, void** out) try {
  if (ref.store != s->store->id()) return wrong_store();
  const runtime::HostValue* value = s->store->heap().host_value(ref.handle);
  if (value == nullptr) return api::to_c(Error(ErrorCode::bad_argument, "not a host reference"));
  *out = value->data;
  return nullptr;
}
WEFT_OR_ERROR

void* weft_externref_data(const weft_store_t* s, weft_ref_t ref, const void* kind) {
  if (ref.store != s->store->id()) return nullptr;
  const runtime::HostValue* value = s->store->heap().host_value(ref.handle);
  return value != nullptr && value->kind == kind ? value->data : nullptr;
}

weft_error_t* weft_ref_shape(weft_store_t* s, weft_ref_t ref, weft_refshape_t* out) try {
  *out = WEFT_REF_NULL;
  if (ref.handle == runtime::kNullRef) return nullptr;
  if (weft_error_t* e = check_ref(s, ref)) return e;
  *out = WEFT_REF_I31;
  if (runtime::is_i31(ref.handle)) return nullptr;
  switch (s->store->heap().header(ref.handle).kind()) {
    case runtime::ObjectKind::struct_: *out = WEFT_REF_STRUCT; break;
    case runtime::ObjectKind::array: *out = WEFT_REF_ARRAY; break;
    case runtime::ObjectKind::exception: *out = WEFT_REF_EXCEPTION; break;
    default: *out = WEFT_REF_HOST; break;
  }
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_ref_type(weft_store_t* s, weft_ref_t ref, weft_valtype_t* out) try {
  weft_refshape_t shape{};
  if (weft_error_t* e = weft_ref_shape(s, ref, &shape)) return e;
  switch (shape) {
    case WEFT_REF_NULL: *out = weft_valtype_ref(WEFT_HEAP_NONE, true); break;
    case WEFT_REF_I31: *out = weft_valtype_ref(WEFT_HEAP_I31, false); break;
    case WEFT_REF_HOST: *out = weft_valtype_ref(WEFT_HEAP_EXTERN, false); break;
    case WEFT_REF_EXCEPTION: *out = weft_valtype_ref(WEFT_HEAP_EXN, false); break;
    case WEFT_REF_STRUCT:
    case WEFT_REF_ARRAY:
      *out = weft_valtype_defined(
          api::to_c(s->store->engine().types(), s->store->heap().header(ref.handle).type()), false,
          false);
      break;
  }
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_ref_test(weft_store_t* s, weft_ref_t ref, const weft_valtype_t* t,
                            bool* out) try {
  if (weft_error_t* e = check_ref(s, ref)) return e;
  WEFT_ASSIGN_C(const wasm::ValType type, api::from_c(s->store->engine().types(), *t));
  if (ref.handle == runtime::kNullRef) {
    *out = type.is_ref() && type.nullable();
  } else {
    *out = type.is_ref() && s->store->heap().has_type(ref.handle, type.heap());
  }
  return nullptr;
}
WEFT_OR_ERROR

size_t weft_scope_open(weft_store_t* s) { return s->store->heap().open_scope(); }
void weft_scope_close(weft_store_t* s, size_t scope) { s->store->heap().close_scope(scope); }

void weft_store_collect(weft_store_t* s) {
  s->store->heap().collect();
  s->store->run_finalizers();
}

weft_error_t* weft_root_new(weft_store_t* s, weft_ref_t ref, weft_root_t* out) try {
  if (weft_error_t* e = check_ref(s, ref)) return e;
  const runtime::PinId pin = s->store->heap().pin(ref.handle);
  *out = {s->store->id(), pin.slot, pin.generation};
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_root_get(const weft_store_t* s, weft_root_t root, weft_ref_t* out) try {
  if (root.store != s->store->id()) return wrong_store();
  runtime::Ref ref = runtime::kNullRef;
  if (!s->store->heap().pinned({root.slot, root.generation}, ref))
    return api::to_c(Error(ErrorCode::bad_argument, "bad argument: the root was deleted"));
  s->store->heap().root(ref);
  *out = {s->store->id(), ref};
  return nullptr;
}
WEFT_OR_ERROR

void weft_root_delete(weft_store_t* s, weft_root_t root) {
  if (root.store == s->store->id()) s->store->heap().unpin({root.slot, root.generation});
}

weft_val_t weft_val_from_raw(weft_store_t* s, const weft_valtype_t* type,
                             const weft_raw_t* cells) try {
  engine::Value value;
  const auto t = api::from_c(s->store->engine().types(), *type);
  value.type = t ? *t : api::to_val_type(type->kind);
  value.cell[0].bits = cells[0].bits;
  if (type->kind == WEFT_V128) value.cell[1].bits = cells[1].bits;
  return api::to_c(*s->store, value);
}
WEFT_OR_RETURN({})

weft_error_t* weft_val_to_raw(weft_store_t* s, const weft_valtype_t* type, const weft_val_t* v,
                              weft_raw_t* cells) try {
  WEFT_ASSIGN_C(const wasm::ValType t, api::from_c(s->store->engine().types(), *type));
  auto value = api::from_c(*s->store, *v);
  if (!value) {
    return api::to_c(Error(value.error().code, "host function returned an incompatible value: " +
                                                   value.error().message));
  }
  if (!engine::value_matches(*s->store, *value, t)) {
    const runtime::TypeRegistry& types = s->store->engine().types();
    return api::to_c(Error(ErrorCode::bad_argument,
                           "host function returned an incompatible value: expected " +
                               types.describe(t) + ", found " + types.describe(value->type)));
  }
  cells[0].bits = value->cell[0].bits;
  if (t.cells() == 2) cells[1].bits = value->cell[1].bits;
  return nullptr;
}
WEFT_OR_ERROR

weft_ref_t weft_ref_from_raw(weft_store_t* s, const weft_raw_t* cell) try {
  const auto ref = static_cast<runtime::Ref>(cell->bits);
  s->store->heap().root(ref);
  return {ref == runtime::kNullRef ? 0 : s->store->id(), ref};
}
WEFT_OR_RETURN({})

bool weft_ref_to_raw(weft_store_t* s, weft_ref_t ref, weft_raw_t* cell) {
  if (ref.handle != runtime::kNullRef &&
      (ref.store != s->store->id() || !s->store->heap().is_valid(ref.handle))) {
    return false;
  }
  cell->bits = ref.handle;
  return true;
}

weft_func_t weft_func_from_raw(weft_store_t* s, const weft_raw_t* cell) {
  if (cell->bits == 0) return {};
  // SAFETY: a funcref of the guest, by the caller's word.
  const auto* func = reinterpret_cast<const runtime::VMFuncRef*>(cell->bits);
  return {s->store->id(), s->store->handle_of(*func)};
}

bool weft_func_to_raw(weft_store_t* s, weft_func_t f, weft_raw_t* cell) {
  cell->bits = 0;
  if (f.store == 0) return true;
  if (f.store != s->store->id()) return false;
  runtime::VMFuncRef* const func = s->store->find_func(f.index);
  if (func == nullptr) return false;
  if (func->host == nullptr) runtime::Instance::from(func->vmctx).share();
  cell->bits = reinterpret_cast<uint64_t>(func);  // SAFETY: what a funcref is in a cell
  return true;
}

}  // extern "C"
