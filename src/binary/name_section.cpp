#include "binary/name_section.hpp"

#include <algorithm>
#include <tuple>

#include "binary/reader.hpp"

namespace weft::binary {
namespace {

using Entry = NameSection::Entry;

constexpr auto key(const Entry& e) { return std::tie(e.outer, e.index); }

/// Reads as far as the bytes make sense.
void read_map(Reader& r, uint32_t outer, std::vector<Entry>& out) {
  for (uint32_t n = r.count(~0u, "names"); n > 0 && r.ok(); --n) {
    Entry e;
    e.outer = outer;
    e.index = r.u32();
    e.name = r.name();
    if (r.ok()) out.push_back(e);
  }
}

void read_indirect_map(Reader& r, std::vector<Entry>& out) {
  for (uint32_t n = r.count(~0u, "names"); n > 0 && r.ok(); --n) {
    const uint32_t outer = r.u32();
    if (r.ok()) read_map(r, outer, out);
  }
}

}  // namespace

NameSection::NameSection(const Module& module) {
  for (const CustomSection& c : module.customs) {
    if (c.name == "name") {
      read(module.range(c.contents));
      return;
    }
  }
}

void NameSection::read(std::span<const std::byte> contents) {
  Reader sections(contents);
  while (sections.ok() && !sections.at_end()) {
    const uint8_t id = sections.u8();
    const auto body = sections.byte_vec();
    if (!sections.ok() || id >= kNameKinds) continue;
    Reader r(body);
    const auto kind = static_cast<NameKind>(id);
    std::vector<Entry>& out = entries_[id];
    if (kind == NameKind::module) {
      module_name_ = r.name();
    } else if (kind == NameKind::local || kind == NameKind::label || kind == NameKind::field) {
      read_indirect_map(r, out);
    } else {
      read_map(r, 0, out);
    }
    // Sorted by the format; a repeated index keeps its first name first.
    const auto less = [](const Entry& a, const Entry& b) {
      return key(a) != key(b) ? key(a) < key(b) : a.name.data() < b.name.data();
    };
    if (!std::ranges::is_sorted(out, less)) std::ranges::sort(out, less);
  }
}

std::string_view NameSection::find(NameKind kind, uint32_t index) const {
  return find(kind, 0, index);
}

std::string_view NameSection::find(NameKind kind, uint32_t outer, uint32_t index) const {
  const auto& list = entries_[static_cast<size_t>(kind)];
  Entry wanted;
  wanted.outer = outer;
  wanted.index = index;
  const auto it = std::ranges::lower_bound(
      list, wanted, [](const Entry& a, const Entry& b) { return key(a) < key(b); });
  return it != list.end() && key(*it) == key(wanted) ? it->name : std::string_view{};
}

std::string_view function_name(const Module& module, const NameSection& names, FuncIdx f) {
  if (const auto name = names.func(f); !name.empty()) return name;
  for (const Export& e : module.exports) {
    if (e.kind == ExternKind::func && e.index == f.value) return e.name;
  }
  for (const Import& i : module.imports) {
    if (i.kind == ExternKind::func && i.index == f.value) return i.name;
  }
  return {};
}

}  // namespace weft::binary
