// weft.h: stores.
#include <utility>

#include "api/objects.hpp"

using namespace weft;

extern "C" {

weft_error_t* weft_store_new(weft_engine_t* engine, void* data, void (*finalizer)(void*),
                             weft_store_t** out) try {
  api::Owned given(data, finalizer);
  auto store = std::make_unique<weft_store>(engine->engine.local());
  store->store = store->engine.new_store();
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

void weft_store_set_data(weft_store_t* s, const void* kind, void* data, void (*finalizer)(void*)) {
  const weft_store::Data old = std::exchange(s->more, {kind, data, finalizer});
  if (old.finalizer != nullptr) old.finalizer(old.data);
}

void* weft_store_data_of(const weft_store_t* s, const void* kind) {
  return s->more.kind == kind ? s->more.data : nullptr;
}

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

}  // extern "C"
