// UTF-8: validate, decode, change case, encode again, split into words.
#include "bench.h"

enum { kSize = 16384 };
static uint8_t text[kSize + 8], output[kSize * 2];
static uint32_t length;

static uint32_t put(uint8_t* out, uint32_t c) {
  if (c < 0x80) {
    out[0] = (uint8_t)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (uint8_t)(0xc0 | c >> 6);
    out[1] = (uint8_t)(0x80 | (c & 63));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = (uint8_t)(0xe0 | c >> 12);
    out[1] = (uint8_t)(0x80 | (c >> 6 & 63));
    out[2] = (uint8_t)(0x80 | (c & 63));
    return 3;
  }
  out[0] = (uint8_t)(0xf0 | c >> 18);
  out[1] = (uint8_t)(0x80 | (c >> 12 & 63));
  out[2] = (uint8_t)(0x80 | (c >> 6 & 63));
  out[3] = (uint8_t)(0x80 | (c & 63));
  return 4;
}

static void setup(void) {
  while (length + 8 < kSize) {
    const uint64_t r = bench_rand();
    uint32_t c;
    switch (r % 12) {
      case 0: c = ' '; break;
      case 1: c = 0x3b1 + (uint32_t)(r >> 40) % 24; break;
      case 2: c = 0x410 + (uint32_t)(r >> 40) % 64; break;
      case 3: c = 0x4e00 + (uint32_t)(r >> 40) % 20000; break;
      case 4: c = 0x1f600 + (uint32_t)(r >> 40) % 64; break;
      default: c = 'a' + (uint32_t)(r >> 40) % 26;
    }
    length += put(text + length, c);
  }
}

// One code point at text[*at]; 0xffffffff if malformed.
static uint32_t get(uint32_t* at) {
  const uint8_t* p = text + *at;
  if (p[0] < 0x80) {
    *at += 1;
    return p[0];
  }
  const uint32_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
  static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
  uint32_t c = p[0] & (0x7fu >> n);
  for (uint32_t i = 1; i < n; i++) {
    if ((p[i] & 0xc0) != 0x80) return 0xffffffffu;
    c = c << 6 | (p[i] & 63);
  }
  if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return 0xffffffffu;
  *at += n;
  return c;
}

static uint32_t upper(uint32_t c) {
  if (c >= 'a' && c <= 'z') return c - 32;
  if (c >= 0x3b1 && c <= 0x3c9 && c != 0x3c2) return c - 32;
  if (c >= 0x430 && c <= 0x44f) return c - 32;
  return c;
}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    uint32_t words = 0, out = 0, in_word = 0;
    uint64_t word_hash = 0;
    for (uint32_t at = 0; at < length;) {
      const uint32_t c = get(&at);
      if (c == 0xffffffffu) abort();
      out += put(output + out, upper(c));
      if (c == ' ') {
        words += in_word;
        in_word = 0;
      } else {
        in_word = 1;
        word_hash = word_hash * 31 + c;
      }
    }
    hash = bench_mix(hash, word_hash + words + output[u % out]);
    if (text[u % length] == 'b') text[u % length] = 'c';
  }
  return hash;
}

WORKLOAD(utf8, 4000)
