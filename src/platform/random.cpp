#include "platform/random.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>

namespace weft::platform {

OsResult<> fill_random(std::span<uint8_t> out) {
  // A call for at most 256 bytes is never cut short by a signal; larger ones are, hence the loop.
  constexpr size_t kChunk = size_t{1} << 20;
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), std::min(out.size(), kChunk), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      return os_fail("getrandom");
    }
    out = out.subspan(static_cast<size_t>(got));
  }
  return {};
}

}  // namespace weft::platform
