// The same through wasm.h: what cannot be had is a null pointer, an empty vector, false, or a trap
// that says so.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "../wasm_h/own.hpp"
#include "scenario.hpp"

namespace faults {
namespace {

using wasm_h::Engine;
using wasm_h::Func;
using wasm_h::FuncType;
using wasm_h::Instance;
using wasm_h::Module;
using wasm_h::Own;
using wasm_h::Ref;
using wasm_h::Store;
using wasm_h::Trap;

/// A vector on the stack.
template <class V, auto kDelete>
struct Vec {
  Vec() = default;
  ~Vec() { kDelete(&of); }
  Vec(const Vec&) = delete;
  Vec& operator=(const Vec&) = delete;
  V of{0, nullptr};
};
using Bytes = Vec<wasm_byte_vec_t, wasm_byte_vec_delete>;
using Externs = Vec<wasm_extern_vec_t, wasm_extern_vec_delete>;

/// wasm.h has no other words for it.
Outcome refused() {
  Outcome out;
  out.ok = false;
  out.code = WEFT_ERROR_OUT_OF_MEMORY;
  std::strcpy(out.text, "refused");
  return out;
}

Outcome failed(const wasm_trap_t* trap) {
  Outcome out = refused();
  out.trapped = true;
  out.trap_code = weft_trap_code(weft_wasm_trap(trap));
  const weft_str_t text = weft_trap_message(weft_wasm_trap(trap));
  const size_t size = std::min(text.size, sizeof(out.text) - 1);
  std::memcpy(out.text, text.data, size);
  out.text[size] = '\0';
  const weft_error_t* host = weft_trap_host_error(weft_wasm_trap(trap));
  out.code = host != nullptr ? weft_error_code(host) : WEFT_ERROR_HOST;
  return out;
}

int g_finalizers_due;  // of environments and host infos that were handed over
void finalize(void*) { --g_finalizers_due; }

/// Of wasm.h; the engine and store of weft.h that it comes with are only used to prepare.
class WasmWorld : public World {
 public:
  explicit WasmWorld(std::string_view wat) : World({}, wat) {
    of_wasm_h.reset(wasm_engine_new());
    here.reset(wasm_store_new(of_wasm_h.get()));
    if (!bytes.empty()) compiled.reset(wasm_module_new(here.get(), binary()));
  }

  ~WasmWorld() override {
    here.reset();
    if (g_finalizers_due == 0) return;
    std::fprintf(stderr, "%d finalizers did not run, or more than once\n", g_finalizers_due);
    std::abort();
  }

  const wasm_byte_vec_t* binary() {
    // SAFETY: characters are bytes; nobody writes to them.
    view_ = {bytes.size(), reinterpret_cast<char*>(bytes.data())};
    return &view_;
  }

  Engine of_wasm_h;
  Store here;
  Module compiled;

 private:
  wasm_byte_vec_t view_{};
};
WasmWorld& wasm(World& w) { return static_cast<WasmWorld&>(w); }

// --- engines, stores, types ---
World* nothing() { return new WasmWorld(""); }

Outcome make_store(World&) {
  wasm_config_t* config = wasm_config_new();
  const Engine engine(wasm_engine_new_with_config(config));
  if (engine == nullptr) return refused();
  const Store store(wasm_store_new(engine.get()));
  return store != nullptr ? success() : refused();
}

/// (i32, i64) -> (externref); null if there is no memory.
FuncType some_type() {
  constexpr wasm_valkind_t kParams[] = {WASM_I32, WASM_I64};
  Vec<wasm_valtype_vec_t, wasm_valtype_vec_delete> params;
  Vec<wasm_valtype_vec_t, wasm_valtype_vec_delete> results;
  wasm_valtype_vec_new_uninitialized(&params.of, 2);
  wasm_valtype_vec_new_uninitialized(&results.of, 1);
  if (params.of.size != 2 || results.of.size != 1) return nullptr;
  for (size_t i = 0; i < 2; ++i) params.of.data[i] = wasm_valtype_new(kParams[i]);
  results.of.data[0] = wasm_valtype_new(WASM_EXTERNREF);
  if (params.of.data[0] == nullptr || params.of.data[1] == nullptr || results.of.data[0] == nullptr)
    return nullptr;
  return FuncType(wasm_functype_new(&params.of, &results.of));
}

bool is_whole(const wasm_functype_t* type) {
  const wasm_valtype_vec_t* params = wasm_functype_params(type);
  const wasm_valtype_vec_t* results = wasm_functype_results(type);
  return params->size == 2 && results->size == 1 &&
         wasm_valtype_kind(params->data[0]) == WASM_I32 &&
         wasm_valtype_kind(params->data[1]) == WASM_I64 &&
         wasm_valtype_kind(results->data[0]) == WASM_EXTERNREF;
}

Outcome copy_types(World&) {
  const FuncType type = some_type();
  if (type == nullptr) return refused();
  const FuncType copy(wasm_functype_copy(type.get()));
  if (copy == nullptr) return refused();
  if (!is_whole(copy.get())) return wrong("half a type");
  Bytes from;
  Bytes name;
  wasm_name_new_from_string(&from.of, "a module's name");
  wasm_name_new_from_string(&name.of, "an import's name");
  if (from.of.size == 0 || name.of.size == 0) return refused();
  wasm_externtype_t* imported = wasm_externtype_copy(wasm_functype_as_externtype_const(copy.get()));
  if (imported == nullptr) return refused();
  const Own<wasm_importtype_t, wasm_importtype_delete> import(
      wasm_importtype_new(&from.of, &name.of, imported));
  if (import == nullptr) return refused();
  const Own<wasm_importtype_t, wasm_importtype_delete> again(wasm_importtype_copy(import.get()));
  if (again == nullptr) return refused();
  if (wasm_importtype_name(again.get())->size == 0) return wrong("an import type without a name");
  return is_whole(wasm_externtype_as_functype_const(wasm_importtype_type(again.get())))
             ? success()
             : wrong("half an import type");
}

// --- modules and instances ---
constexpr std::string_view kModule = R"((module
  (import "env" "the function of the host" (func $f (param i32 i64) (result externref)))
  (memory (export "memory") 1 4)
  (table (export "a table of references") 2 8 externref)
  (global (export "global") (mut externref) (ref.null extern))
  (func (export "go") (param i32) (result externref externref) (call $f (local.get 0) (i64.const 7)) (global.get 0))
  (func (export "trap") (unreachable))))";
World* module_world() { return new WasmWorld(kModule); }

Outcome modules_to_and_fro(World& world) {
  WasmWorld& w = wasm(world);
  const Module module(wasm_module_new(w.here.get(), w.binary()));
  if (module == nullptr) return refused();
  Bytes serialized;
  wasm_module_serialize(module.get(), &serialized.of);
  if (serialized.of.size == 0) return refused();
  const Module second(wasm_module_deserialize(w.here.get(), &serialized.of));
  if (second == nullptr) return refused();
  const Own<wasm_shared_module_t, wasm_shared_module_delete> shared(
      wasm_module_share(second.get()));
  if (shared == nullptr) return refused();
  const Module third(wasm_module_obtain(w.here.get(), shared.get()));
  if (third == nullptr) return refused();
  const Module copy(wasm_module_copy(third.get()));
  return copy != nullptr ? success() : refused();
}

Outcome list_types(World& w) {
  Vec<wasm_importtype_vec_t, wasm_importtype_vec_delete> imports;
  wasm_module_imports(wasm(w).compiled.get(), &imports.of);
  if (imports.of.size == 0) return refused();
  Vec<wasm_exporttype_vec_t, wasm_exporttype_vec_delete> exports;
  wasm_module_exports(wasm(w).compiled.get(), &exports.of);
  if (exports.of.size == 0) return refused();
  if (imports.of.size != 1 || exports.of.size != 5) return wrong("too few");
  Vec<wasm_exporttype_vec_t, wasm_exporttype_vec_delete> copies;
  wasm_exporttype_vec_copy(&copies.of, &exports.of);
  if (copies.of.size == 0) return refused();
  for (size_t i = 0; i < copies.of.size; ++i) {
    const wasm_exporttype_t* type = copies.of.data[i];
    if (wasm_exporttype_name(type)->size == 0 || wasm_exporttype_type(type) == nullptr)
      return wrong("half a type");
  }
  return success();
}

wasm_trap_t* give_foreign(void* env, const wasm_val_vec_t*, wasm_val_vec_t* results) {
  auto* store = static_cast<wasm_store_t*>(env);
  wasm_foreign_t* foreign = wasm_foreign_new(store);
  if (foreign == nullptr) {
    const wasm_message_t message{sizeof("no foreign object"),
                                 const_cast<char*>("no foreign object")};
    return wasm_trap_new(store, &message);
  }
  results->data[0].kind = WASM_EXTERNREF;
  results->data[0].of.ref = wasm_foreign_as_ref(foreign);
  return nullptr;
}

Func host_func(WasmWorld& w, wasm_func_callback_with_env_t callback) {
  const FuncType type = some_type();
  if (type == nullptr) return nullptr;
  ++g_finalizers_due;
  wasm_store_t* store = w.here.get();
  return Func(wasm_func_new_with_env(store, type.get(), callback, store, finalize));
}

/// The exports, or why there are none.
Outcome instantiate(WasmWorld& w, wasm_func_callback_with_env_t callback, Externs& exports) {
  const Func host = host_func(w, callback);
  if (host == nullptr) return refused();
  wasm_extern_t* import = wasm_func_as_extern(host.get());
  const wasm_extern_vec_t imports{1, &import};
  wasm_trap_t* trap = nullptr;
  const Instance instance(wasm_instance_new(w.here.get(), w.compiled.get(), &imports, &trap));
  const Trap owned(trap);
  if (trap != nullptr) return failed(trap);
  if (instance == nullptr) return refused();
  wasm_instance_exports(instance.get(), &exports.of);
  if (exports.of.size == 0) return refused();
  if (exports.of.size != 5) return wrong("too few exports");
  for (size_t i = 0; i < exports.of.size; ++i) {
    if (exports.of.data[i] == nullptr) return wrong("half an instance");
  }
  return success();
}

Outcome call_for_references(World& world) {
  WasmWorld& w = wasm(world);
  Externs exports;
  FAULTS_PASS(instantiate(w, give_foreign, exports));
  const wasm_val_t arg = WASM_I32_VAL(1);
  const wasm_val_vec_t args{1, const_cast<wasm_val_t*>(&arg)};
  wasm_val_t results[2] = {WASM_INIT_VAL, WASM_INIT_VAL};
  wasm_val_vec_t out{2, results};
  const wasm_func_t* go = wasm_extern_as_func_const(exports.of.data[3]);
  if (const Trap trap{wasm_func_call(go, &args, &out)}; trap != nullptr) {
    const Outcome o = failed(trap.get());
    // What the callback says when it has no object to give.
    return std::strcmp(o.text, "no foreign object") == 0 ? refused() : o;
  }
  wasm_val_t copies[2] = {WASM_INIT_VAL, WASM_INIT_VAL};
  wasm_val_copy(&copies[0], &results[0]);
  const bool is_copied = copies[0].of.ref != nullptr;
  const bool is_foreign = wasm_ref_as_foreign(results[0].of.ref) != nullptr;
  const bool is_same = !is_copied || wasm_ref_same(copies[0].of.ref, results[0].of.ref);
  wasm_val_delete(&copies[0]);
  for (wasm_val_t& v : results) wasm_val_delete(&v);
  if (!is_foreign || !is_same) return wrong("not what the host gave");
  return is_copied ? success() : refused();
}

wasm_trap_t* give_trap(void* env, const wasm_val_vec_t*, wasm_val_vec_t*) {
  constexpr char kText[] = "the host says no, in a text that is not short";
  const wasm_message_t message{sizeof(kText), const_cast<char*>(kText)};
  return wasm_trap_new(static_cast<wasm_store_t*>(env), &message);
}

Outcome trap_of_host(World& world) {
  WasmWorld& w = wasm(world);
  Externs exports;
  FAULTS_PASS(instantiate(w, give_trap, exports));
  const wasm_val_t arg = WASM_I32_VAL(1);
  const wasm_val_vec_t args{1, const_cast<wasm_val_t*>(&arg)};
  const Trap trap(wasm_func_call(wasm_extern_as_func_const(exports.of.data[3]), &args, nullptr));
  if (trap == nullptr) return wrong("no trap");
  Bytes message;
  wasm_trap_message(trap.get(), &message.of);
  if (message.of.size == 0) return refused();
  if (std::strstr(message.of.data, "the host says no") == nullptr) return refused();
  Vec<wasm_frame_vec_t, wasm_frame_vec_delete> frames;
  wasm_trap_trace(trap.get(), &frames.of);
  if (frames.of.size == 0) return refused();
  const Own<wasm_frame_t, wasm_frame_delete> origin(wasm_trap_origin(trap.get()));
  return origin == nullptr || frames.of.data[0] != nullptr ? success() : wrong("half a backtrace");
}

Outcome trap_of_guest(World& world) {
  WasmWorld& w = wasm(world);
  Externs exports;
  FAULTS_PASS(instantiate(w, give_trap, exports));
  const Trap trap(wasm_func_call(wasm_extern_as_func_const(exports.of.data[4]), nullptr, nullptr));
  if (trap == nullptr) return wrong("no trap");
  const Trap copy(wasm_trap_copy(trap.get()));
  if (copy == nullptr) return refused();
  return weft_wasm_trap(copy.get()) == nullptr ? refused() : failed(copy.get());
}

// --- globals, tables, memories ---
Outcome objects(World& world) {
  WasmWorld& w = wasm(world);
  Externs exports;
  FAULTS_PASS(instantiate(w, give_foreign, exports));
  wasm_memory_t* memory = wasm_extern_as_memory(exports.of.data[0]);
  wasm_table_t* table = wasm_extern_as_table(exports.of.data[1]);
  wasm_global_t* global = wasm_extern_as_global(exports.of.data[2]);
  if (!wasm_memory_grow(memory, 1)) return refused();
  const Own<wasm_foreign_t, wasm_foreign_delete> foreign(wasm_foreign_new(w.here.get()));
  if (foreign == nullptr) return refused();
  if (!wasm_table_set(table, 1, wasm_foreign_as_ref(foreign.get()))) return refused();
  if (!wasm_table_grow(table, 3, wasm_foreign_as_ref(foreign.get()))) return refused();
  const Ref element(wasm_table_get(table, 4));
  if (element == nullptr) return refused();
  const wasm_val_t value = WASM_REF_VAL(element.get());
  wasm_global_set(global, &value);
  wasm_val_t read = WASM_INIT_VAL;
  wasm_global_get(global, &read);
  const Ref held(read.of.ref);
  if (held == nullptr) return refused();
  if (!wasm_ref_same(held.get(), wasm_foreign_as_ref(foreign.get())))
    return wrong("another object");
  ++g_finalizers_due;
  wasm_table_set_host_info_with_finalizer(table, nullptr, finalize);
  const Own<wasm_tabletype_t, wasm_tabletype_delete> type(wasm_table_type(table));
  return type != nullptr ? success() : refused();
}

Outcome new_objects(World& world) {
  wasm_store_t* store = wasm(world).here.get();
  const wasm_limits_t limits{1, 8};
  const Own<wasm_memorytype_t, wasm_memorytype_delete> memory_type(wasm_memorytype_new(&limits));
  if (memory_type == nullptr) return refused();
  const Own<wasm_memory_t, wasm_memory_delete> memory(wasm_memory_new(store, memory_type.get()));
  if (memory == nullptr) return refused();
  const Own<wasm_tabletype_t, wasm_tabletype_delete> table_type(
      wasm_tabletype_new(wasm_valtype_new(WASM_FUNCREF), &limits));
  if (table_type == nullptr) return refused();
  const Own<wasm_table_t, wasm_table_delete> table(
      wasm_table_new(store, table_type.get(), nullptr));
  if (table == nullptr) return refused();
  const Own<wasm_globaltype_t, wasm_globaltype_delete> global_type(
      wasm_globaltype_new(wasm_valtype_new(WASM_I64), WASM_VAR));
  if (global_type == nullptr) return refused();
  const wasm_val_t seven = WASM_I64_VAL(7);
  if (wasm_valtype_kind(wasm_globaltype_content(global_type.get())) != WASM_I64)
    return refused();  // wasm_globaltype_new was given no type
  const Own<wasm_global_t, wasm_global_delete> global(
      wasm_global_new(store, global_type.get(), &seven));
  return global != nullptr ? success() : refused();
}

// --- objects of the guest, by names ---
constexpr std::string_view kObjects = R"((module
  (type $s (struct (field i32)))
  (func (export "make") (param i32) (result anyref) (struct.new $s (local.get 0)))
  (func (export "read") (param anyref) (result i32) (struct.get $s 0 (ref.cast (ref $s) (local.get 0))))))";
World* guest_objects() { return new WasmWorld(kObjects); }
Outcome keep_objects(World& world) {
  WasmWorld& w = wasm(world);
  wasm_trap_t* trap = nullptr;
  const wasm_extern_vec_t none{0, nullptr};
  const Instance instance(wasm_instance_new(w.here.get(), w.compiled.get(), &none, &trap));
  const Trap owned(trap);
  if (trap != nullptr) return failed(trap);
  if (instance == nullptr) return refused();
  Externs exports;
  wasm_instance_exports(instance.get(), &exports.of);
  if (exports.of.size != 2) return refused();
  Ref names[12];
  for (int32_t i = 0; i < 12; ++i) {
    wasm_val_t arg = WASM_I32_VAL(i);
    const wasm_val_vec_t args{1, &arg};
    wasm_val_t result = WASM_INIT_VAL;
    wasm_val_vec_t results{1, &result};
    const Trap failure(
        wasm_func_call(wasm_extern_as_func_const(exports.of.data[0]), &args, &results));
    if (failure != nullptr) return failed(failure.get());
    names[i].reset(result.of.ref);
  }
  wasm_val_t arg{.kind = WEFT_WASM_ANYREF, .of = {.ref = names[7].get()}};
  const wasm_val_vec_t args{1, &arg};
  wasm_val_t result = WASM_INIT_VAL;
  wasm_val_vec_t results{1, &result};
  const Trap failure(
      wasm_func_call(wasm_extern_as_func_const(exports.of.data[1]), &args, &results));
  if (failure != nullptr) return failed(failure.get());
  return result.of.i32 == 7 ? success() : wrong("another object");
}

// --- with weft.h ---
constexpr std::string_view kText = R"((module
  (import "env" "f" (func $f (result i32))) (func (export "go") (result i32) (call $f))))";
World* text_world() { return new WasmWorld(""); }
Outcome link_text(World& world) {
  WasmWorld& w = wasm(world);
  wasm_module_t* made = nullptr;
  FAULTS_TRY(weft_wasm_module_new(w.here.get(), kText.data(), kText.size(), &made));
  const Module module(made);
  const weft_valkind_t i32 = WEFT_I32;
  const Own<weft_functype_t, weft_functype_delete> type(weft_functype_new(nullptr, 0, &i32, 1));
  const Own<weft_linker_t, weft_linker_delete> linker(
      weft_linker_new(weft_wasm_engine(w.of_wasm_h.get())));
  FAULTS_TRY(weft_linker_func(
      linker.get(), "env", 3, "f", 1, type.get(),
      [](void*, weft_caller_t*, weft_raw_t* cells, size_t) -> weft_error_t* {
        cells[0].bits = 42;
        return nullptr;
      },
      nullptr, nullptr));
  wasm_instance_t* instance = nullptr;
  wasm_trap_t* trap = nullptr;
  FAULTS_TRY(weft_wasm_instantiate(w.here.get(), linker.get(), module.get(), &instance, &trap));
  const Instance owned(instance);
  const Trap failure(trap);
  if (trap != nullptr) return failed(trap);
  if (instance == nullptr) return refused();
  const Instance again(weft_wasm_instance_new(w.here.get(), weft_wasm_instance(instance)));
  return again != nullptr ? success() : refused();
}

}  // namespace

std::vector<Scenario> wasm_h() {
  constexpr int kUnreachable = 1;
  return {
      {"wasm.h: engines and stores", nothing, make_store},
      {"wasm.h: types", nothing, copy_types},
      {"wasm.h: modules", module_world, modules_to_and_fro},
      {"wasm.h: lists of types", module_world, list_types},
      {"wasm.h: call for references", module_world, call_for_references},
      {"wasm.h: trap of the host", module_world, trap_of_host},
      {"wasm.h: trap of the guest", module_world, trap_of_guest, kUnreachable},
      {"wasm.h: memories, tables, globals of an instance", module_world, objects},
      {"wasm.h: memories, tables, globals of the host", nothing, new_objects},
      {"wasm.h: names of the guest's objects", guest_objects, keep_objects},
      {"wasm.h: text and a linker of weft.h", text_world, link_text},
  };
}

}  // namespace faults
