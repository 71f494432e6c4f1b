// Spectral norm of an implicit matrix: double division in the inner loop.
#include <math.h>

#include "bench.h"

enum { kN = 100 };
static double u_vec[kN], v_vec[kN], t_vec[kN];

static double element(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

static void times(const double* x, double* out, int transposed) {
  for (int i = 0; i < kN; i++) {
    double sum = 0;
    for (int j = 0; j < kN; j++) sum += (transposed ? element(j, i) : element(i, j)) * x[j];
    out[i] = sum;
  }
}

static void setup(void) {
  for (int i = 0; i < kN; i++) u_vec[i] = 1.0;
}

static uint64_t kernel(uint32_t units) {
  for (uint32_t i = 0; i < units; i++) {
    times(u_vec, t_vec, 0);
    times(t_vec, v_vec, 1);
    times(v_vec, t_vec, 0);
    times(t_vec, u_vec, 1);
    const double scale = 1.0 / u_vec[i % kN];
    for (int j = 0; j < kN; j++) u_vec[j] *= scale;
  }
  double uv = 0, vv = 0;
  for (int i = 0; i < kN; i++) {
    uv += u_vec[i] * v_vec[i];
    vv += v_vec[i] * v_vec[i];
  }
  return bench_bits(sqrt(uv / vv));
}

WORKLOAD(spectral, 4000)
