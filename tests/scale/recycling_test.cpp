// What one instance leaves, the next one must not see: memories, growth, tables, globals, on demand
// and in every kind of pool, with and without an image, by the same and by another module.
#include <thread>

#include "scale.hpp"

namespace weft::scale {
namespace {

constexpr std::string_view kCode = R"(
  (table $t (export "table") 4 10 funcref)
  (elem (i32.const 1) $f)
  (global $g (export "global") (mut i64) (i64.const 3))
  (func $f (result i32) (i32.const 1))
  (func $h (result i32) (i32.const 2))
  (elem declare func $h)
  (func (export "is_fresh") (result i32)
    (local $i i32)
    (if (i32.ne (memory.size) (i32.const PAGES)) (then (return (i32.const 100))))
    (if (i32.ne (table.size $t) (i32.const 4)) (then (return (i32.const 101))))
    (if (i64.ne (global.get $g) (i64.const 3)) (then (return (i32.const 102))))
    (if (i32.eqz (ref.is_null (table.get $t (i32.const 0)))) (then (return (i32.const 103))))
    (if (i32.eqz (ref.is_null (table.get $t (i32.const 3)))) (then (return (i32.const 104))))
    (if (ref.is_null (table.get $t (i32.const 1))) (then (return (i32.const 105))))
    (if (i32.ne (call_indirect $t (result i32) (i32.const 1)) (i32.const 1))
      (then (return (i32.const 106))))
    (if (i32.ne (i32.load8_u (i32.const 70000)) (i32.const FIRST)) (then (return (i32.const 107))))
    (local.set $i (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 8)))
    (loop $l
      (if (i64.ne (i64.load (local.get $i)) (i64.const 0))
        (then (if (i32.or (i32.lt_u (local.get $i) (i32.const BEGIN))
                          (i32.ge_u (local.get $i) (i32.const END)))
          (then (return (local.get $i))))))
      (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 8)))))
    (i32.const -1))
  (func (export "spoil") (param $grow i32)
    (drop (memory.grow (local.get $grow)))
    (memory.fill (i32.const 0) (i32.const 0xa5) (i32.mul (memory.size) (i32.const 65536)))
    (drop (table.grow $t (ref.func $h) (i32.const 5)))
    (table.fill $t (i32.const 0) (ref.func $h) (i32.const 4))
    (global.set $g (i64.const -1))))";

std::string replace(std::string text, std::string_view from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// `pages`, and `data` bytes of 0x11 from 65536 on.
std::string module_text(int pages, int data) {
  std::string text = "(module (memory (export \"memory\") " + std::to_string(pages) + ")";
  if (data != 0)
    text += "(data (i32.const 65536) \"" +
            replace(std::string(static_cast<size_t>(data), 'x'), "x", "\\11") + "\")";
  text += replace(replace(replace(replace(std::string(kCode), "PAGES", std::to_string(pages)),
                                  "FIRST", data > 4464 ? "17" : "0"),
                          "BEGIN", data == 0 ? "0" : "65536"),
                  "END", data == 0 ? "0" : std::to_string(65536 + data));
  return text + ")";
}

TEST(Recycling, ShowsNothingOfTheInstanceBefore) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    const Engine engine = engine_of(kind);
    const Module modules[] = {
        must(Module::compile(engine, module_text(2, 0))),
        must(Module::compile(engine, module_text(2, 8))),
        must(Module::compile(engine, module_text(5, 100000))),  // an image
        must(Module::compile(engine, module_text(40, 100000))),
        must(Module::compile(engine, module_text(3, 5000))),
    };
    Linker linker(engine);
    uint32_t random = 12345;
    for (int i = 0; i < 200; ++i) {
      random = random * 1664525 + 1013904223;
      const Module& module = modules[(random >> 8) % 5];
      Store store = must(Store::make(engine));
      const auto instance = linker.instantiate(store, module);
      ASSERT_TRUE(instance) << instance.error().message();
      if ((random >> 16) % 4 == 0) continue;  // dropped as it was made
      ASSERT_EQ(*must(instance->get<int32_t()>(store, "is_fresh"))(store), -1) << "round " << i;
      const int32_t grow = static_cast<int32_t>((random >> 20) % 30);
      ASSERT_TRUE(must(instance->get<void(int32_t)>(store, "spoil"))(store, grow));
    }
  }
}

TEST(Recycling, WhatTheHostWroteIsGoneToo) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    const Engine engine = engine_of(kind);
    const Module module = must(Module::compile(engine, module_text(2, 8)));
    Linker linker(engine);
    for (int i = 0; i < 40; ++i) {
      Store store = must(Store::make(engine));
      const Instance instance = *linker.instantiate(store, module);
      auto data = must(instance.memory(store, "memory")->data(store));
      for (size_t at = 0; at < data.size(); ++at) {
        const uint8_t expected = at >= 65536 && at < 65544 ? 0x11 : 0;
        ASSERT_EQ(data[at], expected) << at;
        if (at + 4096 > data.size() || at < 70000) data[at] = 0x77;
      }
    }
  }
}

TEST(Recycling, StandaloneMemoriesAndTables) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    const Engine engine = engine_of(kind);
    for (int i = 0; i < 20; ++i) {
      Store store = must(Store::make(engine));
      weft_memory_t memory{};
      ASSERT_EQ(code_of(weft_memory_new(store.c_api(), 1, 3, false, false, &memory)), -1);
      uint64_t old = 0;
      ASSERT_EQ(code_of(weft_memory_grow(store.c_api(), memory, 2, &old)), -1);
      uint8_t* base = nullptr;
      uint64_t bytes = 0;
      ASSERT_EQ(code_of(weft_memory_data(store.c_api(), memory, &base, &bytes)), -1);
      ASSERT_EQ(bytes, 3u * 65536);
      for (uint64_t k = 0; k < bytes; ++k) ASSERT_EQ(base[k], 0);
      std::memset(base, 0xee, bytes);
    }
  }
}

TEST(Pool, RefusesWhatDoesNotFitWithTheSizes) {
  weft_pool_config_t pool;
  weft_pool_config_init(&pool);
  pool.instances = 2;
  pool.memories = 1;
  pool.memory_bytes = 4 * 65536;
  pool.instance_bytes = 4096;
  Config config;
  config.pool(pool);
  const Engine engine = must(Engine::make(std::move(config)));
  const auto refused = [&](std::string_view text) {
    const auto module = Module::compile(engine, text);
    return module ? std::string() : std::string(module.error().message());
  };
  const std::string memory = refused("(module (memory 5))");
  EXPECT_NE(memory.find("327680"), std::string::npos) << memory;
  EXPECT_NE(memory.find("262144"), std::string::npos) << memory;
  EXPECT_NE(memory.find("memory_bytes"), std::string::npos) << memory;
  const std::string block = refused("(module (table 1000 funcref))");
  EXPECT_NE(block.find("instance_bytes"), std::string::npos) << block;

  Store store = must(Store::make(engine));
  const Module with = must(Module::compile(engine, R"((module (memory (export "m") 1)))"));
  const Module without = must(Module::compile(engine, "(module)"));
  Linker linker(engine);
  const Instance first = *linker.instantiate(store, with);
  const auto no_memory = linker.instantiate(store, with);
  ASSERT_FALSE(no_memory);
  EXPECT_NE(std::string(no_memory.error().message()).find("\"memories\""), std::string::npos)
      << no_memory.error().message();
  ASSERT_TRUE(linker.instantiate(store, without));
  const auto no_slot = linker.instantiate(store, without);
  ASSERT_FALSE(no_slot);
  EXPECT_NE(std::string(no_slot.error().message()).find("\"instances\""), std::string::npos)
      << no_slot.error().message();
  // Growth ends at the slot's size; what was freed can be had again.
  EXPECT_EQ(must(first.memory(store, "m")->grow(store, 3)), 1u);
  EXPECT_FALSE(first.memory(store, "m")->grow(store, 1));
  must(free_instance(store, first));
  EXPECT_TRUE(linker.instantiate(store, with));
}

TEST(Pool, ImpossibleSizesAreABadConfiguration) {
  for (const int what : {0, 1, 2}) {
    weft_pool_config_t pool;
    weft_pool_config_init(&pool);
    if (what == 0) pool.instances = 0;
    if (what == 1) pool.memories = 100000;  // 8 GiB each
    if (what == 2) pool.memory_bytes = uint64_t{1} << 33;
    Config config;
    config.pool(pool);
    const auto engine = Engine::make(std::move(config));
    ASSERT_FALSE(engine) << what;
    EXPECT_EQ(engine.error().code(), WEFT_ERROR_BAD_CONFIG) << what;
  }
}

TEST(Pool, FailedInstantiationsGiveTheirSlotsBack) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    const Engine engine = engine_of(kind);
    const Module out_of_bounds =
        must(Module::compile(engine, R"((module (memory 1) (data (i32.const 65535) "ab")))"));
    for (int i = 0; i < 30; ++i) {
      Store store = must(Store::make(engine));
      EXPECT_FALSE(Linker(engine).instantiate(store, out_of_bounds));
    }
    Store store = must(Store::make(engine));
    make(engine, store, module_text(2, 8));
  }
}

TEST(InstancePre, IsSharedByThreads) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    const Engine engine = engine_of(kind);
    const Module module = must(Module::compile(engine, R"((module
      (import "host" "seven" (func $seven (result i32)))
      (memory 2) (data (i32.const 8) "\05")
      (func (export "f") (result i32)
        (i32.store8 (i32.const 8) (i32.add (i32.load8_u (i32.const 8)) (i32.const 1)))
        (i32.add (i32.load8_u (i32.const 8)) (call $seven)))))"));
    std::optional<InstancePre> pre;
    {
      Linker linker(engine);
      must(linker.func("host", "seven", [] { return int32_t{7}; }));
      pre.emplace(must(InstancePre::make(linker, module)));
    }
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, mine = *pre] {
        for (int i = 0; i < 500; ++i) {
          auto store = Store::make(engine);
          const auto instance = mine.instantiate(*store);
          if (!instance || *must(instance->get<int32_t()>(*store, "f"))(*store) != 13) ++wrong;
        }
      });
    }
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(wrong, 0);
  }
}

TEST(InstancePre, RefusesWhatIsMissing) {
  const Engine engine = must(Engine::make());
  const Module module = must(Module::compile(engine, R"((module (import "a" "b" (func))))"));
  const auto pre = InstancePre::make(Linker(engine), module);
  ASSERT_FALSE(pre);
  EXPECT_EQ(pre.error().code(), WEFT_ERROR_UNLINKABLE);
}

}  // namespace
}  // namespace weft::scale
