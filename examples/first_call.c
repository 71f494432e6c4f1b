/* The first embedded call, in C: compile, instantiate, look the export up, call it with checked
 * values. */
#include <stdio.h>
#include <weft/weft.h>

static int refuse(weft_error_t* error) {
  const weft_str_t text = weft_error_message(error);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  weft_error_delete(error);
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* first_call.wat */
  weft_error_t* error = NULL;
  weft_engine_t* engine = NULL;
  weft_module_t* module = NULL;
  weft_store_t* store = NULL;
  if ((error = weft_engine_new(NULL, &engine)) != NULL) return refuse(error);
  if ((error = weft_module_from_file(engine, argv[1], NULL, NULL, &module)) != NULL)
    return refuse(error);
  if ((error = weft_store_new(engine, NULL, NULL, &store)) != NULL) return refuse(error);

  weft_instance_t instance;
  weft_trap_t* trap = NULL;
  if ((error = weft_instance_new(store, module, NULL, 0, &instance, &trap)) != NULL)
    return refuse(error);

  weft_extern_t add;
  if (!weft_instance_export(store, instance, "add", 3, &add)) return 1;
  const weft_val_t args[2] = {{WEFT_I32, {.i32 = 2}}, {WEFT_I32, {.i32 = 3}}};
  weft_val_t sum;
  if ((error = weft_func_call(store, add.of.func, args, 2, &sum, 1, &trap)) != NULL)
    return refuse(error);
  if (trap != NULL) {
    const weft_str_t text = weft_trap_message(trap);
    fprintf(stderr, "%.*s\n", (int)text.size, text.data);
    weft_trap_delete(trap);
    return 1;
  }
  printf("2 + 3 = %d\n", sum.of.i32);

  weft_store_delete(store);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}
