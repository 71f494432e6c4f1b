// Mandelbrot set: double arithmetic in registers with a data-dependent loop exit.
#include "bench.h"

static void setup(void) {}

static uint64_t kernel(uint32_t units) {
  enum { kWidth = 256, kMax = 200 };
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) {
    const double ci = -1.2 + 2.4 * (double)(u % 97) / 97.0;
    for (int px = 0; px < kWidth; px++) {
      const double cr = -2.0 + 3.0 * px / kWidth;
      double zr = 0, zi = 0;
      int n = 0;
      while (n < kMax && zr * zr + zi * zi < 4.0) {
        const double t = zr * zr - zi * zi + cr;
        zi = 2.0 * zr * zi + ci;
        zr = t;
        n++;
      }
      sum = bench_mix(sum, (uint64_t)n);
    }
  }
  return sum;
}

WORKLOAD(mandel, 6000)
