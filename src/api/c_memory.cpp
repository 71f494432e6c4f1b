// weft.h: memories, tables, globals.
#include "api/objects.hpp"
#include "api/types.hpp"

using namespace weft;

namespace {
constexpr uint64_t kNoMaximum = UINT64_MAX;

wasm::Limits limits_of(uint64_t min, uint64_t max) {
  wasm::Limits limits;
  limits.min = min;
  if (max != kNoMaximum) limits.max = max;
  return limits;
}

weft_error_t* wrong_store(const char* what) {
  return api::to_c(Error(ErrorCode::wrong_store, std::string(what) + " of another store"));
}

}  // namespace

extern "C" {

weft_error_t* weft_memory_new(weft_store_t* s, uint64_t min_pages, uint64_t max_pages,
                              bool memory64, bool shared, weft_memory_t* out) try {
  wasm::MemoryType type;
  type.limits = limits_of(min_pages, max_pages);
  type.address = memory64 ? wasm::AddressType::i64 : wasm::AddressType::i32;
  type.shared = shared;
  WEFT_ASSIGN_C(const engine::Memory memory, engine::new_memory(*s->store, type));
  *out = api::to_handle<weft_memory_t>(*s->store, memory);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_memory_data(const weft_store_t* s, weft_memory_t m, uint8_t** base,
                               uint64_t* bytes) try {
  WEFT_ASSIGN_C(const engine::Memory memory, api::from_handle<runtime::Memory>(*s->store, m));
  if (!memory.belongs_to(*s->store))
    return api::to_c(Error(ErrorCode::wrong_store, "memory of another store"));
  *base = reinterpret_cast<uint8_t*>(memory.object->base);
  *bytes = length_of(*memory.object);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_memory_grow(weft_store_t* s, weft_memory_t m, uint64_t delta,
                               uint64_t* old) try {
  WEFT_ASSIGN_C(const engine::Memory memory, api::from_handle<runtime::Memory>(*s->store, m));
  WEFT_ASSIGN_C(*old, engine::grow_memory(*s->store, memory, delta));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_memory_type(const weft_store_t* s, weft_memory_t m, weft_memorytype_t* out) try {
  WEFT_ASSIGN_C(const engine::Memory memory, api::from_handle<runtime::Memory>(*s->store, m));
  if (!memory.belongs_to(*s->store)) return wrong_store("memory");
  *out = api::to_c(memory.object->type(), memory.object->pages());
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_global_new(weft_store_t* s, weft_valkind_t kind, bool is_mutable,
                              const weft_val_t* v, weft_global_t* out) try {
  const weft_globaltype_t type{weft_valtype_of(kind), is_mutable};
  return weft_global_new_exact(s, &type, v, out);
}
WEFT_OR_ERROR

weft_error_t* weft_global_new_exact(weft_store_t* s, const weft_globaltype_t* t,
                                    const weft_val_t* v, weft_global_t* out) try {
  WEFT_ASSIGN_C(const wasm::ValType type, api::from_c(s->store->engine().types(), t->type));
  WEFT_ASSIGN_C(const engine::Value value, api::from_c(*s->store, *v));
  WEFT_ASSIGN_C(const engine::Global global,
                engine::new_global(*s->store, {type, t->is_mutable}, value));
  *out = api::to_handle<weft_global_t>(*s->store, global);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_global_type(const weft_store_t* s, weft_global_t g, weft_globaltype_t* out) try {
  WEFT_ASSIGN_C(const engine::Global global, api::from_handle<runtime::Global>(*s->store, g));
  if (!global.belongs_to(*s->store)) return wrong_store("global");
  *out = api::to_c(s->store->engine().types(), global.object->type());
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_global_get(const weft_store_t* s, weft_global_t g, weft_val_t* out) try {
  WEFT_ASSIGN_C(const engine::Global global, api::from_handle<runtime::Global>(*s->store, g));
  WEFT_ASSIGN_C(const engine::Value value, engine::read_global(*s->store, global));
  *out = api::to_c(*s->store, value);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_global_set(weft_store_t* s, weft_global_t g, const weft_val_t* v) try {
  WEFT_ASSIGN_C(const engine::Value value, api::from_c(*s->store, *v));
  WEFT_ASSIGN_C(const engine::Global global, api::from_handle<runtime::Global>(*s->store, g));
  WEFT_TRY_C(engine::write_global(*s->store, global, value));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_table_new(weft_store_t* s, weft_valkind_t kind, uint64_t min, uint64_t max,
                             bool table64, const weft_val_t* init, weft_table_t* out) try {
  const weft_tabletype_t type{weft_valtype_of(kind), min, max, table64};
  return weft_table_new_exact(s, &type, init, out);
}
WEFT_OR_ERROR

weft_error_t* weft_table_new_exact(weft_store_t* s, const weft_tabletype_t* t,
                                   const weft_val_t* init, weft_table_t* out) try {
  wasm::TableType type;
  WEFT_ASSIGN_C(type.element, api::from_c(s->store->engine().types(), t->element));
  if (!type.element.is_ref())
    return api::to_c(Error(ErrorCode::bad_argument, "bad argument: tables hold references"));
  type.limits = limits_of(t->min, t->max);
  type.address = t->table64 ? wasm::AddressType::i64 : wasm::AddressType::i32;
  WEFT_ASSIGN_C(const engine::Value value, api::from_c(*s->store, *init));
  WEFT_ASSIGN_C(const engine::Table table, engine::new_table(*s->store, type, value));
  *out = api::to_handle<weft_table_t>(*s->store, table);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_table_type(const weft_store_t* s, weft_table_t t, weft_tabletype_t* out) try {
  WEFT_ASSIGN_C(const engine::Table table, api::from_handle<runtime::Table>(*s->store, t));
  if (!table.belongs_to(*s->store)) return wrong_store("table");
  *out = api::to_c(s->store->engine().types(), table.object->type(), table.object->length);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_table_fill(weft_store_t* s, weft_table_t t, uint64_t index, uint64_t count,
                              const weft_val_t* v) try {
  WEFT_ASSIGN_C(const engine::Value value, api::from_c(*s->store, *v));
  WEFT_ASSIGN_C(const engine::Table table, api::from_handle<runtime::Table>(*s->store, t));
  WEFT_TRY_C(engine::fill_table(*s->store, table, index, count, value));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_table_size(const weft_store_t* s, weft_table_t t, uint64_t* out) try {
  WEFT_ASSIGN_C(const engine::Table table, api::from_handle<runtime::Table>(*s->store, t));
  if (!table.belongs_to(*s->store))
    return api::to_c(Error(ErrorCode::wrong_store, "table of another store"));
  *out = table.object->length;
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_table_get(const weft_store_t* s, weft_table_t t, uint64_t index,
                             weft_val_t* out) try {
  WEFT_ASSIGN_C(const engine::Table table, api::from_handle<runtime::Table>(*s->store, t));
  WEFT_ASSIGN_C(const engine::Value value, engine::read_table(*s->store, table, index));
  *out = api::to_c(*s->store, value);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_table_set(weft_store_t* s, weft_table_t t, uint64_t index,
                             const weft_val_t* v) try {
  WEFT_ASSIGN_C(const engine::Value value, api::from_c(*s->store, *v));
  WEFT_ASSIGN_C(const engine::Table table, api::from_handle<runtime::Table>(*s->store, t));
  WEFT_TRY_C(engine::write_table(*s->store, table, index, value));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_table_grow(weft_store_t* s, weft_table_t t, uint64_t delta,
                              const weft_val_t* init, uint64_t* old) try {
  WEFT_ASSIGN_C(const engine::Value value, api::from_c(*s->store, *init));
  WEFT_ASSIGN_C(const engine::Table table, api::from_handle<runtime::Table>(*s->store, t));
  WEFT_ASSIGN_C(*old, engine::grow_table(*s->store, table, delta, value));
  return nullptr;
}
WEFT_OR_ERROR

}  // extern "C"
