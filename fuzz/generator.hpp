// Valid modules from bytes: every choice of a type-directed generator is taken from the input, so
// that libFuzzer's mutations of the input are mutations of the program. The same bytes give the
// same module.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "world.hpp"

namespace weft::fuzz {

/// A module that validates and ends: every function and every round of a loop pays from one global.
/// Exports: functions f0..fN, the callback cb, memories m0..., globals g0..., tables t0....
/// Imports, if it has any: "host" "f" (i32) -> (i32) and "check" (i32) -> (), and from "lib" the
/// exports of library().
std::vector<uint8_t> generate(std::span<const uint8_t> choices, const Flavor& flavor = {});

/// The module that generated ones import from: memory m, table t, globals c and v, tags a and b,
/// function k.
std::vector<uint8_t> library();

}  // namespace weft::fuzz
