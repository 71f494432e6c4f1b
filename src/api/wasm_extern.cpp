// wasm.h: globals, tables, memories, and externs of any kind.
#include <algorithm>
#include <limits>

#include "api/wasm_families.hpp"

using namespace weft;

namespace weft::api {

namespace {

template <class T>
bool ok(WasmStore& store, Result<T> result) {
  if (!result) refuse(store, std::move(result.error().message));
  return result.has_value();
}

template <class T>
T narrow(uint64_t n) {
  return static_cast<T>(std::min<uint64_t>(n, std::numeric_limits<T>::max()));
}

/// Nothing, or a reason why not, for a type whose limits contradict each other: engine/ says so.
Result<engine::Table> new_table(WasmStore& state, const wasm_tabletype_t* type,
                                const wasm_ref_t* init) {
  wasm::TableType t;
  const auto element = val_type(type->element.kind);
  if (!element || !element->is_ref())
    return fail(ErrorCode::bad_argument, "bad argument: elements of a table are references");
  t.element = *element;
  t.limits = from_wasm(type->limits);
  WEFT_ASSIGN(const engine::Value value, to_value(state, init, t.element));
  return engine::new_table(state.store(), t, value);
}

Result<engine::Global> new_global(WasmStore& state, const wasm_globaltype_t* type,
                                  const wasm_val_t& val) {
  const auto content = val_type(type->content.kind);
  if (!content) return fail(ErrorCode::bad_argument, "bad argument: no such kind of value");
  WEFT_ASSIGN(const engine::Value value, to_value(state, val, *content));
  return engine::new_global(state.store(), {*content, type->mutability == WASM_VAR}, value);
}

Result<> set_global(WasmStore& state, const engine::Global& global, const wasm_val_t& val) {
  WEFT_ASSIGN(const engine::Value value, to_value(state, val, global.object->type().type));
  return engine::write_global(state.store(), global, value);
}

Result<> set_table(WasmStore& state, const engine::Table& table, uint32_t index,
                   const wasm_ref_t* ref) {
  WEFT_ASSIGN(const engine::Value value, to_value(state, ref, table.object->type().element));
  return engine::write_table(state.store(), table, index, value);
}

Result<> grow_table(WasmStore& state, const engine::Table& table, uint32_t delta,
                    const wasm_ref_t* init) {
  const runtime::TableType& type = table.object->type();
  // A table of references that cannot be null may still be asked to grow by nothing.
  if (delta == 0) return {};
  WEFT_ASSIGN(const engine::Value value, to_value(state, init, type.element));
  WEFT_TRY(engine::grow_table(state.store(), table, delta, value));
  return {};
}

}  // namespace

}  // namespace weft::api

extern "C" {

// --- globals
wasm_global_t* wasm_global_new(wasm_store_t* store, const wasm_globaltype_t* type,
                               const wasm_val_t* val) try {
  const runtime::RootScope scope(store->state->store().heap());
  auto global = api::new_global(*store->state, type, *val);
  if (!global) return api::refuse(*store->state, std::move(global.error().message));
  return api::make_item<wasm_global_t>(api::RefKind::global, global->object, store->state);
}
WEFT_OR_NULL

wasm_globaltype_t* wasm_global_type(const wasm_global_t* g) try {
  const auto* const global = api::item_of<runtime::Global>(g);
  return global == nullptr ? nullptr : api::new_globaltype(g->store->types(), global->type());
}
WEFT_OR_NULL

void wasm_global_get(const wasm_global_t* g, wasm_val_t* out) try {
  *out = WASM_INIT_VAL;
  const auto* const global = api::item_of<runtime::Global>(g);
  if (global != nullptr) *out = api::to_val(g->store, global->value, global->type().type);
}
WEFT_OR_RETURN()

void wasm_global_set(wasm_global_t* g, const wasm_val_t* val) try {
  const auto global = api::handle_of<runtime::Global>(g);
  if (!global) return;
  const runtime::RootScope scope(g->store->store().heap());
  api::ok(*g->store, api::set_global(*g->store, global, *val));
}
WEFT_OR_RETURN()

// --- tables
wasm_table_t* wasm_table_new(wasm_store_t* store, const wasm_tabletype_t* type,
                             wasm_ref_t* init) try {
  const runtime::RootScope scope(store->state->store().heap());
  auto table = api::new_table(*store->state, type, init);
  if (!table) return api::refuse(*store->state, std::move(table.error().message));
  return api::make_item<wasm_table_t>(api::RefKind::table, table->object, store->state);
}
WEFT_OR_NULL

wasm_tabletype_t* wasm_table_type(const wasm_table_t* t) try {
  const auto* const table = api::item_of<runtime::Table>(t);
  if (table == nullptr) return nullptr;
  wasm::TableType type = table->type();
  type.limits.min = table->length;
  return api::new_tabletype(t->store->types(), type);
}
WEFT_OR_NULL

wasm_ref_t* wasm_table_get(const wasm_table_t* t, wasm_table_size_t index) try {
  const auto table = api::handle_of<runtime::Table>(t);
  if (!table) return nullptr;
  auto value = engine::read_table(t->store->store(), table, index);
  if (!value) return api::refuse(*t->store, std::move(value.error().message));
  return api::to_ref(t->store, value->cell[0], value->type);
}
WEFT_OR_NULL

bool wasm_table_set(wasm_table_t* t, wasm_table_size_t index, wasm_ref_t* ref) try {
  const auto table = api::handle_of<runtime::Table>(t);
  if (!table) return false;
  const runtime::RootScope scope(t->store->store().heap());
  return api::ok(*t->store, api::set_table(*t->store, table, index, ref));
}
WEFT_OR_RETURN(false)

wasm_table_size_t wasm_table_size(const wasm_table_t* t) {
  const auto* const table = api::item_of<runtime::Table>(t);
  return table == nullptr ? 0 : api::narrow<wasm_table_size_t>(table->length);
}

bool wasm_table_grow(wasm_table_t* t, wasm_table_size_t delta, wasm_ref_t* init) try {
  const auto table = api::handle_of<runtime::Table>(t);
  if (!table) return false;
  const runtime::RootScope scope(t->store->store().heap());
  return api::ok(*t->store, api::grow_table(*t->store, table, delta, init));
}
WEFT_OR_RETURN(false)

// --- memories
wasm_memory_t* wasm_memory_new(wasm_store_t* store, const wasm_memorytype_t* type) try {
  wasm::MemoryType t;
  t.limits = api::from_wasm(type->limits);
  constexpr uint64_t kPages = 1u << 16;
  if (t.limits.min > kPages || t.limits.max.value_or(0) > kPages)
    return api::refuse(*store->state, "bad argument: a memory has at most 65536 pages");
  auto memory = engine::new_memory(store->state->store(), t);
  if (!memory) return api::refuse(*store->state, std::move(memory.error().message));
  return api::make_item<wasm_memory_t>(api::RefKind::memory, memory->object, store->state);
}
WEFT_OR_NULL

wasm_memorytype_t* wasm_memory_type(const wasm_memory_t* m) try {
  const auto* const memory = api::item_of<runtime::Memory>(m);
  if (memory == nullptr) return nullptr;
  wasm::MemoryType type = memory->type();
  type.limits.min = memory->pages();
  return api::new_memorytype(type);
}
WEFT_OR_NULL

byte_t* wasm_memory_data(wasm_memory_t* m) {
  const auto* const memory = api::item_of<runtime::Memory>(m);
  return memory == nullptr ? nullptr : reinterpret_cast<byte_t*>(memory->base);
}

size_t wasm_memory_data_size(const wasm_memory_t* m) {
  const auto* const memory = api::item_of<runtime::Memory>(m);
  return memory == nullptr ? 0 : length_of(*memory);
}

wasm_memory_pages_t wasm_memory_size(const wasm_memory_t* m) {
  const auto* const memory = api::item_of<runtime::Memory>(m);
  return memory == nullptr ? 0 : api::narrow<wasm_memory_pages_t>(memory->pages());
}

bool wasm_memory_grow(wasm_memory_t* m, wasm_memory_pages_t delta) try {
  const auto memory = api::handle_of<runtime::Memory>(m);
  return memory && api::ok(*m->store, engine::grow_memory(m->store->store(), memory, delta));
}
WEFT_OR_RETURN(false)

// --- any of them
wasm_externkind_t wasm_extern_kind(const wasm_extern_t* e) {
  switch (e->kind) {
    case api::RefKind::func: return WASM_EXTERN_FUNC;
    case api::RefKind::global: return WASM_EXTERN_GLOBAL;
    case api::RefKind::table: return WASM_EXTERN_TABLE;
    case api::RefKind::memory: return WASM_EXTERN_MEMORY;
    default: return WEFT_WASM_EXTERN_TAG;
  }
}

wasm_externtype_t* wasm_extern_type(const wasm_extern_t* e) try {
  switch (e->kind) {
    case api::RefKind::func: return wasm_func_type(static_cast<const wasm_func_t*>(e));
    case api::RefKind::global: return wasm_global_type(static_cast<const wasm_global_t*>(e));
    case api::RefKind::table: return wasm_table_type(static_cast<const wasm_table_t*>(e));
    case api::RefKind::memory: return wasm_memory_type(static_cast<const wasm_memory_t*>(e));
    default: return new wasm_externtype_t(WEFT_WASM_EXTERN_TAG);
  }
}
WEFT_OR_NULL

}  // extern "C"
