// Fannkuch: permutations of a short array and prefix reversals.
#include "bench.h"

static void setup(void) {}

static uint64_t fannkuch(int n, uint32_t seed) {
  int perm[16], work[16], count[16];
  int max_flips = 0, checksum = 0, r = n, index = 0;
  for (int i = 0; i < n; i++) perm[i] = (int)((uint32_t)i + seed) % n;
  for (;;) {
    for (; r > 1; r--) count[r - 1] = r;
    for (int i = 0; i < n; i++) work[i] = perm[i];
    int flips = 0;
    for (int k = work[0]; k != 0; k = work[0]) {
      for (int i = 0, j = k; i < j; i++, j--) {
        const int t = work[i];
        work[i] = work[j];
        work[j] = t;
      }
      flips++;
    }
    if (flips > max_flips) max_flips = flips;
    checksum += index % 2 ? -flips : flips;
    for (;; r++) {
      if (r == n) return (uint64_t)(uint32_t)checksum << 8 | (uint32_t)max_flips;
      const int first = perm[0];
      for (int i = 0; i < r; i++) perm[i] = perm[i + 1];
      perm[r] = first;
      if (--count[r] > 0) break;
    }
    index++;
  }
}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) sum = bench_mix(sum, fannkuch(7, u % 5));
  return sum;
}

WORKLOAD(fannkuch, 1000)
