// Bytes to Module: sections in their order, everything but function bodies decoded (spec 5.5). What
// cannot be decoded is malformed; whether it makes sense is validate/'s question.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "binary/module.hpp"
#include "wasm/features.hpp"

namespace weft::binary {

/// Decodes a module. The module refers to `bytes`; `keep_alive` (may be null if the caller
/// guarantees it) owns them. Thread safe. Allocates at most a small multiple of the input's size.
Result<std::unique_ptr<Module>> decode_module(std::span<const std::byte> bytes, FeatureSet features,
                                              std::shared_ptr<const void> keep_alive = nullptr);

/// The same for bytes that the module shall own.
Result<std::unique_ptr<Module>> decode_module(SharedBytes bytes, FeatureSet features);

}  // namespace weft::binary
