/* Threads in C: one engine, one module, a store for each thread, one shared memory. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

static weft_engine_t* engine = NULL;
static weft_module_t* module = NULL;
static weft_shared_memory_t* shared = NULL;

static void check(weft_error_t* error, const weft_trap_t* trap) {
  if (error == NULL && trap == NULL) return;
  const weft_str_t text = error != NULL ? weft_error_message(error) : weft_trap_message(trap);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  exit(1);
}

static void* count(void* unused) {
  (void)unused;
  weft_store_t* store = NULL;
  weft_instance_t instance;
  weft_trap_t* trap = NULL;
  weft_extern_t memory = {.kind = WEFT_EXTERN_MEMORY};
  weft_extern_t func;
  check(weft_store_new(engine, NULL, NULL, &store), NULL);
  check(weft_memory_from_shared(store, shared, &memory.of.memory), NULL);
  weft_error_t* error = weft_instance_new(store, module, &memory, 1, &instance, &trap);
  check(error, trap);
  if (!weft_instance_export(store, instance, "count", 5, &func)) exit(1);
  const weft_val_t times = {.kind = WEFT_I32, .of.i32 = 10000};
  error = weft_func_call(store, func.of.func, &times, 1, NULL, 0, &trap);
  check(error, trap);
  weft_store_delete(store);
  return NULL;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* threads.wat */
  check(weft_engine_new(NULL, &engine), NULL);
  check(weft_module_from_file(engine, argv[1], NULL, NULL, &module), NULL);
  check(weft_shared_memory_new(engine, 1, 1, false, &shared), NULL);
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i) {
    if (pthread_create(&threads[i], NULL, count, NULL) != 0) return 1;
  }
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);

  weft_store_t* store = NULL;
  weft_memory_t memory;
  uint8_t* base = NULL;
  uint64_t bytes = 0;
  int32_t sum = 0;
  check(weft_store_new(engine, NULL, NULL, &store), NULL);
  check(weft_memory_from_shared(store, shared, &memory), NULL);
  check(weft_memory_data(store, memory, &base, &bytes), NULL);
  memcpy(&sum, base, sizeof sum);
  printf("4 threads counted to %d\n", sum);

  weft_store_delete(store);
  weft_shared_memory_delete(shared);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}
