// OsError: a refused system call. Layers above turn it into an Error with the words of their
// subject.
#pragma once

#include <expected>
#include <string>

namespace weft::platform {

struct OsError {
  int code = 0;                // errno
  const char* operation = "";  // what was tried, e.g. "mmap"

  /// "mmap: Cannot allocate memory"
  std::string message() const;
};

template <class T = void>
using OsResult = std::expected<T, OsError>;

/// The failure of `operation` with the present errno.
std::unexpected<OsError> os_fail(const char* operation);
std::unexpected<OsError> os_fail(const char* operation, int code);

}  // namespace weft::platform
