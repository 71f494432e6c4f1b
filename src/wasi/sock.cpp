// sock_accept, sock_recv, sock_send, sock_shutdown: for sockets the embedder passed in, and what
// they accept.
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "wasi/access.hpp"
#include "wasi/preview1.hpp"
#include "wasi/transfer.hpp"

namespace weft::wasi {

namespace {

Errno open_socket(Context& context, Fd fd, Rights needed, FdTable::Entry*& out) {
  FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr) return Errno::badf;
  if (entry->file->channel != Channel::socket) return Errno::notsock;
  if ((entry->base & needed) == 0) return Errno::notcapable;
  out = entry;
  return Errno::success;
}

// Repeats a socket call that was told not to wait, waiting in between as the guest wishes.
template <class Call>
Outcome until_done(Context& context, const File& file, short events, Call call) {
  for (;;) {
    if (call() >= 0) return Errno::success;
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

// accept4 waits if the listening socket is a waiting one, so readiness is asked for first.
Outcome accept_one(Context& context, const File& listener, int& out) {
  for (;;) {
    const Outcome waited = wait_for(context, listener, POLLIN);
    if (waited != Errno::success) return waited;
    out = ::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (out >= 0) return Errno::success;
    if (errno != EINTR && errno != EAGAIN && errno != ECONNABORTED) return errno_from_host(errno);
  }
}

}  // namespace

Outcome sock_accept(Context& context, GuestMemory& memory, Fd fd, uint32_t flags, Ptr fd_out) {
  if ((flags & ~uint32_t{fdflags::kNonblock}) != 0) return Errno::inval;
  FdTable::Entry* entry = nullptr;
  if (const Errno error = open_socket(context, fd, rights::sock_accept, entry);
      error != Errno::success)
    return error;
  if (!memory.contains(fd_out, sizeof(Fd))) return Errno::fault;
  if (context.fds().full()) return Errno::mfile;
  auto file = std::make_shared<File>();  // before there is a socket that could be lost
  int accepted = -1;
  const Outcome outcome = accept_one(context, *entry->file, accepted);
  if (outcome != Errno::success) return outcome;
  file->host = HostFd(accepted);
  file->channel = Channel::socket;
  file->type = entry->file->type;
  file->flags = static_cast<uint16_t>(flags);
  file->readable = file->writable = true;
  file->host_nonblocking = true;
  const Rights base = rights::kSocket & entry->inheriting & ~rights::sock_accept;
  Fd number = 0;
  const Errno error = context.fds().insert({std::move(file), base, rights::kNone}, number);
  if (error != Errno::success) return error;
  return memory.write(fd_out, number) ? Errno::success : Errno::fault;
}

Outcome sock_recv(Context& context, GuestMemory& memory, Fd fd, Ptr iovs, Size iovs_len,
                  uint32_t flags, Ptr nread_out, Ptr flags_out) {
  if ((flags & ~uint32_t{sock::kRecvPeek | sock::kRecvWaitall}) != 0) return Errno::inval;
  FdTable::Entry* entry = nullptr;
  if (const Errno error = open_socket(context, fd, rights::fd_read, entry); error != Errno::success)
    return error;
  Buffers buffers;
  if (const Errno error = buffers.gather(memory, iovs, iovs_len); error != Errno::success)
    return error;
  if (!memory.contains(nread_out, sizeof(Size)) || !memory.contains(flags_out, sizeof(uint16_t)))
    return Errno::fault;

  const File& file = *entry->file;
  const bool wait_all = (flags & sock::kRecvWaitall) != 0 && (flags & sock::kRecvPeek) == 0 &&
                        file.type == Filetype::socket_stream &&
                        (file.flags & fdflags::kNonblock) == 0;
  size_t total = 0;
  size_t first = 0;
  uint16_t out_flags = 0;
  do {
    msghdr message{};
    message.msg_iov = buffers.host + first;
    message.msg_iovlen = buffers.count - first;
    ssize_t got = 0;
    const Outcome outcome = until_done(context, file, POLLIN, [&] {
      got = ::recvmsg(file.fd(), &message,
                      MSG_DONTWAIT | ((flags & sock::kRecvPeek) != 0 ? MSG_PEEK : 0));
      return got;
    });
    if (outcome != Errno::success) {
      if (total != 0 && outcome.is_done()) break;  // what has come is not to be lost
      return outcome;
    }
    if ((message.msg_flags & MSG_TRUNC) != 0) out_flags |= sock::kRecvDataTruncated;
    if (got == 0) break;
    total += static_cast<size_t>(got);
    // Step over what is full now, to go on behind it.
    auto left = static_cast<size_t>(got);
    while (first < buffers.count && left >= buffers.host[first].iov_len)
      left -= buffers.host[first++].iov_len;
    if (first < buffers.count && left != 0) {
      buffers.host[first].iov_base =
          static_cast<std::byte*>(buffers.host[first].iov_base) + left;  // SAFETY: left < iov_len
      buffers.host[first].iov_len -= left;
    }
  } while (wait_all && first < buffers.count);
  const bool written =
      memory.write(nread_out, static_cast<Size>(total)) && memory.write(flags_out, out_flags);
  return written ? Errno::success : Errno::fault;
}

Outcome sock_send(Context& context, GuestMemory& memory, Fd fd, Ptr iovs, Size iovs_len,
                  uint32_t flags, Ptr nwritten_out) {
  if (flags != 0) return Errno::inval;
  FdTable::Entry* entry = nullptr;
  if (const Errno error = open_socket(context, fd, rights::fd_write, entry);
      error != Errno::success)
    return error;
  Buffers buffers;
  if (const Errno error = buffers.gather(memory, iovs, iovs_len); error != Errno::success)
    return error;
  if (!memory.contains(nwritten_out, sizeof(Size))) return Errno::fault;
  msghdr message{};
  message.msg_iov = buffers.host;
  message.msg_iovlen = buffers.count;
  ssize_t sent = 0;
  const Outcome outcome = until_done(context, *entry->file, POLLOUT, [&] {
    sent = ::sendmsg(entry->file->fd(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent;
  });
  if (outcome != Errno::success) return outcome;
  return memory.write(nwritten_out, static_cast<Size>(sent)) ? Errno::success : Errno::fault;
}

Outcome sock_shutdown(Context& context, GuestMemory&, Fd fd, uint32_t how) {
  FdTable::Entry* entry = nullptr;
  if (const Errno error = open_socket(context, fd, rights::sock_shutdown, entry);
      error != Errno::success)
    return error;
  static constexpr int kHost[] = {-1, SHUT_RD, SHUT_WR, SHUT_RDWR};
  if (how == 0 || how > (sock::kShutRead | sock::kShutWrite)) return Errno::inval;
  return ::shutdown(entry->file->fd(), kHost[how]) == 0 ? Errno::success : errno_from_host(errno);
}

}  // namespace weft::wasi
