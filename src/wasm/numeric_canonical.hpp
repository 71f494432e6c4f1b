// Canonical NaNs of scalars, for engines that want no others (option canonical_nans). ADR 0020.
#pragma once

#include "wasm/numeric_base.hpp"

namespace weft::wasm::numeric {

constexpr float f32_canonical(float a) { return canonicalize_nan(a); }
constexpr double f64_canonical(double a) { return canonicalize_nan(a); }

}  // namespace weft::wasm::numeric
