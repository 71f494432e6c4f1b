// Recursive Fibonacci: nothing but calls.
#include "bench.h"

static __attribute__((noinline)) uint32_t fib(uint32_t n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static void setup(void) {}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) sum += fib(23 + (u & 1));
  return sum;
}

WORKLOAD(fib, 2000)
