#include "wasi/file.hpp"

#include <sys/socket.h>

namespace weft::wasi {

Filetype filetype_of(mode_t mode) {
  if (S_ISREG(mode)) return Filetype::regular_file;
  if (S_ISDIR(mode)) return Filetype::directory;
  if (S_ISLNK(mode)) return Filetype::symbolic_link;
  if (S_ISCHR(mode)) return Filetype::character_device;
  if (S_ISBLK(mode)) return Filetype::block_device;
  if (S_ISSOCK(mode)) return Filetype::socket_stream;
  return Filetype::unknown;  // pipes: preview 1 has no word for them
}

Filetype filetype_of(int fd, mode_t mode) {
  if (S_ISSOCK(mode)) {
    int kind = 0;
    socklen_t size = sizeof kind;
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &size) == 0 && kind == SOCK_DGRAM)
      return Filetype::socket_dgram;
  }
  return filetype_of(mode);
}

Channel channel_of(mode_t mode) {
  if (S_ISREG(mode) || S_ISBLK(mode)) return Channel::regular;
  if (S_ISDIR(mode)) return Channel::directory;
  if (S_ISSOCK(mode)) return Channel::socket;
  if (S_ISFIFO(mode)) return Channel::pipe;
  return Channel::device;
}

Rights natural_rights(const File& file) {
  Rights all = rights::of_type(file.type);
  if (file.type == Filetype::directory) return all;
  if (!file.readable) all &= ~rights::fd_read;
  if (!file.writable) all &= ~rights::kWriting;
  return all;
}

}  // namespace weft::wasi
