// Every atomic access to memory: what it gives and what it leaves behind, at once and where the
// memory is not shared.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <optional>

#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/engine.hpp"
#include "engine/instantiate.hpp"
#include "engine/linker.hpp"

namespace weft::engine {
namespace {

constexpr uint64_t kBefore = 0x8877665544332211;  // what lies in memory

struct Row {
  std::string_view op;
  std::optional<uint64_t> expected;  ///< cmpxchg: what must lie there
  std::optional<uint64_t> operand;   ///< not of loads
  std::optional<uint64_t> result;    ///< not of stores
  uint64_t after;                    ///< what lies in memory then
};

// clang-format off
constexpr Row kRows[] = {
    {"i32.atomic.load", {}, {}, 0x44332211, 0x8877665544332211},
    {"i32.atomic.store", {}, 0xb5a69788, {}, 0x88776655b5a69788},
    {"i32.atomic.rmw.add", {}, 0xb5a69788, 0x44332211, 0x88776655f9d9b999},
    {"i32.atomic.rmw.sub", {}, 0xb5a69788, 0x44332211, 0x887766558e8c8a89},
    {"i32.atomic.rmw.and", {}, 0xb5a69788, 0x44332211, 0x8877665504220200},
    {"i32.atomic.rmw.or", {}, 0xb5a69788, 0x44332211, 0x88776655f5b7b799},
    {"i32.atomic.rmw.xor", {}, 0xb5a69788, 0x44332211, 0x88776655f195b599},
    {"i32.atomic.rmw.xchg", {}, 0xb5a69788, 0x44332211, 0x88776655b5a69788},
    {"i32.atomic.rmw.cmpxchg", 0x44332211, 0xb5a69788, 0x44332211, 0x88776655b5a69788},
    {"i32.atomic.rmw.cmpxchg", 0x44332210, 0xb5a69788, 0x44332211, 0x8877665544332211},
    {"i32.atomic.load8_u", {}, {}, 0x11, 0x8877665544332211},
    {"i32.atomic.store8", {}, 0xb5a69788, {}, 0x8877665544332288},
    {"i32.atomic.rmw8.add_u", {}, 0xb5a69788, 0x11, 0x8877665544332299},
    {"i32.atomic.rmw8.sub_u", {}, 0xb5a69788, 0x11, 0x8877665544332289},
    {"i32.atomic.rmw8.and_u", {}, 0xb5a69788, 0x11, 0x8877665544332200},
    {"i32.atomic.rmw8.or_u", {}, 0xb5a69788, 0x11, 0x8877665544332299},
    {"i32.atomic.rmw8.xor_u", {}, 0xb5a69788, 0x11, 0x8877665544332299},
    {"i32.atomic.rmw8.xchg_u", {}, 0xb5a69788, 0x11, 0x8877665544332288},
    {"i32.atomic.rmw8.cmpxchg_u", 0x11, 0xb5a69788, 0x11, 0x8877665544332288},
    {"i32.atomic.rmw8.cmpxchg_u", 0x10, 0xb5a69788, 0x11, 0x8877665544332211},
    {"i32.atomic.load16_u", {}, {}, 0x2211, 0x8877665544332211},
    {"i32.atomic.store16", {}, 0xb5a69788, {}, 0x8877665544339788},
    {"i32.atomic.rmw16.add_u", {}, 0xb5a69788, 0x2211, 0x887766554433b999},
    {"i32.atomic.rmw16.sub_u", {}, 0xb5a69788, 0x2211, 0x8877665544338a89},
    {"i32.atomic.rmw16.and_u", {}, 0xb5a69788, 0x2211, 0x8877665544330200},
    {"i32.atomic.rmw16.or_u", {}, 0xb5a69788, 0x2211, 0x887766554433b799},
    {"i32.atomic.rmw16.xor_u", {}, 0xb5a69788, 0x2211, 0x887766554433b599},
    {"i32.atomic.rmw16.xchg_u", {}, 0xb5a69788, 0x2211, 0x8877665544339788},
    {"i32.atomic.rmw16.cmpxchg_u", 0x2211, 0xb5a69788, 0x2211, 0x8877665544339788},
    {"i32.atomic.rmw16.cmpxchg_u", 0x2210, 0xb5a69788, 0x2211, 0x8877665544332211},
    {"i64.atomic.load", {}, {}, 0x8877665544332211, 0x8877665544332211},
    {"i64.atomic.store", {}, 0xf1e2d3c4b5a69788, {}, 0xf1e2d3c4b5a69788},
    {"i64.atomic.rmw.add", {}, 0xf1e2d3c4b5a69788, 0x8877665544332211, 0x7a5a3a19f9d9b999},
    {"i64.atomic.rmw.sub", {}, 0xf1e2d3c4b5a69788, 0x8877665544332211, 0x969492908e8c8a89},
    {"i64.atomic.rmw.and", {}, 0xf1e2d3c4b5a69788, 0x8877665544332211, 0x8062424404220200},
    {"i64.atomic.rmw.or", {}, 0xf1e2d3c4b5a69788, 0x8877665544332211, 0xf9f7f7d5f5b7b799},
    {"i64.atomic.rmw.xor", {}, 0xf1e2d3c4b5a69788, 0x8877665544332211, 0x7995b591f195b599},
    {"i64.atomic.rmw.xchg", {}, 0xf1e2d3c4b5a69788, 0x8877665544332211, 0xf1e2d3c4b5a69788},
    {"i64.atomic.rmw.cmpxchg", 0x8877665544332211, 0xf1e2d3c4b5a69788, 0x8877665544332211, 0xf1e2d3c4b5a69788},
    {"i64.atomic.rmw.cmpxchg", 0x8877665544332210, 0xf1e2d3c4b5a69788, 0x8877665544332211, 0x8877665544332211},
    {"i64.atomic.load8_u", {}, {}, 0x11, 0x8877665544332211},
    {"i64.atomic.store8", {}, 0xf1e2d3c4b5a69788, {}, 0x8877665544332288},
    {"i64.atomic.rmw8.add_u", {}, 0xf1e2d3c4b5a69788, 0x11, 0x8877665544332299},
    {"i64.atomic.rmw8.sub_u", {}, 0xf1e2d3c4b5a69788, 0x11, 0x8877665544332289},
    {"i64.atomic.rmw8.and_u", {}, 0xf1e2d3c4b5a69788, 0x11, 0x8877665544332200},
    {"i64.atomic.rmw8.or_u", {}, 0xf1e2d3c4b5a69788, 0x11, 0x8877665544332299},
    {"i64.atomic.rmw8.xor_u", {}, 0xf1e2d3c4b5a69788, 0x11, 0x8877665544332299},
    {"i64.atomic.rmw8.xchg_u", {}, 0xf1e2d3c4b5a69788, 0x11, 0x8877665544332288},
    {"i64.atomic.rmw8.cmpxchg_u", 0x11, 0xf1e2d3c4b5a69788, 0x11, 0x8877665544332288},
    {"i64.atomic.rmw8.cmpxchg_u", 0x10, 0xf1e2d3c4b5a69788, 0x11, 0x8877665544332211},
    {"i64.atomic.load16_u", {}, {}, 0x2211, 0x8877665544332211},
    {"i64.atomic.store16", {}, 0xf1e2d3c4b5a69788, {}, 0x8877665544339788},
    {"i64.atomic.rmw16.add_u", {}, 0xf1e2d3c4b5a69788, 0x2211, 0x887766554433b999},
    {"i64.atomic.rmw16.sub_u", {}, 0xf1e2d3c4b5a69788, 0x2211, 0x8877665544338a89},
    {"i64.atomic.rmw16.and_u", {}, 0xf1e2d3c4b5a69788, 0x2211, 0x8877665544330200},
    {"i64.atomic.rmw16.or_u", {}, 0xf1e2d3c4b5a69788, 0x2211, 0x887766554433b799},
    {"i64.atomic.rmw16.xor_u", {}, 0xf1e2d3c4b5a69788, 0x2211, 0x887766554433b599},
    {"i64.atomic.rmw16.xchg_u", {}, 0xf1e2d3c4b5a69788, 0x2211, 0x8877665544339788},
    {"i64.atomic.rmw16.cmpxchg_u", 0x2211, 0xf1e2d3c4b5a69788, 0x2211, 0x8877665544339788},
    {"i64.atomic.rmw16.cmpxchg_u", 0x2210, 0xf1e2d3c4b5a69788, 0x2211, 0x8877665544332211},
    {"i64.atomic.load32_u", {}, {}, 0x44332211, 0x8877665544332211},
    {"i64.atomic.store32", {}, 0xf1e2d3c4b5a69788, {}, 0x88776655b5a69788},
    {"i64.atomic.rmw32.add_u", {}, 0xf1e2d3c4b5a69788, 0x44332211, 0x88776655f9d9b999},
    {"i64.atomic.rmw32.sub_u", {}, 0xf1e2d3c4b5a69788, 0x44332211, 0x887766558e8c8a89},
    {"i64.atomic.rmw32.and_u", {}, 0xf1e2d3c4b5a69788, 0x44332211, 0x8877665504220200},
    {"i64.atomic.rmw32.or_u", {}, 0xf1e2d3c4b5a69788, 0x44332211, 0x88776655f5b7b799},
    {"i64.atomic.rmw32.xor_u", {}, 0xf1e2d3c4b5a69788, 0x44332211, 0x88776655f195b599},
    {"i64.atomic.rmw32.xchg_u", {}, 0xf1e2d3c4b5a69788, 0x44332211, 0x88776655b5a69788},
    {"i64.atomic.rmw32.cmpxchg_u", 0x44332211, 0xf1e2d3c4b5a69788, 0x44332211, 0x88776655b5a69788},
    {"i64.atomic.rmw32.cmpxchg_u", 0x44332210, 0xf1e2d3c4b5a69788, 0x44332211, 0x8877665544332211},
};
// clang-format on

std::string text_of(std::string_view type, uint64_t value) {
  return fmt::format(" ({}.const {:#x})", type, value);
}

/// Does the access and gives its result, or the memory's contents afterwards.
std::string module_for(const Row& row, bool shared) {
  const std::string type(row.op.substr(0, 3));
  std::string operands;
  if (row.expected) operands += text_of(type, *row.expected);
  if (row.operand) operands += text_of(type, *row.operand);
  std::string access = fmt::format("({} offset=8 (i32.const 0){})", row.op, operands);
  if (!row.result) access += fmt::format(" ({}.const 0)", type);
  if (type == "i32") access = fmt::format("{} (i64.extend_i32_u)", access);
  return fmt::format(
      "(module (memory 1 1{}) (func (export \"f\") (result i64 i64) "
      "(i64.store (i32.const 8) (i64.const {:#x})) {} (i64.load (i32.const 8))))",
      shared ? " shared" : "", kBefore, access);
}

void check(const Engine& engine, const Row& row, bool shared) {
  const std::string wat = module_for(row, shared);
  SCOPED_TRACE(wat);
  auto module = CompiledModule::compile(engine, std::as_bytes(std::span(wat)));
  ASSERT_TRUE(module) << module.error().message;
  auto store = engine.new_store();
  auto made = Linker(engine).instantiate(*store, *module);
  ASSERT_TRUE(made) << made.message();
  std::vector<Value> results(2);
  auto outcome = engine::call(*store, get_func(*store, made.instance(), "f").value(), {}, results);
  ASSERT_TRUE(outcome) << outcome.trap().text();
  EXPECT_EQ(results[0].cell[0].bits, row.result.value_or(0));
  EXPECT_EQ(results[1].cell[0].bits, row.after);
}

TEST(Atomics, EveryAccess) {
  for (const bool signals : {true, false}) {
    Config config;
    config.signals = signals;
    const Engine engine = Engine::create(config).value();
    for (const Row& row : kRows) {
      for (const bool shared : {true, false}) check(engine, row, shared);
    }
  }
}

/// Everything that traps, by the way it does. Each is the body of a function without results.
struct TrapRow {
  TrapCode code;
  std::string_view body;
};
constexpr TrapRow kTraps[] = {
    {TrapCode::unreachable, "unreachable"},
    {TrapCode::memory_out_of_bounds, "(drop (i32.load (i32.const 65533)))"},
    {TrapCode::table_out_of_bounds, "(drop (table.get $t (i32.const 9)))"},
    {TrapCode::undefined_element, "(call_indirect $t (i32.const 9))"},
    {TrapCode::uninitialized_element, "(call_indirect $t (i32.const 1))"},
    {TrapCode::indirect_call_type_mismatch,
     "(call_indirect $t (param i32) (i32.const 1) (i32.const 0))"},
    {TrapCode::integer_divide_by_zero, "(drop (i32.div_s (i32.const 1) (global.get $zero)))"},
    {TrapCode::integer_overflow,
     "(drop (i32.div_s (i32.const 0x80000000) (i32.sub (global.get $zero) (i32.const 1))))"},
    {TrapCode::invalid_conversion_to_integer, "(drop (i32.trunc_f32_s (f32.const nan)))"},
    {TrapCode::call_stack_exhausted, "(call $deep) (call $deep)"},
    {TrapCode::null_reference, "(drop (ref.as_non_null (table.get $t (i32.const 1))))"},
    {TrapCode::null_function_reference, "(call_ref $f (ref.null $f))"},
    {TrapCode::null_structure_reference, "(drop (struct.get $s 0 (ref.null $s)))"},
    {TrapCode::null_array_reference, "(drop (array.get $a (ref.null $a) (i32.const 0)))"},
    {TrapCode::null_i31_reference, "(drop (i31.get_s (ref.null i31)))"},
    {TrapCode::null_exception_reference, "(throw_ref (ref.null exn))"},
    {TrapCode::cast_failure, "(drop (ref.cast (ref $s) (ref.i31 (i32.const 1))))"},
    {TrapCode::array_out_of_bounds,
     "(drop (array.get $a (array.new_default $a (i32.const 2)) (i32.const 2)))"},
    {TrapCode::allocation_too_large, "(drop (array.new_default $a (i32.const -1)))"},
    {TrapCode::unaligned_atomic, "(drop (i32.atomic.load (i32.const 2)))"},
    {TrapCode::expected_shared_memory,
     "(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))"},
    {TrapCode::unhandled_exception, "(throw $e)"},
};

TEST(Traps, EachInItsWay) {
  const Engine engine = Engine::create({}).value();
  for (const TrapRow& row : kTraps) {
    const std::string wat = fmt::format(
        "(module (type $f (func)) (type $s (struct (field i32))) (type $a (array (mut i64)))"
        " (memory 1) (table $t 2 funcref) (elem (table $t) (i32.const 0) func $f0) (tag $e)"
        " (global $zero (mut i32) (i32.const 0)) (func $f0) (func $deep (call $deep) (call $deep))"
        " (func (export \"f\") {}))",
        row.body);
    SCOPED_TRACE(wat);
    auto module = CompiledModule::compile(engine, std::as_bytes(std::span(wat)));
    ASSERT_TRUE(module) << module.error().message;
    auto store = engine.new_store();
    auto made = Linker(engine).instantiate(*store, *module);
    ASSERT_TRUE(made) << made.message();
    auto outcome = engine::call(*store, get_func(*store, made.instance(), "f").value(), {}, {});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(to_string(outcome.trap().code), to_string(row.code));
    EXPECT_TRUE(outcome.trap().message.starts_with(to_string(row.code)));
  }
}

}  // namespace
}  // namespace weft::engine
