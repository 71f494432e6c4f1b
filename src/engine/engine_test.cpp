// From text to results: the whole path through decoder, validator, interpreter.
#include "engine/engine.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/instantiate.hpp"
#include "engine/linker.hpp"

namespace weft::engine {
namespace {

using wasm::kI32;
using wasm::kI64;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

struct World {
  explicit World(const Config& config = {})
      : engine(Engine::create(config).value()), store(engine.new_store()), linker(engine) {}

  CompiledModule compile(std::string_view wat) {
    auto m = CompiledModule::compile(engine, bytes_of(wat));
    if (!m) {
      ADD_FAILURE() << m.error().message;
      return *CompiledModule::compile(engine, bytes_of("(module)"));
    }
    return *m;
  }
  Instance run(std::string_view wat) {
    auto r = linker.instantiate(*store, compile(wat));
    if (!r) ADD_FAILURE() << r.message();
    return r.instance();
  }
  CallResult call(Instance i, std::string_view name, std::vector<Value> params,
                  std::vector<Value>& results) {
    const Func f = get_func(*store, i, name).value();
    results.resize(func_type(*store, f).results.size());
    return engine::call(*store, f, params, results);
  }
  int32_t call_i32(Instance i, std::string_view name, std::vector<Value> params = {}) {
    std::vector<Value> results;
    auto r = call(i, name, std::move(params), results);
    if (!r) ADD_FAILURE() << r.trap().text();
    return r && !results.empty() ? results[0].cell[0].as<int32_t>() : -1;
  }
  Trap trap(Instance i, std::string_view name, std::vector<Value> params = {}) {
    std::vector<Value> results;
    auto r = call(i, name, std::move(params), results);
    if (r) {
      ADD_FAILURE() << name << " did not trap";
      return {};
    }
    return std::move(*r.take());
  }

  Engine engine;
  std::unique_ptr<runtime::Store> store;
  Linker linker;
};

Config checked_config() {
  Config c;
  c.signals = false;
  return c;
}

TEST(Engine, RunsInEveryConfiguration) {
  Config fuel;
  fuel.fuel = true;
  fuel.epochs = true;
  Config eager;
  eager.translation = Translation::eager;
  Config deferred;
  deferred.translation = Translation::deferred;
  int row = 0;
  for (const Config& config : {Config{}, checked_config(), fuel, eager, deferred}) {
    SCOPED_TRACE(row++);
    World w(config);
    w.store->set_fuel(1'000'000);
    const Instance i = w.run(R"((module
      (memory (export "memory") 1)
      (func $fib (export "fib") (param i32) (result i32)
        (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (local.get 0))
          (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                         (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
      (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))))");
    EXPECT_EQ(w.call_i32(i, "fib", {Value::i32(15)}), 610);
    EXPECT_EQ(w.call_i32(i, "load", {Value::i32(65532)}), 0);
    for (const int32_t address : {65533, -1, 1 << 30}) {
      const Trap t = w.trap(i, "load", {Value::i32(address)});
      EXPECT_EQ(t.code, TrapCode::memory_out_of_bounds);
      EXPECT_EQ(t.kind, Trap::Kind::trap);
      EXPECT_TRUE(
          t.message.starts_with("out of bounds memory access: memory fault at guest address 0x"))
          << t.message;
      EXPECT_TRUE(t.message.ends_with("in linear memory of size 0x10000")) << t.message;
    }
  }
}

TEST(Engine, BacktraceNamesFunctions) {
  World w;
  const Instance i = w.run(R"((module $calc
    (func $inner (unreachable))
    (func $outer (call $inner))
    (func (export "go") (call $outer))))");
  const Trap t = w.trap(i, "go");
  EXPECT_EQ(t.code, TrapCode::unreachable);
  ASSERT_EQ(t.backtrace.frames.size(), 3u) << t.text();
  const std::string text = t.text();
  EXPECT_NE(text.find("  0: 0x"), std::string::npos) << text;
  EXPECT_NE(text.find("calc!inner"), std::string::npos) << text;
  EXPECT_NE(text.find("calc!outer"), std::string::npos) << text;
  EXPECT_LT(text.find("calc!inner"), text.find("calc!outer"));
}

TEST(Engine, CallsCheckEverythingFirst) {
  World w;
  World other;
  const Instance i = w.run(R"((module (func (export "f") (param i32 i64) (result i64) (local.get 1))
                                      (global (export "g") i32 (i32.const 1))))");
  const Func f = get_func(*w.store, i, "f").value();
  Value out[1];
  struct Row {
    std::vector<Value> params;
    size_t results;
    const char* message;
  };
  const Row rows[] = {
      {{}, 1, "expected 2 arguments, got 0"},
      {{Value::i32(1), Value::i64(2), Value::i32(3)}, 1, "expected 2 arguments, got 3"},
      {{Value::i32(1), Value::i64(2)}, 0, "expected room for 1 results, got 0"},
      {{Value::i64(1), Value::i64(2)}, 1, "type mismatch: argument 0 must be i32, found i64"},
      {{Value::i32(1), Value::externref(0)},
       1,
       "type mismatch: argument 1 must be i64, found externref"},
  };
  for (const Row& row : rows) {
    auto r = call(*w.store, f, row.params, std::span(out, row.results));
    ASSERT_FALSE(r.ok());
    EXPECT_EQ(r.trap().kind, Trap::Kind::error);
    EXPECT_EQ(r.trap().error_code, ErrorCode::bad_argument);
    EXPECT_EQ(r.trap().message, row.message);
  }
  const std::vector<Value> good = {Value::i32(1), Value::i64(-5)};
  EXPECT_TRUE(call(*w.store, f, good, out).ok());
  EXPECT_EQ(out[0].cell[0].as<int64_t>(), -5);
  auto wrong = call(*other.store, f, good, out);
  EXPECT_EQ(wrong.trap().error_code, ErrorCode::wrong_store);
  EXPECT_EQ(get_func(*other.store, i, "f").error().code, ErrorCode::wrong_store);
  EXPECT_EQ(get_func(*w.store, i, "g").error().message, "export \"g\" is a global, not a function");
  EXPECT_EQ(get_func(*w.store, i, "h").error().code, ErrorCode::not_found);
  EXPECT_TRUE(check_signature(*w.store, f, std::vector{kI32, kI64}, std::vector{kI64}));
  EXPECT_FALSE(check_signature(*w.store, f, std::vector{kI32}, std::vector{kI64}));
}

TEST(Linker, NamesAllMissingImportsAtOnce) {
  World w;
  const auto m = w.compile(R"((module
    (import "env" "f" (func (param i32) (result i64)))
    (import "env" "mem" (memory 1 2))
    (import "x" "t" (table 3 funcref))
    (import "x" "g" (global (mut i32)))))");
  const auto r = w.linker.instantiate(*w.store, m);
  ASSERT_NE(r.error(), nullptr);
  EXPECT_EQ(r.error()->code, ErrorCode::unlinkable);
  EXPECT_EQ(r.message(),
            "unknown import: \"env\".\"f\" (func (param i32) (result i64)), \"env\".\"mem\" "
            "(memory 1 2), "
            "\"x\".\"t\" (table 3 funcref), \"x\".\"g\" (global (mut i32))");
}

TEST(Linker, HostFunctions) {
  World w;
  auto total = std::make_shared<int64_t>(0);
  ASSERT_TRUE(w.linker.define_func(
      "env", "add", std::vector{kI64}, std::vector{kI64},
      [](void* env, runtime::Caller& caller, runtime::Cell* cells) {
        auto& sum = *static_cast<int64_t*>(env);
        if (cells[0].as<int64_t>() < 0) return caller.fail("negative");
        if (cells[0].as<int64_t>() == 99) return caller.exit(7);
        EXPECT_NE(caller.memory(), nullptr);
        sum += cells[0].as<int64_t>();
        cells[0].set(sum);
        return TrapCode::none;
      },
      total));
  const std::string_view wat = R"((module
    (import "env" "add" (func $add (param i64) (result i64)))
    (memory (export "memory") 1)
    (func (export "twice") (param i64) (result i64)
      (drop (call $add (local.get 0))) (call $add (local.get 0)))))";
  const Instance i = w.run(wat);
  const Instance second = w.run(wat);
  std::vector<Value> results;
  EXPECT_TRUE(w.call(i, "twice", {Value::i64(5)}, results).ok());
  EXPECT_EQ(results[0].cell[0].as<int64_t>(), 10);
  EXPECT_EQ(i.object->func_ref(wasm::FuncIdx(0u)),
            second.object->func_ref(wasm::FuncIdx(0u)));  // made once per store
  const Trap failed = w.trap(i, "twice", {Value::i64(-1)});
  EXPECT_EQ(failed.kind, Trap::Kind::error);
  EXPECT_EQ(failed.message, "negative");
  EXPECT_EQ(failed.backtrace.frames.size(), 1u);
  const Trap exit = w.trap(i, "twice", {Value::i64(99)});
  EXPECT_EQ(exit.kind, Trap::Kind::exit);
  EXPECT_EQ(exit.exit_code, 7u);
  EXPECT_EQ(w.linker.define_func("env", "add", {}, {}, nullptr, nullptr).error().code,
            ErrorCode::bad_argument);

  const auto wrong = w.linker.instantiate(
      *w.store, w.compile(R"((module (import "env" "add" (func (param i32) (result i64)))))"));
  EXPECT_EQ(wrong.message(),
            "incompatible import type for \"env\".\"add\": expected func (param i32) (result i64), "
            "found func (param i64) (result i64)");

  const auto pre = InstancePre::create(w.linker, w.compile(wat));
  ASSERT_TRUE(pre);
  auto fresh = w.engine.new_store();
  const auto made = pre->instantiate(*fresh);
  ASSERT_TRUE(made) << made.message();
}

TEST(Linker, UnknownImportsAsTraps) {
  World w;
  w.linker.define_unknown_imports_as_traps();
  const Instance i = w.run(R"((module (import "a" "b" (func $f)) (func (export "go") (call $f))))");
  EXPECT_EQ(w.trap(i, "go").message,
            "unknown import: the guest called \"a\".\"b\", which is not defined");
}

TEST(Instantiate, MatchesImportTypes) {
  World w;
  const Instance i = w.run(R"((module
    (memory (export "m") 2 4) (table (export "t") 5 10 funcref)
    (global (export "c") i32 (i32.const 3)) (global (export "v") (mut i32) (i32.const 3))
    (func (export "f") (param i32)) (tag (export "e"))))");
  ASSERT_TRUE(w.linker.define_instance(*w.store, "a", i));
  struct Row {
    const char* import;
    bool fits;
  };
  const Row rows[] = {
      {R"("m" (memory 1))", true},
      {R"("m" (memory 2 4))", true},
      {R"("m" (memory 3))", false},
      {R"("m" (memory 2 3))", false},
      {R"("m" (memory 2 9))", true},
      {R"("m" (memory i64 1))", false},
      {R"("t" (table 5 funcref))", true},
      {R"("t" (table 6 funcref))", false},
      {R"("t" (table 1 10 funcref))", true},
      {R"("t" (table 1 9 funcref))", false},
      {R"("t" (table 1 externref))", false},
      {R"("c" (global i32))", true},
      {R"("c" (global i64))", false},
      {R"("c" (global (mut i32)))", false},
      {R"("v" (global (mut i32)))", true},
      {R"("v" (global i32))", false},
      {R"("e" (tag))", true},
      {R"("e" (tag (param i32)))", false},
      {R"("f" (func (param i32)))", true},
      {R"("f" (func))", false},
      {R"("f" (memory 1))", false},
  };
  for (const Row& row : rows) {
    const auto m = w.compile(std::string("(module (import \"a\" ") + row.import + "))");
    const auto r = w.linker.instantiate(*w.store, m);
    EXPECT_EQ(r.ok(), row.fits) << row.import << ": " << r.message();
    if (!row.fits) {
      EXPECT_TRUE(r.message().starts_with("incompatible import type for \"a\".")) << r.message();
    }
  }
  // A grown memory fits a larger minimum.
  ASSERT_TRUE(grow_memory(*w.store, get_memory(*w.store, i, "m").value(), 1));
  EXPECT_TRUE(
      w.linker.instantiate(*w.store, w.compile(R"((module (import "a" "m" (memory 3))))")).ok());
}

TEST(Instantiate, EarlierWritesOfAFailedOneStay) {
  World w;
  const Instance i = w.run(R"((module (memory (export "m") 1) (table (export "t") 2 funcref)
    (func (export "byte") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))))");
  ASSERT_TRUE(w.linker.define_instance(*w.store, "a", i));
  const auto r = w.linker.instantiate(*w.store, w.compile(R"((module
    (import "a" "m" (memory 1)) (import "a" "t" (table 1 funcref))
    (func $seven (result i32) (i32.const 7))
    (elem (i32.const 0) $seven)
    (data (i32.const 0) "A") (data (i32.const 65535) "BC")))"));
  ASSERT_NE(r.trap(), nullptr);
  EXPECT_EQ(r.trap()->code, TrapCode::memory_out_of_bounds);
  EXPECT_EQ(w.call_i32(i, "byte", {Value::i32(0)}), 'A');
  EXPECT_EQ(w.call_i32(i, "byte", {Value::i32(65535)}), 0);
  EXPECT_EQ(w.call_i32(i, "call", {Value::i32(0)}), 7);
}

TEST(Instantiate, StartRunsLastAndTraps) {
  World w;
  const Instance i = w.run(R"((module (global $g (export "g") (mut i32) (i32.const 0)) (memory 1)
    (data (i32.const 4) "\2a") (func $s (global.set $g (i32.load8_u (i32.const 4)))) (start $s)))");
  EXPECT_EQ(read_global(*w.store, get_global(*w.store, i, "g").value())->cell[0].as<int32_t>(), 42);
  const auto r =
      w.linker.instantiate(*w.store, w.compile("(module (func $s (unreachable)) (start $s))"));
  ASSERT_NE(r.trap(), nullptr);
  EXPECT_EQ(r.trap()->code, TrapCode::unreachable);
  EXPECT_EQ(r.trap()->backtrace.frames.size(), 1u);
}

TEST(Instantiate, SegmentsGlobalsAndTables) {
  World w;
  const Instance i = w.run(R"((module
    (global $base i32 (i32.const 8))
    (global $sum i32 (i32.add (global.get $base) (i32.mul (i32.const 2) (i32.const 3))))
    (memory 1)
    (table $t 4 funcref (ref.func $two))
    (func $one (result i32) (i32.const 1))
    (func $two (result i32) (i32.const 2))
    (elem (table $t) (i32.const 1) funcref (ref.func $one) (ref.null func))
    (elem $passive funcref (ref.func $one))
    (data (global.get $sum) "xyz")
    (func (export "at") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))
    (func (export "byte") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "init") (table.init $t $passive (i32.const 3) (i32.const 0) (i32.const 1)))))");
  EXPECT_EQ(w.call_i32(i, "byte", {Value::i32(15)}), 'y');
  EXPECT_EQ(w.call_i32(i, "at", {Value::i32(0)}), 2);
  EXPECT_EQ(w.call_i32(i, "at", {Value::i32(1)}), 1);
  EXPECT_EQ(w.trap(i, "at", {Value::i32(2)}).code, TrapCode::uninitialized_element);
  EXPECT_EQ(w.trap(i, "at", {Value::i32(4)}).code, TrapCode::undefined_element);
  EXPECT_EQ(w.call_i32(i, "at", {Value::i32(3)}), 2);
  std::vector<Value> none;
  EXPECT_TRUE(w.call(i, "init", {}, none).ok());
  EXPECT_EQ(w.call_i32(i, "at", {Value::i32(3)}), 1);
}

TEST(Instantiate, LargeDataIsAnImageAndBehavesTheSame) {
  World w;
  const std::string big(100'000, 'q');
  const std::string wat =
      "(module (memory (export \"m\") 4) (data (i32.const 5000) \"" + big +
      "\") (data (i32.const 5001) \"Z\") (func (export \"byte\") (param i32) (result i32) "
      "(i32.load8_u (local.get 0))) (func (export \"set\") (i32.store8 (i32.const 6000) (i32.const "
      "1))))";
  const auto m = w.compile(wat);
  EXPECT_TRUE(m.info().image.has_value());
  const Instance a = w.linker.instantiate(*w.store, m).instance();
  const Instance b = w.linker.instantiate(*w.store, m).instance();
  ASSERT_TRUE(a);
  std::vector<Value> none;
  EXPECT_TRUE(w.call(a, "set", {}, none).ok());
  EXPECT_EQ(w.call_i32(a, "byte", {Value::i32(6000)}), 1);
  EXPECT_EQ(w.call_i32(b, "byte", {Value::i32(6000)}), 'q');
  EXPECT_EQ(w.call_i32(b, "byte", {Value::i32(5001)}), 'Z');
  EXPECT_EQ(w.call_i32(b, "byte", {Value::i32(4999)}), 0);
  EXPECT_EQ(w.call_i32(b, "byte", {Value::i32(105'000)}), 0);
}

TEST(Instantiate, LimitsAreErrorsAndLeaveNothing) {
  World w;
  w.store->limits.memory_bytes = 65536;
  const auto m = w.compile("(module (memory 2))");
  for (int i = 0; i < 3; ++i) {
    const auto r = w.linker.instantiate(*w.store, m);
    ASSERT_NE(r.error(), nullptr);
    EXPECT_EQ(r.error()->code, ErrorCode::limit_exceeded);
  }
  w.store->limits.memory_bytes = 1 << 20;
  w.store->limits.memories = 1;
  EXPECT_TRUE(w.linker.instantiate(*w.store, m).ok());
  World other;
  EXPECT_EQ(instantiate(*other.store, m, {}).error()->code, ErrorCode::wrong_store);
}

TEST(Engine, RefusesWhatIsNoModule) {
  World w;
  struct Row {
    std::string_view bytes;
    ErrorCode code;
  };
  const Row rows[] = {
      {"", ErrorCode::malformed},
      {std::string_view("\0asm", 4), ErrorCode::malformed},
      {"hello", ErrorCode::malformed},
      {"(module (func (result i32)))", ErrorCode::invalid},
      {"(module (func (i32.nonsense)))", ErrorCode::malformed},
      {std::string_view("\0asm\x0d\0\x01\0", 8), ErrorCode::malformed},
  };
  for (const Row& row : rows) {
    const auto m = CompiledModule::compile(w.engine, bytes_of(row.bytes));
    ASSERT_FALSE(m.has_value()) << row.bytes;
    EXPECT_EQ(m.error().code, row.code) << row.bytes << ": " << m.error().message;
    EXPECT_FALSE(CompiledModule::validate(w.engine, bytes_of(row.bytes)));
  }
  Config bad;
  bad.interp_stack_max = 100;
  EXPECT_EQ(Engine::create(bad).error().code, ErrorCode::bad_config);
}

TEST(Engine, DeadlinesInterrupt) {
  Config config;
  config.epochs = true;
  World w(config);
  const Instance i = w.run(
      "(module (func (export \"spin\") (loop (br 0))) (func (export \"one\") (result i32) "
      "(i32.const 1)))");
  ASSERT_TRUE(w.engine.set_deadline(*w.store, std::chrono::milliseconds(20)));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(w.trap(i, "spin").code, TrapCode::interrupt);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(20));
  w.engine.clear_deadline(*w.store);
  EXPECT_EQ(w.call_i32(i, "one"), 1);
  World without;
  EXPECT_EQ(without.engine.set_deadline(*without.store, std::chrono::seconds(1)).error().code,
            ErrorCode::bad_config);
}

TEST(Engine, FuelRunsOut) {
  Config config;
  config.fuel = true;
  World w(config);
  const Instance i = w.run("(module (func (export \"spin\") (loop (br 0))))");
  w.store->set_fuel(1000);
  EXPECT_EQ(w.trap(i, "spin").code, TrapCode::out_of_fuel);
  EXPECT_EQ(w.store->fuel(), 0u);
}

TEST(Engine, DeepRecursionIsATrap) {
  World w;
  const Instance i = w.run("(module (func $f (export \"f\") (call $f)))");
  const Trap t = w.trap(i, "f");
  EXPECT_EQ(t.code, TrapCode::call_stack_exhausted);
  EXPECT_EQ(t.backtrace.frames.size(), runtime::Backtrace::kMaxFrames);
  EXPECT_GT(t.backtrace.omitted, 0u);
}

TEST(Engine, BigModulesValidateOnThreads) {
  Config config;
  config.parallelism = 3;
  World w(config);
  std::string wat = "(module ";
  for (int i = 0; i < 1500; ++i) {
    wat += "(func (result i32) (i32.const 0)";
    for (int k = 0; k < 500; ++k) wat += "(i32.add (i32.const 1))";
    wat += i == 1400 ? "(i64.const 1) (i32.add))" : ")";
  }
  wat += ")";
  uint64_t reported = 0;
  CompileOptions options;
  options.progress = [&](uint64_t done, uint64_t total) {
    EXPECT_LE(done, total);
    reported = done;
  };
  const auto m = CompiledModule::compile(w.engine, bytes_of(wat), options);
  ASSERT_FALSE(m.has_value());
  EXPECT_EQ(m.error().code, ErrorCode::invalid);
  EXPECT_NE(m.error().message.find("1400"), std::string::npos) << m.error().message;
}

TEST(Engine, StoresOfOneEngineRunOnThreads) {
  World w;
  const auto m = w.compile(
      "(module (memory 1) (func (export \"f\") (result i32) (i32.load (i32.const 70000))))");
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) {
        auto store = w.engine.new_store();
        const Instance i = instantiate(*store, m, {}).instance();
        Value out[1];
        const auto r = call(*store, get_func(*store, i, "f").value(), {}, out);
        ASSERT_FALSE(r.ok());
        EXPECT_EQ(r.trap().code, TrapCode::memory_out_of_bounds);
      }
    });
  }
  for (auto& t : threads) t.join();
}

}  // namespace
}  // namespace weft::engine
