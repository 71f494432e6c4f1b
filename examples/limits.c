/* Running code that nobody trusts, in C: each limit is an ordinary trap. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

static weft_store_t* store = NULL;
static weft_instance_t instance;

static void check(weft_error_t* error) {
  if (error == NULL) return;
  const weft_str_t text = weft_error_message(error);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  exit(1);
}

/* The result, or nothing and the trap's text. */
static int32_t call(const char* name, int32_t arg, size_t args, size_t results) {
  weft_extern_t func;
  if (!weft_instance_export(store, instance, name, strlen(name), &func)) exit(1);
  weft_val_t value = {.kind = WEFT_I32, .of.i32 = arg};
  weft_val_t result = {.kind = WEFT_I32, .of.i32 = 0};
  weft_trap_t* trap = NULL;
  check(weft_func_call(store, func.of.func, &value, args, &result, results, &trap));
  if (trap != NULL) {
    const weft_str_t text = weft_trap_message(trap);
    printf("%s: %.*s\n", name, (int)text.size, text.data);
    weft_trap_delete(trap);
  }
  return result.of.i32;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* limits.wat */
  weft_config_t* config = weft_config_new();
  check(weft_config_set(config, "fuel", 1));
  check(weft_config_set(config, "epochs", 1));
  check(weft_config_set(config, "interp_stack_max", 1 << 20));
  weft_engine_t* engine = NULL;
  weft_module_t* module = NULL;
  weft_trap_t* trap = NULL;
  check(weft_engine_new(config, &engine));
  check(weft_module_from_file(engine, argv[1], NULL, NULL, &module));
  check(weft_store_new(engine, NULL, NULL, &store));
  const weft_limits_t limits = {4 << 20, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  weft_store_limits(store, &limits);
  check(weft_instance_new(store, module, NULL, 0, &instance, &trap));

  check(weft_store_set_fuel(store, 1000000));
  printf("grow by 100 pages: %d\n", call("grow", 100, 1, 1));
  call("spin", 0, 0, 0); /* a million units of work, then out of fuel */

  check(weft_store_set_fuel(store, UINT64_MAX / 4));
  check(weft_store_set_deadline(store, 20000000));
  call("spin", 0, 0, 0); /* 20 ms, then interrupted */
  check(weft_store_set_deadline(store, 0));
  call("recurse", 0, 0, 0);

  check(weft_store_set_fuel(store, 1000));
  const int32_t sum = call("sum_to", 10, 1, 1);
  uint64_t left = 0;
  check(weft_store_fuel(store, &left));
  printf("sum_to(10) = %d, fuel was %s\n", sum, left < 1000 ? "burnt" : "not burnt");

  weft_store_delete(store);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}
