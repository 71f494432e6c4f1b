// fd_readdir: the kernel's own directory offsets are the cookies, so any cookie can be resumed from
// at any time and nothing of a directory is kept in host memory.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "wasi/access.hpp"
#include "wasi/preview1.hpp"

namespace weft::wasi {

namespace {

// struct linux_dirent64, which glibc does not declare: ino, off, reclen, type, name.
constexpr size_t kNext = 8, kReclen = 16, kType = 18, kName = 19;
constexpr size_t kSmallest =
    1024;  // the kernel needs room for one entry: a name has 255 bytes at most
constexpr size_t kLargest = 16384;

template <class T>
T field(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

Filetype type_of(int dir, const char* name, uint8_t kind) {
  switch (kind) {
    case DT_REG: return Filetype::regular_file;
    case DT_DIR: return Filetype::directory;
    case DT_LNK: return Filetype::symbolic_link;
    case DT_CHR: return Filetype::character_device;
    case DT_BLK: return Filetype::block_device;
    case DT_SOCK: return Filetype::socket_stream;
    case DT_UNKNOWN: {
      struct stat st{};
      if (::fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) return filetype_of(st.st_mode);
      return Filetype::unknown;
    }
    default: return Filetype::unknown;
  }
}

// Fills guest memory; the entry that does not fit is cut, which tells the guest that there is more.
class EntryWriter {
 public:
  EntryWriter(GuestMemory& memory, Ptr buf, Size len) : to_(memory.at(buf)), left_(len) {}
  bool full() const { return left_ == 0; }
  size_t used() const { return used_; }
  size_t left() const { return left_; }

  void put(const Dirent& header, const char* name) {
    put_bytes(&header, sizeof header);
    put_bytes(name, header.namlen);
  }

 private:
  void put_bytes(const void* from, size_t len) {
    const size_t count = std::min(len, left_);
    if (count != 0) std::memcpy(to_ + used_, from, count);
    used_ += count;
    left_ -= count;
  }

  std::byte* to_;
  size_t left_;
  size_t used_ = 0;
};

void put_entry(EntryWriter& out, int dir, const std::byte* entry) {
  const char* name =
      reinterpret_cast<const char*>(entry + kName);  // SAFETY: NUL-terminated inside the record
  Dirent header{};
  header.next = field<uint64_t>(entry + kNext);
  header.ino = field<uint64_t>(entry);
  header.namlen = static_cast<uint32_t>(std::strlen(name));
  header.type = type_of(dir, name, field<uint8_t>(entry + kType));
  out.put(header, name);
}

}  // namespace

Outcome fd_readdir(Context& context, GuestMemory& memory, Fd fd, Ptr buf, Size buf_len,
                   uint64_t cookie, Ptr used_out) {
  FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr) return Errno::badf;
  if (entry->file->channel != Channel::directory) return Errno::notdir;
  if ((entry->base & rights::fd_readdir) == 0) return Errno::notcapable;
  if (!memory.contains(buf, buf_len) || !memory.contains(used_out, sizeof(Size)))
    return Errno::fault;
  const int dir = entry->file->fd();
  if (static_cast<int64_t>(cookie) < 0) return Errno::inval;
  if (::lseek(dir, static_cast<off_t>(cookie), SEEK_SET) < 0) return errno_from_host(errno);

  alignas(8) std::byte host[kLargest];
  EntryWriter out(memory, buf, buf_len);
  while (!out.full()) {
    // A record of the kernel is about as long as ours: asking for more than fits would be thrown
    // away.
    const size_t ask = std::clamp<size_t>(out.left(), kSmallest, kLargest);
    const long got = ::syscall(SYS_getdents64, dir, host, ask);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return out.used() == 0 ? errno_from_host(errno) : Errno::io;
    if (got == 0) break;
    for (size_t at = 0; at < static_cast<size_t>(got) && !out.full();
         at += field<uint16_t>(host + at + kReclen)) {
      put_entry(out, dir, host + at);
    }
  }
  return memory.write(used_out, static_cast<Size>(out.used())) ? Errno::success : Errno::fault;
}

}  // namespace weft::wasi
