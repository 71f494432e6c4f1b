// The same through the public C++ API: invocations, requests of other threads, epoch actions,
// coroutines, polling.
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <deque>
#include <stdexcept>
#include <thread>

#include "weft/async.hpp"
#include "weft/invocation.hpp"
#include "weft/weft.hpp"

namespace {

using weft::Val;
using State = weft::Invocation::State;
using Suspension = weft::Invocation::Suspension;

constexpr std::string_view kGuest = R"((module $guest
  (import "env" "wait" (func $wait (param i32) (result i32)))
  (func $twice (export "twice") (param i32) (result i32) (i32.mul (call $wait (local.get 0)) (i32.const 2)))
  (func (export "sum") (param $n i32) (result i64) (local $s i64)
    (loop $l (local.set $s (i64.add (local.get $s) (i64.extend_i32_s (call $wait (local.get $n)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "spin") (param i32) (result i32) (loop $l
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 0))
  (func (export "forever") (loop $l (br $l)))))";

struct Guest {
  explicit Guest(weft::Config config = {})
      : engine(weft::Engine::make(std::move(config)).value()),
        store(weft::Store::make(engine).value()),
        linker(engine) {}
  template <class F>
  weft::Instance load(F wait) {
    EXPECT_TRUE(linker.func("env", "wait", std::move(wait)));
    return linker.instantiate(store, weft::Module::compile(engine, kGuest).value()).value();
  }
  weft::Engine engine;
  weft::Store store;
  weft::Linker linker;
};

weft::Config both() { return std::move(weft::Config().fuel().epochs()); }

TEST(Api, SuspendInspectResume) {
  Guest g;
  const weft::Instance i =
      g.load([](int32_t) -> weft::Result<int32_t> { return weft::Error("busy"); });
  auto call = weft::Invocation::make(g.store, *i.func(g.store, "twice")).value();
  EXPECT_EQ(call.state(), State::ready);
  EXPECT_FALSE(call.start(g.store, {int64_t{1}}));
  ASSERT_EQ(call.start(g.store, {1}).value(), State::suspended);
  EXPECT_EQ(call.suspension(), Suspension::host);
  EXPECT_EQ(call.host_error(), "busy");
  EXPECT_TRUE(call.host().has_value());
  ASSERT_EQ(call.resume_kinds(), std::vector<weft_valkind_t>{WEFT_I32});
  const auto frames = call.frames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].func_name, "twice");
  EXPECT_EQ(frames[0].module_name, "guest");
  EXPECT_FALSE(call.resume(g.store, {1.5}));
  EXPECT_FALSE(call.resume(g.store));
  ASSERT_EQ(call.state(), State::suspended);
  ASSERT_EQ(call.resume(g.store, {21}).value(), State::finished);
  EXPECT_EQ(call.results()[0].i32(), 42);
  EXPECT_FALSE(call.resume(g.store, {21}));
  Guest other;
  EXPECT_EQ(call.start(other.store, {1}).error().error()->code(), WEFT_ERROR_WRONG_STORE);
}

TEST(Api, PendingNeedsNoError) {
  Guest g;
  const weft::Instance i = g.load([](int32_t) -> weft::Result<int32_t> { return weft::pending(); });
  auto call = weft::Invocation::make(g.store, *i.func(g.store, "twice")).value();
  ASSERT_EQ(call.start(g.store, {1}).value(), State::suspended);
  EXPECT_EQ(call.host_error(), "");
  EXPECT_EQ(call.resume(g.store, {4}).value(), State::finished);
  // In a plain call it is an error like any other.
  const auto plain = i.get<int32_t(int32_t)>(g.store, "twice").value()(g.store, 1);
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().message(), "pending");
}

TEST(Api, AnExceptionIsCarriedNotSuspended) {
  Guest g;
  const weft::Instance i = g.load([](int32_t) -> int32_t { throw std::out_of_range("too far"); });
  auto call = weft::Invocation::make(g.store, *i.func(g.store, "twice")).value();
  const auto outcome = call.start(g.store, {1});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(call.state(), State::trapped);
  EXPECT_THROW(outcome.error().trap()->rethrow_host_exception(), std::out_of_range);
}

TEST(Api, FuelEpochsAndRequests) {
  Guest g(both());
  const weft::Instance i = g.load([](int32_t v) { return v; });
  ASSERT_TRUE(g.store.set_epoch_deadline(1'000'000));
  auto call = weft::Invocation::make(g.store, *i.func(g.store, "spin")).value();
  ASSERT_TRUE(g.store.set_fuel(100));
  ASSERT_EQ(call.start(g.store, {1000}).value(), State::suspended);
  EXPECT_EQ(call.suspension(), Suspension::out_of_fuel);
  ASSERT_TRUE(g.store.set_fuel(1'000'000'000'000));
  const auto handle = weft::InterruptHandle::make(g.store).value();
  EXPECT_TRUE(handle.request(weft::Interruption::suspend));
  ASSERT_EQ(call.resume(g.store).value(), State::suspended);
  EXPECT_EQ(call.suspension(), Suspension::interrupted);
  EXPECT_EQ(call.resume(g.store).value(), State::finished);
  handle.request(weft::Interruption::trap);
  handle.take_back();
  auto forever = weft::Invocation::make(g.store, *i.func(g.store, "forever")).value();
  ASSERT_TRUE(weft::on_epoch(g.store, weft::EpochAction::suspend()));
  ASSERT_TRUE(g.store.set_deadline(std::chrono::milliseconds(5)));
  ASSERT_EQ(forever.start(g.store).value(), State::suspended);
  int asked = 0;
  ASSERT_TRUE(weft::on_epoch(g.store, [&](weft::StoreRef) {
    return ++asked < 3 ? weft::EpochAction::extend(1) : weft::EpochAction::trap();
  }));
  EXPECT_FALSE(forever.resume(g.store));
  EXPECT_EQ(asked, 3);
  EXPECT_FALSE(weft::on_epoch(g.store, weft::EpochAction::extend(1)));
  Guest without;
  EXPECT_FALSE(weft::InterruptHandle::make(without.store));
  EXPECT_FALSE(weft::on_epoch(without.store, weft::EpochAction::suspend()));
}

TEST(Api, HostFunctionsSeeTheRequest) {
  Guest g(both());
  std::optional<weft::InterruptHandle> handle;
  const weft::Instance i = g.load([&](weft::Caller& caller, int32_t) -> weft::Result<int32_t> {
    EXPECT_FALSE(weft::interrupted(caller));
    EXPECT_TRUE(weft::deadline(caller).has_value());
    std::thread([&] { handle->request(weft::Interruption::trap); }).join();
    EXPECT_TRUE(weft::interrupted(caller));
    return 1;
  });
  ASSERT_TRUE(g.store.set_fuel(1000));
  ASSERT_TRUE(g.store.set_deadline(std::chrono::hours(1)));
  handle.emplace(weft::InterruptHandle::make(g.store).value());
  const auto outcome = i.get<int64_t(int32_t)>(g.store, "sum").value()(g.store, 5);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message(), "interrupt");
}

TEST(Api, WasiWaitsHearTheRequest) {
  weft::Engine engine = weft::Engine::make(both()).value();
  weft::Store store = weft::Store::make(engine).value();
  weft::Linker linker(engine);
  ASSERT_TRUE(linker.wasi());
  ASSERT_TRUE(store.set_wasi(weft::WasiConfig()));
  ASSERT_TRUE(store.set_fuel(1'000'000));
  ASSERT_TRUE(store.set_epoch_deadline(1'000'000));
  const auto i = linker
                     .instantiate(store, weft::Module::compile(engine, R"((module
      (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "sleep") (param i64) (result i32)
        (i32.store8 (i32.const 8) (i32.const 0)) (i32.store (i32.const 16) (i32.const 1))
        (i64.store (i32.const 24) (local.get 0))
        (call $poll (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200)))))")
                                             .value())
                     .value();
  const auto handle = weft::InterruptHandle::make(store).value();
  auto call = weft::Invocation::make(store, *i.func(store, "sleep")).value();
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    handle.request(weft::Interruption::suspend);
  });
  const auto start = std::chrono::steady_clock::now();
  auto outcome = call.start(store, {int64_t{20'000'000}});  // it waits so long once it is resumed
  other.join();
  if (outcome.value() == State::suspended) {
    EXPECT_EQ(call.suspension(), Suspension::interrupted);
    EXPECT_EQ(call.resume(store).value(), State::finished);
  }
  EXPECT_EQ(call.results()[0].i32(), 0);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(20));
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    handle.request(weft::Interruption::trap);
  });
  const auto stopped =
      i.get<int32_t(int64_t)>(store, "sleep").value()(store, int64_t{3'600'000'000'000});
  stopper.join();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().message(), "interrupt");
}

// --- coroutines: a loop and a task of the test's own; the library knows neither ---
struct Loop {
  std::deque<std::function<void()>> queue;
  weft::Executor executor() {
    return [this](std::function<void()> f) { queue.push_back(std::move(f)); };
  }
  void run() {
    while (!queue.empty()) {
      auto f = std::move(queue.front());
      queue.pop_front();
      f();
    }
  }
};
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

TEST(Async, ManyCallsWaitForTheirAnswers) {
  Guest g;
  Loop loop;
  std::vector<std::pair<weft::Deferred, int32_t>> open;
  const weft::Instance i = g.load([&](int32_t n) -> weft::Result<int32_t> {
    const auto later = weft::defer();
    if (!later) return weft::Error("not awaited");
    open.emplace_back(*later, n);
    return weft::pending();
  });
  const weft::Func sum = *i.func(g.store, "sum");
  std::vector<int64_t> results;
  const auto run = [&](int32_t n) -> Task {
    auto r = co_await weft::call_async<int64_t(int32_t)>(g.store, sum, n).on(loop.executor());
    EXPECT_TRUE(r) << r.error().message();
    if (r) results.push_back(*r);
  };
  for (int32_t n = 1; n <= 5; ++n) run(n);
  unsigned rounds = 0;
  while (!open.empty()) {
    ++rounds;
    auto batch = std::exchange(open, {});
    for (size_t k = batch.size(); k-- > 0;) {  // in another order than they asked
      EXPECT_TRUE(batch[k].first.complete(batch[k].second * 10));
      EXPECT_FALSE(batch[k].first.complete(1));
    }
    loop.run();
  }
  EXPECT_EQ(results, (std::vector<int64_t>{10, 30, 60, 100, 150}));
  EXPECT_EQ(rounds, 5u);
  // The same function, called plainly.
  const auto plain = i.get<int64_t(int32_t)>(g.store, "sum").value()(g.store, 3);
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().message(), "not awaited");
}

TEST(Async, AnswersAtOnceFromOtherThreadsAndFailures) {
  Guest g;
  std::optional<weft::Deferred> kept;
  int mode = 0;
  const weft::Instance i = g.load([&](int32_t n) -> weft::Result<int32_t> {
    const auto later = weft::defer();
    if (mode == 0) later->complete(n + 100);  // before it is suspended
    if (mode == 1) std::thread([&] { later->complete(n + 200); }).join();
    if (mode == 2) later->fail("no answer");
    if (mode == 3) later->complete(int64_t{1});
    if (mode == 4) kept = *later;
    if (mode == 5) return weft::Error("plain error");
    return weft::pending();
  });
  const weft::Func twice = *i.func(g.store, "twice");
  std::string seen;
  const auto run = [&]() -> Task {
    auto r = co_await weft::call_async<int32_t(int32_t)>(g.store, twice, 1);
    seen = r ? std::to_string(*r) : std::string(r.error().message());
  };
  run();
  EXPECT_EQ(seen, "202");
  mode = 1, run();
  EXPECT_EQ(seen, "402");
  mode = 2, run();
  EXPECT_EQ(seen, "no answer");
  mode = 3, run();
  EXPECT_EQ(seen, "an answer has not the types of the host function's results");
  mode = 4, seen = "", run();
  EXPECT_EQ(seen, "");
  kept->complete(9);
  EXPECT_EQ(seen, "18");
  mode = 5, run();
  EXPECT_EQ(seen, "plain error");
  const auto wrong = [&]() -> Task {
    auto r = co_await weft::call_async<int64_t()>(g.store, twice);
    EXPECT_FALSE(r);
    seen = "refused";
  };
  wrong();
  EXPECT_EQ(seen, "refused");
}

TEST(Async, SlicesShareTheLoop) {
  Guest g(both());
  Loop loop;
  const weft::Instance i = g.load([](int32_t v) { return v; });
  ASSERT_TRUE(g.store.set_epoch_deadline(1'000'000));
  const weft::Func spin = *i.func(g.store, "spin");
  std::vector<int> slices(2);
  int done = 0;
  const auto run = [&](size_t who, int32_t n) -> Task {
    auto r = co_await weft::call_async<int32_t(int32_t)>(g.store, spin, n)
                 .on(loop.executor())
                 .slices([&slices, who](weft::StoreRef store) {
                   ++slices[who];
                   return store.set_fuel(500).ok();
                 });
    EXPECT_TRUE(r);
    done += *r + 1;
  };
  ASSERT_TRUE(g.store.set_fuel(500));
  run(0, 1000);
  run(1, 2000);
  EXPECT_EQ(done, 0);
  loop.run();
  EXPECT_EQ(done, 2);
  EXPECT_GT(slices[0], 4);
  EXPECT_GT(slices[1], slices[0]);
}

TEST(Async, Polling) {
  Guest g(both());
  const weft::Instance i = g.load([](int32_t) -> weft::Result<int32_t> { return weft::pending(); });
  using Spin = weft::PolledCall<int32_t(int32_t)>;
  auto spin = Spin::make(g.store, *i.func(g.store, "spin"), 10'000).value();
  ASSERT_TRUE(g.store.set_epoch_deadline(1'000'000));
  unsigned polls = 0;
  while (*spin.poll_fuel(1000) == Spin::Poll::more) ++polls;
  EXPECT_GT(polls, 20u);
  EXPECT_EQ(spin.take().value(), 0);
  using Forever = weft::PolledCall<void()>;
  auto forever = Forever::make(g.store, *i.func(g.store, "forever")).value();
  ASSERT_TRUE(g.store.set_fuel(~uint64_t{0}));
  for (int k = 0; k < 3; ++k)
    EXPECT_EQ(*forever.poll_for(std::chrono::milliseconds(3)), Forever::Poll::more);
  auto twice = Spin::make(g.store, *i.func(g.store, "twice"), 1).value();
  EXPECT_FALSE(twice.answer(1));
  EXPECT_EQ(*twice.poll_fuel(1000), Spin::Poll::waiting);
  EXPECT_EQ(*twice.poll_fuel(1000), Spin::Poll::waiting);
  EXPECT_FALSE(twice.answer(int64_t{1}));
  EXPECT_TRUE(twice.answer(8));
  EXPECT_EQ(*twice.poll_fuel(1000), Spin::Poll::ready);
  EXPECT_EQ(twice.take().value(), 16);
}

}  // namespace
