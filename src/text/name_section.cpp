#include "text/name_section.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/core.h>

#include "base/utf8.hpp"
#include "text/literals.hpp"

namespace weft::text {
namespace {

struct SectionWord {
  std::string_view word;
  SectionId id;
};
/// In the order of a module.
constexpr std::array<SectionWord, 13> kSections = {{
    {"type", SectionId::type},
    {"import", SectionId::import},
    {"func", SectionId::function},
    {"table", SectionId::table},
    {"memory", SectionId::memory},
    {"tag", SectionId::tag},
    {"global", SectionId::global},
    {"export", SectionId::export_},
    {"start", SectionId::start},
    {"elem", SectionId::element},
    {"data_count", SectionId::data_count},
    {"code", SectionId::code},
    {"data", SectionId::data},
}};
constexpr uint32_t kAtEnd = ~uint32_t{0};

std::span<const Annotation> annotations_in(const TokenList& list, TokenRange range) {
  const auto& all = list.annotations;
  const auto first = std::partition_point(
      all.begin(), all.end(), [&](const Annotation& n) { return n.before < range.first; });
  const auto last = std::partition_point(
      first, all.end(), [&](const Annotation& n) { return n.before <= range.last; });
  return {first, last};
}

/// Reads the contents of one annotation.
class NoteReader {
 public:
  NoteReader(Context& c, const Annotation& note) : c_(c), note_(note), at_(note.first) {}

  bool at_end() const { return at_ >= note_.last; }
  const Token& peek() const { return c_.in.list().annotation_tokens[at_]; }
  bool take(TokenKind kind) {
    if (at_end() || peek().kind != kind) return false;
    ++at_;
    return true;
  }
  std::string_view take_word() {
    if (at_end() || peek().kind != TokenKind::keyword) return {};
    return c_.in.list().text(c_.in.list().annotation_tokens[at_++]);
  }
  bool take_string(std::string& out) {
    if (at_end() || peek().kind != TokenKind::string) return false;
    decode_string(c_.in.list().text(peek()), out);
    ++at_;
    return true;
  }
  void fail(std::string_view message) { c_.in.fail_at(note_.offset, message); }

 private:
  Context& c_;
  const Annotation& note_;
  uint32_t at_;
};

/// `(before func)`, `(after code)`, `(before first)`, `(after last)`, or nothing.
bool read_place(NoteReader& in, uint32_t& place) {
  place = kAtEnd;
  if (!in.take(TokenKind::left)) return true;
  const std::string_view where = in.take_word();
  if (where != "before" && where != "after") {
    in.fail("@custom annotation: malformed placement");
    return false;
  }
  const bool after = where == "after";
  const std::string_view word = in.take_word();
  const auto row = std::find_if(kSections.begin(), kSections.end(),
                                [&](const SectionWord& s) { return s.word == word; });
  if (row != kSections.end()) {
    place = 2 * rank_of(row->id) + (after ? 1 : 0);
  } else if (!after && word == "first") {
    place = 0;
  } else if (!(after && word == "last")) {
    in.fail("@custom annotation: malformed section kind");
    return false;
  }
  if (!in.take(TokenKind::right)) {
    in.fail("@custom annotation: unexpected token");
    return false;
  }
  return true;
}

void read_custom(Context& c, const Annotation& note) {
  NoteReader in(c, note);
  CustomAnnotation custom;
  custom.offset = note.offset;
  if (!in.take_string(custom.name)) return in.fail("@custom annotation: missing section name");
  if (!is_valid_utf8(custom.name)) return in.fail("@custom annotation: malformed UTF-8 encoding");
  if (!read_place(in, custom.place)) return;
  while (in.take_string(custom.contents)) {
  }
  if (!in.at_end()) return in.fail("@custom annotation: unexpected token");
  c.customs.push_back(std::move(custom));
}

void read_name(Context& c, const Annotation& note, bool of_module) {
  NoteReader in(c, note);
  std::string name;
  if (!in.take_string(name) || !in.at_end()) return in.fail("@name annotation: unexpected token");
  if (!is_valid_utf8(name)) return in.fail("@name annotation: malformed UTF-8 encoding");
  c.annotated_names.push_back(std::move(name));
  if (of_module) {
    c.module_name = c.annotated_names.back();
  } else if (!c.name_notes.emplace(note.before, c.annotated_names.back()).second) {
    in.fail("@name annotation: multiple names");
  }
}

void write_map(Encoder& out, const NameList& names) {
  out.u32(static_cast<uint32_t>(names.size()));
  for (const auto& [index, name] : names) {
    out.u32(index);
    out.name(name);
  }
}

void write_subsection(Encoder& out, uint8_t id, const NameList& names) {
  if (names.empty()) return;
  out.byte(id);
  const auto mark = out.begin_sized();
  write_map(out, names);
  out.end_sized(mark);
}

void write_indirect(Encoder& out, uint8_t id, const IndirectNames& names) {
  if (names.empty()) return;
  out.byte(id);
  const auto mark = out.begin_sized();
  out.u32(static_cast<uint32_t>(names.size()));
  for (const auto& [owner, list] : names) {
    out.u32(owner);
    write_map(out, list);
  }
  out.end_sized(mark);
}

}  // namespace

uint32_t rank_of(SectionId id) {
  for (uint32_t i = 0; i < kSections.size(); ++i) {
    if (kSections[i].id == id) return i + 1;
  }
  return 0;
}

void collect_annotations(Context& c, TokenRange fields) {
  const auto notes = annotations_in(c.in.list(), fields);
  if (notes.empty()) return;
  uint32_t field = fields.first;  // walks along: @custom stands between fields
  bool named = false;
  for (const Annotation& note : notes) {
    while (field < note.before && field < fields.last) {
      const Token& token = c.in.list().tokens[field];
      field = token.kind == TokenKind::left ? token.match + 1 : field + 1;
    }
    const bool between_fields = field == note.before;
    switch (note.kind) {
      case AnnotationKind::custom:
        if (!between_fields) return c.in.fail_at(note.offset, "misplaced @custom annotation");
        read_custom(c, note);
        break;
      case AnnotationKind::name:
        if (between_fields) {
          if (note.before != fields.first)
            return c.in.fail_at(note.offset, "misplaced @name annotation");
          if (named) return c.in.fail_at(note.offset, "@name annotation: multiple module names");
          named = true;
        }
        read_name(c, note, between_fields);
        break;
      case AnnotationKind::branch_hint: break;  // read with the instruction behind it
    }
  }
  std::sort(c.customs.begin(), c.customs.end(),
            [](const CustomAnnotation& a, const CustomAnnotation& b) {
              return std::pair(a.place, a.offset) < std::pair(b.place, b.offset);
            });
}

void refuse_misplaced_annotations(Context& c, TokenRange fields, uint32_t hints) {
  const TokenList& list = c.in.list();
  for (const auto& [before, name] : c.name_notes) {
    // Parameters, locals and fields may carry a name, too; it is not used.
    const bool has_id = before > 0 && list.tokens[before - 1].kind == TokenKind::id;
    const uint32_t word_at = before - (has_id ? 2 : 1);
    const std::string_view word =
        word_at < list.tokens.size() ? list.text(list.tokens[word_at]) : "";
    if (word == "param" || word == "local" || word == "field") continue;
    return c.in.fail(list.tokens[before], "misplaced @name annotation");
  }
  for (const Annotation& note : annotations_in(list, fields)) {
    if (note.kind != AnnotationKind::branch_hint) continue;
    if (hints == 0) {
      return c.in.fail_at(
          note.offset,
          "@metadata.code.branch_hint annotation: not in a function, or not before an instruction");
    }
    --hints;
  }
}

void write_name_section(const Context& c, Encoder& out) {
  Encoder maps;
  if (!c.module_name.empty()) {
    maps.byte(0);
    const auto mark = maps.begin_sized();
    maps.name(c.module_name);
    maps.end_sized(mark);
  }
  write_subsection(maps, 1, c.funcs.names());
  write_indirect(maps, 2, c.local_names);
  write_indirect(maps, 3, c.label_names);
  write_subsection(maps, 4, c.types.names());
  write_subsection(maps, 5, c.tables.names());
  write_subsection(maps, 6, c.memories.names());
  write_subsection(maps, 7, c.globals.names());
  write_subsection(maps, 8, c.elems.names());
  write_subsection(maps, 9, c.datas.names());
  IndirectNames fields;
  for (const auto& [type, names] : c.fields) fields.emplace_back(type, names.names());
  std::sort(fields.begin(), fields.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  write_indirect(maps, 10, fields);
  write_subsection(maps, 11, c.tags.names());
  if (maps.size() == 0) return;
  const auto mark = out.begin_custom("name");
  out.raw(maps.bytes());
  out.end_section(mark);
}

void write_branch_hints(const Context& c, Encoder& out) {
  if (c.branch_hints.empty()) return;
  const auto mark = out.begin_custom("metadata.code.branch_hint");
  out.u32(static_cast<uint32_t>(c.branch_hints.size()));
  for (const BranchHints& func : c.branch_hints) {
    out.u32(func.func);
    out.u32(static_cast<uint32_t>(func.hints.size()));
    for (const auto& [offset, likely] : func.hints) {
      out.u32(offset);
      out.u32(1);  // size of the value
      out.byte(likely ? 1 : 0);
    }
  }
  out.end_section(mark);
}

}  // namespace weft::text
