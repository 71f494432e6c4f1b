// What the processor offers, as far as it matters which of two handlers is taken.
#pragma once

namespace weft::platform {

/// x86-64-v2, by its youngest part. False on other architectures.
bool cpu_has_sse42();
/// Fused multiply-add on vectors that the system saves, too. False on other architectures.
bool cpu_has_fma();

}  // namespace weft::platform
