// Calls that are suspended, pools, printing.
#include <cstring>

#include "scenario.hpp"

namespace faults {
namespace {

constexpr std::string_view kLoop = R"((module
  (func $count (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.add (call $count (i32.sub (local.get $n) (i32.const 1))) (i32.const 1)))
      (else (i32.const 0))))
  (func (export "go") (result i32) (call $count (i32.const 42)))))";

World* counted() {
  auto* w = new World({{"fuel", 1}}, kLoop);
  w->instantiate();
  return w;
}

/// Ends the invocation in every case.
Outcome end(weft_invocation_t* invocation, Outcome outcome) {
  weft_invocation_delete(invocation);
  return outcome;
}

Outcome start_without_fuel(World& w, weft_invocation_t** out) {
  FAULTS_TRY(weft_store_set_fuel(w.store, 50));
  FAULTS_TRY(weft_invocation_new(w.store, w.get("go").of.func, out));
  weft_trap_t* trap = nullptr;
  FAULTS_TRY(weft_invocation_start(w.store, *out, nullptr, 0, &trap));
  if (trap != nullptr) return failed(trap);
  return weft_invocation_state(*out) == WEFT_INVOCATION_SUSPENDED ? success()
                                                                  : wrong("not suspended");
}

Outcome suspend_and_resume(World& w) {
  weft_invocation_t* invocation = nullptr;
  if (const Outcome o = start_without_fuel(w, &invocation); !o.ok) return end(invocation, o);
  if (weft_error_t* error = weft_store_set_fuel(w.store, 100000))
    return end(invocation, failed(error));
  weft_trap_t* trap = nullptr;
  if (weft_error_t* error = weft_invocation_resume(w.store, invocation, nullptr, 0, &trap))
    return end(invocation, failed(error));
  if (trap != nullptr) return end(invocation, failed(trap));
  weft_val_t result{};
  const bool right = weft_invocation_results(invocation, &result, 1) == 1 && result.of.i32 == 42;
  return end(invocation, right ? success() : wrong("result"));
}

Outcome suspend_and_drop(World& w) {
  weft_invocation_t* invocation = nullptr;
  const Outcome o = start_without_fuel(w, &invocation);
  if (o.ok) static_cast<void>(weft_invocation_frame_count(invocation));
  return end(invocation, o);
}

/// Whole, or an error: never a frame without its locals.
Outcome suspend_and_look(World& w) {
  weft_invocation_t* invocation = nullptr;
  if (const Outcome o = start_without_fuel(w, &invocation); !o.ok) return end(invocation, o);
  weft_frame_states_t* states = nullptr;
  if (weft_error_t* error = weft_invocation_frame_states(w.store, invocation, 8, &states))
    return end(invocation, failed(error));
  const weft_frame_value_t* locals = nullptr;
  const bool right = weft_frame_states_count(states) >= 2 &&
                     weft_frame_states_locals(states, 0, &locals) == 1 && locals[0].known;
  weft_frame_states_delete(states);
  return end(invocation, right ? success() : wrong("frames"));
}

World* pooled() {
  auto* w = new World({{"pool", 4}},
                      R"((module (memory 1 3) (table 4 8 funcref) (elem (i32.const 0) func $f)
    (data (i32.const 0) "*") (func $f (result i32) (i32.load8_u (i32.const 0)))
    (func (export "go") (result i32) (drop (memory.grow (i32.const 1))) (call_indirect (result i32) (i32.const 0)))))");
  w->instantiate();
  return w;
}
/// In a store of its own, so that its slots go back.
Outcome instantiate_pooled(World& w) {
  weft_store_t* store = nullptr;
  FAULTS_TRY(weft_store_new(w.engine, nullptr, nullptr, &store));
  weft_instance_t instance{};
  weft_trap_t* trap = nullptr;
  weft_error_t* error = weft_instance_new(store, w.module, nullptr, 0, &instance, &trap);
  Outcome o;
  if (error != nullptr) {
    o = failed(error);
  } else if (trap != nullptr) {
    o = failed(trap);
  } else {
    std::swap(store, w.store);
    std::swap(instance, w.instance);
    o = call(w, "go", 42);
    std::swap(store, w.store);
    std::swap(instance, w.instance);
  }
  weft_store_delete(store);
  return o;
}

Outcome print(World& w) {
  weft_bytes_t text{};
  FAULTS_TRY(weft_wasm_to_wat(w.bytes.data(), w.bytes.size(), 0, &text));
  weft_bytes_delete(&text);
  return success();
}

}  // namespace

std::vector<Scenario> embedding() {
  return {
      {"suspend and resume a call", counted, suspend_and_resume},
      {"suspend and drop a call", counted, suspend_and_drop},
      {"look into a suspended call", counted, suspend_and_look},
      {"instantiate from a pool", pooled, instantiate_pooled},
      {"print a module", counted, print},
  };
}

}  // namespace faults
