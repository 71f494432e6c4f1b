// Tokens of the text format (spec 6.3): positions in the source and, for parentheses, the partner.
// The parser walks this list twice (names first, then code), so it is made once and a parenthesised
// group is skipped in one step.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::text {

enum class TokenKind : uint8_t {
  end,       // behind the last token
  left,      // (
  right,     // )
  string,    // "..." with both quotes
  id,        // $name or $"name"
  keyword,   // starts with a lower-case letter
  number,    // starts with a digit or a sign; its syntax is checked by whoever wants a number
  reserved,  // anything else that is lexically a token; no grammar rule accepts it
};

struct Token {
  uint32_t begin = 0;  ///< Byte offsets in the source.
  uint32_t end = 0;
  uint32_t match =
      0;  ///< left: index of its `)`. id: 1 + index in quoted_ids, 0 for the plain form.
  TokenKind kind = TokenKind::end;
};

/// Annotations that mean something to us; all others are checked lexically and dropped.
enum class AnnotationKind : uint8_t { custom, name, branch_hint };

struct Annotation {
  AnnotationKind kind{};
  uint32_t before = 0;  ///< Index of the token it stands in front of.
  uint32_t offset = 0;  ///< Of its `(`, for errors.
  uint32_t first = 0;   ///< Its contents: [first, last) of annotation_tokens.
  uint32_t last = 0;
};

/// A lexed source. Borrows the source text. Immutable once made.
struct TokenList {
  std::string_view source;
  std::vector<Token> tokens;            ///< The last one has kind `end`.
  std::vector<Annotation> annotations;  ///< In source order.
  std::vector<Token> annotation_tokens;
  std::vector<std::string> quoted_ids;  ///< Decoded $"..." identifiers.

  std::string_view text(const Token& t) const { return source.substr(t.begin, t.end - t.begin); }
  /// The name of an identifier without `$`; `$"a"` and `$a` are equal.
  std::string_view id(const Token& t) const {
    if (t.match != 0) return quoted_ids[t.match - 1];
    return source.substr(t.begin + 1, t.end - t.begin - 1);
  }
};

/// Half-open range of tokens in a list: a module inside a script.
struct TokenRange {
  uint32_t first = 0;
  uint32_t last = 0;
};

}  // namespace weft::text
