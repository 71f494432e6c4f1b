// Linking, instantiating, memories, tables, globals.
#include <cstring>

#include "scenario.hpp"

namespace faults {
namespace {

Outcome instantiate(World& w) {
  weft_instance_t instance{};
  weft_trap_t* trap = nullptr;
  FAULTS_TRY(weft_instance_new(w.store, w.module, nullptr, 0, &instance, &trap));
  if (trap != nullptr) return failed(trap);
  w.instance = instance;
  return success();
}

/// Instantiates and calls "check", which must give 42.
Outcome instantiate_and_check(World& w) {
  FAULTS_PASS(instantiate(w));
  return call(w, "check", 42);
}

World* small() {
  return new World({}, "(module (func (export \"check\") (result i32) (i32.const 42)))");
}

World* segments() {
  return new World({}, R"((module
    (memory 1) (table $t 10 funcref) (table $u 3 (ref null any))
    (global $g (mut i32) (i32.const 0))
    (type $s (struct (field i32)))
    (type $arr (array (ref null $s)))
    (global $objects (ref $arr) (array.new_fixed $arr 2 (struct.new $s (i32.const 1)) (struct.new $s (i32.const 41))))
    (elem (table $t) (i32.const 2) func $one $two $one)
    (elem (table $u) (i32.const 0) (ref null any) (item (struct.new $s (i32.const 9))) (item (ref.i31 (i32.const 3))))
    (elem $passive funcref (item (ref.func $one)) (item (ref.func $two)))
    (elem $indices func $two $one)
    (data (i32.const 0) "\2a") (data $d "xyz")
    (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 41))
    (func (export "check") (result i32)
      (table.init $t $passive (i32.const 6) (i32.const 0) (i32.const 2))
      (table.init $t $indices (i32.const 8) (i32.const 0) (i32.const 2))
      (memory.init $d (i32.const 100) (i32.const 0) (i32.const 3))
      (data.drop $d) (elem.drop $indices) (elem.drop $passive)
      (i32.add (call_indirect $t (result i32) (i32.const 8)) (call_indirect $t (result i32) (i32.const 6))))))");
}

World* image() {
  std::string wat = "(module (memory 4) (data (i32.const 0) \"";
  for (int i = 0; i < 70000; ++i) wat += '*';
  wat += "\") (func (export \"check\") (result i32) (i32.load8_u (i32.const 69999))))";
  return new World({}, wat);
}

World* sixty_memories() {
  std::string wat = "(module ";
  for (int i = 0; i < 12; ++i) wat += "(memory 1 2) (table 2 4 funcref)";
  wat +=
      "(func (export \"check\") (result i32) (i32.store $x (i32.const 0) (i32.const 42)) (i32.load "
      "$x (i32.const 0)))"
      "(memory $x 1))";
  return new World({}, wat);
}
World* checked_memories() {
  return new World({{"signals", 0}},
                   "(module (memory 1 2) (memory i64 1 2) (func (export \"check\") (result i32) "
                   "(i32.const 42)))");
}

World* start_runs() {
  return new World({}, R"((module (global $g (mut i32) (i32.const 0))
    (func $start (global.set $g (i32.const 42))) (start $start)
    (func (export "check") (result i32) (global.get $g))))");
}
World* start_traps() { return new World({}, "(module (func $start unreachable) (start $start))"); }
World* active_segment_traps() {
  return new World({}, "(module (memory 1) (data (i32.const 65530) \"0123456789\"))");
}

Outcome unlinkable(World& w) {
  weft_linker_t* linker = weft_linker_new(w.engine);
  weft_instance_t out{};
  weft_trap_t* trap = nullptr;
  weft_error_t* error = weft_linker_instantiate(linker, w.store, w.module, &out, &trap);
  weft_linker_delete(linker);
  if (error == nullptr) return wrong("linked");
  const weft_error_code_t code = weft_error_code(error);
  Outcome o = failed(error);
  return code == WEFT_ERROR_UNLINKABLE ? success() : o;
}

weft_error_t* add_host(void*, weft_caller_t*, weft_raw_t* cells, size_t) {
  cells[0].i32 = cells[0].i32 + 1;
  return nullptr;
}

World* imports() {
  return new World({}, R"((module
    (import "env" "f" (func $f (param i32) (result i32)))
    (import "env" "t" (table 1 funcref)) (import "env" "m" (memory 1)) (import "env" "g" (global i32))
    (func (export "check") (result i32) (i32.add (call $f (global.get 0)) (i32.const 31)))))");
}

struct Imports {
  weft_extern_t externs[4];
};

/// Makes one of each kind; the function's environment counts how often it was finalized.
Outcome make_imports(World& w, Imports& out, int* finalized) {
  const weft_valkind_t i32 = WEFT_I32;
  weft_functype_t* type = weft_functype_new(&i32, 1, &i32, 1);
  for (weft_extern_t& e : out.externs) e = {};
  out.externs[0].kind = WEFT_EXTERN_FUNC;
  weft_error_t* error = weft_func_new(
      w.store, type, add_host, finalized, [](void* p) { ++*static_cast<int*>(p); },
      &out.externs[0].of.func);
  weft_functype_delete(type);
  if (error != nullptr) return failed(error);
  weft_val_t null{};
  null.kind = WEFT_FUNCREF;
  out.externs[1].kind = WEFT_EXTERN_TABLE;
  FAULTS_TRY(
      weft_table_new(w.store, WEFT_FUNCREF, 1, UINT64_MAX, false, &null, &out.externs[1].of.table));
  out.externs[2].kind = WEFT_EXTERN_MEMORY;
  FAULTS_TRY(weft_memory_new(w.store, 1, UINT64_MAX, false, false, &out.externs[2].of.memory));
  weft_val_t ten{};
  ten.kind = WEFT_I32;
  ten.of.i32 = 10;
  out.externs[3].kind = WEFT_EXTERN_GLOBAL;
  FAULTS_TRY(weft_global_new(w.store, WEFT_I32, false, &ten, &out.externs[3].of.global));
  return success();
}

Outcome instantiate_imports(World& w) {
  Imports imports;
  static int finalized;
  FAULTS_PASS(make_imports(w, imports, &finalized));
  weft_trap_t* trap = nullptr;
  FAULTS_TRY(weft_instance_new(w.store, w.module, imports.externs, 4, &w.instance, &trap));
  if (trap != nullptr) return failed(trap);
  return call(w, "check", 42);
}

Outcome link_items(World& w) {
  Imports imports;
  static int finalized;
  FAULTS_PASS(make_imports(w, imports, &finalized));
  weft_linker_t* linker = weft_linker_new(w.engine);
  weft_error_t* error = nullptr;
  constexpr const char* kNames[] = {"f", "t", "m", "g"};
  for (int i = 0; i < 4 && error == nullptr; ++i)
    error = weft_linker_define(linker, w.store, "env", 3, kNames[i], 1, &imports.externs[i]);
  weft_trap_t* trap = nullptr;
  if (error == nullptr)
    error = weft_linker_instantiate(linker, w.store, w.module, &w.instance, &trap);
  weft_linker_delete(linker);
  if (error != nullptr) return failed(error);
  if (trap != nullptr) return failed(trap);
  return call(w, "check", 42);
}

World* one_import() {
  return new World({}, R"((module (import "env" "f" (func $f (param i32) (result i32)))
    (func (export "check") (result i32) (call $f (i32.const 41)))))");
}

Outcome link_host_function(World& w) {
  static int finalized;
  finalized = 0;
  const weft_valkind_t i32 = WEFT_I32;
  weft_linker_t* linker = weft_linker_new(w.engine);
  weft_functype_t* type = weft_functype_new(&i32, 1, &i32, 1);
  weft_error_t* error = weft_linker_func(linker, "env", 3, "f", 1, type, add_host, &finalized,
                                         [](void* p) { ++*static_cast<int*>(p); });
  weft_functype_delete(type);
  if (error != nullptr && finalized != 1) {
    weft_error_delete(error);
    weft_linker_delete(linker);
    return wrong("the refused function's environment was not finalized once");
  }
  weft_trap_t* trap = nullptr;
  if (error == nullptr)
    error = weft_linker_instantiate(linker, w.store, w.module, &w.instance, &trap);
  weft_linker_delete(linker);
  if (error != nullptr) return failed(error);
  if (trap != nullptr) return failed(trap);
  return call(w, "check", 42);
}

World* exporter() {
  auto* w = new World({}, R"((module
    (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (memory (export "m") 1) (table (export "t") 1 funcref) (global (export "g") i32 (i32.const 10))
    (tag (export "e"))))");
  w->instantiate();
  return w;
}

Outcome link_instance(World& w) {
  constexpr std::string_view kUser =
      R"((module (import "lib" "f" (func $f (param i32) (result i32)))
    (import "lib" "e" (tag)) (import "lib" "g" (global i32))
    (func (export "check") (result i32) (call $f (i32.const 41)))))";
  weft_linker_t* linker = weft_linker_new(w.engine);
  weft_error_t* error = weft_linker_instance(linker, w.store, "lib", 3, w.instance);
  weft_module_t* user = nullptr;
  if (error == nullptr) {
    error = weft_module_new(w.engine, reinterpret_cast<const uint8_t*>(kUser.data()), kUser.size(),
                            &user);
  }
  weft_trap_t* trap = nullptr;
  weft_instance_t instance{};
  if (error == nullptr) error = weft_linker_instantiate(linker, w.store, user, &instance, &trap);
  weft_linker_delete(linker);
  weft_module_delete(user);
  if (error != nullptr) return failed(error);
  if (trap != nullptr) return failed(trap);
  const weft_instance_t lib = w.instance;
  w.instance = instance;
  const Outcome o = call(w, "check", 42);
  w.instance = lib;
  return o;
}

// --- things of the host ---
Outcome memories(World& w) {
  weft_memory_t memory{};
  FAULTS_TRY(weft_memory_new(w.store, 1, 40, false, false, &memory));
  uint64_t old = 0;
  FAULTS_TRY(weft_memory_grow(w.store, memory, 30, &old));
  uint8_t* base = nullptr;
  uint64_t size = 0;
  FAULTS_TRY(weft_memory_data(w.store, memory, &base, &size));
  if (old != 1 || size != 31 * 65536) return wrong("size");
  base[size - 1] = 1;
  return success();
}

Outcome big_memory64(World& w) {
  weft_memory_t memory{};
  FAULTS_TRY(weft_memory_new(w.store, 1, UINT64_MAX, true, false, &memory));
  uint64_t old = 0;
  FAULTS_TRY(weft_memory_grow(w.store, memory, 100000, &old));  // beyond what was reserved: moves
  return success();
}

Outcome tables(World& w) {
  weft_val_t null{};
  null.kind = WEFT_EXTERNREF;
  weft_table_t table{};
  FAULTS_TRY(weft_table_new(w.store, WEFT_EXTERNREF, 2, 100000, false, &null, &table));
  uint64_t old = 0;
  FAULTS_TRY(weft_table_grow(w.store, table, 5000, &null, &old));
  weft_val_t value{};
  value.kind = WEFT_EXTERNREF;
  FAULTS_TRY(weft_externref_new(w.store, w.store, nullptr, &value.of.ref));
  FAULTS_TRY(weft_table_set(w.store, table, 5001, &value));
  weft_val_t got{};
  FAULTS_TRY(weft_table_get(w.store, table, 5001, &got));
  void* data = nullptr;
  FAULTS_TRY(weft_externref_get(w.store, got.of.ref, &data));
  return old == 2 && data == w.store ? success() : wrong("element");
}

Outcome globals(World& w) {
  weft_val_t value{};
  value.kind = WEFT_EXTERNREF;
  FAULTS_TRY(weft_externref_new(w.store, w.store, nullptr, &value.of.ref));
  weft_global_t global{};
  FAULTS_TRY(weft_global_new(w.store, WEFT_EXTERNREF, true, &value, &global));
  weft_val_t got{};
  FAULTS_TRY(weft_global_get(w.store, global, &got));
  FAULTS_TRY(weft_global_set(w.store, global, &got));
  return got.of.ref.handle == value.of.ref.handle ? success() : wrong("value");
}

Outcome shared_memories(World& w) {
  weft_shared_memory_t* shared = nullptr;
  FAULTS_TRY(weft_shared_memory_new(w.engine, 1, 10, false, &shared));
  weft_shared_memory_t* const clone = weft_shared_memory_clone(shared);
  weft_shared_memory_delete(shared);
  weft_memory_t memory{};
  weft_error_t* error = weft_memory_from_shared(w.store, clone, &memory);
  weft_shared_memory_delete(clone);
  if (error != nullptr) return failed(error);
  uint64_t old = 0;
  FAULTS_TRY(weft_memory_grow(w.store, memory, 3, &old));
  weft_shared_memory_t* again = nullptr;
  FAULTS_TRY(weft_memory_share(w.store, memory, &again));
  weft_shared_memory_delete(again);
  return old == 1 ? success() : wrong("size");
}

World* nothing() { return new World({}, "(module)"); }

}  // namespace

std::vector<Scenario> instances() {
  return {
      {"instantiate", small, instantiate_and_check},
      {"instantiate with segments", segments, instantiate_and_check},
      {"instantiate with an image", image, instantiate_and_check},
      {"instantiate many memories and tables", sixty_memories, instantiate_and_check},
      {"instantiate checked memories", checked_memories, instantiate_and_check},
      {"run a start function", start_runs, instantiate_and_check},
      {"trap in a start function", start_traps, instantiate, 1},
      {"trap in a segment", active_segment_traps, instantiate, 2},
      {"refuse to link", imports, unlinkable},
      {"instantiate with imports", imports, instantiate_imports},
      {"link items", imports, link_items},
      {"link a host function", one_import, link_host_function},
      {"link an instance", exporter, link_instance},
      {"make and grow memories", nothing, memories},
      {"move a 64-bit memory", nothing, big_memory64},
      {"make and grow tables", nothing, tables},
      {"make and set globals", nothing, globals},
      {"share memories", nothing, shared_memories},
  };
}

}  // namespace faults
