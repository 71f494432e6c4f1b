/* Weft C API: instances and their exports. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_INSTANCE_H
#define WEFT_C_INSTANCE_H

#include "weft/c/module.h"
#include "weft/c/store.h"
#include "weft/c/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Imports in the module's order. */
WEFT_API weft_error_t* weft_instance_new(weft_store_t*, const weft_module_t*,
                                         const weft_extern_t* imports, size_t import_count,
                                         weft_instance_t* out, weft_trap_t** trap);
/** False if the instance has no export of this name, or is not of this store. */
WEFT_API bool weft_instance_export(const weft_store_t*, weft_instance_t, const char* name,
                                   size_t size, weft_extern_t* out);

/* Ends an instance before its store does: its memories and tables go now, and every handle of it,
 * also of its functions, memories..., is refused with WEFT_ERROR_FREED from then on. Only if
 * nothing refers to it: no import of another instance, no table, global, element segment or object
 * on the heap holds one of its functions, and no call that runs or is suspended has a frame of it.
 * Else WEFT_ERROR_IN_USE, whose message says who, and nothing has changed. What the store must be
 * searched for: nothing, if the module's types have no references and it imports neither tables nor
 * globals of references and has no tags, and none of its items was ever imported or passed back in;
 * everything else takes time in proportion to the store. Pointers into its memory dangle. */
WEFT_API weft_error_t* weft_instance_free(weft_store_t*, weft_instance_t);

/* Anything of the embedder's, for this instance; `finalizer` (or NULL) is called with it when the
 * instance goes or other data is set. It must not use the store. */
WEFT_API weft_error_t* weft_instance_set_data(weft_store_t*, weft_instance_t, void* data,
                                              void (*finalizer)(void*));
/* NULL if there is none, or no such instance. */
WEFT_API void* weft_instance_data(const weft_store_t*, weft_instance_t);

#ifdef __cplusplus
}
#endif

#endif
