// Which proposals a module may use: the enum, its texts and a set of them. Table: features.def.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::wasm {

enum class Feature : uint8_t {
#define WEFT_FEATURE(id, cli_text, default_on, description) id,
#include "wasm/features.def"
#undef WEFT_FEATURE
};

struct FeatureInfo {
  std::string_view cli_text;
  std::string_view description;
  bool default_on;
};

inline constexpr FeatureInfo kFeatures[] = {
#define WEFT_FEATURE(id, cli_text, default_on, description) {cli_text, description, default_on},
#include "wasm/features.def"
#undef WEFT_FEATURE
};
inline constexpr size_t kFeatureCount = sizeof(kFeatures) / sizeof(kFeatures[0]);

constexpr const FeatureInfo& info(Feature f) { return kFeatures[static_cast<size_t>(f)]; }
constexpr std::string_view to_string(Feature f) { return info(f).cli_text; }

/// A set of features, one word wide so that the walker's test is a shift and a mask.
class FeatureSet {
 public:
  /// Only WebAssembly 1.0, which cannot be switched off, and floats.
  constexpr FeatureSet() = default;

  /// What a default Config accepts.
  static constexpr FeatureSet defaults() {
    FeatureSet set;
    for (size_t i = 0; i < kFeatureCount; ++i) {
      set.set(static_cast<Feature>(i), kFeatures[i].default_on);
    }
    return set;
  }
  static constexpr FeatureSet all() {
    FeatureSet set;
    for (size_t i = 0; i < kFeatureCount; ++i) set.set(static_cast<Feature>(i), true);
    return set;
  }

  constexpr bool has(Feature f) const { return (bits_ >> static_cast<unsigned>(f)) & 1; }

  constexpr FeatureSet& set(Feature f, bool on = true) {
    const uint32_t bit = uint32_t{1} << static_cast<unsigned>(f);
    if (on) {
      bits_ |= bit;
    } else if (f != Feature::mvp) {
      bits_ &= ~bit;
    }
    return *this;
  }
  constexpr FeatureSet with(Feature f) const { return FeatureSet(*this).set(f, true); }
  constexpr FeatureSet without(Feature f) const { return FeatureSet(*this).set(f, false); }

  /// Part of the key of stored compiled code: a module validated for one set is not valid for all.
  constexpr uint32_t bits() const { return bits_; }
  constexpr bool operator==(const FeatureSet&) const = default;

 private:
  uint32_t bits_ = (uint32_t{1} << static_cast<unsigned>(Feature::mvp)) |
                   (uint32_t{1} << static_cast<unsigned>(Feature::floats));
};
static_assert(kFeatureCount <= 32, "FeatureSet is one 32-bit word");

/// Finds a feature by its command line name; returns false where there is none of that name.
constexpr bool feature_from_text(std::string_view text, Feature& out) {
  for (size_t i = 0; i < kFeatureCount; ++i) {
    if (kFeatures[i].cli_text == text) {
      out = static_cast<Feature>(i);
      return true;
    }
  }
  return false;
}

}  // namespace weft::wasm
