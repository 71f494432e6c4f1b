// wasm.h: descriptions of types.
#include "api/wasm_families.hpp"
#include "wasm/type_list.hpp"

using namespace weft;

namespace weft::api {

std::optional<wasm::ValType> val_type(wasm_valkind_t kind) {
  switch (kind) {
    case WASM_I32: return wasm::kI32;
    case WASM_I64: return wasm::kI64;
    case WASM_F32: return wasm::kF32;
    case WASM_F64: return wasm::kF64;
    case WEFT_WASM_V128: return wasm::kV128;
    case WASM_FUNCREF: return wasm::kFuncRef;
    case WASM_EXTERNREF: return wasm::kExternRef;
    case WEFT_WASM_ANYREF: return wasm::kAnyRef;
    case WEFT_WASM_EXNREF: return wasm::kExnRef;
    default: return std::nullopt;
  }
}

wasm_valkind_t kind_of(const runtime::TypeRegistry& types, wasm::ValType type) {
  using enum wasm::ValType::Kind;
  switch (type.kind()) {
    case i64: return WASM_I64;
    case f32: return WASM_F32;
    case f64: return WASM_F64;
    case v128: return WEFT_WASM_V128;
    case ref: break;
    default: return WASM_I32;
  }
  if (types.matches(type.heap(), wasm::AbstractHeap::func)) return WASM_FUNCREF;
  if (types.matches(type.heap(), wasm::AbstractHeap::extern_)) return WASM_EXTERNREF;
  if (types.matches(type.heap(), wasm::AbstractHeap::exn)) return WEFT_WASM_EXNREF;
  return WEFT_WASM_ANYREF;
}

wasm_limits_t to_wasm(const wasm::Limits& limits) {
  const auto narrow = [](uint64_t n) {
    return static_cast<uint32_t>(std::min<uint64_t>(n, wasm_limits_max_default));
  };
  return {narrow(limits.min), narrow(limits.max.value_or(wasm_limits_max_default))};
}

wasm::Limits from_wasm(const wasm_limits_t& limits) {
  wasm::Limits out;
  out.min = limits.min;
  if (limits.max != wasm_limits_max_default) out.max = limits.max;
  return out;
}

namespace {

using OwnedTypes = OwnedVec<wasm_valtype_vec_t, wasm_valtype_vec_delete>;
using OwnedName = OwnedVec<wasm_byte_vec_t, wasm_byte_vec_delete>;

/// False if there is no memory for them.
bool kinds_of(const runtime::TypeRegistry& types, std::span<const wasm::ValType> list,
              wasm_valtype_vec_t& out) {
  wasm_valtype_vec_new_uninitialized(&out, list.size());
  for (size_t i = 0; i < out.size; ++i) out.data[i] = new wasm_valtype_t{kind_of(types, list[i])};
  return out.size == list.size();
}

bool copy_types(OwnedTypes& out, const wasm_valtype_vec_t& from) {
  wasm_valtype_vec_copy(out.get(), &from);
  return out.get()->size == from.size;
}
bool copy_name(OwnedName& out, const wasm_name_t& from) {
  wasm_name_copy(out.get(), &from);
  return out.get()->size == from.size;
}

wasm_functype_t* make_functype(OwnedTypes& params, OwnedTypes& results) {
  auto type = std::make_unique<wasm_functype_t>(wasm_valtype_vec_t{0, nullptr},
                                                wasm_valtype_vec_t{0, nullptr});
  type->params = params.release();
  type->results = results.release();
  return type.release();
}

wasm_externtype_t* copy(const wasm_externtype_t* t) {
  switch (t->kind) {
    case WASM_EXTERN_FUNC: return wasm_functype_copy(static_cast<const wasm_functype_t*>(t));
    case WASM_EXTERN_GLOBAL: return wasm_globaltype_copy(static_cast<const wasm_globaltype_t*>(t));
    case WASM_EXTERN_TABLE: return wasm_tabletype_copy(static_cast<const wasm_tabletype_t*>(t));
    case WASM_EXTERN_MEMORY: return wasm_memorytype_copy(static_cast<const wasm_memorytype_t*>(t));
    default: return new wasm_externtype_t(t->kind);
  }
}

/// What a *type_new function was given to own.
wasm_valtype_t take(wasm_valtype_t* type) {
  const std::unique_ptr<wasm_valtype_t> owned(type);
  return owned ? *owned : wasm_valtype_t{WASM_I32};
}
wasm_name_t take(wasm_name_t* name) { return std::exchange(*name, wasm_name_t{0, nullptr}); }

}  // namespace

wasm_functype_t* new_functype(const runtime::TypeRegistry& types, wasm::TypeId type) {
  const runtime::CanonicalType& t = types[type];
  OwnedTypes params;
  OwnedTypes results;
  if (!kinds_of(types, t.params, *params.get()) || !kinds_of(types, t.results, *results.get()))
    return nullptr;
  return make_functype(params, results);
}
wasm_globaltype_t* new_globaltype(const runtime::TypeRegistry& types,
                                  const wasm::GlobalType& type) {
  return new wasm_globaltype_t({kind_of(types, type.type)},
                               wasm_mutability_t(type.is_mutable ? WASM_VAR : WASM_CONST));
}
wasm_tabletype_t* new_tabletype(const runtime::TypeRegistry& types, const wasm::TableType& type) {
  return new wasm_tabletype_t({kind_of(types, type.element)}, to_wasm(type.limits));
}
wasm_memorytype_t* new_memorytype(const wasm::MemoryType& type) {
  return new wasm_memorytype_t(to_wasm(type.limits));
}

}  // namespace weft::api

struct wasm_importtype_t {
  ~wasm_importtype_t() {
    wasm_name_delete(&module);
    wasm_name_delete(&name);
    wasm_externtype_delete(type);
  }
  wasm_name_t module;
  wasm_name_t name;
  wasm_externtype_t* type;
};
struct wasm_exporttype_t {
  ~wasm_exporttype_t() {
    wasm_name_delete(&name);
    wasm_externtype_delete(type);
  }
  wasm_name_t name;
  wasm_externtype_t* type;
};

/// The casts between a type and wasm_externtype_t.
#define WEFT_WASM_EXTERNTYPE(name, KIND)                                                         \
  WEFT_WASM_VEC(name)                                                                            \
  void wasm_##name##_delete(wasm_##name##_t* t) { delete t; }                                    \
  wasm_externtype_t* wasm_##name##_as_externtype(wasm_##name##_t* t) { return t; }               \
  const wasm_externtype_t* wasm_##name##_as_externtype_const(const wasm_##name##_t* t) {         \
    return t;                                                                                    \
  }                                                                                              \
  wasm_##name##_t* wasm_externtype_as_##name(wasm_externtype_t* t) {                             \
    return t != nullptr && t->kind == (KIND) ? static_cast<wasm_##name##_t*>(t) : nullptr;       \
  }                                                                                              \
  const wasm_##name##_t* wasm_externtype_as_##name##_const(const wasm_externtype_t* t) {         \
    return t != nullptr && t->kind == (KIND) ? static_cast<const wasm_##name##_t*>(t) : nullptr; \
  }

extern "C" {

WEFT_WASM_VEC_(byte, wasm_byte_t, api::copy_bits<wasm_byte_t>, [](wasm_byte_t) {})

WEFT_WASM_VEC(valtype)
wasm_valtype_t* wasm_valtype_new(wasm_valkind_t kind) try {
  return api::val_type(kind) ? new wasm_valtype_t{kind} : nullptr;
}
WEFT_OR_NULL
void wasm_valtype_delete(wasm_valtype_t* t) { delete t; }
wasm_valtype_t* wasm_valtype_copy(const wasm_valtype_t* t) try {
  return t == nullptr ? nullptr : new wasm_valtype_t(*t);
}
WEFT_OR_NULL
wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t* t) { return t->kind; }

WEFT_WASM_EXTERNTYPE(functype, WASM_EXTERN_FUNC)
wasm_functype_t* wasm_functype_new(wasm_valtype_vec_t* params, wasm_valtype_vec_t* results) {
  wasm_valtype_vec_t p = std::exchange(*params, {0, nullptr});
  wasm_valtype_vec_t r = std::exchange(*results, {0, nullptr});
  auto* const type = new (std::nothrow) wasm_functype_t(p, r);
  if (type == nullptr) wasm_valtype_vec_delete(&p), wasm_valtype_vec_delete(&r);
  return type;
}
wasm_functype_t* wasm_functype_copy(const wasm_functype_t* t) try {
  if (t == nullptr) return nullptr;
  api::OwnedTypes params;
  api::OwnedTypes results;
  if (!api::copy_types(params, t->params) || !api::copy_types(results, t->results)) return nullptr;
  return api::make_functype(params, results);
}
WEFT_OR_NULL
const wasm_valtype_vec_t* wasm_functype_params(const wasm_functype_t* t) { return &t->params; }
const wasm_valtype_vec_t* wasm_functype_results(const wasm_functype_t* t) { return &t->results; }

WEFT_WASM_EXTERNTYPE(globaltype, WASM_EXTERN_GLOBAL)
wasm_globaltype_t* wasm_globaltype_new(wasm_valtype_t* content, wasm_mutability_t mutability) try {
  const wasm_valtype_t type = api::take(content);  // before anything can fail
  return new wasm_globaltype_t(type, mutability);
}
WEFT_OR_NULL
wasm_globaltype_t* wasm_globaltype_copy(const wasm_globaltype_t* t) try {
  return t == nullptr ? nullptr : new wasm_globaltype_t(t->content, t->mutability);
}
WEFT_OR_NULL
const wasm_valtype_t* wasm_globaltype_content(const wasm_globaltype_t* t) { return &t->content; }
wasm_mutability_t wasm_globaltype_mutability(const wasm_globaltype_t* t) { return t->mutability; }

WEFT_WASM_EXTERNTYPE(tabletype, WASM_EXTERN_TABLE)
wasm_tabletype_t* wasm_tabletype_new(wasm_valtype_t* element, const wasm_limits_t* limits) try {
  const wasm_valtype_t type = api::take(element);  // before anything can fail
  return new wasm_tabletype_t(type, *limits);
}
WEFT_OR_NULL
wasm_tabletype_t* wasm_tabletype_copy(const wasm_tabletype_t* t) try {
  return t == nullptr ? nullptr : new wasm_tabletype_t(t->element, t->limits);
}
WEFT_OR_NULL
const wasm_valtype_t* wasm_tabletype_element(const wasm_tabletype_t* t) { return &t->element; }
const wasm_limits_t* wasm_tabletype_limits(const wasm_tabletype_t* t) { return &t->limits; }

WEFT_WASM_EXTERNTYPE(memorytype, WASM_EXTERN_MEMORY)
wasm_memorytype_t* wasm_memorytype_new(const wasm_limits_t* limits) try {
  return new wasm_memorytype_t(*limits);
}
WEFT_OR_NULL
wasm_memorytype_t* wasm_memorytype_copy(const wasm_memorytype_t* t) try {
  return t == nullptr ? nullptr : new wasm_memorytype_t(t->limits);
}
WEFT_OR_NULL
const wasm_limits_t* wasm_memorytype_limits(const wasm_memorytype_t* t) { return &t->limits; }

WEFT_WASM_VEC(externtype)
void wasm_externtype_delete(wasm_externtype_t* t) { delete t; }
wasm_externtype_t* wasm_externtype_copy(const wasm_externtype_t* t) try {
  return t == nullptr ? nullptr : api::copy(t);
}
WEFT_OR_NULL
wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t* t) { return t->kind; }

WEFT_WASM_VEC(importtype)
wasm_importtype_t* wasm_importtype_new(wasm_name_t* module, wasm_name_t* name,
                                       wasm_externtype_t* type) {
  wasm_name_t m = api::take(module);
  wasm_name_t n = api::take(name);
  auto* const import = new (std::nothrow) wasm_importtype_t{m, n, type};
  if (import == nullptr) wasm_name_delete(&m), wasm_name_delete(&n), wasm_externtype_delete(type);
  return import;
}
void wasm_importtype_delete(wasm_importtype_t* t) { delete t; }
wasm_importtype_t* wasm_importtype_copy(const wasm_importtype_t* t) try {
  if (t == nullptr) return nullptr;
  api::OwnedName module;
  api::OwnedName name;
  if (!api::copy_name(module, t->module) || !api::copy_name(name, t->name)) return nullptr;
  wasm_externtype_t* const type = wasm_externtype_copy(t->type);
  if (type == nullptr && t->type != nullptr) return nullptr;
  return wasm_importtype_new(module.get(), name.get(), type);
}
WEFT_OR_NULL
const wasm_name_t* wasm_importtype_module(const wasm_importtype_t* t) { return &t->module; }
const wasm_name_t* wasm_importtype_name(const wasm_importtype_t* t) { return &t->name; }
const wasm_externtype_t* wasm_importtype_type(const wasm_importtype_t* t) { return t->type; }

WEFT_WASM_VEC(exporttype)
wasm_exporttype_t* wasm_exporttype_new(wasm_name_t* name, wasm_externtype_t* type) {
  wasm_name_t n = api::take(name);
  auto* const exported = new (std::nothrow) wasm_exporttype_t{n, type};
  if (exported == nullptr) wasm_name_delete(&n), wasm_externtype_delete(type);
  return exported;
}
void wasm_exporttype_delete(wasm_exporttype_t* t) { delete t; }
wasm_exporttype_t* wasm_exporttype_copy(const wasm_exporttype_t* t) try {
  if (t == nullptr) return nullptr;
  api::OwnedName name;
  if (!api::copy_name(name, t->name)) return nullptr;
  wasm_externtype_t* const type = wasm_externtype_copy(t->type);
  if (type == nullptr && t->type != nullptr) return nullptr;
  return wasm_exporttype_new(name.get(), type);
}
WEFT_OR_NULL
const wasm_name_t* wasm_exporttype_name(const wasm_exporttype_t* t) { return &t->name; }
const wasm_externtype_t* wasm_exporttype_type(const wasm_exporttype_t* t) { return t->type; }

}  // extern "C"
