// wasm.h: names of things in a store: identity, host info, casts; foreign objects.
#include "api/wasm_families.hpp"

using namespace weft;

namespace weft::api {

wasm_ref_t* make_ref(RefKind kind, const void* item, const WasmStorePtr& store,
                     WasmObjectPtr object) {
  switch (kind) {
    case RefKind::func: return new wasm_func_t(kind, item, store, std::move(object));
    case RefKind::global: return new wasm_global_t(kind, item, store, std::move(object));
    case RefKind::table: return new wasm_table_t(kind, item, store, std::move(object));
    case RefKind::memory: return new wasm_memory_t(kind, item, store, std::move(object));
    case RefKind::tag: return new wasm_extern_t(kind, item, store, std::move(object));
    case RefKind::instance: return new wasm_instance_t(kind, item, store, std::move(object));
    case RefKind::module: return new wasm_module_t(kind, item, store, std::move(object));
    case RefKind::trap: return new wasm_trap_t(kind, item, store, std::move(object));
    case RefKind::foreign: return new wasm_foreign_t(kind, item, store, std::move(object));
    case RefKind::guest: break;
  }
  return new wasm_ref_t(kind, item, store, std::move(object));
}

bool same(const wasm_ref_t* a, const wasm_ref_t* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr || a->store != b->store || a->kind != b->kind) return false;
  if (a->item == b->item) return true;
  if (a->kind != RefKind::guest || !a->store->alive()) return false;
  // The guest's objects have an identity of their own, and a name for each time one was got.
  return static_cast<const GuestObject&>(*a->object).ref() ==
         static_cast<const GuestObject&>(*b->object).ref();
}

void* host_info(const wasm_ref_t* r) {
  if (r->object != nullptr) return r->object->info.get();
  const auto found = r->store->infos.find(r->item);
  return found == r->store->infos.end() || found->second == nullptr ? nullptr
                                                                    : found->second->get();
}

void set_host_info(wasm_ref_t* r, void* data, void (*finalize)(void*)) {
  if (r->object != nullptr) {
    const WasmObjectPtr kept = r->object;  // the old finalizer may delete the last name
    kept->info.set(data, finalize);
    return;
  }
  if (!r->store->alive()) {
    if (finalize != nullptr) finalize(data);
    return;
  }
  try {
    std::unique_ptr<HostInfo>& info = r->store->infos[r->item];
    if (info == nullptr) info = std::make_unique<HostInfo>();
    info->set(data, finalize);
    return;
  } catch (const std::bad_alloc&) {
    // Nowhere to keep it: it ends at once.
  }
  if (finalize != nullptr) finalize(data);
}

GuestObject::GuestObject(WasmStorePtr s, runtime::Ref ref) : state(std::move(s)) {
  if (state->free_pins.empty()) {
    // Whoever gives a pin back must find room for it.
    if (state->free_pins.capacity() <= state->pins) state->free_pins.reserve(2 * state->pins + 8);
    const runtime::Cell null;
    pin = state->store().add_global({wasm::kExternRef, true}, {&null, 1});
    ++state->pins;
  } else {
    pin = state->free_pins.back();
    state->free_pins.pop_back();
  }
  pin->value[0].set(ref);
}

GuestObject::~GuestObject() {
  if (!state->alive()) return;
  pin->value[0] = {};
  state->free_pins.push_back(pin);
}

engine::Extern to_extern(const wasm_extern_t* e) {
  switch (e->kind) {
    case RefKind::func: return engine::Extern::of(handle_of<runtime::VMFuncRef>(e));
    case RefKind::global: return engine::Extern::of(handle_of<runtime::Global>(e));
    case RefKind::table: return engine::Extern::of(handle_of<runtime::Table>(e));
    case RefKind::memory: return engine::Extern::of(handle_of<runtime::Memory>(e));
    default: return engine::Extern::of(handle_of<runtime::Tag>(e));
  }
}

wasm_extern_t* to_wasm(const WasmStorePtr& store, const runtime::Extern& item) {
  switch (item.kind) {
    case wasm::ExternKind::func: return make_item<wasm_func_t>(RefKind::func, item.func, store);
    case wasm::ExternKind::global:
      return make_item<wasm_global_t>(RefKind::global, item.global, store);
    case wasm::ExternKind::table: return make_item<wasm_table_t>(RefKind::table, item.table, store);
    case wasm::ExternKind::memory:
      return make_item<wasm_memory_t>(RefKind::memory, item.memory, store);
    case wasm::ExternKind::tag: break;
  }
  return make_item<wasm_extern_t>(RefKind::tag, item.tag, store);
}

namespace {

constexpr bool is_func(RefKind k) { return k == RefKind::func; }
constexpr bool is_global(RefKind k) { return k == RefKind::global; }
constexpr bool is_table(RefKind k) { return k == RefKind::table; }
constexpr bool is_memory(RefKind k) { return k == RefKind::memory; }
constexpr bool is_extern(RefKind k) { return k <= RefKind::tag; }
constexpr bool is_instance(RefKind k) { return k == RefKind::instance; }
constexpr bool is_module(RefKind k) { return k == RefKind::module; }
constexpr bool is_trap(RefKind k) { return k == RefKind::trap; }
constexpr bool is_foreign(RefKind k) { return k == RefKind::foreign; }

}  // namespace

}  // namespace weft::api

extern "C" {

WEFT_WASM_REF_BASE(ref)
WEFT_WASM_REF(trap, api::is_trap)
WEFT_WASM_REF(foreign, api::is_foreign)
WEFT_WASM_REF(module, api::is_module)
WEFT_WASM_REF(instance, api::is_instance)
WEFT_WASM_REF(extern, api::is_extern)
WEFT_WASM_EXTERN(func, api::is_func)
WEFT_WASM_EXTERN(global, api::is_global)
WEFT_WASM_EXTERN(table, api::is_table)
WEFT_WASM_EXTERN(memory, api::is_memory)
WEFT_WASM_VEC(extern)

wasm_foreign_t* wasm_foreign_new(wasm_store_t* store) try {
  return api::make_object<wasm_foreign_t>(api::RefKind::foreign,
                                          std::make_shared<api::WasmObject>(), store->state);
}
WEFT_OR_NULL

}  // extern "C"
