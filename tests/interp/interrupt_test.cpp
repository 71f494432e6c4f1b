// Fuel, epochs, and translation by several threads at once.
#include <atomic>
#include <chrono>
#include <thread>

#include "generator.hpp"
#include "world.hpp"

namespace weft::testing {
namespace {

constexpr std::string_view kSpin = R"((module
  (func (export "spin") (loop $l (br $l)))
  (func $deep (export "deep") (param i64) (result i64)
    (if (i64.eqz (local.get 0)) (then (return (i64.const 0))))
    (call $deep (i64.sub (local.get 0) (i64.const 1))))
  (func $tail (export "tail") (return_call $tail))
  (func $a (call $b)) (func $b (call $leaf) (return_call $a)) (func $leaf)
  (func (export "mutual") (call $a))
  (func (export "count") (param i32) (result i32) (local $i i32)
    (loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get 0))))
    (local.get $i))))";

TEST(Fuel, IsTheSameInEveryFormOfCode) {
  const Bytes bytes = assemble(kSpin);
  uint64_t expected = 0;
  for (const Mode& mode : all_modes()) {
    if (!mode.fuel) continue;
    SCOPED_TRACE(mode.name());
    World w(mode);
    const Instance i = w.load(bytes);
    w.store->set_fuel(1'000'000);
    EXPECT_EQ(w.call_one(i, "count", {1000}), 1000u);
    EXPECT_EQ(w.call_one(i, "deep", {500}), 0u);
    const uint64_t used = 1'000'000 - w.store->fuel();
    if (expected == 0) expected = used;
    EXPECT_EQ(used, expected);
    EXPECT_GT(used, 1000u * 6);
  }
}

TEST(Fuel, RunsOut) {
  for (const Mode& mode : all_modes()) {
    if (!mode.fuel) continue;
    SCOPED_TRACE(mode.name());
    World w(mode);
    const Instance i = w.load(kSpin);
    for (const char* name : {"spin", "tail", "mutual"}) {
      w.store->set_fuel(10'000);
      EXPECT_EQ(w.trap_of(i, name).code, TrapCode::out_of_fuel) << name;
      EXPECT_LT(w.store->fuel(), 20u) << name;
      EXPECT_FALSE(w.last_trap.backtrace.frames.empty()) << name;
    }
    w.store->set_fuel(1000);
    EXPECT_EQ(w.trap_of(i, "deep", {100'000}).code, TrapCode::out_of_fuel);
    // Exactly enough is enough, one less is not.
    w.store->set_fuel(100'000);
    EXPECT_EQ(w.call_one(i, "count", {50}), 50u);
    const uint64_t need = 100'000 - w.store->fuel();
    w.store->set_fuel(need);
    EXPECT_EQ(w.call_one(i, "count", {50}), 50u);
    EXPECT_EQ(w.store->fuel(), 0u);
    w.store->set_fuel(need - 1);
    EXPECT_EQ(w.trap_of(i, "count", {50}).code, TrapCode::out_of_fuel);
  }
}

TEST(Epochs, InterruptLoopsAndRecursion) {
  for (const Mode& mode : all_modes()) {
    if (!mode.epochs || mode.fuel) continue;
    SCOPED_TRACE(mode.name());
    World w(mode);
    const Instance i = w.load(kSpin);
    for (const char* name : {"spin", "tail"}) {
      w.store->set_epoch_deadline(1);
      std::thread ticker([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        w.engine.increment_epoch();
      });
      EXPECT_EQ(w.trap_of(i, name).code, TrapCode::interrupt) << name;
      ticker.join();
    }
    w.store->set_epoch_deadline(0);  // over already: interrupted at the entry
    EXPECT_EQ(w.trap_of(i, "deep", {10}).code, TrapCode::interrupt);
    w.store->set_epoch_deadline(1);
    EXPECT_EQ(w.call_one(i, "deep", {10}), 0u);
    // The store may ask for more time.
    int asked = 0;
    w.store->on_epoch = [&](runtime::Store&) {
      return runtime::EpochAnswer{.trap = ++asked == 3, .extend_by = 1};
    };
    w.store->set_epoch_deadline(0);
    std::jthread ticker([&](const std::stop_token& stop) {
      for (; !stop.stop_requested(); w.engine.increment_epoch())
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    EXPECT_EQ(w.trap_of(i, "spin").code, TrapCode::interrupt);
    EXPECT_EQ(asked, 3);
  }
}

/// Four threads, a store each, call the same functions for the first time at once.
TEST(Translation, IsSharedByThreads) {
  constexpr unsigned kFunctions = 100;
  const Bytes bytes = assemble(random_module(4242, kFunctions));
  World w;
  const engine::CompiledModule module = w.compile(bytes);
  std::vector<std::vector<uint64_t>> results(4);
  std::atomic<int> waiting{4};
  std::vector<std::thread> threads;
  for (auto& mine : results) {
    threads.emplace_back([&] {
      auto store = w.engine.new_store();
      const engine::Linker linker(w.engine);
      const Instance instance = linker.instantiate(*store, module).instance();
      waiting.fetch_sub(1);
      while (waiting.load() != 0) std::this_thread::yield();
      for (unsigned f = 0; f < kFunctions; ++f) {
        Cell cells[5] = {Cell{1}, Cell{f}, Cell{3}, Cell{0x3f80'0000}, Cell{0}};
        const engine::Func func = get_func(*store, instance, "f" + std::to_string(f)).value();
        const auto outcome = engine::call_unchecked(*store, func.object, cells, 5);
        mine.push_back(outcome ? cells[0].bits : static_cast<uint64_t>(outcome.trap().code));
      }
    });
  }
  for (std::thread& t : threads) t.join();
  for (const auto& mine : results) EXPECT_EQ(mine, results[0]);
}

}  // namespace
}  // namespace weft::testing
