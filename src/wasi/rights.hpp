// Preview 1's rights: deprecated, yet visible to guests and obeyed here. What really confines a
// guest is the sandbox and the read-only mark of a preopen, which no right can lift.
#pragma once

#include <cstdint>

#include "wasi/types.hpp"

namespace weft::wasi {

using Rights = uint64_t;

namespace rights {
#define WASI_RIGHT(name, bit) inline constexpr Rights name = Rights{1} << bit;
WASI_RIGHT(fd_datasync, 0)
WASI_RIGHT(fd_read, 1)
WASI_RIGHT(fd_seek, 2)
WASI_RIGHT(fd_fdstat_set_flags, 3)
WASI_RIGHT(fd_sync, 4)
WASI_RIGHT(fd_tell, 5)
WASI_RIGHT(fd_write, 6)
WASI_RIGHT(fd_advise, 7)
WASI_RIGHT(fd_allocate, 8)
WASI_RIGHT(path_create_directory, 9)
WASI_RIGHT(path_create_file, 10)
WASI_RIGHT(path_link_source, 11)
WASI_RIGHT(path_link_target, 12)
WASI_RIGHT(path_open, 13)
WASI_RIGHT(fd_readdir, 14)
WASI_RIGHT(path_readlink, 15)
WASI_RIGHT(path_rename_source, 16)
WASI_RIGHT(path_rename_target, 17)
WASI_RIGHT(path_filestat_get, 18)
WASI_RIGHT(path_filestat_set_size, 19)
WASI_RIGHT(path_filestat_set_times, 20)
WASI_RIGHT(fd_filestat_get, 21)
WASI_RIGHT(fd_filestat_set_size, 22)
WASI_RIGHT(fd_filestat_set_times, 23)
WASI_RIGHT(path_symlink, 24)
WASI_RIGHT(path_remove_directory, 25)
WASI_RIGHT(path_unlink_file, 26)
WASI_RIGHT(poll_fd_readwrite, 27)
WASI_RIGHT(sock_shutdown, 28)
WASI_RIGHT(sock_accept, 29)
#undef WASI_RIGHT

inline constexpr Rights kNone = 0;
inline constexpr Rights kAll = (Rights{1} << 30) - 1;

inline constexpr Rights kWriting = fd_write | fd_allocate | fd_filestat_set_size;
inline constexpr Rights kSeeking = fd_seek | fd_tell;

inline constexpr Rights kRegularFile = fd_datasync | fd_read | fd_seek | fd_fdstat_set_flags |
                                       fd_sync | fd_tell | fd_write | fd_advise | fd_allocate |
                                       fd_filestat_get | fd_filestat_set_size |
                                       fd_filestat_set_times | poll_fd_readwrite;

// No seek, no tell: with character_device that is how wasi-libc's isatty() knows a terminal.
inline constexpr Rights kCharacterDevice = fd_read | fd_fdstat_set_flags | fd_sync | fd_datasync |
                                           fd_write | fd_filestat_get | fd_filestat_set_times |
                                           poll_fd_readwrite;

inline constexpr Rights kSocket = fd_read | fd_write | fd_fdstat_set_flags | fd_filestat_get |
                                  poll_fd_readwrite | sock_shutdown | sock_accept;

inline constexpr Rights kDirectory =
    fd_fdstat_set_flags | fd_sync | fd_datasync | path_create_directory | path_create_file |
    path_link_source | path_link_target | path_open | fd_readdir | path_readlink |
    path_rename_source | path_rename_target | path_filestat_get | path_filestat_set_size |
    path_filestat_set_times | fd_filestat_get | fd_filestat_set_times | path_symlink |
    path_remove_directory | path_unlink_file | poll_fd_readwrite;

/// The rights that mean something for a file of this type.
constexpr Rights of_type(Filetype type) {
  switch (type) {
    case Filetype::directory: return kDirectory;
    case Filetype::regular_file:
    case Filetype::block_device: return kRegularFile;
    case Filetype::socket_dgram:
    case Filetype::socket_stream: return kSocket;
    default: return kCharacterDevice;
  }
}
}  // namespace rights

}  // namespace weft::wasi
