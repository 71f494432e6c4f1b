// SHA-256 (FIPS 180-4) over a buffer that feeds back its own digest.
#include "bench.h"

static uint32_t k256[64];
static uint8_t data[16384];

static uint32_t rotr(uint32_t x, int n) { return (x >> n) | (x << (32 - n)); }

// The round constants are the fractional bits of cube roots of the first primes; computing them
// with integer arithmetic saves a table.
static uint32_t cube_root_fraction(uint32_t prime) {
  // Find floor(2^32 * cbrt(prime)) by binary search on 128-bit products.
  uint64_t lo = 0, hi = (uint64_t)8 << 32;
  while (hi - lo > 1) {
    const uint64_t mid = lo + (hi - lo) / 2;
    const unsigned __int128 square = (unsigned __int128)mid * mid;
    // mid^3 <= prime * 2^96, compared after dropping 32 bits on both sides.
    if ((square >> 32) * mid <= ((unsigned __int128)prime << 64))
      lo = mid;
    else
      hi = mid;
  }
  return (uint32_t)lo;
}

static void setup(void) {
  int count = 0;
  for (uint32_t n = 2; count < 64; n++) {
    int prime = 1;
    for (uint32_t d = 2; d * d <= n; d++)
      if (n % d == 0) prime = 0;
    if (prime) k256[count++] = cube_root_fraction(n);
  }
  for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)bench_rand();
}

static void compress(uint32_t state[8], const uint8_t* block) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t)block[i * 4] << 24 | (uint32_t)block[i * 4 + 1] << 16 |
           (uint32_t)block[i * 4 + 2] << 8 | block[i * 4 + 3];
  for (int i = 16; i < 64; i++) {
    const uint32_t s0 = rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const uint32_t s1 = rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; i++) {
    const uint32_t s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    const uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + k256[i] + w[i];
    const uint32_t s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
    const uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

static uint64_t kernel(uint32_t units) {
  uint32_t state[8] = {0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                       0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};
  for (uint32_t u = 0; u < units; u++) {
    for (uint32_t at = 0; at < sizeof data; at += 64) compress(state, data + at);
    memcpy(data + (u * 64) % sizeof data, state, sizeof state);
  }
  return (uint64_t)state[0] << 32 | state[7];
}

WORKLOAD(sha256, 3500)
