// Vectors where the official suite looks less: the ends of memories, fused sequences beside their
// parts, vectors in every place a value can be.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/engine.hpp"
#include "engine/instantiate.hpp"
#include "engine/linker.hpp"

namespace weft::engine {
namespace {

Config configured(bool signals, bool fuel) {
  Config config;
  config.signals = signals;
  config.fuel = fuel;
  config.epochs = fuel;
  return config;
}

/// One module in its own store; exported functions take an i32 or nothing and give an i32.
class Guest {
 public:
  Guest(const Config& config, const std::string& wat)
      : engine_(Engine::create(config).value()), store_(engine_.new_store()), linker_(engine_) {
    auto module = CompiledModule::compile(engine_, std::as_bytes(std::span(wat)));
    if (!module) {
      ADD_FAILURE() << module.error().message << "\n" << wat;
      return;
    }
    auto made = linker_.instantiate(*store_, *module);
    if (!made) {
      ADD_FAILURE() << made.message();
      return;
    }
    instance_ = made.instance();
    if (config.fuel) store_->set_fuel(1'000'000);
  }
  /// The result, or the trap's name.
  std::string call(std::string_view name, std::optional<int32_t> param = {}) {
    std::vector<Value> params, results(1);
    if (param) params.push_back(Value::i32(*param));
    auto outcome =
        engine::call(*store_, get_func(*store_, instance_, name).value(), params, results);
    if (!outcome) return std::string(to_string(outcome.trap().code));
    return std::to_string(results[0].cell[0].as<int32_t>());
  }

 private:
  Engine engine_;
  std::unique_ptr<runtime::Store> store_;
  Linker linker_;
  Instance instance_;
};

struct Access {
  std::string_view op;
  int bytes;
};
constexpr Access kLoads[] = {
    {"v128.load", 16},        {"v128.load8x8_s", 8},    {"v128.load8x8_u", 8},
    {"v128.load16x4_s", 8},   {"v128.load16x4_u", 8},   {"v128.load32x2_s", 8},
    {"v128.load32x2_u", 8},   {"v128.load8_splat", 1},  {"v128.load16_splat", 2},
    {"v128.load32_splat", 4}, {"v128.load64_splat", 8}, {"v128.load32_zero", 4},
    {"v128.load64_zero", 8},
};
constexpr Access kLaneAccesses[] = {{"8_lane", 1}, {"16_lane", 2}, {"32_lane", 4}, {"64_lane", 8}};

std::string access_functions(std::span<const std::string_view> addresses, std::vector<int>& sizes) {
  std::string funcs;
  const auto add = [&](const std::string& text, int bytes) {
    funcs += fmt::format(
        "(func (export \"f{}\") (param i32) (result i32) (local i32) {} (i32.const 1))\n",
        sizes.size(), text);
    sizes.push_back(bytes);
  };
  for (std::string_view address : addresses) {
    for (const Access& a : kLoads)
      add(fmt::format("(drop (v128.not ({} {})))", a.op, address), a.bytes);
    for (const Access& a : kLaneAccesses) {
      add(fmt::format("(drop (v128.load{} 0 {} (v128.const i64x2 1 2)))", a.op, address), a.bytes);
      add(fmt::format("(v128.store{} 0 {} (v128.const i64x2 1 2))", a.op, address), a.bytes);
    }
    add(fmt::format("(v128.store {} (v128.const i64x2 1 2))", address), 16);
    add(fmt::format("(drop (f32x4.add (v128.const i64x2 1 2) (v128.load {})))", address), 16);
    add(fmt::format("(drop (f64x2.mul (v128.const i64x2 1 2) (v128.load64_splat {})))", address),
        8);
  }
  return funcs;
}
constexpr std::string_view kAddresses32[] = {
    "(local.get 0)",
    "(i32.add (local.get 0) (local.get 1))",
    "(i32.add (local.get 0) (i32.const 0))",
    "(i32.xor (local.get 0) (i32.const 0))",
    "(i32.add (i32.xor (local.get 0) (i32.const 0)) (local.get 1))",
    "(i32.add (i32.xor (local.get 0) (i32.const 0)) (i32.const 0))",
};
constexpr std::string_view kAddresses64[] = {"(i64.extend_i32_u (local.get 0))"};

/// Every form of address: the last one that fits, and the next.
TEST(Vectors, AccessesEndWithTheMemory) {
  for (const bool wide : {false, true}) {
    std::vector<int> sizes;
    const std::string funcs =
        wide ? access_functions(kAddresses64, sizes) : access_functions(kAddresses32, sizes);
    const std::string wat = fmt::format("(module (memory {} 1 1) {})", wide ? "i64" : "", funcs);
    for (const bool signals : {true, false}) {
      Guest guest(configured(signals, false), wat);
      for (size_t i = 0; i < sizes.size(); ++i) {
        SCOPED_TRACE(fmt::format("{} wide {} signals {}", i, wide, signals));
        const std::string name = fmt::format("f{}", i);
        EXPECT_EQ(guest.call(name, 65536 - sizes[i]), "1");
        EXPECT_EQ(guest.call(name, 65537 - sizes[i]),
                  to_string(runtime::TrapCode::memory_out_of_bounds));
        EXPECT_EQ(guest.call(name, -1), to_string(runtime::TrapCode::memory_out_of_bounds));
      }
    }
  }
}

/// Each function gives 1 if two ways to the same vector agree: one that the translator fuses, one
/// through locals.
constexpr std::string_view kSameness = R"((module
  (memory (export "m") 1)
  (data (i32.const 16) "\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f\10\11\12\13\14\15\16\17\18\19\1a\1b\1c\1d\1e\1f\20")
  (global $g (mut v128) (v128.const i64x2 0 0))
  (func $same (param v128 v128) (result i32) (i8x16.all_true (i8x16.eq (local.get 0) (local.get 1))))
  (func (export "rotate 32") (result i32) (local $x v128) (local $a v128) (local $b v128)
    (local.set $x (v128.load (i32.const 16)))
    (local.set $a (i32x4.shl (local.get $x) (i32.const 7)))
    (local.set $b (i32x4.shr_u (local.get $x) (i32.const 25)))
    (call $same (v128.or (i32x4.shl (local.get $x) (i32.const 7)) (i32x4.shr_u (local.get $x) (i32.const 25)))
                (v128.or (local.get $a) (local.get $b))))
  (func (export "rotate 64 of a value just made") (result i32) (local $x v128) (local $a v128) (local $b v128)
    (local.set $x (i64x2.add (v128.load (i32.const 16)) (v128.load (i32.const 32))))
    (local.set $a (i64x2.shl (local.get $x) (i32.const 63)))
    (local.set $b (i64x2.shr_u (local.get $x) (i32.const 1)))
    (call $same (v128.xor (i64x2.shr_u (local.tee $x (i64x2.add (v128.load (i32.const 16)) (v128.load (i32.const 32)))) (i32.const 1))
                          (i64x2.shl (local.get $x) (i32.const 63)))
                (v128.xor (local.get $a) (local.get $b))))
  (func (export "shifts that are no rotation") (result i32) (local $x v128) (local $a v128) (local $b v128)
    (local.set $x (v128.load (i32.const 16)))
    (local.set $a (i32x4.shl (local.get $x) (i32.const 7)))
    (local.set $b (i32x4.shr_u (local.get $x) (i32.const 24)))
    (call $same (v128.or (i32x4.shl (local.get $x) (i32.const 7)) (i32x4.shr_u (local.get $x) (i32.const 24)))
                (v128.or (local.get $a) (local.get $b))))
  (func (export "multiply and add") (result i32) (local $x v128) (local $y v128) (local $p v128)
    (local.set $x (f32x4.convert_i32x4_u (v128.load (i32.const 16))))
    (local.set $y (f32x4.splat (f32.const 1.1)))
    (local.set $p (f32x4.mul (local.get $x) (local.get $y)))
    (i32.and
      (i32.and
        (call $same (f32x4.add (local.get $x) (f32x4.mul (local.get $x) (local.get $y))) (f32x4.add (local.get $x) (local.get $p)))
        (call $same (f32x4.sub (local.get $x) (f32x4.mul (local.get $x) (local.get $y))) (f32x4.sub (local.get $x) (local.get $p))))
      (i32.and
        (call $same (f32x4.add (f32x4.mul (local.get $x) (local.get $y)) (local.get $x)) (f32x4.add (local.get $p) (local.get $x)))
        (call $same (f32x4.sub (f32x4.mul (local.get $x) (local.get $y)) (local.get $x)) (f32x4.sub (local.get $p) (local.get $x))))))
  (func (export "operator and load") (param $i i32) (result i32) (local $x v128) (local $y v128)
    (local.set $x (v128.load (i32.const 16)))
    (local.set $y (v128.load (i32.const 32)))
    (i32.and
      (call $same (i8x16.add (local.get $x) (v128.load (i32.add (local.get $i) (i32.const 32)))) (i8x16.add (local.get $x) (local.get $y)))
      (call $same (v128.xor (v128.load offset=32 (local.get $i)) (local.get $x)) (v128.xor (local.get $y) (local.get $x)))))
  (func (export "shuffle of one and of two") (result i32) (local $x v128) (local $y v128)
    (local.set $x (v128.load (i32.const 16)))
    (local.set $y (v128.load (i32.const 32)))
    (i32.and
      (call $same (i8x16.shuffle 31 14 0 1 16 2 3 17 4 5 18 6 7 19 8 9 (local.get $x) (local.get $x))
                  (i8x16.swizzle (local.get $x) (v128.const i8x16 15 14 0 1 0 2 3 1 4 5 2 6 7 3 8 9)))
      (call $same (i8x16.shuffle 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 (local.get $x) (v128.not (v128.not (local.get $y))))
                  (local.get $y))))
  (func $pass (param v128 i32 v128) (result v128 i32) (local.get 2) (local.get 1))
  (func (export "calls, globals, blocks, select") (param $i i32) (result i32) (local $x v128) (local $n i32)
    (local.set $x (v128.load (i32.const 16)))
    (global.set $g (i8x16.add (local.get $x) (local.get $x)))
    (block $out (result v128 i32)
      (loop $again (result v128 i32)
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (call $pass (v128.not (local.get $x)) (local.get $n) (i8x16.add (local.get $x) (local.get $x)))
        (br_if $out (i32.eq (local.get $n) (i32.const 3)))
        (drop) (drop)
        (br $again)))
    (drop)
    (select (result v128) (v128.not (v128.const i64x2 0 0)) (local.get $i))
    (call $same (global.get $g)))
))";

TEST(Vectors, FusedSequencesEqualTheirParts) {
  for (const bool signals : {true, false}) {
    for (const bool fuel : {false, true}) {
      Guest guest(configured(signals, fuel), std::string(kSameness));
      for (std::string_view name :
           {"rotate 32", "rotate 64 of a value just made", "shifts that are no rotation",
            "multiply and add", "shuffle of one and of two"}) {
        EXPECT_EQ(guest.call(name), "1") << name;
      }
      EXPECT_EQ(guest.call("operator and load", 0), "1");
      EXPECT_EQ(guest.call("calls, globals, blocks, select", 1), "1");
      EXPECT_EQ(guest.call("calls, globals, blocks, select", 0), "0");
    }
  }
}

}  // namespace
}  // namespace weft::engine
