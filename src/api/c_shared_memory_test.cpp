// weft.h: a memory shared by stores, and host functions that pass on how an inner guest call ended.
#include <gtest/gtest.h>

#include <cstring>
#include <string_view>
#include <thread>

#include "weft/weft.h"

namespace {

std::string_view text_of(weft_str_t s) { return {s.data, s.size}; }

struct World {
  World() {
    weft_config_t* config = weft_config_new();
    EXPECT_EQ(weft_config_feature(config, "threads", true), nullptr);
    EXPECT_EQ(weft_config_feature(config, "exceptions", true), nullptr);
    EXPECT_EQ(weft_engine_new(config, &engine), nullptr);
  }
  ~World() { weft_engine_delete(engine); }
  weft_module_t* compile(std::string_view wat) const {
    weft_module_t* module = nullptr;
    weft_error_t* error =
        weft_module_new(engine, reinterpret_cast<const uint8_t*>(wat.data()), wat.size(), &module);
    if (error != nullptr) ADD_FAILURE() << text_of(weft_error_message(error));
    weft_error_delete(error);
    return module;
  }
  weft_engine_t* engine = nullptr;
};

weft_trap_t* call(weft_store_t* store, weft_instance_t instance, std::string_view name,
                  int32_t* out) {
  weft_extern_t item{};
  EXPECT_TRUE(weft_instance_export(store, instance, name.data(), name.size(), &item));
  weft_val_t result{};
  weft_trap_t* trap = nullptr;
  EXPECT_EQ(weft_func_call(store, item.of.func, nullptr, 0, &result, out != nullptr ? 1 : 0, &trap),
            nullptr);
  if (out != nullptr) *out = result.of.i32;
  return trap;
}

TEST(SharedMemory, IsOneForSeveralStores) {
  World w;
  weft_module_t* module = w.compile(R"((module (memory (import "" "m") 1 4 shared)
    (func (export "add") (result i32) (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))))");
  weft_shared_memory_t* memory = nullptr;
  ASSERT_EQ(weft_shared_memory_new(w.engine, 1, 4, false, &memory), nullptr);
  const auto run = [&](const weft_shared_memory_t* shared) {
    weft_store_t* store = nullptr;
    ASSERT_EQ(weft_store_new(w.engine, nullptr, nullptr, &store), nullptr);
    weft_extern_t import{};
    import.kind = WEFT_EXTERN_MEMORY;
    ASSERT_EQ(weft_memory_from_shared(store, shared, &import.of.memory), nullptr);
    weft_instance_t instance{};
    weft_trap_t* trap = nullptr;
    ASSERT_EQ(weft_instance_new(store, module, &import, 1, &instance, &trap), nullptr);
    for (int i = 0; i < 100; ++i) {
      int32_t old = 0;
      ASSERT_EQ(call(store, instance, "add", &old), nullptr);
    }
    weft_store_delete(store);
  };
  weft_shared_memory_t* clone = weft_shared_memory_clone(memory);
  std::thread other([&] { run(clone); });
  run(memory);
  other.join();
  weft_shared_memory_delete(clone);

  weft_store_t* store = nullptr;
  ASSERT_EQ(weft_store_new(w.engine, nullptr, nullptr, &store), nullptr);
  weft_memory_t view{};
  ASSERT_EQ(weft_memory_from_shared(store, memory, &view), nullptr);
  weft_shared_memory_delete(memory);  // the store holds it
  uint8_t* base = nullptr;
  uint64_t bytes = 0;
  ASSERT_EQ(weft_memory_data(store, view, &base, &bytes), nullptr);
  uint32_t count = 0;
  std::memcpy(&count, base, sizeof(count));
  EXPECT_EQ(count, 200u);
  EXPECT_EQ(bytes, 65536u);

  weft_memory_t plain{};
  ASSERT_EQ(weft_memory_new(store, 1, 1, false, false, &plain), nullptr);
  weft_shared_memory_t* none = nullptr;
  weft_error_t* refused = weft_memory_share(store, plain, &none);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(weft_error_code(refused), WEFT_ERROR_BAD_ARGUMENT);
  weft_error_delete(refused);
  weft_memory_t endless{};
  refused = weft_memory_new(store, 1, UINT64_MAX, false, true, &endless);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(text_of(weft_error_message(refused)),
            "bad argument: a shared memory must have a maximum");
  weft_error_delete(refused);
  weft_store_delete(store);
  weft_module_delete(module);
}

struct Inner {
  weft_store_t* store;
  weft_instance_t instance;
  const char* function;
};

weft_error_t* call_inner(void* env, weft_caller_t*, weft_raw_t*, size_t) {
  const auto& inner = *static_cast<Inner*>(env);
  weft_trap_t* trap = call(inner.store, inner.instance, inner.function, nullptr);
  return trap != nullptr ? weft_error_from_trap(trap) : nullptr;
}

TEST(ErrorFromTrap, EndsTheOuterCallAsTheInnerOne) {
  World w;
  weft_store_t* store = nullptr;
  ASSERT_EQ(weft_store_new(w.engine, nullptr, nullptr, &store), nullptr);
  weft_module_t* inner_module = w.compile(R"((module (tag (export "t") (param i32))
    (func (export "throw") (throw 0 (i32.const 42)))
    (func $deepest (unreachable)) (func (export "trap") (call $deepest))))");
  weft_module_t* outer_module =
      w.compile(R"((module (tag (import "" "t") (param i32)) (func $host (import "" "f"))
    (func (export "go") (result i32)
      (block $h (result i32) (try_table (catch 0 $h) (call $host)) (i32.const 0)))))");
  Inner inner{store, {}, "throw"};
  weft_trap_t* trap = nullptr;
  ASSERT_EQ(weft_instance_new(store, inner_module, nullptr, 0, &inner.instance, &trap), nullptr);
  weft_extern_t imports[2] = {};
  ASSERT_TRUE(weft_instance_export(store, inner.instance, "t", 1, &imports[0]));
  weft_functype_t* type = weft_functype_new(nullptr, 0, nullptr, 0);
  imports[1].kind = WEFT_EXTERN_FUNC;
  ASSERT_EQ(weft_func_new(store, type, &call_inner, &inner, nullptr, &imports[1].of.func), nullptr);
  weft_functype_delete(type);
  weft_instance_t outer{};
  ASSERT_EQ(weft_instance_new(store, outer_module, imports, 2, &outer, &trap), nullptr);

  int32_t result = 0;
  EXPECT_EQ(call(store, outer, "go", &result), nullptr);
  EXPECT_EQ(result, 42);

  inner.function = "trap";
  trap = call(store, outer, "go", &result);
  ASSERT_NE(trap, nullptr);
  EXPECT_EQ(text_of(weft_trap_message(trap)), "unreachable");
  EXPECT_EQ(weft_trap_host_error(trap), nullptr);
  ASSERT_GE(weft_trap_frame_count(trap), 2u);
  EXPECT_EQ(text_of(weft_trap_frame(trap, 0).func_name), "deepest");
  weft_trap_delete(trap);
  weft_store_delete(store);
  weft_module_delete(inner_module);
  weft_module_delete(outer_module);
}

}  // namespace
