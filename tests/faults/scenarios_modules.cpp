// Making engines, stores and modules; describing modules.
#include <cstring>

#include "scenario.hpp"

namespace faults {
namespace {

constexpr std::string_view kRich = R"((module $rich
  (type $point (sub (struct (field $x i32) (field (mut (ref null $point))))))
  (type $point3 (sub $point (struct (field $x i32) (field (mut (ref null $point))) (field f64))))
  (rec (type $a (array (mut (ref null $b)))) (type $b (struct (field (ref null $a)))))
  (type $binary (func (param i32 i32) (result i32)))
  (import "env" "log" (func $log (param i32)))
  (memory $m 1 4)
  (table $t 4 8 funcref)
  (global $g (mut i64) (i64.const 7))
  (global $p (ref $point) (struct.new $point (i32.const 3) (ref.null $point)))
  (tag $oops (param i32))
  (elem (table $t) (i32.const 0) func $add $sub)
  (elem $lazy funcref (ref.func $add) (ref.null func))
  (data (i32.const 8) "hello")
  (data $later "later")
  (func $add (export "add") (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $sub (export "sub") (type $binary) (i32.sub (local.get 0) (local.get 1)))
  (func (export "apply") (param $f i32) (param $x i32) (param $y i32) (result i32)
    (call_indirect $t (type $binary) (local.get $x) (local.get $y) (local.get $f)))
  (func (export "try") (param i32) (result i32)
    (block $caught (result i32)
      (try_table (result i32) (catch $oops $caught)
        (if (local.get 0) (then (throw $oops (local.get 0))))
        (i32.const 1))))
  (func (export "loop") (param i32) (result i32) (local $s i32)
    (loop $again
      (local.set $s (i32.add (local.get $s) (local.get 0)))
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br_if $again (local.get 0)))
    (block (block (block (br_table 0 1 2 (local.get $s)))))
    (local.get $s))
  (func (export "vector") (result v128) (i32x4.add (v128.const i32x4 1 2 3 4) (i32x4.splat (i32.const 1))))
  (func (export "cast") (param (ref null any)) (result i32) (ref.test (ref $point3) (local.get 0)))
  (export "memory" (memory $m)) (export "table" (table $t)) (export "g" (global $g)) (export "oops" (tag $oops))
))";

Outcome compile(World& w, const uint8_t* bytes, size_t size) {
  weft_module_t* module = nullptr;
  FAULTS_TRY(weft_module_new(w.engine, bytes, size, &module));
  const bool whole =
      weft_module_export_count(module) == 11 && weft_module_import_count(module) == 1;
  weft_module_delete(module);
  return whole ? success() : wrong("the module's exports");
}
Outcome compile_bytes(World& w) { return compile(w, w.bytes.data(), w.bytes.size()); }
Outcome compile_text(World& w) {
  return compile(w, reinterpret_cast<const uint8_t*>(w.text.data()), w.text.size());
}

Outcome text_to_bytes(World& w) {
  weft_bytes_t out{};
  FAULTS_TRY(weft_wat_to_wasm(w.text.data(), w.text.size(), &out));
  const bool same =
      out.size == w.bytes.size() && std::memcmp(out.data, w.bytes.data(), out.size) == 0;
  weft_bytes_delete(&out);
  return same ? success() : wrong("other bytes");
}

Outcome refuse_text(World& w) {
  constexpr std::string_view kText = "(module (func (i32.const nope)))";
  weft_bytes_t out{};
  weft_error_t* error = weft_wat_to_wasm(kText.data(), kText.size(), &out);
  if (error == nullptr) return wrong("accepted");
  const weft_error_code_t code = weft_error_code(error);
  Outcome o = failed(error);
  static_cast<void>(w);
  return code == WEFT_ERROR_MALFORMED ? success() : o;
}

Outcome refuse_bytes(World& w) {
  weft_module_t* module = nullptr;
  weft_error_t* error = weft_module_new(w.engine, w.bytes.data(), w.bytes.size() - 3, &module);
  if (error == nullptr) return wrong("accepted");
  const weft_error_code_t code = weft_error_code(error);
  Outcome o = failed(error);
  return code == WEFT_ERROR_MALFORMED ? success() : o;
}

// (module (func (result i32) i64.const 0)): invalid.
constexpr uint8_t kInvalid[] = {0,    'a', 's', 'm', 1, 0,  0, 0, 1, 5, 1,    0x60, 0,   1,
                                0x7f, 3,   2,   1,   0, 10, 6, 1, 4, 0, 0x42, 0,    0x0b};
Outcome refuse_invalid(World& w) {
  weft_module_t* module = nullptr;
  weft_error_t* error = weft_module_new(w.engine, kInvalid, sizeof(kInvalid), &module);
  if (error == nullptr) return wrong("accepted");
  const weft_error_code_t code = weft_error_code(error);
  Outcome o = failed(error);
  return code == WEFT_ERROR_INVALID ? success() : o;
}

Outcome validate(World& w) {
  FAULTS_TRY(weft_module_validate(w.engine, w.bytes.data(), w.bytes.size()));
  return success();
}

Outcome make_engine(World&) {
  weft_config_t* config = weft_config_new();
  weft_error_t* error = weft_config_set(config, "fuel", 1);
  if (error == nullptr) error = weft_config_set(config, "epochs", 1);
  if (error == nullptr) error = weft_config_feature(config, "simd", false);
  if (error != nullptr) {
    weft_config_delete(config);
    return failed(error);
  }
  weft_engine_t* engine = nullptr;
  FAULTS_TRY(weft_engine_new(config, &engine));
  weft_engine_delete(engine);
  return success();
}

Outcome refuse_option(World&) {
  weft_config_t* config = weft_config_new();
  weft_error_t* error = weft_config_set(config, "no such option", 1);
  const weft_error_code_t code = error != nullptr ? weft_error_code(error) : WEFT_ERROR_HOST;
  weft_config_delete(config);
  if (error == nullptr) return wrong("accepted");
  Outcome o = failed(error);
  return code == WEFT_ERROR_BAD_CONFIG ? success() : o;
}

Outcome make_store(World& w) {
  weft_store_t* store = nullptr;
  static int finalized;
  finalized = 0;
  weft_error_t* error =
      weft_store_new(w.engine, &finalized, [](void* p) { ++*static_cast<int*>(p); }, &store);
  if (error == nullptr) weft_store_delete(store);
  if (finalized != 1) {
    if (error != nullptr) weft_error_delete(error);
    return wrong("the finalizer of the store's data did not run once");
  }
  return error == nullptr ? success() : failed(error);
}

Outcome describe(World& w) {
  weft_module_t* module = nullptr;
  FAULTS_TRY(weft_module_new(w.engine, w.bytes.data(), w.bytes.size(), &module));
  weft_module_t* const clone = weft_module_clone(module);
  weft_module_delete(module);
  const weft_import_desc_t import = weft_module_import(clone, 0);
  const weft_export_desc_t first = weft_module_export(clone, 0);
  // What cannot be told is empty, for want of memory only.
  const bool told = import.type.size != 0 && first.type.size != 0;
  const bool right = !told || std::string_view(first.type.data, first.type.size) ==
                                  "(func (param i32 i32) (result i32))";
  weft_module_delete(clone);
  if (!right) return wrong("description");
  if (told) return success();
  Outcome o;
  o.ok = false;
  o.code = WEFT_ERROR_OUT_OF_MEMORY;
  return o;
}

Outcome inspect(World& w) {
  for (const uint32_t what : {WEFT_INSPECT_SECTIONS, WEFT_INSPECT_IMPORTS, WEFT_INSPECT_EXPORTS,
                              WEFT_INSPECT_NAMES, WEFT_INSPECT_BYTECODE}) {
    weft_bytes_t out{};
    FAULTS_TRY(weft_module_inspect(w.module, what, UINT32_MAX, &out));
    const bool empty = out.size == 0;
    weft_bytes_delete(&out);
    if (empty) return wrong("nothing inspected");
  }
  return success();
}

/// Two modules with equal types: the second finds those of the first.
Outcome types_twice(World& w) {
  FAULTS_PASS(compile_bytes(w));
  return compile_bytes(w);
}

/// A module of more than two megabytes of code, so that threads validate it.
World* big() {
  auto* w = new World({{"parallelism", 3}}, "");
  const auto leb = [&](uint32_t v) {
    for (int i = 0; i < 4; ++i, v >>= 7) w->bytes.push_back(static_cast<uint8_t>(v & 0x7f) | 0x80);
    w->bytes.push_back(static_cast<uint8_t>(v));
  };
  constexpr uint32_t kFuncs = 130;
  constexpr uint32_t kNops = 20000;
  w->bytes = {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3};
  leb(5 + kFuncs);
  leb(kFuncs);
  w->bytes.insert(w->bytes.end(), kFuncs, 0);
  w->bytes.push_back(10);
  leb(5 + kFuncs * (5 + kNops + 2));
  leb(kFuncs);
  for (uint32_t i = 0; i < kFuncs; ++i) {
    leb(kNops + 2);
    w->bytes.push_back(0);
    w->bytes.insert(w->bytes.end(), kNops, 1);
    w->bytes.push_back(0x0b);
  }
  return w;
}

World* plain() { return new World({}, kRich); }
World* eager() { return new World({{"translation", 0}}, kRich); }
World* deferred() { return new World({{"translation", 2}}, kRich); }
World* checked() {
  return new World({{"translation", 0}, {"signals", 0}, {"fuel", 1}, {"epochs", 1}}, kRich);
}

}  // namespace

std::vector<Scenario> modules() {
  return {
      {"make an engine", plain, make_engine},
      {"refuse an option", plain, refuse_option},
      {"make a store", plain, make_store},
      {"compile bytes, lazily", plain, compile_bytes},
      {"compile bytes, eagerly", eager, compile_bytes},
      {"compile bytes, eagerly, checked and counted", checked, compile_bytes},
      {"compile bytes, deferred", deferred, compile_bytes},
      {"compile text", plain, compile_text},
      {"text to bytes", plain, text_to_bytes},
      {"refuse text", plain, refuse_text},
      {"refuse malformed bytes", plain, refuse_bytes},
      {"refuse an invalid module", plain, refuse_invalid},
      {"validate", plain, validate},
      {"validate on threads", big, validate},
      {"describe imports and exports", plain, describe},
      {"inspect", plain, inspect},
      {"intern types twice", plain, types_twice},
  };
}

}  // namespace faults
