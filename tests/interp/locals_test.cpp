// Locals are zero where nothing has set them, also where the instruction that writes the zeros is
// left out because nobody can see that it is missing.
#include "world.hpp"

namespace weft::testing {
namespace {

struct Case {
  const char* body;  // of (param $c i32) (result i32) (local $a $b $d i32)
  uint64_t at_0;     // the result for $c = 0, 1, 2
  uint64_t at_1;
  uint64_t at_2;
};
constexpr Case kCases[] = {
    {"local.get $a", 0, 0, 0},
    {"(local.set $a (i32.const 5)) local.get $a", 5, 5, 5},
    {"(i32.add (local.tee $a (local.get $c)) (local.get $a))", 0, 2, 4},
    {"(block (br_if 0 (local.get $c)) (local.set $a (i32.const 5))) local.get $a", 5, 0, 0},
    {"(block (local.set $a (i32.const 5)) (br_if 0 (local.get $c)) (local.set $a (i32.const 6)))"
     " local.get $a",
     6, 5, 5},
    {"(if (local.get $c) (then (local.set $a (i32.const 5)))) local.get $a", 0, 5, 5},
    {"(if (local.get $c) (then (local.set $a (i32.const 5))) (else (local.set $b (i32.const 6))))"
     " (i32.add (local.get $a) (i32.mul (local.get $b) (i32.const 10)))",
     60, 5, 5},
    {"(if (local.get $c) (then (local.set $a (i32.const 5))) (else (local.set $a (i32.const 6))))"
     " local.get $a",
     6, 5, 5},
    {"(loop (local.set $b (i32.add (local.get $a) (i32.const 1))) (local.set $a (i32.const 9))"
     " (br_if 0 (i32.ne (local.tee $c (i32.sub (local.get $c) (i32.const 1))) (i32.const -1))))"
     " local.get $b",
     1, 10, 10},
    {"(loop (local.set $a (i32.const 4))) local.get $a", 4, 4, 4},
    {"(block (block (br_if 1 (local.get $c)) (local.set $a (i32.const 3)))) local.get $a", 3, 0, 0},
    {"(block (block (br_if 0 (local.get $c)) (local.set $a (i32.const 3))) (local.set $b"
     " (i32.const 7)) (br_if 0 (i32.eq (local.get $c) (i32.const 1))) (local.set $a"
     " (i32.const 2))) (i32.add (local.get $a) (i32.mul (local.get $b) (i32.const 10)))",
     72, 70, 72},
    // Set in one order before a branch and in another after an inner block.
    {"(block (block (local.set $a (i32.const 1)) (br_if 1 (local.get $c))) (block (br_if 0"
     " (local.get $c)) (local.set $b (i32.const 2))) (local.set $d (i32.const 4)))"
     " (i32.add (local.get $a) (i32.add (local.get $b) (local.get $d)))",
     7, 1, 1},
    {"(block $o (block $i (br_table $i $o $i (local.get $c))) (local.set $a (i32.const 8)))"
     " local.get $a",
     8, 0, 8},
    {"(block (local.set $a (i32.const 1)) (br 0)) local.get $a", 1, 1, 1},
    {"(block (block (br_if 0 (local.get $c)) (local.set $a (i32.const 1)) (br 1)) (local.set $b"
     " (i32.const 2))) (i32.add (local.get $a) (i32.mul (local.get $b) (i32.const 10)))",
     1, 20, 20},
    {"(block $h (try_table (catch $e $h) (if (local.get $c) (then (throw $e))) (local.set $a"
     " (i32.const 5)))) local.get $a",
     5, 0, 0},
    {"(local.set $b (i32.const 1)) (block $h (try_table (catch_all $h) (local.set $a"
     " (i32.const 5)) (if (local.get $c) (then (throw $e))) (local.set $a (i32.const 6))))"
     " (i32.add (local.get $a) (local.get $b))",
     7, 6, 6},
    {"(try (do (if (local.get $c) (then (throw $e))) (local.set $a (i32.const 5))) (catch $e"
     " (local.set $b (i32.const 3)))) (i32.add (local.get $a) (local.get $b))",
     5, 3, 3},
    {"(try (do (local.set $a (i32.const 5)) (if (local.get $c) (then (throw $e)))) (catch_all"
     " (local.set $b (local.get $a)))) (i32.add (local.get $a) (local.get $b))",
     5, 10, 10},
};

TEST(Locals, AreZeroUntilTheyAreSet) {
  std::string wat =
      "(module (tag $e)"
      "(func $dirty (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)";
  for (unsigned i = 0; i < 12; ++i)
    wat += "(local.set " + std::to_string(i) + " (i64.const 0x7777777777777777))";
  wat += ")";
  unsigned count = 0;
  for (const Case& c : kCases) {
    const std::string n = std::to_string(count++);
    wat += "(func $t" + n + " (param $c i32) (result i32) (local $a i32) (local $b i32)" +
           " (local $d i32)\n" + c.body + ")\n(func (export \"" + n +
           "\") (param i32) (result i32) (call $dirty) (call $t" + n + " (local.get 0)))\n";
  }
  for (const std::string t : {"i64", "f32", "f64", "v128", "externref"}) {
    const std::string n = std::to_string(count++);
    const std::string test = t == "v128" ? "(i32.eqz (v128.any_true (local.get $x)))"
                             : t == "externref"
                                 ? "(ref.is_null (local.get $x))"
                                 : "(" + t + ".eq (local.get $x) (" + t + ".const 0))";
    wat += "(func $t" + n + " (result i32) (local i32) (local $x " + t + ") " + test +
           ")\n(func (export \"" + n + "\") (result i32) (call $dirty) (call $t" + n + "))\n";
  }
  const Bytes bytes = assemble(wat + ")");
  for (const Mode mode : all_modes()) {
    SCOPED_TRACE(mode.name());
    World w(mode);
    const Instance instance = w.load(bytes);
    unsigned f = 0;
    for (const Case& c : kCases) {
      const std::string name = std::to_string(f++);
      EXPECT_EQ(w.call_one(instance, name, {0}), c.at_0) << c.body;
      EXPECT_EQ(w.call_one(instance, name, {1}), c.at_1) << c.body;
      EXPECT_EQ(w.call_one(instance, name, {2}), c.at_2) << c.body;
    }
    for (; f < count; ++f) EXPECT_EQ(w.call_one(instance, std::to_string(f)), 1u) << f;
  }
}

}  // namespace
}  // namespace weft::testing
