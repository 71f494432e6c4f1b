#include "platform/os_error.hpp"

#include <cerrno>
#include <system_error>

namespace weft::platform {

std::string OsError::message() const {
  // Unlike strerror, this is safe in several threads.
  return std::string(operation) + ": " + std::generic_category().message(code);
}

std::unexpected<OsError> os_fail(const char* operation, int code) {
  return std::unexpected(OsError{code, operation});
}

std::unexpected<OsError> os_fail(const char* operation) { return os_fail(operation, errno); }

}  // namespace weft::platform
