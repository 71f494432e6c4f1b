// What the programs of `./dev bench api` and `./dev bench gc` share: timing, files, memory, and
// rows as JSON, one a line, which bench/harness/api.py makes a table of.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

inline void row(std::string_view key, double value, double allocations = -1) {
  std::printf("{\"key\": \"%.*s\", \"value\": %.4f", static_cast<int>(key.size()), key.data(),
              value);
  if (allocations >= 0) std::printf(", \"allocations\": %.4f", allocations);
  std::printf("}\n");
  std::fflush(stdout);
}

[[noreturn]] inline void fail(std::string_view why) {
  std::fprintf(stderr, "bench: %.*s\n", static_cast<int>(why.size()), why.data());
  std::exit(1);
}

inline std::vector<uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("cannot read " + path);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  return {bytes.begin(), bytes.end()};
}

/// KiB that the line of `key` ("VmRSS:") in /proc/self/status says; 0 without /proc.
inline double status_kib(const char* key) {
  FILE* f = std::fopen("/proc/self/status", "r");
  if (f == nullptr) return 0;
  char line[256];
  double kib = 0;
  while (std::fgets(line, sizeof line, f) != nullptr) {
    if (std::strncmp(line, key, std::strlen(key)) == 0)
      kib = std::strtod(line + std::strlen(key), nullptr);
  }
  std::fclose(f);
  return kib;
}

/// The compiler must take it that the value is used.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

/// Nanoseconds of each of `calls` calls that `run(calls)` makes: the best of many short rounds.
/// What disturbs only makes it slower, and rarely hits all of them.
template <class F>
double best_of_calls(F&& run, int64_t calls = 20'000, int rounds = 250) {
  double best = 1e300;
  for (int i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    run(calls);
    const std::chrono::duration<double, std::nano> spent = Clock::now() - start;
    best = std::min(best, spent.count() / static_cast<double>(calls));
  }
  return best;
}

/// Nanoseconds of one `body()`: the best of some batches of at least `batch_ms`.
template <class F>
double best_of_batches(F&& body, int batches = 15, double batch_ms = 10) {
  body();
  uint64_t per_batch = 1;
  double best = 1e300;
  for (int i = 0; i < batches;) {
    const auto start = Clock::now();
    for (uint64_t k = 0; k < per_batch; ++k) body();
    const double ns = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
    if (ns < batch_ms * 1e6) {
      per_batch *= 2;
      continue;
    }
    best = std::min(best, ns / static_cast<double>(per_batch));
    ++i;
  }
  return best;
}

}  // namespace bench
