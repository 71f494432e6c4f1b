// One open file, directory, socket or stream of a guest, whatever the guest's number for it.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>

#include "wasi/host_fd.hpp"
#include "wasi/rights.hpp"
#include "wasi/stream.hpp"
#include "wasi/types.hpp"

namespace weft::wasi {

/// How transfers have to be made, which is finer than what the guest is told.
enum class Channel : uint8_t {
  regular,    // never waits, never raises SIGPIPE: the short path
  directory,  // no transfers at all
  pipe,       // may wait; a write may raise SIGPIPE
  socket,     // may wait; sendmsg can be told not to raise
  device,     // terminals and the like: may wait
  stream,     // no host descriptor; `stream` is called
};

struct File {
  HostFd host;                     // invalid for streams
  std::shared_ptr<Stream> stream;  // null unless channel == stream
  Channel channel = Channel::stream;
  Filetype type = Filetype::unknown;
  uint16_t flags = 0;     // fdflags as the guest sees them
  bool readable = false;  // access mode of the descriptor
  bool writable = false;
  bool read_only = false;  // lies under a read-only preopen: nothing reachable from here may change
  bool host_append = false;       // a shared description with O_APPEND, which cannot be taken back
  bool host_nonblocking = false;  // O_NONBLOCK is set on a description nobody else uses
  bool preopen = false;           // found by fd_prestat_get
  std::string preopen_name;

  int fd() const { return host.get(); }
};

Filetype filetype_of(mode_t mode);
/// As above, but tells stream from datagram sockets, which the mode does not.
Filetype filetype_of(int fd, mode_t mode);
Channel channel_of(mode_t mode);

/// The rights a descriptor of this kind gets when everything is asked for.
Rights natural_rights(const File& file);

}  // namespace weft::wasi
