// path_open: the one call that makes new descriptors from paths.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "wasi/path_arguments.hpp"
#include "wasi/preview1.hpp"

namespace weft::wasi {

namespace {

struct Request {
  bool follow;
  uint32_t oflags;
  Rights base;
  Rights inheriting;
  uint16_t fdflags;

  bool has(uint32_t flag) const { return (oflags & flag) != 0; }
  bool reads() const { return (base & (rights::fd_read | rights::fd_readdir)) != 0; }
  bool writes() const { return (base & rights::fd_write) != 0; }
};

Errno check_rights(const Request& request, const FdTable::Entry& parent) {
  Rights needed = rights::path_open;
  if (request.has(oflags::kCreat)) needed |= rights::path_create_file;
  if (request.has(oflags::kTrunc)) needed |= rights::path_filestat_set_size;
  if ((parent.base & needed) != needed) return Errno::notcapable;
  // Guests ask for everything and get what there is, but a descriptor that cannot do the one thing
  // it is opened for would fail later and elsewhere.
  const Rights transfer = request.base & (rights::fd_read | rights::fd_write);
  return (transfer & ~parent.inheriting) == 0 ? Errno::success : Errno::notcapable;
}

int host_flags(const Request& request) {
  // O_NONBLOCK: opening a pipe or device must not hang the host. Waiting is done by poll, where the
  // guest wants to wait.
  int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  flags |= request.writes() ? (request.reads() ? O_RDWR : O_WRONLY) : O_RDONLY;
  if (!request.follow) flags |= O_NOFOLLOW;
  if (request.has(oflags::kCreat)) flags |= O_CREAT;
  if (request.has(oflags::kDirectory)) flags |= O_DIRECTORY;
  if (request.has(oflags::kExcl)) flags |= O_EXCL;
  if (request.has(oflags::kTrunc)) flags |= O_TRUNC;
  if ((request.fdflags & fdflags::kDsync) != 0) flags |= O_DSYNC;
  if ((request.fdflags & (fdflags::kSync | fdflags::kRsync)) != 0) flags |= O_SYNC;
  return flags;
}

// Below a read-only preopen: what exists may be read; whatever would make or change a file is
// EROFS, after the errors that do not depend on it.
int open_read_only(Lookup lookup, int root, const char* path, const Request& request) {
  const bool changes = request.writes() || request.has(oflags::kTrunc);
  const int flags = (host_flags(request) & ~(O_CREAT | O_EXCL | O_TRUNC | O_ACCMODE)) | O_RDONLY;
  const int fd = open_beneath(lookup, root, path, flags, 0);
  if (fd == -ENOENT && request.has(oflags::kCreat)) return -EROFS;
  if (fd < 0) return fd;
  int refused = 0;
  if (request.has(oflags::kCreat) && request.has(oflags::kExcl)) {
    refused = -EEXIST;
  } else if (changes) {
    struct stat st{};
    refused = ::fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? -EISDIR : -EROFS;
  }
  if (refused == 0) return fd;
  ::close(fd);
  return refused;
}

Errno describe_opened(int fd, const Request& request, bool read_only, File& file) {
  struct stat st{};
  if (::fstat(fd, &st) != 0) return errno_from_host(errno);
  file.channel = channel_of(st.st_mode);
  file.type = filetype_of(fd, st.st_mode);
  file.flags = request.fdflags;
  file.read_only = read_only;
  file.host_nonblocking = true;
  const bool directory = file.channel == Channel::directory;
  if (directory) file.flags &= static_cast<uint16_t>(~fdflags::kAppend);
  file.readable = !directory && (request.reads() || !request.writes());
  file.writable = !directory && request.writes();
  return Errno::success;
}

}  // namespace

Outcome path_open(Context& context, GuestMemory& memory, Fd fd, uint32_t lookup, Ptr path,
                  Size path_len, uint32_t oflags, uint64_t base, uint64_t inheriting,
                  uint32_t fdflags, Ptr fd_out) {
  if ((lookup & ~kLookupSymlinkFollow) != 0 || (oflags & ~oflags::kAll) != 0 ||
      (fdflags & ~uint32_t{fdflags::kAll}) != 0) {
    return Errno::inval;
  }
  const Request request{lookup != 0, oflags, base, inheriting, static_cast<uint16_t>(fdflags)};
  if (request.has(oflags::kCreat) && request.has(oflags::kDirectory)) return Errno::inval;
  PathArgument text;
  if (const Errno error = text.copy(memory, path, path_len); error != Errno::success) return error;
  if (!memory.contains(fd_out, sizeof(Fd))) return Errno::fault;
  FdTable::Entry* parent = nullptr;
  if (const Errno error = open_directory(context, fd, rights::kNone, parent);
      error != Errno::success)
    return error;
  if (const Errno error = check_rights(request, *parent); error != Errno::success) return error;
  if (context.fds().full()) return Errno::mfile;  // before a file is made for it

  auto file = std::make_shared<File>();  // before there is a descriptor that could be lost
  const int root = parent->file->fd();
  const bool read_only = parent->file->read_only;
  const int opened =
      read_only ? open_read_only(context.lookup(), root, text.text, request)
                : open_beneath(context.lookup(), root, text.text, host_flags(request), 0666);
  if (opened < 0) return errno_from_host(-opened);
  file->host = HostFd(opened);
  if (const Errno error = describe_opened(opened, request, read_only, *file);
      error != Errno::success)
    return error;
  FdTable::Entry entry{.file = nullptr,
                       .base = base & parent->inheriting & natural_rights(*file),
                       .inheriting = file->channel == Channel::directory
                                         ? inheriting & parent->inheriting
                                         : rights::kNone};
  entry.file = std::move(file);
  Fd number = 0;
  if (const Errno error = context.fds().insert(std::move(entry), number); error != Errno::success)
    return error;
  return memory.write(fd_out, number) ? Errno::success : Errno::fault;
}

}  // namespace weft::wasi
