// C = beta C + alpha A B with rectangular matrices (the linear-algebra kernel of that name).
#include "bench.h"

enum { kI = 80, kJ = 100, kK = 120 };
static double a[kI][kK], b[kK][kJ], c[kI][kJ];

static void setup(void) {
  for (int i = 0; i < kI; i++)
    for (int k = 0; k < kK; k++) a[i][k] = (double)(i * (k + 1) % kK) / kK;
  for (int k = 0; k < kK; k++)
    for (int j = 0; j < kJ; j++) b[k][j] = (double)(k * (j + 2) % kJ) / kJ;
  for (int i = 0; i < kI; i++)
    for (int j = 0; j < kJ; j++) c[i][j] = (double)((i * j + 1) % kI) / kI;
}

static uint64_t kernel(uint32_t units) {
  const double alpha = 0.015, beta = 0.7;
  for (uint32_t u = 0; u < units; u++) {
    for (int i = 0; i < kI; i++) {
      for (int j = 0; j < kJ; j++) c[i][j] *= beta;
      for (int k = 0; k < kK; k++)
        for (int j = 0; j < kJ; j++) c[i][j] += alpha * a[i][k] * b[k][j];
    }
  }
  uint64_t sum = 0;
  for (int i = 0; i < kI; i++) sum = bench_mix(sum, bench_bits(c[i][i]));
  return sum;
}

WORKLOAD(gemm, 1000)
