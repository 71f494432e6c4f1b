// wasm_weft.h: from wasm.h to weft.h and back, and what needs both.
#include "api/wasm_families.hpp"

using namespace weft;

namespace weft::api {

namespace {

wasm_instance_t* instance_name(const WasmStorePtr& state, weft_instance_t i) {
  const runtime::Store& store = state->store();
  auto found = from_handle<runtime::Instance>(store, i);
  if (!found) return refuse(*state, std::move(found.error().message));
  if (!found->belongs_to(store))
    return refuse(*state, "wrong store: the instance belongs to another store");
  return make_item<wasm_instance_t>(RefKind::instance, found->object, state);
}

}  // namespace

}  // namespace weft::api

extern "C" {

weft_config_t* weft_wasm_config(wasm_config_t* config) {
  return config == nullptr ? nullptr : config->config;
}
weft_engine_t* weft_wasm_engine(wasm_engine_t* engine) {
  return engine == nullptr ? nullptr : engine->engine;
}
weft_store_t* weft_wasm_store(wasm_store_t* store) {
  return store == nullptr ? nullptr : store->state->weft;
}
const weft_module_t* weft_wasm_module(const wasm_module_t* m) {
  return m == nullptr ? nullptr : static_cast<const api::ModuleObject&>(*m->object).module;
}

const weft_trap_t* weft_wasm_trap(const wasm_trap_t* t) try {
  if (t == nullptr) return nullptr;
  auto& object = static_cast<api::TrapObject&>(*t->object);
  if (object.weft == nullptr) {
    engine::Trap copy = object.trap;
    // The payload is ours, or of a callback whose error the message repeats.
    object.weft.reset(api::to_trap(std::move(copy)));
  }
  return object.weft.get();
}
WEFT_OR_NULL

weft_extern_t weft_wasm_extern(const wasm_extern_t* e) {
  if (e == nullptr || !e->store->alive()) return {};
  // The handle of what was freed is refused as such.
  const uint64_t store = e->store->store().id();
  weft_extern_t out{};
  switch (e->kind) {
    case api::RefKind::func:
      out.kind = WEFT_EXTERN_FUNC;
      out.of.func = {store, e->handle};
      break;
    case api::RefKind::global:
      out.kind = WEFT_EXTERN_GLOBAL;
      out.of.global = {store, e->handle};
      break;
    case api::RefKind::table:
      out.kind = WEFT_EXTERN_TABLE;
      out.of.table = {store, e->handle};
      break;
    case api::RefKind::memory:
      out.kind = WEFT_EXTERN_MEMORY;
      out.of.memory = {store, e->handle};
      break;
    default:
      out.kind = WEFT_EXTERN_TAG;
      out.of.tag = {store, e->handle};
      break;
  }
  return out;
}

weft_instance_t weft_wasm_instance(const wasm_instance_t* i) {
  if (i == nullptr || !i->store->alive()) return {};
  return {i->store->store().id(), i->handle};
}

wasm_extern_t* weft_wasm_extern_new(wasm_store_t* store, const weft_extern_t* e) try {
  const runtime::Store& runtime = store->state->store();
  auto found = api::from_c(runtime, *e);
  if (!found) return api::refuse(*store->state, std::move(found.error().message));
  if (found->store_id != runtime.id())
    return api::refuse(*store->state, "wrong store: the extern belongs to another store");
  return api::to_wasm(store->state, found->item);
}
WEFT_OR_NULL

wasm_instance_t* weft_wasm_instance_new(wasm_store_t* store, weft_instance_t i) try {
  return api::instance_name(store->state, i);
}
WEFT_OR_NULL

weft_error_t* weft_wasm_module_new(wasm_store_t* store, const char* bytes, size_t size,
                                   wasm_module_t** out) try {
  *out = nullptr;
  // SAFETY: characters are bytes.
  const auto* const data = reinterpret_cast<const uint8_t*>(bytes);
  weft_engine engine{store->state->weft->engine};
  auto object = std::make_shared<api::ModuleObject>();
  if (weft_error_t* const error = weft_module_new(&engine, data, size, &object->module))
    return error;
  *out = api::make_object<wasm_module_t>(api::RefKind::module, std::move(object), store->state);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_wasm_instantiate(wasm_store_t* store, weft_linker_t* linker,
                                    const wasm_module_t* m, wasm_instance_t** out,
                                    wasm_trap_t** trap) try {
  const api::WasmStorePtr state = store->state;
  *out = nullptr;
  *trap = nullptr;
  weft_instance_t instance{};
  weft_trap_t* failure = nullptr;
  {
    const api::WasmCall under_way(state);
    if (weft_error_t* const error = weft_linker_instantiate(
            linker, state->weft, weft_wasm_module(m), &instance, &failure)) {
      return error;
    }
    // The start function may have deleted `store`.
    if (failure == nullptr) *out = api::instance_name(state, instance);
  }
  if (failure != nullptr) {
    const std::unique_ptr<weft_trap> owned(failure);
    *trap = api::to_wasm(state, std::move(failure->trap));
  }
  return nullptr;
}
WEFT_OR_ERROR

weft_str_t weft_wasm_last_error(const wasm_store_t* store) {
  return api::borrow(store->state->last_error);
}

}  // extern "C"
