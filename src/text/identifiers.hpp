// Identifiers for the names of a module (spec 6.3.5): what the printer writes as `$name`, so that
// reading it back gives the same name section. ADR 0017.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "binary/name_section.hpp"

namespace weft::text {

/// One named index.
struct Identifier {
  uint32_t index = 0;
  std::string_view name;   ///< As the name section has it.
  std::string text;        ///< `$name`, `$"na me"`; empty if no identifier can stand for it.
  bool annotated = false;  ///< The text is not the name: `(@name "..")` says it.
};

/// The identifiers of one name space, in order of index.
class IdentifierList {
 public:
  using Entry = binary::NameSection::Entry;

  IdentifierList() = default;
  /// `entries` are sorted by index. The first bearer of a name keeps it, later ones get `#` and
  /// their index behind it. Indices from `count` on are left out. With `repeats` (labels) equal
  /// names are equal identifiers.
  IdentifierList(std::span<const Entry> entries, uint32_t count, bool repeats = false);

  const Identifier* find(uint32_t index) const;
  /// Whether an index below `end` has a name.
  bool names_below(uint32_t end) const { return !list_.empty() && list_.front().index < end; }

 private:
  std::vector<Identifier> list_;
};

/// `$name` or `$"name"`.
std::string identifier_text(std::string_view name);

/// The entries of one owner: locals and labels of a function, fields of a type.
std::span<const IdentifierList::Entry> entries_of(const binary::NameSection& names,
                                                  binary::NameKind kind, uint32_t outer);

}  // namespace weft::text
