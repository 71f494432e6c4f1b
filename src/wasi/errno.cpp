#include "wasi/errno.hpp"

#include <cerrno>

namespace weft::wasi {

Errno errno_from_host(int host_errno) {
  struct Row {
    int host;
    Errno guest;
  };
  static constexpr Row kRows[] = {
#define WASI_ERRNO(name, number, host) {host, Errno::name},
#include "wasi/errno.def"
#undef WASI_ERRNO
  };
  if (host_errno == 0) return Errno::success;
  for (const Row& row : kRows) {
    if (row.host == host_errno) return row.guest;
  }
  return Errno::io;
}

std::string_view to_string(Errno error) {
  switch (error) {
#define WASI_ERRNO(name, number, host) \
  case Errno::name: return #name;
#include "wasi/errno.def"
#undef WASI_ERRNO
  }
  return "unknown";
}

}  // namespace weft::wasi
