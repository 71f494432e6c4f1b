#include "wasi/sandbox.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace weft::wasi {

namespace {

constexpr uint64_t kResolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
constexpr int kMaxRaces = 64;

long openat2(int root, const char* path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = kResolve;
  return ::syscall(SYS_openat2, root, path, &how, sizeof how);
}

}  // namespace

bool kernel_lookup_available() {
  const long fd = openat2(AT_FDCWD, ".", O_PATH | O_CLOEXEC, 0);
  if (fd >= 0) {
    ::close(static_cast<int>(fd));
    return true;
  }
  // A container's filter may answer EPERM; any other refusal concerns the directory, not the call.
  return errno != ENOSYS && errno != EPERM && errno != EINVAL && errno != E2BIG;
}

int open_beneath(Lookup lookup, int root, const char* path, int flags, mode_t mode) {
  flags |= O_CLOEXEC;
  if (lookup == Lookup::portable) return walk_beneath(root, path, flags, mode);
  for (int race = 0; race < kMaxRaces; ++race) {
    const long fd = openat2(root, path, flags, mode);
    if (fd >= 0) return static_cast<int>(fd);
    switch (errno) {
      case EXDEV: return -EPERM;  // left the root
      case EAGAIN:                // a rename or mount happened while ".." was being resolved
      case EINTR: continue;
      default: return -errno;
    }
  }
  return walk_beneath(root, path, flags, mode);  // renames never stop: the walk needs no luck
}

Errno find_place(Lookup lookup, int root, PathText& path, PlaceFor purpose, Place& out) {
  const std::string_view text(path.text, path.length);
  if (text.empty()) return Errno::noent;
  if (text.front() == '/') return Errno::perm;
  const size_t end = text.find_last_not_of('/') + 1;  // not npos: the first character is no slash
  const bool slashes = end != text.size();
  const size_t slash = text.rfind('/', end - 1);
  const size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
  const std::string_view last = text.substr(begin, end - begin);

  // "." and ".." name a directory by where it is: open it (that checks that it is beneath) and call
  // it ".".
  if (last == "." || last == ".." || (slashes && purpose == PlaceFor::lookup)) {
    const int fd = open_beneath(lookup, root, path.text, O_PATH | O_DIRECTORY, 0);
    if (fd < 0) return errno_from_host(-fd);
    out.holder = HostFd(fd);
    out.dir = fd;
    out.name = ".";
    return Errno::success;
  }
  out.name = path.text + begin;
  if (begin == 0) {
    out.dir = root;
    return Errno::success;
  }
  path.text[slash] = '\0';  // SAFETY: slash < length; the name starts behind it
  const int fd = open_beneath(lookup, root, path.text, O_PATH | O_DIRECTORY, 0);
  if (fd < 0) return errno_from_host(-fd);
  out.holder = HostFd(fd);
  out.dir = fd;
  return Errno::success;
}

}  // namespace weft::wasi
