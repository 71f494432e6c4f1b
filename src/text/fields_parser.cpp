#include "text/fields_parser.hpp"

#include <fmt/core.h>

#include "text/binder.hpp"
#include "text/literals.hpp"
#include "text/types_parser.hpp"
#include "wasm/opcodes.hpp"

namespace weft::text {

using namespace wasm;  // NOLINT: the spec's vocabulary

void FieldsParser::parse_types() {
  const uint32_t start = in_.at();
  uint32_t next = 0;
  while (!in_.at_end() && !in_.failed()) {
    if (in_.at_list("type") || in_.at_list("rec")) {
      c_.mark(c_.type_section.bytes, in_.peek().begin);
      parse_type_field(c_, next);
    } else {
      in_.skip_list();
    }
  }
  in_.seek(start);
}

void FieldsParser::parse_fields() {
  while (!in_.at_end() && !in_.failed()) {
    if (in_.at_list("type") || in_.at_list("rec")) {
      in_.skip_list();
      continue;
    }
    const uint32_t begin = in_.peek().begin;
    const SectionSizes before = section_sizes();
    in_.expect(TokenKind::left);
    if (in_.kind() != TokenKind::keyword) return in_.unexpected();
    parse_field(in_.text());
    in_.expect_right();
    if (c_.keep_marks) mark_field(before, begin);
  }
}

FieldsParser::SectionSizes FieldsParser::section_sizes() const {
  SectionSizes sizes{};
  if (!c_.keep_marks) return sizes;
  size_t i = 0;
  for (const SectionBuffer* section : c_.sections()) sizes[i++] = section->bytes.size();
  return sizes;
}

/// Where a field has written, it is what stands there.
void FieldsParser::mark_field(const SectionSizes& before, uint32_t text) {
  size_t i = 0;
  for (const SectionBuffer* section : c_.sections()) {
    const size_t size = before[i++];
    if (section->bytes.size() != size)
      c_.marks.push_back({&section->bytes, static_cast<uint32_t>(size), text});
  }
}

void FieldsParser::parse_field(std::string_view word) {
  struct Row {
    std::string_view word;
    void (FieldsParser::*parse)();
  };
  static constexpr Row kRows[] = {
      {"func", &FieldsParser::parse_func},     {"import", &FieldsParser::parse_import},
      {"table", &FieldsParser::parse_table},   {"memory", &FieldsParser::parse_memory},
      {"global", &FieldsParser::parse_global}, {"tag", &FieldsParser::parse_tag},
      {"export", &FieldsParser::parse_export}, {"start", &FieldsParser::parse_start},
      {"elem", &FieldsParser::parse_elem},     {"data", &FieldsParser::parse_data},
  };
  for (const Row& row : kRows) {
    if (row.word != word) continue;
    in_.skip();
    return (this->*row.parse)();
  }
  in_.unexpected();
}

// --- imports and exports
// ----------------------------------------------------------------------------------------------

void FieldsParser::import_header(std::string_view module, std::string_view name) {
  c_.import_section.bytes.name(module);
  c_.import_section.bytes.name(name);
  ++c_.import_section.count;
}

/// The type behind `func`, `table`, ...: kind byte and type.
void FieldsParser::import_type(std::string_view word, Encoder& out) {
  if (word == "func") {
    ++next_func_;
    out.write(ExternKind::func);
    LocalScope names;
    out.u32(take_type_use(c_, &names));
    if (NameList list = names.names(); !list.empty())
      c_.local_names.emplace_back(next_func_ - 1, std::move(list));
  } else if (word == "table") {
    ++next_table_;
    out.write(ExternKind::table);
    out.write(expect_table_type(c_));
  } else if (word == "memory") {
    ++next_memory_;
    out.write(ExternKind::memory);
    out.write(expect_memory_type(c_));
  } else if (word == "global") {
    ++next_global_;
    out.write(ExternKind::global);
    out.write(expect_global_type(c_));
  } else if (word == "tag") {
    ++next_tag_;
    out.write(ExternKind::tag);
    LocalScope names;
    out.write(TagType{TypeIdx(take_type_use(c_, &names))});
  } else {
    in_.unexpected();
  }
}

/// `(kind $id? type)`
void FieldsParser::import_description(bool id_allowed, Encoder& out) {
  in_.expect(TokenKind::left);
  if (in_.kind() != TokenKind::keyword || space_of(c_, in_.text()) == nullptr)
    return in_.unexpected();
  const std::string_view word = in_.text();
  in_.skip();
  if (in_.kind() == TokenKind::id) {
    if (!id_allowed) return in_.fail("identifier not allowed: the items share this type");
    in_.skip();
  }
  import_type(word, out);
  in_.expect_right();
}

void FieldsParser::parse_import() {
  const std::string module = in_.expect_name();
  if (in_.at_list("item")) return parse_compact_import(module);
  const std::string name = in_.expect_name();
  import_header(module, name);
  import_description(true, c_.import_section.bytes);
}

// Both compact forms mean a list of plain imports, and are written as such: every reader
// understands those.
void FieldsParser::parse_compact_import(const std::string& module) {
  std::vector<std::string> shared;
  bool described = false;
  while (in_.take_list("item")) {
    std::string name = in_.expect_name();
    if (in_.at_left()) {
      if (!shared.empty()) return in_.unexpected();
      described = true;
      import_header(module, name);
      import_description(true, c_.import_section.bytes);
    } else {
      if (described) return in_.unexpected();
      shared.push_back(std::move(name));
    }
    in_.expect_right();
  }
  if (shared.empty()) return;
  const uint32_t before[] = {next_func_, next_table_, next_memory_, next_global_, next_tag_};
  Encoder type;
  import_description(false, type);
  if (in_.failed()) return;
  for (const std::string& name : shared) {
    import_header(module, name);
    c_.import_section.bytes.raw(type.bytes());
  }
  // One of them was counted with the description.
  uint32_t* const now[] = {&next_func_, &next_table_, &next_memory_, &next_global_, &next_tag_};
  for (size_t i = 0; i < 5; ++i)
    *now[i] += (*now[i] - before[i]) * static_cast<uint32_t>(shared.size() - 1);
}

void FieldsParser::take_inline_exports(ExternKind kind, uint32_t index) {
  while (in_.take_list("export")) {
    const std::string name = in_.expect_name();
    in_.expect_right();
    Encoder& out = c_.export_section.bytes;
    out.name(name);
    out.write(kind);
    out.u32(index);
    ++c_.export_section.count;
  }
}

/// `(import "m" "n")` inside of a definition, and the type behind it.
bool FieldsParser::take_inline_import(ExternKind kind) {
  if (!in_.take_list("import")) return false;
  const std::string module = in_.expect_name();
  const std::string name = in_.expect_name();
  in_.expect_right();
  import_header(module, name);
  constexpr std::string_view kWords[] = {"func", "table", "memory", "global", "tag"};
  import_type(kWords[static_cast<size_t>(kind)], c_.import_section.bytes);
  return true;
}

void FieldsParser::parse_export() {
  const std::string name = in_.expect_name();
  in_.expect(TokenKind::left);
  const std::string_view word = in_.kind() == TokenKind::keyword ? in_.text() : std::string_view();
  const IndexSpace* space = space_of(c_, word);
  if (space == nullptr) return in_.unexpected();
  in_.skip();
  constexpr std::string_view kWords[] = {"func", "table", "memory", "global", "tag"};
  Encoder& out = c_.export_section.bytes;
  out.name(name);
  for (uint8_t kind = 0; kind < 5; ++kind) {
    if (kWords[kind] == word) out.byte(kind);
  }
  out.u32(in_.expect_index(*space));
  in_.expect_right();
  ++c_.export_section.count;
}

void FieldsParser::parse_start() {
  if (c_.start) return in_.fail("multiple start sections");
  c_.start_text = in_.peek().begin;
  c_.start = in_.expect_index(c_.funcs);
}

// --- functions, globals, tags, memories
// -------------------------------------------------------------------------------

void FieldsParser::parse_locals(Encoder& body) {
  // Runs of equal types share an entry.
  std::vector<std::pair<uint32_t, ValType>> runs;
  const auto add = [&](ValType type) {
    if (!runs.empty() && runs.back().second == type) {
      ++runs.back().first;
    } else {
      runs.emplace_back(1, type);
    }
  };
  while (in_.take_list("local")) {
    if (const auto named = take_named_local(c_, c_.locals)) {
      add(*named);
    } else {
      while (const auto type = take_value_type(c_)) {
        add(*type);
        c_.locals.add({});
      }
    }
    in_.expect_right();
  }
  body.u32(static_cast<uint32_t>(runs.size()));
  for (const auto& [count, type] : runs) {
    body.u32(count);
    body.write(type);
  }
}

void FieldsParser::parse_func() {
  const uint32_t index = next_func_;
  in_.take_id();
  take_inline_exports(ExternKind::func, index);
  if (take_inline_import(ExternKind::func)) return;
  ++next_func_;
  c_.locals.clear();
  c_.func_section.bytes.u32(take_type_use(c_, &c_.locals));
  ++c_.func_section.count;

  Encoder& out = c_.code_section.bytes;
  const auto start = out.begin_sized();
  const size_t first_mark = c_.marks.size();
  parse_locals(out);
  instrs_.parse_body(out, start);
  const size_t end = out.size();
  out.end_sized(start);
  for (size_t i = first_mark; i < c_.marks.size(); ++i) {  // they moved behind the size
    if (c_.marks[i].buffer == &out) c_.marks[i].offset += static_cast<uint32_t>(out.size() - end);
  }
  ++c_.code_section.count;
  if (NameList list = c_.locals.names(); !list.empty())
    c_.local_names.emplace_back(index, std::move(list));
  if (!instrs_.label_names().empty()) c_.label_names.emplace_back(index, instrs_.label_names());
  if (!instrs_.hints().empty()) c_.branch_hints.push_back({index, instrs_.hints()});
}

void FieldsParser::parse_global() {
  in_.take_id();
  take_inline_exports(ExternKind::global, next_global_);
  if (take_inline_import(ExternKind::global)) return;
  ++next_global_;
  ++c_.global_section.count;
  c_.global_section.bytes.write(expect_global_type(c_));
  instrs_.parse_expr(c_.global_section.bytes);
}

void FieldsParser::parse_tag() {
  in_.take_id();
  take_inline_exports(ExternKind::tag, next_tag_);
  if (take_inline_import(ExternKind::tag)) return;
  ++next_tag_;
  ++c_.tag_section.count;
  LocalScope names;
  c_.tag_section.bytes.write(TagType{TypeIdx(take_type_use(c_, &names))});
}

std::string FieldsParser::data_string() {
  std::string bytes;
  while (in_.kind() == TokenKind::string) {
    decode_string(in_.text(), bytes);
    in_.skip();
  }
  return bytes;
}

void FieldsParser::parse_memory() {
  const uint32_t index = next_memory_;
  in_.take_id();
  take_inline_exports(ExternKind::memory, index);
  if (take_inline_import(ExternKind::memory)) return;
  ++next_memory_;
  ++c_.memory_section.count;
  if (in_.kind() == TokenKind::number || in_.kind(1) == TokenKind::number) {
    return c_.memory_section.bytes.write(expect_memory_type(c_));
  }
  // `(memory i64? (pagesize n)? (data "..."))`: as many pages as the bytes need, and an active
  // segment.
  MemoryType type;
  type.address = take_address_type(c_);
  type.page_log2 = take_page_size(c_);
  if (!in_.take_list("data")) return in_.unexpected();
  const std::string bytes = data_string();
  in_.expect_right();
  if (in_.failed()) return;
  const uint64_t page = type.page_bytes();
  type.limits.min = bytes.size() / page + (bytes.size() % page != 0 ? 1 : 0);
  type.limits.max = type.limits.min;
  c_.memory_section.bytes.write(type);

  Encoder& out = c_.data_section.bytes;
  out.u32(index == 0 ? 0 : 2);
  if (index != 0) out.u32(index);
  out.op(type.address == AddressType::i64 ? Op::i64_const : Op::i32_const);
  out.s32(0);
  out.op(Op::end);
  out.name(bytes);
  ++c_.data_section.count;
}

}  // namespace weft::text
