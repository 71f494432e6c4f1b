// Five-point stencil over two grids.
#include "bench.h"

enum { kN = 200 };
static double grid_a[kN][kN], grid_b[kN][kN];

static void setup(void) {
  for (int i = 0; i < kN; i++) {
    for (int j = 0; j < kN; j++) {
      grid_a[i][j] = ((double)i * (j + 2) + 2) / kN;
      grid_b[i][j] = ((double)i * (j + 3) + 3) / kN;
    }
  }
}

static uint64_t kernel(uint32_t units) {
  for (uint32_t u = 0; u < units; u++) {
    for (int i = 1; i < kN - 1; i++)
      for (int j = 1; j < kN - 1; j++)
        grid_b[i][j] = 0.2 * (grid_a[i][j] + grid_a[i][j - 1] + grid_a[i][j + 1] +
                              grid_a[i + 1][j] + grid_a[i - 1][j]);
    for (int i = 1; i < kN - 1; i++)
      for (int j = 1; j < kN - 1; j++)
        grid_a[i][j] = 0.2 * (grid_b[i][j] + grid_b[i][j - 1] + grid_b[i][j + 1] +
                              grid_b[i + 1][j] + grid_b[i - 1][j]);
  }
  uint64_t sum = 0;
  for (int i = 0; i < kN; i++) sum = bench_mix(sum, bench_bits(grid_a[i][kN / 2]));
  return sum;
}

WORKLOAD(jacobi2d, 7000)
