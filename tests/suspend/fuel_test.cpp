// The published cost table (docs/fuel.md), row by row and exactly, also after traps and exceptions;
// bulk operations lazily and eagerly, and stopped for want of fuel.
#include "runtime/fuel.hpp"
#include "engine/invocation.hpp"
#include "world.hpp"

namespace weft::testing {
namespace {

using engine::Invocation;

struct Row {
  std::string_view body;  ///< Of a function without parameters and results.
  uint64_t lazy;          ///< Expected fuel, with the entry.
  uint64_t eager = 0;     ///< Where it differs.
};

const Row kRows[] = {
    {"", 1},
    {"(nop) (nop)", 1},
    {"(drop (i32.const 1))", 2},
    {"(drop (ref.null func))", 2},
    {"(block (nop)) (block) (loop)", 1},
    {"(if (i32.const 1) (then (nop)))", 3},
    {"(if (i32.const 0) (then (nop)) (else (drop (i32.const 1))))", 4},
    {"(block (br 0) (drop (i32.const 1)))", 2},
    {"(return) (drop (i32.const 1))", 2},
    {"(unreachable) (drop (i32.const 1))", 2},
    {"(call $leaf)", 3},
    {"(return_call $leaf)", 3},
    {"(call_indirect (i32.const 0))", 4},
    {"(call_ref $void (ref.func $leaf))", 4},
    {"(call $trapping) (drop (i32.const 1)) (drop (i32.const 1))", 5},
    {"(block (br_if 0 (i32.const 0)) (drop (i32.const 1)) (call $trapping)) (call $leaf)", 8},
    {"(loop (call $trapping) (br 0))", 5},
    {"(drop (i32.div_u (i32.const 1) (i32.const 0))) (call $leaf)", 4},
    {"(drop (i32.load (i32.const -1))) (call $leaf)", 3},
    {"(block $h (try_table (catch_all $h) (call $throwing) (call $leaf)) (call $leaf)) (call "
     "$leaf)",
     6},
    {"(block $h (try_table (catch_all $h) (call $far) (call $leaf)) (call $leaf))", 6},
    {"(call $throwing) (call $leaf)", 4},
    {"(memory.fill (i32.const 0) (i32.const 1) (i32.const 640))", 15},
    {"(memory.fill (i32.const 0) (i32.const 1) (i32.const 63))", 5},
    {"(memory.copy (i32.const 0) (i32.const 1) (i32.const 6400))", 105},
    {"(memory.init $d (i32.const 0) (i32.const 0) (i32.const 64))", 6},
    {"(memory.fill (i32.const 65536) (i32.const 1) (i32.const 640))", 5, 15},
    {"(memory.init $d (i32.const 0) (i32.const 1) (i32.const 64))", 5, 6},
    {"(drop (memory.grow (i32.const 1)))", 3 + 1024},
    {"(drop (memory.grow (i32.const 2)))", 3, 3 + 2048},
    {"(table.fill (i32.const 0) (ref.null func) (i32.const 80))", 15},
    {"(table.copy (i32.const 0) (i32.const 8) (i32.const 16))", 7},
    {"(table.init $e (i32.const 0) (i32.const 0) (i32.const 8))", 6},
    {"(table.init $e (i32.const 99) (i32.const 0) (i32.const 8))", 5, 6},
    {"(drop (table.grow (ref.null func) (i32.const 24)))", 7},
    {"(drop (array.new $a (i32.const 0) (i32.const 80)))", 14},
    {"(drop (array.new_default $a (i32.const 81)))", 13},
    {"(array.fill $a (array.new_default $a (i32.const 8)) (i32.const 0) (i32.const 1) (i32.const "
     "8))",
     9},
    {"(array.fill $a (array.new_default $a (i32.const 8)) (i32.const 1) (i32.const 1) (i32.const "
     "8))",
     8},
};

constexpr std::string_view kTail = R"(
  (type $void (func)) (type $a (array (mut i32))) (tag $t)
  (memory 1 2) (table 100 funcref) (elem (i32.const 0) func $leaf)
  (data $d "0123456789012345678901234567890123456789012345678901234567890123")
  (elem $e func $leaf $leaf $leaf $leaf $leaf $leaf $leaf $leaf)
  (func $leaf)
  (func $trapping (drop (i32.const 1)) (unreachable) (drop (i32.const 1)))
  (func $throwing (throw $t) (drop (i32.const 1)))
  (func $far (call $throwing) (call $leaf)))";

std::string module_of(const Row& row) {
  return "(module (func (export \"run\") " + std::string(row.body) + ")" + std::string(kTail) + ")";
}

TEST(Table, EveryRowInEveryForm) {
  for (const Row& row : kRows) {
    const Bytes bytes = assemble(module_of(row));
    for (const Mode& mode : all_modes()) {
      if (!mode.fuel) continue;
      for (const bool eager : {false, true}) {
        Config config;
        config.fuel_eager_bulk = eager;
        SCOPED_TRACE(std::string(row.body) + ": " + mode.name() + (eager ? " eager" : ""));
        World w(mode, config);
        const Instance i = w.load(bytes);
        w.store->set_fuel(100'000);
        w.call(i, "run");
        const uint64_t expected = eager && row.eager != 0 ? row.eager : row.lazy;
        ASSERT_EQ(100'000 - w.store->fuel(), expected);
      }
    }
  }
}

/// One unit less than it needs: stopped, not done, and done when there is enough.
TEST(Table, ExactlyEnoughIsEnough) {
  for (const Row& row : kRows) {
    if (row.eager != 0) continue;  // it fails, but only after it could have been paid
    // What an exception skips is paid in advance and given back.
    if (row.body.find("catch_all") != std::string_view::npos) continue;
    const Bytes bytes = assemble(module_of(row));
    for (const Mode& mode :
         {Mode{.checked = false, .fusion = true, .fuel = true, .epochs = false},
          Mode{.checked = true, .fusion = false, .fuel = true, .epochs = true}}) {
      SCOPED_TRACE(std::string(row.body) + ": " + mode.name());
      World w(mode);
      w.store->set_fuel(100'000);
      const bool traps = w.call(w.load(bytes), "run").trap != TrapCode::none;
      if (traps) continue;  // what was charged in advance may be more
      World enough(mode);
      enough.store->set_fuel(row.lazy);
      EXPECT_EQ(enough.call(enough.load(bytes), "run").trap, TrapCode::none);
      EXPECT_EQ(enough.store->fuel(), 0u);
      World less(mode);
      const Instance i = less.load(bytes);
      Invocation call = Invocation::create(*less.store, less.func(i, "run")).value();
      less.store->set_fuel(row.lazy - 1);
      ASSERT_TRUE(call.start(std::span<const Value>{}).ok());
      ASSERT_EQ(call.suspension(), engine::Suspension::out_of_fuel);
      less.store->set_fuel(less.store->fuel() + 1);
      ASSERT_TRUE(call.resume(std::span<const Value>{}).ok());
      EXPECT_EQ(call.state(), Invocation::State::finished);
      EXPECT_EQ(less.store->fuel(), 0u);
    }
  }
}

TEST(Table, HasAVersion) { EXPECT_EQ(runtime::fuel::kVersion, 1u); }

}  // namespace
}  // namespace weft::testing
