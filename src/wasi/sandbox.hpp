// Path resolution that cannot leave a directory: by the kernel (openat2 with RESOLVE_BENEATH and
// RESOLVE_NO_MAGICLINKS), or component by component with O_NOFOLLOW where openat2 is missing. Both
// give the same results.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "wasi/errno.hpp"
#include "wasi/host_fd.hpp"

namespace weft::wasi {

enum class Lookup : uint8_t {
  kernel,    // openat2
  portable,  // component-wise
};

/// True if this kernel (and its sandbox around us) lets us use openat2.
bool kernel_lookup_available();

inline constexpr size_t kPathMax = 4096;  // with the terminating NUL, as on Linux

/// A path copied out of guest memory before use, so that nobody can change it under us.
struct PathText {
  char text[kPathMax];
  size_t length = 0;
};

/// Opens `path` below `root`. `flags` as for openat: O_NOFOLLOW concerns the last component only.
/// Leaving the root, an absolute path and an absolute link are EPERM. Returns a descriptor, or a
/// negated errno.
int open_beneath(Lookup lookup, int root, const char* path, int flags, mode_t mode);

/// The portable half of open_beneath.
int walk_beneath(int root, const char* path, int flags, mode_t mode);

/// A directory and one name in it, for calls that act on the name itself (unlinkat, renameat,
/// fstatat without following).
struct Place {
  HostFd holder;  // keeps `dir` open unless that is the root itself
  int dir = -1;
  const char* name = nullptr;  // points into the PathText; may end in slashes; never ".." and never
                               // has an inner slash
};

/// `lookup`: the name must exist, a trailing slash follows it as stat does. `change`: it is to be
/// made, removed or moved, and is passed with its slashes to the kernel, which never follows it.
enum class PlaceFor : uint8_t { lookup, change };

/// Resolves all but the last component. Changes `path` (cuts it at the last slash).
Errno find_place(Lookup lookup, int root, PathText& path, PlaceFor purpose, Place& out);

}  // namespace weft::wasi
