/* What can go wrong, and who says so: a module that cannot be loaded or linked is an error, a guest
 * that misbehaves is a trap with a backtrace, and a host function's error comes back as it was,
 * with whatever the embedder put into it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

static void check(weft_error_t* error) {
  if (error == NULL) return;
  const weft_str_t text = weft_error_message(error);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  exit(1);
}

/* An address that says what a payload is. */
static const char kShopError = 0;

typedef struct shop_error {
  char text[32];
} shop_error_t;

static weft_error_t* price(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t capacity) {
  (void)env, (void)caller, (void)capacity;
  const int32_t item = cells[0].i32;
  if (item == 7) return weft_error_new("no item 7", 9);
  if (item == 8) {
    shop_error_t* error = malloc(sizeof *error);
    if (error == NULL) return weft_error_new("out of memory", 13);
    strcpy(error->text, "out of stock");
    return weft_error_new_payload("sold out", 8, &kShopError, error, free);
  }
  cells[0].bits = (uint32_t)(item * 10);
  return NULL;
}

static weft_store_t* store = NULL;
static weft_instance_t instance;

/* The trap of a call that does not come to its end. */
static weft_trap_t* call(const char* name, int32_t arg) {
  weft_extern_t func;
  if (!weft_instance_export(store, instance, name, strlen(name), &func)) exit(1);
  const weft_val_t value = {.kind = WEFT_I32, .of.i32 = arg};
  weft_val_t result;
  weft_trap_t* trap = NULL;
  check(weft_func_call(store, func.of.func, &value, 1, &result, 1, &trap));
  if (trap == NULL) exit(1);
  return trap;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* errors.wat */
  weft_engine_t* engine = NULL;
  weft_module_t* module = NULL;
  weft_trap_t* trap = NULL;
  check(weft_engine_new(NULL, &engine));

  static const char kBroken[] = "(module (func (export \"f\") oops))";
  weft_error_t* error = weft_module_new(engine, (const uint8_t*)kBroken, strlen(kBroken), &module);
  if (error == NULL) return 1;
  weft_str_t text = weft_error_message(error);
  const char* const line_end = memchr(text.data, '\n', text.size);
  if (line_end != NULL) text.size = (size_t)(line_end - text.data);
  printf("not a module: %.*s\n", (int)text.size, text.data);
  weft_error_delete(error);

  check(weft_module_from_file(engine, argv[1], NULL, NULL, &module));
  check(weft_store_new(engine, NULL, NULL, &store));
  weft_linker_t* linker = weft_linker_new(engine);
  error = weft_linker_instantiate(linker, store, module, &instance, &trap);
  if (error == NULL) return 1;
  text = weft_error_message(error);
  printf("not linked: %.*s\n", (int)text.size, text.data);
  weft_error_delete(error);

  const weft_valkind_t i32 = WEFT_I32;
  weft_functype_t* one_to_one = weft_functype_new(&i32, 1, &i32, 1);
  check(weft_linker_func(linker, "host", 4, "price", 5, one_to_one, price, NULL, NULL));
  weft_functype_delete(one_to_one);
  check(weft_linker_instantiate(linker, store, module, &instance, &trap));

  trap = call("share", 0);
  text = weft_trap_message(trap);
  printf("trap: %.*s\n", (int)text.size, text.data);
  for (size_t i = 0; i < weft_trap_frame_count(trap); ++i) {
    const weft_str_t name = weft_trap_frame(trap, i).func_name;
    printf("  in %.*s\n", (int)name.size, name.data);
  }
  weft_trap_delete(trap);

  trap = call("order", 7);
  text = weft_trap_message(trap);
  printf("host error: %.*s\n", (int)text.size, text.data);
  weft_trap_delete(trap);

  trap = call("order", 8);
  const shop_error_t* carried = weft_error_payload(weft_trap_host_error(trap), &kShopError);
  if (carried != NULL) printf("carried: %s\n", carried->text);
  weft_trap_delete(trap);

  weft_linker_delete(linker);
  weft_store_delete(store);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}
