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

/// Byte `offset` of a module comes from byte `text` of the source.
struct SourcePlace {
  uint32_t offset = 0;
  uint32_t text = 0;
};

struct Options {
  /// Only what changes the grammar is looked at: without memory64, sizes are 32-bit numbers. The
  /// rest is the validator's.
  wasm::FeatureSet features = wasm::FeatureSet::all();
  /// Write the name section: names of the source appear in backtraces.
  bool names = true;
  /// If given, gets the places of fields and instructions, by offset in the module. Costs time and
  /// memory: for error messages.
  std::vector<SourcePlace>* places = nullptr;
};

/// A module, `(module ..)` or its bare fields, as bytes; they still have to be decoded and
/// validated. Fails with "malformed"; the message begins with the spec's phrase and shows the place
/// in the source. Any thread.
Result<std::vector<std::byte>> parse_module(std::string_view source, const Options& options = {});

/// The same for the fields of a module inside a lexed script (without `(module` and `)`).
Result<std::vector<std::byte>> parse_fields(const TokenList& list, TokenRange fields,
                                            std::string_view module_name,
                                            const Options& options = {});

/// The error that decoder or validator found in the bytes which parse_module made of `source`: with
/// line, column and caret instead of the offset in the module. Parses once more.
Error place_error(std::string_view source, Error error);

}  // namespace weft::text
