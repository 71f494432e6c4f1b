// Sieve of Eratosthenes on bytes.
#include "bench.h"

enum { kN = 1 << 19 };
static uint8_t composite[kN];

static void setup(void) {}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    const uint32_t limit = kN - u % 64;
    memset(composite, 0, limit);
    uint32_t count = 0;
    for (uint32_t i = 2; i < limit; i++) {
      if (composite[i]) continue;
      count++;
      for (uint64_t j = (uint64_t)i * i; j < limit; j += i) composite[j] = 1;
    }
    hash = bench_mix(hash, count);
  }
  return hash;
}

WORKLOAD(sieve, 160)
