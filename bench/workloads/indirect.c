// Calls through a table of function pointers, in an order the branch predictor cannot learn fully.
#include "bench.h"

typedef uint32_t (*Op)(uint32_t);
static uint32_t op_add(uint32_t x) { return x + 0x9e3779b9u; }
static uint32_t op_xor(uint32_t x) { return x ^ (x >> 15); }
static uint32_t op_mul(uint32_t x) { return x * 0x85ebca6bu; }
static uint32_t op_rot(uint32_t x) { return (x << 13) | (x >> 19); }
static uint32_t op_not(uint32_t x) { return ~x; }
static uint32_t op_neg(uint32_t x) { return 0u - x; }
static uint32_t op_shl(uint32_t x) { return x + (x << 3); }
static uint32_t op_sub(uint32_t x) { return x - 0x7feb352du; }

static Op ops[8] = {op_add, op_xor, op_mul, op_rot, op_not, op_neg, op_shl, op_sub};
static uint8_t order[4096];

static void setup(void) {
  for (int i = 0; i < 4096; i++) order[i] = (uint8_t)(bench_rand() >> 61);
}

static uint64_t kernel(uint32_t units) {
  uint32_t x = 1;
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) {
    for (int i = 0; i < 4096; i++) x = ops[order[i]](x);
    sum += x;
  }
  return sum;
}

WORKLOAD(indirect, 7000)
