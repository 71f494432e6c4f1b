// Block copies and fills of 16 bytes to 64 KiB: how fast memory.copy and memory.fill are.
// memory-bound
// wasm-flags: -mbulk-memory
#include "bench.h"

static unsigned char from[1 << 17], to[1 << 17];

static void setup(void) {
  for (uint32_t i = 0; i < sizeof from; i++) from[i] = (unsigned char)bench_rand();
}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) {
    for (uint32_t size = 16; size <= 65536; size *= 2) {
      const uint32_t offset = (u * 64 + size) & 0xffff;
      __builtin_memcpy(to + offset, from + (offset ^ 0x40), size);
      __builtin_memmove(to + 32, to, size);
      __builtin_memset(from + (offset & 0x7fff), (int)(u & 0xff), size / 2);
      sum = bench_mix(sum, to[(offset + size / 2) & 0x1ffff]);
    }
  }
  return sum;
}

WORKLOAD(memops, 36000)
