// Calls of every kind, tail calls, many values, blocks with parameters, far frames, and the limits
// of both stacks.
#include <pthread.h>

#include <algorithm>
#include <functional>

#include "world.hpp"

namespace weft::testing {
namespace {

using wasm::kI32;
using wasm::kI64;

std::string repeat(unsigned n, const std::string& s) {
  std::string out;
  for (unsigned i = 0; i < n; ++i) out += s;
  return out;
}

class Calls : public ::testing::TestWithParam<Mode> {
 protected:
  /// env.add (i64 i64) -> i64; env.many (i32 x 6) -> i64 x 3; env.fail; env.call (funcref to run:
  /// "again" export).
  void define_host(World& w) {
    const auto add = [](void*, runtime::Caller&, Cell* c) {
      c[0].bits += c[1].bits;
      return TrapCode::none;
    };
    const auto many = [](void*, runtime::Caller&, Cell* c) {
      const uint64_t sum = c[0].bits + c[1].bits + c[2].bits + c[3].bits + c[4].bits + c[5].bits;
      c[0].bits = sum, c[1].bits = sum * 2, c[2].bits = sum * 3;
      return TrapCode::none;
    };
    const auto failing = [](void*, runtime::Caller& caller, Cell*) { return caller.fail("no"); };
    ASSERT_TRUE(w.linker.define_func("env", "add", std::vector{kI64, kI64}, std::vector{kI64}, add,
                                     nullptr));
    ASSERT_TRUE(w.linker.define_func("env", "many", std::vector(6, kI32), std::vector(3, kI64),
                                     many, nullptr));
    ASSERT_TRUE(w.linker.define_func("env", "fail", {}, {}, failing, nullptr));
  }
};
INSTANTIATE_TEST_SUITE_P(Modes, Calls, ::testing::ValuesIn(all_modes().begin(), all_modes().end()),
                         [](const auto& info) {
                           std::string name = info.param.name();
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

TEST_P(Calls, EveryKindOfCall) {
  World w(GetParam());
  define_host(w);
  const Instance other =
      w.load(R"((module (memory (export "mem") 2) (global $g (mut i64) (i64.const 100))
    (func (export "set") (param i64) (result i64) (global.set $g (local.get 0)) (i64.load (i32.const 65536)))
    (func (export "get") (result i64) (i64.store (i32.const 65536) (i64.const 77)) (global.get $g))
    (func (export "trap") (unreachable))))");
  ASSERT_TRUE(w.linker.define_instance(*w.store, "other", other));
  const Instance i = w.load(R"((module $m
    (type $binary (func (param i64 i64) (result i64)))
    (type $get (func (result i64)))
    (import "env" "add" (func $host (type $binary)))
    (import "env" "many" (func $many (param i32 i32 i32 i32 i32 i32) (result i64 i64 i64)))
    (import "env" "fail" (func $fail))
    (import "other" "set" (func $set (param i64) (result i64)))
    (import "other" "get" (func $get (type $get)))
    (import "other" "trap" (func $trap))
    (memory 1)
    (table $t 8 funcref)
    (elem (table $t) (i32.const 0) func $sub $host $get $one)
    (func $sub (type $binary) (i64.sub (local.get 0) (local.get 1)))
    (func $one (param i32) (result i32) (local.get 0))
    (elem declare func $fail)
    (func (export "direct") (result i64) (call $sub (i64.const 50) (i64.mul (i64.const 4) (i64.const 2))))
    (func (export "host") (result i64) (i64.store (i32.const 8) (i64.const 5)) (call $host (i64.load (i32.const 8)) (i64.const 6)))
    (func (export "many") (result i64 i64 i64)
      (call $many (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const -1)))
    (func (export "cross") (param i64) (result i64)
      (i64.store (i32.const 65528) (i64.const 5))
      (drop (call $get)) (drop (call $set (local.get 0)))
      (i64.add (call $get) (i64.load (i32.const 65528))))
    (func (export "cross load") (result i64) (drop (call $get)) (call $set (i64.const 1)))
    (func (export "indirect") (param i32 i64 i64) (result i64)
      (call_indirect $t (type $binary) (local.get 1) (local.get 2) (local.get 0)))
    (func (export "indirect get") (param i32) (result i64) (call_indirect $t (type $get) (local.get 0)))
    (func (export "ref") (param i32 i64 i64) (result i64) (local $f (ref null $binary))
      (if (i32.eq (local.get 0) (i32.const 1)) (then (local.set $f (ref.func $sub))))
      (if (i32.eq (local.get 0) (i32.const 2)) (then (local.set $f (ref.func $host))))
      (call_ref $binary (local.get 1) (local.get 2) (local.get $f)))
    (func (export "fails") (call $fail))
    (func (export "traps") (call $trap))))");
  EXPECT_EQ(w.call_one(i, "direct"), 42u);
  EXPECT_EQ(w.call_one(i, "host"), 11u);
  const Outcome many = w.call(i, "many");
  ASSERT_EQ(many.cells.size(), 3u);
  EXPECT_EQ(many.cells[0].bits, 15u + uint64_t{0xffff'ffff});
  EXPECT_EQ(many.cells[2].bits, 3 * (15u + uint64_t{0xffff'ffff}));
  EXPECT_EQ(w.call_one(i, "cross", {1000}), 1005u);
  EXPECT_EQ(w.call_one(i, "cross load"), 77u);
  EXPECT_EQ(w.call_one(i, "indirect", {0, 9, 4}), 5u);
  EXPECT_EQ(w.call_one(i, "indirect", {1, 9, 4}), 13u);
  EXPECT_EQ(w.call_one(i, "indirect get", {2}), 1u);
  EXPECT_EQ(w.call_one(i, "ref", {1, 9, 4}), 5u);
  EXPECT_EQ(w.call_one(i, "ref", {2, 9, 4}), 13u);
  EXPECT_EQ(w.trap_of(i, "ref", {0, 9, 4}).code, TrapCode::null_function_reference);
  EXPECT_EQ(w.trap_of(i, "indirect", {3, 1, 1}).code, TrapCode::indirect_call_type_mismatch);
  EXPECT_EQ(w.trap_of(i, "indirect", {4, 1, 1}).code, TrapCode::uninitialized_element);
  EXPECT_EQ(w.trap_of(i, "indirect", {8, 1, 1}).code, TrapCode::undefined_element);
  EXPECT_EQ(w.trap_of(i, "indirect", {0xffff'ffff, 1, 1}).code, TrapCode::undefined_element);
  const Trap failed = w.trap_of(i, "fails");
  EXPECT_EQ(failed.message, "no");
  EXPECT_EQ(failed.backtrace.frames.size(), 1u);
  EXPECT_EQ(w.trap_of(i, "traps").backtrace.frames.size(), 2u);
}

TEST_P(Calls, TailCallsAreFlat) {
  World w(GetParam());
  define_host(w);
  const Instance other = w.load(R"((module
    (import "env" "add" (func $host (param i64 i64) (result i64)))
    (memory 1)
    (func (export "back") (param i64 i64) (result i64) (return_call $host (local.get 0) (local.get 1)))))");
  ASSERT_TRUE(w.linker.define_instance(*w.store, "other", other));
  const Instance i = w.load(R"((module
    (type $binary (func (param i64 i64) (result i64)))
    (type $wide (func (param i64 i64 i64 i64 i64 i64 i64 i64) (result i64)))
    (import "env" "add" (func $host (type $binary)))
    (import "env" "fail" (func $fail))
    (import "other" "back" (func $back (type $binary)))
    (table $t funcref (elem $loop $grow $host $back))
    (elem declare func $loop $host $back)
    (memory 2)
    (func $loop (export "loop") (type $binary)
      (if (i64.eqz (local.get 0)) (then (return (local.get 1))))
      (return_call $loop (i64.sub (local.get 0) (i64.const 1)) (i64.add (local.get 1) (i64.const 2))))
    (func $grow (export "grow") (type $binary)  ;; to one with more parameters and back
      (if (i64.eqz (local.get 0)) (then (return (local.get 1))))
      (return_call $shrink (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (local.get 1) (i64.const 6) (i64.const 7)
        (i64.sub (local.get 0) (i64.const 1))))
    (func $shrink (type $wide) (local i64 i64 i64)
      (return_call $grow (local.get 7) (i64.add (local.get 4) (local.get 8))))
    (func $indirect (export "indirect") (type $binary)
      (if (i64.eqz (local.get 0)) (then (return (local.get 1))))
      (return_call_indirect $t (type $binary) (i64.sub (local.get 0) (i64.const 1)) (i64.add (local.get 1) (i64.const 2))
        (i32.const 4)))
    (func $by_ref (export "ref") (type $binary)
      (if (i64.eqz (local.get 0)) (then (return (local.get 1))))
      (return_call_ref $binary (i64.sub (local.get 0) (i64.const 1)) (i64.add (local.get 1) (i64.const 2)) (ref.func $by_ref)))
    (elem (table $t) (i32.const 0) func $loop)
    (elem declare func $by_ref)
    (func (export "host") (param i64) (result i64) (return_call $host (local.get 0) (i64.const 5)))
    (func (export "host indirect") (param i32 i64) (result i64)
      (return_call_indirect $t (type $binary) (local.get 1) (i64.const 5) (local.get 0)))
    (func (export "host ref") (param i64 i64 i64 i64) (result i64)
      (return_call_ref $binary (local.get 3) (i64.const 5) (ref.func $host)))
    (func (export "cross") (param i64) (result i64) (local $x i64)
      (i64.store (i32.const 65536) (i64.const 3))
      (local.set $x (call $to_other (local.get 0)))
      (i64.add (local.get $x) (i64.load (i32.const 65536))))
    (func $to_other (param i64) (result i64) (return_call $back (local.get 0) (i64.const 100)))
    (func $null (export "null") (param i64) (result i64)
      (return_call_ref $binary (local.get 0) (local.get 0) (ref.null $binary)))
    (func $failing (return_call $fail))
    (func (export "fails") (nop) (nop) (call $failing) (drop (i32.const 0)))))");
  const uint64_t n = GetParam().fusion && !GetParam().checked ? 10'000'000 : 100'000;
  EXPECT_EQ(w.call_one(i, "loop", {n, 0}), 2 * n);
  EXPECT_EQ(w.call_one(i, "grow", {n, 9}), 9u);
  EXPECT_EQ(w.call_one(i, "ref", {n, 0}), 2 * n);
  EXPECT_EQ(w.call_one(i, "host", {2}), 7u);
  EXPECT_EQ(w.call_one(i, "host indirect", {2, 3}), 8u);
  EXPECT_EQ(w.call_one(i, "host indirect", {3, 3}), 8u);
  EXPECT_EQ(w.call_one(i, "host ref", {1, 2, 3, 4}), 9u);
  EXPECT_EQ(w.call_one(i, "cross", {1}), 104u);
  EXPECT_EQ(w.trap_of(i, "null", {1}).code, TrapCode::null_function_reference);
  EXPECT_EQ(w.trap_of(i, "indirect", {1, 1}).code, TrapCode::undefined_element);
  const Trap failed = w.trap_of(i, "fails");
  EXPECT_EQ(failed.message, "no");
  ASSERT_EQ(failed.backtrace.frames.size(), 1u);  // $failing is gone
}

TEST_P(Calls, ManyParametersAndResults) {
  constexpr unsigned kCount = 300;
  std::string params, results, gets, adds;
  for (unsigned i = 0; i < kCount; ++i) {
    const char* type = i % 4 == 0 ? " i32" : i % 4 == 1 ? " i64" : i % 4 == 2 ? " f64" : " v128";
    params += type;
    results = type + results;
    gets += " (local.get " + std::to_string(kCount - 1 - i) + ")";
  }
  World w(GetParam());
  const Instance i =
      w.load("(module (type $t (func (param" + params + ") (result" + results + ")))" +
             "(func $turn (export \"turn\") (type $t)" + gets + ")" +
             "(func (export \"twice\") (param" + params + ") (result" + params + ")" +
             [&] {
               std::string all;
               for (unsigned k = 0; k < kCount; ++k)
                 all += " (local.get " + std::to_string(k) + ")";
               return "(call $back (call $turn" + all + "))";
             }() +
             ")(func $back (param" + results + ") (result" + params + ")" + gets + "))");
  std::vector<Cell> args;
  for (unsigned k = 0; k < kCount; ++k) {
    args.push_back(Cell{k + 1});
    if (k % 4 == 3) args.push_back(Cell{k + 100'000});
  }
  const Outcome turned = w.call(w.func(i, "turn"), args);
  ASSERT_EQ(turned.cells.size(), args.size());
  EXPECT_EQ(turned.cells[0].bits, kCount);  // the last parameter is a vector
  EXPECT_EQ(turned.cells[1].bits, kCount + 99'999);
  EXPECT_EQ(turned.cells.back().bits, 1u);
  const Outcome twice = w.call(w.func(i, "twice"), args);
  ASSERT_EQ(twice.cells.size(), args.size());
  for (size_t k = 0; k < args.size(); ++k) EXPECT_EQ(twice.cells[k].bits, args[k].bits) << k;
}

TEST_P(Calls, BlocksMoveTheirValues) {
  World w(GetParam());
  const Instance i = w.load(R"((module
    (func $swap (export "swap") (param i64 i64) (result i64 i64) (local.get 1) (local.get 0))
    (func (export "rotate in a loop") (param $n i32) (param $a i64) (param $b i64) (param $c i64) (result i64 i64 i64)
      (local.get $a) (local.get $b) (local.get $c)
      (loop $l (param i64 i64 i64) (result i64 i64 i64)
        (local.set $c) (local.set $b) (local.set $a)
        (local.get $b) (local.get $c) (local.get $a)
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func (export "permute") (param i64 i64) (result i64 i64)
      (local.get 0) (local.get 1)
      (block (param i64 i64) (result i64 i64)
        (call $swap) (call $swap) (local.set 0) (local.set 1)
        (local.get 0) (local.get 1) (local.get 0) (i64.const 3)
        (br 0)))
    (func (export "if with values") (param i32 i64) (result i64)
      (local.get 1) (i64.const 10)
      (if (param i64 i64) (result i64) (local.get 0) (then (i64.add)) (else (i64.sub))))
    (func (export "if without else") (param i32 i64) (result i64)
      (local.get 1)
      (if (param i64) (result i64) (local.get 0) (then (drop) (i64.const 5))))
    (func (export "table") (param i32) (result i64)
      (i64.const 1)
      (block $a (param i64) (result i64)
        (block $b (param i64) (result i64)
          (block $c (param i64) (result i64 i64)
            (drop) (i64.const 70) (i64.const 80) (i64.const 90) (local.get 0)
            (br_table $a $b $a $a))
          (drop) (drop) (i64.const 0))
        (return (i64.add (i64.const 1000))))
      (i64.add (i64.const 2000)))
    (func (export "table of returns") (param i32) (result i64 i64)
      (block $a (result i64 i64)
        (i64.const 1) (i64.add (i64.const 2) (i64.const 3)) (br_table 0 1 0 (local.get 0)))
      (drop) (i64.const 99))
    (func (export "aliases") (param i32 i32) (result i32)
      (local.get 0) (local.get 1)
      (local.set 0 (i32.const 1000)) (local.set 1 (i32.const 7))
      (i32.sub)
      (i32.mul (local.get 0))
      (i32.add (local.get 1)))
    (func (export "alias over loop") (param i32) (result i32)
      (local.get 0)
      (loop $l (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if $l (local.get 0))))
    (func (export "carried past a branch") (param i32) (result i32)
      (block (result i32)
        (i32.mul (local.get 0) (i32.const 3))
        (br_if 0 (i32.gt_s (local.get 0) (i32.const 10)))
        (i32.add (i32.const 100))))))");
  const auto pair = [&](const char* name, std::initializer_list<uint64_t> args) {
    std::vector<uint64_t> out;
    for (const Cell c : w.call(i, name, args).cells) out.push_back(c.bits);
    return out;
  };
  using V = std::vector<uint64_t>;
  EXPECT_EQ(pair("swap", {1, 2}), (V{2, 1}));
  EXPECT_EQ(pair("rotate in a loop", {1, 7, 8, 9}), (V{8, 9, 7}));
  EXPECT_EQ(pair("rotate in a loop", {4, 7, 8, 9}), (V{8, 9, 7}));
  EXPECT_EQ(pair("rotate in a loop", {6, 7, 8, 9}), (V{7, 8, 9}));
  EXPECT_EQ(pair("permute", {4, 5}), (V{5, 3}));
  EXPECT_EQ(pair("if with values", {1, 5}), (V{15}));
  EXPECT_EQ(pair("if with values", {0, 15}), (V{5}));
  EXPECT_EQ(pair("if without else", {0, 15}), (V{15}));
  EXPECT_EQ(pair("if without else", {1, 15}), (V{5}));
  EXPECT_EQ(pair("table", {0}), (V{2090}));
  EXPECT_EQ(pair("table", {1}), (V{1090}));
  EXPECT_EQ(pair("table of returns", {0}), (V{1, 99}));
  EXPECT_EQ(pair("table of returns", {1}), (V{1, 5}));
  EXPECT_EQ(pair("aliases", {50, 8}), (V{42007}));
  EXPECT_EQ(pair("alias over loop", {5}), (V{5}));
  EXPECT_EQ(pair("carried past a branch", {20}), (V{60}));
  EXPECT_EQ(pair("carried past a branch", {2}), (V{106}));
}

TEST_P(Calls, FarFrames) {
  // 40 000 locals of 8 bytes and 8 000 vectors; wide arithmetic, calls, branches and vectors on
  // slots beyond 16 bits.
  World w(GetParam());
  const std::string head = "(local" + repeat(40'000, " i64") + ")(local" + repeat(9'900, " v128") +
                           repeat(4, " v128") + ")";
  const auto local = [](unsigned i) { return std::to_string(i); };
  const std::string vec = local(2 + 40'000 + 9'900);
  const Instance i =
      w.load("(module (func $wide (export \"wide\") (param i64 i64) (result i64 i64) " + head +
             repeat(9'000, "(local.get 40002)") +
             // operands lie above cell 57 800 + 2 * 9 000
             "(i64.add128 (local.get 0) (local.get 1) (i64.const 1) (i64.const 2)) (i64.mul_wide_u "
             "(local.get 0) (local.get 1))"
             "(return (i64.sub128)))"
             "(func (export \"vector\") (param i64 i64) (result i64) " +
             head + "(local.set " + vec +
             " (i64x2.replace_lane 1 (i64x2.splat (local.get 0)) (local.get 1)))"
             "(local.set " +
             local(2 + 40'000 + 9'901) + " (i64x2.add (local.get " + vec + ") (local.get " + vec +
             ")))"
             "(i64.add (i64x2.extract_lane 0 (local.get " +
             local(2 + 40'000 + 9'901) + ")) (i64x2.extract_lane 1 (local.get " + vec +
             "))))"
             "(func (export \"calls\") (param i64 i64) (result i64) " +
             head + repeat(6'000, "(local.get 40002)") +
             "(call $three (local.get 0) (i64.const 5) (select (local.get 1) (i64.const 3) "
             "(i32.wrap_i64 (local.get 0))))"
             "(return))"
             "(func $three (param i64 i64 i64) (result i64) (i64.add (local.get 0) (i64.mul "
             "(local.get 1) (local.get 2)))))");
  // (a, b) + (1, 2) - a * b, as 128-bit numbers (low, high)
  const auto wide = [](uint64_t a, uint64_t b) {
    using u128 = unsigned __int128;
    const u128 sum = ((u128{b} << 64) | a) + ((u128{2} << 64) | 1);
    const u128 v = sum - u128{a} * b;
    return std::array{static_cast<uint64_t>(v), static_cast<uint64_t>(v >> 64)};
  };
  for (const auto& [a, b] :
       {std::array{uint64_t{5}, uint64_t{7}}, {~uint64_t{0}, uint64_t{1} << 63}}) {
    const Outcome out = w.call(i, "wide", {a, b});
    ASSERT_EQ(out.trap, TrapCode::none) << w.last_trap.text();
    EXPECT_EQ(out.cells[0].bits, wide(a, b)[0]);
    EXPECT_EQ(out.cells[1].bits, wide(a, b)[1]);
    EXPECT_EQ(w.call_one(i, "vector", {a, b}), 2 * a + b);
  }
  EXPECT_EQ(w.call_one(i, "calls", {1, 10}), 51u);
  EXPECT_EQ(w.call_one(i, "calls", {0, 10}), 15u);
}

struct Shallow {
  const std::function<void()>* body;
};
/// Runs `body` on a thread with a native stack of 256 KiB.
void on_small_stack(const std::function<void()>& body) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 256 << 10), 0);
  pthread_t thread;
  Shallow argument{&body};
  ASSERT_EQ(pthread_create(
                &thread, &attributes,
                [](void* p) -> void* {
                  (*static_cast<Shallow*>(p)->body)();
                  return nullptr;
                },
                &argument),
            0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST_P(Calls, DeepRecursionIsATrap) {
  on_small_stack([] {
    World w(GetParam());
    const Instance i = w.load(R"((module
      (func $down (export "down") (param i32) (result i32)
        (if (result i32) (local.get 0) (then (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
          (else (i32.const 0))))
      (func $ever (export "ever") (call $ever))
      (table funcref (elem $ind))
      (func $ind (export "indirect") (call_indirect (i32.const 0)))))");
    EXPECT_EQ(w.call_one(i, "down", {100'000}), 100'000u);
    const Trap deep = w.trap_of(i, "down", {1'000'000});
    EXPECT_EQ(deep.code, TrapCode::call_stack_exhausted);
    EXPECT_EQ(deep.backtrace.frames.size(), runtime::Backtrace::kMaxFrames);
    EXPECT_GT(deep.backtrace.omitted, 100'000u);
    EXPECT_EQ(w.trap_of(i, "ever").code, TrapCode::call_stack_exhausted);
    EXPECT_EQ(w.trap_of(i, "indirect").code, TrapCode::call_stack_exhausted);
    EXPECT_EQ(w.call_one(i, "down", {10}), 10u);  // and the store is as good as before
  });
}

TEST_P(Calls, RecursionThroughTheHostIsATrap) {
  on_small_stack([] {
    Config config;
    config.max_native_stack = 128 << 10;
    World w(GetParam(), config);
    static thread_local engine::Func again;
    static thread_local uint64_t depth;
    depth = 0;
    const auto callback = [](void*, runtime::Caller& caller, Cell* c) {
      ++depth;
      auto result = engine::call_unchecked(caller.store(), again.object, c, 1);
      if (result) return TrapCode::none;
      if (result.trap().code == TrapCode::call_stack_exhausted)
        return TrapCode::call_stack_exhausted;
      return caller.fail(result.trap().message);
    };
    ASSERT_TRUE(w.linker.define_func("env", "again", std::vector{kI32}, std::vector{kI32}, callback,
                                     nullptr));
    const Instance i =
        w.load(R"((module (import "env" "again" (func $again (param i32) (result i32)))
      (func (export "f") (param i32) (result i32)
        (if (result i32) (local.get 0) (then (i32.add (i32.const 2) (call $again (i32.sub (local.get 0) (i32.const 1)))))
          (else (i32.const 0))))))");
    again = w.func(i, "f");
    EXPECT_EQ(w.call_one(i, "f", {20}), 40u);
    depth = 0;
    EXPECT_EQ(w.trap_of(i, "f", {1'000'000}).code, TrapCode::call_stack_exhausted);
    EXPECT_GT(depth, 30u);
    EXPECT_EQ(w.call_one(i, "f", {20}), 40u);
  });
}

}  // namespace
}  // namespace weft::testing
