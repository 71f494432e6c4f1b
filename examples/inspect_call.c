/* Looking into a call while it is suspended: its frames, their locals and what is on their operand
 * stacks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

static void check(weft_error_t* error, weft_trap_t* trap) {
  if (error == NULL && trap == NULL) return;
  const weft_str_t text = error != NULL ? weft_error_message(error) : weft_trap_message(trap);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  exit(1);
}

static weft_error_t* price(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t capacity) {
  (void)env, (void)caller, (void)cells, (void)capacity;
  return weft_error_pending();
}

static void print_values(const weft_frame_value_t* values, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const weft_val_t* v = &values[i].value;
    if (!values[i].known) {
      printf(" ?"); /* not to be known: the code keeps it nowhere */
    } else if (v->kind == WEFT_I32) {
      printf(" %d", v->of.i32);
    } else if (v->kind == WEFT_F64) {
      printf(" %g", v->of.f64);
    }
  }
}

static void look_into(weft_store_t* store, const weft_invocation_t* call) {
  weft_frame_states_t* states = NULL;
  check(weft_invocation_frame_states(store, call, 128, &states), NULL);
  printf("stopped in\n");
  for (size_t i = 0; i < weft_frame_states_count(states); ++i) {
    const weft_str_t name = weft_frame_states_frame(states, i).func_name;
    const weft_frame_value_t* values = NULL;
    size_t count = weft_frame_states_locals(states, i, &values);
    printf("  %.*s: locals", (int)name.size, name.data);
    print_values(values, count);
    count = weft_frame_states_operands(states, i, &values);
    printf(", operands");
    print_values(values, count);
    printf("\n");
  }
  weft_frame_states_delete(states);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* inspect_call.wat */
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
  check(weft_linker_func(linker, "shop", 4, "price", 5, one_to_one, price, NULL, NULL), NULL);
  weft_functype_delete(one_to_one);
  weft_instance_t instance;
  weft_error_t* error = weft_linker_instantiate(linker, store, module, &instance, &trap);
  check(error, trap);
  weft_extern_t checkout;
  if (!weft_instance_export(store, instance, "checkout", 8, &checkout)) return 1;

  weft_invocation_t* call = NULL;
  weft_val_t value = {.kind = WEFT_I32, .of.i32 = 3};
  check(weft_invocation_new(store, checkout.of.func, &call), NULL);
  error = weft_invocation_start(store, call, &value, 1, &trap);
  check(error, trap);
  look_into(store, call);
  static const int32_t kPrices[3] = {30, 15, 5};
  for (int i = 0; i < 3; ++i) {
    value.of.i32 = kPrices[i];
    error = weft_invocation_resume(store, call, &value, 1, &trap);
    check(error, trap);
    if (i == 0) look_into(store, call);
  }
  weft_invocation_results(call, &value, 1);
  printf("change: %d\n", value.of.i32);

  weft_invocation_delete(call);
  weft_linker_delete(linker);
  weft_store_delete(store);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}
