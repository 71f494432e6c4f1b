// Random functions of the plain instruction set, typed and terminating, the same for a seed
// everywhere.
#pragma once

#include <cstdint>
#include <string>

namespace weft::testing {

/// splitmix64.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  unsigned below(unsigned n) { return static_cast<unsigned>(next() % n); }
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  uint64_t state_;
};

/// A module of `count` exported functions "f0", "f1", ... (param i32 i32 i64 f32 f64) (result
/// i32/i64/f32/f64), with an exported memory "m" and globals g0..g3. Integers live below 0x9000,
/// floats in 0x9000..0xcfff, so that no NaN's payload, which may differ, is ever seen as an
/// integer. `padding` locals of v128 come before the others: frames beyond 16 bits.
std::string random_module(uint64_t seed, unsigned count, unsigned padding = 0);

}  // namespace weft::testing
