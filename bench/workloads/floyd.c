// All shortest paths: integer triple loop with a minimum.
#include "bench.h"

enum { kN = 100 };
static int32_t path[kN][kN];

static void fill(uint32_t seed) {
  for (int i = 0; i < kN; i++) {
    for (int j = 0; j < kN; j++) {
      path[i][j] = (int32_t)((uint32_t)(i * j) % 7 + 1 + seed % 3);
      if ((i + j) % 13 == 0 || (i + j) % 7 == 0 || (i + j) % 11 == 0) path[i][j] = 999;
    }
  }
}

static void setup(void) {}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) {
    fill(u);
    for (int k = 0; k < kN; k++) {
      for (int i = 0; i < kN; i++) {
        for (int j = 0; j < kN; j++) {
          const int32_t through = path[i][k] + path[k][j];
          path[i][j] = path[i][j] < through ? path[i][j] : through;
        }
      }
    }
    sum = bench_mix(sum, (uint64_t)path[u % kN][(u * 7) % kN]);
  }
  return sum;
}

WORKLOAD(floyd, 500)
