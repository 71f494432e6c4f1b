// How `weft` speaks to a person: errors, traps with backtraces, progress.
#pragma once

#include <string_view>

#include "weft/weft.hpp"

namespace weft::cli {

/// "error: MESSAGE" on stderr. Control characters of guests and files are made harmless.
void print_error(std::string_view message);
/// "error: FILE: MESSAGE (offset 0x12)" on stderr.
void print_error(std::string_view file, const Error& error);
/// Trap text and backtrace on stderr. Returns the exit code: the guest's own if it ended the
/// program. `limit` is the option that stops guests (--timeout, --fuel), named if that is what
/// happened.
int report_failure(std::string_view file, const Failure& failure, std::string_view limit = {});

/// Shows "loading FILE 42%" on a terminal when loading takes longer than a moment; erases itself.
class LoadProgress {
 public:
  explicit LoadProgress(std::string_view file);
  ~LoadProgress();
  LoadProgress(const LoadProgress&) = delete;
  LoadProgress& operator=(const LoadProgress&) = delete;
  Module::Progress callback();

 private:
  std::string_view file_;
  bool terminal_;
  bool shown_ = false;
  int percent_ = -1;
  int64_t start_ns_;
};

}  // namespace weft::cli
