#include "guests.hpp"

#include <cstdlib>

namespace weft::soak {
namespace {

constexpr uint32_t kImageBytes = 512 << 10;

/// Calls an exported function of i32 to i32 and compares.
std::string expect(Store& store, const Instance& instance, const char* name, int32_t argument,
                   int32_t wanted) {
  const auto func = instance.get<int32_t(int32_t)>(store, name);
  if (!func) return std::string(func.error().message());
  const auto got = (*func)(store, argument);
  if (!got) return std::string(name) + ": " + std::string(got.error().message());
  if (*got != wanted)
    return std::string(name) + ": " + std::to_string(*got) + " instead of " +
           std::to_string(wanted);
  return {};
}

constexpr std::string_view kSmall = R"((module
  (import "host" "twice" (func $twice (param i32) (result i32)))
  (memory (export "memory") 1) (global $g (mut i32) (i32.const 1))
  (func (export "run") (param $n i32) (result i32)
    (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16)) (global.get $g)))
    (global.set $g (i32.const 2))
    (call $twice (i32.add (local.get $n) (i32.load (i32.const 16)))))))";
std::string use_small(Store& store, const Instance& instance) {
  // Memory and globals are those of a new instance, whoever had the slot before.
  std::string wrong = expect(store, instance, "run", 20, 42);
  return wrong.empty() ? expect(store, instance, "run", 20, 46) : wrong;
}

constexpr std::string_view kTables = R"((module
  (type $f (func (param i32) (result i32)))
  (table $t (export "table") 4 100 funcref) (elem (i32.const 0) $inc $dec)
  (func $inc (type $f) (i32.add (local.get 0) (i32.const 1)))
  (func $dec (type $f) (i32.sub (local.get 0) (i32.const 1)))
  (func (export "run") (param $n i32) (result i32)
    (if (i32.ne (table.size $t) (i32.const 4)) (then (return (i32.const -1))))
    (drop (table.grow $t (ref.func $dec) (i32.const 60)))
    (call_indirect $t (type $f)
      (call_indirect $t (type $f) (local.get $n) (i32.const 1)) (i32.const 63)))))";
std::string use_tables(Store& store, const Instance& instance) {
  return expect(store, instance, "run", 9, 7);
}

constexpr std::string_view kHeap = R"((module
  (type $node (struct (field i32) (field (ref null $node))))
  (type $bytes (array (mut i8)))
  (global $kept (mut (ref null $node)) (ref.null $node))
  (func (export "run") (param $n i32) (result i32)
    (local $list (ref null $node)) (local $sum i32)
    (loop $make
      (drop (array.new $bytes (i32.const 1) (i32.const 200)))
      (local.set $list (struct.new $node (local.get $n) (local.get $list)))
      (br_if $make (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (global.set $kept (local.get $list))
    (loop $add
      (local.set $sum (i32.add (local.get $sum) (struct.get $node 0 (local.get $list))))
      (local.set $list (struct.get $node 1 (local.get $list)))
      (br_if $add (i32.eqz (ref.is_null (local.get $list)))))
    (local.get $sum))))";
std::string use_heap(Store& store, const Instance& instance) {
  std::string wrong = expect(store, instance, "run", 2000, 2001000);
  store.collect();
  return wrong.empty() ? expect(store, instance, "run", 100, 5050) : wrong;
}

std::string image_text() {
  std::string text = "(module (memory (export \"memory\") 20) (data (i32.const 65536) \"";
  for (uint32_t i = 0; i < kImageBytes; ++i) text += static_cast<char>('a' + i % 23);
  return text + R"(")
    (func (export "run") (param $at i32) (result i32)
      (local $byte i32)
      (local.set $byte (i32.load8_u (local.get $at)))
      (memory.fill (local.get $at) (i32.const 0) (i32.const 20000))
      (local.get $byte))))";
}
std::string use_image(Store& store, const Instance& instance) {
  std::string wrong = expect(store, instance, "run", 65536 + 46, 'a');
  return wrong.empty() ? expect(store, instance, "run", 65536 + 300000, 'a' + 300000 % 23) : wrong;
}

constexpr std::string_view kTrap = R"((module (memory 1)
  (func (export "run") (param i32) (result i32) (i32.load (local.get 0)))))";
std::string use_trap(Store& store, const Instance& instance) {
  const auto func = instance.get<int32_t(int32_t)>(store, "run");
  if (!func) return std::string(func.error().message());
  const auto got = (*func)(store, 65536 * 2);
  if (got) return "out of bounds, and no trap";
  const Trap* const trap = got.error().trap();
  if (trap == nullptr) return std::string(got.error().message());
  return expect(store, instance, "run", 65532, 0);
}

constexpr std::string_view kWaiting = R"((module
  (import "host" "wait" (func $wait (param i32) (result i32)))
  (memory 1)
  (func $deep (export "run") (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get $n) (i32.const 1)))))
      (else (call $wait (i32.const 5)))))))";
std::string use_waiting(Store& store, const Instance& instance) {
  const auto func = instance.func(store, "run");
  if (!func) return "no export";
  auto dropped = Invocation::make(store, *func);
  auto resumed = Invocation::make(store, *func);
  if (!dropped || !resumed) return "no invocation";
  const auto first = dropped->start(store, {Val(int32_t{300})});
  const auto second = resumed->start(store, {Val(int32_t{10})});
  if (!first || !second || *first != Invocation::State::suspended ||
      *second != Invocation::State::suspended)
    return "not suspended";
  const auto done = resumed->resume(store, {Val(int32_t{32})});
  if (!done || *done != Invocation::State::finished) return "not resumed";
  return resumed->results().at(0).i32() == 42 ? "" : "another result";
}

}  // namespace

const std::vector<Guest>& guests() {
  static const std::vector<Guest> all = {
      {"small", std::string(kSmall), use_small}, {"tables", std::string(kTables), use_tables},
      {"heap", std::string(kHeap), use_heap},    {"image", image_text(), use_image},
      {"trap", std::string(kTrap), use_trap},    {"suspended", std::string(kWaiting), use_waiting},
  };
  return all;
}

Linker linker_for(const Engine& engine) {
  Linker linker(engine);
  if (!linker.func("host", "twice", [](int32_t n) { return 2 * n; })) std::abort();
  if (!linker.func("host", "wait", [](int32_t) -> Result<int32_t> { return pending(); }))
    std::abort();
  return linker;
}

}  // namespace weft::soak
