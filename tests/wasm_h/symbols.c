/* Every function of wasm.h exists and can be linked from C: the address of each is taken. */
#include "symbols.h"

#include "wasm.h"

#define OWN(name) (function) wasm_##name##_delete,
#define VEC(name)                                                                        \
  (function) wasm_##name##_vec_new_empty, (function)wasm_##name##_vec_new_uninitialized, \
      (function)wasm_##name##_vec_new, (function)wasm_##name##_vec_copy,                 \
      (function)wasm_##name##_vec_delete,
#define TYPE(name) OWN(name) VEC(name)(function) wasm_##name##_copy,
#define REF_BASE(name)                                                              \
  OWN(name)(function) wasm_##name##_copy, (function)wasm_##name##_same,             \
      (function)wasm_##name##_get_host_info, (function)wasm_##name##_set_host_info, \
      (function)wasm_##name##_set_host_info_with_finalizer,
#define REF(name)                                                              \
  REF_BASE(name)(function) wasm_##name##_as_ref, (function)wasm_ref_as_##name, \
      (function)wasm_##name##_as_ref_const, (function)wasm_ref_as_##name##_const,
#define CASTS(name, to)                                              \
  (function) wasm_##name##_as_##to, (function)wasm_##to##_as_##name, \
      (function)wasm_##name##_as_##to##_const, (function)wasm_##to##_as_##name##_const,

typedef void (*function)(void);

static const function functions[] = {
    VEC(byte)(function) wasm_name_new_from_string,
    (function)wasm_name_new_from_string_nt,
    /* configuration, engine, store */
    OWN(config) OWN(engine) OWN(store)(function) wasm_config_new,
    (function)wasm_engine_new,
    (function)wasm_engine_new_with_config,
    (function)wasm_store_new,
    /* types */
    TYPE(valtype) TYPE(functype) TYPE(globaltype) TYPE(tabletype) TYPE(memorytype) TYPE(externtype)
        TYPE(importtype) TYPE(exporttype) CASTS(functype, externtype) CASTS(globaltype, externtype)
            CASTS(tabletype, externtype) CASTS(memorytype, externtype)(function) wasm_valtype_new,
    (function)wasm_valtype_kind,
    (function)wasm_valkind_is_num,
    (function)wasm_valkind_is_ref,
    (function)wasm_valtype_is_num,
    (function)wasm_valtype_is_ref,
    (function)wasm_functype_new,
    (function)wasm_functype_params,
    (function)wasm_functype_results,
    (function)wasm_globaltype_new,
    (function)wasm_globaltype_content,
    (function)wasm_globaltype_mutability,
    (function)wasm_tabletype_new,
    (function)wasm_tabletype_element,
    (function)wasm_tabletype_limits,
    (function)wasm_memorytype_new,
    (function)wasm_memorytype_limits,
    (function)wasm_externtype_kind,
    (function)wasm_importtype_new,
    (function)wasm_importtype_module,
    (function)wasm_importtype_name,
    (function)wasm_importtype_type,
    (function)wasm_exporttype_new,
    (function)wasm_exporttype_name,
    (function)wasm_exporttype_type,
    /* values and references */
    (function)wasm_val_delete,
    (function)wasm_val_copy,
    VEC(val) REF_BASE(ref)
    /* frames, traps, foreign objects, modules */
    OWN(frame) VEC(frame)(function) wasm_frame_copy,
    (function)wasm_frame_instance,
    (function)wasm_frame_func_index,
    (function)wasm_frame_func_offset,
    (function)wasm_frame_module_offset,
    REF(trap)(function) wasm_trap_new,
    (function)wasm_trap_message,
    (function)wasm_trap_origin,
    (function)wasm_trap_trace,
    REF(foreign)(function) wasm_foreign_new,
    REF(module) OWN(shared_module)(function) wasm_module_share,
    (function)wasm_module_obtain,
    (function)wasm_module_new,
    (function)wasm_module_validate,
    (function)wasm_module_imports,
    (function)wasm_module_exports,
    (function)wasm_module_serialize,
    (function)wasm_module_deserialize,
    /* functions, globals, tables, memories, externs, instances */
    REF(func)(function) wasm_func_new,
    (function)wasm_func_new_with_env,
    (function)wasm_func_type,
    (function)wasm_func_param_arity,
    (function)wasm_func_result_arity,
    (function)wasm_func_call,
    REF(global)(function) wasm_global_new,
    (function)wasm_global_type,
    (function)wasm_global_get,
    (function)wasm_global_set,
    REF(table)(function) wasm_table_new,
    (function)wasm_table_type,
    (function)wasm_table_get,
    (function)wasm_table_set,
    (function)wasm_table_size,
    (function)wasm_table_grow,
    REF(memory)(function) wasm_memory_new,
    (function)wasm_memory_type,
    (function)wasm_memory_data,
    (function)wasm_memory_data_size,
    (function)wasm_memory_size,
    (function)wasm_memory_grow,
    REF(extern) VEC(extern)(function) wasm_extern_kind,
    (function)wasm_extern_type,
    CASTS(func, extern) CASTS(global, extern) CASTS(table, extern) CASTS(memory, extern)
        REF(instance)(function) wasm_instance_new,
    (function)wasm_instance_exports,
    /* short forms */
    (function)wasm_valtype_new_i32,
    (function)wasm_valtype_new_i64,
    (function)wasm_valtype_new_f32,
    (function)wasm_valtype_new_f64,
    (function)wasm_valtype_new_externref,
    (function)wasm_valtype_new_funcref,
    (function)wasm_functype_new_0_0,
    (function)wasm_functype_new_1_0,
    (function)wasm_functype_new_2_0,
    (function)wasm_functype_new_3_0,
    (function)wasm_functype_new_0_1,
    (function)wasm_functype_new_1_1,
    (function)wasm_functype_new_2_1,
    (function)wasm_functype_new_3_1,
    (function)wasm_functype_new_0_2,
    (function)wasm_functype_new_1_2,
    (function)wasm_functype_new_2_2,
    (function)wasm_functype_new_3_2,
    (function)wasm_val_init_ptr,
    (function)wasm_val_ptr,
};

static_assert(sizeof functions / sizeof *functions == WASM_H_FUNCTIONS,
              "wasm.h declares 306 functions");

int distinct_functions(void) {
  int count = 0;
  for (size_t i = 0; i < WASM_H_FUNCTIONS; ++i) {
    size_t same = 0;
    for (size_t k = 0; k < i; ++k) same += functions[k] == functions[i];
    count += functions[i] != NULL && same == 0;
  }
  return count;
}

bool values_in_c(void) {
  wasm_val_t values[] = {WASM_I32_VAL(-1),   WASM_I64_VAL(2),    WASM_F32_VAL(0.5f),
                         WASM_F64_VAL(0.25), WASM_REF_VAL(NULL), WASM_INIT_VAL};
  wasm_val_vec_t vec = WASM_ARRAY_VEC(values);
  wasm_val_vec_t none = WASM_EMPTY_VEC;
  wasm_val_t pointer;
  wasm_val_init_ptr(&pointer, &vec);
  return vec.size == 6 && none.size == 0 && values[0].of.i32 == -1 && values[1].of.i64 == 2 &&
         values[2].of.f32 == 0.5f && values[3].of.f64 == 0.25 && values[5].of.ref == NULL &&
         wasm_val_ptr(&pointer) == &vec;
}
