// wasm.h: configuration, engines, stores.
#include <limits>

#include "api/wasm_objects.hpp"

using namespace weft;

namespace weft::api {

void WasmStore::destroy() {
  doomed = false;
  // From here on names that finalizers delete or ask find no store.
  weft_store_delete(std::exchange(weft, nullptr));
  free_pins.clear();
  const auto last = std::move(infos);
}

std::nullptr_t refuse(WasmStore& store, std::string message) {
  store.last_error = std::move(message);
  return nullptr;
}

std::nullptr_t refuse(WasmStore& store, weft_error_t* error) {
  refuse(store, error->error.message);
  weft_error_delete(error);
  return nullptr;
}

}  // namespace weft::api

extern "C" {

wasm_config_t* wasm_config_new(void) try { return new wasm_config_t; }
WEFT_OR_NULL
void wasm_config_delete(wasm_config_t* config) { delete config; }

wasm_engine_t* wasm_engine_new(void) { return wasm_engine_new_with_config(nullptr); }

wasm_engine_t* wasm_engine_new_with_config(wasm_config_t* config) try {
  const std::unique_ptr<wasm_config_t> owned(config);
  auto out = std::make_unique<wasm_engine_t>(nullptr);
  weft_config_t* const options = owned ? std::exchange(owned->config, nullptr) : nullptr;
  if (weft_error_t* const error = weft_engine_new(options, &out->engine)) {
    weft_error_delete(error);
    return nullptr;
  }
  return out.release();
}
WEFT_OR_NULL

void wasm_engine_delete(wasm_engine_t* engine) { delete engine; }

wasm_store_t* wasm_store_new(wasm_engine_t* engine) try {
  auto state = std::make_shared<api::WasmStore>();
  if (weft_error_t* const error = weft_store_new(engine->engine, nullptr, nullptr, &state->weft)) {
    weft_error_delete(error);
    return nullptr;
  }
  // wasm.h has no way to free one of these before the store.
  runtime::StoreLimits& limits = state->store().limits;
  limits.instances = limits.memories = limits.tables = std::numeric_limits<uint32_t>::max();
  return new wasm_store_t{std::move(state)};
}
WEFT_OR_NULL

void wasm_store_delete(wasm_store_t* store) {
  const std::unique_ptr<wasm_store_t> owned(store);
  if (!owned) return;
  if (owned->state->calls != 0) {
    owned->state->doomed = true;
  } else {
    owned->state->destroy();
  }
}

}  // extern "C"
