// Our side of fuzz/engines.py: requests and answers on pipes, as fuzz/peers/v8.mjs explains them;
// and G with a number (u64): the module made from it; C: the choices made from a number; B: the
// module made from choices (for reducing).
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "generator.hpp"
#include "observe.hpp"

namespace {

using weft::fuzz::Flavor;
using weft::wasm::Feature;
using weft::wasm::FeatureSet;

bool read_all(void* to, size_t size) { return std::fread(to, 1, size, stdin) == size; }

void answer(const void* data, size_t size) {
  const auto length = static_cast<uint32_t>(size);
  std::fwrite(&length, 1, 4, stdout);
  std::fwrite(data, 1, size, stdout);
  std::fflush(stdout);
}

/// What V8 and Wasmtime have, and defines results completely.
Flavor portable() {
  Flavor flavor;
  flavor.portable = true;
  flavor.features = FeatureSet::all()
                        .without(Feature::custom_page_sizes)
                        .without(Feature::relaxed_simd)
                        .without(Feature::legacy_exceptions)
                        .without(Feature::wide_arithmetic);
  return flavor;
}

std::vector<uint8_t> choices(uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint8_t> bytes(100 + random() % 1500);
  for (uint8_t& b : bytes) b = static_cast<uint8_t>(random());
  return bytes;
}

std::string lines_of(const std::vector<uint8_t>& module) {
  static constexpr weft::fuzz::Mode kMode = {.name = "default"};
  const auto seen = weft::fuzz::observe(kMode, module, true);
  if (seen.refused || !seen.linked) return "cannot: " + seen.lines.front();
  if (seen.exhausted) return "exhausted";
  std::string text;
  for (const std::string& line : seen.lines) text += line + "\n";
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

int main() {
  char head[5];
  while (read_all(head, sizeof head)) {
    uint32_t size = 0;
    std::memcpy(&size, head + 1, 4);
    std::vector<uint8_t> bytes(size);
    if (!read_all(bytes.data(), size)) return 1;
    if (head[0] == 'G' && size == 8) {
      uint64_t seed = 0;
      std::memcpy(&seed, bytes.data(), 8);
      const auto module = weft::fuzz::generate(choices(seed), portable());
      answer(module.data(), module.size());
    } else if (head[0] == 'C' && size == 8) {
      uint64_t seed = 0;
      std::memcpy(&seed, bytes.data(), 8);
      const auto input = choices(seed);
      answer(input.data(), input.size());
    } else if (head[0] == 'B') {
      const auto module = weft::fuzz::generate(bytes, portable());
      answer(module.data(), module.size());
    } else if (head[0] == 'L') {  // asks for the library
      const auto module = weft::fuzz::library();
      answer(module.data(), module.size());
    } else {
      const std::string text = lines_of(bytes);
      answer(text.data(), text.size());
    }
  }
  return 0;
}
