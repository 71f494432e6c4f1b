// The frame of every workload: one timed kernel, one line of output.
//
// A workload defines `static void setup(void)` and `static uint64_t kernel(uint32_t units)` and
// ends with WORKLOAD(name, units). argv[1] is the share of the full work in per cent (default 100);
// memory use does not depend on it, so a slow engine may run 5 % and still be compared with native
// code running 5 %.
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void setup(void);
static uint64_t kernel(uint32_t units);

// The kernel is called through a volatile pointer: the compiler can neither inline it, nor fold its
// argument, nor move a side-effect-free kernel across the clock calls.
static uint64_t (*volatile bench_kernel)(uint32_t) = kernel;

static inline uint64_t bench_now_ns(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static inline int bench_main(const char* name, uint32_t full_units, int argc, char** argv) {
  const long percent = argc > 1 ? atol(argv[1]) : 100;
  uint64_t units = (uint64_t)full_units * (uint64_t)(percent > 0 ? percent : 1) / 100;
  if (units == 0) units = 1;
  setup();
  const uint64_t start = bench_now_ns();
  const uint64_t checksum = bench_kernel((uint32_t)units);
  const uint64_t ns = bench_now_ns() - start;
  printf("RESULT %s %u.%09u %016llx\n", name, (unsigned)(ns / 1000000000u),
         (unsigned)(ns % 1000000000u), (unsigned long long)checksum);
  return 0;
}

#define WORKLOAD(name, full_units) \
  int main(int argc, char** argv) { return bench_main(#name, full_units, argc, argv); }

// A small deterministic generator (xorshift64*, Vigna 2014), the same on every target.
static uint64_t bench_rng_state = 0x9e3779b97f4a7c15u;
static inline uint64_t bench_rand(void) {
  uint64_t x = bench_rng_state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  bench_rng_state = x;
  return x * 0x2545f4914f6cdd1du;
}

static inline uint64_t bench_mix(uint64_t hash, uint64_t value) {
  return (hash ^ value) * 0x100000001b3u + (hash >> 29);
}

static inline uint64_t bench_bits(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
