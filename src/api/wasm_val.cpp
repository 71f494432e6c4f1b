// wasm.h: values, and how references pass between names and the runtime's cells.
#include <fmt/core.h>

#include "api/wasm_families.hpp"

using namespace weft;

namespace weft::api {

namespace {

using wasm::AbstractHeap;
using wasm::ValType;

/// An externref that is one of our names is a host value around a name of its own.
void delete_name(void* name) { delete static_cast<wasm_ref_t*>(name); }

Result<runtime::Ref> heap_ref(WasmStore& store, const wasm_ref_t* ref) {
  runtime::Heap& heap = store.store().heap();
  if (ref->kind == RefKind::guest) {
    const runtime::Ref object = static_cast<const GuestObject&>(*ref->object).ref();
    heap.root(object);
    return object;
  }
  std::unique_ptr<wasm_ref_t> name(clone(ref));
  const runtime::Ref made = heap.add_host_value({name.get(), delete_name});
  if (made == runtime::kNullRef) return std::unexpected(heap.full());
  name.release();
  return made;
}

std::unexpected<Error> mismatch(const WasmStore& store, ValType expected, std::string_view found) {
  return fail(ErrorCode::bad_argument, fmt::format("type mismatch: expected {}, found {}",
                                                   store.types().describe(expected), found));
}

constexpr std::string_view kKindNames[] = {
    "a function",  "a global", "a table", "a memory",         "a tag",
    "an instance", "a module", "a trap",  "a foreign object", "an object of the guest"};

}  // namespace

Result<engine::Value> to_value(WasmStore& store, const wasm_ref_t* ref, ValType type) {
  engine::Value out;
  out.type = type;
  if (ref == nullptr) {
    if (!type.nullable()) return mismatch(store, type, "null");
    return out;
  }
  if (ref->store.get() != &store)
    return fail(ErrorCode::wrong_store, "wrong store: the reference belongs to another store");
  if (store.types().matches(type.heap(), AbstractHeap::func)) {
    if (ref->kind != RefKind::func)
      return mismatch(store, type, kKindNames[static_cast<size_t>(ref->kind)]);
    auto* const func = item_of<runtime::VMFuncRef>(ref);
    if (func == nullptr) return fail(ErrorCode::freed, std::string(kItemGone));
    // From here on the store may hold it anywhere.
    if (func->host == nullptr) runtime::Instance::from(func->vmctx).share();
    out = engine::Value::func(func);
  } else {
    WEFT_ASSIGN(const runtime::Ref made, heap_ref(store, ref));
    out.cell[0].set(made);
  }
  if (!engine::value_matches(store.store(), out, type))
    return mismatch(store, type, kKindNames[static_cast<size_t>(ref->kind)]);
  return out;
}

Result<engine::Value> to_value(WasmStore& store, const wasm_val_t& val, ValType type) {
  using enum ValType::Kind;
  if (type.is_ref() && wasm_valkind_is_ref(val.kind)) return to_value(store, val.of.ref, type);
  if (kind_of(store.types(), type) == val.kind) {
    switch (type.kind()) {
      case i32: return engine::Value::i32(val.of.i32);
      case i64: return engine::Value::i64(val.of.i64);
      case f32: return engine::Value::f32(val.of.f32);
      case f64: return engine::Value::f64(val.of.f64);
      default: break;
    }
  }
  const auto found = val_type(val.kind);
  return mismatch(store, type, found ? store.types().describe(*found) : "an unknown kind");
}

wasm_ref_t* to_ref(const WasmStorePtr& store, runtime::Cell cell, ValType type) {
  if (cell.bits == 0) return nullptr;
  if (store->types().matches(type.heap(), AbstractHeap::func))
    return make_item<wasm_func_t>(RefKind::func, cell.as<runtime::VMFuncRef*>(), store);
  const auto ref = cell.as<runtime::Ref>();
  const runtime::HostValue* const value = store->store().heap().host_value(ref);
  if (value != nullptr && value->finalize == delete_name)
    return clone(static_cast<const wasm_ref_t*>(value->data));
  return make_object<wasm_ref_t>(RefKind::guest, std::make_shared<GuestObject>(store, ref), store);
}

wasm_val_t to_val(const WasmStorePtr& store, const runtime::Cell* cells, ValType type) {
  using enum ValType::Kind;
  wasm_val_t out{};
  out.kind = kind_of(store->types(), type);
  switch (type.kind()) {
    case i64:
    case v128: out.of.i64 = cells->as<int64_t>(); break;
    case f32: out.of.f32 = cells->as<float>(); break;
    case f64: out.of.f64 = cells->as<double>(); break;
    case ref: out.of.ref = to_ref(store, *cells, type); break;
    default: out.of.i32 = cells->as<int32_t>(); break;
  }
  return out;
}

namespace {

bool copy_val(wasm_val_t& to, const wasm_val_t& from) try {
  to = from;
  if (!wasm_valkind_is_ref(from.kind)) return true;
  to.of.ref = nullptr;  // what stays if there is no memory for a name
  to.of.ref = clone(from.of.ref);
  return true;
}
WEFT_OR_RETURN(false)
void delete_val(wasm_val_t& v) {
  if (wasm_valkind_is_ref(v.kind)) delete std::exchange(v.of.ref, nullptr);
}

}  // namespace

}  // namespace weft::api

extern "C" {

void wasm_val_delete(wasm_val_t* v) {
  if (v != nullptr) api::delete_val(*v);
}
void wasm_val_copy(wasm_val_t* out, const wasm_val_t* v) { api::copy_val(*out, *v); }
WEFT_WASM_VEC_(val, wasm_val_t, api::copy_val, api::delete_val)

}  // extern "C"
