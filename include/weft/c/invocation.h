/* Weft C API: calls that stop and go on, and what stops them: host functions that are not done yet,
 * fuel, epochs, requests of other threads. Conventions: <weft/weft.h>. Meaning: docs/guide and
 * docs/adr/0016. */
#ifndef WEFT_C_INVOCATION_H
#define WEFT_C_INVOCATION_H

#include "weft/c/error.h"
#include "weft/c/func.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One call that may stop before its end and go on later, on a stack of its own. Its store stays
 * usable meanwhile, for calls and for other invocations, which may be resumed in any order. Used by
 * the thread that has the store at the moment. Deleted while suspended, it never goes on. May be
 * deleted after its store. */
typedef struct weft_invocation weft_invocation_t;

/** How far an invocation has come. */
typedef enum weft_invocation_state {
  WEFT_INVOCATION_READY,    /* not started */
  WEFT_INVOCATION_FINISHED, /* weft_invocation_results */
  WEFT_INVOCATION_TRAPPED,
  WEFT_INVOCATION_SUSPENDED /* weft_invocation_suspension tells why */
} weft_invocation_state_t;

/** Why an invocation stands still. */
typedef enum weft_suspension {
  WEFT_SUSPENSION_NONE,
  WEFT_SUSPENSION_HOST,       /* a host function returned an error: resumed with its results */
  WEFT_SUSPENSION_FUEL,       /* out of fuel: resumed without values after refuelling */
  WEFT_SUSPENSION_INTERRUPTED /* epoch deadline or request: resumed without values */
} weft_suspension_t;

/** Nothing runs yet. Errors: wrong_store, freed, out_of_memory. */
WEFT_API weft_error_t* weft_invocation_new(weft_store_t*, weft_func_t, weft_invocation_t** out);
/** What it would still have done is dropped; its guest frames are gone. */
WEFT_API void weft_invocation_delete(weft_invocation_t*);

/** Begins it. Everything is checked before anything runs; an error leaves it as it is. *trap is
 * NULL unless it trapped; then state() tells finished from suspended. */
WEFT_API weft_error_t* weft_invocation_start(weft_store_t*, weft_invocation_t*,
                                             const weft_val_t* args, size_t count,
                                             weft_trap_t** trap);
/** Goes on. `values`: the results of the host function that stopped it
 * (weft_invocation_resume_types); none after other suspensions. Checked first: an error
 * (bad_argument, wrong_store) leaves it suspended. */
WEFT_API weft_error_t* weft_invocation_resume(weft_store_t*, weft_invocation_t*,
                                              const weft_val_t* values, size_t count,
                                              weft_trap_t** trap);
/** The same without checks of values: `cells` holds the arguments, or the host function's results;
 * when it finishes, its results. The caller vouches for types and for a capacity of at least the
 * cells of each of these. NULL or the trap. Does not allocate. */
WEFT_API weft_trap_t* weft_invocation_start_unchecked(weft_store_t*, weft_invocation_t*,
                                                      weft_raw_t* cells, size_t capacity);
/** See weft_invocation_start_unchecked. */
WEFT_API weft_trap_t* weft_invocation_resume_unchecked(weft_store_t*, weft_invocation_t*,
                                                       weft_raw_t* cells, size_t capacity);

/** Where it stands. */
WEFT_API weft_invocation_state_t weft_invocation_state(const weft_invocation_t*);
/** Why it is suspended; NONE if it is not. */
WEFT_API weft_suspension_t weft_invocation_suspension(const weft_invocation_t*);
/** How many results it has; the first `count` are written to `out`. Finished by a checked start or
 * resume only, otherwise 0. */
WEFT_API size_t weft_invocation_results(const weft_invocation_t*, weft_val_t* out, size_t count);
/** How many values resume wants; the kinds of the first `count` are written to `out`. */
WEFT_API size_t weft_invocation_resume_types(const weft_invocation_t*, weft_valkind_t* out,
                                             size_t count);
/** Suspended by a host function: that function. False otherwise. */
WEFT_API bool weft_invocation_host(const weft_invocation_t*, weft_func_t* out);
/** Suspended by a host function: its error, until the next resume; NULL for
 * weft_error_pending(). Borrowed. */
WEFT_API const weft_error_t* weft_invocation_host_error(const weft_invocation_t*);
/** Guest frames of a suspended invocation, innermost first. Strings live until it is resumed or
 * asked for frames again. */
WEFT_API size_t weft_invocation_frame_count(weft_invocation_t*);
/** Zeros past the last. */
WEFT_API weft_frame_t weft_invocation_frame(weft_invocation_t*, size_t index);

/** For a host function to return when it is not done: suspends an invocation without any
 * allocation; a plain call traps. The same object each time; deleting it does nothing. */
WEFT_API weft_error_t* weft_error_pending(void);
/** The call that this error of a host function ends cannot be resumed. */
WEFT_API void weft_error_set_final(weft_error_t*);

/** For other threads to stop the guest of a store. Any thread; outlives the store. */
typedef struct weft_interrupt_handle weft_interrupt_handle_t;
/** What a request from another thread does. */
typedef enum weft_interruption {
  WEFT_INTERRUPTION_SUSPEND = 1, /* an invocation can be resumed; a plain call traps "interrupt" */
  WEFT_INTERRUPTION_TRAP = 2     /* both trap */
} weft_interruption_t;
/** Owned. Needs option "epochs" (bad_config). */
WEFT_API weft_error_t* weft_store_interrupt_handle(weft_store_t*, weft_interrupt_handle_t** out);
/** Requests that were made stay. */
WEFT_API void weft_interrupt_handle_delete(weft_interrupt_handle_t*);
/** Heard once: at the guest's next function entry or loop iteration, in atomic waits and in waits
 * of WASI (within 10 ms); if no guest runs, when one does. A trap is not weakened by a later
 * request to suspend. False if the store is gone. */
WEFT_API bool weft_interrupt_request(weft_interrupt_handle_t*, weft_interruption_t);
/** Forgets a request that was not heard yet. */
WEFT_API void weft_interrupt_take_back(weft_interrupt_handle_t*);

/** What happens when the epoch reaches the store's deadline. */
typedef enum weft_epoch_action {
  WEFT_EPOCH_TRAP,    /* "interrupt"; the default */
  WEFT_EPOCH_SUSPEND, /* an invocation can be resumed, after moving the deadline; a plain call traps
                       */
  WEFT_EPOCH_CONTINUE /* callbacks only: the deadline moves on by *ticks from the present epoch;
                         with 0 the callback is asked at the next check again */
} weft_epoch_action_t;
/** Asked when the deadline is reached, between two instructions of the guest. */
typedef weft_epoch_action_t (*weft_epoch_callback_t)(void* env, weft_store_t*, uint64_t* ticks);
/** Needs option "epochs" (bad_config). WEFT_EPOCH_CONTINUE is refused (bad_argument). */
WEFT_API weft_error_t* weft_store_set_epoch_action(weft_store_t*, weft_epoch_action_t);
/** As above; asks on the store's thread. `finalizer` (or NULL) is called with `env` when it is
 * replaced or the store goes, or at once if this fails. */
WEFT_API weft_error_t* weft_store_set_epoch_callback(weft_store_t*, weft_epoch_callback_t,
                                                     void* env, void (*finalizer)(void*));

/** In a host function: has the guest been asked to stop, or has its deadline passed? Long work
 * should look now and then, and return an error. The request stays for the guest to hear. */
WEFT_API bool weft_caller_interrupted(weft_caller_t*);
/** In a host function: the deadline of weft_store_set_deadline on CLOCK_MONOTONIC in nanoseconds,
 * UINT64_MAX if there is none. */
WEFT_API uint64_t weft_caller_deadline(weft_caller_t*);

#ifdef __cplusplus
}
#endif

#endif
