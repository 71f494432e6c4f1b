/* Weft, a WebAssembly engine: the C API, and the only binary boundary of the library.
 *
 * Conventions
 *   - Opaque objects are made by *_new and given back by *_delete; delete of NULL does nothing.
 *   - A function that can be refused returns weft_error_t*: NULL is success, anything else is owned
 * by the caller.
 *   - Guest misbehaviour is not an error but a weft_trap_t*, handed out through a parameter.
 *   - Things that live in a store (functions, memories, instances...) are small values: an index
 * and the store's id. A value of another store is refused with WEFT_ERROR_WRONG_STORE, one of an
 * instance that was freed (weft_instance_free) with WEFT_ERROR_FREED, never undefined behaviour.
 *   - Strings are UTF-8 with a length and need no terminator, both ways.
 * When memory runs out
 *   - A function that can say so does: with an error of class WEFT_ERROR_OUT_OF_MEMORY, or a trap
 * that carries one. Nothing else has changed then, and the store can be used on. Both exist
 * beforehand; deleting them does nothing.
 *   - A function that returns a handle itself returns NULL, for no other reason than this:
 * weft_linker_new, weft_functype_new, weft_functype_new_exact, weft_wasi_config_new,
 * weft_instance_pre_clone. There is no last error to ask for. The handle need not be looked at: it
 * may be given on, and whatever can return an error refuses it with WEFT_ERROR_OUT_OF_MEMORY;
 * delete ignores it. weft_config_new never returns NULL, and what could not be written into a
 * configuration is told by whoever takes it. The other *_clone cannot fail.
 *   - Text and lists that are returned by value are empty.
 * Threads
 *   - weft_engine_t, weft_module_t: any thread, at the same time.
 *   - weft_store_t and everything in it, weft_linker_t, weft_config_t: one thread at a time.
 *   - weft_engine_increment_epoch: any thread, and from a signal handler.
 * Nothing here throws; a C++ exception of a host function is carried over the guest by
 * <weft/weft.hpp>. */
#ifndef WEFT_H
#define WEFT_H

/* One file per subject; each can be read alone. */
#include "weft/c/base.h"
#include "weft/c/defined_type.h"
#include "weft/c/engine.h"
#include "weft/c/error.h"
#include "weft/c/exception.h"
#include "weft/c/frame_state.h"
#include "weft/c/func.h"
#include "weft/c/gc.h"
#include "weft/c/global_table.h"
#include "weft/c/insight.h"
#include "weft/c/instance.h"
#include "weft/c/invocation.h"
#include "weft/c/limits.h"
#include "weft/c/linker.h"
#include "weft/c/memory.h"
#include "weft/c/module.h"
#include "weft/c/pool.h"
#include "weft/c/ref.h"
#include "weft/c/serialize.h"
#include "weft/c/source.h"
#include "weft/c/store.h"
#include "weft/c/text.h"
#include "weft/c/types.h"
#include "weft/c/value.h"
#include "weft/c/wasi.h"

#endif
