// Levinson-Durbin recursion: dependent vector updates of growing length.
#include "bench.h"

enum { kN = 400 };
static double r[kN], y[kN], z[kN];

static void setup(void) {
  for (int i = 0; i < kN; i++) r[i] = (double)(kN + 1 - i);
}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    double alpha = -r[0], beta = 1.0;
    y[0] = -r[0];
    for (int k = 1; k < kN; k++) {
      beta = (1 - alpha * alpha) * beta;
      double sum = 0;
      for (int i = 0; i < k; i++) sum += r[k - i - 1] * y[i];
      alpha = -(r[k] + sum) / beta;
      for (int i = 0; i < k; i++) z[i] = y[i] + alpha * y[k - i - 1];
      for (int i = 0; i < k; i++) y[i] = z[i];
      y[k] = alpha;
    }
    r[u % kN] += 0.5;
    hash = bench_mix(hash, bench_bits(y[kN - 1]));
  }
  return hash;
}

WORKLOAD(durbin, 2200)
