// weft.h: types: descriptions, defined types of an engine, types of imports, exports and items.
#include <type_traits>

#include "api/types.hpp"

using namespace weft;

namespace weft::api {

namespace {

constexpr wasm::AbstractHeap kHeaps[] = {
    wasm::AbstractHeap::func,     wasm::AbstractHeap::nofunc, wasm::AbstractHeap::extern_,
    wasm::AbstractHeap::noextern, wasm::AbstractHeap::any,    wasm::AbstractHeap::none,
    wasm::AbstractHeap::eq,       wasm::AbstractHeap::i31,    wasm::AbstractHeap::struct_,
    wasm::AbstractHeap::array,    wasm::AbstractHeap::exn,    wasm::AbstractHeap::noexn};
// The C numbers are those of the enum, plus one for "none given".
static_assert(WEFT_HEAP_FUNC == static_cast<int>(wasm::AbstractHeap::func) + 1);
static_assert(WEFT_HEAP_NONE == static_cast<int>(wasm::AbstractHeap::none) + 1);
static_assert(WEFT_HEAP_STRUCT == static_cast<int>(wasm::AbstractHeap::struct_) + 1);
static_assert(WEFT_HEAP_NOEXN == static_cast<int>(wasm::AbstractHeap::noexn) + 1);

std::unexpected<Error> other_engine() {
  return fail(ErrorCode::wrong_store, "wrong engine: the type belongs to another engine");
}

}  // namespace

Result<wasm::TypeId> from_c(const runtime::TypeRegistry& types, weft_type_t t) {
  if (t.engine != types.id() || t.id >= types.size()) return other_engine();
  return wasm::TypeId(t.id);
}

Result<wasm::ValType> from_c(const runtime::TypeRegistry& types, const weft_valtype_t& t) {
  if (t.kind < WEFT_FUNCREF || t.heap == WEFT_HEAP_NONE_GIVEN) return to_val_type(t.kind);
  wasm::ValType out;
  if (t.heap == WEFT_HEAP_DEFINED) {
    WEFT_ASSIGN(const wasm::TypeId id, from_c(types, t.defined));
    out = wasm::ValType::ref(wasm::HeapType::concrete(id), t.nullable);
  } else if (t.heap <= WEFT_HEAP_NOEXN) {
    out = wasm::ValType::ref(kHeaps[t.heap - 1], t.nullable);
  } else {
    return fail(ErrorCode::bad_argument, "bad argument: unknown heap type");
  }
  if (to_c(types, out).kind != t.kind) {
    return fail(ErrorCode::bad_argument,
                "bad argument: the kind of a type does not agree with its heap type");
  }
  return out;
}

weft_type_t to_c(const runtime::TypeRegistry& types, wasm::TypeId id) {
  return {types.id(), id.value};
}

weft_valtype_t to_c(const runtime::TypeRegistry& types, wasm::ValType t) {
  if (!t.is_ref()) return weft_valtype_of(to_kind(t));
  const wasm::HeapType heap = t.heap();
  if (heap.is_concrete()) {
    return weft_valtype_defined(to_c(types, heap.type_id()),
                                types[heap.type_id()].kind == wasm::CompositeKind::func,
                                t.nullable());
  }
  return weft_valtype_ref(static_cast<weft_heapkind_t>(static_cast<int>(heap.abstract()) + 1),
                          t.nullable());
}

weft_memorytype_t to_c(const wasm::MemoryType& t, uint64_t pages) {
  return {pages, t.limits.max.value_or(UINT64_MAX), t.address == wasm::AddressType::i64, t.shared,
          t.page_log2};
}

weft_tabletype_t to_c(const runtime::TypeRegistry& types, const wasm::TableType& t,
                      uint64_t length) {
  return {to_c(types, t.element), length, t.limits.max.value_or(UINT64_MAX),
          t.address == wasm::AddressType::i64};
}

weft_globaltype_t to_c(const runtime::TypeRegistry& types, const wasm::GlobalType& t) {
  return {to_c(types, t.type), t.is_mutable};
}

Result<std::vector<wasm::ValType>> from_c(const runtime::TypeRegistry& types,
                                          const weft_valtype_t* list, size_t count) {
  std::vector<wasm::ValType> out;
  out.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    WEFT_ASSIGN(out.emplace_back(), from_c(types, list[i]));
  }
  return out;
}

Result<Signature> from_c(const runtime::TypeRegistry& types, const weft_functype_t& t) {
  Signature out;
  WEFT_ASSIGN(out.params, from_c(types, t.param_types.data(), t.param_types.size()));
  WEFT_ASSIGN(out.results, from_c(types, t.result_types.data(), t.result_types.size()));
  return out;
}

weft_functype_t* to_functype(const runtime::TypeRegistry& types,
                             const runtime::CanonicalType& type) {
  auto out = std::make_unique<weft_functype>();
  for (wasm::ValType p : type.params) out->param_types.push_back(to_c(types, p));
  for (wasm::ValType r : type.results) out->result_types.push_back(to_c(types, r));
  for (const weft_valtype_t& p : out->param_types) out->params.push_back(p.kind);
  for (const weft_valtype_t& r : out->result_types) out->results.push_back(r.kind);
  return out.release();
}

}  // namespace weft::api

namespace {

runtime::TypeRegistry& types_of(const weft_engine_t* e) { return e->engine.types(); }

Result<wasm::FieldType> to_field(const runtime::TypeRegistry& types, const weft_fieldtype_t& f) {
  wasm::FieldType out;
  out.is_mutable = f.is_mutable;
  if (f.packed_bits != 0) {
    if (f.type.kind != WEFT_I32 || (f.packed_bits != 8 && f.packed_bits != 16)) {
      return fail(ErrorCode::bad_argument, "bad argument: packed fields are i32 of 8 or 16 bits");
    }
    out.type = f.packed_bits == 8 ? wasm::kI8 : wasm::kI16;
    return out;
  }
  WEFT_ASSIGN(out.type, api::from_c(types, f.type));
  return out;
}

weft_fieldtype_t to_field(const runtime::TypeRegistry& types, const wasm::FieldType& f) {
  const uint8_t packed = f.type == wasm::kI8 ? 8 : f.type == wasm::kI16 ? 16 : 0;
  return {api::to_c(types, f.type.unpacked()), packed, f.is_mutable};
}

weft_error_t* new_composite(weft_engine_t* e, wasm::CompositeKind kind,
                            const weft_fieldtype_t* fields, size_t count, const weft_type_t* super,
                            bool is_final, weft_type_t* out) {
  runtime::TypeRegistry& types = types_of(e);
  std::vector<wasm::FieldType> list;
  list.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    WEFT_ASSIGN_C(list.emplace_back(), to_field(types, fields[i]));
  }
  std::optional<wasm::TypeId> parent;
  if (super != nullptr) {
    WEFT_ASSIGN_C(parent, api::from_c(types, *super));
  }
  WEFT_ASSIGN_C(const wasm::TypeId id, types.intern_composite(kind, list, parent, is_final));
  *out = api::to_c(types, id);
  return nullptr;
}

/// Of a module's item, before there is an instance.
weft_externtype_t module_type(const weft_module_t* m, wasm::ExternKind kind, uint32_t index) {
  const runtime::TypeRegistry& types = m->module.engine().types();
  const runtime::ModuleInfo& info = m->module.info();
  const binary::Module& module = *info.module;
  weft_externtype_t out{};
  out.kind = static_cast<weft_externkind_t>(kind);
  switch (kind) {
    case wasm::ExternKind::func:
      out.of.func = api::to_c(types, info.func_type(wasm::FuncIdx(index)));
      break;
    case wasm::ExternKind::table: {
      wasm::TableType t = module.tables[index].type;
      t.element = info.canonical(t.element);
      out.of.table = api::to_c(types, t, t.limits.min);
      break;
    }
    case wasm::ExternKind::memory:
      out.of.memory = api::to_c(module.memories[index], module.memories[index].limits.min);
      break;
    case wasm::ExternKind::global: {
      wasm::GlobalType t = module.globals[index].type;
      t.type = info.canonical(t.type);
      out.of.global = api::to_c(types, t);
      break;
    }
    case wasm::ExternKind::tag:
      out.of.tag = api::to_c(types, info.type_ids[module.tags[index].type.value]);
      break;
  }
  return out;
}

weft_error_t* not_found(const char* what) {
  return api::to_c(Error(ErrorCode::not_found, std::string("there is no such ") + what));
}

}  // namespace

extern "C" {

weft_functype_t* weft_functype_new_exact(const weft_valtype_t* params, size_t param_count,
                                         const weft_valtype_t* results, size_t result_count) try {
  auto type = std::make_unique<weft_functype>();
  type->param_types.assign(params, params + param_count);
  type->result_types.assign(results, results + result_count);
  for (const weft_valtype_t& t : type->param_types) type->params.push_back(t.kind);
  for (const weft_valtype_t& t : type->result_types) type->results.push_back(t.kind);
  return type.release();
}
WEFT_OR_NULL

size_t weft_functype_param_types(const weft_functype_t* type, const weft_valtype_t** out) {
  *out = type->param_types.data();
  return type->param_types.size();
}

size_t weft_functype_result_types(const weft_functype_t* type, const weft_valtype_t** out) {
  *out = type->result_types.data();
  return type->result_types.size();
}

weft_error_t* weft_type_func(weft_engine_t* e, const weft_functype_t* type, weft_type_t* out) try {
  WEFT_REFUSE_NULL(type);
  runtime::TypeRegistry& types = types_of(e);
  WEFT_ASSIGN_C(const api::Signature signature, api::from_c(types, *type));
  WEFT_ASSIGN_C(const wasm::TypeId id, types.intern_func(signature.params, signature.results));
  *out = api::to_c(types, id);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_type_struct(weft_engine_t* e, const weft_fieldtype_t* fields, size_t field_count,
                               const weft_type_t* super, bool is_final, weft_type_t* out) try {
  return new_composite(e, wasm::CompositeKind::struct_, fields, field_count, super, is_final, out);
}
WEFT_OR_ERROR

weft_error_t* weft_type_array(weft_engine_t* e, const weft_fieldtype_t* element,
                              const weft_type_t* super, bool is_final, weft_type_t* out) try {
  return new_composite(e, wasm::CompositeKind::array, element, 1, super, is_final, out);
}
WEFT_OR_ERROR

weft_error_t* weft_type_kind(const weft_engine_t* e, weft_type_t t, weft_typekind_t* out) try {
  WEFT_ASSIGN_C(const wasm::TypeId id, api::from_c(types_of(e), t));
  *out = static_cast<weft_typekind_t>(types_of(e)[id].kind);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_type_signature(const weft_engine_t* e, weft_type_t t,
                                  weft_functype_t** out) try {
  WEFT_ASSIGN_C(const wasm::TypeId id, api::from_c(types_of(e), t));
  const runtime::CanonicalType& type = types_of(e)[id];
  if (type.kind != wasm::CompositeKind::func)
    return api::to_c(Error(ErrorCode::bad_argument, "bad argument: not a function type"));
  *out = api::to_functype(types_of(e), type);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_type_fields(const weft_engine_t* e, weft_type_t t, weft_fieldtype_t* out,
                               size_t capacity, size_t* count) try {
  WEFT_ASSIGN_C(const wasm::TypeId id, api::from_c(types_of(e), t));
  const runtime::CanonicalType& type = types_of(e)[id];
  if (type.kind == wasm::CompositeKind::func)
    return api::to_c(Error(ErrorCode::bad_argument, "bad argument: a function has no fields"));
  *count = type.fields.size();
  for (size_t i = 0; i < type.fields.size() && i < capacity; ++i)
    out[i] = to_field(types_of(e), type.fields[i]);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_type_super(const weft_engine_t* e, weft_type_t t, bool* has,
                              weft_type_t* out) try {
  WEFT_ASSIGN_C(const wasm::TypeId id, api::from_c(types_of(e), t));
  const runtime::CanonicalType& type = types_of(e)[id];
  *has = type.depth != 0;
  if (*has) *out = api::to_c(types_of(e), type.display[type.depth - 1]);
  return nullptr;
}
WEFT_OR_ERROR

bool weft_valtype_matches(const weft_engine_t* e, const weft_valtype_t* sub,
                          const weft_valtype_t* super) try {
  const auto a = api::from_c(types_of(e), *sub);
  const auto b = api::from_c(types_of(e), *super);
  return a && b && types_of(e).matches(*a, *b);
}
WEFT_OR_RETURN(false)

weft_bytes_t weft_valtype_text(const weft_engine_t* e, const weft_valtype_t* t) try {
  const auto type = api::from_c(types_of(e), *t);
  return api::to_bytes(type ? types_of(e).describe(*type) : std::string());
}
WEFT_OR_RETURN({})

weft_bytes_t weft_type_text(const weft_engine_t* e, weft_type_t t) try {
  const auto id = api::from_c(types_of(e), t);
  return api::to_bytes(id ? types_of(e).describe(*id) : std::string());
}
WEFT_OR_RETURN({})

weft_error_t* weft_module_type(const weft_module_t* m, uint32_t index, weft_type_t* out) try {
  const runtime::ModuleInfo& info = m->module.info();
  if (index >= info.type_ids.size()) return not_found("type");
  *out = api::to_c(m->module.engine().types(), info.type_ids[index]);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_module_import_type(const weft_module_t* m, size_t index,
                                      weft_externtype_t* out) try {
  const auto& imports = m->module.module().imports;
  if (index >= imports.size()) return not_found("import");
  *out = module_type(m, imports[index].kind, imports[index].index);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_module_export_type(const weft_module_t* m, size_t index,
                                      weft_externtype_t* out) try {
  const auto& exports = m->module.module().exports;
  if (index >= exports.size()) return not_found("export");
  *out = module_type(m, exports[index].kind, exports[index].index);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_extern_type(const weft_store_t* s, const weft_extern_t* item,
                               weft_externtype_t* out) try {
  const runtime::TypeRegistry& types = s->store->engine().types();
  WEFT_ASSIGN_C(const engine::Extern e, api::from_c(*s->store, *item));
  if (e.store_id != s->store->id())
    return api::to_c(Error(ErrorCode::wrong_store, "item of another store"));
  *out = {};
  out->kind = item->kind;
  switch (e.kind()) {
    case wasm::ExternKind::func: out->of.func = api::to_c(types, e.item.func->type); break;
    case wasm::ExternKind::table:
      out->of.table = api::to_c(types, e.item.table->type(), e.item.table->length);
      break;
    case wasm::ExternKind::memory:
      out->of.memory = api::to_c(e.item.memory->type(), e.item.memory->pages());
      break;
    case wasm::ExternKind::global: out->of.global = api::to_c(types, e.item.global->type()); break;
    case wasm::ExternKind::tag: out->of.tag = api::to_c(types, e.item.tag->type); break;
  }
  return nullptr;
}
WEFT_OR_ERROR

}  // extern "C"
