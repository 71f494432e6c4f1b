// Counts bytes of text: lines, spaces and letters in one pass.
#include "../bench.h"

enum { kBytes = 1 << 16 };
static uint8_t text[kBytes];

static void setup(void) {
  for (int i = 0; i < kBytes; i++) {
    const uint64_t r = bench_rand() >> 32;
    text[i] = r % 40 == 0 ? '\n' : r % 6 == 0 ? ' ' : (uint8_t)('A' + r % 58);
  }
}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) {
    uint32_t lines = 0, spaces = 0, letters = 0;
    for (int block = 0; block < kBytes; block += 128) {
      uint8_t l = 0, s = 0, a = 0;  // a block of 128 cannot overflow them
      for (int i = 0; i < 128; i++) {
        const uint8_t c = text[block + i];
        l += c == '\n';
        s += c == ' ';
        a += (uint8_t)((c | 0x20) - 'a') < 26;
      }
      lines += l, spaces += s, letters += a;
    }
    text[(u * 61) % kBytes] = (uint8_t)('a' + lines % 26);
    sum = bench_mix(sum, lines + ((uint64_t)spaces << 20) + ((uint64_t)letters << 40));
  }
  return sum;
}

WORKLOAD(lines, 30000)
