// Calls between host and guest, values of the host, WASI.
#include <cstring>

#include "scenario.hpp"

namespace faults {
namespace {

/// A world whose module imports env.f of the given type, made by the linker with `callback`.
World* with_host(std::string_view wat, weft_callback_t callback,
                 std::initializer_list<weft_valkind_t> params,
                 std::initializer_list<weft_valkind_t> results) {
  auto* w = new World({}, wat);
  weft_linker_t* linker = weft_linker_new(w->engine);
  weft_functype_t* type =
      weft_functype_new(params.begin(), params.size(), results.begin(), results.size());
  weft_error_delete(weft_linker_func(linker, "env", 3, "f", 1, type, callback, w, nullptr));
  weft_functype_delete(type);
  weft_trap_t* trap = nullptr;
  weft_error_delete(weft_linker_instantiate(linker, w->store, w->module, &w->instance, &trap));
  weft_trap_delete(trap);
  weft_linker_delete(linker);
  return w;
}

Outcome go(World& w) { return call(w, "go", 42); }

constexpr std::string_view kCallsHost =
    R"((module (import "env" "f" (func $f (param i32) (result i32)))
  (func (export "inner") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func (export "trap") unreachable)
  (func (export "go") (result i32) (call $f (i32.const 41)))))";

weft_error_t* add(void*, weft_caller_t*, weft_raw_t* cells, size_t) {
  cells[0].i32 += 1;
  return nullptr;
}
World* plain_host() { return with_host(kCallsHost, add, {WEFT_I32}, {WEFT_I32}); }

weft_error_t* call_back(void*, weft_caller_t* caller, weft_raw_t* cells, size_t) {
  weft_extern_t inner{};
  if (!weft_caller_export(caller, "inner", 5, &inner)) return weft_error_new("no export", 9);
  weft_val_t arg{};
  arg.kind = WEFT_I32;
  arg.of.i32 = cells[0].i32;
  weft_val_t result{};
  weft_trap_t* trap = nullptr;
  if (weft_error_t* error =
          weft_func_call(weft_caller_store(caller), inner.of.func, &arg, 1, &result, 1, &trap)) {
    return error;
  }
  if (trap != nullptr) return weft_error_from_trap(trap);
  cells[0].i32 = result.of.i32;
  return nullptr;
}
World* nested() { return with_host(kCallsHost, call_back, {WEFT_I32}, {WEFT_I32}); }

weft_error_t* trap_inside(void*, weft_caller_t* caller, weft_raw_t*, size_t) {
  weft_extern_t inner{};
  if (!weft_caller_export(caller, "trap", 4, &inner)) return weft_error_new("no export", 9);
  weft_trap_t* trap = nullptr;
  if (weft_error_t* error =
          weft_func_call(weft_caller_store(caller), inner.of.func, nullptr, 0, nullptr, 0, &trap)) {
    return error;
  }
  return weft_error_from_trap(trap);
}
World* nested_trap() { return with_host(kCallsHost, trap_inside, {WEFT_I32}, {WEFT_I32}); }

int g_payloads;  // errors' payloads that are alive
weft_error_t* fail(void*, weft_caller_t*, weft_raw_t*, size_t) {
  constexpr std::string_view kText = "the host function says no, in a text that is not short";
  ++g_payloads;
  return weft_error_new_payload(kText.data(), kText.size(), &g_payloads, &g_payloads,
                                [](void* p) { --*static_cast<int*>(p); });
}
World* failing() { return with_host(kCallsHost, fail, {WEFT_I32}, {WEFT_I32}); }
Outcome host_error(World& w) {
  const Outcome o = call(w, "go", 42);
  if (g_payloads != 0) return wrong("the error's payload was not finalized");
  if (!o.ok && o.trapped && o.code == WEFT_ERROR_HOST) return success();
  return o.ok ? wrong("no error") : o;
}

weft_error_t* leave(void*, weft_caller_t*, weft_raw_t*, size_t) { return weft_error_exit(7); }
World* exiting() { return with_host(kCallsHost, leave, {WEFT_I32}, {WEFT_I32}); }
Outcome exit_status(World& w) {
  const weft_extern_t go = w.get("go");
  weft_val_t result{};
  weft_trap_t* trap = nullptr;
  FAULTS_TRY(weft_func_call(w.store, go.of.func, nullptr, 0, &result, 1, &trap));
  if (trap == nullptr) return wrong("no exit");
  int32_t status = 0;
  if (weft_trap_exit_status(trap, &status) && status == 7) {
    weft_trap_delete(trap);
    return success();
  }
  return failed(trap);
}

weft_error_t* need_memory(void*, weft_caller_t*, weft_raw_t* cells, size_t) {
  delete[] new char[100];  // what a host function in C++ does; it may throw
  cells[0].i32 += 1;
  return nullptr;
}
World* greedy() { return with_host(kCallsHost, need_memory, {WEFT_I32}, {WEFT_I32}); }

// --- externref ---
constexpr std::string_view kExternref =
    R"((module (import "env" "f" (func $f (param externref) (result externref)))
  (table $t 10 externref) (global $g (mut externref) (ref.null extern))
  (func (export "go") (result i32) (local $n i32)
    (loop $again
      (table.set $t (i32.rem_u (local.get $n) (i32.const 10)) (call $f (global.get $g)))
      (global.set $g (table.get $t (i32.const 0)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 40))))
    (i32.const 42))))";

int g_values;  // the host's values that are alive
weft_error_t* new_value(void*, weft_caller_t* caller, weft_raw_t* cells, size_t) {
  weft_ref_t ref{};
  ++g_values;
  if (weft_error_t* error = weft_externref_new(
          weft_caller_store(caller), &g_values, [](void* p) { --*static_cast<int*>(p); }, &ref)) {
    --g_values;  // not taken
    return error;
  }
  cells[0].bits = ref.handle;
  return nullptr;
}
World* externrefs() { return with_host(kExternref, new_value, {WEFT_EXTERNREF}, {WEFT_EXTERNREF}); }
Outcome collect_values(World& w) {
  const Outcome o = go(w);
  weft_store_collect(w.store);
  if (g_values > 25) return wrong("the host's values were not collected");
  return o;
}

// --- ways to call ---
constexpr std::string_view kManyParams = R"((module
  (func (export "go") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (result i32 i32) (i32.add (local.get 0) (local.get 19)) (i32.const 1))))";
World* many_params() {
  auto* w = new World({}, kManyParams);
  w->instantiate();
  return w;
}
Outcome call_many(World& w) {
  weft_val_t args[20] = {};
  for (int i = 0; i < 20; ++i) {
    args[i].kind = WEFT_I32;
    args[i].of.i32 = i;
  }
  weft_val_t results[2] = {};
  weft_trap_t* trap = nullptr;
  FAULTS_TRY(weft_func_call(w.store, w.get("go").of.func, args, 20, results, 2, &trap));
  if (trap != nullptr) return failed(trap);
  return results[0].of.i32 == 19 ? success() : wrong("sum");
}
Outcome call_badly(World& w) {
  weft_val_t results[2] = {};
  weft_trap_t* trap = nullptr;
  weft_error_t* error = weft_func_call(w.store, w.get("go").of.func, nullptr, 0, results, 2, &trap);
  if (error == nullptr) return wrong("called");
  const weft_error_code_t code = weft_error_code(error);
  Outcome o = failed(error);
  return code == WEFT_ERROR_BAD_ARGUMENT ? success() : o;
}
World* identity() {
  auto* w = new World({}, "(module (func (export \"go\") (param i32) (result i32) (local.get 0)))");
  w->instantiate();
  return w;
}
Outcome call_typed(World& w) {
  const weft_valkind_t i32 = WEFT_I32;
  weft_typed_func_t typed{};
  FAULTS_TRY(weft_func_typed(w.store, w.get("go").of.func, &i32, 1, &i32, 1, &typed));
  weft_raw_t cell{};
  cell.bits = 42;
  if (weft_trap_t* trap = weft_typed_call(w.store, typed, &cell, 1)) return failed(trap);
  weft_functype_t* type = nullptr;
  FAULTS_TRY(weft_func_type(w.store, w.get("go").of.func, &type));
  const weft_valkind_t* params = nullptr;
  const bool one = weft_functype_params(type, &params) == 1;
  weft_functype_delete(type);
  return cell.i32 == 42 && one ? success() : wrong("result");
}

Outcome backtrace_text(World& w) {
  weft_val_t result{};
  weft_trap_t* trap = nullptr;
  FAULTS_TRY(weft_func_call(w.store, w.get("trap").of.func, nullptr, 0, &result, 0, &trap));
  if (trap == nullptr) return wrong("no trap");
  weft_bytes_t text = weft_trap_backtrace(trap);
  weft_bytes_delete(&text);
  return failed(trap);
}

// --- WASI ---
constexpr std::string_view kWasi = R"((module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_readdir" (func $readdir (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\05\00\00\00") (data (i32.const 16) "hello.")
  (func (export "go") (result i32) (local $e i32)
    (local.set $e (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (local.set $e (i32.or (local.get $e) (call $args (i32.const 100) (i32.const 104))))
    (if (i32.eqz (call $open (i32.const 3) (i32.const 0) (i32.const 21) (i32.const 1) (i32.const 2)
          (i64.const 16384) (i64.const 0) (i32.const 0) (i32.const 200)))
      (then
        (drop (call $readdir (i32.load (i32.const 200)) (i32.const 1024) (i32.const 1024) (i64.const 0) (i32.const 204)))
        (drop (call $close (i32.load (i32.const 200)))))
      (else (local.set $e (i32.const 48))))
    (local.get $e))))";
World* wasi() { return new World({}, kWasi); }
Outcome run_wasi(World& w) {
  weft_wasi_config_t* config = weft_wasi_config_new();
  weft_wasi_arg(config, "an argument that is not short at all", 36);
  weft_wasi_env(config, "KEY", 3, "value", 5);
  weft_wasi_preopen(config, "docs", "/docs", true);
  weft_wasi_output(
      config, 1, [](void*, const uint8_t*, size_t size) { return static_cast<ptrdiff_t>(size); },
      nullptr);
  FAULTS_TRY(weft_store_set_wasi(w.store, config));
  weft_linker_t* linker = weft_linker_new(w.engine);
  weft_error_t* error = weft_linker_wasi(linker);
  weft_trap_t* trap = nullptr;
  if (error == nullptr)
    error = weft_linker_instantiate(linker, w.store, w.module, &w.instance, &trap);
  weft_linker_delete(linker);
  if (error != nullptr) return failed(error);
  if (trap != nullptr) return failed(trap);
  weft_val_t result{};
  FAULTS_TRY(weft_func_call(w.store, w.get("go").of.func, nullptr, 0, &result, 1, &trap));
  if (trap != nullptr) return failed(trap);
  if (result.of.i32 == 0) return success();
  Outcome o = wrong("WASI gave an errno");
  constexpr int kNomem = 48;
  if (result.of.i32 == kNomem) {  // that is how WASI says it
    o.code = WEFT_ERROR_OUT_OF_MEMORY;
    std::strcpy(o.text, "ENOMEM");
  }
  return o;
}

}  // namespace

std::vector<Scenario> hosts() {
  return {
      {"call a host function", plain_host, go},
      {"call the guest from a host function", nested, go},
      {"trap inside a host function", nested_trap, go, 1},
      {"fail in a host function", failing, host_error},
      {"exit in a host function", exiting, exit_status},
      {"allocate in a host function", greedy, go},
      {"hand over externrefs", externrefs, collect_values},
      {"call with many parameters", many_params, call_many},
      {"call with wrong parameters", many_params, call_badly},
      {"call typed", identity, call_typed},
      {"read a backtrace", plain_host, backtrace_text, 1},
      {"run with WASI", wasi, run_wasi},
  };
}

}  // namespace faults
