/* Scripts that wait without a thread of their own: `wait` suspends the guest's call, and a
 * scheduler resumes it when its tick has come. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

enum { kScripts = 3 };
static int32_t tick = 0;
static int32_t wakes_at = 0; /* what the script that is running asks for */

static void check(weft_error_t* error, weft_trap_t* trap) {
  if (error == NULL && trap == NULL) return;
  const weft_str_t text = error != NULL ? weft_error_message(error) : weft_trap_message(trap);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  exit(1);
}

static weft_error_t* wait_ticks(void* env, weft_caller_t* caller, weft_raw_t* cells,
                                size_t capacity) {
  (void)env, (void)caller, (void)capacity;
  wakes_at = tick + cells[0].i32;
  return weft_error_pending(); /* suspends the script */
}

static weft_error_t* say(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t capacity) {
  (void)env, (void)capacity;
  const uint64_t address = (uint32_t)cells[0].i32;
  const uint64_t size = (uint32_t)cells[1].i32;
  uint8_t* base = NULL;
  uint64_t bytes = 0;
  if (weft_caller_memory(caller, "memory", 6, &base, &bytes) && address <= bytes &&
      size <= bytes - address) {
    printf("tick %d: %.*s\n", tick, (int)size, (const char*)base + address);
  }
  return NULL;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* game_scripts.wat */
  weft_engine_t* engine = NULL;
  weft_module_t* module = NULL;
  weft_store_t* store = NULL;
  weft_trap_t* trap = NULL;
  check(weft_engine_new(NULL, &engine), NULL);
  check(weft_module_from_file(engine, argv[1], NULL, NULL, &module), NULL);
  check(weft_store_new(engine, NULL, NULL, &store), NULL);

  weft_linker_t* linker = weft_linker_new(engine);
  const weft_valkind_t i32s[2] = {WEFT_I32, WEFT_I32};
  weft_functype_t* one_to_one = weft_functype_new(i32s, 1, i32s, 1);
  weft_functype_t* two_to_none = weft_functype_new(i32s, 2, NULL, 0);
  check(weft_linker_func(linker, "world", 5, "wait", 4, one_to_one, wait_ticks, NULL, NULL), NULL);
  check(weft_linker_func(linker, "world", 5, "say", 3, two_to_none, say, NULL, NULL), NULL);
  weft_functype_delete(one_to_one);
  weft_functype_delete(two_to_none);
  weft_instance_t instance;
  weft_error_t* error = weft_linker_instantiate(linker, store, module, &instance, &trap);
  check(error, trap);

  static const char* const kNames[kScripts] = {"gate", "goblins", "bell"};
  weft_invocation_t* calls[kScripts];
  int32_t due[kScripts];
  for (int i = 0; i < kScripts; ++i) {
    weft_extern_t script;
    if (!weft_instance_export(store, instance, kNames[i], strlen(kNames[i]), &script)) return 1;
    check(weft_invocation_new(store, script.of.func, &calls[i]), NULL);
    error = weft_invocation_start(store, calls[i], NULL, 0, &trap);
    check(error, trap);
    due[i] = wakes_at;
  }
  for (int running = kScripts; running > 0;) {
    ++tick;
    for (int i = 0; i < kScripts; ++i) {
      if (calls[i] == NULL || due[i] != tick) continue;
      weft_val_t now;
      now.kind = WEFT_I32;
      now.of.i32 = tick; /* what `wait` returns */
      error = weft_invocation_resume(store, calls[i], &now, 1, &trap);
      check(error, trap);
      due[i] = wakes_at;
      if (weft_invocation_state(calls[i]) == WEFT_INVOCATION_FINISHED) {
        weft_invocation_delete(calls[i]);
        calls[i] = NULL;
        --running;
      }
    }
  }
  printf("all scripts have ended\n");

  weft_linker_delete(linker);
  weft_store_delete(store);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}
