// The Mandelbrot set four points at a time, in vectors of the language: without SIMD the compiler splits them.
#include "../bench.h"

typedef float f4 __attribute__((vector_size(16)));
typedef int32_t i4 __attribute__((vector_size(16)));

static void setup(void) {}

static i4 points(f4 cx, f4 cy, int limit) {
  f4 x = {0}, y = {0};
  i4 count = {0};
  for (int n = 0; n < limit; n++) {
    const f4 xx = x * x, yy = y * y;
    const i4 inside = xx + yy < 4.0f;
    count -= inside;
    y = (x + x) * y + cy;
    x = xx - yy + cx;
    x = (f4)((i4)x & inside);
    y = (f4)((i4)y & inside);
  }
  return count;
}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t row = 0; row < units; row++) {
    const float cy = (float)(row % 256) / 128.0f - 1.0f;
    for (int column = 0; column < 256; column += 4) {
      const float cx = (float)column / 96.0f - 2.0f;
      const i4 n = points((f4){cx, cx + 1 / 96.0f, cx + 2 / 96.0f, cx + 3 / 96.0f}, (f4){cy, cy, cy, cy}, 60);
      sum = bench_mix(sum, (uint64_t)(n[0] + n[1] + n[2] + n[3]));
    }
  }
  return sum;
}

WORKLOAD(mandel4, 12000)
