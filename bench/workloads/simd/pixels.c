// Blends one image of bytes over another: products of 16 bits, narrowed to bytes.
#include "../bench.h"

enum { kBytes = 1 << 16 };
static uint8_t under[kBytes], over[kBytes], alpha[kBytes];

static void setup(void) {
  for (int i = 0; i < kBytes; i++) {
    under[i] = (uint8_t)bench_rand();
    over[i] = (uint8_t)bench_rand();
    alpha[i] = (uint8_t)bench_rand();
  }
}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) {
    for (int i = 0; i < kBytes; i++) {
      const uint16_t x = (uint16_t)(over[i] * alpha[i] + under[i] * (255 - alpha[i]));
      under[i] = (uint8_t)((uint16_t)(x + 128) >> 8);
    }
    over[u % kBytes] ^= under[(u * 31) % kBytes];
    sum = bench_mix(sum, under[(u * 97) % kBytes]);
  }
  return sum;
}

WORKLOAD(pixels, 12000)
