// A position in a token list and the first error. After an error the reader stands at the end,
// where every token is `end`: loops stop by themselves and the callers need no checks of their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "text/names.hpp"
#include "text/token.hpp"

namespace weft::text {

class Reader {
 public:
  Reader(const TokenList& list, TokenRange range)
      : list_(list), at_(range.first), end_(range.last) {}

  const TokenList& list() const { return list_; }
  const Token& peek(uint32_t ahead = 0) const {
    const uint32_t i = at_ + ahead;
    return i < end_ ? list_.tokens[i] : list_.tokens.back();
  }
  uint32_t at() const { return at_; }
  void seek(uint32_t at) {
    if (!failed_) at_ = at;
  }
  void skip() {
    if (at_ < end_) ++at_;
  }
  bool at_end() const { return at_ >= end_; }
  TokenKind kind(uint32_t ahead = 0) const { return peek(ahead).kind; }
  std::string_view text(uint32_t ahead = 0) const { return list_.text(peek(ahead)); }

  bool at_left() const { return kind() == TokenKind::left; }
  bool at_right() const { return kind() == TokenKind::right; }
  bool at_keyword(std::string_view word, uint32_t ahead = 0) const {
    return kind(ahead) == TokenKind::keyword && text(ahead) == word;
  }
  /// Whether `(word` comes next.
  bool at_list(std::string_view word) const { return at_left() && at_keyword(word, 1); }
  bool at_index() const { return kind() == TokenKind::id || kind() == TokenKind::number; }

  // Each of these goes past what it names and answers whether it was there.
  bool take(TokenKind k) {
    if (kind() != k) return false;
    skip();
    return true;
  }
  bool take_keyword(std::string_view word) {
    if (!at_keyword(word)) return false;
    skip();
    return true;
  }
  bool take_list(std::string_view word) {
    if (!at_list(word)) return false;
    skip();
    skip();
    return true;
  }
  /// An optional identifier; empty if there is none.
  std::string_view take_id() {
    if (kind() != TokenKind::id) return {};
    const std::string_view id = list_.id(peek());
    skip();
    return id;
  }
  /// Goes behind the `)` of the list that starts here.
  void skip_list() { seek(peek().match + 1); }

  void expect(TokenKind k) {
    if (!take(k)) unexpected();
  }
  void expect_right() { expect(TokenKind::right); }
  void expect_keyword(std::string_view word) {
    if (!take_keyword(word)) unexpected();
  }

  /// The value of a string literal: any bytes.
  std::string expect_string();
  /// A string that must be UTF-8.
  std::string expect_name();
  uint64_t expect_nat(uint64_t max, std::string_view what);
  uint32_t expect_u32(std::string_view what = "i32 constant");
  /// A symbolic or numeric index. Numbers are not compared with the size of the space: validation
  /// does that.
  uint32_t expect_index(const IndexSpace& space);

  bool failed() const { return failed_; }
  /// Records the first error; what comes later is a consequence of it.
  void fail(const Token& where, std::string_view message);
  void fail(std::string_view message) { fail(peek(), message); }
  void fail_at(uint32_t offset, std::string_view message);
  /// "unknown operator" for words that mean nothing anywhere, "unexpected token" otherwise.
  void unexpected();
  Error take_error() { return std::move(error_); }

 private:
  const TokenList& list_;
  uint32_t at_;
  uint32_t end_;
  bool failed_ = false;
  Error error_{ErrorCode::malformed, ""};
};

}  // namespace weft::text
