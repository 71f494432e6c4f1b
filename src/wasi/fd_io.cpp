// fd_read, fd_write, fd_pread, fd_pwrite, fd_seek, fd_tell.
#include <unistd.h>

#include <cerrno>

#include "wasi/access.hpp"
#include "wasi/preview1.hpp"
#include "wasi/transfer.hpp"

namespace weft::wasi {

namespace {

using Move = Outcome (*)(Context&, GuestMemory&, File&, Buffers&, int64_t, size_t&);

Outcome move_bytes(Context& context, GuestMemory& memory, FdTable::Entry& entry, Ptr iovs,
                   Size iovs_len, int64_t offset, Ptr count_out, Move move) {
  Buffers buffers;
  if (const Errno error = buffers.gather(memory, iovs, iovs_len); error != Errno::success)
    return error;
  if (!memory.contains(count_out, sizeof(Size))) return Errno::fault;  // before any effect
  size_t count = 0;
  Outcome outcome = Errno::success;
  if (entry.file->channel == Channel::stream) {
    const std::shared_ptr<File> keep = entry.file;  // the callback may close the number
    outcome = move(context, memory, *keep, buffers, offset, count);
  } else {
    outcome = move(context, memory, *entry.file, buffers, offset, count);
  }
  if (outcome != Errno::success) return outcome;
  return memory.write(count_out, static_cast<Size>(count)) ? Errno::success : Errno::fault;
}

// A positioned transfer needs the right to seek too, and a file that has positions.
Errno check_position(const FdTable::Entry& entry, uint64_t offset) {
  if (static_cast<int64_t>(offset) < 0) return Errno::inval;
  if (entry.file->channel != Channel::regular && entry.file->channel != Channel::directory)
    return Errno::spipe;
  return (entry.base & rights::fd_seek) != 0 ? Errno::success : Errno::notcapable;
}

Outcome seek(Context& context, GuestMemory& memory, Fd fd, uint64_t offset, Whence whence,
             Ptr out) {
  FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr || entry->file->channel == Channel::directory) return Errno::badf;
  if (entry->file->channel != Channel::regular) return Errno::spipe;
  const bool tells = whence == Whence::cur && offset == 0;
  if ((entry->base & (tells ? rights::kSeeking : rights::fd_seek)) == 0) return Errno::notcapable;
  if (!memory.contains(out, sizeof(uint64_t))) return Errno::fault;
  static constexpr int kHost[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  const off_t at =
      ::lseek(entry->file->fd(), static_cast<off_t>(offset), kHost[static_cast<size_t>(whence)]);
  if (at < 0) return errno_from_host(errno);
  return memory.write(out, static_cast<uint64_t>(at)) ? Errno::success : Errno::fault;
}

}  // namespace

Outcome fd_read(Context& context, GuestMemory& memory, Fd fd, Ptr iovs, Size iovs_len,
                Ptr nread_out) {
  FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr) return Errno::badf;
  if ((entry->base & rights::fd_read) == 0) return refuse_read(*entry->file);
  return move_bytes(context, memory, *entry, iovs, iovs_len, kAtPosition, nread_out, read_file);
}

Outcome fd_write(Context& context, GuestMemory& memory, Fd fd, Ptr iovs, Size iovs_len,
                 Ptr nwritten_out) {
  FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr) return Errno::badf;
  if ((entry->base & rights::fd_write) == 0) return refuse_write(*entry->file);
  return move_bytes(context, memory, *entry, iovs, iovs_len, kAtPosition, nwritten_out, write_file);
}

Outcome fd_pread(Context& context, GuestMemory& memory, Fd fd, Ptr iovs, Size iovs_len,
                 uint64_t offset, Ptr nread_out) {
  FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr) return Errno::badf;
  if ((entry->base & rights::fd_read) == 0) return refuse_read(*entry->file);
  if (const Errno error = check_position(*entry, offset); error != Errno::success) return error;
  return move_bytes(context, memory, *entry, iovs, iovs_len, static_cast<int64_t>(offset),
                    nread_out, read_file);
}

Outcome fd_pwrite(Context& context, GuestMemory& memory, Fd fd, Ptr iovs, Size iovs_len,
                  uint64_t offset, Ptr nwritten_out) {
  FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr) return Errno::badf;
  if ((entry->base & rights::fd_write) == 0) return refuse_write(*entry->file);
  if (const Errno error = check_position(*entry, offset); error != Errno::success) return error;
  return move_bytes(context, memory, *entry, iovs, iovs_len, static_cast<int64_t>(offset),
                    nwritten_out, write_file);
}

Outcome fd_seek(Context& context, GuestMemory& memory, Fd fd, uint64_t offset, uint32_t whence,
                Ptr out) {
  if (whence > 2) return Errno::inval;
  return seek(context, memory, fd, offset, static_cast<Whence>(whence), out);
}

Outcome fd_seek0(Context& context, GuestMemory& memory, Fd fd, uint64_t offset, uint32_t whence,
                 Ptr out) {
  static constexpr Whence kOlder[] = {Whence::cur, Whence::end, Whence::set};
  if (whence > 2) return Errno::inval;
  return seek(context, memory, fd, offset, kOlder[whence], out);
}

Outcome fd_tell(Context& context, GuestMemory& memory, Fd fd, Ptr out) {
  return seek(context, memory, fd, 0, Whence::cur, out);
}

}  // namespace weft::wasi
