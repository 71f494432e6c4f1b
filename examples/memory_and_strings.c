/* Strings and arrays in and out of a guest, in C: the base of the memory is asked for again after
 * each call. */
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

static weft_extern_t find(const char* name) {
  weft_extern_t found;
  if (!weft_instance_export(store, instance, name, strlen(name), &found)) exit(1);
  return found;
}

static weft_val_t call(const char* name, int32_t a, int32_t b, size_t args, size_t results) {
  weft_val_t values[2] = {{.kind = WEFT_I32, .of.i32 = a}, {.kind = WEFT_I32, .of.i32 = b}};
  weft_val_t result = {.kind = WEFT_I32, .of.i32 = 0};
  weft_trap_t* trap = NULL;
  check(weft_func_call(store, find(name).of.func, values, args, &result, results, &trap));
  if (trap != NULL) exit(1);
  return result;
}

/* `size` bytes at a guest address, or NULL if they do not lie inside. Valid until the guest runs.
 */
static uint8_t* guest(uint32_t address, size_t size) {
  uint8_t* base = NULL;
  uint64_t bytes = 0;
  check(weft_memory_data(store, find("memory").of.memory, &base, &bytes));
  return address <= bytes && size <= bytes - address ? base + address : NULL;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* memory_and_strings.wat */
  weft_engine_t* engine = NULL;
  weft_module_t* module = NULL;
  weft_trap_t* trap = NULL;
  check(weft_engine_new(NULL, &engine));
  check(weft_module_from_file(engine, argv[1], NULL, NULL, &module));
  check(weft_store_new(engine, NULL, NULL, &store));
  check(weft_instance_new(store, module, NULL, 0, &instance, &trap));

  static const char kText[] = "hello, guest";
  const int32_t size = (int32_t)strlen(kText);
  const int32_t text = call("alloc", size, 0, 1, 1).of.i32;
  memcpy(guest((uint32_t)text, strlen(kText)), kText, strlen(kText));
  call("shout", text, size, 2, 0);
  printf("%.*s\n", (int)size, (const char*)guest((uint32_t)text, strlen(kText)));

  static const double kNumbers[3] = {1.5, 2.25, 3};
  const int32_t numbers = call("alloc", sizeof kNumbers, 0, 1, 1).of.i32;
  memcpy(guest((uint32_t)numbers, sizeof kNumbers), kNumbers, sizeof kNumbers);
  printf("sum %g\n", call("sum", numbers, 3, 2, 1).of.f64);

  if (guest(65533, sizeof(uint32_t)) == NULL) /* the last byte is at 65535 */
    printf("beyond the end: bad argument: out of bounds of the memory\n");

  weft_store_delete(store);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}
