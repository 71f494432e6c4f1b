// weft.h: linking and instances.
#include "api/objects.hpp"
#include "api/types.hpp"

using namespace weft;

namespace weft::api {

weft_error_t* finish(const weft_store_t& s, engine::InstantiateResult result, weft_instance_t* out,
                     weft_trap_t** trap) {
  *trap = nullptr;
  if (result.ok()) {
    *out = to_handle<weft_instance_t>(*s.store, result.instance());
    return nullptr;
  }
  if (result.error() != nullptr) return to_c(*result.error());
  *trap = to_trap(*result.trap());
  return nullptr;
}

}  // namespace weft::api

extern "C" {

weft_linker_t* weft_linker_new(weft_engine_t* e) try {
  return new weft_linker{engine::Linker(e->engine)};
}
WEFT_OR_NULL
void weft_linker_delete(weft_linker_t* l) { delete l; }

weft_error_t* weft_linker_define(weft_linker_t* l, const weft_store_t* s, const char* module,
                                 size_t module_size, const char* name, size_t name_size,
                                 const weft_extern_t* item) try {
  WEFT_REFUSE_NULL(l);
  WEFT_ASSIGN_C(const engine::Extern e, api::from_c(*s->store, *item));
  WEFT_TRY_C(
      l->linker.define(*s->store, api::view(module, module_size), api::view(name, name_size), e));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_linker_func(weft_linker_t* l, const char* module, size_t module_size,
                               const char* name, size_t name_size, const weft_functype_t* type,
                               weft_callback_t callback, void* env, void (*finalizer)(void*)) try {
  api::Owned given(env, finalizer);
  WEFT_REFUSE_NULL(l);
  WEFT_REFUSE_NULL(type);
  engine::HostFuncDef def;
  WEFT_ASSIGN_C(api::Signature signature, api::from_c(l->linker.engine().types(), *type));
  def.params = std::move(signature.params);
  def.results = std::move(signature.results);
  def.callback = &api::Callback::run;
  def.env = std::make_shared<api::Callback>(callback, env, finalizer, api::cells_needed(*type));
  given.release();
  WEFT_TRY_C(l->linker.define_func(api::view(module, module_size), api::view(name, name_size),
                                   std::move(def)));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_linker_instance(weft_linker_t* l, const weft_store_t* s, const char* module,
                                   size_t module_size, weft_instance_t i) try {
  WEFT_REFUSE_NULL(l);
  WEFT_ASSIGN_C(const engine::Instance instance, api::from_handle<runtime::Instance>(*s->store, i));
  WEFT_REFUSE_NULL(l);
  WEFT_TRY_C(l->linker.define_instance(*s->store, api::view(module, module_size), instance));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_linker_instantiate(weft_linker_t* l, weft_store_t* s, const weft_module_t* m,
                                      weft_instance_t* out, weft_trap_t** trap) try {
  *trap = nullptr;
  WEFT_REFUSE_NULL(l);
  return api::finish(*s, l->linker.instantiate(*s->store, m->module), out, trap);
}
WEFT_OR_ERROR

weft_error_t* weft_instance_new(weft_store_t* s, const weft_module_t* m,
                                const weft_extern_t* imports, size_t import_count,
                                weft_instance_t* out, weft_trap_t** trap) try {
  *trap = nullptr;
  std::vector<engine::Extern> externs;
  externs.reserve(import_count);
  for (size_t i = 0; i < import_count; ++i) {
    WEFT_ASSIGN_C(externs.emplace_back(), api::from_c(*s->store, imports[i]));
  }
  return api::finish(*s, engine::instantiate(*s->store, m->module, externs), out, trap);
}
WEFT_OR_ERROR

bool weft_instance_export(const weft_store_t* s, weft_instance_t i, const char* name, size_t size,
                          weft_extern_t* out) try {
  const auto instance = api::from_handle<runtime::Instance>(*s->store, i);
  if (!instance) return false;
  const auto found = engine::get_export(*s->store, *instance, api::view(name, size));
  if (!found) return false;
  *out = api::to_c(*s->store, *found);
  return true;
}
WEFT_OR_RETURN(false)

}  // extern "C"
