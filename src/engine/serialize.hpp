// Modules as bytes that load faster: a header that says what made them, for what machine and with
// what features, then the binary module. ADR 0024.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/compiled_module.hpp"

namespace weft::engine {

/// major << 16 | minor << 8 | patch, as in weft/c/base.h (asserted in api/).
inline constexpr uint32_t kLibraryVersion = 0 << 16 | 1 << 8 | 0;

/// What deserializing needs, from any engine of the same version with at least these features.
std::vector<std::byte> serialize(const CompiledModule& module);

/// Do the bytes begin like what serialize() made?
bool looks_serialized(std::span<const std::byte> bytes);

/// Checks header and checksum; gives the binary module inside. Errors: malformed (not such bytes,
/// or changed since), unsupported (made by another version, for another machine, with features that
/// are off here). Any bytes may be asked.
Result<std::span<const std::byte>> open_serialized(std::span<const std::byte> bytes,
                                                   const Config& config);

}  // namespace weft::engine
