// Valid modules from bytes: every choice of a type-directed generator is taken from the input, so
// that libFuzzer's mutations of the input are mutations of the program. The same bytes give the
// same module.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace weft::fuzz {

/// A module without imports that validates and ends: every function and every round of a loop pays
/// from one global. Exports: functions f0..fN, memories m0 (32-bit) and m1 (64-bit), globals
/// g0..gN.
std::vector<uint8_t> generate(std::span<const uint8_t> choices);

}  // namespace weft::fuzz
