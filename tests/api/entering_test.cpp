// Entering and leaving guest code: hooks and their order, the stack limit, nesting, re-entrancy
// (MECHANISMS 2), and stack overflow exactly at each boundary (MECHANISMS 7).
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "world.hpp"

namespace weft_test {
namespace {

using weft::CallHook;

/// Guest functions around one host function, `f`, that tests set.
struct Hooked : ::testing::Test {
  Hooked() {
    w.linker
        .func("h", "f",
              [this](Caller& c) -> weft::CallResult<void> {
                log += "[f]";
                return f ? f(c) : weft::CallResult<void>();
              })
        .value();
    i = w.instantiate(R"((module (import "h" "f" (func $f))
      (func (export "plain")) (func (export "host") (call $f)) (func (export "twice") (call $f) (call $f))
      (func (export "trap") unreachable)
      (func (export "late") (call $f) unreachable)
      (memory 1) (func (export "fault") (drop (i32.load (i32.const -4))))))");
  }
  void log_hooks() {
    w.store.call_hook([this](StoreRef, CallHook h) { log += "wWhH"[static_cast<int>(h)]; }).value();
  }
  weft::CallResult<void> call(const char* name) { return w.get<void()>(*i, name)(w.store); }

  World w;
  std::optional<Instance> i;
  std::string log;
  std::function<weft::CallResult<void>(Caller&)> f;
};

TEST_F(Hooked, HooksComeInOrderAndInPairs) {
  log_hooks();
  EXPECT_TRUE(call("plain").ok());
  EXPECT_EQ(log, "wW");
  log.clear();
  EXPECT_TRUE(call("host").ok());
  EXPECT_EQ(log, "wh[f]HW");
  log.clear();
  EXPECT_TRUE(call("twice").ok());
  EXPECT_EQ(log, "wh[f]Hh[f]HW");
}

TEST_F(Hooked, HooksComeInPairsAlsoOnErrors) {
  log_hooks();
  for (const char* name : {"trap", "fault"}) {
    log.clear();
    EXPECT_FALSE(call(name).ok());
    EXPECT_EQ(log, "wW") << name;
  }
  f = [](Caller&) -> weft::CallResult<void> { return weft::Failure(weft::Error("no")); };
  log.clear();
  EXPECT_FALSE(call("host").ok());
  EXPECT_EQ(log, "wh[f]HW");
  f = [](Caller&) -> weft::CallResult<void> { throw 1; };
  log.clear();
  EXPECT_THROW(call("host").value(), int);
  EXPECT_EQ(log, "wh[f]HW");
  f = nullptr;
  log.clear();
  EXPECT_FALSE(call("late").ok());
  EXPECT_EQ(log, "wh[f]HW");
}

TEST_F(Hooked, HooksOfNestedCallsNest) {
  log_hooks();
  f = [this](Caller& c) { return i->get<void()>(c.store(), "plain").value()(c.store()); };
  EXPECT_TRUE(call("host").ok());
  EXPECT_EQ(log, "wh[f]wWHW");
}

TEST_F(Hooked, AHostFunctionCalledByTheHostCrossesTwice) {
  log_hooks();
  const Func own = Func::make(w.store, [this] { log += "[own]"; }).value();
  EXPECT_TRUE(own.call(w.store, {}).ok());
  EXPECT_EQ(log, "wh[own]HW");
}

TEST_F(Hooked, HooksAreNotReEnteredByCallsMadeInsideAHook) {
  w.store
      .call_hook([this](StoreRef s, CallHook h) {
        log += "wWhH"[static_cast<int>(h)];
        const auto inner = i->get<void()>(s, "trap").value()(s);
        EXPECT_EQ(trap_of(inner), kUnreachable);
      })
      .value();
  EXPECT_TRUE(call("host").ok());
  EXPECT_EQ(log, "wh[f]HW");
  // What a hook's own calls do leaves the outer failure as it was.
  log.clear();
  f = [](Caller&) -> weft::CallResult<void> { return weft::Failure(weft::Error("mine")); };
  const auto r = call("host");
  EXPECT_EQ(log, "wh[f]HW");
  EXPECT_EQ(message_of(r), "mine");
  log.clear();
  EXPECT_EQ(trap_of(call("fault")), kMemoryOutOfBounds);
}

TEST_F(Hooked, AnErrorOfCallingWasmMeansTheGuestDoesNotRun) {
  bool on = false;
  w.store
      .call_hook([&](StoreRef, CallHook h) -> Result<void> {
        log += "wWhH"[static_cast<int>(h)];
        if (on && h == CallHook::calling_wasm) return weft::Error("not now");
        return {};
      })
      .value();
  on = true;
  const auto r = call("host");
  EXPECT_EQ(log, "wW");
  EXPECT_EQ(message_of(r), "not now");
  on = false;
  EXPECT_TRUE(call("host").ok());
}

TEST_F(Hooked, AnErrorOfReturningFromWasmReplacesTheResult) {
  w.store
      .call_hook([&](StoreRef, CallHook h) -> Result<void> {
        if (h == CallHook::returning_from_wasm) return weft::Error("replaced");
        return {};
      })
      .value();
  EXPECT_EQ(message_of(call("plain")), "replaced");
  EXPECT_EQ(message_of(call("trap")), "replaced");  // also after a trap
}

TEST_F(Hooked, ErrorsOfTheHostHooks) {
  CallHook failing = CallHook::calling_host;
  w.store
      .call_hook([&](StoreRef, CallHook h) -> Result<void> {
        log += "wWhH"[static_cast<int>(h)];
        if (h == failing) return weft::Error("stop");
        return {};
      })
      .value();
  EXPECT_EQ(message_of(call("host")), "stop");
  EXPECT_EQ(log, "whHW");  // the host function did not run
  failing = CallHook::returning_from_host;
  log.clear();
  EXPECT_EQ(message_of(call("host")), "stop");
  EXPECT_EQ(log, "wh[f]HW");
}

TEST_F(Hooked, AnExceptionOfAHookIsCarried) {
  w.store
      .call_hook([&](StoreRef, CallHook h) {
        if (h == CallHook::calling_host) throw std::string("from the hook");
      })
      .value();
  EXPECT_THROW(call("host").value(), std::string);
}

TEST_F(Hooked, AHookIsDestroyedWhenReplacedAndCannotReplaceItself) {
  int live = 0;
  w.store.call_hook([c = Counted(&live)](StoreRef, CallHook) {}).value();
  EXPECT_EQ(live, 1);
  w.store
      .call_hook([c = Counted(&live)](StoreRef s, CallHook) {
        EXPECT_EQ(code_of(s.clear_call_hook()), WEFT_ERROR_BAD_ARGUMENT);
      })
      .value();
  EXPECT_EQ(live, 1);
  EXPECT_TRUE(call("plain").ok());
  w.store.clear_call_hook().value();
  EXPECT_EQ(live, 0);
}

// --- the stack

constexpr std::string_view kDeep = R"((module
  (import "h" "again" (func $again (param i32) (result i32)))
  (func $down (export "down") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.add (i32.const 1) (call $again (i32.sub (local.get 0) (i32.const 1)))))
      (else (i32.const 0))))
  (func $spin (export "spin") (call $spin))
  (func (export "leaf"))))";

struct Deep : ::testing::Test {
  Deep() {
    w.linker
        .func("h", "again",
              [this](Caller& c, int32_t n) -> weft::CallResult<int32_t> {
                deepest = std::max(deepest, ++depth);
                auto r = i->get<int32_t(int32_t)>(c.store(), "down").value()(c.store(), n);
                --depth;
                if (!r) return r.take_error();
                return *r;
              })
        .value();
    i = w.instantiate(kDeep);
  }
  World w;
  std::optional<Instance> i;
  int depth = 0;
  int deepest = 0;
};

TEST_F(Deep, NestedCallsShareOneBudget) {
  const auto down = w.get<int32_t(int32_t)>(*i, "down");
  EXPECT_EQ(*down(w.store, 20), 20);
  const auto r = down(w.store, 1'000'000);
  EXPECT_EQ(trap_of(r), kStackExhausted);
  EXPECT_EQ(depth, 0);
  // 512 KiB of native stack for all of them together: not one budget for each.
  EXPECT_GT(deepest, 50);
  EXPECT_LT(deepest, 5000);
  const int first = deepest;
  // The limit is back where it was, so the second run gets exactly as far.
  deepest = 0;
  EXPECT_EQ(trap_of(down(w.store, 1'000'000)), kStackExhausted);
  EXPECT_EQ(deepest, first);
}

TEST_F(Deep, TheStackLimitIsAnOption) {
  const auto depth_with = [](uint64_t bytes) {
    World world(std::move(weft::Config().set("max_native_stack", bytes)));
    int n = 0;
    std::optional<Instance> inst;
    world.linker
        .func("h", "again",
              [&](Caller& c, int32_t k) -> weft::CallResult<int32_t> {
                ++n;
                return inst->get<int32_t(int32_t)>(c.store(), "down").value()(c.store(), k);
              })
        .value();
    inst = world.instantiate(kDeep);
    EXPECT_EQ(trap_of(world.get<int32_t(int32_t)>(*inst, "down")(world.store, 1'000'000)),
              kStackExhausted);
    return n;
  };
  const int small = depth_with(128 << 10);
  const int large = depth_with(512 << 10);
  EXPECT_GT(large, small * 2);
  EXPECT_LT(large, small * 8);
}

// The host eats the stack byte by byte, so that the end comes at each boundary in turn: entering
// the guest, in the guest, entering the host function, entering the guest from it.
TEST_F(Deep, OverflowExactlyAtEachHostGuestBoundary) {
  const auto down = w.get<int32_t(int32_t)>(*i, "down");
  const auto leaf = w.get<void()>(*i, "leaf");
  int finished = 0;
  int overflowed = 0;
  std::function<void(size_t)> eat = [&](size_t bytes) {
    // A frame of `bytes`, then the boundary.
    volatile char* const pad = static_cast<char*>(__builtin_alloca(bytes));
    pad[0] = 1;
    for (const auto& r :
         {trap_of(down(w.store, 0)), trap_of(down(w.store, 1)), trap_of(leaf(w.store))}) {
      EXPECT_TRUE(r == -1 || r == kStackExhausted) << r;
      ++(r == -1 ? finished : overflowed);
    }
    pad[bytes - 1] = pad[0];
  };
  const Func host = Func::make(w.store, [&] {
                      for (size_t bytes = (512u << 10) - 24000; bytes < (512u << 10); bytes += 16)
                        eat(bytes);
                    }).value();
  EXPECT_TRUE(host.call(w.store, {}).ok());
  EXPECT_GT(finished, 100);
  EXPECT_GT(overflowed, 100);
  EXPECT_EQ(*down(w.store, 20), 20);  // the store goes on
}

TEST_F(Deep, EveryThreadHasItsOwnStack) {
  const auto down = w.get<int32_t(int32_t)>(*i, "down");
  EXPECT_EQ(*down(w.store, 10), 10);
  for (int k = 0; k < 3; ++k) {
    std::thread([&] { EXPECT_EQ(*down(w.store, 10), 10); }).join();
  }
}

TEST_F(Deep, GuestRecursionEndsWithATrap) {
  EXPECT_EQ(trap_of(w.get<void()>(*i, "spin")(w.store)), kStackExhausted);
  EXPECT_TRUE(w.get<void()>(*i, "leaf")(w.store).ok());
}

// --- nesting

TEST(Nested, CallsOfSeveralStoresInterleave) {
  World a;
  weft::Store b = weft::Store::make(a.engine).value();
  std::optional<Instance> in_a;
  std::optional<Instance> in_b;
  std::string log;
  a.linker
      .func("h", "f",
            [&](Caller& c, int32_t n) -> weft::CallResult<int32_t> {
              const bool is_a = c.store().c_api() == a.store.c_api();
              log += is_a ? "a" : "b";
              if (n == 0) return 0;
              StoreRef next = is_a ? StoreRef(b) : StoreRef(a.store);
              auto r =
                  (is_a ? *in_b : *in_a).get<int32_t(int32_t)>(next, "go").value()(next, n - 1);
              if (!r) return r.take_error();
              return *r + 1;
            })
      .value();
  const auto module = a.compile(R"((module (import "h" "f" (func $f (param i32) (result i32)))
    (func (export "go") (param i32) (result i32) (call $f (local.get 0)))))");
  in_a = a.linker.instantiate(a.store, module).value();
  in_b = a.linker.instantiate(b, module).value();
  EXPECT_EQ(*in_a->get<int32_t(int32_t)>(a.store, "go").value()(a.store, 5), 5);
  EXPECT_EQ(log, "ababab");
}

TEST(Nested, BacktracesSeeFramesOfTheirOwnStoreOnly) {
  World a;
  weft::Store b = weft::Store::make(a.engine).value();
  std::optional<Instance> in_b;
  a.linker
      .func("h", "f",
            [&](Caller& c) -> weft::CallResult<void> {
              if (c.store().c_api() != a.store.c_api()) return {};
              auto inner = in_b->get<void()>(b, "trap").value()(b);
              EXPECT_EQ(inner.error().trap()->frame_count(), 1u);
              EXPECT_EQ(inner.error().trap()->frame(0).func_name, "trap");
              return weft::Failure(weft::Error("own"));
            })
      .value();
  const auto module = a.compile(R"((module (import "h" "f" (func $f))
    (func $go (export "go") (call $f)) (func $trap (export "trap") unreachable)))");
  const Instance in_a = a.linker.instantiate(a.store, module).value();
  in_b = a.linker.instantiate(b, module).value();
  const auto r = in_a.get<void()>(a.store, "go").value()(a.store);
  ASSERT_EQ(r.error().trap()->frame_count(), 1u);
  EXPECT_EQ(r.error().trap()->frame(0).func_name, "go");
}

TEST(Nested, TheDeepestBacktraceWinsAndPassesOn) {
  World w;
  std::optional<Instance> i;
  w.linker
      .func("h", "f",
            [&](Caller& c) -> weft::CallResult<void> {
              return i->get<void()>(c.store(), "trap").value()(c.store());
            })
      .value();
  i = w.instantiate(R"((module (import "h" "f" (func $f))
    (func $go (export "go") (call $f)) (func $trap (export "trap") unreachable)))");
  const auto r = w.get<void()>(*i, "go")(w.store);
  EXPECT_EQ(trap_of(r), kUnreachable);
  ASSERT_EQ(r.error().trap()->frame_count(), 2u);
  EXPECT_EQ(r.error().trap()->frame(0).func_name, "trap");
  EXPECT_EQ(r.error().trap()->frame(1).func_name, "go");
}

TEST(Nested, CompilingInstantiatingAndDefiningInsideAHostCallWorks) {
  World w;
  int32_t inner = 0;
  w.linker
      .func("h", "f",
            [&](Caller& c) {
              weft::Linker linker(w.engine);
              linker.func("x", "y", [](int32_t a, int64_t, float) { return a; })
                  .value();  // a new type
              const Instance made =
                  linker
                      .instantiate(c.store(), weft::Module::compile(w.engine, R"((module
      (import "x" "y" (func $y (param i32 i64 f32) (result i32)))
      (func (export "g") (result i32) (call $y (i32.const 5) (i64.const 0) (f32.const 0)))))")
                                                  .value())
                      .value();
              inner = *made.get<int32_t()>(c.store(), "g").value()(c.store());
            })
      .value();
  const Instance i =
      w.instantiate(R"((module (import "h" "f" (func $f)) (func (export "go") (call $f))))");
  EXPECT_TRUE(w.get<void()>(i, "go")(w.store).ok());
  EXPECT_EQ(inner, 5);
}

TEST(Nested, GrowingAMemoryInAHostCallIsSeenByTheGuest) {
  for (const char* kind : {"", "i64 "}) {  // a reserved memory, and one that may move
    World w;
    const std::string index = *kind == 0 ? "i32" : "i64";
    w.linker
        .func("h", "grow",
              [](Caller& c) {
                const auto m = c.get_export("memory")->memory();
                EXPECT_EQ(m->grow(c.store(), 3).value(), 1u);
                ASSERT_TRUE(m->view(c.store()).value().write<int32_t>(3 * 65536, 77));
              })
        .value();
    const Instance i =
        w.instantiate("(module (import \"h\" \"grow\" (func $g)) (memory (export \"memory\") " +
                      std::string(kind) + "1) (func (export \"go\") (result i32) (i32.store (" +
                      index + ".const 8) (i32.const 5)) (call $g) (i32.add (i32.load (" + index +
                      ".const 8)) (i32.load (" + index + ".const 196608)))))");
    EXPECT_EQ(*w.get<int32_t()>(i, "go")(w.store), 82);
  }
}

// The memory grows while a bulk operation is under way: its source's finalizers run host code at
// each collection, and the value it fills with comes from a host call that grows the memory.
TEST(Nested, GrowingAMemoryBetweenTheOperandsOfABulkOperation) {
  for (const bool memory64 : {false, true}) {
    World w;
    const std::string t = memory64 ? "i64" : "i32";
    w.linker
        .func("h", "grow",
              [](Caller& c, int32_t v) {
                (void)c.get_export("memory")->memory()->grow(c.store(), 1).value();
                return v;
              })
        .value();
    const Instance i = w.instantiate(
        "(module (import \"h\" \"grow\" (func $g (param i32) (result i32)))"
        "(memory (export \"memory\") " +
        std::string(memory64 ? "i64 " : "") +
        "1)"
        "(func (export \"fill\") (memory.fill (" +
        t + ".const 65536) (call $g (i32.const 7)) (" + t +
        ".const 65536)))"
        "(func (export \"over\") (memory.fill (" +
        t + ".const 65537) (call $g (i32.const 9)) (" + t + ".const 131072))))");
    EXPECT_TRUE(w.get<void()>(i, "fill")(w.store).ok());
    const auto view = [&] { return i.memory(w.store, "memory")->view(w.store).value(); };
    EXPECT_EQ(view().size(), 2u * 65536);
    EXPECT_EQ(view().read<uint8_t>(65535), 0);
    EXPECT_EQ(view().read<uint8_t>(65536), 7);
    EXPECT_EQ(view().read<uint8_t>(131071), 7);
    // Past the new end: all bounds are checked first, nothing is written.
    EXPECT_EQ(trap_of(w.get<void()>(i, "over")(w.store)), kMemoryOutOfBounds);
    EXPECT_EQ(view().read<uint8_t>(131071), 7);
  }
}

}  // namespace
}  // namespace weft_test
