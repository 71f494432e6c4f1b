// wasm.h: names of things in a store: identity, host info, casts; foreign objects.
#include "api/wasm_families.hpp"

using namespace weft;

namespace weft::api {

wasm_ref_t* make_ref(RefKind kind, const void* item, const WasmStorePtr& store,
                     WasmObjectPtr object, uint64_t handle) {
  const auto make = [&]<class T>(std::type_identity<T>) -> wasm_ref_t* {
    return new T(kind, item, store, std::move(object), handle);
  };
  switch (kind) {
    case RefKind::func: return make(std::type_identity<wasm_func_t>{});
    case RefKind::global: return make(std::type_identity<wasm_global_t>{});
    case RefKind::table: return make(std::type_identity<wasm_table_t>{});
    case RefKind::memory: return make(std::type_identity<wasm_memory_t>{});
    case RefKind::tag: return make(std::type_identity<wasm_extern_t>{});
    case RefKind::instance: return make(std::type_identity<wasm_instance_t>{});
    case RefKind::module: return make(std::type_identity<wasm_module_t>{});
    case RefKind::trap: return make(std::type_identity<wasm_trap_t>{});
    case RefKind::foreign: return make(std::type_identity<wasm_foreign_t>{});
    case RefKind::guest: break;
  }
  return make(std::type_identity<wasm_ref_t>{});
}

uint64_t handle_of_item(RefKind kind, const void* item, const WasmStore& store) {
  const runtime::Store& s = store.store();
  // SAFETY: `item` is what `kind` says.
  switch (kind) {
    case RefKind::func: return s.handle_of(*static_cast<const runtime::VMFuncRef*>(item));
    case RefKind::global: return s.handle_of(static_cast<const runtime::Global*>(item)->id());
    case RefKind::table: return s.handle_of(static_cast<const runtime::Table*>(item)->id());
    case RefKind::memory: return s.handle_of(static_cast<const runtime::Memory*>(item)->id());
    case RefKind::tag: return s.handle_of(static_cast<const runtime::Tag*>(item)->id);
    case RefKind::instance: return s.handle_of(*static_cast<const runtime::Instance*>(item));
    default: return 0;
  }
}

bool is_live(const wasm_ref_t* r) {
  if (!r->store->alive()) return false;
  const runtime::Store& s = r->store->store();
  using wasm::ExternKind;
  switch (r->kind) {
    case RefKind::func: return s.find_func(r->handle) != nullptr;
    case RefKind::global: return s.find(ExternKind::global, r->handle).global != nullptr;
    case RefKind::table: return s.find(ExternKind::table, r->handle).table != nullptr;
    case RefKind::memory: return s.find(ExternKind::memory, r->handle).memory != nullptr;
    case RefKind::tag: return s.find(ExternKind::tag, r->handle).tag != nullptr;
    case RefKind::instance: return s.find_instance(r->handle) != nullptr;
    default: return true;
  }
}

bool same(const wasm_ref_t* a, const wasm_ref_t* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr || a->store != b->store || a->kind != b->kind) return false;
  // An address is used again after an instance was freed.
  if (a->item == b->item && a->handle == b->handle) return true;
  if (a->kind != RefKind::guest || !a->store->alive()) return false;
  // The guest's objects have an identity of their own, and a name for each time one was got.
  return static_cast<const GuestObject&>(*a->object).ref() ==
         static_cast<const GuestObject&>(*b->object).ref();
}

void* host_info(const wasm_ref_t* r) {
  if (r->object != nullptr) return r->object->info.get();
  const auto found = r->store->infos.find(r->item);
  if (found == r->store->infos.end() || found->second == nullptr) return nullptr;
  return found->second->handle == r->handle ? found->second->get() : nullptr;
}

void set_host_info(wasm_ref_t* r, void* data, void (*finalize)(void*)) {
  if (r->object != nullptr) {
    const WasmObjectPtr kept = r->object;  // the old finalizer may delete the last name
    kept->info.set(data, finalize);
    return;
  }
  if (!is_live(r)) {
    if (finalize != nullptr) finalize(data);
    return;
  }
  try {
    std::unique_ptr<HostInfo>& info = r->store->infos[r->item];
    if (info != nullptr && info->handle != r->handle) info.reset();  // of what was here before
    if (info == nullptr) info = std::make_unique<HostInfo>();
    info->handle = r->handle;
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
