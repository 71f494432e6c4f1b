// Pointer chasing through a random cycle larger than the caches: latency bound, one load per step.
// memory-bound
#include "bench.h"

enum { kNodes = 1 << 20 };
static uint32_t next_node[kNodes];

static void setup(void) {
  for (uint32_t i = 0; i < kNodes; i++) next_node[i] = i;
  for (uint32_t i = kNodes - 1; i > 0; i--) {  // Sattolo: one single cycle
    uint32_t j = (uint32_t)(bench_rand() % i);
    uint32_t t = next_node[i];
    next_node[i] = next_node[j];
    next_node[j] = t;
  }
}

static uint64_t kernel(uint32_t units) {
  uint32_t at = 0;
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) {
    for (int i = 0; i < 50000; i++) at = next_node[at];
    sum += at;
  }
  return sum;
}

WORKLOAD(chase, 200)
