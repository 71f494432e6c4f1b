// Integer sums and extremes of columns: multiply, minimum, maximum, shifts in lanes of 32 bits.
#include "../bench.h"

enum { kN = 1 << 12 };
static int32_t x[kN], y[kN], z[kN];

static void setup(void) {
  for (int i = 0; i < kN; i++) {
    x[i] = (int32_t)(bench_rand() >> 40);
    y[i] = (int32_t)(bench_rand() >> 40) - (1 << 23);
  }
}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) {
    int32_t low = INT32_MAX, high = INT32_MIN;
    uint32_t total = 0;
    for (int i = 0; i < kN; i++) {
      const int32_t v = (int32_t)((uint32_t)x[i] * 3u + ((uint32_t)y[i] >> 2));
      z[i] = v ^ (int32_t)u;
      low = v < low ? v : low;
      high = v > high ? v : high;
      total += (uint32_t)v;
    }
    x[u % kN] += z[(u * 7) % kN] & 15;
    sum = bench_mix(sum, total ^ (uint64_t)(uint32_t)low << 32 ^ (uint32_t)high);
  }
  return sum;
}

WORKLOAD(sums, 120000)
