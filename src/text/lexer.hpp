// Source text -> tokens (spec 6.2, 6.3): comments and annotations are gone afterwards, strings and
// identifiers are checked, parentheses are paired.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "text/token.hpp"

namespace weft::text {

/// Fails with "malformed": illegal characters, broken UTF-8, unclosed comments, strings,
/// annotations or parentheses. The result borrows `source`. Linear in its length; about 20 bytes of
/// memory per token.
Result<TokenList> lex(std::string_view source);

}  // namespace weft::text
