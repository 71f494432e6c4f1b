// Programs suspended at every checkpoint - fuel for one charge at a time, an epoch that has always
// passed - end as they do when they run through: results, memory, traps and where, total fuel.
#include <cmath>
#include <cstring>

#include "engine/invocation.hpp"
#include "generator.hpp"
#include "runtime/memory.hpp"
#include "world.hpp"

namespace weft::testing {
namespace {

using engine::Invocation;
using engine::Suspension;

struct Observed {
  TrapCode trap = TrapCode::none;
  std::vector<uint64_t> results;
  uint64_t memory = 0;
  uint32_t offset = 0;
  uint64_t fuel = 0;
  bool operator==(const Observed&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Observed& o) {
  out << "trap " << to_string(o.trap) << " results";
  for (const uint64_t r : o.results) out << ' ' << std::hex << r;
  return out << " memory " << o.memory << " offset " << o.offset << std::dec << " fuel " << o.fuel;
}

enum class Step { none, fuel, epoch };

class Stepper {
 public:
  Stepper(const Mode& mode, const Bytes& bytes, Step step)
      : world_(mode), instance_(world_.load(bytes)), step_(step) {
    if (step == Step::epoch) {
      world_.store->on_epoch = [this](runtime::Store&) {
        if (!pass_) return runtime::EpochAnswer{.trap = true, .extend_by = 0, .suspend = true};
        pass_ = false;
        return runtime::EpochAnswer{.trap = false, .extend_by = 0, .suspend = false};
      };
    }
  }

  Observed run(std::string_view name, std::span<const Cell> args) {
    runtime::Store& store = *world_.store;
    const engine::Func func = world_.func(instance_, name);
    const auto& type = engine::func_type(store, func);
    std::vector<Cell> cells(std::max<size_t>({type.call_cells(), args.size(), 1}));
    std::copy(args.begin(), args.end(), cells.begin());
    constexpr uint64_t kMuch = uint64_t{1} << 40;
    uint64_t spent = 0;
    uint64_t given = kMuch;
    if (step_ == Step::fuel) given = 1;
    store.set_fuel(given);
    if (step_ == Step::epoch) store.set_epoch_deadline(0);
    Invocation call = Invocation::create(store, func).value();
    auto outcome = call.start(cells.data(), cells.size());
    while (call.state() == Invocation::State::suspended) {
      ++stops;
      // Each stop is one checkpoint: more fuel until that one is passed; the epoch is always due,
      // and every second check is passed.
      if (call.suspension() == Suspension::out_of_fuel) {
        spent += given - store.fuel();
        given = store.fuel() + 1 + stops % 3;
        store.set_fuel(given);
      } else {
        EXPECT_EQ(call.suspension(), Suspension::interrupt);
        pass_ = true;
      }
      EXPECT_FALSE(call.frames().frames.empty());
      outcome = call.resume(cells.data(), cells.size());
    }
    Observed o;
    spent += given - store.fuel();
    if (world_.mode.fuel) o.fuel = spent;
    if (outcome.ok()) {
      size_t count = 0;
      for (const wasm::ValType t : type.results) count += t.cells();
      for (size_t i = 0; i < count; ++i) o.results.push_back(canonical(type.results, i, cells[i]));
    } else {
      o.trap = outcome.trap().code;
      if (!outcome.trap().backtrace.frames.empty())
        o.offset = outcome.trap().backtrace.frames[0].offset;
    }
    if (auto memory = engine::get_memory(store, instance_, "m")) {
      const auto* base = reinterpret_cast<const unsigned char*>(memory->object->base);
      for (unsigned i = 0; i < 0x9000; ++i) o.memory = o.memory * 31 + base[i];
    }
    return o;
  }

  uint64_t stops = 0;

 private:
  static uint64_t canonical(std::span<const wasm::ValType> types, size_t i, Cell cell) {
    if (i >= types.size()) return cell.bits;
    if (types[i] == wasm::kF32 && std::isnan(cell.as<float>())) return 0x7fc0'0000u;
    if (types[i] == wasm::kF64 && std::isnan(cell.as<double>())) return 0x7ff8'0000'0000'0000u;
    return cell.bits;
  }

  World world_;
  Instance instance_;
  Step step_;
  bool pass_ = false;
};

struct Program {
  std::string_view name;
  std::string_view wat;
  std::initializer_list<uint64_t> args;
};

const Program kPrograms[] = {
    {"loop",
     R"((module (func (export "run") (param i32) (result i32) (local $s i32)
       (loop $l (local.set $s (i32.add (local.get $s) (i32.mul (local.get 0) (local.get 0))))
         (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get $s))))",
     {40}},
    {"fib",
     R"((module (func $f (export "run") (param i64) (result i64)
       (if (i64.lt_u (local.get 0) (i64.const 2)) (then (return (local.get 0))))
       (i64.add (call $f (i64.sub (local.get 0) (i64.const 1)))
                (call $f (i64.sub (local.get 0) (i64.const 2)))))))",
     {12}},
    {"if and else",
     R"((module (func (export "run") (param i32) (result i32) (local $s i32)
       (loop $l
         (if (i32.and (local.get 0) (i32.const 1))
           (then (local.set $s (i32.add (local.get $s) (i32.const 7))))
           (else (if (i32.and (local.get 0) (i32.const 2)) (then (local.set $s (i32.xor (local.get $s) (i32.const 0x55)))))))
         (block $b (br_if $b (i32.and (local.get 0) (i32.const 4)))
           (local.set $s (i32.rotl (local.get $s) (i32.const 3))))
         (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get $s))))",
     {33}},
    {"escapes",
     R"((module (func (export "run") (param i32) (result i32) (local $s i32)
       (block $out (loop $l
         (block $a (block $b
           (br_if $out (i32.eqz (local.get 0)))
           (br_table $a $b $l (i32.and (local.tee 0 (i32.sub (local.get 0) (i32.const 1))) (i32.const 3))))
           (local.set $s (i32.add (local.get $s) (i32.const 100))))
         (local.set $s (i32.add (local.get $s) (i32.const 1)))
         (if (i32.gt_u (local.get $s) (i32.const 100000)) (then (return (i32.const 9))))
         (br $l)))
       (i32.add (local.get $s) (i32.const 5)))))",
     {23}},
    {"operands on the stack",
     R"((module (func $g (param i32) (result i32) (i32.add (local.get 0) (i32.const 3)))
       (func (export "run") (param i32) (result i64) (local $x i64)
       (i64.add (i64.extend_i32_u (i32.add (i32.mul (local.get 0) (i32.const 3))
         (block (result i32) (drop (br_if 0 (i32.const 7) (i32.and (local.get 0) (i32.const 1)))) (call $g (local.get 0)))))
         (loop $l (result i64) (local.set $x (i64.add (local.get $x) (i64.const 5)))
           (br_if $l (i64.lt_u (local.get $x) (i64.const 50))) (local.get $x))))))",
     {6}},
    {"floats",
     R"((module (func (export "run") (param i32) (result f64) (local $d f64) (local $f f32)
       (local.set $d (f64.const 1)) (local.set $f (f32.const 1.5))
       (loop $l (local.set $d (f64.sqrt (f64.add (f64.mul (local.get $d) (f64.const 1.25)) (f64.promote_f32 (local.get $f)))))
         (if (f64.gt (local.get $d) (f64.const 3)) (then (local.set $f (f32.div (local.get $f) (f32.const 2)))))
         (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get $d))))",
     {20}},
    {"vectors",
     R"((module (func (export "run") (param i32) (result i32) (local $v v128)
       (loop $l (local.set $v (i32x4.add (local.get $v) (i32x4.splat (local.get 0))))
         (if (i32.and (local.get 0) (i32.const 1)) (then (local.set $v (i8x16.swizzle (local.get $v) (i8x16.splat (i32.const 3))))))
         (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
       (i32x4.extract_lane 2 (local.get $v)))))",
     {20}},
    {"exceptions",
     R"((module (tag $e (param i32))
       (func $thrower (param i32) (result i32)
         (if (i32.and (local.get 0) (i32.const 1)) (then (throw $e (local.get 0))))
         (i32.mul (local.get 0) (i32.const 2)))
       (func $middle (param i32) (result i32) (i32.add (call $thrower (local.get 0)) (i32.const 1000)))
       (func (export "run") (param i32) (result i32) (local $s i32)
         (loop $l
           (local.set $s (i32.add (local.get $s)
             (block $caught (result i32)
               (try_table (result i32) (catch $e $caught)
                 (i32.add (call $middle (local.get 0)) (i32.const 50))))))
           (local.set $s (i32.add (local.get $s) (i32.const 1)))
           (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
         (local.get $s))))",
     {15}},
    {"tail calls",
     R"((module (func $odd (param i32) (result i32) (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0)) (else (return_call $even (i32.sub (local.get 0) (i32.const 1))))))
       (func $even (export "run") (param i32) (result i32) (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1)) (else (return_call $odd (i32.sub (local.get 0) (i32.const 1))))))))",
     {51}},
    {"bulk",
     R"((module (memory (export "m") 1) (data $d "hello, world")
       (func (export "run") (param i32) (result i32)
         (memory.fill (i32.const 0) (i32.const 7) (i32.const 1000))
         (memory.copy (i32.const 2000) (i32.const 100) (i32.const 500))
         (memory.init $d (i32.const 3000) (i32.const 0) (i32.const 12))
         (i32.add (memory.grow (i32.const 1)) (i32.load (i32.const 3000))))))",
     {0}},
    {"deep",
     R"((module (func $d (export "run") (param i32) (result i32)
       (if (result i32) (local.get 0) (then (i32.add (i32.const 1) (call $d (i32.sub (local.get 0) (i32.const 1))))) (else (i32.const 0))))))",
     {300}},
    {"unreachable at depth",
     R"((module (func $d (export "run") (param i32) (result i32)
       (if (i32.eqz (local.get 0)) (then (unreachable)))
       (i32.add (i32.const 1) (i32.add (call $d (i32.sub (local.get 0) (i32.const 1))) (i32.const 2))))))",
     {20}},
    {"division trap in a loop",
     R"((module (func (export "run") (param i32) (result i32) (local $s i32)
       (loop $l (local.set $s (i32.add (local.get $s) (i32.div_u (i32.const 100) (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
         (local.set $s (i32.add (local.get $s) (i32.const 1))) (br $l)) (local.get $s))))",
     {9}},
    {"memory trap",
     R"((module (memory (export "m") 1) (func $g (param i32) (result i32) (i32.load (local.get 0)))
       (func (export "run") (param i32) (result i32) (local $s i32)
       (loop $l (local.set $s (i32.add (local.get $s) (call $g (local.tee 0 (i32.add (local.get 0) (i32.const 8192))))))
         (i32.store (local.get 0) (local.get $s)) (br $l)) (i32.const 1))))",
     {0}},
    {"stack exhausted",
     R"((module (func $d (export "run") (param i32) (result i32)
       (i32.add (call $d (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))))",
     {0}},
};

std::vector<Cell> cells_of(std::initializer_list<uint64_t> args) {
  std::vector<Cell> out;
  for (const uint64_t a : args) out.push_back(Cell{a});
  return out;
}

TEST(Step, ProgramsEndTheSame) {
  for (const Program& p : kPrograms) {
    SCOPED_TRACE(p.name);
    const Bytes bytes = assemble(p.wat);
    const auto args = cells_of(p.args);
    const bool endless = p.name == "stack exhausted";
    Observed expected;
    uint64_t fuel = 0;
    for (const Mode& mode : all_modes()) {
      SCOPED_TRACE(mode.name());
      Observed plain = Stepper(mode, bytes, Step::none).run("run", args);
      if (&mode == all_modes().data()) expected = plain;
      if (mode.fuel) {
        EXPECT_GT(plain.fuel, 0u);
        if (fuel == 0) fuel = plain.fuel;
        expected.fuel = fuel;
      } else {
        expected.fuel = 0;
      }
      EXPECT_EQ(plain, expected);
      if (endless) continue;
      if (mode.fuel) {
        Stepper stepper(mode, bytes, Step::fuel);
        EXPECT_EQ(stepper.run("run", args), expected) << "by fuel";
        EXPECT_GT(stepper.stops, 0u);
      }
      if (mode.epochs) {
        Stepper stepper(mode, bytes, Step::epoch);
        EXPECT_EQ(stepper.run("run", args), expected) << "by epoch";
        EXPECT_GT(stepper.stops, 0u);
      }
    }
  }
}

TEST(Step, RandomFunctionsEndTheSame) {
  constexpr unsigned kFunctions = 12;
  uint64_t stops = 0;
  for (const uint64_t seed : {1u, 2u, 3u, 4u}) {
    const Bytes bytes = assemble(random_module(seed * 7919, kFunctions));
    const Cell args[5] = {Cell{12345}, Cell{37}, Cell{~uint64_t{0}}, Cell{0x3f80'0000},
                          Cell{0x4059'0000'0000'0000u}};
    std::vector<Observed> expected;
    std::vector<uint64_t> fuel;
    for (const Mode& mode : all_modes()) {
      for (const Step step : {Step::none, Step::fuel, Step::epoch}) {
        if (step == Step::fuel && !mode.fuel) continue;
        if (step == Step::epoch && !mode.epochs) continue;
        Stepper stepper(mode, bytes, step);
        for (unsigned f = 0; f < kFunctions; ++f) {
          Observed o = stepper.run("f" + std::to_string(f), args);
          if (mode.fuel) {
            if (fuel.size() <= f) fuel.push_back(o.fuel);
            ASSERT_EQ(o.fuel, fuel[f]) << "seed " << seed << " f" << f << " " << mode.name();
          }
          o.fuel = 0;
          if (expected.size() <= f) expected.push_back(o);
          ASSERT_EQ(o, expected[f]) << "seed " << seed << " f" << f << " " << mode.name()
                                    << " step " << static_cast<int>(step);
        }
        stops += stepper.stops;
      }
    }
  }
  EXPECT_GT(stops, 10'000u);
}

}  // namespace
}  // namespace weft::testing
