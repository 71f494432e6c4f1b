// weft.h: linking and instances.
#include "api/objects.hpp"

using namespace weft;

namespace {

weft_error_t* finish(const weft_store_t*, engine::InstantiateResult result, weft_instance_t* out,
                     weft_trap_t** trap) {
  *trap = nullptr;
  if (result.ok()) {
    *out = api::to_handle<weft_instance_t>(result.instance());
    return nullptr;
  }
  if (result.error() != nullptr) return api::to_c(*result.error());
  *trap = api::to_trap(*result.trap());
  return nullptr;
}

}  // namespace

extern "C" {

weft_linker_t* weft_linker_new(weft_engine_t* e) {
  return new weft_linker{engine::Linker(e->engine)};
}
void weft_linker_delete(weft_linker_t* l) { delete l; }

weft_error_t* weft_linker_define(weft_linker_t* l, const weft_store_t* s, const char* module,
                                 size_t module_size, const char* name, size_t name_size,
                                 const weft_extern_t* item) {
  WEFT_ASSIGN_C(const engine::Extern e, api::from_c(*item));
  if (e.store_id != s->store->id())
    return api::to_c(Error(ErrorCode::wrong_store, "item of another store"));
  WEFT_TRY_C(l->linker.define(api::view(module, module_size), api::view(name, name_size), e));
  return nullptr;
}

weft_error_t* weft_linker_func(weft_linker_t* l, const char* module, size_t module_size,
                               const char* name, size_t name_size, const weft_functype_t* type,
                               weft_callback_t callback, void* env, void (*finalizer)(void*)) {
  engine::HostFuncDef def;
  def.params = api::to_val_types(type->params.data(), type->params.size());
  def.results = api::to_val_types(type->results.data(), type->results.size());
  def.callback = &api::Callback::run;
  def.env = std::make_shared<api::Callback>(callback, env, finalizer, api::cells_needed(*type));
  WEFT_TRY_C(l->linker.define_func(api::view(module, module_size), api::view(name, name_size),
                                   std::move(def)));
  return nullptr;
}

weft_error_t* weft_linker_instance(weft_linker_t* l, const weft_store_t* s, const char* module,
                                   size_t module_size, weft_instance_t i) {
  WEFT_TRY_C(l->linker.define_instance(*s->store, api::view(module, module_size),
                                       api::from_handle<runtime::Instance>(i)));
  return nullptr;
}

weft_error_t* weft_linker_instantiate(weft_linker_t* l, weft_store_t* s, const weft_module_t* m,
                                      weft_instance_t* out, weft_trap_t** trap) {
  return finish(s, l->linker.instantiate(*s->store, m->module), out, trap);
}

weft_error_t* weft_instance_new(weft_store_t* s, const weft_module_t* m,
                                const weft_extern_t* imports, size_t import_count,
                                weft_instance_t* out, weft_trap_t** trap) {
  std::vector<engine::Extern> externs;
  externs.reserve(import_count);
  for (size_t i = 0; i < import_count; ++i) {
    WEFT_ASSIGN_C(externs.emplace_back(), api::from_c(imports[i]));
  }
  return finish(s, engine::instantiate(*s->store, m->module, externs), out, trap);
}

bool weft_instance_export(const weft_store_t* s, weft_instance_t i, const char* name, size_t size,
                          weft_extern_t* out) {
  const auto found =
      engine::get_export(*s->store, api::from_handle<runtime::Instance>(i), api::view(name, size));
  if (!found) return false;
  *out = api::to_c(*found);
  return true;
}

}  // extern "C"
