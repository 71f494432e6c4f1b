// Host functions from C++: deduction, results, errors, exceptions, what a caller is (MECHANISMS 1).
#include <functional>
#include <memory>
#include <stdexcept>
#include <tuple>

#include "world.hpp"

namespace weft_test {
namespace {

int32_t twice(int32_t x) { return 2 * x; }
int32_t twice_noexcept(int32_t x) noexcept { return 2 * x; }

struct Object {
  int32_t factor = 3;
  int32_t times(int32_t x) { return factor * x; }
  int32_t times_const(Caller& c, int32_t x) const {
    return c.instance().has_value() ? factor * x : -1;
  }
};

/// Calls host function "h"."f" of type i32 -> i32 with 21.
int32_t call_with_21(World& w) {
  const Instance i = w.instantiate(R"((module (import "h" "f" (func $f (param i32) (result i32)))
    (func (export "go") (param i32) (result i32) (call $f (local.get 0)))))");
  return w.get<int32_t(int32_t)>(i, "go")(w.store, 21).value();
}

TEST(HostFunc, LambdasFunctionPointersMembersAndFunctors) {
  const auto check = [](auto... f) {
    World w;
    w.linker.func("h", "f", f...).value();
    return call_with_21(w);
  };
  Object object;
  EXPECT_EQ(check([](int32_t x) { return 2 * x; }), 42);
  EXPECT_EQ(check([](const uint32_t& x) { return 2 * x; }), 42);
  EXPECT_EQ(check([n = 2](int32_t x) mutable { return n++ * x; }), 42);
  EXPECT_EQ(check([](int32_t x) noexcept -> int32_t { return 2 * x; }), 42);
  EXPECT_EQ(check(twice), 42);
  EXPECT_EQ(check(&twice_noexcept), 42);
  EXPECT_EQ(check(std::function<int32_t(int32_t)>(twice)), 42);
  EXPECT_EQ(check(&Object::times, &object), 63);
  EXPECT_EQ(check(&Object::times_const, &object), 63);
}

TEST(HostFunc, CapturesMayBeMoveOnlyAndAreDestroyedOnce) {
  int live = 0;
  {
    World w;
    auto p = std::make_unique<Counted>(&live);
    w.linker.func("h", "f", [p = std::move(p)](int32_t x) { return x + *p->live; }).value();
    EXPECT_EQ(call_with_21(w), 22);
    EXPECT_EQ(live, 1);
  }
  EXPECT_EQ(live, 0);
  {
    World w;
    // Refused definitions destroy what they were given, too.
    w.linker.func("h", "g", [c = Counted(&live)] {}).value();
    EXPECT_FALSE(w.linker.func("h", "g", [c = Counted(&live)] {}).ok());
    EXPECT_EQ(live, 1);
    (void)Func::make(w.store, [c = Counted(&live)] {}).value();
    EXPECT_EQ(live, 2);
  }
  EXPECT_EQ(live, 0);
}

TEST(HostFunc, ResultsAreValuesTuplesResultsOrNothing) {
  World w;
  int side = 0;
  w.linker.func("h", "nothing", [&] { ++side; }).value();
  w.linker.func("h", "one", [] { return 1.5; }).value();
  w.linker.func("h", "three", [](int64_t a) { return std::tuple(a, 2.5f, uint32_t{7}); }).value();
  w.linker
      .func("h", "fallible",
            [](int32_t x) -> Result<int32_t> {
              if (x < 0) return weft::Error("negative");
              return x;
            })
      .value();
  w.linker
      .func("h", "fallible_void",
            [](int32_t x) -> Result<void> {
              if (x < 0) return weft::Error("negative");
              return {};
            })
      .value();
  const Instance i = w.instantiate(R"((module
    (import "h" "nothing" (func $nothing)) (import "h" "one" (func $one (result f64)))
    (import "h" "three" (func $three (param i64) (result i64 f32 i32)))
    (import "h" "fallible" (func $fallible (param i32) (result i32)))
    (import "h" "fallible_void" (func $fallible_void (param i32)))
    (func (export "nothing") call $nothing)
    (func (export "one") (result f64) call $one)
    (func (export "three") (param i64) (result i64 f32 i32) (call $three (local.get 0)))
    (func (export "fallible") (param i32) (result i32) (call $fallible (local.get 0)))
    (func (export "fallible_void") (param i32) (call $fallible_void (local.get 0)))))");
  EXPECT_TRUE(w.get<void()>(i, "nothing")(w.store).ok());
  EXPECT_EQ(side, 1);
  EXPECT_EQ(*w.get<double()>(i, "one")(w.store), 1.5);
  EXPECT_EQ((*w.get<std::tuple<int64_t, float, int32_t>(int64_t)>(i, "three")(w.store, 9)),
            std::tuple(int64_t{9}, 2.5f, 7));
  const auto fallible = w.get<int32_t(int32_t)>(i, "fallible");
  EXPECT_EQ(*fallible(w.store, 4), 4);
  const auto failed = fallible(w.store, -4);
  ASSERT_FALSE(failed.ok());
  ASSERT_NE(failed.error().trap(), nullptr);
  EXPECT_EQ(failed.error().trap()->host_error(), "negative");
  EXPECT_EQ(message_of(failed), "negative");
  EXPECT_FALSE(w.get<void(int32_t)>(i, "fallible_void")(w.store, -1).ok());
  EXPECT_TRUE(w.get<void(int32_t)>(i, "fallible_void")(w.store, 1).ok());
}

TEST(HostFunc, AnErrorHasABacktraceOfTheGuest) {
  World w;
  w.linker.func("h", "f", [](int32_t) -> Result<int32_t> { return weft::Error("no"); }).value();
  const Instance i = w.instantiate(R"((module $m (import "h" "f" (func $f (param i32) (result i32)))
    (func $inner (param i32) (result i32) (call $f (local.get 0)))
    (func (export "go") (param i32) (result i32) (call $inner (local.get 0)))))");
  auto r = w.get<int32_t(int32_t)>(i, "go")(w.store, 1);
  ASSERT_NE(r.error().trap(), nullptr);
  ASSERT_EQ(r.error().trap()->frame_count(), 2u);
  EXPECT_EQ(r.error().trap()->frame(0).func_name, "inner");
  EXPECT_EQ(r.error().trap()->frame(1).func_name, "go");
}

TEST(HostFunc, ReferencesGoBothWays) {
  World w;
  Func kept;
  w.linker
      .func("h", "ext",
            [](Caller& c, ExternRef r) {
              return ExternRef::make(c.store(), *r.get<int>(c.store()) + 1).value();
            })
      .value();
  w.linker
      .func("h", "fn",
            [&](Func f) {
              kept = f;
              return f;
            })
      .value();
  w.linker
      .func("h", "call",
            [](Caller& c, Func f, int32_t x) -> weft::CallResult<int32_t> {
              auto typed = f.typed<int32_t(int32_t)>(c.store());
              if (!typed) return weft::Failure(typed.take_error());
              return (*typed)(c.store(), x);
            })
      .value();
  const Instance i = w.instantiate(R"((module
    (import "h" "ext" (func $ext (param externref) (result externref)))
    (import "h" "fn" (func $fn (param funcref) (result funcref)))
    (import "h" "call" (func $call (param funcref i32) (result i32)))
    (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
    (elem declare func $square)
    (func (export "ext") (param externref) (result externref) (call $ext (local.get 0)))
    (func (export "fn") (result i32) (ref.is_null (call $fn (ref.func $square))))
    (func (export "null") (result i32) (ref.is_null (call $fn (ref.null func))))
    (func (export "call") (param i32) (result i32) (call $call (ref.func $square) (local.get 0)))))");
  const ExternRef in = ExternRef::make(w.store, 41).value();
  EXPECT_EQ(*w.get<ExternRef(ExternRef)>(i, "ext")(w.store, in).value().get<int>(w.store), 42);
  EXPECT_EQ(*w.get<int32_t()>(i, "fn")(w.store), 0);
  EXPECT_EQ(kept.call(w.store, {5}).value()[0].i32(), 25);
  EXPECT_EQ(*w.get<int32_t()>(i, "null")(w.store), 1);
  EXPECT_TRUE(kept.is_null());
  EXPECT_EQ(*w.get<int32_t(int32_t)>(i, "call")(w.store, 6), 36);
}

TEST(HostFunc, AnIncompatibleResultIsAnError) {
  World w;
  weft::Store other = weft::Store::make(w.engine).value();
  const ExternRef foreign = ExternRef::make(other, 1).value();
  const Func theirs = Func::make(other, [] {}).value();
  w.linker.func("h", "ext", [&] { return foreign; }).value();
  w.linker.func("h", "fn", [&] { return theirs; }).value();
  w.linker
      .func("h", "val", weft::FuncType({}, {WEFT_I32}),
            [](Caller&, std::span<const Val>, std::span<Val> out) -> Result<void> {
              out[0] = Val(1.5);
              return {};
            })
      .value();
  const Instance i = w.instantiate(R"((module (import "h" "ext" (func $e (result externref)))
    (import "h" "fn" (func $f (result funcref))) (import "h" "val" (func $v (result i32)))
    (func (export "ext") (drop (call $e))) (func (export "fn") (drop (call $f)))
    (func (export "val") (drop (call $v)))))");
  for (const char* name : {"ext", "fn", "val"}) {
    const auto r = w.get<void()>(i, name)(w.store);
    ASSERT_NE(r.error().trap(), nullptr) << name;
    EXPECT_EQ(message_of(r).find("host function returned an incompatible value"), 0u)
        << message_of(r);
  }
}

TEST(HostFunc, TheCallerGivesTheStoresDataAndTheInstancesExports) {
  weft::Engine engine = weft::Engine::make().value();
  weft::Store store = weft::Store::with(engine, std::string("mine")).value();
  weft::Linker linker(engine);
  std::string seen;
  linker
      .func("h", "f",
            [&](Caller& c, int32_t at, int32_t size) {
              ASSERT_NE(c.data<std::string>(), nullptr);
              EXPECT_EQ(c.data<int>(), nullptr);  // another type
              seen =
                  *c.data<std::string>() + ":" +
                  std::string(
                      c.text(static_cast<uint32_t>(at), static_cast<uint32_t>(size)).value_or("?"));
              EXPECT_TRUE(c.func("g").has_value());
              EXPECT_FALSE(c.func("memory").has_value());
              EXPECT_FALSE(c.get_export("none").has_value());
              EXPECT_EQ(c.func("g")->call(c.store(), {}).value()[0].i32(), 7);
              EXPECT_TRUE(c.memory("none").empty());
              EXPECT_FALSE(c.slice(65536, 1).has_value());
            })
      .value();
  const Instance i = linker
                         .instantiate(store, weft::Module::compile(engine, R"((module
    (import "h" "f" (func $f (param i32 i32)))
    (memory (export "memory") 1) (data (i32.const 8) "hello")
    (func (export "g") (result i32) (i32.const 7))
    (func (export "go") (call $f (i32.const 8) (i32.const 5)))))")
                                                 .value())
                         .value();
  EXPECT_TRUE(i.get<void()>(store, "go").value()(store).ok());
  EXPECT_EQ(seen, "mine:hello");
}

TEST(HostFunc, TheHostItselfIsNoInstance) {
  World w;
  bool has_instance = true;
  const Func f = Func::make(w.store, [&](Caller& c) {
                   has_instance = c.instance().has_value();
                   EXPECT_FALSE(c.get_export("memory").has_value());
                   EXPECT_TRUE(c.memory().empty());
                 }).value();
  EXPECT_TRUE(f.call(w.store, {}).ok());
  EXPECT_FALSE(has_instance);
}

TEST(HostFunc, ReferencesMadeDuringACallAreScopedToIt) {
  World w;
  int live = 0;
  w.linker
      .func("h", "f",
            [&](Caller& c) {
              for (int k = 0; k < 100; ++k)
                (void)ExternRef::make(c.store(), Counted(&live)).value();
              c.store().collect();
              EXPECT_EQ(live, 100);  // kept by the call's scope
            })
      .value();
  const Instance i =
      w.instantiate(R"((module (import "h" "f" (func $f)) (func (export "go") (call $f))))");
  EXPECT_TRUE(w.get<void()>(i, "go")(w.store).ok());
  w.store.collect();
  EXPECT_LE(live, 8);  // stale words of the native stack may keep a few
}

struct Problem : std::runtime_error {
  Problem(int c, int* live) : std::runtime_error("a problem"), code(c), counted(live) {}
  int code;
  Counted counted;
};

TEST(HostException, CrossesGuestFramesWithItsTypeAndDestructorsRun) {
  World w;
  int live = 0;
  int objects = 0;
  w.linker
      .func("h", "throw",
            [&](int32_t code) {
              const Counted local(&objects);
              throw Problem(code, &live);
            })
      .value();
  w.linker
      .func("h", "through",
            [&](Caller& c, int32_t n) {
              const Counted local(&objects);
              auto go = c.func("go")->typed<void(int32_t)>(c.store()).value();
              go(c.store(), n - 1).value();  // throws on
            })
      .value();
  const Instance i = w.instantiate(R"((module
    (import "h" "throw" (func $throw (param i32))) (import "h" "through" (func $through (param i32)))
    (func (export "go") (param i32)
      (if (local.get 0) (then (call $through (local.get 0))) (else (call $throw (i32.const 99)))))))");
  const auto go = w.get<void(int32_t)>(i, "go");
  for (const int depth : {0, 1, 5}) {
    try {
      go(w.store, depth).value();
      FAIL() << "nothing was thrown";
    } catch (const Problem& p) {
      EXPECT_EQ(p.code, 99);
      EXPECT_STREQ(p.what(), "a problem");
    }
    EXPECT_EQ(objects, 0);
    EXPECT_EQ(live, 0);
  }
  // As a value: its text, no type lost, not a trap of the guest.
  auto r = go(w.store, 1);
  ASSERT_NE(r.error().trap(), nullptr);
  EXPECT_EQ(message_of(r), "a problem");
  EXPECT_THROW(r.error().trap()->rethrow_host_exception(), Problem);
  // The store goes on.
  EXPECT_THROW(go(w.store, 0).value(), Problem);
}

TEST(HostException, AnythingCanBeThrown) {
  World w;
  w.linker.func("h", "throw", [] { throw 42; }).value();
  const Instance i =
      w.instantiate(R"((module (import "h" "throw" (func $t)) (func (export "go") (call $t))))");
  EXPECT_THROW(w.get<void()>(i, "go")(w.store).value(), int);
  EXPECT_THROW(w.get<void()>(i, "go")(w.store).value(), int);
}

TEST(HostException, OfAStartFunctionAndOfAHostFunctionCalledByTheHost) {
  World w;
  int live = 0;
  w.linker.func("h", "throw", [&] { throw Problem(1, &live); }).value();
  const auto module = w.compile(R"((module (import "h" "throw" (func $t)) (start $t)))");
  EXPECT_THROW(w.linker.instantiate(w.store, module).value(), Problem);
  const Func f = Func::make(w.store, [&] { throw Problem(2, &live); }).value();
  EXPECT_THROW(f.call(w.store, {}).value(), Problem);
  EXPECT_EQ(live, 0);
}

TEST(HostFunc, ExactReferenceTypesAreDescribedAtRunTime) {
  World w;
  const weft::StructType point = weft::StructType::make(w.engine, {{WEFT_I32}, {WEFT_I32}}).value();
  const weft::ValType ref = weft::ValType::ref(point, true);
  w.linker
      .func("h", "sum", weft::FuncType({ref}, {WEFT_I32}),
            [](Caller& c, std::span<const Val> in, std::span<Val> out) -> Result<void> {
              const weft::StructRef p(in[0].anyref());
              if (p.is_null()) {
                out[0] = -1;
                return {};
              }
              out[0] = p.get(c.store(), 0).value().i32() + p.get(c.store(), 1).value().i32();
              return {};
            })
      .value();
  const Instance i = w.instantiate(R"((module
    (type $p (sub final (struct (field (mut i32)) (field (mut i32)))))
    (import "h" "sum" (func $sum (param (ref null $p)) (result i32)))
    (func (export "go") (result i32) (call $sum (struct.new $p (i32.const 40) (i32.const 2))))
    (func (export "null") (result i32) (call $sum (ref.null $p)))))");
  EXPECT_EQ(*w.get<int32_t()>(i, "go")(w.store), 42);
  EXPECT_EQ(*w.get<int32_t()>(i, "null")(w.store), -1);
}

}  // namespace
}  // namespace weft_test
