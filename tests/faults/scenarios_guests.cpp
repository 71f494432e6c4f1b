// Guest code that needs memory while it runs.
#include "scenario.hpp"

namespace faults {
namespace {

template <const std::string_view& kText>
World* world() {
  auto* w = new World({}, kText);
  w->instantiate();
  return w;
}
template <const std::string_view& kText>
World* world_with_zeal() {
  auto* w = new World({{"gc_zeal", 3}}, kText);
  w->instantiate();
  return w;
}
template <const std::string_view& kText>
World* world_deferred() {
  auto* w = new World({{"translation", 2}, {"signals", 0}}, kText);
  w->instantiate();
  return w;
}

Outcome go(World& w) { return call(w, "go", 42); }
Outcome go_without_result(World& w) { return call(w, "go", {}); }

constexpr std::string_view kMemory = R"((module (memory 1 200)
  (func (export "go") (result i32)
    (drop (memory.grow (i32.const 1)))
    (i32.const 42))))";

constexpr std::string_view kTable = R"((module (table $t 1 100000 funcref)
  (func (export "go") (result i32) (local $old i32)
    (local.set $old (table.grow $t (ref.func $f) (i32.const 100)))
    (if (result i32) (i32.eq (local.get $old) (i32.const -1))
      (then (i32.const 42))
      (else (call_indirect $t (result i32) (local.get $old)))))
  (elem declare func $f)
  (func $f (result i32) (i32.const 42))))";

constexpr std::string_view kObjects = R"((module
  (type $node (struct (field $value i32) (field $next (mut (ref null $node)))))
  (type $wide (struct (field i64) (field v128) (field (ref null $node)) (field i8)))
  (type $list (array (mut (ref null $node))))
  (elem $segment (ref null $node) (item (struct.new $node (i32.const 1) (ref.null $node))) (item (ref.null $node)))
  (func $build (param $n i32) (result (ref null $node)) (local $head (ref null $node))
    (loop $again
      (local.set $head (struct.new $node (local.get $n) (local.get $head)))
      (drop (struct.new $wide (i64.const 1) (v128.const i64x2 1 2) (local.get $head) (i32.const 3)))
      (drop (array.new $list (local.get $head) (i32.const 20)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (local.get $head))
  (func (export "go") (result i32) (local $p (ref null $node)) (local $sum i32)
    (drop (array.new_elem $list $segment (i32.const 0) (i32.const 2)))
    (local.set $p (call $build (i32.const 40)))
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (struct.get $node $value (local.get $p))))
      (br_if $again (i32.eqz (ref.is_null (local.tee $p (struct.get $node $next (local.get $p)))))))
    (i32.sub (local.get $sum) (i32.const 778)))))";

constexpr std::string_view kBigArrays = R"((module
  (type $bytes (array (mut i8)))
  (func (export "go") (result i32) (local $n i32) (local $a (ref null $bytes))
    (loop $again
      (local.set $a (array.new_default $bytes (i32.const 3000000)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 8))))
    (array.set $bytes (local.get $a) (i32.const 5) (i32.const 42))
    (array.get_u $bytes (local.get $a) (i32.const 5)))))";

constexpr std::string_view kExceptions = R"((module (tag $e (param i32)) (tag $other)
  (func $deep (param $n i32) (if (local.get $n)
    (then (call $deep (i32.sub (local.get $n) (i32.const 1)))) (else (throw $e (i32.const 1)))))
  (func (export "go") (result i32) (local $sum i32) (local $n i32)
    (loop $again
      (block $caught (result i32)
        (try_table (result i32) (catch $e $caught) (call $deep (i32.const 10)) (i32.const 100)))
      (local.set $sum (i32.add (local.get $sum)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 42))))
    (local.get $sum))))";

constexpr std::string_view kUncaught = R"((module (tag $e (param i32 i64))
  (func $deep (param $n i32) (if (local.get $n)
    (then (call $deep (i32.sub (local.get $n) (i32.const 1)))) (else (throw $e (i32.const 1) (i64.const 2)))))
  (func (export "go") (call $deep (i32.const 20)))))";

constexpr std::string_view kTrap = R"((module $traps
  (func $deep (param $n i32) (if (local.get $n)
    (then (call $deep (i32.sub (local.get $n) (i32.const 1)))) (else unreachable)))
  (func (export "go") (call $deep (i32.const 60)))))";
constexpr std::string_view kFault = R"((module (memory 1)
  (func $deep (param $n i32) (if (local.get $n)
    (then (call $deep (i32.sub (local.get $n) (i32.const 1)))) (else (i32.store (i32.const -4) (i32.const 1)))))
  (func (export "go") (call $deep (i32.const 10)))))";
constexpr std::string_view kExhausted = R"((module (func $f (export "go") (call $f) (call $f))))";
constexpr std::string_view kEndless = R"((module (func (export "go") (loop $l (br $l)))))";

constexpr std::string_view kLazy =
    R"((module (memory 1) (table 4 funcref) (elem (i32.const 0) func $a $b $c)
  (func $a (result i32) (i32.add (call $b) (i32.const 1)))
  (func $b (result i32) (local i64 f32 f64 v128)
    (block $x (result i32) (loop $y (br_if $y (i32.const 0))) (i32.add (call_indirect (result i32) (i32.const 2)) (i32.const 1))))
  (func $c (result i32) (block (try_table (catch_all 0) (nop))) (return_call $d (i32.const 40)))
  (func $d (param i32) (result i32) (f64.store (i32.const 8) (f64.const 1.5)) (local.get 0))
  (func (export "go") (result i32) (call $a))))";

World* fueled() {
  auto* w = new World({{"fuel", 1}}, kEndless);
  w->instantiate();
  return w;
}
Outcome out_of_fuel(World& w) {
  FAULTS_TRY(weft_store_set_fuel(w.store, 1000));
  return go_without_result(w);
}
World* with_epochs() {
  auto* w = new World({{"epochs", 1}}, kEndless);
  w->instantiate();
  return w;
}
Outcome epoch(World& w) {
  FAULTS_TRY(weft_store_set_epoch_deadline(w.store, 0));
  return go_without_result(w);
}
Outcome deadline(World& w) {
  FAULTS_TRY(weft_store_set_deadline(w.store, 1000000));
  const Outcome o = go_without_result(w);
  if (weft_error_t* error = weft_store_set_deadline(w.store, 0)) return failed(error);
  return o;
}

constexpr std::string_view kWait = R"((module (memory 1 2 shared)
  (func (export "go") (result i32)
    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 1000)))
    (drop (memory.grow (i32.const 1)))
    (memory.atomic.notify (i32.const 0) (i32.const 1)) drop
    (i32.const 42))))";

constexpr std::string_view kReferences = R"((module
  (type $f (func (result i32)))
  (global $g (mut funcref) (ref.null func))
  (func $one (type $f) (i32.const 42)) (elem declare func $one)
  (func (export "go") (result i32)
    (global.set $g (ref.func $one))
    (call_ref $f (ref.cast (ref $f) (global.get $g))))))";

}  // namespace

std::vector<Scenario> guests() {
  return {
      {"grow a memory", world<kMemory>, go},
      {"grow a checked memory", world_deferred<kMemory>, go},
      {"grow a table", world<kTable>, go},
      {"allocate objects", world<kObjects>, go},
      {"allocate objects and collect", world_with_zeal<kObjects>, go},
      {"allocate big arrays", world<kBigArrays>, go},
      {"throw and catch", world<kExceptions>, go},
      {"throw and collect", world_with_zeal<kExceptions>, go},
      {"throw uncaught", world<kUncaught>, go_without_result, 22},
      {"trap with a backtrace", world<kTrap>, go_without_result, 1},
      {"fault with a backtrace", world<kFault>, go_without_result, 2},
      {"exhaust the stack", world<kExhausted>, go_without_result, 10},
      {"translate at the first call", world<kLazy>, go},
      {"validate at the first call", world_deferred<kLazy>, go},
      {"run out of fuel", fueled, out_of_fuel, 24},
      {"reach an epoch", with_epochs, epoch, 25},
      {"reach a deadline", with_epochs, deadline, 25},
      {"wait and notify", world<kWait>, go},
      {"make function references", world<kReferences>, go},
  };
}

}  // namespace faults
