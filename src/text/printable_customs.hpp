// Custom sections that the text format has words for: names and branch hints. They are taken apart
// only if nothing would be lost; otherwise they stay bytes like any other custom section. ADR 0017.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "binary/module.hpp"
#include "binary/name_section.hpp"

namespace weft::text {

/// A hint at a branch: offset of the `if` or `br_if` in the module.
struct HintAt {
  uint32_t offset = 0;
  bool likely = false;
};

struct PrintableCustoms {
  static constexpr size_t kNone = ~size_t{0};
  size_t names_at = kNone;  ///< Index in Module::customs of the section that `names` has read.
  size_t hints_at = kNone;
  binary::NameSection names;
  std::vector<HintAt> hints;  ///< By offset.
};

PrintableCustoms read_printable_customs(const binary::Module& module);

}  // namespace weft::text
