// wasm.h: calls both ways, traps with their frames, instances that cannot be made.
#include <utility>

#include "world.hpp"

namespace wasm_h {
namespace {

using Calls = World;

wasm_trap_t* add_one(const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  results->data[0] = i32(args->data[0].of.i32 + 1);
  return nullptr;
}

struct Counter {
  int calls = 0;
  int finalized = 0;
  static wasm_trap_t* call(void* env, const wasm_val_vec_t*, wasm_val_vec_t*) {
    ++static_cast<Counter*>(env)->calls;
    return nullptr;
  }
  static void finalize(void* env) { ++static_cast<Counter*>(env)->finalized; }
};

TEST_F(Calls, TheGuestCallsTheHost) {
  const Func f(wasm_func_new(store_, func_type({WASM_I32}, {WASM_I32}).get(), add_one));
  const Instance i = instantiate(R"((module
    (import "" "add_one" (func $f (param i32) (result i32)))
    (func (export "twice") (param i32) (result i32) local.get 0 call $f call $f)))",
                                 {wasm_func_as_extern(f.get())});
  ASSERT_NE(i, nullptr);
  const Exports exports(i);
  EXPECT_EQ(call(exports.func(0), {i32(40)}, 1)[0].of.i32, 42);
}

TEST_F(Calls, AHostFunctionIsCalledDirectlyToo) {
  const Func f(wasm_func_new(store_, func_type({WASM_I32}, {WASM_I32}).get(), add_one));
  EXPECT_EQ(call(f.get(), {i32(1)}, 1)[0].of.i32, 2);
}

TEST_F(Calls, AllNumbersPassBothWays) {
  const auto swap = [](const wasm_val_vec_t* args, wasm_val_vec_t* results) -> wasm_trap_t* {
    for (size_t i = 0; i < 4; ++i) results->data[i] = args->data[3 - i];
    return nullptr;
  };
  const Func f(wasm_func_new(
      store_,
      func_type({WASM_I32, WASM_I64, WASM_F32, WASM_F64}, {WASM_F64, WASM_F32, WASM_I64, WASM_I32})
          .get(),
      swap));
  const auto out =
      call(f.get(), {i32(-1), WASM_I64_VAL(INT64_MIN), WASM_F32_VAL(1.5f), WASM_F64_VAL(-2.25)}, 4);
  EXPECT_EQ(out[0].of.f64, -2.25);
  EXPECT_EQ(out[1].of.f32, 1.5f);
  EXPECT_EQ(out[2].of.i64, INT64_MIN);
  EXPECT_EQ(out[3].of.i32, -1);
  EXPECT_EQ(out[3].kind, WASM_I32);
}

TEST_F(Calls, ManyValuesPass) {
  std::string wat = "(module (func (export \"f\") (param";
  std::vector<wasm_val_t> args;
  for (int n = 0; n < 40; ++n) wat += " i32", args.push_back(i32(n));
  wat += ") (result i32) local.get 39))";
  const Instance i = instantiate(wat);
  const Exports exports(i);
  EXPECT_EQ(call(exports.func(0), args, 1)[0].of.i32, 39);
}

TEST_F(Calls, WrongArgumentsAreTrapsBeforeAnythingRuns) {
  Counter counter;
  const Func f(wasm_func_new_with_env(store_, func_type({WASM_I32}, {}).get(), Counter::call,
                                      &counter, nullptr));
  EXPECT_NE(try_call(f.get(), {}), nullptr);
  EXPECT_NE(try_call(f.get(), {i32(1), i32(2)}), nullptr);
  const Trap trap = try_call(f.get(), {WASM_I64_VAL(1)});
  ASSERT_NE(trap, nullptr);
  EXPECT_EQ(message_of(trap.get()), "type mismatch: expected i32, found i64");
  EXPECT_EQ(counter.calls, 0);
}

TEST_F(Calls, ResultsWithoutRoomAreDropped) {
  const Instance i = instantiate(R"((module (func (export "f") (result i32 i32 externref)
    i32.const 1 i32.const 2 (extern.convert_any (ref.i31 (i32.const 3))))))");
  const Exports exports(i);
  EXPECT_EQ(try_call(exports.func(0), {}), nullptr);
  EXPECT_EQ(call(exports.func(0), {}, 1)[0].of.i32, 1);
}

TEST_F(Calls, AWrongResultOfACallbackIsATrap) {
  const auto wrong = [](const wasm_val_vec_t*, wasm_val_vec_t* results) -> wasm_trap_t* {
    results->data[0] = WASM_F32_VAL(1);
    return nullptr;
  };
  const Func f(wasm_func_new(store_, func_type({}, {WASM_I32}).get(), wrong));
  std::vector<wasm_val_t> room(1);
  const Trap trap = try_call(f.get(), {}, &room);
  ASSERT_NE(trap, nullptr);
  EXPECT_NE(message_of(trap.get()).find("expected i32, found f32"), std::string::npos);
}

TEST_F(Calls, TheEnvironmentIsFinalizedOnceWithTheStore) {
  Counter counter;
  {
    const Func f(wasm_func_new_with_env(store_, func_type({}, {}).get(), Counter::call, &counter,
                                        Counter::finalize));
    const Func copy(wasm_func_copy(f.get()));
    call(copy.get(), {}, 0);
  }
  EXPECT_EQ(counter.calls, 1);
  EXPECT_EQ(counter.finalized, 0) << "the store may still call it";
  delete_store();
  EXPECT_EQ(counter.finalized, 1);
}

TEST_F(Calls, AFunctionThatCannotBeMadeFinalizesItsEnvironment) {
  Counter counter;
  const FuncType type = func_type({WEFT_WASM_V128}, {});
  EXPECT_EQ(wasm_func_new_with_env(store_, type.get(), Counter::call, &counter, Counter::finalize),
            nullptr);
  EXPECT_EQ(counter.finalized, 1);
  EXPECT_NE(last_error(), "");
}

wasm_trap_t* fail(void* env, const wasm_val_vec_t*, wasm_val_vec_t*) {
  wasm_message_t message;
  wasm_name_new_from_string_nt(&message, "callback abort");
  wasm_trap_t* const trap = wasm_trap_new(static_cast<wasm_store_t*>(env), &message);
  wasm_name_delete(&message);
  wasm_trap_set_host_info(trap, env);
  return trap;
}

constexpr std::string_view kTraps = R"((module $m
  (import "" "fail" (func $fail))
  (func $inner (export "host") call $fail)
  (func (export "outer") call $inner)
  (func (export "guest") unreachable)
  (table 1 funcref)
  (func (export "indirect") (param i32) local.get 0 call_indirect)))";

TEST_F(Calls, ATrapOfTheHostComesOutAsItWentIn) {
  const Func f(wasm_func_new_with_env(store_, func_type({}, {}).get(), fail, store_, nullptr));
  const Instance i = instantiate(kTraps, {wasm_func_as_extern(f.get())});
  const Exports exports(i);
  const Trap trap = try_call(exports.func(1), {});
  ASSERT_NE(trap, nullptr);
  EXPECT_EQ(message_of(trap.get()), "callback abort");
  EXPECT_EQ(wasm_trap_get_host_info(trap.get()), store_) << "the same trap, not one like it";
  wasm_frame_vec_t trace;
  wasm_trap_trace(trap.get(), &trace);
  ASSERT_EQ(trace.size, 2u);
  EXPECT_EQ(wasm_frame_func_index(trace.data[0]), 1u);
  EXPECT_EQ(wasm_frame_func_index(trace.data[1]), 2u);
  EXPECT_TRUE(wasm_instance_same(wasm_frame_instance(trace.data[0]), i.get()));
  EXPECT_GT(wasm_frame_module_offset(trace.data[0]), wasm_frame_func_offset(trace.data[0]));
  EXPECT_EQ(wasm_frame_func_offset(trace.data[0]), 1u) << "behind the count of locals";
  wasm_frame_t* const origin = wasm_trap_origin(trap.get());
  ASSERT_NE(origin, nullptr);
  EXPECT_EQ(wasm_frame_module_offset(origin), wasm_frame_module_offset(trace.data[0]));
  wasm_frame_vec_t copy;
  wasm_frame_vec_copy(&copy, &trace);
  EXPECT_EQ(wasm_frame_func_index(copy.data[1]), 2u);
  wasm_frame_vec_delete(&copy);
  wasm_frame_delete(origin);
  wasm_frame_vec_delete(&trace);
}

TEST_F(Calls, ATrapOfTheGuestHasMessageAndOrigin) {
  const Func f(wasm_func_new_with_env(store_, func_type({}, {}).get(), fail, store_, nullptr));
  const Instance i = instantiate(kTraps, {wasm_func_as_extern(f.get())});
  const Exports exports(i);
  const Trap trap = try_call(exports.func(2), {});
  ASSERT_NE(trap, nullptr);
  EXPECT_NE(message_of(trap.get()).find("unreachable"), std::string::npos);
  wasm_frame_t* const origin = wasm_trap_origin(trap.get());
  ASSERT_NE(origin, nullptr);
  EXPECT_EQ(wasm_frame_func_index(origin), 3u);
  wasm_frame_delete(origin);
  const Trap indirect = try_call(exports.func(3), {i32(0)});
  ASSERT_NE(indirect, nullptr);
  EXPECT_NE(message_of(indirect.get()).find("uninitialized"), std::string::npos);
}

TEST_F(Calls, ATrapPassesSeveralHostFramesAndKeepsItsIdentity) {
  const Func f(wasm_func_new_with_env(store_, func_type({}, {}).get(), fail, store_, nullptr));
  const Instance inner = instantiate(kTraps, {wasm_func_as_extern(f.get())});
  const Exports exports(inner);
  struct Env {
    wasm_func_t* callee;
    Trap seen;
  } env{exports.func(0), nullptr};
  const auto pass_on = [](void* e, const wasm_val_vec_t* args, wasm_val_vec_t* results) {
    auto& self = *static_cast<Env*>(e);
    wasm_trap_t* const trap = wasm_func_call(self.callee, args, results);
    self.seen.reset(wasm_trap_copy(trap));
    return trap;
  };
  const Func g(wasm_func_new_with_env(store_, func_type({}, {}).get(), pass_on, &env, nullptr));
  const Instance outer = instantiate(kTraps, {wasm_func_as_extern(g.get())});
  const Exports outer_exports(outer);
  const Trap trap = try_call(outer_exports.func(0), {});
  ASSERT_NE(trap, nullptr);
  EXPECT_TRUE(wasm_trap_same(trap.get(), env.seen.get()));
  EXPECT_EQ(message_of(trap.get()), "callback abort");
  wasm_frame_vec_t trace;
  wasm_trap_trace(trap.get(), &trace);
  ASSERT_EQ(trace.size, 2u) << "across the host function between";
  EXPECT_TRUE(wasm_instance_same(wasm_frame_instance(trace.data[0]), inner.get()));
  EXPECT_TRUE(wasm_instance_same(wasm_frame_instance(trace.data[1]), outer.get()));
  wasm_frame_vec_delete(&trace);
}

TEST_F(Calls, AnExceptionGoesThroughTheHostToItsHandler) {
  const Instance thrower = instantiate(R"((module
    (tag $e (export "e") (param i32)) (func (export "throw") i32.const 7 throw $e)))");
  const Exports out(thrower);
  const auto pass_on = [](void* callee, const wasm_val_vec_t* args, wasm_val_vec_t* results) {
    return wasm_func_call(static_cast<wasm_func_t*>(callee), args, results);
  };
  const Func f(
      wasm_func_new_with_env(store_, func_type({}, {}).get(), pass_on, out.func(1), nullptr));
  const Instance catcher = instantiate(R"((module
    (import "" "e" (tag $e (param i32))) (import "" "f" (func $f))
    (func (export "catch") (result i32)
      (block $h (result i32) (try_table (catch $e $h) call $f) i32.const 0))))",
                                       {out[0], wasm_func_as_extern(f.get())});
  ASSERT_NE(catcher, nullptr);
  const Exports exports(catcher);
  EXPECT_EQ(call(exports.func(0), {}, 1)[0].of.i32, 7);
}

TEST_F(Calls, AnExceptionThatIsGoneOrOfAnotherStoreIsThrownNoMore) {
  const auto throws = [this](wasm_store_t* store) {
    const Module m = module(R"((module (tag $t (param i64)) (func (export "f")
      (throw $t (i64.const 1)))))",
                            store);
    const wasm_extern_vec_t none = WASM_EMPTY_VEC;
    const Instance i(wasm_instance_new(store, m.get(), &none, nullptr));
    return try_call(Exports(i).func(0), {});
  };
  static wasm_trap_t* returned = nullptr;
  const auto again = [](const wasm_val_vec_t*, wasm_val_vec_t*) -> wasm_trap_t* {
    return wasm_trap_copy(returned);
  };
  wasm_store_t* const other = wasm_store_new(engine_);
  const Trap of_other = throws(other);
  const Trap old = throws(store_);
  ASSERT_TRUE(of_other != nullptr && old != nullptr);
  const Trap newer = throws(store_);  // the store keeps the last one only
  weft_store_collect(weft_wasm_store(store_));
  const Func f(wasm_func_new(store_, func_type({}, {}).get(), again));
  for (wasm_trap_t* trap : {old.get(), of_other.get()}) {
    returned = trap;
    const Trap got = try_call(f.get(), {});
    ASSERT_NE(got, nullptr);
    EXPECT_NE(message_of(got.get()).find("unhandled exception"), std::string::npos);
    if (trap == of_other.get()) EXPECT_EQ(weft_trap_code(weft_wasm_trap(got.get())), 0);
  }
  wasm_store_delete(other);
}

TEST_F(Calls, AMessageNeedsNoTerminator) {
  wasm_message_t message;
  wasm_name_new_from_string(&message, "plain");
  const Trap trap(wasm_trap_new(store_, &message));
  wasm_name_delete(&message);
  EXPECT_EQ(message_of(trap.get()), "plain");
  EXPECT_EQ(wasm_trap_origin(trap.get()), nullptr);
}

TEST_F(Calls, WhyAnInstanceCannotBeMade) {
  const Module needs = module(R"((module (import "a" "f" (func (param i32)))))");
  const Func wrong(wasm_func_new(store_, func_type({}, {}).get(), add_one));
  wasm_store_t* const other = wasm_store_new(engine_);
  const Func foreign(wasm_func_new(other, func_type({WASM_I32}, {}).get(), add_one));
  const struct {
    std::vector<wasm_extern_t*> imports;
    const char* message;
  } rows[] = {
      {{}, "bad argument"},
      {{wasm_func_as_extern(wrong.get())}, "incompatible import type"},
      {{wasm_func_as_extern(foreign.get())}, "wrong store"},
      {{nullptr}, "wrong store"},
  };
  for (const auto& row : rows) {
    wasm_trap_t* trap = nullptr;
    EXPECT_EQ(instantiate(needs, row.imports, &trap), nullptr) << row.message;
    const Trap owned(trap);
    ASSERT_NE(trap, nullptr) << row.message;
    EXPECT_NE(message_of(trap).find(row.message), std::string::npos) << message_of(trap);
    EXPECT_EQ(last_error(), message_of(trap));
    EXPECT_EQ(instantiate(needs, row.imports), nullptr) << "nobody asks why";
  }
  wasm_store_delete(other);

  wasm_trap_t* trap = nullptr;
  EXPECT_EQ(instantiate(module("(module (func $s unreachable) (start $s))"), {}, &trap), nullptr);
  const Trap owned(trap);
  ASSERT_NE(trap, nullptr);
  EXPECT_NE(message_of(trap).find("unreachable"), std::string::npos);
}

TEST_F(Calls, AStoreDeletedInACallbackGoesWhenTheCallIsOver) {
  Counter counter;
  const Func probe(wasm_func_new_with_env(store_, func_type({}, {}).get(), Counter::call, &counter,
                                          Counter::finalize));
  struct Env {
    wasm_store_t** store;
    Counter* counter;
  } env{&store_, &counter};
  const auto end_store = [](void* e, const wasm_val_vec_t*, wasm_val_vec_t*) -> wasm_trap_t* {
    const auto& self = *static_cast<Env*>(e);
    wasm_store_delete(std::exchange(*self.store, nullptr));
    EXPECT_EQ(self.counter->finalized, 0);
    return nullptr;
  };
  const Func f(wasm_func_new_with_env(store_, func_type({}, {}).get(), end_store, &env, nullptr));
  const Instance i = instantiate(R"((module
    (import "" "f" (func $f)) (import "" "g" (func $g)) (func (export "go") call $f call $g)))",
                                 {wasm_func_as_extern(f.get()), wasm_func_as_extern(probe.get())});
  const Exports exports(i);
  EXPECT_EQ(try_call(exports.func(0), {}), nullptr);
  EXPECT_EQ(counter.calls, 1);
  EXPECT_EQ(counter.finalized, 1);
  EXPECT_NE(try_call(exports.func(0), {}), nullptr) << "now it is gone";
}

}  // namespace
}  // namespace wasm_h
