// Binary format -> text format: a whole module as a person reads it, and as the parser reads it
// back. ADR 0017.
#pragma once

#include <string>

#include "base/result.hpp"
#include "binary/module.hpp"

namespace weft::text {

struct PrintOptions {
  /// Names of the name section as identifiers; without them every index is a number, and the name
  /// section is lost.
  bool names = true;
  /// Operands inside the parentheses of what takes them; blocks stay plain. The same module.
  bool fold = false;
};

/// The module as text. It need not be valid, only decoded: a body that cannot be read is
/// "malformed". For a valid module m, parsing the text gives a module that differs from m in
/// encoding only (canon(m)), and printing canon(m) gives the same text.
/// Errors: malformed; limit_exceeded if the text would be more than 256 times the module's size
/// plus 16 MiB, or 4 GiB (declared locals can ask for that). Time and memory are linear in the
/// text. Any thread.
Result<std::string> print_module(const binary::Module& module, const PrintOptions& options = {});

}  // namespace weft::text
