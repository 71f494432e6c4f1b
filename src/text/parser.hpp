// Text format -> binary format (spec chapter 6). The one way in for `.wat` files and for modules in
// scripts. ADR 0009.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "text/token.hpp"
#include "wasm/features.hpp"

namespace weft::text {

struct Options {
  /// Only what changes the grammar is looked at: without memory64, sizes are 32-bit numbers. The
  /// rest is the validator's.
  wasm::FeatureSet features = wasm::FeatureSet::all();
  /// Write the name section: names of the source appear in backtraces.
  bool names = true;
};

/// A module, `(module ..)` or its bare fields, as bytes; they still have to be decoded and
/// validated. Fails with "malformed"; the message begins with the spec's phrase and shows the place
/// in the source. Any thread.
Result<std::vector<std::byte>> parse_module(std::string_view source, const Options& options = {});

/// The same for the fields of a module inside a lexed script (without `(module` and `)`).
Result<std::vector<std::byte>> parse_fields(const TokenList& list, TokenRange fields,
                                            std::string_view module_name,
                                            const Options& options = {});

}  // namespace weft::text
