// weft.h: stores, memories, tables, globals, references.
#include "api/objects.hpp"

using namespace weft;

namespace {
constexpr uint64_t kNoMaximum = UINT64_MAX;

wasm::Limits limits_of(uint64_t min, uint64_t max) {
  wasm::Limits limits;
  limits.min = min;
  if (max != kNoMaximum) limits.max = max;
  return limits;
}
}  // namespace

extern "C" {

weft_error_t* weft_store_new(weft_engine_t* engine, void* data, void (*finalizer)(void*),
                             weft_store_t** out) try {
  api::Owned given(data, finalizer);
  auto store = std::make_unique<weft_store>(engine->engine);
  store->store = engine->engine.new_store();
  store->store->host_data = store.get();
  store->data = data;
  store->finalizer = finalizer;
  given.release();
  *out = store.release();
  return nullptr;
}
WEFT_OR_ERROR

void weft_store_delete(weft_store_t* s) { delete s; }
void* weft_store_data(const weft_store_t* s) { return s->data; }

weft_error_t* weft_store_set_fuel(weft_store_t* s, uint64_t fuel) try {
  if (!s->engine.config().fuel) {
    return api::to_c(Error(ErrorCode::bad_config,
                           "fuel is not counted: the engine was made without option \"fuel\""));
  }
  s->store->set_fuel(fuel);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_store_fuel(const weft_store_t* s, uint64_t* out) try {
  if (!s->engine.config().fuel) {
    return api::to_c(Error(ErrorCode::bad_config,
                           "fuel is not counted: the engine was made without option \"fuel\""));
  }
  *out = s->store->fuel();
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_store_set_epoch_deadline(weft_store_t* s, uint64_t ticks) try {
  if (!s->engine.config().epochs) {
    return api::to_c(Error(ErrorCode::bad_config, "the engine was made without option \"epochs\""));
  }
  s->store->set_epoch_deadline(ticks);
  return nullptr;
}
WEFT_OR_ERROR

void weft_store_limits(weft_store_t* s, const weft_limits_t* l) {
  const auto narrow = [](uint64_t n) {
    return static_cast<uint32_t>(std::min<uint64_t>(n, UINT32_MAX));
  };
  runtime::StoreLimits& limits = s->store->limits;
  limits.memory_bytes = l->memory_bytes;
  limits.table_elements = l->table_elements;
  limits.instances = narrow(l->instances);
  limits.memories = narrow(l->memories);
  limits.tables = narrow(l->tables);
}

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

weft_error_t* weft_global_new(weft_store_t* s, weft_valkind_t kind, bool is_mutable,
                              const weft_val_t* v, weft_global_t* out) try {
  WEFT_ASSIGN_C(const engine::Value value, api::from_c(*s->store, *v));
  WEFT_ASSIGN_C(const engine::Global global,
                engine::new_global(*s->store, {api::to_val_type(kind), is_mutable}, value));
  *out = api::to_handle<weft_global_t>(*s->store, global);
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
  wasm::TableType type;
  type.element = api::to_val_type(kind);
  type.limits = limits_of(min, max);
  type.address = table64 ? wasm::AddressType::i64 : wasm::AddressType::i32;
  WEFT_ASSIGN_C(const engine::Value value, api::from_c(*s->store, *init));
  WEFT_ASSIGN_C(const engine::Table table, engine::new_table(*s->store, type, value));
  *out = api::to_handle<weft_table_t>(*s->store, table);
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

weft_error_t* weft_externref_new(weft_store_t* s, void* value, void (*finalizer)(void*),
                                 weft_ref_t* out) try {
  const runtime::Ref ref = s->store->heap().add_host_value({value, finalizer});
  if (ref == runtime::kNullRef)
    return api::to_c(Error(ErrorCode::limit_exceeded, "the store's heap is full"));
  *out = {s->store->id(), ref};
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_externref_get(const weft_store_t* s, weft_ref_t ref, void** out) try {
  if (ref.store != s->store->id())
    return api::to_c(Error(ErrorCode::wrong_store, "reference of another store"));
  const runtime::HostValue* value = s->store->heap().host_value(ref.handle);
  if (value == nullptr) return api::to_c(Error(ErrorCode::bad_argument, "not a host reference"));
  *out = value->data;
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_ref_shape(weft_store_t* s, weft_ref_t ref, weft_refshape_t* out) try {
  *out = WEFT_REF_NULL;
  if (ref.handle == runtime::kNullRef) return nullptr;
  if (ref.store != s->store->id())
    return api::to_c(Error(ErrorCode::wrong_store, "reference of another store"));
  runtime::Heap& heap = s->store->heap();
  if (!heap.is_valid(ref.handle))
    return api::to_c(Error(ErrorCode::bad_argument, "the reference's object is gone"));
  *out = WEFT_REF_I31;
  if (runtime::is_i31(ref.handle)) return nullptr;
  switch (heap.header(ref.handle).kind()) {
    case runtime::ObjectKind::struct_: *out = WEFT_REF_STRUCT; break;
    case runtime::ObjectKind::array: *out = WEFT_REF_ARRAY; break;
    case runtime::ObjectKind::exception: *out = WEFT_REF_EXCEPTION; break;
    default: *out = WEFT_REF_HOST; break;
  }
  return nullptr;
}
WEFT_OR_ERROR

size_t weft_scope_open(weft_store_t* s) { return s->store->heap().open_scope(); }
void weft_scope_close(weft_store_t* s, size_t scope) { s->store->heap().close_scope(scope); }
void weft_store_collect(weft_store_t* s) { s->store->heap().collect(); }

}  // extern "C"
