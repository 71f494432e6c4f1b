// What a descriptor is and how it may be changed: fdstat, filestat, close, renumber, prestat, sync,
// advise, allocate.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "wasi/access.hpp"
#include "wasi/preview1.hpp"
#include "wasi/stat.hpp"
#include "wasi/transfer.hpp"

namespace weft::wasi {

namespace {

constexpr auto kMaxOffset = static_cast<uint64_t>(INT64_MAX);
constexpr uint32_t kAdviceCount = 6;

Errno result_of(int returned) { return returned == 0 ? Errno::success : errno_from_host(errno); }

Errno stat_of(const File& file, Filestat& out) {
  if (file.channel == Channel::stream) {
    out = Filestat{};
    out.filetype = file.type;
    out.nlink = 1;
    return Errno::success;
  }
  struct stat st{};
  if (::fstat(file.fd(), &st) != 0) return errno_from_host(errno);
  out = filestat_from(st, file.type);
  return Errno::success;
}

// Only a regular file has a size to be changed; the right comes with having been opened for
// writing.
Errno resizable(Context& context, Fd fd, Rights needed, FdTable::Entry*& entry) {
  entry = context.fds().find(fd);
  if (entry == nullptr || entry->file->channel == Channel::directory) return Errno::badf;
  if ((entry->base & needed) == 0) return refuse_write(*entry->file);
  if (entry->file->read_only) return Errno::rofs;
  return entry->file->channel == Channel::regular ? Errno::success : Errno::spipe;
}

Outcome synchronize(Context& context, Fd fd, Rights needed, int (*sync)(int)) {
  FdTable::Entry* entry = nullptr;
  if (const Errno error = open_entry(context, fd, needed, entry); error != Errno::success)
    return error;
  if (entry->file->channel == Channel::stream) {
    const std::shared_ptr<File> keep = entry->file;
    return keep->stream->flush();
  }
  int done = 0;
  do {
    done = sync(entry->file->fd());
  } while (done != 0 && errno == EINTR && !must_stop(context.interrupt()));
  if (done != 0 && errno == EINTR) return Outcome::interrupted();
  return result_of(done);
}

template <class Record>
Outcome filestat_get(Context& context, GuestMemory& memory, Fd fd, Ptr out,
                     Record (*convert)(const Filestat&)) {
  FdTable::Entry* entry = nullptr;
  if (const Errno error = open_entry(context, fd, rights::fd_filestat_get, entry);
      error != Errno::success)
    return error;
  Filestat stat;
  if (const Errno error = stat_of(*entry->file, stat); error != Errno::success) return error;
  return memory.write(out, convert(stat)) ? Errno::success : Errno::fault;
}

Filestat same(const Filestat& stat) { return stat; }

}  // namespace

Outcome fd_advise(Context& context, GuestMemory&, Fd fd, uint64_t offset, uint64_t len,
                  uint32_t advice) {
  static constexpr int kHost[kAdviceCount] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL,
                                              POSIX_FADV_RANDOM,   POSIX_FADV_WILLNEED,
                                              POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE};
  FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr || entry->file->channel == Channel::directory) return Errno::badf;
  if (entry->file->channel != Channel::regular) return Errno::spipe;
  if ((entry->base & rights::fd_advise) == 0) return Errno::notcapable;
  if (advice >= kAdviceCount || offset > kMaxOffset || len > kMaxOffset - offset)
    return Errno::inval;
  return errno_from_host(::posix_fadvise(entry->file->fd(), static_cast<off_t>(offset),
                                         static_cast<off_t>(len), kHost[advice]));
}

Outcome fd_allocate(Context& context, GuestMemory&, Fd fd, uint64_t offset, uint64_t len) {
  FdTable::Entry* entry = nullptr;
  if (const Errno error = resizable(context, fd, rights::fd_allocate, entry);
      error != Errno::success)
    return error;
  if (len == 0 || offset > kMaxOffset || len > kMaxOffset) return Errno::inval;
  if (len > kMaxOffset - offset) return Errno::fbig;
  const int host = entry->file->fd();
  for (;;) {
    if (::fallocate(host, 0, static_cast<off_t>(offset), static_cast<off_t>(len)) == 0)
      return Errno::success;
    if (errno != EINTR) break;
    if (must_stop(context.interrupt())) return Outcome::interrupted();
  }
  if (errno != EOPNOTSUPP) return errno_from_host(errno);
  // A file system without extents: the size is all there is to be given.
  struct stat st{};
  if (::fstat(host, &st) != 0) return errno_from_host(errno);
  const auto end = static_cast<off_t>(offset + len);
  return st.st_size >= end ? Errno::success : result_of(::ftruncate(host, end));
}

Outcome fd_close(Context& context, GuestMemory&, Fd fd) { return context.fds().close(fd); }

Outcome fd_datasync(Context& context, GuestMemory&, Fd fd) {
  return synchronize(context, fd, rights::fd_datasync, ::fdatasync);
}

Outcome fd_sync(Context& context, GuestMemory&, Fd fd) {
  return synchronize(context, fd, rights::fd_sync, ::fsync);
}

Outcome fd_fdstat_get(Context& context, GuestMemory& memory, Fd fd, Ptr out) {
  const FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr) return Errno::badf;
  Fdstat stat{};
  stat.filetype = entry->file->type;
  stat.flags = entry->file->flags;
  stat.rights_base = entry->base;
  stat.rights_inheriting = entry->inheriting;
  return memory.write(out, stat) ? Errno::success : Errno::fault;
}

// Both changeable flags are kept here and applied per transfer: the host's description may be
// shared with others, and a positioned write must not become an append.
Outcome fd_fdstat_set_flags(Context& context, GuestMemory&, Fd fd, uint32_t flags) {
  if ((flags & ~uint32_t{fdflags::kAll}) != 0) return Errno::inval;
  FdTable::Entry* entry = nullptr;
  if (const Errno error = open_entry(context, fd, rights::fd_fdstat_set_flags, entry);
      error != Errno::success)
    return error;
  File& file = *entry->file;
  if ((flags & fdflags::kSyncs) != (file.flags & fdflags::kSyncs)) return Errno::notsup;
  file.flags = static_cast<uint16_t>(flags);
  return Errno::success;
}

Outcome fd_fdstat_set_rights(Context& context, GuestMemory&, Fd fd, uint64_t base,
                             uint64_t inheriting) {
  FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr) return Errno::badf;
  if ((base & ~entry->base) != 0 || (inheriting & ~entry->inheriting) != 0)
    return Errno::notcapable;
  entry->base = base;
  entry->inheriting = inheriting;
  return Errno::success;
}

Outcome fd_filestat_get(Context& context, GuestMemory& memory, Fd fd, Ptr out) {
  return filestat_get(context, memory, fd, out, same);
}

Outcome fd_filestat_get0(Context& context, GuestMemory& memory, Fd fd, Ptr out) {
  return filestat_get(context, memory, fd, out, older);
}

Outcome fd_filestat_set_size(Context& context, GuestMemory&, Fd fd, uint64_t size) {
  FdTable::Entry* entry = nullptr;
  if (const Errno error = resizable(context, fd, rights::fd_filestat_set_size, entry);
      error != Errno::success)
    return error;
  if (size > kMaxOffset) return Errno::inval;
  return result_of(::ftruncate(entry->file->fd(), static_cast<off_t>(size)));
}

Outcome fd_filestat_set_times(Context& context, GuestMemory&, Fd fd, uint64_t atim, uint64_t mtim,
                              uint32_t flags) {
  if (bad_fstflags(flags)) return Errno::inval;
  FdTable::Entry* entry = nullptr;
  if (const Errno error = open_entry(context, fd, rights::fd_filestat_set_times, entry);
      error != Errno::success)
    return error;
  if (entry->file->read_only) return Errno::rofs;
  if (entry->file->channel == Channel::stream) return Errno::notsup;
  const HostTimes times = host_times(atim, mtim, flags);
  return result_of(::futimens(entry->file->fd(), times.atim_mtim));
}

Outcome fd_prestat_get(Context& context, GuestMemory& memory, Fd fd, Ptr out) {
  const FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr || !entry->file->preopen)
    return Errno::badf;  // what ends the search of every libc
  Prestat stat{};
  stat.name_len = static_cast<Size>(entry->file->preopen_name.size());
  return memory.write(out, stat) ? Errno::success : Errno::fault;
}

Outcome fd_prestat_dir_name(Context& context, GuestMemory& memory, Fd fd, Ptr path, Size path_len) {
  const FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr || !entry->file->preopen) return Errno::badf;
  const std::string& name = entry->file->preopen_name;
  if (path_len < name.size()) return Errno::nametoolong;
  return memory.write_bytes(path, name.data(), name.size()) ? Errno::success : Errno::fault;
}

Outcome fd_renumber(Context& context, GuestMemory&, Fd from, Fd to) {
  return context.fds().renumber(from, to);
}

}  // namespace weft::wasi
