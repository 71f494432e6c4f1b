/* Weft C API: handles of things in a store, and values. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_VALUE_H
#define WEFT_C_VALUE_H

#include "weft/c/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A function of a store: plain numbers, which any thread may hold; valid until the store or its
 * instance goes, and refused after that. */
typedef struct weft_func {
  uint64_t store;
  uint64_t index;
} weft_func_t;
/** A table of a store: plain numbers, which any thread may hold; valid until the store or its
 * instance goes, and refused after that. */
typedef struct weft_table {
  uint64_t store;
  uint64_t index;
} weft_table_t;
/** A memory of a store: plain numbers, which any thread may hold; valid until the store or its
 * instance goes, and refused after that. */
typedef struct weft_memory {
  uint64_t store;
  uint64_t index;
} weft_memory_t;
/** A global of a store: plain numbers, which any thread may hold; valid until the store or its
 * instance goes, and refused after that. */
typedef struct weft_global {
  uint64_t store;
  uint64_t index;
} weft_global_t;
/** An exception tag of a store: plain numbers, which any thread may hold; valid until the store or
 * its instance goes, and refused after that. */
typedef struct weft_tag {
  uint64_t store;
  uint64_t index;
} weft_tag_t;
/** An instance of a store: plain numbers, which any thread may hold; valid until the store or its
 * instance goes, and refused after that. */
typedef struct weft_instance {
  uint64_t store;
  uint64_t index;
} weft_instance_t;
/* A reference on the store's heap; handle 0 is null. */
typedef struct weft_ref {
  uint64_t store;
  uint32_t handle;
} weft_ref_t;

/** An import or export. */
typedef struct weft_extern {
  weft_externkind_t kind;
  union {
    weft_func_t func;
    weft_table_t table;
    weft_memory_t memory;
    weft_global_t global;
    weft_tag_t tag;
  } of;
} weft_extern_t;

/** A value; `kind` says which member is set. */
typedef struct weft_val {
  weft_valkind_t kind;
  union {
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    uint8_t v128[16];
    weft_func_t funcref; /* store 0: null */
    weft_ref_t ref;
  } of;
} weft_val_t;

/* A raw value: parameters and results of unchecked calls and host functions, 8 bytes each, v128 two
 * of them, 32-bit values zero-extended. */
typedef union weft_raw {
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
  uint64_t bits;
} weft_raw_t;

#ifdef __cplusplus
}
#endif

#endif
