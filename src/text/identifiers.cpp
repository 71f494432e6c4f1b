#include "text/identifiers.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "text/instruction_text.hpp"

namespace weft::text {
namespace {

constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> t{};
  for (unsigned c = 0x21; c < 0x7f; ++c) t[c] = true;
  for (const char c : std::string_view("\"(),;[]{}")) t[static_cast<uint8_t>(c)] = false;
  return t;
}();

/// Whether every character may stand in an identifier without quotes.
bool is_plain(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return kPlain[static_cast<uint8_t>(c)]; });
}

}  // namespace

std::string identifier_text(std::string_view name) {
  std::string out = "$";
  if (is_plain(name)) {
    out += name;
  } else {
    out += quoted(name);
  }
  return out;
}

IdentifierList::IdentifierList(std::span<const Entry> entries, uint32_t count, bool repeats) {
  std::unordered_set<std::string_view> names;   // all that the module gives
  std::unordered_set<std::string_view> bearer;  // those that somebody has already
  std::unordered_set<std::string> made;
  if (!repeats) {
    names.reserve(entries.size());
    bearer.reserve(entries.size());
    for (const Entry& e : entries) names.insert(e.name);
  }
  list_.reserve(std::min<size_t>(entries.size(), count));
  for (const Entry& e : entries) {
    if (e.index >= count || (!list_.empty() && list_.back().index == e.index)) continue;
    Identifier& id = list_.emplace_back();
    id.index = e.index;
    id.name = e.name;
    if (e.name.empty()) {
      id.annotated = true;
    } else if (repeats || bearer.insert(e.name).second) {
      id.text = identifier_text(e.name);
    } else {
      std::string unique = std::string(e.name) + '#' + std::to_string(e.index);
      while (names.contains(unique) || made.contains(unique)) unique += '#';
      id.text = identifier_text(unique);
      id.annotated = true;
      made.insert(std::move(unique));
    }
  }
}

const Identifier* IdentifierList::find(uint32_t index) const {
  // Mostly every index has a name: then the place is known.
  if (index < list_.size() && list_[index].index == index) return &list_[index];
  const auto it = std::ranges::lower_bound(list_, index, {}, &Identifier::index);
  return it != list_.end() && it->index == index ? &*it : nullptr;
}

std::span<const IdentifierList::Entry> entries_of(const binary::NameSection& names,
                                                  binary::NameKind kind, uint32_t outer) {
  const auto& all = names.entries(kind);
  const auto range = std::ranges::equal_range(all, outer, {}, &binary::NameSection::Entry::outer);
  return {range.begin(), range.end()};
}

}  // namespace weft::text
