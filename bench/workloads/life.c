// Conway's game of life on a torus of bytes.
#include "bench.h"

enum { kN = 128 };
static uint8_t cells[2][kN][kN];

static void setup(void) {
  for (int y = 0; y < kN; y++)
    for (int x = 0; x < kN; x++) cells[0][y][x] = bench_rand() >> 62 == 0;
}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    uint8_t(*from)[kN] = cells[u & 1];
    uint8_t(*to)[kN] = cells[(u & 1) ^ 1];
    uint32_t alive = 0;
    for (int y = 0; y < kN; y++) {
      const uint8_t* above = from[(y + kN - 1) % kN];
      const uint8_t* row = from[y];
      const uint8_t* below = from[(y + 1) % kN];
      for (int x = 0; x < kN; x++) {
        const int l = (x + kN - 1) % kN, r = (x + 1) % kN;
        const int n =
            above[l] + above[x] + above[r] + row[l] + row[r] + below[l] + below[x] + below[r];
        to[y][x] = n == 3 || (n == 2 && row[x]);
        alive += to[y][x];
      }
    }
    hash = bench_mix(hash, alive);
  }
  return hash;
}

WORKLOAD(life, 5000)
