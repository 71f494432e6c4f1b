/* The C API from C: every part of it that the C++ API stands on, as C11 with all warnings. */
#include <stdio.h>
#include <string.h>
#include <weft/weft.h>

static int failures = 0;
static void check(bool ok, const char* what) {
  if (ok) return;
  fprintf(stderr, "failed: %s\n", what);
  ++failures;
}
#define CHECK(condition) check((condition), #condition)

static bool is_error(weft_error_t* e, weft_error_code_t code) {
  const bool same = e != NULL && weft_error_code(e) == code;
  weft_error_delete(e);
  return same;
}

static const char kWat[] =
    "(module (type $p (struct (field (mut i32)) (field i8)))"
    " (import \"h\" \"twice\" (func $twice (param i32) (result i32)))"
    " (import \"h\" \"raise\" (func $raise (param i32)))"
    " (import \"h\" \"tag\" (tag $e (param i32)))"
    " (memory (export \"memory\") 1 3)"
    " (func (export \"twice\") (param i32) (result i32) (call $twice (local.get 0)))"
    " (func (export \"caught\") (param i32) (result i32)"
    "  (block $h (result i32) (try_table (catch $e $h) (call $raise (local.get 0))) (i32.const "
    "-1)))"
    " (func (export \"raise\") (param i32) (call $raise (local.get 0)))"
    " (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"
    " (func (export \"x\") (param (ref null $p)) (result i32) (struct.get $p 0 (local.get 0))))";

static int finalized = 0;
static void count(void* env) { ++*(int*)env; }

static weft_error_t* twice(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t capacity) {
  weft_instance_t instance;
  CHECK(weft_caller_instance(caller, &instance));
  CHECK(capacity == 1 && *(int*)env == 0);
  cells[0].bits = (uint32_t)(2 * cells[0].i32);
  return NULL;
}

static weft_tag_t tag;
static weft_error_t* raise_it(void* env, weft_caller_t* caller, weft_raw_t* cells,
                              size_t capacity) {
  weft_store_t* const store = weft_caller_store(caller);
  const weft_valtype_t type = weft_valtype_of(WEFT_I32);
  const weft_val_t value = weft_val_from_raw(store, &type, cells);
  weft_ref_t exception;
  (void)env, (void)capacity;
  CHECK(weft_exception_new(store, tag, &value, 1, &exception) == NULL);
  return weft_error_throw(store, exception);
}

static char log_text[64];
static weft_error_t* hook(void* env, weft_store_t* store, weft_callhook_t at) {
  (void)store;
  if (strlen(log_text) + 1 < sizeof log_text) log_text[strlen(log_text)] = "wWhH"[at];
  return *(int*)env == 1 ? weft_error_new("stop", 4) : NULL;
}

static weft_growth_t refuse(void* env, uint64_t current, uint64_t desired, uint64_t maximum) {
  CHECK(current == 65536 && desired == 2 * 65536 && maximum == 3 * 65536);
  return *(weft_growth_t*)env;
}

static weft_func_t export_func(weft_store_t* store, weft_instance_t instance, const char* name) {
  weft_extern_t e;
  memset(&e, 0, sizeof e);
  CHECK(weft_instance_export(store, instance, name, strlen(name), &e) &&
        e.kind == WEFT_EXTERN_FUNC);
  return e.of.func;
}

static int32_t call_i32(weft_store_t* store, weft_func_t f, int32_t x, weft_trap_t** trap) {
  weft_val_t arg;
  weft_val_t result;
  memset(&arg, 0, sizeof arg);
  memset(&result, 0, sizeof result);
  arg.kind = WEFT_I32;
  arg.of.i32 = x;
  CHECK(weft_func_call(store, f, &arg, 1, &result, 1, trap) == NULL);
  return result.of.i32;
}

static void test_types(weft_engine_t* engine, weft_store_t* store, weft_instance_t instance,
                       const weft_module_t* module) {
  weft_type_t type;
  weft_fieldtype_t fields[2];
  size_t field_count = 0;
  weft_val_t values[2];
  weft_ref_t object;
  weft_trap_t* trap = NULL;
  weft_val_t result;
  weft_bytes_t text;
  CHECK(weft_module_type(module, 0, &type) == NULL);
  CHECK(is_error(weft_module_type(module, 1000, &type), WEFT_ERROR_NOT_FOUND));
  CHECK(weft_type_fields(engine, type, fields, 2, &field_count) == NULL && field_count == 2);
  CHECK(fields[1].packed_bits == 8 && !fields[1].is_mutable && fields[0].is_mutable);
  memset(values, 0, sizeof values);
  values[0].kind = values[1].kind = WEFT_I32;
  values[0].of.i32 = 31;
  CHECK(weft_struct_new(store, type, values, 2, &object) == NULL);
  values[0].kind = WEFT_ANYREF;
  values[0].of.ref = object;
  CHECK(weft_func_call(store, export_func(store, instance, "x"), values, 1, &result, 1, &trap) ==
        NULL);
  CHECK(trap == NULL && result.of.i32 == 31);
  CHECK(is_error(weft_struct_get(store, object, 2, &result), WEFT_ERROR_BAD_ARGUMENT));
  text = weft_type_text(engine, type);
  CHECK(text.size != 0 && memcmp(text.data, "struct", 6) == 0);
  weft_bytes_delete(&text);
}

int main(void) {
  weft_engine_t* engine = NULL;
  weft_store_t* store = NULL;
  weft_module_t* module = NULL;
  weft_instance_t instance;
  weft_trap_t* trap = NULL;
  weft_extern_t item;
  const weft_valkind_t i32 = WEFT_I32;
  int hook_fails = 0;
  weft_growth_t answer = WEFT_GROWTH_REFUSE;
  weft_ref_t ref = {0, 0};
  weft_root_t root = {0, 0, 0};
  CHECK(weft_engine_new(NULL, &engine) == NULL);
  CHECK(weft_store_new(engine, NULL, NULL, &store) == NULL);
  CHECK(weft_module_new(engine, (const uint8_t*)kWat, sizeof kWat - 1, &module) == NULL);
  if (failures != 0) return 1;
  weft_linker_t* const linker = weft_linker_new(engine);
  weft_functype_t* const i32_to_i32 = weft_functype_new(&i32, 1, &i32, 1);
  weft_functype_t* const i32_to_nothing = weft_functype_new(&i32, 1, NULL, 0);
  CHECK(weft_linker_func(linker, "h", 1, "twice", 5, i32_to_i32, twice, &finalized, count) == NULL);
  CHECK(weft_linker_func(linker, "h", 1, "raise", 5, i32_to_nothing, raise_it, NULL, NULL) == NULL);
  CHECK(weft_tag_new(store, i32_to_nothing, &tag) == NULL);
  CHECK(is_error(weft_tag_new(store, i32_to_i32, &tag), WEFT_ERROR_BAD_ARGUMENT));
  memset(&item, 0, sizeof item);
  item.kind = WEFT_EXTERN_TAG;
  item.of.tag = tag;
  CHECK(weft_linker_define(linker, store, "h", 1, "tag", 3, &item) == NULL);
  CHECK(weft_linker_instantiate(linker, store, module, &instance, &trap) == NULL && trap == NULL);
  if (failures != 0) return 1;

  CHECK(call_i32(store, export_func(store, instance, "twice"), 21, &trap) == 42 && trap == NULL);
  CHECK(call_i32(store, export_func(store, instance, "caught"), 7, &trap) == 7 && trap == NULL);
  weft_raw_t cell;
  cell.bits = 9;
  trap = weft_func_call_unchecked(store, export_func(store, instance, "raise"), &cell, 1);
  weft_val_t value;
  size_t value_count = 0;
  CHECK(trap != NULL && weft_trap_exception(trap, store, &ref));
  CHECK(weft_exception_values(store, ref, &value, 1, &value_count) == NULL);
  CHECK(value_count == 1 && value.kind == WEFT_I32 && value.of.i32 == 9);
  weft_trap_delete(trap);

  CHECK(weft_store_set_call_hook(store, hook, &hook_fails, NULL) == NULL);
  CHECK(call_i32(store, export_func(store, instance, "twice"), 1, &trap) == 2);
  CHECK(strcmp(log_text, "whHW") == 0);
  hook_fails = 1;
  (void)call_i32(store, export_func(store, instance, "twice"), 1, &trap);
  CHECK(trap != NULL && weft_trap_host_error(trap) != NULL);
  weft_trap_delete(trap);
  CHECK(weft_store_set_call_hook(store, NULL, NULL, NULL) == NULL);

  weft_limiter_t limiter;
  memset(&limiter, 0, sizeof limiter);
  limiter.memory_growing = refuse;
  CHECK(weft_store_set_limiter(store, &limiter, &answer) == NULL);
  CHECK(call_i32(store, export_func(store, instance, "grow"), 1, &trap) == -1);
  answer = WEFT_GROWTH_ALLOW;
  CHECK(call_i32(store, export_func(store, instance, "grow"), 1, &trap) == 1);
  CHECK(weft_store_set_limiter(store, NULL, NULL) == NULL);

  CHECK(weft_externref_new(store, &finalized, count, &ref) == NULL);
  CHECK(weft_root_new(store, ref, &root) == NULL);
  weft_root_delete(store, root);
  CHECK(is_error(weft_root_get(store, root, &ref), WEFT_ERROR_BAD_ARGUMENT));
  weft_store_set_data(store, &limiter, &finalized, count);
  CHECK(weft_store_data_of(store, &limiter) == &finalized);
  CHECK(weft_store_data_of(store, NULL) == NULL);
  test_types(engine, store, instance, module);

  weft_functype_delete(i32_to_i32);
  weft_functype_delete(i32_to_nothing);
  weft_linker_delete(linker);
  weft_module_delete(module);
  weft_store_delete(store);
  weft_engine_delete(engine);
  CHECK(finalized == 3);
  return failures == 0 ? 0 : 1;
}
