/* Weft C API: linking. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_LINKER_H
#define WEFT_C_LINKER_H

#include "weft/c/func.h"
#include "weft/c/module.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Names and what they stand for. One thread at a time. */
typedef struct weft_linker weft_linker_t;
/** An empty one. NULL only if there is no memory. */
WEFT_API weft_linker_t* weft_linker_new(weft_engine_t*);
/** Instances that were linked with it stay. */
WEFT_API void weft_linker_delete(weft_linker_t*);
/** Something in a store; used with other stores, the linker refuses it. A name can be defined once.
 */
WEFT_API weft_error_t* weft_linker_define(weft_linker_t*, const weft_store_t*, const char* module,
                                          size_t module_size, const char* name, size_t name_size,
                                          const weft_extern_t*);
/* A host function for every store this linker is used with. */
WEFT_API weft_error_t* weft_linker_func(weft_linker_t*, const char* module, size_t module_size,
                                        const char* name, size_t name_size, const weft_functype_t*,
                                        weft_callback_t, void* env, void (*finalizer)(void*));
/* All exports of an instance under one module name. */
WEFT_API weft_error_t* weft_linker_instance(weft_linker_t*, const weft_store_t*, const char* module,
                                            size_t module_size, weft_instance_t);
/** The functions of WASI preview 1; they use what weft_store_set_wasi gave the store. */
WEFT_API weft_error_t* weft_linker_wasi(weft_linker_t*);
/** Looks up all imports. Errors: UNLINKABLE if one is missing or does not fit; *trap is set if a
 * segment or the start function trapped. */
WEFT_API weft_error_t* weft_linker_instantiate(weft_linker_t*, weft_store_t*, const weft_module_t*,
                                               weft_instance_t* out, weft_trap_t** trap);

/* A module with its imports looked up and checked, once for many instances in any store of the
 * engine. All imports must be host functions of the linker; WEFT_ERROR_UNLINKABLE otherwise. Any
 * thread may use it at any time; it stays as it is when the linker changes or goes. */
typedef struct weft_instance_pre weft_instance_pre_t;
/** See weft_instance_pre_t. */
WEFT_API weft_error_t* weft_instance_pre_new(weft_linker_t*, const weft_module_t*,
                                             weft_instance_pre_t** out);
/** One more owner of the same thing. NULL only if there is no memory. */
WEFT_API weft_instance_pre_t* weft_instance_pre_clone(const weft_instance_pre_t*);
/** Instances made from it stay. */
WEFT_API void weft_instance_pre_delete(weft_instance_pre_t*);
/** As weft_linker_instantiate, without looking anything up. */
WEFT_API weft_error_t* weft_instance_pre_instantiate(const weft_instance_pre_t*, weft_store_t*,
                                                     weft_instance_t* out, weft_trap_t** trap);

#ifdef __cplusplus
}
#endif

#endif
