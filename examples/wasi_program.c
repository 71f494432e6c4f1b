/* A WASI program as a plug-in, in C: it sees one directory, read-only, and its output goes to a
 * function of the host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weft/weft.h>

static char output[256];
static size_t written = 0;

static void check(weft_error_t* error) {
  if (error == NULL) return;
  const weft_str_t text = weft_error_message(error);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  exit(1);
}

static ptrdiff_t keep(void* env, const uint8_t* data, size_t size) {
  (void)env;
  const size_t room = sizeof output - written;
  const size_t taken = size < room ? size : room;
  memcpy(output + written, data, taken);
  written += taken;
  return (ptrdiff_t)taken;
}

/* Runs `_start`; the exit status. Takes the config. */
static int32_t run(weft_engine_t* engine, const weft_module_t* module, weft_wasi_config_t* wasi) {
  weft_store_t* store = NULL;
  weft_instance_t instance;
  weft_trap_t* trap = NULL;
  weft_extern_t start;
  int32_t status = 0;
  check(weft_store_new(engine, NULL, NULL, &store));
  check(weft_store_set_wasi(store, wasi));
  weft_linker_t* linker = weft_linker_new(engine);
  check(weft_linker_wasi(linker));
  check(weft_linker_instantiate(linker, store, module, &instance, &trap));
  if (trap != NULL || !weft_instance_export(store, instance, "_start", 6, &start)) exit(1);
  check(weft_func_call(store, start.of.func, NULL, 0, NULL, 0, &trap));
  if (trap != NULL && !weft_trap_exit_status(trap, &status)) exit(1);
  weft_trap_delete(trap);
  weft_linker_delete(linker);
  weft_store_delete(store);
  return status;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* wasi_program.wat */
  char folder[] = "/tmp/weft-example-XXXXXX";
  char note[64];
  if (mkdtemp(folder) == NULL) return 1;
  snprintf(note, sizeof note, "%s/note.txt", folder);
  FILE* file = fopen(note, "w");
  if (file == NULL || fputs("remember the milk", file) < 0 || fclose(file) != 0) return 1;

  weft_engine_t* engine = NULL;
  weft_module_t* module = NULL;
  check(weft_engine_new(NULL, &engine));
  check(weft_module_from_file(engine, argv[1], NULL, NULL, &module));
  weft_wasi_config_t* wasi = weft_wasi_config_new();
  weft_wasi_preopen(wasi, folder, "/notes", true);
  weft_wasi_output(wasi, 1, keep, NULL);
  run(engine, module, wasi);
  printf("the program wrote: %.*s\n", (int)written, output);
  printf("without the directory it exits with status %d\n",
         run(engine, module, weft_wasi_config_new()));

  unlink(note);
  rmdir(folder);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}
