// N queens with bit masks: recursion and integer logic in registers.
#include "bench.h"

static uint32_t solve(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
  if (columns == all) return 1;
  uint32_t count = 0;
  for (uint32_t open = all & ~(columns | left | right); open;) {
    const uint32_t bit = open & (0u - open);
    open ^= bit;
    count += solve(all, columns | bit, ((left | bit) << 1) & all, (right | bit) >> 1);
  }
  return count;
}

static void setup(void) {}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++)
    sum = bench_mix(sum, solve((1u << (8 + (u & 1))) - 1, 0, 0, 0));
  return sum;
}

WORKLOAD(queens, 15000)
