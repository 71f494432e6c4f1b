// Single-precision matrix product, four lanes wide.
#include "../bench.h"

enum { kN = 64 };
static float a[kN][kN], b[kN][kN], c[kN][kN];

static void setup(void) {
  for (int i = 0; i < kN; i++) {
    for (int j = 0; j < kN; j++) {
      a[i][j] = (float)((i * j + 1) % 17) / 17.0f;
      b[i][j] = (float)((i + j * 3) % 23) / 23.0f;
    }
  }
}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) {
    for (int i = 0; i < kN; i++) {
      for (int j = 0; j < kN; j++) c[i][j] = 0;
      for (int k = 0; k < kN; k++) {
        const float x = a[i][k];
        for (int j = 0; j < kN; j++) c[i][j] += x * b[k][j];
      }
    }
    a[u % kN][(u * 7) % kN] = c[(u * 5) % kN][u % kN] * 1e-3f;
    sum = bench_mix(sum, bench_bits(c[u % kN][(u * 3) % kN]));
  }
  return sum;
}

WORKLOAD(sgemm, 9000)
