// weft.h: value kinds and function types; values and externs in and out.
#include <cstring>

#include "api/objects.hpp"

namespace weft::api {

wasm::ValType to_val_type(weft_valkind_t kind) {
  switch (kind) {
    case WEFT_I32: return wasm::kI32;
    case WEFT_I64: return wasm::kI64;
    case WEFT_F32: return wasm::kF32;
    case WEFT_F64: return wasm::kF64;
    case WEFT_V128: return wasm::kV128;
    case WEFT_FUNCREF: return wasm::kFuncRef;
    case WEFT_EXTERNREF: return wasm::kExternRef;
    case WEFT_ANYREF: return wasm::kAnyRef;
    case WEFT_EXNREF: return wasm::kExnRef;
  }
  return wasm::kI32;
}

weft_valkind_t to_kind(wasm::ValType type) {
  switch (type.kind()) {
    case wasm::ValType::Kind::i64: return WEFT_I64;
    case wasm::ValType::Kind::f32: return WEFT_F32;
    case wasm::ValType::Kind::f64: return WEFT_F64;
    case wasm::ValType::Kind::v128: return WEFT_V128;
    case wasm::ValType::Kind::ref: break;
    default: return WEFT_I32;
  }
  const wasm::HeapType heap = type.heap();
  if (heap.is_concrete()) return WEFT_FUNCREF;  // refined below, where the registry is at hand
  switch (heap.abstract()) {
    case wasm::AbstractHeap::func:
    case wasm::AbstractHeap::nofunc: return WEFT_FUNCREF;
    case wasm::AbstractHeap::extern_:
    case wasm::AbstractHeap::noextern: return WEFT_EXTERNREF;
    case wasm::AbstractHeap::exn:
    case wasm::AbstractHeap::noexn: return WEFT_EXNREF;
    default: return WEFT_ANYREF;
  }
}

std::vector<wasm::ValType> to_val_types(const weft_valkind_t* kinds, size_t count) {
  std::vector<wasm::ValType> types(count);
  for (size_t i = 0; i < count; ++i) types[i] = to_val_type(kinds[i]);
  return types;
}

size_t cells_needed(const weft_functype_t& type) {
  const auto cells = [](const std::vector<weft_valkind_t>& kinds) {
    size_t n = 0;
    for (weft_valkind_t k : kinds) n += to_val_type(k).cells();
    return n;
  };
  return std::max(cells(type.params), cells(type.results));
}

std::unexpected<Error> freed_handle() {
  return fail(ErrorCode::freed, "freed: the instance that the handle belongs to was freed");
}

weft_extern_t to_c(const runtime::Store& store, const engine::Extern& e) {
  weft_extern_t out{};
  out.kind = static_cast<weft_externkind_t>(e.kind());
  const uint64_t index = store.handle_of(e.item);
  switch (e.kind()) {
    case wasm::ExternKind::func: out.of.func = {e.store_id, index}; break;
    case wasm::ExternKind::table: out.of.table = {e.store_id, index}; break;
    case wasm::ExternKind::memory: out.of.memory = {e.store_id, index}; break;
    case wasm::ExternKind::global: out.of.global = {e.store_id, index}; break;
    case wasm::ExternKind::tag: out.of.tag = {e.store_id, index}; break;
  }
  return out;
}

Result<engine::Extern> from_c(const runtime::Store& store, const weft_extern_t& e) {
  const auto resolve = [&](auto kind_of, const auto& c) -> Result<engine::Extern> {
    using T = typename decltype(kind_of)::type;
    WEFT_ASSIGN(const engine::Handle<T> handle, from_handle<T>(store, c));
    return engine::Extern::of(handle);
  };
  switch (e.kind) {
    case WEFT_EXTERN_FUNC: return resolve(std::type_identity<runtime::VMFuncRef>{}, e.of.func);
    case WEFT_EXTERN_TABLE: return resolve(std::type_identity<runtime::Table>{}, e.of.table);
    case WEFT_EXTERN_MEMORY: return resolve(std::type_identity<runtime::Memory>{}, e.of.memory);
    case WEFT_EXTERN_GLOBAL: return resolve(std::type_identity<runtime::Global>{}, e.of.global);
    case WEFT_EXTERN_TAG: return resolve(std::type_identity<runtime::Tag>{}, e.of.tag);
  }
  return fail(ErrorCode::bad_argument, "unknown kind of extern");
}

Result<engine::Value> from_c(const runtime::Store& store, const weft_val_t& v) {
  engine::Value out;
  out.type = to_val_type(v.kind);
  switch (v.kind) {
    case WEFT_I32: out.cell[0].set(v.of.i32); break;
    case WEFT_I64: out.cell[0].set(v.of.i64); break;
    case WEFT_F32: out.cell[0].set(v.of.f32); break;
    case WEFT_F64: out.cell[0].set(v.of.f64); break;
    case WEFT_V128: std::memcpy(out.cell, v.of.v128, 16); break;
    case WEFT_FUNCREF:
      if (v.of.funcref.store == 0) break;
      if (v.of.funcref.store != store.id())
        return fail(ErrorCode::wrong_store, "function reference of another store");
      {
        runtime::VMFuncRef* const func = store.find_func(v.of.funcref.index);
        if (func == nullptr) return freed_handle();
        // From here on the store may hold it anywhere.
        if (func->host == nullptr) runtime::Instance::from(func->vmctx).share();
        out.cell[0].set(func);
      }
      break;
    default:
      if (v.of.ref.handle == 0) break;
      if (v.of.ref.store != store.id())
        return fail(ErrorCode::wrong_store, "reference of another store");
      out.cell[0].set(v.of.ref.handle);
      break;
  }
  return out;
}

weft_valkind_t to_kind(const runtime::Store& store, wasm::ValType type) {
  if (type.is_ref() && type.heap().is_concrete() &&
      store.engine().types()[type.heap().type_id()].kind != wasm::CompositeKind::func) {
    return WEFT_ANYREF;
  }
  return to_kind(type);
}

weft_val_t to_c(const runtime::Store& store, const engine::Value& v) {
  weft_val_t out{};
  out.kind = to_kind(store, v.type);
  switch (out.kind) {
    case WEFT_I32: out.of.i32 = v.cell[0].as<int32_t>(); break;
    case WEFT_I64: out.of.i64 = v.cell[0].as<int64_t>(); break;
    case WEFT_F32: out.of.f32 = v.cell[0].as<float>(); break;
    case WEFT_F64: out.of.f64 = v.cell[0].as<double>(); break;
    case WEFT_V128: std::memcpy(out.of.v128, v.cell, 16); break;
    case WEFT_FUNCREF:
      if (v.cell[0].bits != 0) {
        out.of.funcref = {store.id(), store.handle_of(*v.cell[0].as<runtime::VMFuncRef*>())};
      }
      break;
    default:
      if (v.cell[0].bits == 0) break;
      out.of.ref = {store.id(), v.cell[0].as<uint32_t>()};
      // SAFETY: no store is const itself; what the embedder holds is kept alive, which changes
      // nothing it can see.
      const_cast<runtime::Store&>(store).heap().root(out.of.ref.handle);
      break;
  }
  return out;
}

}  // namespace weft::api

extern "C" {

weft_functype_t* weft_functype_new(const weft_valkind_t* params, size_t param_count,
                                   const weft_valkind_t* results, size_t result_count) try {
  auto type = std::make_unique<weft_functype>();
  type->params.assign(params, params + param_count);
  type->results.assign(results, results + result_count);
  for (weft_valkind_t p : type->params) type->param_types.push_back(weft_valtype_of(p));
  for (weft_valkind_t r : type->results) type->result_types.push_back(weft_valtype_of(r));
  return type.release();
}
WEFT_OR_NULL

void weft_functype_delete(weft_functype_t* type) { delete type; }

size_t weft_functype_params(const weft_functype_t* type, const weft_valkind_t** out) {
  *out = type->params.data();
  return type->params.size();
}

size_t weft_functype_results(const weft_functype_t* type, const weft_valkind_t** out) {
  *out = type->results.data();
  return type->results.size();
}

}  // extern "C"
