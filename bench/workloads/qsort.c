// Quicksort of 32-bit keys, own code: compares, swaps, recursion on the smaller half.
#include "bench.h"

enum { kN = 20000 };
static int32_t keys[kN];

static void sort(int32_t* a, int lo, int hi) {
  while (hi - lo > 12) {
    const int mid = lo + (hi - lo) / 2;
    int32_t x = a[lo], y = a[mid], z = a[hi];
    const int32_t pivot = x < y ? (y < z ? y : x < z ? z : x) : (x < z ? x : y < z ? z : y);
    int i = lo, j = hi;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) {
        const int32_t t = a[i];
        a[i++] = a[j];
        a[j--] = t;
      }
    }
    if (j - lo < hi - i) {
      sort(a, lo, j);
      lo = i;
    } else {
      sort(a, i, hi);
      hi = j;
    }
  }
  for (int i = lo + 1; i <= hi; i++) {
    const int32_t v = a[i];
    int j = i - 1;
    while (j >= lo && a[j] > v) {
      a[j + 1] = a[j];
      j--;
    }
    a[j + 1] = v;
  }
}

static void setup(void) {}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    for (int i = 0; i < kN; i++) keys[i] = (int32_t)bench_rand();
    sort(keys, 0, kN - 1);
    hash = bench_mix(hash, (uint64_t)(uint32_t)keys[u % kN]);
  }
  return hash;
}

WORKLOAD(qsort, 200)
