// Segments, constant expressions and custom sections (spec 6.6.10 - 6.6.12, custom annotations).
#include <fmt/format.h>

#include "binary/format.hpp"
#include "text/module_printer.hpp"

namespace weft::text {

using namespace wasm;  // NOLINT: the spec's vocabulary
using binary::NameKind;
using binary::Reader;
using binary::SectionId;
using binary::SegmentMode;

namespace {

constexpr size_t kStringWidth = 100;  // characters of a string literal in a line
constexpr FeatureSet kAll = FeatureSet::all();

}  // namespace

/// An expression up to its final `end`. One instruction stands in parentheses, any other number as
/// `(wrapper a b)`, or bare where the grammar asks for no wrapper.
void ModulePrinter::expression(Reader& r, std::string_view wrapper) {
  const size_t start = out_.size();
  size_t count = 0;
  size_t open = 0;
  while (r.ok()) {
    out_ += ' ';
    const size_t at = out_.size();
    Op op{};
    append_instruction(out_, r, kAll, op, this);
    if (!r.ok()) break;
    note_data_use(op);
    if (op == Op::end && open == 0) {
      out_.resize(at - 1);
      break;
    }
    ++count;
    switch (shape(op)) {
      case Shape::block:
      case Shape::loop:
      case Shape::if_:
      case Shape::try_:
      case Shape::try_table: ++open; break;
      case Shape::end:
      case Shape::delegate: --open; break;
      default: break;
    }
    if (!within_limit()) return;
  }
  if (!r.ok()) return fail(r.take_error());
  if (count == 1) {
    out_.insert(start + 1, 1, '(');
    out_ += ')';
  } else if (!wrapper.empty()) {
    out_.insert(start, fmt::format(" ({}", wrapper));
    out_ += ')';
  }
}

void ModulePrinter::constant(binary::ConstExpr expr, std::string_view wrapper) {
  Reader r(m_.range(expr), expr.offset);
  expression(r, wrapper);
}

void ModulePrinter::elems() {
  for (uint32_t i = 0; i < m_.elems.size() && within_limit(); ++i) elem(i);
}

void ModulePrinter::elem(uint32_t index) {
  const binary::ElemSegment& e = m_.elems[index];
  line(2);
  begin("elem", NameKind::elem, index);
  if (e.mode == SegmentMode::declarative) out_ += " declare";
  if (e.mode == SegmentMode::active) {
    if (e.table.value != 0) {
      out_ += " (table ";
      append(out_, NameKind::table, e.table.value, 0);
      out_ += ')';
    }
    constant(e.offset, "offset");
  }
  out_ += ' ';
  if (e.is_exprs) {
    append_type(out_, e.type, this);
  } else {
    out_ += "func";
  }
  Reader r(m_.range(e.items), e.items.offset);
  size_t line_start = out_.size();
  for (uint32_t i = 0; i < e.count && r.ok() && within_limit(); ++i) {
    if (out_.size() - line_start > kStringWidth) {
      line(3);  // and the space of the item
      line_start = out_.size();
    }
    if (e.is_exprs) {
      expression(r, "item");
    } else {
      out_ += ' ';
      append(out_, NameKind::func, r.u32(), 0);
    }
  }
  if (!r.ok()) return fail(r.take_error());
  out_ += ')';
}

/// String literals, each a line of its own if it takes more than one.
void ModulePrinter::strings(std::span<const std::byte> bytes) {
  if (bytes.size() <= kStringWidth / 3) {
    out_ += ' ';
    return append_byte_string(out_, bytes);
  }
  while (!bytes.empty() && within_limit()) {
    size_t n = 0;
    for (size_t width = 0; n < bytes.size() && width < kStringWidth; ++n) {
      const auto c = static_cast<unsigned char>(bytes[n]);
      width += c >= 0x20 && c < 0x7f && c != '"' && c != '\\' ? 1 : 3;
    }
    line(4);
    append_byte_string(out_, bytes.first(n));
    bytes = bytes.subspan(n);
  }
}

void ModulePrinter::datas() {
  for (uint32_t i = 0; i < m_.datas.size() && within_limit(); ++i) {
    const binary::DataSegment& d = m_.datas[i];
    line(2);
    begin("data", NameKind::data, i);
    if (d.mode == SegmentMode::active) {
      if (d.memory.value != 0) {
        out_ += " (memory ";
        append(out_, NameKind::memory, d.memory.value, 0);
        out_ += ')';
      }
      constant(d.offset, "offset");
    }
    strings(m_.range(d.bytes));
    out_ += ')';
  }
}

// --- custom sections
// ------------------------------------------------------------------------------------------------

void ModulePrinter::customs() {
  for (size_t i = 0; i < m_.customs.size() && within_limit(); ++i) {
    if (i != parts_.names_at && i != parts_.hints_at) custom(i);
  }
}

/// The word of the section that a custom section stands behind, in `(after word)`. Only sections
/// count that the parser will write; empty if there is none before it.
std::string_view ModulePrinter::place_of(const binary::CustomSection& c) const {
  const struct {
    SectionId id;
    std::string_view word;
    bool present;
  } rows[] = {
      {SectionId::type, "type", m_.types.size() != 0},
      {SectionId::import, "import", !m_.imports.empty()},
      {SectionId::function, "func", m_.defined_funcs() != 0},
      {SectionId::table, "table", m_.tables.size() != m_.imported_tables},
      {SectionId::memory, "memory", m_.memories.size() != m_.imported_memories},
      {SectionId::tag, "tag", m_.tags.size() != m_.imported_tags},
      {SectionId::global, "global", m_.globals.size() != m_.imported_globals},
      {SectionId::export_, "export", !m_.exports.empty()},
      {SectionId::start, "start", m_.start.has_value()},
      {SectionId::element, "elem", !m_.elems.empty()},
      {SectionId::data_count, "data_count", needs_data_count_},
      {SectionId::code, "code", m_.defined_funcs() != 0},
      {SectionId::data, "data", !m_.datas.empty()},
  };
  std::string_view word;
  for (const auto& row : rows) {
    if (c.after == 0) break;
    if (row.present) word = row.word;
    if (static_cast<uint8_t>(row.id) == c.after) break;
  }
  return word;
}

void ModulePrinter::custom(size_t index) {
  const binary::CustomSection& c = m_.customs[index];
  line(2);
  out_ += "(@custom ";
  out_ += quoted(c.name);
  // The parser writes the name section behind everything else but what is `after last`.
  const std::string_view place = place_of(c);
  const bool last = place_of(m_.customs.back()) == place;
  if (last && parts_.names_at != PrintableCustoms::kNone && index > parts_.names_at) {
    out_ += " (after last)";
  } else if (place.empty()) {
    out_ += " (before first)";
  } else {
    out_ += " (after ";
    out_ += place;
    out_ += ')';
  }
  strings(m_.range(c.contents));
  out_ += ')';
}

}  // namespace weft::text
