// ChaCha20 (RFC 8439) keystream over a buffer: 32-bit add, xor, rotate.
#include "bench.h"

static uint32_t key_state[16];
static uint8_t buffer[8192];

static uint32_t rotl(uint32_t x, int n) { return (x << n) | (x >> (32 - n)); }

static void quarter(uint32_t* s, int a, int b, int c, int d) {
  s[a] += s[b];
  s[d] = rotl(s[d] ^ s[a], 16);
  s[c] += s[d];
  s[b] = rotl(s[b] ^ s[c], 12);
  s[a] += s[b];
  s[d] = rotl(s[d] ^ s[a], 8);
  s[c] += s[d];
  s[b] = rotl(s[b] ^ s[c], 7);
}

static void block(uint32_t out[16]) {
  for (int i = 0; i < 16; i++) out[i] = key_state[i];
  for (int round = 0; round < 10; round++) {
    quarter(out, 0, 4, 8, 12);
    quarter(out, 1, 5, 9, 13);
    quarter(out, 2, 6, 10, 14);
    quarter(out, 3, 7, 11, 15);
    quarter(out, 0, 5, 10, 15);
    quarter(out, 1, 6, 11, 12);
    quarter(out, 2, 7, 8, 13);
    quarter(out, 3, 4, 9, 14);
  }
  for (int i = 0; i < 16; i++) out[i] += key_state[i];
  key_state[12]++;
}

static void setup(void) {
  static const uint32_t constants[4] = {0x61707865u, 0x3320646eu, 0x79622d32u, 0x6b206574u};
  for (int i = 0; i < 4; i++) key_state[i] = constants[i];
  for (int i = 4; i < 16; i++) key_state[i] = (uint32_t)bench_rand();
}

static uint64_t kernel(uint32_t units) {
  for (uint32_t u = 0; u < units; u++) {
    for (uint32_t at = 0; at < sizeof buffer; at += 64) {
      uint32_t stream[16];
      block(stream);
      for (uint32_t i = 0; i < 16; i++) {
        uint32_t word;
        memcpy(&word, buffer + at + i * 4, 4);
        word ^= stream[i];
        memcpy(buffer + at + i * 4, &word, 4);
      }
    }
  }
  uint64_t hash = 0;
  for (uint32_t i = 0; i < sizeof buffer; i++) hash = bench_mix(hash, buffer[i]);
  return hash;
}

WORKLOAD(chacha, 16000)
