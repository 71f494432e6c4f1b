#include "text/reader.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/core.h>

#include "base/utf8.hpp"
#include "text/literals.hpp"
#include "text/source_error.hpp"
#include "wasm/opcodes.hpp"

namespace weft::text {
namespace {

// Words of the grammar that are no instructions, sorted; only used to choose between two messages.
constexpr std::string_view kWords[] = {
    "any",         "anyref",   "array",   "arrayref",   "before",   "binary",     "catch_all_ref",
    "catch_ref",   "data",     "declare", "definition", "delegate", "do",         "elem",
    "eq",          "eqref",    "exn",     "exnref",     "export",   "extern",     "externref",
    "f32",         "f32x4",    "f64",     "f64x2",      "field",    "final",      "func",
    "funcref",     "global",   "i16",     "i16x8",      "i31",      "i31ref",     "i32",
    "i32x4",       "i64",      "i64x2",   "i8",         "i8x16",    "import",     "inf",
    "instance",    "item",     "local",   "memory",     "module",   "mut",        "nan",
    "noexn",       "noextern", "nofunc",  "none",       "null",     "nullexnref", "nullexternref",
    "nullfuncref", "nullref",  "offset",  "pagesize",   "param",    "quote",      "rec",
    "ref",         "result",   "shared",  "start",      "struct",   "structref",  "sub",
    "table",       "tag",      "then",    "type",       "v128",
};

bool is_known_word(std::string_view word) {
  return wasm::op_from_text(word) != wasm::Op::invalid_ ||
         std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords) ||
         word.starts_with("offset=") || word.starts_with("align=") || word.starts_with("nan:");
}

/// A number of some kind, if not of the kind that is needed.
bool is_number(std::string_view text) {
  uint64_t bits = 0;
  return parse_f64(text, bits) != LiteralStatus::not_a_number;
}

std::string shorten(std::string_view text) {
  constexpr size_t kMax = 40;
  if (text.size() <= kMax) return std::string(text);
  text = text.substr(0, kMax);
  return std::string(text.substr(0, utf8_valid_prefix(text))) + "...";
}

}  // namespace

void Reader::fail_at(uint32_t offset, std::string_view message) {
  if (failed_) return;
  failed_ = true;
  error_ = source_error(list_.source, offset, message);
  at_ = end_;
}

void Reader::fail(const Token& where, std::string_view message) { fail_at(where.begin, message); }

void Reader::unexpected() {
  const Token& t = peek();
  if (t.kind == TokenKind::end) {
    // The place to show is the end of the range, not of a whole script.
    const uint32_t offset =
        end_ > 0 && end_ <= list_.tokens.size() ? list_.tokens[end_ - 1].end : t.begin;
    return fail_at(offset, "unexpected end");
  }
  const std::string_view word = list_.text(t);
  const bool unknown =
      t.kind == TokenKind::reserved || (t.kind == TokenKind::keyword && !is_known_word(word));
  fail(t, fmt::format("{} {}", unknown ? "unknown operator" : "unexpected token", shorten(word)));
}

std::string Reader::expect_string() {
  std::string out;
  if (kind() != TokenKind::string) {
    unexpected();
    return out;
  }
  decode_string(text(), out);
  skip();
  return out;
}

std::string Reader::expect_name() {
  const Token where = peek();
  std::string out = expect_string();
  if (!is_valid_utf8(out)) fail(where, "malformed UTF-8 encoding in a name");
  return out;
}

uint64_t Reader::expect_nat(uint64_t max, std::string_view what) {
  if (kind() != TokenKind::number) {
    unexpected();
    return 0;
  }
  uint64_t value = 0;
  switch (parse_nat(text(), max, value)) {
    case LiteralStatus::ok: skip(); return value;
    case LiteralStatus::out_of_range:
      fail(fmt::format("{} out of range: {}, at most {}", what, shorten(text()), max));
      return 0;
    case LiteralStatus::not_a_number:
      fail(fmt::format("{} {}: expected a natural number",
                       is_number(text()) ? "unexpected token" : "unknown operator",
                       shorten(text())));
      return 0;
  }
  return 0;
}

uint32_t Reader::expect_u32(std::string_view what) {
  return static_cast<uint32_t>(expect_nat(~uint32_t{0}, what));
}

uint32_t Reader::expect_index(const IndexSpace& space) {
  if (kind() != TokenKind::id) return expect_u32();
  const std::string_view name = list_.id(peek());
  const auto index = space.find(name);
  if (!index) {
    fail(fmt::format("unknown {} ${}", space.noun(), shorten(name)));
    return 0;
  }
  skip();
  return *index;
}

}  // namespace weft::text
