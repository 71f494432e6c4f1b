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
WEFT_API bool weft_instance_export(const weft_store_t*, weft_instance_t, const char* name,
                                   size_t size, weft_extern_t* out);

#ifdef __cplusplus
}
#endif

#endif
