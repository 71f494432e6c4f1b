// 64-bit integer arithmetic in registers: multiply, rotate, shift, xor; almost no memory.
#include "bench.h"

static inline uint64_t rotl(uint64_t x, int r) { return (x << r) | (x >> (64 - r)); }

static void setup(void) {}

static uint64_t kernel(uint32_t units) {
  uint64_t a = 0x0123456789abcdefu, b = 0xfedcba9876543210u, c = 0x9e3779b97f4a7c15u, d = units;
  for (uint32_t u = 0; u < units; u++) {
    for (uint64_t i = 0; i < 20000; i++) {
      a = rotl(a ^ b, 29) * 0xbf58476d1ce4e5b9u + i;
      b = rotl(b + c, 17) ^ (a >> 7);
      c = (c ^ (c >> 31)) * 0x94d049bb133111ebu;
      d += rotl(a, 5) + (b & c);
    }
  }
  return a ^ b ^ c ^ d;
}

WORKLOAD(i64mix, 4000)
