// A byte-oriented LZ77 compressor with a hash table of recent positions, and its decompressor.
#include "bench.h"

enum { kSize = 65536, kHash = 1 << 13 };
static uint8_t input[kSize], packed[kSize * 2], unpacked[kSize];
static int32_t table[kHash];

static void setup(void) {
  static const char* const words[] = {"the ",    "engine ", "runs ",  "a ",
                                      "module ", "of ",     "code; ", "and\n"};
  uint32_t at = 0;
  while (at < kSize) {
    const uint64_t r = bench_rand();
    if (r % 8 == 0) {
      input[at++] = (uint8_t)(r >> 32);
      continue;
    }
    for (const char* w = words[(r >> 20) % 8]; *w && at < kSize; w++) input[at++] = (uint8_t)*w;
  }
}

static uint32_t read32(const uint8_t* p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}

// Token: literal run length (1 byte) + literals + match length (1 byte, 0 = none) + distance (2
// bytes).
static uint32_t compress(void) {
  uint32_t out = 0, at = 0, literal_start = 0;
  for (int i = 0; i < kHash; i++) table[i] = -1;
  while (at + 8 < kSize) {
    const uint32_t word = read32(input + at);
    const uint32_t slot = (word * 2654435761u) >> 19;
    const int32_t candidate = table[slot];
    table[slot] = (int32_t)at;
    uint32_t length = 0;
    if (candidate >= 0 && at - (uint32_t)candidate < 65536 && read32(input + candidate) == word) {
      length = 4;
      while (length < 255 && at + length < kSize &&
             input[(uint32_t)candidate + length] == input[at + length])
        length++;
    }
    if (length == 0 && at - literal_start < 255) {
      at++;
      continue;
    }
    const uint32_t run = at - literal_start;
    packed[out++] = (uint8_t)run;
    for (uint32_t i = 0; i < run; i++) packed[out++] = input[literal_start + i];
    packed[out++] = (uint8_t)length;
    if (length) {
      const uint32_t distance = at - (uint32_t)candidate;
      packed[out++] = (uint8_t)distance;
      packed[out++] = (uint8_t)(distance >> 8);
      at += length;
    }
    literal_start = at;
  }
  while (literal_start < kSize) {
    const uint32_t run = kSize - literal_start < 255 ? kSize - literal_start : 255;
    packed[out++] = (uint8_t)run;
    for (uint32_t i = 0; i < run; i++) packed[out++] = input[literal_start + i];
    packed[out++] = 0;
    literal_start += run;
  }
  return out;
}

static uint32_t decompress(uint32_t size) {
  uint32_t in = 0, out = 0;
  while (in < size) {
    const uint32_t run = packed[in++];
    for (uint32_t i = 0; i < run; i++) unpacked[out++] = packed[in++];
    const uint32_t length = packed[in++];
    if (length) {
      const uint32_t distance = packed[in] | (uint32_t)packed[in + 1] << 8;
      in += 2;
      for (uint32_t i = 0; i < length; i++, out++) unpacked[out] = unpacked[out - distance];
    }
  }
  return out;
}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    const uint32_t size = compress();
    const uint32_t back = decompress(size);
    if (back != kSize || memcmp(input, unpacked, kSize) != 0) abort();
    hash = bench_mix(hash, size);
    input[(u * 4099) % kSize] ^= 0x20;
  }
  return hash;
}

WORKLOAD(lz, 600)
