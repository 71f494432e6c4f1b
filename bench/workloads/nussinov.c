// RNA folding by dynamic programming over a triangular table.
#include "bench.h"

enum { kN = 150 };
static int32_t table[kN][kN];
static int8_t base[kN];

static int32_t max2(int32_t a, int32_t b) { return a > b ? a : b; }

static void setup(void) {
  for (int i = 0; i < kN; i++) base[i] = (int8_t)((i + 1) % 4);
}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    base[u % kN] = (int8_t)((base[u % kN] + 1) % 4);
    memset(table, 0, sizeof table);
    for (int i = kN - 1; i >= 0; i--) {
      for (int j = i + 1; j < kN; j++) {
        int32_t best = max2(table[i][j - 1], i + 1 < kN ? table[i + 1][j] : 0);
        if (i + 1 < kN)
          best = max2(best, table[i + 1][j - 1] + (i < j - 1 && base[i] + base[j] == 3 ? 1 : 0));
        for (int k = i + 1; k < j; k++) best = max2(best, table[i][k] + table[k + 1][j]);
        table[i][j] = best;
      }
    }
    hash = bench_mix(hash, (uint64_t)table[0][kN - 1]);
  }
  return hash;
}

WORKLOAD(nussinov, 600)
