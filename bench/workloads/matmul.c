// Dense double matrix product in the loop order that a native compiler vectorises.
#include "bench.h"

enum { kN = 96 };
static double a[kN][kN], b[kN][kN], c[kN][kN];

static void setup(void) {
  for (int i = 0; i < kN; i++) {
    for (int j = 0; j < kN; j++) {
      a[i][j] = (double)((i * j + 1) % 17) / 17.0;
      b[i][j] = (double)((i + j * 3) % 23) / 23.0;
    }
  }
}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) {
    for (int i = 0; i < kN; i++) {
      for (int j = 0; j < kN; j++) c[i][j] = 0;
      for (int k = 0; k < kN; k++) {
        const double x = a[i][k];
        for (int j = 0; j < kN; j++) c[i][j] += x * b[k][j];
      }
    }
    a[u % kN][(u * 7) % kN] = c[(u * 5) % kN][u % kN] * 1e-3;
    sum = bench_mix(sum, bench_bits(c[u % kN][(u * 3) % kN]));
  }
  return sum;
}

WORKLOAD(matmul, 1400)
