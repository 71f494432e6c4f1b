/* Guest calls that wait in an event loop: a host function answers later, and meanwhile other guest
 * calls of the same store run. In C++ the same is a coroutine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

/* A guest call on its way. */
typedef struct task {
  weft_invocation_t* call;
  int32_t keys;
} task_t;

/* The database's answer to a task, on its way. */
typedef struct event {
  task_t* task;
  int32_t value;
} event_t;

enum { kEvents = 16 };
static event_t events[kEvents];
static size_t first_event = 0;
static size_t event_count = 0;
static task_t* running = NULL; /* the task whose guest runs at the moment */
static int asked = 0;

static void check(weft_error_t* error, weft_trap_t* trap) {
  if (error == NULL && trap == NULL) return;
  const weft_str_t text = error != NULL ? weft_error_message(error) : weft_trap_message(trap);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  exit(1);
}

static weft_error_t* get(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t capacity) {
  (void)env, (void)caller, (void)capacity;
  if (running == NULL) return weft_error_new("not called by a task", 20);
  if (event_count == kEvents) return weft_error_new("too many questions", 18);
  ++asked;
  const event_t answer = {running, 10 * cells[0].i32};
  events[(first_event + event_count++) % kEvents] = answer;
  return weft_error_pending(); /* suspends the call until it is polled with the answer */
}

/* Runs a task until it waits or ends. `answer` is what it waits for; NULL at first. */
static void poll_task(weft_store_t* store, task_t* task, const weft_val_t* answer) {
  weft_trap_t* trap = NULL;
  weft_error_t* error = NULL;
  running = task;
  if (answer == NULL) {
    const weft_val_t keys = {.kind = WEFT_I32, .of.i32 = task->keys};
    error = weft_invocation_start(store, task->call, &keys, 1, &trap);
  } else {
    error = weft_invocation_resume(store, task->call, answer, 1, &trap);
  }
  running = NULL;
  check(error, trap);
  if (weft_invocation_state(task->call) != WEFT_INVOCATION_FINISHED) return;
  weft_val_t sum;
  weft_invocation_results(task->call, &sum, 1);
  printf("%d key%s: %d\n", task->keys, task->keys == 1 ? "" : "s", sum.of.i32);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* coroutines.wat */
  weft_engine_t* engine = NULL;
  weft_module_t* module = NULL;
  weft_store_t* store = NULL;
  weft_trap_t* trap = NULL;
  check(weft_engine_new(NULL, &engine), NULL);
  check(weft_module_from_file(engine, argv[1], NULL, NULL, &module), NULL);
  check(weft_store_new(engine, NULL, NULL, &store), NULL);
  weft_linker_t* linker = weft_linker_new(engine);
  const weft_valkind_t i32 = WEFT_I32;
  weft_functype_t* one_to_one = weft_functype_new(&i32, 1, &i32, 1);
  check(weft_linker_func(linker, "db", 2, "get", 3, one_to_one, get, NULL, NULL), NULL);
  weft_functype_delete(one_to_one);
  weft_instance_t instance;
  weft_error_t* error = weft_linker_instantiate(linker, store, module, &instance, &trap);
  check(error, trap);
  weft_extern_t sum;
  if (!weft_instance_export(store, instance, "sum", 3, &sum)) return 1;

  task_t tasks[2] = {{NULL, 3}, {NULL, 1}};
  for (size_t i = 0; i < 2; ++i) {
    check(weft_invocation_new(store, sum.of.func, &tasks[i].call), NULL);
    poll_task(store, &tasks[i], NULL);
  }
  printf("both calls wait\n");
  while (event_count != 0) {
    const event_t event = events[first_event];
    first_event = (first_event + 1) % kEvents;
    --event_count;
    const weft_val_t value = {.kind = WEFT_I32, .of.i32 = event.value};
    poll_task(store, event.task, &value);
  }
  printf("the database was asked for %d keys\n", asked);

  for (size_t i = 0; i < 2; ++i) weft_invocation_delete(tasks[i].call);
  weft_linker_delete(linker);
  weft_store_delete(store);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}
