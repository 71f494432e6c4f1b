// random_get: straight into guest memory, in pieces between which the guest can be stopped.
#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "wasi/preview1.hpp"

namespace weft::wasi {

namespace {
constexpr size_t kPiece = size_t{1} << 20;
}

Outcome random_get(Context& context, GuestMemory& memory, Ptr buf, Size len) {
  if (!memory.contains(buf, len)) return Errno::fault;
  for (size_t done = 0; done < len;) {
    const size_t piece = std::min<size_t>(len - done, kPiece);
    if (RandomSource* source = context.random(); source != nullptr) {
      source->fill({memory.at(buf + uint64_t{done}), piece});
      memory.reload();
      if (!memory.contains(buf, len)) return Errno::fault;
      done += piece;
    } else {
      const ssize_t got = ::getrandom(memory.at(buf + uint64_t{done}), piece, 0);
      if (got < 0 && errno != EINTR) return errno_from_host(errno);
      if (got > 0) done += static_cast<size_t>(got);
    }
    if (done < len && must_stop(context.interrupt())) return Outcome::interrupted();
  }
  return Errno::success;
}

}  // namespace weft::wasi
