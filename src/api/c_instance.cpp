// weft.h: instances: prepared instantiation, the embedder's data, freeing.
#include "api/objects.hpp"

using namespace weft;

struct weft_instance_pre {
  engine::InstancePre pre;
};

extern "C" {

weft_error_t* weft_instance_pre_new(weft_linker_t* l, const weft_module_t* m,
                                    weft_instance_pre_t** out) try {
  WEFT_REFUSE_NULL(l);
  WEFT_REFUSE_NULL(m);
  WEFT_ASSIGN_C(auto pre, engine::InstancePre::create(l->linker, m->module));
  *out = new weft_instance_pre{std::move(pre)};
  return nullptr;
}
WEFT_OR_ERROR

void weft_instance_pre_delete(weft_instance_pre_t* p) { delete p; }

weft_instance_pre_t* weft_instance_pre_clone(const weft_instance_pre_t* p) try {
  return p == nullptr ? nullptr : new weft_instance_pre(*p);
}
WEFT_OR_NULL

weft_error_t* weft_instance_pre_instantiate(const weft_instance_pre_t* p, weft_store_t* s,
                                            weft_instance_t* out, weft_trap_t** trap) try {
  *trap = nullptr;
  WEFT_REFUSE_NULL(p);
  return api::finish(*s, p->pre.instantiate(*s->store), out, trap);
}
WEFT_OR_ERROR

weft_error_t* weft_instance_free(weft_store_t* s, weft_instance_t i) try {
  WEFT_ASSIGN_C(const engine::Instance instance, api::from_handle<runtime::Instance>(*s->store, i));
  WEFT_TRY_C(engine::free_instance(*s->store, instance));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_instance_set_data(weft_store_t* s, weft_instance_t i, void* data,
                                     void (*finalizer)(void*)) try {
  WEFT_ASSIGN_C(const engine::Instance instance, api::from_handle<runtime::Instance>(*s->store, i));
  if (!instance.belongs_to(*s->store))
    return api::to_c(Error(ErrorCode::wrong_store, "instance of another store"));
  runtime::Instance& object = *instance.object;
  const auto old_finalizer = object.finalize_host_data;
  void* const old_data = object.host_data;
  object.host_data = data;
  object.finalize_host_data = finalizer;
  if (old_finalizer != nullptr) old_finalizer(old_data);
  return nullptr;
}
WEFT_OR_ERROR

void* weft_instance_data(const weft_store_t* s, weft_instance_t i) {
  if (i.store != s->store->id()) return nullptr;
  const runtime::Instance* const instance = s->store->find_instance(i.index);
  return instance != nullptr ? instance->host_data : nullptr;
}

}  // extern "C"
