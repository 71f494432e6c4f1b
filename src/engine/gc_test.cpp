// Guest programs on the heap of references: every storage type and form of operand, deep stacks,
// host values, limits, each with and without a collection at every allocation.
#include <gtest/gtest.h>

#include <string>

#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/engine.hpp"
#include "engine/instantiate.hpp"
#include "engine/linker.hpp"

namespace weft::engine {
namespace {

class Guest {
 public:
  explicit Guest(std::string_view wat, const Config& config = {}, bool with_host = false)
      : engine_(Engine::create(config).value()), store_(engine_.new_store()) {
    std::vector<Extern> imports;
    if (with_host) {
      const auto host = [](void*, runtime::Caller& caller, runtime::Cell* cells) {
        cells[0].bits = caller.store().heap().add_host_value({nullptr, [](void*) { ++finalized; }});
        return cells[0].bits != 0 ? wasm::TrapCode::none : caller.store().heap().failure();
      };
      const wasm::ValType results[] = {wasm::kExternRef};
      imports.push_back(Extern::of(new_func(*store_, {}, results, host, nullptr, nullptr).value()));
    }
    auto module = CompiledModule::compile(engine_, std::as_bytes(std::span(wat)));
    if (!module) {
      ADD_FAILURE() << module.error().message;
      return;
    }
    auto r = instantiate(*store_, *module, imports);
    if (!r) {
      ADD_FAILURE() << r.message();
      return;
    }
    instance_ = r.instance();
  }
  /// The i32 or i64 result, or the trap's text.
  std::string run(std::string_view name, std::vector<Value> params = {}) {
    auto f = get_func(*store_, instance_, name);
    if (!f) return f.error().message;
    std::vector<Value> results(func_type(*store_, *f).results.size());
    auto r = engine::call(*store_, *f, params, results);
    if (!r) return std::string(to_string(r.trap().code));
    return results.empty() ? "" : std::to_string(results[0].cell[0].as<int64_t>());
  }
  runtime::Store& store() { return *store_; }
  static inline int finalized = 0;

 private:
  Engine engine_;
  std::unique_ptr<runtime::Store> store_;
  Instance instance_;
};

std::vector<Config> configs() {
  std::vector<Config> out(5);
  out[1].gc_zeal = 1;
  out[2].gc_zeal = 2;
  out[2].fuel = true;
  out[3].signals = out[3].guard_pages = false;
  out[3].gc_zeal = 3;
  out[4].epochs = true;
  return out;
}
void set_fuel(Guest& guest) { guest.store().set_fuel(1'000'000'000); }

struct StorageCase {
  const char* storage;
  const char* type;  ///< As the field is read.
  const char* suffix;
  const char* value;  ///< An expression that is computed: it is in an accumulator.
  const char* constant;
  const char* expected;  ///< What a read gives, as an expression of the type...
  const char* equal;     ///< ... and what compares.
};
const StorageCase kStorages[] = {
    {"i8", "i32", "_u", "(i32.add (local.get $n) (i32.const 0x1fe))", "(i32.const 511)",
     "(i32.const 255)", "i32.eq"},
    {"i8", "i32", "_s", "(i32.add (local.get $n) (i32.const 0x1fe))", "(i32.const 511)",
     "(i32.const -1)", "i32.eq"},
    {"i16", "i32", "_u", "(i32.add (local.get $n) (i32.const 0x1fffe))", "(i32.const -1)",
     "(i32.const 65535)", "i32.eq"},
    {"i16", "i32", "_s", "(i32.add (local.get $n) (i32.const 0x1fffe))", "(i32.const -1)",
     "(i32.const -1)", "i32.eq"},
    {"i32", "i32", "", "(i32.sub (local.get $n) (i32.const 3))", "(i32.const -2)", "(i32.const -2)",
     "i32.eq"},
    {"i64", "i64", "", "(i64.sub (i64.extend_i32_u (local.get $n)) (i64.const 3))",
     "(i64.const -2)", "(i64.const -2)", "i64.eq"},
    {"f32", "f32", "", "(f32.neg (f32.convert_i32_u (local.get $n)))", "(f32.const -1)",
     "(f32.const -1)", "f32.eq"},
    {"f64", "f64", "", "(f64.neg (f64.convert_i32_u (local.get $n)))", "(f64.const -1)",
     "(f64.const -1)", "f64.eq"},
    {"i31ref", "i31ref", "", "(ref.i31 (local.get $n))", "(ref.i31 (i32.const 1))",
     "(ref.i31 (i32.const 1))", "ref.eq"},
    {"funcref", "funcref", "", "(table.get $t (local.get $n))", "(ref.null func)",
     "(ref.null func)", "call $same_func"},
};

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// The number of the first check that fails, 0 if none. $n is 1, $c holds the constant.
constexpr const char* kStorageModule = R"((module
  (type $s (struct (field i8) (field $f (mut STORAGE)) (field i8)))
  (type $a (array (mut STORAGE)))
  (table $t 2 funcref)
  (func $same_func (param funcref funcref) (result i32) (i32.eq (ref.is_null (local.get 0)) (ref.is_null (local.get 1))))
  (func $id_s (param (ref $s)) (result (ref $s)) (local.get 0))
  (func $id_a (param (ref $a)) (result (ref $a)) (local.get 0))
  (func $id_n (param i32) (result i32) (local.get 0))
  (func $is (param TYPE) (result i32) (EQUAL (local.get 0) EXPECTED))
  (func (export "run") (param $n i32) (result i32)
    (local $o (ref null $s)) (local $r (ref null $a)) (local $c TYPE) (local $i i32)
    (local.set $c CONSTANT)
    (local.set $o (struct.new $s (i32.const 7) CONSTANT (i32.const 9)))
    (if (i32.eqz (call $is (struct.getSUFFIX $s $f (local.get $o)))) (then (return (i32.const 1))))
    (local.set $o (struct.new $s (local.get $n) VALUE (local.get $n)))
    (if (i32.eqz (call $is (struct.getSUFFIX $s $f (call $id_s (ref.as_non_null (local.get $o)))))) (then (return (i32.const 2))))
    (local.set $o (struct.new_default $s))
    (struct.set $s $f (local.get $o) VALUE)
    (if (i32.eqz (call $is (struct.getSUFFIX $s $f (local.get $o)))) (then (return (i32.const 3))))
    (struct.set $s $f (call $id_s (ref.as_non_null (local.get $o))) (local.get $c))
    (if (i32.eqz (call $is (struct.getSUFFIX $s $f (local.get $o)))) (then (return (i32.const 4))))
    (struct.set $s $f (call $id_s (ref.as_non_null (local.get $o))) CONSTANT)
    (struct.set $s $f (local.get $o) (local.get $c))
    (if (i32.eqz (call $is (struct.getSUFFIX $s $f (local.get $o)))) (then (return (i32.const 5))))
    (if (i32.ne (struct.get_s $s 2 (local.get $o)) (i32.const 0)) (then (return (i32.const 6))))
    (local.set $r (array.new $a CONSTANT (i32.const 5)))
    (if (i32.eqz (call $is (array.getSUFFIX $a (local.get $r) (i32.const 4)))) (then (return (i32.const 7))))
    (local.set $r (array.new $a VALUE (i32.add (local.get $n) (i32.const 4))))
    (if (i32.eqz (call $is (array.getSUFFIX $a (local.get $r) (local.get $n)))) (then (return (i32.const 8))))
    (local.set $r (array.new_default $a (i32.const 6)))
    (array.set $a (local.get $r) (i32.const 3) VALUE)
    (array.set $a (local.get $r) (call $id_n (i32.const 4)) (local.get $c))
    (array.set $a (call $id_a (ref.as_non_null (local.get $r))) (i32.add (local.get $n) (i32.const 4)) CONSTANT)
    (local.set $i (i32.const 3))
    (loop $again
      (if (i32.eqz (call $is (array.getSUFFIX $a (local.get $r) (i32.add (local.get $i) (i32.const 0))))) (then (return (i32.const 9))))
      (if (i32.eqz (call $is (array.getSUFFIX $a (call $id_a (ref.as_non_null (local.get $r))) (local.get $i)))) (then (return (i32.const 10))))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (array.len (local.get $r)))))
    (local.set $r (array.new_fixed $a 4 CONSTANT VALUE (local.get $c) VALUE))
    (array.fill $a (local.get $r) (i32.const 1) VALUE (i32.const 2))
    (local.set $i (i32.const 0))
    (loop $again
      (if (i32.eqz (call $is (array.getSUFFIX $a (local.get $r) (local.get $i)))) (then (return (i32.const 11))))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (array.len (local.get $r)))))
    (array.copy $a $a (local.get $r) (i32.const 0) (local.get $r) (i32.const 1) (i32.const 3))
    (if (i32.eqz (call $is (array.getSUFFIX $a (local.get $r) (i32.const 0)))) (then (return (i32.const 12))))
    (i32.const 0))))";

TEST(Gc, EveryStorageTypeInEveryForm) {
  for (const StorageCase& c : kStorages) {
    std::string wat = replace_all(kStorageModule, "STORAGE", c.storage);
    wat = replace_all(wat, "TYPE", c.type);
    wat = replace_all(wat, "SUFFIX", c.suffix);
    wat = replace_all(wat, "VALUE", c.value);
    wat = replace_all(wat, "CONSTANT", c.constant);
    wat = replace_all(wat, "EXPECTED", c.expected);
    wat = replace_all(wat, "EQUAL", c.equal);
    for (const Config& config : configs()) {
      SCOPED_TRACE(std::string(c.storage) + c.suffix + ", zeal " + std::to_string(config.gc_zeal));
      Guest guest(wat, config);
      set_fuel(guest);
      EXPECT_EQ(guest.run("run", {Value::i32(1)}), "0");
    }
  }
}

constexpr const char* kTrees = R"((module
  (type $node (struct (field $left (ref null $node)) (field $value i64) (field $right (ref null $node))))
  (type $pair (struct (field anyref) (field (mut anyref))))
  (global $kept (mut anyref) (ref.null any))
  (table $t 10 anyref)
  ;; references only in locals and on the operand stack of many frames
  (func $tree (export "tree") (param $depth i32) (param $value i64) (result (ref $node))
    (if (result (ref $node)) (i32.eqz (local.get $depth))
      (then (struct.new $node (ref.null $node) (local.get $value) (ref.null $node)))
      (else (struct.new $node
        (call $tree (i32.sub (local.get $depth) (i32.const 1)) (i64.mul (local.get $value) (i64.const 3)))
        (local.get $value)
        (call $tree (i32.sub (local.get $depth) (i32.const 1)) (i64.add (local.get $value) (i64.const 7)))))))
  (func $sum (param $n (ref null $node)) (result i64)
    (if (result i64) (ref.is_null (local.get $n)) (then (i64.const 0))
      (else (i64.add (struct.get $node $value (local.get $n))
        (i64.add (call $sum (struct.get $node $left (local.get $n))) (call $sum (struct.get $node $right (local.get $n))))))))
  (func (export "sum") (param $depth i32) (result i64) (call $sum (call $tree (local.get $depth) (i64.const 1))))
  ;; each frame holds one object, made before the frames above it made theirs
  (func $deep (export "deep") (param $n i32) (result i64)
    (local $mine (ref $node))
    (local.set $mine (struct.new $node (ref.null $node) (i64.extend_i32_u (local.get $n)) (ref.null $node)))
    (if (result i64) (i32.eqz (local.get $n)) (then (i64.const 0))
      (else (i64.add (call $deep (i32.sub (local.get $n) (i32.const 1))) (struct.get $node $value (local.get $mine))))))
  ;; globals, tables, cycles
  (func (export "cycle") (result i32)
    (local $a (ref $pair)) (local $i i32)
    (local.set $a (struct.new $pair (ref.i31 (i32.const 11)) (ref.null any)))
    (struct.set $pair 1 (local.get $a) (local.get $a))
    (global.set $kept (local.get $a))
    (table.set $t (i32.const 3) (struct.new $pair (local.get $a) (ref.i31 (i32.const 31))))
    (local.set $a (struct.new $pair (ref.null any) (ref.null any)))
    (loop $more
      (drop (struct.new $pair (ref.null any) (ref.null any)))
      (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 200))))
    (i32.add
      (i31.get_u (ref.cast (ref i31) (struct.get $pair 0 (ref.cast (ref $pair)
        (struct.get $pair 1 (ref.cast (ref $pair) (global.get $kept)))))))
      (i31.get_s (ref.cast (ref i31) (struct.get $pair 1 (ref.cast (ref $pair) (table.get $t (i32.const 3))))))))
))";

int64_t sum_of_tree(int depth, int64_t value) {
  return depth == 0 ? value
                    : value + sum_of_tree(depth - 1, value * 3) + sum_of_tree(depth - 1, value + 7);
}

TEST(Gc, WhatOnlyStacksGlobalsAndTablesHoldIsKept) {
  for (const Config& config : configs()) {
    SCOPED_TRACE(config.gc_zeal);
    Guest guest(kTrees, config);
    set_fuel(guest);
    EXPECT_EQ(guest.run("sum", {Value::i32(7)}), std::to_string(sum_of_tree(7, 1)));
    EXPECT_EQ(guest.run("deep", {Value::i32(900)}), "405450");
    EXPECT_EQ(guest.run("cycle"), "42");
  }
}

TEST(Gc, GarbageOfARunningGuestIsCollected) {
  Guest guest(kTrees);
  for (int i = 0; i < 60; ++i) guest.run("sum", {Value::i32(15)});
  const runtime::HeapStats stats = guest.store().heap().stats();
  EXPECT_GT(stats.collections, 5u);
  EXPECT_LE(stats.committed_bytes, 24u << 20);
}

constexpr const char* kHost = R"((module
  (import "" "" (func $make (result externref)))
  (type $list (struct (field (ref null $list)) (field anyref)))
  (global $kept (mut (ref null $list)) (ref.null $list))
  (func (export "make") (param $n i32)
    (loop $more
      (global.set $kept (struct.new $list (global.get $kept) (any.convert_extern (call $make))))
      (drop (call $make))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "forget") (global.set $kept (ref.null $list)))
  (func (export "is_host") (result i32)
    (i32.and (ref.test (ref extern) (extern.convert_any (struct.get $list 1 (global.get $kept))))
             (i32.eqz (ref.test (ref eq) (struct.get $list 1 (global.get $kept))))))))";

TEST(Gc, HostValuesLiveAsLongAsTheGuestHoldsThem) {
  for (const Config& config : configs()) {
    SCOPED_TRACE(config.gc_zeal);
    Guest::finalized = 0;
    {
      Guest guest(kHost, config, true);
      set_fuel(guest);
      guest.run("make", {Value::i32(100)});
      guest.store().heap().collect();
      EXPECT_GE(Guest::finalized, 90);  // stale words may keep a few
      EXPECT_LE(Guest::finalized, 100);
      EXPECT_EQ(guest.run("is_host"), "1");
      guest.run("forget");
      guest.store().heap().collect();
      EXPECT_GE(Guest::finalized, 190);
    }
    EXPECT_EQ(Guest::finalized, 200);
  }
}

constexpr const char* kLimits = R"((module
  (type $list (struct (field (ref null $list)) (field i64)))
  (type $bytes (array (mut i8)))
  (global $kept (mut (ref null $list)) (ref.null $list))
  (func (export "fill") (result i32) (local $n i32)
    (loop $more
      (global.set $kept (struct.new $list (global.get $kept) (i64.const 0)))
      (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 1000000))))
    (local.get $n))
  (func (export "forget") (result i32) (global.set $kept (ref.null $list)) (i32.const 0))
  (func (export "array") (param i32) (result i32) (array.len (array.new_default $bytes (local.get 0))))))";

TEST(Gc, AFullHeapTrapsAndCanBeUsedAgain) {
  for (const Config& config : configs()) {
    if (config.gc_zeal != 0) continue;  // a collection for each of many objects
    Guest guest(kLimits, config);
    set_fuel(guest);
    guest.store().limits.heap_bytes = 4u << 20;
    EXPECT_EQ(guest.run("fill"), "allocation size too large");
    EXPECT_EQ(guest.run("array", {Value::i32(5 << 20)}), "allocation size too large");
    EXPECT_EQ(guest.run("array", {Value::i32(-1)}), "allocation size too large");
    guest.run("forget");
    EXPECT_EQ(guest.run("array", {Value::i32(1 << 20)}), "1048576");
    guest.store().limits.trap_on_growth_failure = true;
    EXPECT_EQ(guest.run("fill"), "growth operation limited");
    guest.store().limits.heap_bytes = ~uint64_t{0};
    EXPECT_EQ(guest.run("fill"), "1000000");
  }
}

TEST(Gc, FramesBeyondSixteenBitSlots) {
  std::string wat = R"((module
    (type $s (struct (field i32) (field i64) (field (ref null i31))))
    (type $w (struct (field i32) (field i32)))
    (type $a (array (mut i16)))
    (func (export "run") (param $n i32) (result i64) (local )";
  for (int i = 0; i < 40'000; ++i) wat += "v128 ";
  wat +=
      R"() (local $o (ref null $s)) (local $w (ref null $w)) (local $r (ref null $a)) (local $x anyref)
      (local.set $o (struct.new $s (local.get $n) (i64.const 40) (ref.i31 (local.get $n))))
      (local.set $w (struct.new $w (i32.const 100) (local.get $n)))
      (local.set $r (array.new $a (i32.const 1000) (i32.add (local.get $n) (i32.const 5))))
      (array.set $a (local.get $r) (local.get $n) (i32.add (local.get $n) (i32.const 9)))
      (array.copy $a $a (local.get $r) (i32.const 0) (local.get $r) (i32.const 1) (i32.const 2))
      (local.set $x (array.new_fixed $a 2 (i32.const 3) (i32.const 4)))
      (i64.add (struct.get $s 1 (local.get $o)) (i64.extend_i32_u
        (i32.add (i32.add (struct.get $w 0 (local.get $w)) (array.get_u $a (local.get $r) (i32.const 0)))
          (i32.add (i31.get_u (struct.get $s 2 (local.get $o)))
            (i32.add (array.get_u $a (ref.cast (ref $a) (local.get $x)) (local.get $n))
              (array.len (block $l (result (ref $a)) (br_on_cast $l anyref (ref $a) (local.get $x)) (unreachable)))))))))))";
  for (const Config& config : configs()) {
    Guest guest(wat, config);
    set_fuel(guest);
    EXPECT_EQ(guest.run("run", {Value::i32(1)}), std::to_string(40 + 100 + 10 + 1 + 4 + 2));
  }
}

}  // namespace
}  // namespace weft::engine
