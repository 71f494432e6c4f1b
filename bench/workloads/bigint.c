// Arbitrary-precision integers: pi by Machin's formula in fixed point (division by small numbers),
// then the square of that number (schoolbook multiplication). 32 x 32 -> 64 bit products and 64 /
// 32 bit divisions with carries.
#include "bench.h"

enum { kLimbs = 64 };  // limb 0 is the integer part, most significant first
static uint32_t pi[kLimbs], term[kLimbs], power[kLimbs], square[2 * kLimbs];

static void set(uint32_t* a, uint32_t v) {
  memset(a, 0, kLimbs * sizeof *a);
  a[0] = v;
}

static void divide(const uint32_t* a, uint32_t divisor, uint32_t* out) {
  uint64_t rest = 0;
  for (int i = 0; i < kLimbs; i++) {
    rest = rest << 32 | a[i];
    out[i] = (uint32_t)(rest / divisor);
    rest %= divisor;
  }
}

static void add(uint32_t* a, const uint32_t* b) {
  uint64_t carry = 0;
  for (int i = kLimbs; i-- > 0;) {
    carry += (uint64_t)a[i] + b[i];
    a[i] = (uint32_t)carry;
    carry >>= 32;
  }
}

static void subtract(uint32_t* a, const uint32_t* b) {
  int64_t carry = 0;
  for (int i = kLimbs; i-- > 0;) {
    carry += (int64_t)a[i] - b[i];
    a[i] = (uint32_t)carry;
    carry >>= 32;
  }
}

static int is_zero(const uint32_t* a) {
  for (int i = 0; i < kLimbs; i++)
    if (a[i]) return 0;
  return 1;
}

// pi += or -= scale * atan(1 / x)
static void add_arctangent(uint32_t scale, uint32_t x, int negative) {
  set(power, scale);
  divide(power, x, power);
  for (uint32_t n = 1; !is_zero(power); n += 2) {
    divide(power, n, term);
    if (((n >> 1) & 1) != (uint32_t)negative)
      subtract(pi, term);
    else
      add(pi, term);
    divide(power, x * x, power);
  }
}

static void setup(void) {}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    set(pi, 0);
    add_arctangent(16, 5, 0);
    add_arctangent(4, 239, 1);
    if (pi[0] != 3 || pi[1] != 0x243f6a88u) abort();  // 3.243f6a88... in base 16
    pi[kLimbs - 1] ^= u;
    for (int round = 0; round < 20; round++) {
      memset(square, 0, sizeof square);
      for (int i = kLimbs; i-- > 0;) {
        uint64_t carry = 0;
        for (int j = kLimbs; j-- > 0;) {
          carry += (uint64_t)pi[i] * pi[j] + square[i + j + 1];
          square[i + j + 1] = (uint32_t)carry;
          carry >>= 32;
        }
        square[i] = (uint32_t)carry;
      }
      pi[kLimbs / 2] += square[round + 5];
    }
    hash = bench_mix(hash, (uint64_t)square[20] << 32 | square[90]);
  }
  return hash;
}

WORKLOAD(bigint, 450)
