// Any calls of the C APIs in any order, with handles of the wrong store, of stores that are gone,
// from inside host functions; everything is dropped in any order in the end. Sanitizers judge.
// The first byte of the input says which API, and whether two threads do it to shared engines.
#include <cstdint>
#include <span>
#include <thread>

#include "api_session.hpp"
#include "api_wasm.hpp"

namespace {

using weft::fuzz::ApiScope;

// Kept inputs begin with less than kWide.
constexpr uint8_t kWide = 80;
constexpr uint8_t kWasm = 144;
constexpr uint8_t kThreads = 208;

void weft_session(std::span<const uint8_t> input, ApiScope scope,
                  weft::fuzz::ApiCommons* commons = nullptr) {
  weft::fuzz::Choices choices(input);
  weft::fuzz::ApiSession session(choices, scope, commons);
  session.run();
}

void wasm_session(std::span<const uint8_t> input) {
  weft::fuzz::Choices choices(input);
  weft::fuzz::WasmSession session(choices);
  session.run();
}

void two_threads(std::span<const uint8_t> input) {
  weft::fuzz::Choices choices(input);
  weft::fuzz::ApiCommons commons(choices);
  const std::span<const uint8_t> rest = input.subspan(input.size() < 16 ? input.size() : 16);
  const size_t half = rest.size() / 2;
  std::thread other([&] { weft_session(rest.first(half), ApiScope::wide, &commons); });
  weft_session(rest.subspan(half), ApiScope::wide, &commons);
  other.join();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> input(data, size);
  const uint8_t first = size == 0 ? 0 : data[0];
  if (first < kWide) {
    weft_session(input, ApiScope::first);
  } else if (first < kWasm) {
    weft_session(input.subspan(1), ApiScope::wide);
  } else if (first < kThreads) {
    wasm_session(input.subspan(1));
  } else {
    two_threads(input.subspan(1));
  }
  return 0;
}
