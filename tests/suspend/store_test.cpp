// The store stays open while calls are suspended: several at once in any order, nested, on other
// threads, under the collector, through exceptions; and what other threads ask of it.
#include <array>
#include <atomic>
#include <optional>
#include <thread>

#include "engine/invocation.hpp"
#include "platform/clock.hpp"
#include "runtime/memory.hpp"
#include "world.hpp"

namespace weft::testing {
namespace {

using engine::Invocation;
using engine::Suspension;
using runtime::Interruption;

/// "env" "wait" (param i32) (result i32): fails with "pending", remembering the argument.
TrapCode pending(void* env, runtime::Caller& caller, Cell* cells) {
  *static_cast<int32_t*>(env) = cells[0].as<int32_t>();
  return caller.fail("pending");
}
void define_wait(World& w, std::shared_ptr<int32_t> seen = std::make_shared<int32_t>()) {
  ASSERT_TRUE(w.linker.define_func("env", "wait", std::vector{wasm::kI32}, std::vector{wasm::kI32},
                                   pending, std::move(seen)));
}
Invocation begin(World& w, Instance i, std::string_view name, int32_t arg) {
  Invocation call = Invocation::create(*w.store, w.func(i, name)).value();
  const Value args[] = {Value::i32(arg)};
  auto outcome = call.start(args);
  EXPECT_TRUE(outcome.ok()) << outcome.trap().text();
  return call;
}
bool go_on(Invocation& call, int32_t value) {
  const Value in[] = {Value::i32(value)};
  auto outcome = call.resume(call.resume_types().empty() ? std::span<const Value>() : in);
  EXPECT_TRUE(outcome.ok()) << outcome.trap().text();
  return call.state() == Invocation::State::suspended;
}
int32_t result_of(const Invocation& call) {
  EXPECT_EQ(call.state(), Invocation::State::finished);
  return call.results().empty() ? -1 : call.results()[0].cell[0].as<int32_t>();
}

/// Sums what it is given until it is given 0, by a recursion of the depth of its argument.
constexpr std::string_view kSum = R"((module
  (import "env" "wait" (func $wait (param i32) (result i32)))
  (memory (export "m") 1) (global $g (export "g") (mut i32) (i32.const 0))
  (func $sum (export "sum") (param $depth i32) (result i32) (local $s i32) (local $x i32)
    (if (i32.gt_s (local.get $depth) (i32.const 0))
      (then (return (i32.add (i32.const 1) (call $sum (i32.sub (local.get $depth) (i32.const 1)))))))
    (loop $l
      (local.set $x (call $wait (local.get $s)))
      (local.set $s (i32.add (local.get $s) (i32.add (local.get $x) (i32.load (i32.const 0)))))
      (br_if $l (local.get $x)))
    (i32.add (local.get $s) (global.get $g)))
  (func (export "spin") (param i32) (result i32) (loop $l
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 0))
  (func (export "forever") (param i32) (result i32) (loop $l (br $l)) (unreachable))))";

TEST(Open, ManyAtOnceInAnyOrder) {
  for (const Mode& mode : all_modes()) {
    SCOPED_TRACE(mode.name());
    World w(mode);
    auto seen = std::make_shared<int32_t>();
    define_wait(w, seen);
    const Instance i = w.load(kSum);
    std::vector<Invocation> calls;
    constexpr int kCalls = 8;
    calls.reserve(kCalls);
    for (int k = 0; k < kCalls; ++k) calls.push_back(begin(w, i, "sum", k * 100));
    for (int round = 1; round <= 5; ++round) {
      for (int k = 0; k < kCalls; ++k) {
        const int which = (k * 5 + round) % kCalls;
        EXPECT_TRUE(go_on(calls[static_cast<size_t>(which)], (which + 1) * round));
        EXPECT_EQ(*seen, (which + 1) * round * (round + 1) / 2);
      }
    }
    for (int k = kCalls; k-- > 0;) {
      if (k == 3) continue;  // dropped
      EXPECT_FALSE(go_on(calls[static_cast<size_t>(k)], 0));
      EXPECT_EQ(result_of(calls[static_cast<size_t>(k)]), (k + 1) * 15 + k * 100);
    }
  }
}

TEST(Open, ChangesAreSeen) {
  World w;
  define_wait(w);
  const Instance i = w.load(kSum);
  Invocation call = begin(w, i, "sum", 3);
  engine::Memory memory = engine::get_memory(*w.store, i, "m").value();
  const uint32_t four = 4;
  std::memcpy(memory.object->base, &four, 4);
  ASSERT_TRUE(engine::grow_memory(*w.store, memory, 3));
  ASSERT_TRUE(engine::write_global(*w.store, engine::get_global(*w.store, i, "g").value(),
                                   Value::i32(1000)));
  EXPECT_TRUE(go_on(call, 10));
  EXPECT_FALSE(go_on(call, 0));
  EXPECT_EQ(result_of(call), 14 + 4 + 3 + 1000);
}

TEST(Open, MovesBetweenThreads) {
  World w;
  define_wait(w);
  const Instance i = w.load(kSum);
  Invocation call = begin(w, i, "sum", 50);
  for (int k = 1; k <= 4; ++k) std::thread([&] { EXPECT_TRUE(go_on(call, k)); }).join();
  std::thread([&] { EXPECT_FALSE(go_on(call, 0)); }).join();
  EXPECT_EQ(result_of(call), 10 + 50);
}

TEST(Open, AStoreMayGoFirst) {
  std::optional<Invocation> call;
  {
    World w({.checked = false, .fusion = true, .fuel = true, .epochs = false});
    define_wait(w);
    call.emplace(begin(w, w.load(kSum), "sum", 5));
  }
  call.reset();
}

/// A host function that runs another invocation inside itself, on a stack of its own, and stays
/// suspended as long as that is.
struct Nest {
  World* world = nullptr;
  engine::Func inner;
  std::optional<Invocation> call;
};
TrapCode nested(void* env, runtime::Caller& caller, Cell* cells) {
  Nest& nest = *static_cast<Nest*>(env);
  nest.call.emplace(Invocation::create(caller.store(), nest.inner).value());
  Cell inner[4] = {cells[0]};
  if (!nest.call->start(inner, 4).ok()) return TrapCode::unreachable;
  if (nest.call->state() == Invocation::State::suspended) return caller.fail("inner");
  cells[0] = inner[0];
  return TrapCode::none;
}

TEST(Open, InvocationsInsideInvocations) {
  for (const Mode& mode : all_modes()) {
    SCOPED_TRACE(mode.name());
    World w(mode);
    define_wait(w);
    auto nest = std::make_shared<Nest>();
    ASSERT_TRUE(w.linker.define_func("env", "nest", std::vector{wasm::kI32},
                                     std::vector{wasm::kI32}, nested, nest));
    const Instance inner = w.load(kSum);
    const Instance outer = w.load(R"((module
      (import "env" "nest" (func $nest (param i32) (result i32)))
      (func (export "f") (param i32) (result i32)
        (i32.add (i32.mul (call $nest (local.get 0)) (i32.const 10)) (call $nest (i32.const 1))))))");
    nest->inner = w.func(inner, "sum");
    Invocation call = begin(w, outer, "f", 2);
    ASSERT_EQ(call.suspension(), Suspension::host);
    EXPECT_EQ(call.host_error().message, "inner");
    // The inner one goes on by itself; its result is what the outer one waits for.
    EXPECT_TRUE(go_on(*nest->call, 5));
    EXPECT_FALSE(go_on(*nest->call, 0));
    const int32_t first = result_of(*nest->call);
    EXPECT_EQ(first, 7);
    nest->call.reset();
    EXPECT_TRUE(go_on(call, first));
    EXPECT_FALSE(go_on(*nest->call, 0));
    EXPECT_FALSE(go_on(call, result_of(*nest->call)));
    EXPECT_EQ(result_of(call), 71);
    nest->call.reset();
  }
}

/// A plain call inside an invocation cannot be left behind: it traps as ever, and ends the outer.
TEST(Open, APlainCallInsideTraps) {
  World w({.checked = false, .fusion = true, .fuel = true, .epochs = true});
  struct Env {
    World* world;
    engine::Func spin;
  };
  auto env = std::make_shared<Env>();
  env->world = &w;
  const auto plain = [](void* e, runtime::Caller& caller, Cell* cells) {
    auto outcome =
        engine::call_unchecked(caller.store(), static_cast<Env*>(e)->spin.object, cells, 1);
    return outcome.ok() ? TrapCode::none : engine::pass_on(caller, std::move(*outcome.take()));
  };
  ASSERT_TRUE(w.linker.define_func("env", "plain", std::vector{wasm::kI32}, std::vector{wasm::kI32},
                                   plain, env));
  define_wait(w);
  env->spin = w.func(w.load(kSum), "spin");
  const Instance outer = w.load(R"((module (import "env" "plain" (func $p (param i32) (result i32)))
    (func (export "f") (param i32) (result i32) (call $p (local.get 0)))))");
  Invocation call = Invocation::create(*w.store, w.func(outer, "f")).value();
  w.store->set_fuel(500);
  const Value many[] = {Value::i32(1'000'000)};
  auto outcome = call.start(many);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.trap().code, TrapCode::out_of_fuel);
  EXPECT_EQ(call.state(), Invocation::State::trapped);
  EXPECT_EQ(outcome.trap().backtrace.frames.size(), 2u);
  // A request to suspend that reaches a plain call is a trap.
  w.store->set_fuel(1'000'000);
  w.store->interrupt_state()->ask(Interruption::suspend);
  EXPECT_EQ(w.trap_of(outer, "f", {100}).code, TrapCode::interrupt);
  EXPECT_EQ(w.call_one(outer, "f", {100}), 0u);
}

TEST(Open, DeepStacksAreKept) {
  World w;
  define_wait(w);
  const Instance i = w.load(kSum);
  Invocation a = begin(w, i, "sum", 100'000);
  Invocation b = begin(w, i, "sum", 100'001);
  EXPECT_EQ(a.frames().frames.size() + a.frames().omitted, 100'001u);
  EXPECT_FALSE(go_on(b, 0));
  EXPECT_FALSE(go_on(a, 0));
  EXPECT_EQ(result_of(a), 100'000);
  EXPECT_EQ(result_of(b), 100'001);
}

/// References live in suspended frames only, while others allocate and collect.
TEST(Open, TheCollectorSeesSuspendedStacks) {
  for (const Mode& mode : tier_modes()) {
    for (const uint32_t zeal : {1u, 7u}) {
      SCOPED_TRACE(mode.name());
      Config config;
      config.gc_zeal = zeal;
      Mode with_fuel = mode;
      with_fuel.fuel = true;
      World w(with_fuel, config);
      define_wait(w);
      const Instance i = w.load(R"((module
        (import "env" "wait" (func $wait (param i32) (result i32)))
        (type $node (struct (field i32) (field (ref null $node))))
        (func $list (param $n i32) (result (ref null $node)) (local $l (ref null $node))
          (loop $more (local.set $l (struct.new $node (local.get $n) (local.get $l)))
            (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (local.get $l))
        (func $total (param $l (ref null $node)) (result i32) (local $s i32)
          (block $done (loop $more (br_if $done (ref.is_null (local.get $l)))
            (local.set $s (i32.add (local.get $s) (struct.get $node 0 (local.get $l))))
            (local.set $l (struct.get $node 1 (local.get $l))) (br $more)))
          (local.get $s))
        (func (export "run") (param $n i32) (result i32) (local $l (ref null $node))
          (local.set $l (call $list (local.get $n)))
          (i32.add (call $wait (i32.const 0))
            (i32.add (call $total (call $list (local.get $n))) (call $total (local.get $l)))))))");
      std::vector<Invocation> calls;
      for (int k = 1; k <= 4; ++k) calls.push_back(begin(w, i, "run", k * 3));
      w.store->heap().collect();
      // By hand, a charge at a time, with others allocating in between.
      for (int k = 4; k-- > 0;) {
        Invocation& call = calls[static_cast<size_t>(k)];
        w.store->set_fuel(1);
        int stops = 0;
        for (bool more = go_on(call, 1000); more; ++stops) {
          w.store->set_fuel(100'000);
          Invocation other = begin(w, i, "run", 2);
          w.store->heap().collect();
          w.store->set_fuel(stops % 2 == 0 ? 1 : 9);
          more = go_on(call, 0);
        }
        const int n = (k + 1) * 3;
        EXPECT_EQ(result_of(call), 1000 + n * (n + 1));
        EXPECT_GT(stops, 5);
      }
    }
  }
}

TEST(Open, ExceptionsPassResumedFrames) {
  for (const Mode& mode : all_modes()) {
    SCOPED_TRACE(mode.name());
    World w(mode);
    define_wait(w);
    const Instance i = w.load(R"((module
      (import "env" "wait" (func $wait (param i32) (result i32))) (tag $e (param i32))
      (func $inner (param i32) (result i32) (throw $e (i32.add (call $wait (local.get 0)) (i32.const 1))))
      (func (export "run") (param i32) (result i32)
        (block $caught (result i32) (try_table (result i32) (catch $e $caught)
          (i32.mul (call $inner (local.get 0)) (i32.const 0)))))
      (func (export "uncaught") (param i32) (result i32) (call $inner (local.get 0)))))");
    Invocation call = begin(w, i, "run", 1);
    EXPECT_FALSE(go_on(call, 41));
    EXPECT_EQ(result_of(call), 42);
    Invocation not_caught = begin(w, i, "uncaught", 1);
    const Value in[] = {Value::i32(1)};
    auto outcome = not_caught.resume(in);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.trap().code, TrapCode::unhandled_exception);
    EXPECT_EQ(outcome.trap().backtrace.frames.size(), 2u);
  }
}

TEST(Request, SuspendsAndEndsFromAnotherThread) {
  for (const Mode& mode : all_modes()) {
    if (!mode.epochs) continue;
    SCOPED_TRACE(mode.name());
    World w(mode);
    define_wait(w);
    const Instance i = w.load(kSum);
    if (mode.fuel) w.store->set_fuel(~uint64_t{0});
    const auto handle = w.store->interrupt_state();
    std::atomic<bool> stop{false};
    std::thread other([&] {
      for (int k = 0; k < 3; ++k) {
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        EXPECT_TRUE(handle->ask(k < 2 ? Interruption::suspend : Interruption::trap));
        while (handle->asked() != Interruption::none && !stop) std::this_thread::yield();
      }
    });
    Invocation call = begin(w, i, "forever", 1);
    EXPECT_EQ(call.suspension(), Suspension::interrupt);
    EXPECT_TRUE(go_on(call, 0));
    EXPECT_EQ(call.suspension(), Suspension::interrupt);
    auto outcome = call.resume(std::span<const Value>{});
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.trap().code, TrapCode::interrupt);
    stop = true;
    other.join();
    EXPECT_EQ(w.call_one(i, "spin", {10}), 0u);
  }
}

TEST(Request, OutlivesItsStore) {
  std::shared_ptr<runtime::InterruptState> handle;
  {
    World w;
    handle = w.store->interrupt_state();
    EXPECT_TRUE(handle->ask(Interruption::trap));
  }
  EXPECT_FALSE(handle->ask(Interruption::trap));
}

TEST(Request, ReachesAtomicWaits) {
  World w({.checked = false, .fusion = true, .fuel = false, .epochs = true});
  const Instance i = w.load(R"((module (memory (export "m") 1 1 shared)
    (func (export "wait") (param i32) (result i32)
      (i32.add (i32.const 10) (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const -1))))))");
  const auto handle = w.store->interrupt_state();
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    handle->ask(Interruption::suspend);
  });
  Invocation call = begin(w, i, "wait", 8);
  other.join();
  ASSERT_EQ(call.suspension(), Suspension::interrupt);
  // It waits once more, and now the value is another.
  const uint32_t one = 1;
  std::memcpy(engine::get_memory(*w.store, i, "m").value().object->base + 8, &one, 4);
  EXPECT_FALSE(go_on(call, 0));
  EXPECT_EQ(result_of(call), 11);
}

TEST(Fuel, ADroppedInvocationGivesBackWhatItDidNotRun) {
  for (const Mode& mode : all_modes()) {
    if (!mode.fuel) continue;
    World w(mode);
    define_wait(w);
    const Instance i = w.load(R"((module (import "env" "wait" (func $wait (param i32) (result i32)))
      (func $in (param i32) (result i32) (i32.add (call $wait (local.get 0)) (i32.const 1)))
      (func (export "f") (param i32) (result i32) (i32.mul (call $in (local.get 0)) (i32.const 3)))))");
    w.store->set_fuel(1000);
    {
      const Invocation call = begin(w, i, "f", 1);
    }
    // Two entries, two local.get, two calls.
    EXPECT_EQ(w.store->fuel(), 1000u - 6) << mode.name();
  }
}

TEST(Round, SuspendAndResumeIsFast) {
  World w;
  define_wait(w);
  const Instance i = w.load(kSum);
  Invocation call = begin(w, i, "sum", 0);
  std::array<Cell, 4> cells{};
  constexpr int kRounds = 200'000;
  const uint64_t start = platform::monotonic_ns();
  for (int k = 0; k < kRounds; ++k) {
    cells[0] = Cell::of(1);
    static_cast<void>(call.resume(cells.data(), cells.size()));
  }
  const uint64_t ns = platform::monotonic_ns() - start;
  ASSERT_EQ(call.state(), Invocation::State::suspended);
  RecordProperty("nanoseconds_per_round", static_cast<int>(ns / kRounds));
  std::printf("suspend + resume: %.1f ns\n", static_cast<double>(ns) / kRounds);
}

}  // namespace
}  // namespace weft::testing
