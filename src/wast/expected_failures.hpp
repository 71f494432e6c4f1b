// The list of known failures: lines `file.wast[:line] reason`, `#` starts a comment. A listed
// command that passes is a failure, too.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weft::wast {

class ExpectedFailures {
 public:
  static Result<ExpectedFailures> parse(std::string_view text);

  struct Entry {
    std::string reason;
    uint64_t uses = 0;
  };
  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }
  /// The entry that covers a command, or null. Its file is compared with the end of `path`, at a
  /// directory boundary. Entries for single lines win over those for whole files.
  Entry* entry(std::string_view path, uint32_t line, bool& whole_file);

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace weft::wast
