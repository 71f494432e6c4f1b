#include "scenario.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace faults {
namespace {

void must(weft_error_t* error) {
  if (error == nullptr) return;
  const weft_str_t text = weft_error_message(error);
  std::fprintf(stderr, "preparing failed: %.*s\n", static_cast<int>(text.size), text.data);
  std::abort();
}

void copy(char (&to)[240], weft_str_t from) {
  const size_t size = std::min(from.size, sizeof(to) - 1);
  std::memcpy(to, from.data, size);
  to[size] = '\0';
}

}  // namespace

World::World(std::initializer_list<Option> options, std::string_view wat) : text(wat) {
  weft_config_t* config = weft_config_new();
  for (const Option& o : options) {
    if (std::strcmp(o.name, "pool") != 0) {
      must(weft_config_set(config, o.name, o.value));
      continue;
    }
    weft_pool_config_t pool{};
    weft_pool_config_init(&pool);
    pool.instances = pool.memories = pool.tables = static_cast<uint32_t>(o.value);
    must(weft_config_pool(config, &pool));
  }
  must(weft_config_feature(config, "memory64", true));
  must(weft_engine_new(config, &engine));
  must(weft_store_new(engine, nullptr, nullptr, &store));
  if (wat.empty()) return;
  weft_bytes_t wasm{};
  must(weft_wat_to_wasm(wat.data(), wat.size(), &wasm));
  bytes.assign(wasm.data, wasm.data + wasm.size);
  weft_bytes_delete(&wasm);
  must(weft_module_new(engine, bytes.data(), bytes.size(), &module));
}

World::~World() {
  weft_store_delete(store);
  weft_module_delete(module);
  weft_engine_delete(engine);
}

void World::instantiate() {
  weft_trap_t* trap = nullptr;
  must(weft_instance_new(store, module, nullptr, 0, &instance, &trap));
  if (trap != nullptr) std::abort();
}

weft_extern_t World::get(const char* name) const {
  weft_extern_t out{};
  weft_instance_export(store, instance, name, std::strlen(name), &out);
  return out;
}

Outcome success() { return {}; }

Outcome failed(weft_error_t* error) {
  Outcome out;
  out.ok = false;
  out.code = weft_error_code(error);
  copy(out.text, weft_error_message(error));
  weft_error_delete(error);
  return out;
}

Outcome failed(weft_trap_t* trap) {
  Outcome out;
  out.ok = false;
  out.trapped = true;
  out.trap_code = weft_trap_code(trap);
  copy(out.text, weft_trap_message(trap));
  if (const weft_error_t* host = weft_trap_host_error(trap)) {
    out.code = weft_error_code(host);
  }
  weft_trap_delete(trap);
  return out;
}

Outcome wrong(const char* text) {
  Outcome out;
  out.ok = false;
  out.code = WEFT_ERROR_BAD_ARGUMENT;
  std::snprintf(out.text, sizeof(out.text), "WRONG: %s", text);
  return out;
}

Outcome call(World& world, const char* name, std::initializer_list<int32_t> args,
             const int32_t* expected) {
  weft_extern_t found{};
  if (!weft_instance_export(world.store, world.instance, name, std::strlen(name), &found))
    return wrong(name);
  weft_val_t values[8];
  size_t count = 0;
  for (const int32_t arg : args) {
    values[count].kind = WEFT_I32;
    values[count++].of.i32 = arg;
  }
  weft_val_t result{};
  weft_trap_t* trap = nullptr;
  FAULTS_TRY(weft_func_call(world.store, found.of.func, values, count, &result,
                            expected != nullptr ? 1 : 0, &trap));
  if (trap != nullptr) return failed(trap);
  if (expected != nullptr && result.of.i32 != *expected) {
    char text[120];
    std::snprintf(text, sizeof(text), "%s gave %d, not %d", name, result.of.i32, *expected);
    return wrong(text);
  }
  return success();
}

}  // namespace faults
