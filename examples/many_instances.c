/* An instance for each request, in C. */
#include <stdio.h>
#include <stdlib.h>
#include <weft/weft.h>

static void check(weft_error_t* error, const weft_trap_t* trap) {
  if (error == NULL && trap == NULL) return;
  const weft_str_t text = error != NULL ? weft_error_message(error) : weft_trap_message(trap);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  exit(1);
}

static weft_error_t* id(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t capacity) {
  (void)env, (void)capacity;
  const int32_t* request = (const int32_t*)weft_store_data(weft_caller_store(caller));
  cells[0].bits = (uint32_t)*request;
  return NULL;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* many_instances.wat */
  weft_pool_config_t pool;
  weft_pool_config_init(&pool);
  pool.instances = 16;
  pool.memories = 16;
  pool.memory_bytes = 1 << 20;
  weft_config_t* config = weft_config_new();
  check(weft_config_pool(config, &pool), NULL);
  weft_engine_t* engine = NULL;
  weft_module_t* module = NULL;
  weft_instance_pre_t* pre = NULL;
  check(weft_engine_new(config, &engine), NULL);
  check(weft_module_from_file(engine, argv[1], NULL, NULL, &module), NULL);
  weft_linker_t* linker = weft_linker_new(engine);
  const weft_valkind_t i32 = WEFT_I32;
  weft_functype_t* none_to_one = weft_functype_new(NULL, 0, &i32, 1);
  check(weft_linker_func(linker, "host", 4, "id", 2, none_to_one, id, NULL, NULL), NULL);
  weft_functype_delete(none_to_one);
  check(weft_instance_pre_new(linker, module, &pre), NULL);

  enum { kRequests = 1000 };
  int32_t fresh = 0;
  for (int32_t request = 0; request < kRequests; ++request) {
    weft_store_t* store = NULL;
    weft_instance_t instance;
    weft_trap_t* trap = NULL;
    weft_extern_t handle;
    check(weft_store_new(engine, &request, NULL, &store), NULL);
    weft_error_t* error = weft_instance_pre_instantiate(pre, store, &instance, &trap);
    check(error, trap);
    if (!weft_instance_export(store, instance, "handle", 6, &handle)) return 1;
    const weft_val_t arg = {.kind = WEFT_I32, .of.i32 = request};
    weft_val_t result;
    error = weft_func_call(store, handle.of.func, &arg, 1, &result, 1, &trap);
    check(error, trap);
    fresh += result.of.i32 == request * 1000 + request + 1;
    weft_store_delete(store);
  }
  printf("%d requests, each in an instance of its own, all fresh: %s\n", kRequests,
         fresh == kRequests ? "yes" : "no");

  weft_instance_pre_delete(pre);
  weft_linker_delete(linker);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}
