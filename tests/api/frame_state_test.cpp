// What is in the frames of a call that stands still: locals and operands, in every kind of stop,
// for every kind of value.
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "world.hpp"

namespace weft_test {
namespace {

using State = weft::Invocation::State;
using Suspension = weft::Invocation::Suspension;

std::string text_of(const weft::FrameValue& v) {
  const std::optional<Val> value = v.value();
  if (!value) return "?";
  switch (value->kind()) {
    case WEFT_I32: return "i32:" + std::to_string(value->i32());
    case WEFT_I64: return "i64:" + std::to_string(value->i64());
    case WEFT_F32: return "f32:" + std::to_string(value->f32()).substr(0, 3);
    case WEFT_F64: return "f64:" + std::to_string(value->f64()).substr(0, 3);
    case WEFT_V128: {
      std::string out = "v128:";
      for (const uint8_t byte : value->v128().bytes) out += "0123456789abcdef"[byte & 15];
      return out;
    }
    case WEFT_FUNCREF: return value->func().c_api().store == 0 ? "null func" : "func";
    default: {
      const weft_ref_t ref = value->c_api().of.ref;
      const char* const kind = value->kind() == WEFT_EXTERNREF ? "extern"
                               : value->kind() == WEFT_ANYREF  ? "any"
                                                               : "exn";
      return std::string(ref.handle == 0 ? "null " : "") + kind;
    }
  }
}

std::string text_of(std::span<const weft::FrameValue> values) {
  std::string out = "[";
  for (const weft::FrameValue& v : values) out += (out.size() > 1 ? " " : "") + text_of(v);
  return out + "]";
}

/// "name locals operands" for each frame, innermost first.
std::string text_of(const std::vector<weft::FrameState>& frames) {
  std::string out;
  for (const weft::FrameState& f : frames) {
    out += std::string(f.frame().func_name) + " " + text_of(f.locals()) + " " +
           text_of(f.operands()) + "\n";
  }
  return out;
}

/// On another native stack: what is left of references on this one keeps nothing.
void collect(StoreRef store) {
  std::thread([store] { weft_store_collect(store.c_api()); }).join();
}

weft::Config everything() { return std::move(weft::Config().fuel().epochs()); }

/// A guest whose import "h"."wait" stops it.
struct Stopped : World {
  explicit Stopped(std::string_view wat, weft::Config config = everything())
      : World(std::move(config)) {
    linker.func("h", "wait", [](int32_t) -> Result<int32_t> { return weft::pending(); }).value();
    store.set_fuel(1'000'000).value();
    store.set_epoch_deadline(1'000'000).value();
    instance.emplace(instantiate(wat));
  }
  weft::Invocation call(std::string_view name) {
    return weft::Invocation::make(store, *instance->func(store, name)).value();
  }
  std::string frames(const weft::Invocation& call, size_t max = 128) {
    return text_of(call.frame_states(store, max).value());
  }
  std::optional<Instance> instance;
};

constexpr std::string_view kNested = R"((module $guest
  (import "h" "wait" (func $wait (param i32) (result i32)))
  (func $inner (param $a i32) (param $b i64) (result i32) (local $c f64)
    (local.set $c (f64.const 2.5))
    (i64.const 77) (call $wait (local.get $a)) drop drop (i32.const 1))
  (func $outer (export "outer") (param $n i32) (result i32) (local $sum i64)
    (local.set $sum (i64.const 10))
    (i32.const 3)
    (i32.const 9) (i64.const 8) (call $inner)
    i32.add)))";

TEST(FrameStates, NestedFramesInAHostCall) {
  Stopped s(kNested);
  auto call = s.call("outer");
  EXPECT_EQ(s.frames(call), "");  // not begun
  ASSERT_EQ(call.start(s.store, {6}).value(), State::suspended);
  const std::string expected =
      "inner [i32:9 i64:8 f64:2.5] [i64:77]\nouter [i32:6 i64:10] [i32:3]\n";
  EXPECT_EQ(s.frames(call), expected);
  EXPECT_EQ(s.frames(call, 1), "inner [i32:9 i64:8 f64:2.5] [i64:77]\n");
  EXPECT_EQ(s.frames(call, 0), "");
  const auto states = call.frame_states(s.store).value();
  const auto frames = call.frames();
  ASSERT_EQ(states.size(), frames.size());
  for (size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(states[i].frame().func_index, frames[i].func_index);
    EXPECT_EQ(states[i].frame().module_offset, frames[i].module_offset);
    EXPECT_EQ(states[i].frame().func_name, frames[i].func_name);
    EXPECT_EQ(states[i].frame().module_name, "guest");
    EXPECT_EQ(states[i].instance().c_api().index, s.instance->c_api().index);
  }
  // The call goes on; what was copied stays.
  ASSERT_EQ(call.resume(s.store, {0}).value(), State::finished);
  EXPECT_EQ(text_of(states), expected);
  EXPECT_EQ(s.frames(call), "");
  EXPECT_EQ(call.results()[0].i32(), 4);
}

TEST(FrameStates, OutOfFuelInALoop) {
  Stopped s(R"((module (func (export "spin") (param $n i32) (result i32) (local $i i64)
    (i32.const 5)
    (loop $l
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $n) i32.add)))");
  auto call = s.call("spin");
  s.store.set_fuel(50).value();
  State state = call.start(s.store, {100}).value();
  int64_t last = -1;
  int stops = 0;
  while (state == State::suspended) {
    ASSERT_EQ(call.suspension(), Suspension::out_of_fuel);
    const auto frames = call.frame_states(s.store).value();
    ASSERT_EQ(frames.size(), 1u);
    ASSERT_EQ(frames[0].locals().size(), 2u);
    const int32_t n = frames[0].locals()[0].value()->i32();
    const int64_t i = frames[0].locals()[1].value()->i64();
    EXPECT_EQ(n + i, 100);  // both belong to one moment
    EXPECT_GT(i, last);
    last = i;
    EXPECT_EQ(text_of(frames[0].operands()), "[i32:5]");
    ++stops;
    s.store.set_fuel(50).value();
    state = call.resume(s.store).value();
  }
  EXPECT_GT(stops, 5);
  EXPECT_EQ(call.results()[0].i32(), 5);
}

TEST(FrameStates, OutOfFuelAtTheFunctionEntry) {
  Stopped s(R"((module
    (func $leaf (param $a i32) (param $b i64) (local $c i32) (local $v v128) nop)
    (func (export "run") (param $n i32) (i32.const 4)
      (call $leaf (i32.const 7) (i64.const 8)) drop)))");
  // Somewhere in these steps the entry of each function is where fuel ends.
  int entries = 0;
  for (uint64_t fuel = 0; fuel < 12; ++fuel) {
    auto call = s.call("run");
    s.store.set_fuel(fuel).value();
    if (call.start(s.store, {3}).value() != State::suspended) continue;
    const std::string text = s.frames(call);
    if (text.starts_with("leaf")) {
      EXPECT_EQ(text, "leaf [i32:7 i64:8 i32:0 v128:0000000000000000] []\nrun [i32:3] [i32:4]\n");
      ++entries;
    } else {
      EXPECT_EQ(text, "run [i32:3] []\n");
    }
  }
  EXPECT_GT(entries, 0);
}

TEST(FrameStates, Interrupted) {
  Stopped s(R"((module (func (export "forever") (param $a f32) (result i32)
    (i64.const 6) (loop $l (br $l)) unreachable)))");
  s.store.set_fuel(UINT64_MAX / 4).value();
  auto call = s.call("forever");
  const auto handle = weft::InterruptHandle::make(s.store).value();
  ASSERT_TRUE(handle.request(weft::Interruption::suspend));
  ASSERT_EQ(call.start(s.store, {1.5f}).value(), State::suspended);
  EXPECT_EQ(call.suspension(), Suspension::interrupted);
  const std::string first = s.frames(call);
  EXPECT_TRUE(first == "forever [f32:1.5] []\n" || first == "forever [f32:1.5] [i64:6]\n") << first;
  // Asked again while it stands there, it would stop at the same place.
  std::thread asking([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    handle.request(weft::Interruption::suspend);
  });
  EXPECT_EQ(call.resume(s.store).value(), State::suspended);
  asking.join();
  EXPECT_EQ(s.frames(call), "forever [f32:1.5] [i64:6]\n");
}

TEST(FrameStates, EveryKindOfValue) {
  Stopped s(R"((module
    (type $pair (struct (field i32)))
    (import "h" "wait" (func $wait (param i32) (result i32)))
    (tag $e)
    (elem declare func $run)
    (func $run (export "run") (param externref) (result i32)
      (local v128 f32 funcref (ref null $pair) anyref exnref (ref null func))
      (local.set 1 (v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 0))
      (local.set 3 (ref.func $run))
      (local.set 4 (struct.new $pair (i32.const 42)))
      (local.set 5 (ref.i31 (i32.const 9)))
      (block $h (result exnref) (try_table (catch_all_ref $h) (throw $e)) unreachable)
      (local.set 6)
      (v128.const i8x16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0)
      (struct.new $pair (i32.const 43))
      (local.get 0)
      (ref.null func)
      (call $wait (i32.const 1)) drop drop drop drop drop (i32.const 0))))");
  int live = 0;
  {
    auto call = s.call("run");
    const auto host = ExternRef::make(s.store, Counted(&live)).value();
    ASSERT_EQ(call.start(s.store, {host}).value(), State::suspended);
    const auto frames = call.frame_states(s.store).value();
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(text_of(frames[0].locals()),
              "[extern v128:123456789abcdef0 f32:0.0 func any any exn null func]");
    EXPECT_EQ(text_of(frames[0].operands()), "[v128:fedcba9876543210 any extern null func]");
    // They are what they say.
    const auto locals = frames[0].locals();
    EXPECT_EQ(locals[0].value()->externref().get<Counted>(s.store)->live, &live);
    const weft::StructRef pair(locals[4].value()->anyref().c_api());
    EXPECT_EQ(pair.get(s.store, 0).value().i32(), 42);
    const weft::I31Ref small(locals[5].value()->anyref().c_api());
    EXPECT_EQ(small.get_s(s.store).value(), 9);
    EXPECT_EQ(locals[3].value()->func().c_api().index,
              s.instance->func(s.store, "run")->c_api().index);
    EXPECT_EQ(locals[6].value()->exnref().shape(s.store).value(), WEFT_REF_EXCEPTION);
    ASSERT_EQ(call.resume(s.store, {0}).value(), State::finished);
  }
}

TEST(FrameStates, ReferencesLiveAsLongAsTheirScope) {
  Stopped s(R"((module
    (import "h" "wait" (func $wait (param i32) (result i32)))
    (func (export "run") (param externref) (drop (call $wait (i32.const 1))))))");
  int live = 0;
  std::optional<weft::Invocation> call = s.call("run");
  {
    const weft::RootScope scope(s.store);
    const auto host = ExternRef::make(s.store, Counted(&live)).value();
    ASSERT_EQ(call->start(s.store, {host}).value(), State::suspended);
  }
  collect(s.store);
  EXPECT_EQ(live, 1);  // the suspended frame holds it
  std::vector<weft::FrameState> frames;
  {
    const weft::RootScope scope(s.store);
    frames = call->frame_states(s.store).value();
    call.reset();
    collect(s.store);
    EXPECT_EQ(live, 1);  // the scope in which somebody looked
    const ExternRef ref = frames[0].locals()[0].value()->externref();
    ASSERT_NE(ref.get<Counted>(s.store), nullptr);
    EXPECT_EQ(ref.get<Counted>(s.store)->live, &live);
  }
  collect(s.store);
  EXPECT_EQ(live, 0);
  // The copy may still be read; its reference is refused, not followed.
  EXPECT_EQ(frames[0].frame().func_name, "run");
  EXPECT_EQ(frames[0].locals()[0].value()->externref().get<Counted>(s.store), nullptr);
}

TEST(FrameStates, LookingOutsideAnyScopeKeepsUntilTheStoreGoes) {
  Stopped s(R"((module
    (import "h" "wait" (func $wait (param i32) (result i32)))
    (func (export "run") (param externref) (drop (call $wait (i32.const 1))))))");
  int live = 0;
  std::optional<weft::Invocation> call = s.call("run");
  {
    const size_t scope = weft_scope_open(s.store.c_api());
    const auto host = ExternRef::make(s.store, Counted(&live)).value();
    ASSERT_EQ(call->start(s.store, {host}).value(), State::suspended);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(s.frames(*call), "run [extern] []\n");
    weft_scope_close(s.store.c_api(), scope);
  }
  collect(s.store);
  EXPECT_EQ(live, 1);  // the suspended frame holds it
  EXPECT_EQ(s.frames(*call), "run [extern] []\n");
  call.reset();
  collect(s.store);
  EXPECT_EQ(live, 1);  // the last look was outside any scope: until the store goes
}

TEST(FrameStates, WhatIsNotSetIsNotInvented) {
  Stopped s(R"((module
    (type $pair (struct (field i32)))
    (import "h" "wait" (func $wait (param i32) (result i32)))
    (func (export "run") (param i32) (result i32)
      (local $never (ref $pair)) (local $perhaps i64) (local $zero i32)
      (if (local.get 0) (then (local.set $perhaps (i64.const 5))))
      (call $wait (i32.const 1)))))");
  for (const int32_t taken : {0, 1}) {
    auto call = s.call("run");
    ASSERT_EQ(call.start(s.store, {taken}).value(), State::suspended);
    const auto frames = call.frame_states(s.store).value();
    const auto locals = frames[0].locals();
    ASSERT_EQ(locals.size(), 4u);
    EXPECT_EQ(locals[0].value()->i32(), taken);
    EXPECT_EQ(locals[1].kind(), WEFT_ANYREF);
    EXPECT_FALSE(locals[1].value());
    // Nothing reads it any more, so it may be unknown; but if it is told, it is right.
    EXPECT_EQ(locals[2].kind(), WEFT_I64);
    if (locals[2].value()) {
      EXPECT_EQ(locals[2].value()->i64(), taken * 5);
    }
    EXPECT_EQ(locals[3].value()->i32(), 0);
  }
}

TEST(FrameStates, TwoInstancesAreToldApart) {
  Stopped s(R"((module
    (import "h" "wait" (func $wait (param i32) (result i32)))
    (func (export "run") (param i32) (result i32) (call $wait (local.get 0)))))");
  s.linker.instance(s.store, "a", *s.instance).value();
  const Instance second = s.instantiate(R"((module
    (import "a" "run" (func $run (param i32) (result i32)))
    (func (export "outer") (param i64) (result i32) (call $run (i32.const 4)))))");
  auto call = weft::Invocation::make(s.store, *second.func(s.store, "outer")).value();
  ASSERT_EQ(call.start(s.store, {int64_t{1}}).value(), State::suspended);
  const auto frames = call.frame_states(s.store).value();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(text_of(frames), "run [i32:4] []\nouter [i64:1] []\n");
  EXPECT_EQ(frames[0].instance().c_api().index, s.instance->c_api().index);
  EXPECT_EQ(frames[1].instance().c_api().index, second.c_api().index);
}

TEST(FrameStates, ManyFramesAndACut) {
  Stopped s(R"((module
    (import "h" "wait" (func $wait (param i32) (result i32)))
    (func $deep (export "deep") (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (i32.add (local.get 0) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
        (else (call $wait (i32.const 0)))))))");
  auto call = s.call("deep");
  ASSERT_EQ(call.start(s.store, {1000}).value(), State::suspended);
  const auto frames = call.frame_states(s.store, SIZE_MAX).value();
  ASSERT_EQ(frames.size(), 1001u);
  for (size_t i = 0; i < frames.size(); ++i) {
    ASSERT_EQ(frames[i].locals()[0].value()->i32(), static_cast<int32_t>(i));
    const std::string operands = text_of(frames[i].operands());
    ASSERT_EQ(operands, i == 0 ? "[]" : "[i32:" + std::to_string(i) + "]");
  }
  EXPECT_EQ(call.frame_states(s.store, 7).value().size(), 7u);
  EXPECT_EQ(call.frame_states(s.store).value().size(), 128u);
}

TEST(FrameStates, SeveralAtATimeAndTheStoreStaysOpen) {
  Stopped s(kNested);
  std::vector<weft::Invocation> calls;
  for (int32_t i = 0; i < 5; ++i) {
    calls.push_back(s.call("outer"));
    ASSERT_EQ(calls.back().start(s.store, {i}).value(), State::suspended);
  }
  for (int32_t i = 4; i >= 0; --i) {
    const auto at = static_cast<size_t>(i);
    EXPECT_NE(s.frames(calls[at]).find("outer [i32:" + std::to_string(i) + " i64:10] [i32:3]"),
              std::string::npos);
    if (i % 2 == 0) {
      EXPECT_EQ(calls[at].resume(s.store, {1}).value(), State::finished);
      EXPECT_EQ(s.frames(calls[at]), "");
    }
  }
  EXPECT_NE(s.frames(calls[3]).find("outer [i32:3"), std::string::npos);
}

TEST(FrameStates, OfATrapAndOfAnotherStore) {
  Stopped s(kNested);
  auto call = s.call("outer");
  ASSERT_EQ(call.start(s.store, {6}).value(), State::suspended);
  World other;
  EXPECT_EQ(code_of(call.frame_states(other.store)), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(call.frames().size(), 2u);
  // A request to trap ends a call: no frames are left of it, in either form.
  Stopped spin(R"((module (func (export "forever") (loop $l (br $l)))))");
  auto forever = spin.call("forever");
  const auto stop = weft::InterruptHandle::make(spin.store).value();
  stop.request(weft::Interruption::suspend);
  ASSERT_EQ(forever.start(spin.store).value(), State::suspended);
  EXPECT_EQ(forever.frames().size(), 1u);
  stop.request(weft::Interruption::trap);
  EXPECT_FALSE(forever.resume(spin.store));
  EXPECT_EQ(forever.state(), State::trapped);
  EXPECT_EQ(forever.frames().size(), 0u);
  EXPECT_EQ(spin.frames(forever), "");
}

TEST(FrameStates, OutliveTheStore) {
  std::vector<weft::FrameState> frames;
  std::optional<weft::Invocation> call;
  {
    Stopped s(kNested);
    call.emplace(s.call("outer"));
    ASSERT_EQ(call->start(s.store, {6}).value(), State::suspended);
    frames = call->frame_states(s.store).value();
  }
  EXPECT_EQ(text_of(frames),
            "inner [i32:9 i64:8 f64:2.5] [i64:77]\nouter [i32:6 i64:10] [i32:3]\n");
  EXPECT_EQ(call->frames().size(), 0u);
}

TEST(FrameStates, InAHostFunctionOfAPlainCall) {
  World w;
  std::string seen;
  w.linker
      .func("h", "wait",
            [&](Caller& caller, int32_t v) -> int32_t {
              seen += text_of(weft::frame_states(caller.store()).value()) + "--\n";
              return v;
            })
      .value();
  const Instance instance = w.instantiate(kNested);
  EXPECT_EQ(w.get<int32_t(int32_t)>(instance, "outer")(w.store, 6).value(), 4);
  EXPECT_EQ(seen, "inner [i32:9 i64:8 f64:2.5] [i64:77]\nouter [i32:6 i64:10] [i32:3]\n--\n");
  EXPECT_EQ(weft::frame_states(w.store).value().size(), 0u);  // no guest runs
}

TEST(FrameStates, TheFormsOfCodeAgree) {
  // With and without guard pages, fuel and epochs the interpreter's code differs; the state does
  // not.
  constexpr std::string_view kWat = R"((module
    (import "h" "wait" (func $wait (param i32) (result i32)))
    (memory 1)
    (func (export "run") (param $a i32) (param $b i32) (result i32) (local $t i32)
      (i32.store (i32.const 16) (i32.const 1234))
      (i32.load offset=8 (i32.add (local.get $a) (local.get $b)))
      (local.tee $t (i32.mul (local.get $a) (i32.const 3)))
      (local.set $a (i32.const 100))
      (i32.add (local.get $a) (local.get $b))
      (f64.const 0.5)
      (call $wait (local.get $t))
      drop drop drop drop)))";
  for (const bool guards : {true, false}) {
    for (const bool fuel : {true, false}) {
      for (const bool epochs : {true, false}) {
        weft::Config config;
        config.set("guard_pages", guards);
        if (fuel) config.fuel();
        if (epochs) config.epochs();
        World w(std::move(config));
        w.linker.func("h", "wait", [](int32_t) -> Result<int32_t> { return weft::pending(); })
            .value();
        if (fuel) w.store.set_fuel(1'000'000).value();
        if (epochs) w.store.set_epoch_deadline(1'000'000).value();
        const Instance instance = w.instantiate(kWat);
        auto call = weft::Invocation::make(w.store, *instance.func(w.store, "run")).value();
        ASSERT_EQ(call.start(w.store, {5, 3}).value(), State::suspended);
        EXPECT_EQ(text_of(call.frame_states(w.store).value()),
                  "run [i32:100 i32:3 i32:15] [i32:1234 i32:15 i32:103 f64:0.5]\n")
            << guards << fuel << epochs;
      }
    }
  }
}

/// "?" on either side stands for one value.
bool agree(const std::string& a, const std::string& b) {
  size_t i = 0;
  size_t j = 0;
  const auto end_of = [](const std::string& s, size_t at) { return s.find_first_of(" ]", at); };
  while (i < a.size() && j < b.size()) {
    if (a[i] == '?' || b[j] == '?') {
      i = end_of(a, i);
      j = end_of(b, j);
    } else if (a[i++] != b[j++]) {
      return false;
    }
  }
  return i == a.size() && j == b.size();
}

TEST(FrameStates, EveryCheckpointInAllFormsOfCode) {
  constexpr std::string_view kWat = R"((module
    (memory 1)
    (func $step (param $a i32) (param $b i64) (param $c f64) (result i64)
      (local $i i32) (local $t i64) (local $v v128)
      (i64.const -3)
      (loop $l
        (local.set $t (i64.add (local.get $b) (i64.extend_i32_u (local.get $i))))
        (i64.store offset=8 (i32.shl (local.get $i) (i32.const 3)) (local.get $t))
        (local.set $v (i8x16.splat (local.get $i)))
        (local.get $t)
        (if (i32.and (local.get $i) (i32.const 1))
          (then (local.set $b (i64.mul (local.get $b) (i64.const 3))))
          (else (local.set $c (f64.add (local.get $c) (f64.const 0.5)))))
        (local.set $b (i64.xor (local.get $b)))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $a))))
      (i64.add (local.get $b)))
    (func (export "run") (param $n i32) (result i64) (local $sum i64) (local $k i32)
      (block $done
        (loop $again
          (br_if $done (i32.eqz (local.get $n)))
          (local.set $sum (i64.add (local.get $sum)
            (call $step (local.get $n) (i64.load (local.get $k)) (f64.convert_i32_s (local.get $n)))))
          (local.set $k (i32.add (local.get $k) (i32.const 8)))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br $again)))
      (local.get $sum))))";
  const auto run = [&](bool guards, bool epochs) {
    weft::Config config;
    config.set("guard_pages", guards);
    config.fuel();
    if (epochs) config.epochs();
    World w(std::move(config));
    if (epochs) w.store.set_epoch_deadline(1'000'000).value();
    const Instance instance = w.instantiate(kWat);
    auto call = weft::Invocation::make(w.store, *instance.func(w.store, "run")).value();
    std::vector<std::string> states;
    w.store.set_fuel(7).value();
    State state = call.start(w.store, {6}).value();
    while (state == State::suspended && states.size() < 1000) {
      const weft::RootScope scope(w.store);
      states.push_back(text_of(call.frame_states(w.store).value()));
      w.store.set_fuel(w.store.fuel().value() + 7).value();
      state = call.resume(w.store).value();
    }
    EXPECT_EQ(state, State::finished);
    states.push_back(std::to_string(call.results()[0].i64()));
    return states;
  };
  const std::vector<std::string> reference = run(true, false);
  EXPECT_GT(reference.size(), 30u);
  size_t unknown = 0;
  for (const std::string& s : reference) unknown += s.find('?') != std::string::npos;
  EXPECT_LT(unknown * 4, reference.size());
  for (const auto& [guards, epochs] : {std::pair(false, false), {true, true}, {false, true}}) {
    const std::vector<std::string> other = run(guards, epochs);
    ASSERT_EQ(other.size(), reference.size()) << guards << epochs;
    for (size_t i = 0; i < other.size(); ++i)
      ASSERT_TRUE(agree(other[i], reference[i])) << i << "\n" << other[i] << reference[i];
  }
}

}  // namespace
}  // namespace weft_test
