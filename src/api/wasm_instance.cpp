// wasm.h: instances.
#include "api/wasm_families.hpp"

using namespace weft;

namespace weft::api {

namespace {

/// What was given for the imports: an empty extern where there is none, which no import accepts.
std::vector<engine::Extern> externs_of(const wasm_extern_vec_t* imports) {
  std::vector<engine::Extern> out;
  if (imports == nullptr) return out;
  out.reserve(imports->size);
  for (size_t i = 0; i < imports->size; ++i)
    out.push_back(imports->data[i] == nullptr ? engine::Extern{} : to_extern(imports->data[i]));
  return out;
}

wasm_instance_t* new_instance(const WasmStorePtr& state, const wasm_module_t* m,
                              const wasm_extern_vec_t* imports, wasm_trap_t** trap) {
  const auto& module = static_cast<const ModuleObject&>(*m->object).module->module;
  const std::vector<engine::Extern> externs = externs_of(imports);
  const WasmCall under_way(state);
  engine::InstantiateResult result = engine::instantiate(state->store(), module, externs);
  if (result.ok())
    return make_item<wasm_instance_t>(RefKind::instance, result.instance().object, state);
  refuse(*state, result.message());
  if (trap != nullptr) {
    *trap = result.error() != nullptr ? to_wasm(state, *result.error())
                                      : to_wasm(state, *result.trap());
  }
  return nullptr;
}

}  // namespace

}  // namespace weft::api

extern "C" {

wasm_instance_t* wasm_instance_new(wasm_store_t* store, const wasm_module_t* m,
                                   const wasm_extern_vec_t* imports, wasm_trap_t** trap) {
  const api::WasmStorePtr state = store->state;  // the start function may delete `store`
  if (trap != nullptr) *trap = nullptr;
  try {
    return api::new_instance(state, m, imports, trap);
  } catch (...) {
    api::expect_out_of_memory();
    if (trap != nullptr) *trap = api::wasm_out_of_memory_trap();
    return nullptr;
  }
}

void wasm_instance_exports(const wasm_instance_t* i, wasm_extern_vec_t* out) try {
  *out = {0, nullptr};
  auto* const instance = api::item_of<runtime::Instance>(i);
  if (instance == nullptr) return;
  const auto& exports = instance->module().exports;
  api::OwnedVec<wasm_extern_vec_t, wasm_extern_vec_delete> list;
  wasm_extern_vec_new_uninitialized(list.get(), exports.size());
  for (size_t k = 0; k < list.get()->size; ++k)
    list.get()->data[k] = api::to_wasm(i->store, instance->export_at(exports[k]));
  *out = list.release();
}
WEFT_OR_RETURN()

}  // extern "C"
