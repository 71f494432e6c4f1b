#include "text/lexer.hpp"

#include <array>

#include <fmt/core.h>

#include "base/utf8.hpp"
#include "text/literals.hpp"
#include "text/source_error.hpp"

namespace weft::text {
namespace {

enum CharClass : uint8_t { kIllegal, kSpace, kIdChar, kPunctuation, kQuote, kParen };

constexpr std::array<uint8_t, 256> kClass = [] {
  std::array<uint8_t, 256> t{};
  for (char c : {' ', '\t', '\n', '\r'}) t[static_cast<uint8_t>(c)] = kSpace;
  for (int c = '0'; c <= '9'; ++c) t[static_cast<size_t>(c)] = kIdChar;
  for (int c = 'a'; c <= 'z'; ++c) t[static_cast<size_t>(c)] = kIdChar;
  for (int c = 'A'; c <= 'Z'; ++c) t[static_cast<size_t>(c)] = kIdChar;
  for (char c : std::string_view("!#$%&'*+-./:<=>?@\\^_`|~")) t[static_cast<uint8_t>(c)] = kIdChar;
  for (char c : std::string_view(",;[]{}")) t[static_cast<uint8_t>(c)] = kPunctuation;
  t['"'] = kQuote;
  t['('] = t[')'] = kParen;
  return t;
}();

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) { list_.source = source; }

  Result<TokenList> run();

 private:
  enum class Step : uint8_t { more, done, failed };

  uint8_t class_at(size_t i) const { return kClass[static_cast<uint8_t>(source_[i])]; }
  char at(size_t i) const { return i < source_.size() ? source_[i] : '\0'; }
  bool fail_at(size_t offset, std::string_view message) {
    if (!failed_) error_ = source_error(source_, offset, message);
    failed_ = true;
    return false;
  }

  bool skip_space();
  bool skip_block_comment();
  bool skip_line_comment();
  bool scan_string();
  bool scan_run(Token& out);
  bool fail_char();
  TokenKind classify(std::string_view text) const;
  bool open_annotation();
  bool annotation_body(bool keep, size_t open);
  bool add_paren();

  std::string_view source_;
  size_t pos_ = 0;
  bool failed_ = false;
  Error error_{ErrorCode::malformed, ""};
  TokenList list_;
  std::vector<uint32_t> open_;  // indices of unpaired `(`
};

bool Lexer::fail_char() {
  if (utf8_sequence_length(source_.substr(pos_)) == 0)
    return fail_at(pos_, "malformed UTF-8 encoding");
  return fail_at(pos_, "illegal character");
}

// Comments may hold every character, but must be well-formed UTF-8 like the rest of the source.
bool Lexer::skip_line_comment() {
  while (pos_ < source_.size() && source_[pos_] != '\n' && source_[pos_] != '\r') {
    const size_t n = utf8_sequence_length(source_.substr(pos_, 4));
    if (n == 0) return fail_char();
    pos_ += n;
  }
  return true;
}

bool Lexer::skip_block_comment() {
  const size_t start = pos_;
  size_t depth = 0;
  do {
    if (pos_ >= source_.size()) return fail_at(start, "unclosed comment");
    if (source_[pos_] == '(' && at(pos_ + 1) == ';') {
      ++depth;
      pos_ += 2;
    } else if (source_[pos_] == ';' && at(pos_ + 1) == ')') {
      --depth;
      pos_ += 2;
    } else {
      const size_t n = utf8_sequence_length(source_.substr(pos_, 4));
      if (n == 0) return fail_char();
      pos_ += n;
    }
  } while (depth > 0);
  return true;
}

bool Lexer::skip_space() {
  while (pos_ < source_.size()) {
    if (class_at(pos_) == kSpace) {
      ++pos_;
    } else if (source_[pos_] == ';' && at(pos_ + 1) == ';') {
      if (!skip_line_comment()) return false;
    } else if (source_[pos_] == '(' && at(pos_ + 1) == ';') {
      if (!skip_block_comment()) return false;
    } else {
      return true;
    }
  }
  return true;
}

// Behind the opening quote. Escapes are checked here, so that decoding later cannot fail.
bool Lexer::scan_string() {
  const size_t start = pos_++;
  while (pos_ < source_.size()) {
    const auto c = static_cast<unsigned char>(source_[pos_]);
    if (c == '"') {
      ++pos_;
      return true;
    }
    if (c == '\\') {
      const size_t n = escape_length(source_.substr(pos_));
      if (n == 0) return fail_at(pos_, "illegal escape");
      pos_ += n;
    } else if (c == '\n' || c == '\r') {
      return fail_at(start, "unclosed string");
    } else if (c < 0x20 || c == 0x7f) {
      return fail_at(pos_, "illegal character in string");
    } else {
      const size_t n = utf8_sequence_length(source_.substr(pos_, 4));
      if (n == 0) return fail_char();
      pos_ += n;
    }
  }
  return fail_at(start, "unclosed string");
}

TokenKind Lexer::classify(std::string_view text) const {
  for (char c : text) {
    if (kClass[static_cast<uint8_t>(c)] != kIdChar) return TokenKind::reserved;
  }
  const char c = text[0];
  if (c == '$') return TokenKind::id;
  if (c >= 'a' && c <= 'z') return TokenKind::keyword;
  if ((c >= '0' && c <= '9') || c == '+' || c == '-') return TokenKind::number;
  return TokenKind::reserved;
}

// The longest run of identifier characters, punctuation and strings is one token: `"a""b"` and
// `0$x` are single, reserved ones.
bool Lexer::scan_run(Token& out) {
  const size_t start = pos_;
  size_t strings = 0;
  size_t first_string = 0;
  while (pos_ < source_.size()) {
    const uint8_t cls = class_at(pos_);
    if (cls == kQuote) {
      if (strings++ == 0) first_string = pos_;
      if (!scan_string()) return false;
    } else if (cls == kIdChar ||
               (cls == kPunctuation && !(source_[pos_] == ';' && at(pos_ + 1) == ';'))) {
      ++pos_;
    } else {
      break;
    }
  }
  if (pos_ == start) return fail_char();
  out = Token{static_cast<uint32_t>(start), static_cast<uint32_t>(pos_), 0, TokenKind::reserved};
  const std::string_view text = source_.substr(start, pos_ - start);
  if (strings == 0) {
    out.kind = classify(text);
    if (out.kind == TokenKind::id && text.size() == 1) return fail_at(start, "empty identifier");
    return true;
  }
  if (strings == 1 && first_string == start && text.size() >= 2 && text.back() == '"') {
    // A lone string, unless something follows the closing quote.
    if (string_length(text) == text.size()) out.kind = TokenKind::string;
    return true;
  }
  if (strings == 1 && first_string == start + 1 && text[0] == '$' &&
      string_length(text.substr(1)) == text.size() - 1) {
    std::string name;
    decode_string(text.substr(1), name);
    if (name.empty()) return fail_at(start, "empty identifier");
    if (!is_valid_utf8(name)) return fail_at(start, "malformed UTF-8 encoding");
    list_.quoted_ids.push_back(std::move(name));
    out.kind = TokenKind::id;
    out.match = static_cast<uint32_t>(list_.quoted_ids.size());
  }
  return true;
}

bool Lexer::annotation_body(bool keep, size_t open) {
  size_t depth = 1;
  std::vector<uint32_t> parens;
  auto& out = list_.annotation_tokens;
  while (true) {
    if (!skip_space()) return false;
    if (pos_ >= source_.size()) return fail_at(open, "unclosed annotation");
    Token token;
    if (class_at(pos_) == kParen) {
      const bool is_left = source_[pos_] == '(';
      if (is_left) {
        ++depth;
      } else {
        --depth;
      }
      token = Token{static_cast<uint32_t>(pos_), static_cast<uint32_t>(pos_ + 1), 0,
                    is_left ? TokenKind::left : TokenKind::right};
      ++pos_;
      if (depth == 0) return true;
      if (keep && is_left) parens.push_back(static_cast<uint32_t>(out.size()));
      if (keep && !is_left) {
        out[parens.back()].match = static_cast<uint32_t>(out.size());
        parens.pop_back();
      }
    } else if (!scan_run(token)) {
      return false;
    }
    if (keep) out.push_back(token);
  }
}

bool Lexer::open_annotation() {
  const size_t open = pos_;
  pos_ += 2;
  const size_t id_start = pos_;
  std::string id;
  if (pos_ < source_.size() && class_at(pos_) == kQuote) {
    if (!scan_string()) return false;
    decode_string(source_.substr(id_start, pos_ - id_start), id);
    if (!is_valid_utf8(id)) return fail_at(id_start, "malformed UTF-8 encoding");
  } else {
    while (pos_ < source_.size() && class_at(pos_) == kIdChar) ++pos_;
    id = source_.substr(id_start, pos_ - id_start);
  }
  if (id.empty()) return fail_at(open, "empty annotation id");

  Annotation note;
  note.before = static_cast<uint32_t>(list_.tokens.size());
  note.offset = static_cast<uint32_t>(open);
  note.first = static_cast<uint32_t>(list_.annotation_tokens.size());
  bool known = true;
  if (id == "custom") {
    note.kind = AnnotationKind::custom;
  } else if (id == "name") {
    note.kind = AnnotationKind::name;
  } else if (id == "metadata.code.branch_hint") {
    note.kind = AnnotationKind::branch_hint;
  } else {
    known = false;
  }
  if (!annotation_body(known, open)) return false;
  if (known) {
    note.last = static_cast<uint32_t>(list_.annotation_tokens.size());
    list_.annotations.push_back(note);
  }
  return true;
}

bool Lexer::add_paren() {
  const auto index = static_cast<uint32_t>(list_.tokens.size());
  const bool is_left = source_[pos_] == '(';
  if (is_left) {
    open_.push_back(index);
  } else {
    if (open_.empty()) return fail_at(pos_, "unexpected token: `)` without `(`");
    list_.tokens[open_.back()].match = index;
    open_.pop_back();
  }
  list_.tokens.push_back(Token{static_cast<uint32_t>(pos_), static_cast<uint32_t>(pos_ + 1), 0,
                               is_left ? TokenKind::left : TokenKind::right});
  ++pos_;
  return true;
}

Result<TokenList> Lexer::run() {
  if (source_.size() >= (uint64_t{1} << 32) - 1) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: source text of 4 GiB or more");
  }
  list_.tokens.reserve(source_.size() / 5 + 1);
  while (skip_space() && pos_ < source_.size()) {
    if (class_at(pos_) == kParen) {
      if (source_[pos_] == '(' && at(pos_ + 1) == '@') {
        if (!open_annotation()) break;
      } else if (!add_paren()) {
        break;
      }
      continue;
    }
    Token token;
    if (!scan_run(token)) break;
    list_.tokens.push_back(token);
  }
  if (!failed_ && !open_.empty()) {
    fail_at(list_.tokens[open_.back()].begin, "unexpected end: unclosed `(`");
  }
  if (failed_) return std::unexpected(std::move(error_));
  const auto end = static_cast<uint32_t>(source_.size());
  list_.tokens.push_back(Token{end, end, 0, TokenKind::end});
  return std::move(list_);
}

}  // namespace

Result<TokenList> lex(std::string_view source) { return Lexer(source).run(); }

}  // namespace weft::text
