/** @file
 * Weft C API: what is in the guest's frames while it stands still: locals and operands.
 * Conventions: <weft/weft.h>. Meaning: docs/adr/0027. */
#ifndef WEFT_C_FRAME_STATE_H
#define WEFT_C_FRAME_STATE_H

#include "weft/c/invocation.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A local or an operand of a frame. */
typedef struct weft_frame_value {
  weft_val_t value; /**< Its kind is always set. If `known` is false, the rest is zero. */
  /** False where the value is nowhere: a local that is set on some ways to this place only, or was
   * never set and cannot be null; at a trap also an operand of the instruction that trapped, which
   * was in a register only. */
  bool known;
} weft_frame_value_t;

/** Guest frames with their values, as they were when asked for. A copy: it may be kept while the
 * guest goes on, and be deleted after its store; used by one thread at a time. References in it
 * are kept alive by the scope in which it was made (weft_scope_open), as all references are. */
typedef struct weft_frame_states weft_frame_states_t;

/** The newest `max` guest frames of an invocation, innermost first; none if it is not suspended.
 * Takes the time of translating each frame's function once more. Errors: WRONG_STORE,
 * OUT_OF_MEMORY. */
WEFT_API weft_error_t* weft_invocation_frame_states(weft_store_t*, const weft_invocation_t*,
                                                    size_t max, weft_frame_states_t** out);
/** The same for the guest that runs in this store, on the store's thread: in a host function, a
 * call hook or an epoch callback. None if no guest runs. Frames of suspended invocations are not
 * among them. Errors: OUT_OF_MEMORY. */
WEFT_API weft_error_t* weft_store_frame_states(weft_store_t*, size_t max,
                                               weft_frame_states_t** out);
/** NULL may be given. */
WEFT_API void weft_frame_states_delete(weft_frame_states_t*);
/** How many frames there are. */
WEFT_API size_t weft_frame_states_count(const weft_frame_states_t*);
/** Where frame `index` stands: at the call that is under way, or at the instruction that is next.
 * Zeros past the last. Strings live as long as the states. */
WEFT_API weft_frame_t weft_frame_states_frame(const weft_frame_states_t*, size_t index);
/** The instance whose function it is: two instances of one module are told apart by it. Zeros past
 * the last. */
WEFT_API weft_instance_t weft_frame_states_instance(const weft_frame_states_t*, size_t index);
/** The frame's locals, parameters first: `*out` is set to the first, the number is returned. They
 * live as long as the states. 0 past the last frame. */
WEFT_API size_t weft_frame_states_locals(const weft_frame_states_t*, size_t index,
                                         const weft_frame_value_t** out);
/** The frame's operand stack, bottom first, as weft_frame_states_locals. Without the arguments of
 * a call that is under way: they belong to the callee. */
WEFT_API size_t weft_frame_states_operands(const weft_frame_states_t*, size_t index,
                                           const weft_frame_value_t** out);

#ifdef __cplusplus
}
#endif

#endif
