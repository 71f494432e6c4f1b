/* A plug-in host: plug-ins are loaded from text or binary, called with strings, limited in memory
 * and time, and replaced while the host runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

/* One loaded version of a plug-in: a store of its own, so that nothing is left of it when it goes.
 */
typedef struct plugin {
  weft_store_t* store;
  weft_instance_t instance;
} plugin_t;

static weft_engine_t* engine = NULL;
static weft_linker_t* linker = NULL;

/* Prints why something failed, if it did. */
static bool failed(const char* what, weft_error_t* error, weft_trap_t* trap) {
  if (error == NULL && trap == NULL) return false;
  const weft_str_t text = error != NULL ? weft_error_message(error) : weft_trap_message(trap);
  printf("%s: %.*s\n", what, (int)text.size, text.data);
  weft_error_delete(error);
  weft_trap_delete(trap);
  return true;
}

static void plugin_unload(plugin_t* plugin) {
  weft_store_delete(plugin->store);
  plugin->store = NULL;
}

static bool plugin_load(plugin_t* plugin, const char* source, size_t size) {
  weft_module_t* module = NULL;
  plugin->store = NULL;
  if (failed("load", weft_module_new(engine, (const uint8_t*)source, size, &module), NULL))
    return false;
  weft_trap_t* trap = NULL;
  weft_error_t* error = weft_store_new(engine, NULL, NULL, &plugin->store);
  if (error == NULL) {
    const weft_limits_t limits = {1 << 20, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    weft_store_limits(plugin->store, &limits);
    error = weft_linker_instantiate(linker, plugin->store, module, &plugin->instance, &trap);
  }
  weft_module_delete(module); /* the instance keeps what it needs */
  if (!failed("load", error, trap)) return true;
  plugin_unload(plugin);
  return false;
}

/* Calls an export that takes and gives i32; false if it failed. */
static bool plugin_call(plugin_t* plugin, const char* what, const char* name, const uint32_t* args,
                        size_t arg_count, uint32_t* results, size_t result_count) {
  weft_val_t in[2];
  weft_val_t out[2];
  weft_extern_t func;
  weft_trap_t* trap = NULL;
  for (size_t i = 0; i < arg_count; ++i) {
    in[i].kind = WEFT_I32;
    in[i].of.i32 = (int32_t)args[i];
  }
  if (!weft_instance_export(plugin->store, plugin->instance, name, strlen(name), &func) ||
      func.kind != WEFT_EXTERN_FUNC) {
    printf("%s: no function %s\n", what, name);
    return false;
  }
  weft_error_t* error =
      weft_func_call(plugin->store, func.of.func, in, arg_count, out, result_count, &trap);
  if (failed(what, error, trap)) return false;
  for (size_t i = 0; i < result_count; ++i) results[i] = (uint32_t)out[i].of.i32;
  return true;
}

/* `size` bytes of the plug-in's memory, or NULL: what a plug-in says may lie outside. Valid until
 * the plug-in runs. */
static uint8_t* plugin_bytes(plugin_t* plugin, uint32_t address, size_t size) {
  weft_extern_t memory;
  uint8_t* base = NULL;
  uint64_t bytes = 0;
  if (!weft_instance_export(plugin->store, plugin->instance, "memory", 6, &memory) ||
      memory.kind != WEFT_EXTERN_MEMORY) {
    return NULL;
  }
  if (failed("memory", weft_memory_data(plugin->store, memory.of.memory, &base, &bytes), NULL))
    return NULL;
  return address <= bytes && size <= bytes - address ? base + address : NULL;
}

/* Prints the greeting, or `what` and why there is none. */
static void plugin_greet(plugin_t* plugin, const char* what, const char* name) {
  if (failed(what, weft_store_set_deadline(plugin->store, 50 * 1000 * 1000), NULL)) return;
  const uint32_t size = (uint32_t)strlen(name);
  uint32_t at = 0;
  if (!plugin_call(plugin, what, "alloc", &size, 1, &at, 1)) return;
  uint8_t* const room = plugin_bytes(plugin, at, size);
  if (room == NULL) {
    printf("%s: the room lies outside the memory\n", what);
    return;
  }
  memcpy(room, name, size);
  const uint32_t args[2] = {at, size};
  uint32_t greeting[2];
  if (!plugin_call(plugin, what, "greet", args, 2, greeting, 2)) return;
  const uint8_t* const text = plugin_bytes(plugin, greeting[0], greeting[1]);
  if (text != NULL) printf("%.*s\n", (int)greeting[1], (const char*)text);
}

static weft_error_t* log_text(void* env, weft_caller_t* caller, weft_raw_t* cells,
                              size_t capacity) {
  (void)env, (void)capacity;
  const uint64_t address = (uint32_t)cells[0].i32;
  const uint64_t size = (uint32_t)cells[1].i32;
  uint8_t* base = NULL;
  uint64_t bytes = 0;
  if (!weft_caller_memory(caller, "memory", 6, &base, &bytes) || address > bytes ||
      size > bytes - address) {
    return weft_error_new("log: the text does not lie in memory", 36);
  }
  printf("[plugin] %.*s\n", (int)size, (const char*)base + address);
  return NULL;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* plugin_host.wat */
  static char source[1 << 16];
  FILE* const file = fopen(argv[1], "rb");
  if (file == NULL) return 1;
  const size_t size = fread(source, 1, sizeof source - 1, file);
  fclose(file);

  weft_config_t* config = weft_config_new();
  if (failed("epochs", weft_config_set(config, "epochs", 1), NULL)) return 1; /* deadlines */
  if (failed("engine", weft_engine_new(config, &engine), NULL)) return 1;
  linker = weft_linker_new(engine);
  const weft_valkind_t i32s[2] = {WEFT_I32, WEFT_I32};
  weft_functype_t* two_to_none = weft_functype_new(i32s, 2, NULL, 0);
  weft_error_t* error =
      weft_linker_func(linker, "host", 4, "log", 3, two_to_none, log_text, NULL, NULL);
  weft_functype_delete(two_to_none);
  if (failed("host.log", error, NULL)) return 1;

  plugin_t plugin;
  if (!plugin_load(&plugin, source, size)) return 1;
  plugin_greet(&plugin, "greet", "world");

  char* const hello = strstr(source, "Hello");
  if (hello == NULL) return 1;
  memcpy(hello, "Howdy", 5); /* somebody edits the file */
  plugin_unload(&plugin);
  if (!plugin_load(&plugin, source, size)) return 1;
  plugin_greet(&plugin, "greet", "world");
  plugin_unload(&plugin);

  static const char kEndless[] =
      "(module (memory (export \"memory\") 1)"
      " (func (export \"alloc\") (param i32) (result i32) (i32.const 0))"
      " (func (export \"greet\") (param i32 i32) (result i32 i32)"
      "  (loop $l (br $l)) (unreachable)))";
  if (!plugin_load(&plugin, kEndless, strlen(kEndless))) return 1;
  plugin_greet(&plugin, "a plug-in that never ends", "world");
  plugin_unload(&plugin);

  weft_linker_delete(linker);
  weft_engine_delete(engine);
  return 0;
}
