// Edit distance of byte strings (two-row dynamic programming): data-dependent minimum of three.
#include "bench.h"

enum { kN = 250 };
static char left[kN], right[kN];
static int32_t rows[2][kN + 1];

static void setup(void) {
  for (int i = 0; i < kN; i++) {
    left[i] = (char)('a' + bench_rand() % 6);
    right[i] = (char)('a' + bench_rand() % 6);
  }
}

static int32_t distance(void) {
  for (int j = 0; j <= kN; j++) rows[0][j] = j;
  for (int i = 1; i <= kN; i++) {
    const int32_t* above = rows[(i - 1) & 1];
    int32_t* row = rows[i & 1];
    row[0] = i;
    for (int j = 1; j <= kN; j++) {
      int32_t best = above[j - 1] + (left[i - 1] != right[j - 1]);
      if (above[j] + 1 < best) best = above[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      row[j] = best;
    }
  }
  return rows[kN & 1][kN];
}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    hash = bench_mix(hash, (uint64_t)distance());
    left[u % kN] = right[(u * 7) % kN];
  }
  return hash;
}

WORKLOAD(editdist, 3000)
