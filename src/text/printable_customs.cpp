#include "text/printable_customs.hpp"

#include <algorithm>

#include "binary/instruction_reader.hpp"
#include "binary/read_types.hpp"
#include "binary/reader.hpp"

namespace weft::text {
namespace {

using namespace wasm;  // NOLINT: the spec's vocabulary
using binary::ByteRange;
using binary::Module;
using binary::NameKind;
using binary::Reader;

constexpr std::string_view kHintSection = "metadata.code.branch_hint";

/// A name map whose indices ascend.
void pass_map(Reader& r) {
  int64_t last = -1;
  for (uint32_t n = r.count(~0u, "names"); n > 0 && r.ok(); --n) {
    const uint32_t index = r.u32();
    r.name();
    if (r.ok() && index <= last) r.fail("name indices do not ascend");
    last = index;
  }
}

void pass_indirect_map(Reader& r) {
  int64_t last = -1;
  for (uint32_t n = r.count(~0u, "names"); n > 0 && r.ok(); --n) {
    const uint32_t outer = r.u32();
    if (r.ok() && outer <= last) r.fail("name indices do not ascend");
    last = outer;
    if (r.ok()) pass_map(r);
  }
}

/// Whether every byte of a name section has a meaning that we know.
bool is_whole_name_section(std::span<const std::byte> contents) {
  Reader sections(contents);
  int last = -1;
  while (sections.ok() && !sections.at_end()) {
    const uint8_t id = sections.u8();
    const auto body = sections.byte_vec();
    if (!sections.ok() || id <= last || id >= binary::kNameKinds) return false;
    last = id;
    Reader r(body);
    const auto kind = static_cast<NameKind>(id);
    if (kind == NameKind::module) {
      r.name();
    } else if (kind == NameKind::local || kind == NameKind::label || kind == NameKind::field) {
      pass_indirect_map(r);
    } else {
      pass_map(r);
    }
    if (!r.ok() || !r.at_end()) return false;
  }
  return sections.ok();
}

/// Whether each hint (they ascend) of a body stands at an `if` or a `br_if`.
bool hints_fit(const Module& m, ByteRange body, std::span<const HintAt> hints) {
  constexpr FeatureSet kAll = FeatureSet::all();
  Reader r(m.range(body), body.offset);
  for (uint32_t runs = r.u32(); runs > 0 && r.ok(); --runs) {
    r.u32();
    binary::read_val_type(r, kAll);
  }
  size_t next = 0;
  while (r.ok() && !r.at_end() && next < hints.size()) {
    const uint32_t at = r.offset();
    const Op op = binary::read_opcode(r, kAll);
    binary::skip_immediates(r, op, kAll);
    if (at < hints[next].offset) continue;
    if (at != hints[next].offset || (op != Op::if_ && op != Op::br_if)) return false;
    ++next;
  }
  return next == hints.size();
}

bool read_hints(const Module& m, std::span<const std::byte> contents, std::vector<HintAt>& out) {
  Reader r(contents);
  int64_t last_func = -1;
  for (uint32_t funcs = r.count(~0u, "functions"); funcs > 0 && r.ok(); --funcs) {
    const uint32_t func = r.u32();
    if (!r.ok() || func <= last_func || func < m.imported_funcs || func >= m.funcs.size())
      return false;
    last_func = func;
    const ByteRange body = m.body(FuncIdx(func));
    const size_t first = out.size();
    for (uint32_t n = r.count(~0u, "hints"); n > 0 && r.ok(); --n) {
      const uint32_t offset = r.u32();
      const uint32_t size = r.u32();
      const uint8_t value = r.u8();
      if (!r.ok() || size != 1 || value > 1 || offset >= body.size) return false;
      if (out.size() > first && body.offset + offset <= out.back().offset) return false;
      out.push_back({body.offset + offset, value == 1});
    }
    if (out.size() == first || !hints_fit(m, body, std::span(out).subspan(first))) return false;
  }
  return r.ok() && r.at_end() && !out.empty();
}

/// The only custom section of this name, or kNone.
size_t only_one(const Module& m, std::string_view name) {
  size_t found = PrintableCustoms::kNone;
  for (size_t i = 0; i < m.customs.size(); ++i) {
    if (m.customs[i].name != name) continue;
    if (found != PrintableCustoms::kNone) return PrintableCustoms::kNone;
    found = i;
  }
  return found;
}

}  // namespace

PrintableCustoms read_printable_customs(const Module& m) {
  PrintableCustoms out;
  const size_t names = only_one(m, "name");
  if (names != PrintableCustoms::kNone &&
      is_whole_name_section(m.range(m.customs[names].contents))) {
    out.names_at = names;
    out.names = binary::NameSection(m);
  }
  const size_t hints = only_one(m, kHintSection);
  if (hints != PrintableCustoms::kNone) {
    if (read_hints(m, m.range(m.customs[hints].contents), out.hints)) {
      out.hints_at = hints;
    } else {
      out.hints.clear();
    }
  }
  return out;
}

}  // namespace weft::text
