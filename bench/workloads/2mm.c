// D = alpha A B C + beta D, inner products down a column: strided loads.
#include "bench.h"

enum { kN = 90 };
static double a[kN][kN], b[kN][kN], c[kN][kN], d[kN][kN], tmp[kN][kN];

static void setup(void) {
  for (int i = 0; i < kN; i++) {
    for (int j = 0; j < kN; j++) {
      a[i][j] = (double)((i * j + 1) % kN) / kN;
      b[i][j] = (double)(i * (j + 1) % kN) / kN;
      c[i][j] = (double)((i * (j + 3) + 1) % kN) / kN;
      d[i][j] = (double)(i * (j + 2) % kN) / kN;
    }
  }
}

static uint64_t kernel(uint32_t units) {
  const double alpha = 0.0015, beta = 0.8;
  for (uint32_t u = 0; u < units; u++) {
    for (int i = 0; i < kN; i++) {
      for (int j = 0; j < kN; j++) {
        double sum = 0;
        for (int k = 0; k < kN; k++) sum += alpha * a[i][k] * b[k][j];
        tmp[i][j] = sum;
      }
    }
    for (int i = 0; i < kN; i++) {
      for (int j = 0; j < kN; j++) {
        double sum = d[i][j] * beta;
        for (int k = 0; k < kN; k++) sum += tmp[i][k] * c[k][j];
        d[i][j] = sum;
      }
    }
  }
  uint64_t sum = 0;
  for (int i = 0; i < kN; i++) sum = bench_mix(sum, bench_bits(d[i][i]));
  return sum;
}

WORKLOAD(2mm, 380)
