/* Weft C API: the pooling allocator: fixed slots for instances, memories, tables, stacks and heaps
 * of references, taken once, reused for ever. For many short-lived instances. Conventions:
 * <weft/weft.h>. */
#ifndef WEFT_C_POOL_H
#define WEFT_C_POOL_H

#include "weft/c/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sizes of an engine's pool. A module that cannot fit is refused when it is compiled, an instance
 * for which no slot is free when it is made; both with WEFT_ERROR_LIMIT_EXCEEDED and the name of
 * the field. Everything is address space at first; memory is taken as it is touched. */
typedef struct weft_pool_config {
  /* Instances at the same time, in all stores; 1 to 16777216. */
  uint32_t instances;
  /* Of one instance: its context, function references and the first elements of its tables. */
  uint64_t instance_bytes;
  /* Linear memories that instances define and stores make; 0 to 16777216. */
  uint32_t memories;
  /* What one can have and grow to; at most 4 GiB. */
  uint64_t memory_bytes;
  /* Each memory slot has 8 GiB of addresses around it, so that code needs no bounds checks; at most
   * about 12000 slots then. false: slots lie side by side, code checks, initial contents are copied
   * instead of mapped; 100000 slots are no problem. */
  bool guards;
  /* Tables that do not fit in their instance, that grew, or that stores make; 0 to 16777216. */
  uint32_t tables;
  uint64_t table_elements;
  /* Bytes of a used memory that are zeroed by hand; the rest goes back to the system. */
  uint64_t keep_resident;
  /* Memories whose pages go back to the system together. */
  uint32_t batch;
  /* Stacks of the interpreter: one for each store that has called guest code, one for each
   * unfinished invocation. A call without one ends with an error of the host. 0: twice `instances`;
   * at most 16777216. */
  uint32_t stacks;
  /* Heaps of references: one for each store in which an object, an exception or an externref was
   * made. 0: as many as `instances`; at most 16777216. */
  uint32_t gc_heaps;
} weft_pool_config_t;

/* The defaults: 1000 instances, memories (4 GiB, guarded) and tables. */
WEFT_API void weft_pool_config_init(weft_pool_config_t*);
/* Engines made with this config take all of these from a pool of their own.
 * weft_engine_new refuses sizes that cannot be with WEFT_ERROR_BAD_CONFIG. */
WEFT_API weft_error_t* weft_config_pool(weft_config_t*, const weft_pool_config_t*);

/* Slots of each kind that are in use, while other threads take and give them. */
typedef struct weft_pool_metrics {
  uint32_t instances;
  uint32_t memories;
  uint32_t tables;
  uint32_t stacks;
  uint32_t gc_heaps;
} weft_pool_metrics_t;
/* False: the engine has no pool. Any thread. */
WEFT_API bool weft_engine_pool_metrics(const weft_engine_t*, weft_pool_metrics_t* out);

#ifdef __cplusplus
}
#endif

#endif
