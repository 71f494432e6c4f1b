/* Host functions in C: raw cells in and out, the caller's memory through weft_caller_memory. */
#include <stdio.h>
#include <string.h>
#include <weft/weft.h>

static weft_error_t* twice(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t capacity) {
  (void)env, (void)caller, (void)capacity;
  cells[0].bits = (uint32_t)(2 * cells[0].i32);
  return NULL;
}

static weft_error_t* print(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t capacity) {
  (void)env, (void)capacity;
  const uint64_t address = (uint32_t)cells[0].i32;
  const uint64_t size = (uint32_t)cells[1].i32;
  uint8_t* base = NULL;
  uint64_t bytes = 0;
  static const char kOutside[] = "print: the text does not lie in memory";
  if (!weft_caller_memory(caller, "memory", 6, &base, &bytes) || address > bytes ||
      size > bytes - address) {
    return weft_error_new(kOutside, strlen(kOutside));
  }
  printf("%.*s\n", (int)size, (const char*)base + address);
  return NULL;
}

static int refuse(weft_error_t* error) {
  const weft_str_t text = weft_error_message(error);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  weft_error_delete(error);
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* host_function.wat */
  weft_error_t* error = NULL;
  weft_engine_t* engine = NULL;
  weft_module_t* module = NULL;
  weft_store_t* store = NULL;
  if ((error = weft_engine_new(NULL, &engine)) != NULL) return refuse(error);
  if ((error = weft_module_from_file(engine, argv[1], NULL, NULL, &module)) != NULL)
    return refuse(error);
  if ((error = weft_store_new(engine, NULL, NULL, &store)) != NULL) return refuse(error);

  weft_linker_t* linker = weft_linker_new(engine);
  const weft_valkind_t i32s[2] = {WEFT_I32, WEFT_I32};
  weft_functype_t* one_to_one = weft_functype_new(i32s, 1, i32s, 1);
  weft_functype_t* two_to_none = weft_functype_new(i32s, 2, NULL, 0);
  if ((error = weft_linker_func(linker, "host", 4, "twice", 5, one_to_one, twice, NULL, NULL)) !=
      NULL)
    return refuse(error);
  if ((error = weft_linker_func(linker, "host", 4, "print", 5, two_to_none, print, NULL, NULL)) !=
      NULL)
    return refuse(error);
  weft_functype_delete(one_to_one);
  weft_functype_delete(two_to_none);

  weft_instance_t instance;
  weft_trap_t* trap = NULL;
  if ((error = weft_linker_instantiate(linker, store, module, &instance, &trap)) != NULL)
    return refuse(error);
  weft_extern_t run;
  if (!weft_instance_export(store, instance, "run", 3, &run)) return 1;
  weft_val_t result;
  if ((error = weft_func_call(store, run.of.func, NULL, 0, &result, 1, &trap)) != NULL)
    return refuse(error);
  if (trap != NULL) {
    weft_trap_delete(trap);
    return 1;
  }
  printf("run gives %d\n", result.of.i32);

  weft_linker_delete(linker);
  weft_store_delete(store);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}
