// Shared memories between stores on host threads: atomics, growth, wait and notify.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/engine.hpp"
#include "engine/instantiate.hpp"
#include "engine/linker.hpp"

namespace weft::engine {
namespace {

constexpr int kThreads = 4;

wasm::MemoryType shared_type(uint64_t min, uint64_t max) {
  wasm::MemoryType type;
  type.limits.min = min;
  type.limits.max = max;
  type.shared = true;
  return type;
}

/// An engine with a shared memory, and the module that threads run.
struct Shared {
  explicit Shared(std::string_view functions, const Config& given = {}) {
    Config config = given;
    config.features = wasm::FeatureSet::all();
    engine.emplace(Engine::create(config).value());
    const std::string text = std::string("(module (memory (import \"m\" \"m\") 1 100 shared)") +
                             std::string(functions) + ")";
    auto compiled = CompiledModule::compile(*engine, std::as_bytes(std::span(text)));
    if (!compiled) {
      ADD_FAILURE() << compiled.error().message;
      return;
    }
    module.emplace(*compiled);
    auto store = engine->new_store();
    memory = store->add_memory(shared_type(1, 100))
                 .value()
                 ->shared();  // outlives the store that made it
  }
  template <class T>
  T& at(size_t offset) const {
    return *reinterpret_cast<T*>(memory->base() + offset);
  }

  std::optional<Engine> engine;
  std::optional<CompiledModule> module;
  std::shared_ptr<runtime::SharedMemory> memory;
};

/// One thread's store and instance.
struct Peer {
  explicit Peer(const Shared& shared) : store(shared.engine->new_store()) {
    const Extern item =
        Extern::of(Memory{store->add_shared_memory(shared.memory).value(), store->id()});
    auto r = instantiate(*store, *shared.module, {&item, 1});
    if (!r) {
      ADD_FAILURE() << r.message();
      return;
    }
    instance = r.instance();
  }
  /// The result as a number, or the trap's text.
  std::string call(std::string_view name, std::vector<Value> params = {}) {
    auto f = get_func(*store, instance, name);
    if (!f) return f.error().message;
    std::vector<Value> results(func_type(*store, *f).results.size());
    auto r = engine::call(*store, *f, params, results);
    if (!r) return std::string(to_string(r.trap().code));
    return results.empty() ? "" : std::to_string(results[0].cell[0].as<int64_t>());
  }
  std::unique_ptr<runtime::Store> store;
  Instance instance;
};

template <class F>
void on_threads(int count, F&& run) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&run, i] { run(i); });
  for (std::thread& t : threads) t.join();
}

std::vector<Config> configs() {
  std::vector<Config> out(3);
  out[1].signals = false;
  out[2].epochs = true;
  return out;
}

TEST(Threads, CountTogether) {
  for (const Config& config : configs()) {
    const Shared shared(R"(
      (func (export "add") (param i32) (loop $l
        (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
        (drop (i64.atomic.rmw16.sub_u (i32.const 16) (i64.const 1)))
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
      (func (export "lock") (param i32) (loop $l
        (loop $spin (br_if $spin (i32.atomic.rmw.cmpxchg (i32.const 24) (i32.const 0) (i32.const 1))))
        (i64.store (i32.const 32) (i64.add (i64.load (i32.const 32)) (i64.const 1)))
        (i32.atomic.store (i32.const 24) (i32.const 0))
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))",
                        config);
    on_threads(kThreads, [&](int) {
      Peer peer(shared);
      EXPECT_EQ(peer.call("add", {Value::i32(2000)}), "");
      EXPECT_EQ(peer.call("lock", {Value::i32(500)}), "");
    });
    EXPECT_EQ(shared.at<uint32_t>(8), 2000u * kThreads);
    EXPECT_EQ(shared.at<uint16_t>(16), static_cast<uint16_t>(-2000 * kThreads));
    EXPECT_EQ(shared.at<uint16_t>(18), 0u);
    EXPECT_EQ(shared.at<uint64_t>(32), 500u * kThreads);
  }
}

TEST(Threads, GrowthIsSeenByAllAndNeverMoves) {
  for (const Config& config : configs()) {
    const Shared shared(R"(
      (func (export "grow") (result i64) (i64.extend_i32_s (memory.grow (i32.const 1))))
      (func (export "size") (result i64) (i64.extend_i32_u (memory.size)))
      (func (export "touch") (param i32) (i32.store (local.get 0) (i32.const 1))
        (drop (i32.atomic.load (local.get 0)))))",
                        config);
    std::byte* const base = shared.memory->base();
    Peer witness(shared);
    EXPECT_EQ(witness.call("touch", {Value::i32(65536)}), "out of bounds memory access");
    std::atomic<uint64_t> grown{0};
    on_threads(kThreads, [&](int) {
      Peer peer(shared);
      for (int i = 0; i < 20; ++i) grown += peer.call("grow") != "-1" ? 1 : 0;
      EXPECT_EQ(peer.call("touch", {Value::i32(20 * 65536)}), "");
    });
    EXPECT_EQ(grown, 80u);
    EXPECT_EQ(witness.call("size"), "81");
    EXPECT_EQ(shared.memory->base(), base);
    EXPECT_EQ(witness.call("touch", {Value::i32(81 * 65536 - 4)}), "");
    EXPECT_EQ(witness.call("touch", {Value::i32(81 * 65536)}), "out of bounds memory access");
    for (int i = 0; i < 19; ++i) EXPECT_NE(witness.call("grow"), "-1");
    EXPECT_EQ(witness.call("grow"), "-1");  // the declared maximum
  }
}

constexpr std::string_view kWaits = R"(
  (func (export "wait") (param i32 i32 i64) (result i64)
    (i64.extend_i32_u (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2))))
  (func (export "wait64") (param i32 i64 i64) (result i64)
    (i64.extend_i32_u (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2))))
  (func (export "notify") (param i32 i32) (result i64)
    (i64.extend_i32_u (memory.atomic.notify (local.get 0) (local.get 1))))
  (func (export "ping") (param $mine i32) (param $rounds i32) (local $v i32)
    (loop $l
      (loop $turn
        (local.set $v (i32.atomic.load (i32.const 64)))
        (if (i32.ne (i32.and (local.get $v) (i32.const 1)) (local.get $mine)) (then
          (drop (memory.atomic.wait32 (i32.const 64) (local.get $v) (i64.const -1)))
          (br $turn))))
      (drop (i32.atomic.rmw.add (i32.const 64) (i32.const 1)))
      (drop (memory.atomic.notify (i32.const 64) (i32.const -1)))
      (br_if $l (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))))";

TEST(Threads, WaitAndNotifyAnswer) {
  const Shared shared(kWaits);
  Peer p(shared);
  struct Row {
    std::string_view name;
    std::vector<Value> params;
    std::string_view expected;
  };
  const Row rows[] = {
      {"wait", {Value::i32(0), Value::i32(1), Value::i64(-1)}, "1"},
      {"wait", {Value::i32(0), Value::i32(0), Value::i64(0)}, "2"},
      {"wait", {Value::i32(0), Value::i32(0), Value::i64(3'000'000)}, "2"},
      {"wait64", {Value::i32(8), Value::i64(5), Value::i64(-1)}, "1"},
      {"wait64", {Value::i32(8), Value::i64(0), Value::i64(1)}, "2"},
      {"wait", {Value::i32(2), Value::i32(0), Value::i64(0)}, "unaligned atomic"},
      {"wait64", {Value::i32(4), Value::i64(0), Value::i64(0)}, "unaligned atomic"},
      {"wait", {Value::i32(65536), Value::i32(0), Value::i64(0)}, "out of bounds memory access"},
      {"notify", {Value::i32(0), Value::i32(-1)}, "0"},
      {"notify", {Value::i32(1), Value::i32(0)}, "unaligned atomic"},
      {"notify", {Value::i32(-4), Value::i32(0)}, "out of bounds memory access"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(p.call(row.name, row.params), row.expected) << row.name << " " << (&row - rows);
}

TEST(Threads, WakeEachOther) {
  const Shared shared(kWaits);
  on_threads(2, [&](int mine) {
    Peer peer(shared);
    EXPECT_EQ(peer.call("ping", {Value::i32(mine), Value::i32(300)}), "");
  });
  EXPECT_EQ(shared.at<uint32_t>(64), 600u);
}

TEST(Threads, NotifyWakesNoMoreThanAsked) {
  const Shared shared(kWaits);
  std::atomic<int> woken{0};
  std::vector<std::thread> sleepers;
  for (int i = 0; i < 3; ++i) {
    sleepers.emplace_back([&] {
      Peer peer(shared);
      EXPECT_EQ(peer.call("wait", {Value::i32(128), Value::i32(0), Value::i64(-1)}), "0");
      ++woken;
    });
  }
  Peer p(shared);
  int total = 0;
  while (total < 2) {
    const std::string count = p.call("notify", {Value::i32(128), Value::i32(1)});
    ASSERT_TRUE(count == "0" || count == "1") << count;
    total += count == "1" ? 1 : 0;
    std::this_thread::yield();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_LE(woken, 2);
  while (p.call("notify", {Value::i32(128), Value::i32(-1)}) == "0") std::this_thread::yield();
  for (std::thread& t : sleepers) t.join();
  EXPECT_EQ(woken, 3);
}

TEST(Threads, AnEpochEndsAWait) {
  Config config;
  config.epochs = true;
  const Shared shared(kWaits, config);
  std::atomic<bool> ready{false};
  std::thread sleeper([&] {
    Peer peer(shared);
    peer.store->set_epoch_deadline(1);
    ready = true;
    EXPECT_EQ(peer.call("wait", {Value::i32(0), Value::i32(0), Value::i64(-1)}), "interrupt");
  });
  while (!ready) std::this_thread::yield();
  shared.engine->increment_epoch();
  sleeper.join();
}

TEST(Threads, UnsharedMemoriesHaveAtomicsButNoWaits) {
  Config config;
  config.features = wasm::FeatureSet::all();
  const Engine engine = Engine::create(config).value();
  const std::string_view wat = R"((module (memory i64 1) (memory 1)
    (func (export "add") (result i64) (i64.atomic.rmw.add (i64.const 8) (i64.const 5)))
    (func (export "far") (result i64) (i64.atomic.load offset=8 (i64.const -8)))
    (func (export "second") (result i64) (i64.atomic.store 1 (i32.const 16) (i64.const 3)) (atomic.fence)
      (i64.atomic.rmw8.xchg_u 1 (i32.const 16) (i64.const 0x1ff)))
    (func (export "narrow") (result i64) (i64.store16 1 (i32.const 32) (i64.const 0xabcd))
      (drop (i64.atomic.rmw8.cmpxchg_u 1 (i32.const 32) (i64.const 0xffcd) (i64.const 0x1122)))
      (i64.load 1 (i32.const 32)))
    (func (export "wait") (result i64) (i64.extend_i32_u (memory.atomic.wait32 (i64.const 0) (i32.const 0) (i64.const 0))))
    (func (export "notify") (result i64) (i64.extend_i32_u (memory.atomic.notify 1 (i32.const 0) (i32.const 1))))))";
  auto module = CompiledModule::compile(engine, std::as_bytes(std::span(wat)));
  ASSERT_TRUE(module.has_value()) << module.error().message;
  auto store = engine.new_store();
  const Instance instance = instantiate(*store, *module, {}).instance();
  const auto call = [&](std::string_view name) {
    Value result;
    auto r = engine::call(*store, get_func(*store, instance, name).value(), {}, {&result, 1});
    return r ? std::to_string(result.cell[0].as<int64_t>()) : std::string(to_string(r.trap().code));
  };
  EXPECT_EQ(call("add"), "0");
  EXPECT_EQ(call("add"), "5");
  EXPECT_EQ(call("far"), "out of bounds memory access");
  EXPECT_EQ(call("second"), "3");
  EXPECT_EQ(call("narrow"), std::to_string(0xab22));
  EXPECT_EQ(call("wait"), "expected shared memory");
  EXPECT_EQ(call("notify"), "0");
}

TEST(Threads, LimitsOfAStoreHoldForSharedMemories) {
  const Shared shared(
      R"((func (export "grow") (result i64) (i64.extend_i32_s (memory.grow (i32.const 1)))))");
  auto store = shared.engine->new_store();
  store->limits.memory_bytes = 100;
  auto refused = store->add_shared_memory(shared.memory);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
  Peer peer(shared);
  peer.store->limits.memory_bytes = 65536;
  EXPECT_EQ(peer.call("grow"), "-1");
  Peer other(shared);
  EXPECT_EQ(other.call("grow"), "1");
}

}  // namespace
}  // namespace weft::engine
