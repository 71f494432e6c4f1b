// Exceptions: what catches what, what the handler finds, and the way across instances and host
// functions.
#include <gtest/gtest.h>

#include <string>

#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/engine.hpp"
#include "engine/instantiate.hpp"
#include "engine/linker.hpp"

namespace weft::engine {
namespace {

using runtime::Caller;
using runtime::Cell;

struct World {
  explicit World(const Config& config = {})
      : engine(Engine::create(config).value()), store(engine.new_store()), linker(engine) {
    store->set_fuel(1'000'000'000);
  }
  Instance run(std::string_view wat, std::string_view name = {}) {
    auto module = CompiledModule::compile(engine, std::as_bytes(std::span(wat)));
    if (!module) {
      ADD_FAILURE() << module.error().message;
      return {};
    }
    auto r = linker.instantiate(*store, *module);
    if (!r) {
      ADD_FAILURE() << r.message();
      return {};
    }
    if (!name.empty()) EXPECT_TRUE(linker.define_instance(*store, name, r.instance()).has_value());
    return r.instance();
  }
  Trap trap(Instance i, std::string_view name) {
    std::vector<Value> results(1);
    const Func f = get_func(*store, i, name).value();
    results.resize(func_type(*store, f).results.size());
    auto r = engine::call(*store, f, {}, results);
    if (r) {
      ADD_FAILURE() << name << " did not trap";
      return {};
    }
    return std::move(*r.take());
  }
  /// The result as a number, or the trap's text.
  std::string call(Instance i, std::string_view name, std::vector<Value> params = {}) {
    auto f = get_func(*store, i, name);
    if (!f) return f.error().message;
    std::vector<Value> results(func_type(*store, *f).results.size());
    auto r = engine::call(*store, *f, params, results);
    if (!r) return r.trap().message;
    return results.empty() ? "" : std::to_string(results[0].cell[0].as<int64_t>());
  }

  Engine engine;
  std::unique_ptr<runtime::Store> store;
  Linker linker;
};

std::vector<Config> configs() {
  std::vector<Config> out(6);
  out[1].signals = false;
  out[2].fuel = out[2].epochs = true;
  out[3].translation = Translation::eager;
  out[4].translation = Translation::deferred;
  out[5].gc_zeal = 1;
  return out;
}

struct Row {
  std::string_view name;
  std::string_view body;  ///< Of a function without parameters, (result i64).
  std::string_view expected;
};
constexpr std::string_view kHead = R"((module
  (tag $e) (tag $i (param i32)) (tag $l (param i64)) (tag $m (param i64 v128 i32)) (tag $r (param (ref null $s)))
  (type $s (struct (field i64)))
  (func $raise_i (param i32) (throw $i (local.get 0)))
  (func $raise_l (param i64) (throw $l (local.get 0)))
  (func $deep (param i32) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))) (else (throw $l (i64.const 7)))))
  (func $tail (param i64) (return_call $raise_l (local.get 0)))
  (func (export "f") (result i64) (local $a i64) (local $x exnref) )";

constexpr Row kRows[] = {
    {"payload",
     "(block $h (result i64) (try_table (result i64) (catch $l $h) (call $raise_l (i64.const 5)) "
     "(i64.const 1)))",
     "5"},
    {"other tags pass", R"((block $h (result i64) (try_table (result i64) (catch $l $h)
        (block $k (try_table (catch $e $k) (call $raise_l (i64.const 5)))) (i64.const 1))))",
     "5"},
    {"first clause that fits",
     R"((block $h (result i64) (block $all (try_table (catch $e $all) (catch $l $h) (catch_all $all)
        (call $raise_l (i64.const 6)))) (i64.const 9)))",
     "6"},
    {"locals as they were at the throw",
     R"((block $h (try_table (catch_all $h) (local.set $a (i64.const 3))
        (local.set $a (i64.add (local.get $a) (i64.const 4))) (call $raise_i (i32.const 1)) (local.set $a (i64.const 100))))
        (local.get $a))",
     "7"},
    {"operands below",
     R"((local.set $a (i64.const 10)) (local.get $a) (i64.const 20) (i64.add (local.get $a) (i64.const 5))
        (block $h (result i64) (local.set $a (i64.const 1000))
          (try_table (catch $l $h) (local.get $a) (call $raise_l (i64.const 4)) (drop)) (i64.const 0))
        (i64.add) (i64.add) (i64.add))",
     "49"},
    {"alias below is saved before its local changes in the body",
     R"((local.set $a (i64.const 8)) (local.get $a)
        (block $h (try_table (catch_all $h) (local.set $a (i64.const 1)) (throw $e))) (i64.add (local.get $a)))",
     "9"},
    {"v128 in the payload", R"((block $h (result i64 v128 i32) (try_table (catch $m $h)
        (throw $m (i64.const 1) (v128.const i64x2 20 300) (i32.const 4000))) (unreachable))
        (i64.extend_i32_u) (local.set $a) (i64x2.extract_lane 1) (i64.add) (i64.add (local.get $a)))",
     "4301"},
    {"to a loop", R"((i64.const 0) (loop $again (param i64) (result i64) (local.set $a)
        (if (i64.lt_u (local.get $a) (i64.const 50)) (then
          (try_table (catch $l $again) (throw $l (i64.add (local.get $a) (i64.const 20))))))
        (local.get $a)))",
     "60"},
    {"to the function",
     "(try_table (result i64) (catch $l 0) (call $raise_l (i64.const 77)) (i64.const 1))", "77"},
    {"reference thrown again", R"((block $h (result i64) (try_table (catch $l $h)
        (block $k (result exnref) (try_table (catch_all_ref $k) (call $raise_l (i64.const 12))) (unreachable)) (throw_ref))
        (unreachable)))",
     "12"},
    {"payload and reference",
     R"((block $h (result i64 exnref) (try_table (catch_ref $l $h) (call $raise_l (i64.const 13)))
        (unreachable)) (local.set $x) (local.set $a)
        (block $k (result i64) (try_table (catch $l $k) (throw_ref (local.get $x))) (unreachable)) (i64.add (local.get $a)))",
     "26"},
    {"null reference", "(throw_ref (ref.null exn))", "null exception reference"},
    {"object in the payload", R"((block $h (result (ref null $s)) (try_table (catch $r $h)
        (throw $r (struct.new $s (i64.const 44)))) (unreachable)) (struct.get $s 0))",
     "44"},
    {"a trap is no exception", "(block $h (try_table (catch_all $h) (unreachable))) (i64.const 1)",
     "unreachable"},
    {"a handler does not cover itself", R"((block $h (result i64) (block $k (result i64)
        (try_table (catch $l $k) (call $raise_l (i64.const 1))) (unreachable)) (call $raise_l)  (i64.const 2)))",
     "unhandled exception: tag (param i64)"},
    {"a call behind the block is not in it",
     R"((block $h (result i64) (try_table (catch $l $h) (nop)) (call $raise_l (i64.const 3))
        (i64.const 2)))",
     "unhandled exception: tag (param i64)"},
    {"tail call leaves the block", R"((block $h (result i64) (try_table (result i64) (catch $l $h)
        (call $tail (i64.const 31)) (i64.const 1))))",
     "31"},
    {"deep recursion",
     "(block $h (result i64) (try_table (catch $l $h) (call $deep (i32.const 5000))) "
     "(unreachable))",
     "7"},
    {"legacy: catch",
     "(try (result i64) (do (call $raise_l (i64.const 5)) (i64.const 1)) (catch $l) (catch_all "
     "(i64.const 2)))",
     "5"},
    {"legacy: catch_all and locals",
     R"((try (do (local.set $a (i64.const 3)) (call $raise_i (i32.const 0))) (catch $e) (catch_all
        (local.set $a (i64.add (local.get $a) (i64.const 1))))) (local.get $a))",
     "4"},
    {"legacy: rethrow of the outer one",
     R"((try (result i64) (do (try (do (throw $l (i64.const 5))) (catch $l (drop)
        (try (do (throw $i (i32.const 1))) (catch $i (drop) (call $raise_dropped) (rethrow 1))))) (i64.const 1)) (catch $l)))",
     "5"},
    {"legacy: delegate past a handler",
     R"((try (result i64) (do (try (do (try (do (throw $l (i64.const 8))) (delegate 1)))
        (catch $l (drop) (local.set $a (i64.const 1)))) (i64.const 2)) (catch $l)))",
     "8"},
    {"legacy: delegate to the caller",
     "(try (do (try (do (throw $l (i64.const 8))) (delegate 1))) (catch_all)) (i64.const 1)",
     "unhandled exception: tag (param i64)"},
};
// Clobbers whatever lies above the caller's operands.
constexpr std::string_view kTail = R"()
  (func $raise_dropped (local i64 i64 i64 i64 i64 i64)
    (local.set 0 (i64.const -1)) (local.set 1 (i64.const -1)) (local.set 2 (i64.const -1)) (local.set 5 (i64.const -1))
    (block $h (try_table (catch_all $h) (throw $e))))))";

TEST(Exceptions, FindTheirHandlers) {
  int n = 0;
  for (Config config : configs()) {
    SCOPED_TRACE(n++);
    config.features = wasm::FeatureSet::all();
    for (const Row& row : kRows) {
      World w(config);
      const Instance i = w.run(std::string(kHead) + std::string(row.body) + std::string(kTail));
      if (!i) {
        ADD_FAILURE() << row.name;
        continue;
      }
      EXPECT_EQ(w.call(i, "f"), row.expected) << row.name;
      EXPECT_EQ(w.call(i, "f"), row.expected) << row.name << ", again";
    }
  }
}

TEST(Exceptions, TagsAreKnownByIdentity) {
  World w;
  constexpr std::string_view kModule =
      R"((module (tag $t (export "t")) (func (export "throw") (throw $t))))";
  w.run(kModule, "a");
  w.run(kModule, "b");
  const Instance i = w.run(R"((module
    (tag $a (import "a" "t")) (tag $a2 (import "a" "t"))
    (func $fa (import "a" "throw")) (func $fb (import "b" "throw")) (memory 1)
    (func $catch (param i32) (result i32)
      (block $h (try_table (catch $a2 $h) (if (local.get 0) (then (call $fa)) (else (call $fb)))) (return (i32.const 0)))
      (i32.load8_u (i32.const 5)) (i32.add (i32.const 1)))
    (func (export "a") (result i64) (i64.extend_i32_u (call $catch (i32.const 1))))
    (func (export "b") (result i64) (i64.extend_i32_u (call $catch (i32.const 0))))))");
  EXPECT_EQ(w.call(i, "a"), "1");
  EXPECT_EQ(w.call(i, "b"), "unhandled exception: tag");
}

TEST(Exceptions, UncaughtOnesNameTheThrower) {
  World w;
  const Instance i = w.run(R"((module (tag $t (param i32))
    (func $thrower (throw $t (i32.const 1))) (func $middle (call $thrower)) (func (export "go") (call $middle))))");
  const Trap t = w.trap(i, "go");
  EXPECT_EQ(t.code, TrapCode::unhandled_exception);
  ASSERT_EQ(t.backtrace.frames.size(), 3u) << t.text();
  EXPECT_NE(t.text().find("thrower"), std::string::npos) << t.text();
  ASSERT_NE(t.exception, runtime::kNullRef);
  EXPECT_EQ(w.store->heap().exception(t.exception).cells()[0].bits, 1u);
}

/// Host functions between two guest calls.
struct Between {
  World* world = nullptr;
  Instance guest;
  int outcome =
      0;  // 0: pass on, 1: swallow, 2: pass on after another uncaught one, 3: as a bare code

  static TrapCode run(void* env, Caller& caller, Cell*) {
    auto& self = *static_cast<Between*>(env);
    const Func f = get_func(caller.store(), self.guest, "throw").value();
    Cell cell{};
    CallResult result = call_unchecked(caller.store(), f.object, &cell, 1);
    if (result) return TrapCode::none;
    if (self.outcome == 1) return TrapCode::none;
    if (self.outcome == 2) {
      const Func other = get_func(caller.store(), self.guest, "throw_other").value();
      EXPECT_FALSE(call_unchecked(caller.store(), other.object, &cell, 1));
    }
    if (self.outcome == 3) return TrapCode::unhandled_exception;
    return pass_on(caller, std::move(*result.take()));
  }
};

TEST(Exceptions, GoOnThroughHostFunctions) {
  for (const uint32_t zeal : {0u, 1u}) {
    Config config;
    config.gc_zeal = zeal;
    for (const int outcome : {0, 1, 2, 3}) {
      SCOPED_TRACE(outcome);
      World w(config);
      Between between{&w, {}, outcome};
      const Func host = new_func(*w.store, {}, {}, &Between::run, &between, nullptr).value();
      ASSERT_TRUE(w.linker.define(*w.store, "host", "call", Extern::of(host)).has_value());
      between.guest =
          w.run(R"((module (tag $t (export "t") (param i64)) (tag $o (param i64)) (memory 1)
        (func (export "throw") (throw $t (i64.const 99)))
        (func (export "throw_other") (throw $o (i64.const 1)))))",
                "inner");
      const Instance i = w.run(
          R"((module (tag $t (import "inner" "t") (param i64)) (func $host (import "host" "call"))
        (func $tail (return_call $host))
        (func (export "catch") (result i64) (local i64)
          (local.set 0 (i64.const 1))
          (block $h (result i64) (try_table (catch $t $h) (call $host)) (i64.const 0)) (i64.add (local.get 0)))
        (func (export "tail") (result i64)
          (block $h (result i64) (try_table (catch $t $h) (call $tail)) (i64.const 0)))
        (func (export "outside") (result i64)
          (block $h (result i64) (try_table (result i64) (catch $t $h) (i64.const 0)) (call $tail)))
        (func (export "not") (call $host))))");
      EXPECT_EQ(w.call(i, "catch"), outcome == 1 ? "1" : "100");
      EXPECT_EQ(w.call(i, "tail"), outcome == 1 ? "0" : "99");
      EXPECT_EQ(w.call(i, "outside"), outcome == 1 ? "0" : "unhandled exception: tag (param i64)");
      if (outcome == 1) continue;
      const Trap t = w.trap(i, "not");
      EXPECT_EQ(t.code, TrapCode::unhandled_exception);
      EXPECT_EQ(w.store->heap().exception(t.exception).cells()[0].bits, 99u);
    }
  }
}

TEST(Exceptions, ManyRegionsAndLevels) {
  // Each of 300 nested blocks catches a tag that is not thrown; a deep stack of catching frames
  // throws again at each level.
  std::string body = "(call $raise)";
  for (int i = 0; i < 300; ++i) body = "(block (try_table (catch $other 0) " + body + "))";
  World w;
  const Instance i = w.run(R"((module (tag $t) (tag $other)
    (func $raise (throw $t))
    (func $level (param i32) (block $h (result exnref)
      (try_table (catch_all_ref $h) (if (local.get 0) (then (call $level (i32.sub (local.get 0) (i32.const 1)))) (else (call $raise))))
      (return)) (throw_ref))
    (func (export "wide") (result i64) (block $h (try_table (catch $t $h) )" +
                           body + R"() (return (i64.const 0))) (i64.const 1))
    (func (export "deep") (result i64) (block $h (try_table (catch $t $h) (call $level (i32.const 4000))) (return (i64.const 0))) (i64.const 1))))");
  EXPECT_EQ(w.call(i, "wide"), "1");
  EXPECT_EQ(w.call(i, "deep"), "1");
}

}  // namespace
}  // namespace weft::engine
