// Moving bytes between guest memory and a file: scatter/gather lists, waiting that can be
// interrupted, no SIGPIPE.
#pragma once

#include <limits.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

#include "wasi/context.hpp"
#include "wasi/guest_memory.hpp"
#include "wasi/outcome.hpp"

namespace weft::wasi {

/// A guest's iovec array, copied once and checked, as host iovecs. Empty ones are left out. At most
/// kMax are taken: the transfer is then a short one, which is always allowed.
struct Buffers {
  static constexpr size_t kMax = IOV_MAX;
  static constexpr uint32_t kMaxScanned =
      65536;  // an array longer than this is EINVAL, not a long loop

  iovec host[kMax];
  size_t count = 0;

  Errno gather(const GuestMemory& memory, uint32_t iovs, uint32_t iovs_len);
  /// Drops everything behind the first `bytes` bytes.
  void clip(size_t bytes);
};

inline constexpr int64_t kAtPosition = -1;

/// Reads at `offset`, or at the file's position. `count` is what came; 0 is the end.
Outcome read_file(Context& context, GuestMemory& memory, File& file, Buffers& to, int64_t offset,
                  size_t& count);
Outcome write_file(Context& context, GuestMemory& memory, File& file, Buffers& from, int64_t offset,
                   size_t& count);

/// Makes a descriptor that cannot read (or write) say why: `isdir`, `badf` for one never opened so,
/// or `notcapable` for one whose right was dropped.
Errno refuse_read(const File& file);
Errno refuse_write(const File& file);

/// Waits for `events` (as in poll) unless the guest asked not to wait: then `again`.
Outcome wait_for(Context& context, const File& file, short events);

}  // namespace weft::wasi
