#include "wast/expected_failures.hpp"

#include <fmt/core.h>

namespace weft::wast {

Result<ExpectedFailures> ExpectedFailures::parse(std::string_view text) {
  ExpectedFailures list;
  uint64_t line_number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    ++line_number;
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    if (line.empty() || line[0] == '#') continue;
    const size_t space = line.find(' ');
    if (space == std::string_view::npos) {
      return fail(ErrorCode::bad_config,
                  fmt::format("expected failures, line {}: no reason given", line_number));
    }
    std::string_view reason = line.substr(space);
    while (reason[0] == ' ') reason.remove_prefix(1);
    list.entries_.emplace(line.substr(0, space), Entry{std::string(reason)});
  }
  return list;
}

ExpectedFailures::Entry* ExpectedFailures::entry(std::string_view path, uint32_t line,
                                                 bool& whole_file) {
  // `a/b/c.wast` is covered by entries for `c.wast`, `b/c.wast` and so on.
  for (bool with_line : {true, false}) {
    size_t start = path.size();
    while (start != std::string_view::npos) {
      start = start == 0 ? std::string_view::npos : path.rfind('/', start - 1);
      const std::string_view tail = start == std::string_view::npos ? path : path.substr(start + 1);
      const auto found =
          entries_.find(with_line ? fmt::format("{}:{}", tail, line) : std::string(tail));
      if (found != entries_.end()) {
        whole_file = !with_line;
        return &found->second;
      }
    }
  }
  return nullptr;
}

}  // namespace weft::wast
