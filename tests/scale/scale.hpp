// What the tests of this folder share: engines of each kind of allocator, modules from text.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weft/weft.hpp"

namespace weft::scale {

template <class T>
T must(Result<T> r) {
  if (!r) {
    ADD_FAILURE() << r.error().message();
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}

struct Kind {
  const char* name;
  bool pooled;
  bool guards;
  uint64_t keep_resident;
  uint32_t batch;
};
inline constexpr Kind kKinds[] = {
    {"on demand", false, true, 0, 0},
    {"pool", true, true, 64u << 10, 1},
    {"pool, nothing kept resident, batches", true, true, 0, 4},
    {"dense pool", true, false, 64u << 10, 2},
};

inline weft_pool_config_t pool_of(const Kind& kind) {
  weft_pool_config_t pool;
  weft_pool_config_init(&pool);
  pool.instances = 8;
  pool.memories = 8;
  pool.memory_bytes = kind.guards ? uint64_t{1} << 32 : 64u << 20;
  pool.guards = kind.guards;
  pool.tables = 8;
  pool.keep_resident = kind.keep_resident;
  pool.batch = kind.batch;
  return pool;
}

inline Engine engine_of(const Kind& kind) {
  Config config;
  if (kind.pooled) config.pool(pool_of(kind));
  return must(Engine::make(std::move(config)));
}

inline Instance make(const Engine& engine, StoreRef store, std::string_view text) {
  const Module module = must(Module::compile(engine, text));
  auto made = Linker(engine).instantiate(store, module);
  if (!made) {
    ADD_FAILURE() << made.error().message();
    std::abort();
  }
  return *made;
}

/// The code of an owned error, or -1 for none.
inline int code_of(weft_error_t* e) {
  if (e == nullptr) return -1;
  const int code = weft_error_code(e);
  weft_error_delete(e);
  return code;
}
inline std::string text_of(weft_error_t* e) {
  if (e == nullptr) return {};
  const weft_str_t s = weft_error_message(e);
  std::string out(s.data, s.size);
  weft_error_delete(e);
  return out;
}
inline weft_extern_t export_of(StoreRef store, const Instance& instance, std::string_view name) {
  weft_extern_t e{};
  EXPECT_TRUE(weft_instance_export(store.c_api(), instance.c_api(), name.data(), name.size(), &e))
      << name;
  return e;
}

}  // namespace weft::scale
