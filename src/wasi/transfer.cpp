#include "wasi/transfer.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace weft::wasi {

namespace {

// Linux 4.16, 6.9 and 6.18; Debian's headers know only the first.
constexpr int kRwfAppend = 0x10;
constexpr int kRwfNoAppend = 0x20;
constexpr int kRwfNoSignal = 0x100;

// Keeps a write from killing the process, without touching the process-wide disposition: SIGPIPE is
// blocked for this thread, and one that our write caused is taken back.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &old_);
  }
  ~NoSigpipe() {
    const int saved = errno;
    if (saved == EPIPE && !was_pending_) {
      const timespec now{};
      while (sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &old_, nullptr);
    errno = saved;
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_;
  sigset_t old_;
  bool was_pending_ = false;
};

bool flag_unknown(int error) { return error == EOPNOTSUPP || error == ENOSYS || error == EINVAL; }

ssize_t write_plain(int fd, const Buffers& from) {
  if (from.count == 1)
    return ::write(fd, from.host[0].iov_base, from.host[0].iov_len);  // 60 ns less than writev
  return ::writev(fd, from.host, static_cast<int>(from.count));
}

ssize_t write_pipe(HostAbilities& host, int fd, const Buffers& from) {
  const int count = static_cast<int>(from.count);
  if (host.nosignal_flag) {
    const ssize_t n = ::pwritev2(fd, from.host, count, kAtPosition, kRwfNoSignal);
    if (n >= 0 || !flag_unknown(errno)) return n;
    host.nosignal_flag = false;
  }
  const NoSigpipe guard;
  errno = 0;
  return write_plain(fd, from);
}

ssize_t write_socket(int fd, Buffers& from) {
  msghdr message{};
  message.msg_iov = from.host;
  message.msg_iovlen = from.count;
  return ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

ssize_t read_socket(int fd, Buffers& to) {
  msghdr message{};
  message.msg_iov = to.host;
  message.msg_iovlen = to.count;
  return ::recvmsg(fd, &message, MSG_DONTWAIT);
}

ssize_t append_regular(HostAbilities& host, int fd, const Buffers& from) {
  const int count = static_cast<int>(from.count);
  if (host.append_flag) {
    const ssize_t n = ::pwritev2(fd, from.host, count, kAtPosition, kRwfAppend);
    if (n >= 0 || !flag_unknown(errno)) return n;
    host.append_flag = false;
  }
  if (::lseek(fd, 0, SEEK_END) < 0) return -1;
  return ::writev(fd, from.host, count);
}

// APPEND lives in the guest's flags and is applied per write, so that a positioned write can honour
// its position.
ssize_t write_regular(HostAbilities& host, const File& file, const Buffers& from, int64_t offset) {
  const int fd = file.fd();
  const int count = static_cast<int>(from.count);
  const bool append = (file.flags & fdflags::kAppend) != 0;
  if (file.host_append && (offset != kAtPosition || !append)) {
    const ssize_t n = ::pwritev2(fd, from.host, count, offset, kRwfNoAppend);
    if (n >= 0 || !flag_unknown(errno)) return n;
    return offset == kAtPosition ? write_plain(fd, from) : ::pwritev(fd, from.host, count, offset);
  }
  if (offset != kAtPosition) return ::pwritev(fd, from.host, count, offset);
  if (append && !file.host_append) return append_regular(host, fd, from);
  return write_plain(fd, from);
}

ssize_t read_regular(int fd, const Buffers& to, int64_t offset) {
  const int count = static_cast<int>(to.count);
  if (offset != kAtPosition) return ::preadv(fd, to.host, count, offset);
  if (count == 1) return ::read(fd, to.host[0].iov_base, to.host[0].iov_len);
  return ::readv(fd, to.host, count);
}

// Repeats `call` over signals, and over EAGAIN after waiting for `events`.
template <class Call>
Outcome retry(Context& context, const File& file, short events, size_t& count, Call call) {
  for (;;) {
    const ssize_t n = call();
    if (n >= 0) {
      count = static_cast<size_t>(n);
      return Errno::success;
    }
    if (errno == EINTR) {
      if (must_stop(context.interrupt())) return Outcome::interrupted();
    } else if (errno == EAGAIN) {
      const Outcome waited = wait_for(context, file, events);
      if (waited != Errno::success) return waited;
    } else {
      return errno_from_host(errno);
    }
  }
}

bool may_wait(const File& file) {
  return file.channel == Channel::pipe || file.channel == Channel::socket ||
         file.channel == Channel::device;
}

// A description shared with other processes must not be made non-blocking; readiness is asked for
// first where waiting in the call itself would be out of reach of the interrupt.
bool must_ask_first(Context& context, const File& file) {
  return !file.host_nonblocking && file.channel != Channel::socket &&
         ((file.flags & fdflags::kNonblock) != 0 || context.interrupt() != nullptr);
}

// Streams get bounded copies, never guest memory itself: a callback may grow the memory.
template <class Step>
Outcome through_stream(GuestMemory& memory, const Buffers& buffers, size_t& count, Step step) {
  const std::byte* base = memory.at(0);
  count = 0;
  for (size_t i = 0; i < buffers.count; ++i) {
    // SAFETY: gather() made iov_base from base of this same view.
    const auto start =
        static_cast<uint64_t>(static_cast<const std::byte*>(buffers.host[i].iov_base) - base);
    const size_t len = buffers.host[i].iov_len;
    for (size_t done = 0; done < len;) {
      const size_t chunk = std::min(len - done, Stream::kChunk);
      const IoCount io = step(start + done, chunk);
      count += io.count;
      done += io.count;
      if (io.error != Errno::success) return count != 0 ? Errno::success : io.error;
      if (io.count < chunk) return Errno::success;
    }
  }
  return Errno::success;
}

Outcome read_stream(GuestMemory& memory, Stream& stream, const Buffers& to, size_t& count) {
  std::array<std::byte, Stream::kChunk> bounce;
  return through_stream(memory, to, count, [&](uint64_t at, size_t chunk) -> IoCount {
    const IoCount io = stream.read(std::span(bounce).first(chunk));
    memory.reload();
    if (io.error != Errno::success) return io;
    if (!memory.write_bytes(at, bounce.data(), io.count)) return {Errno::fault, 0};
    return io;
  });
}

Outcome write_stream(GuestMemory& memory, Stream& stream, const Buffers& from, size_t& count) {
  std::array<std::byte, Stream::kChunk> bounce;
  return through_stream(memory, from, count, [&](uint64_t at, size_t chunk) -> IoCount {
    if (!memory.contains(at, chunk)) return {Errno::fault, 0};
    std::memcpy(bounce.data(), memory.at(at), chunk);
    const IoCount io = stream.write(std::span(bounce).first(chunk));
    memory.reload();
    return io;
  });
}

}  // namespace

Errno Buffers::gather(const GuestMemory& memory, uint32_t iovs, uint32_t iovs_len) {
  count = 0;
  if (iovs_len > kMaxScanned) return Errno::inval;
  if (!memory.contains(iovs, uint64_t{iovs_len} * sizeof(Iovec))) return Errno::fault;
  for (uint32_t i = 0; i < iovs_len && count < kMax; ++i) {
    Iovec one;
    std::memcpy(&one, memory.at(iovs + uint64_t{i} * sizeof(Iovec)),
                sizeof one);  // once: it may be shared memory
    if (!memory.contains(one.buf, one.len)) return Errno::fault;
    if (one.len != 0) host[count++] = {memory.at(one.buf), one.len};
  }
  return Errno::success;
}

void Buffers::clip(size_t bytes) {
  for (size_t i = 0; i < count; ++i) {
    if (host[i].iov_len >= bytes) {
      host[i].iov_len = bytes;
      count = bytes == 0 ? i : i + 1;
      return;
    }
    bytes -= host[i].iov_len;
  }
}

Errno refuse_read(const File& file) {
  if (file.channel == Channel::directory) return Errno::isdir;
  return file.readable ? Errno::notcapable : Errno::badf;
}

Errno refuse_write(const File& file) {
  if (file.channel == Channel::directory) return Errno::isdir;
  return file.writable ? Errno::notcapable : Errno::badf;
}

Outcome wait_for(Context& context, const File& file, short events) {
  const bool wait = (file.flags & fdflags::kNonblock) == 0;
  switch (wait_on(file.fd(), events, wait ? kNever : 0, context.interrupt())) {
    case Waited::ready: return Errno::success;
    case Waited::timeout: return Errno::again;
    case Waited::interrupted: break;
  }
  return Outcome::interrupted();
}

Outcome read_file(Context& context, GuestMemory& memory, File& file, Buffers& to, int64_t offset,
                  size_t& count) {
  count = 0;
  if (to.count == 0) return Errno::success;
  if (file.channel == Channel::stream) {
    return offset == kAtPosition ? read_stream(memory, *file.stream, to, count)
                                 : Outcome(Errno::spipe);
  }
  if (!may_wait(file) || offset != kAtPosition) {
    return retry(context, file, POLLIN, count, [&] { return read_regular(file.fd(), to, offset); });
  }
  if (file.channel == Channel::socket) {
    return retry(context, file, POLLIN, count, [&] { return read_socket(file.fd(), to); });
  }
  if (must_ask_first(context, file)) {
    const Outcome waited = wait_for(context, file, POLLIN);
    if (waited != Errno::success) return waited;
  }
  return retry(context, file, POLLIN, count,
               [&] { return read_regular(file.fd(), to, kAtPosition); });
}

Outcome write_file(Context& context, GuestMemory& memory, File& file, Buffers& from, int64_t offset,
                   size_t& count) {
  count = 0;
  if (from.count == 0) return Errno::success;
  HostAbilities& host = context.abilities();
  if (file.channel == Channel::stream) {
    return offset == kAtPosition ? write_stream(memory, *file.stream, from, count)
                                 : Outcome(Errno::spipe);
  }
  if (!may_wait(file) || offset != kAtPosition) {
    return retry(context, file, POLLOUT, count,
                 [&] { return write_regular(host, file, from, offset); });
  }
  if (file.channel == Channel::socket) {
    return retry(context, file, POLLOUT, count, [&] { return write_socket(file.fd(), from); });
  }
  if (must_ask_first(context, file)) {
    const Outcome waited = wait_for(context, file, POLLOUT);
    if (waited != Errno::success) return waited;
    from.clip(PIPE_BUF);  // what a pipe that is ready takes without waiting
  }
  if (file.channel == Channel::pipe) {
    return retry(context, file, POLLOUT, count, [&] { return write_pipe(host, file.fd(), from); });
  }
  return retry(context, file, POLLOUT, count, [&] { return write_plain(file.fd(), from); });
}

}  // namespace weft::wasi
