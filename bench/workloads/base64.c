// Base64 encoding and decoding with tables.
#include "bench.h"

enum { kSize = 12000 };
static uint8_t raw[kSize], text[kSize * 4 / 3 + 4], back[kSize + 4];
static int8_t decode_table[256];
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void setup(void) {
  for (int i = 0; i < kSize; i++) raw[i] = (uint8_t)bench_rand();
  for (int i = 0; i < 256; i++) decode_table[i] = -1;
  for (int i = 0; i < 64; i++) decode_table[(uint8_t)alphabet[i]] = (int8_t)i;
}

static uint32_t encode(void) {
  uint32_t out = 0;
  for (uint32_t i = 0; i < kSize; i += 3) {
    const uint32_t v = (uint32_t)raw[i] << 16 | (uint32_t)raw[i + 1] << 8 | raw[i + 2];
    text[out++] = (uint8_t)alphabet[v >> 18];
    text[out++] = (uint8_t)alphabet[(v >> 12) & 63];
    text[out++] = (uint8_t)alphabet[(v >> 6) & 63];
    text[out++] = (uint8_t)alphabet[v & 63];
  }
  return out;
}

static uint32_t decode(uint32_t length) {
  uint32_t out = 0;
  for (uint32_t i = 0; i < length; i += 4) {
    int32_t v = 0;
    for (uint32_t k = 0; k < 4; k++) {
      const int32_t digit = decode_table[text[i + k]];
      if (digit < 0) return 0;
      v = v << 6 | digit;
    }
    back[out++] = (uint8_t)(v >> 16);
    back[out++] = (uint8_t)(v >> 8);
    back[out++] = (uint8_t)v;
  }
  return out;
}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    const uint32_t length = encode();
    const uint32_t size = decode(length);
    hash = bench_mix(hash, size + back[u % kSize]);
    raw[(u * 31) % kSize] = (uint8_t)(back[(u * 17) % kSize] + 1);
  }
  return hash;
}

WORKLOAD(base64, 20000)
