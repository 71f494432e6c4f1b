/* Weft C API: errors (refused input or resources) and traps (guest misbehaviour), with their
 * backtraces. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_ERROR_H
#define WEFT_C_ERROR_H

#include "weft/c/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Order fixed; only appended to. */
typedef enum weft_error_code {
  WEFT_ERROR_MALFORMED,      /* bytes or text that cannot be read as a module */
  WEFT_ERROR_INVALID,        /* reads, but breaks a validation rule */
  WEFT_ERROR_UNLINKABLE,     /* imports are missing or of another type */
  WEFT_ERROR_UNSUPPORTED,    /* a feature that is off or cannot be executed */
  WEFT_ERROR_LIMIT_EXCEEDED, /* an implementation or configured limit */
  WEFT_ERROR_OUT_OF_MEMORY,  /* the operating system refused memory */
  WEFT_ERROR_BAD_ARGUMENT,   /* count or type of arguments does not fit */
  WEFT_ERROR_WRONG_STORE,    /* a handle of another store or engine */
  WEFT_ERROR_NOT_FOUND,      /* no export, file or name like that */
  WEFT_ERROR_IO,             /* reading or writing failed */
  WEFT_ERROR_BAD_CONFIG,     /* options that contradict each other */
  WEFT_ERROR_HOST,           /* made by a host function */
  WEFT_ERROR_FREED,          /* a handle of an instance that was freed */
  WEFT_ERROR_IN_USE          /* cannot be freed: something still refers to it */
} weft_error_code_t;

/** Why something was refused. Owned by who gets it. */
typedef struct weft_error weft_error_t;
/* An error of class HOST with this text, to be returned by a host function. Never NULL: without
 * memory it is that of class OUT_OF_MEMORY. */
WEFT_API weft_error_t* weft_error_new(const char* message, size_t size);
/** An error of another class; what a host function returns, or a binding above this one. */
WEFT_API weft_error_t* weft_error_new_code(weft_error_code_t, const char* message, size_t size);
/* As weft_error_new, with something of the embedder's inside. `kind` is an address that identifies
 * what it is; `finalizer` (or NULL) is called when the error goes. <weft/weft.hpp> carries C++
 * exceptions this way. */
WEFT_API weft_error_t* weft_error_new_payload(const char* message, size_t size, const void* kind,
                                              void* payload, void (*finalizer)(void*));
/* The payload if it is of this kind, else NULL. Borrowed. */
WEFT_API void* weft_error_payload(const weft_error_t*, const void* kind);
/** NULL may be given. */
WEFT_API void weft_error_delete(weft_error_t*);
/** The class of the error. */
WEFT_API weft_error_code_t weft_error_code(const weft_error_t*);
/* Lives as long as the error. Begins with the specification's phrase. */
WEFT_API weft_str_t weft_error_message(const weft_error_t*);
/* Byte offset in the module, UINT64_MAX where there is none. */
WEFT_API uint64_t weft_error_offset(const weft_error_t*);

/* Numbers as in src/wasm/traps.def. */
typedef uint8_t weft_trap_code_t;

/** How a call of the guest ended that did not come to its end. Owned by who gets it. */
typedef struct weft_trap weft_trap_t;
/** NULL may be given. */
WEFT_API void weft_trap_delete(weft_trap_t*);
/** Which trap; 0 if a host function failed or the guest ended the program. */
WEFT_API weft_trap_code_t weft_trap_code(const weft_trap_t*);
/** The error, owned by the caller, if the call was refused before anything ran: not a trap of the
 * guest. NULL otherwise. */
WEFT_API weft_error_t* weft_trap_refused(const weft_trap_t*);
/* "out of bounds memory access: ..." without the backtrace. Lives as long as the trap. */
WEFT_API weft_str_t weft_trap_message(const weft_trap_t*);
/* The guest ended the program (WASI proc_exit): true, and the exit code. Not a misbehaviour. */
WEFT_API bool weft_trap_exit_status(const weft_trap_t*, int32_t* status);
/* Why a host function failed, or NULL. Borrowed. */
WEFT_API const weft_error_t* weft_trap_host_error(const weft_trap_t*);

/** A function of the guest that was being executed. */
typedef struct weft_frame {
  uint32_t func_index;
  uint32_t module_offset; /* bytes from the start of the module */
  weft_str_t func_name;   /* from the name section or an export; empty where unknown */
  weft_str_t module_name;
} weft_frame_t;
/* Innermost first. The frames' strings live as long as the trap. */
WEFT_API size_t weft_trap_frame_count(const weft_trap_t*);
/** Zeros past the last. */
WEFT_API weft_frame_t weft_trap_frame(const weft_trap_t*, size_t index);
/* With option "core_dumps": the state of the store at the trap, as a file that post-mortem tools
 * read; 0 where there is none. Lives as long as the trap. */
WEFT_API size_t weft_trap_core_dump(const weft_trap_t*, const uint8_t** data);
/* "  0: 0x1a2b - module!function\n" for each frame. */
WEFT_API weft_bytes_t weft_trap_backtrace(const weft_trap_t*);

#ifdef __cplusplus
}
#endif

#endif
