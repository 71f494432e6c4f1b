// Sockets passed in: accept, receive, send, shut down.
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <thread>

#include "wasi/test_support.hpp"

namespace weft::wasi::test {
namespace {

// Guest descriptor 3 is one end of a connected pair; `other` is the test's.
struct Connected {
  explicit Connected(int kind = SOCK_STREAM) {
    int ends[2];
    if (::socketpair(AF_UNIX, kind | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    other = ends[1];
    ContextBuilder builder;
    builder.preopen_socket(ends[0]);
    wasi = std::make_unique<Wasi>(builder);
  }
  ~Connected() { hang_up(); }
  void hang_up() {
    if (other >= 0) ::close(other);
    other = -1;
  }
  void give(std::string_view text) {
    ASSERT_EQ(::send(other, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  std::string take() {
    char buffer[100];
    const ssize_t n = ::recv(other, buffer, sizeof buffer, MSG_DONTWAIT);
    return n > 0 ? std::string(buffer, static_cast<size_t>(n)) : "";
  }
  Outcome recv(uint32_t flags, std::string& text, uint16_t& out_flags,
               std::initializer_list<std::string_view> room = {"....."}) {
    Guest& guest = wasi->guest;
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr count = guest.space(4);
    const Ptr out = guest.space(2);
    const Ptr iovs = guest.iovecs(room);
    const Outcome outcome = sock_recv(*wasi->context, memory, 3, iovs,
                                      static_cast<Size>(room.size()), flags, count, out);
    text.clear();
    if (outcome != Errno::success) return outcome;
    size_t left = guest.get<Size>(count);
    for (Ptr i = 0; i < room.size(); ++i) {
      const auto iovec = guest.get<Iovec>(iovs + i * 8);
      text += guest.text(iovec.buf, std::min<size_t>(left, iovec.len));
      left -= std::min<size_t>(left, iovec.len);
    }
    out_flags = guest.get<uint16_t>(out);
    return outcome;
  }
  Outcome send(std::string_view text, uint32_t flags = 0) {
    Guest& guest = wasi->guest;
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr count = guest.space(4);
    return sock_send(*wasi->context, memory, 3, guest.iovecs({text}), 1, flags, count);
  }
  int other = -1;
  std::unique_ptr<Wasi> wasi;
};

TEST(Socket, SendsAndReceives) {
  Connected pair;
  std::string text;
  uint16_t flags = 0;
  EXPECT_EQ(pair.send("hello"), Errno::success);
  EXPECT_EQ(pair.take(), "hello");
  pair.give("abcdefgh");
  EXPECT_EQ(pair.recv(sock::kRecvPeek, text, flags), Errno::success);
  EXPECT_EQ(text, "abcde");
  EXPECT_EQ(pair.recv(0, text, flags, {"..", ".."}), Errno::success);
  EXPECT_EQ(text, "abcd");
  EXPECT_EQ(pair.wasi->read(3, text), Errno::success);  // fd_read and fd_write do sockets too
  EXPECT_EQ(text, "efgh");
  EXPECT_EQ(pair.wasi->write(3, "xyz"), Errno::success);
  EXPECT_EQ(pair.take(), "xyz");
  pair.hang_up();
  EXPECT_EQ(pair.recv(0, text, flags), Errno::success);
  EXPECT_EQ(text, "");
  EXPECT_EQ(pair.send("x"), Errno::pipe);  // no signal
  EXPECT_EQ(pair.wasi->write(3, "x"), Errno::pipe);
}

TEST(Socket, WaitallWaitsForAll) {
  Connected pair;
  std::string text;
  uint16_t flags = 0;
  pair.give("ab");
  std::thread giver([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    pair.give("cde");
  });
  EXPECT_EQ(pair.recv(sock::kRecvWaitall, text, flags, {"...", ".."}), Errno::success);
  EXPECT_EQ(text, "abcde");
  giver.join();
}

TEST(Socket, TruncatedDatagramsAreTold) {
  Connected pair(SOCK_DGRAM);
  Fdstat stat;
  ASSERT_EQ(pair.wasi->fdstat(3, stat), Errno::success);
  EXPECT_EQ(stat.filetype, Filetype::socket_dgram);
  std::string text;
  uint16_t flags = 0;
  pair.give("abcdefgh");
  EXPECT_EQ(pair.recv(0, text, flags), Errno::success);
  EXPECT_EQ(text, "abcde");
  EXPECT_EQ(flags, sock::kRecvDataTruncated);
  pair.give("abc");
  EXPECT_EQ(pair.recv(0, text, flags), Errno::success);
  EXPECT_EQ(text, "abc");
  EXPECT_EQ(flags, 0);
}

TEST(Socket, ShutsDown) {
  Connected pair;
  GuestMemory memory = pair.wasi->guest.memory();
  Context& c = *pair.wasi->context;
  EXPECT_EQ(sock_shutdown(c, memory, 3, 0), Errno::inval);
  EXPECT_EQ(sock_shutdown(c, memory, 3, 4), Errno::inval);
  EXPECT_EQ(sock_shutdown(c, memory, 3, sock::kShutWrite), Errno::success);
  char byte = 0;
  EXPECT_EQ(::recv(pair.other, &byte, 1, MSG_DONTWAIT), 0);
  EXPECT_EQ(pair.send("x"), Errno::pipe);
  EXPECT_EQ(sock_shutdown(c, memory, 3, sock::kShutRead), Errno::success);
}

TEST(Socket, WrongDescriptorsAndFlags) {
  Connected pair;
  GuestMemory memory = pair.wasi->guest.memory();
  Context& c = *pair.wasi->context;
  for (const auto& [fd, expected] : {std::pair<Fd, Errno>{77, Errno::badf}, {1, Errno::notsock}}) {
    EXPECT_EQ(sock_shutdown(c, memory, fd, 1), expected);
    EXPECT_EQ(sock_accept(c, memory, fd, 0, 16), expected);
    EXPECT_EQ(sock_recv(c, memory, fd, 16, 0, 0, 16, 16), expected);
    EXPECT_EQ(sock_send(c, memory, fd, 16, 0, 0, 16), expected);
  }
  EXPECT_EQ(pair.send("x", 1), Errno::inval);
  EXPECT_EQ(sock_recv(c, memory, 3, 16, 0, 4, 16, 16), Errno::inval);
  EXPECT_EQ(sock_accept(c, memory, 3, fdflags::kAppend, 16), Errno::inval);
  EXPECT_EQ(sock_recv(c, memory, 3, kGuestSize - 1, 1, 0, 16, 16), Errno::fault);
  EXPECT_EQ(sock_recv(c, memory, 3, 16, 0, 0, kGuestSize, 16), Errno::fault);
  uint64_t at = 0;
  EXPECT_EQ(pair.wasi->seek(3, 0, Whence::cur, at), Errno::spipe);
}

TEST(Socket, NonblockingDoesNotWait) {
  Connected pair;
  GuestMemory memory = pair.wasi->guest.memory();
  std::string text;
  uint16_t flags = 0;
  ASSERT_EQ(fd_fdstat_set_flags(*pair.wasi->context, memory, 3, fdflags::kNonblock),
            Errno::success);
  EXPECT_EQ(pair.recv(0, text, flags), Errno::again);
  EXPECT_EQ(pair.recv(sock::kRecvWaitall, text, flags), Errno::again);
  EXPECT_EQ(pair.wasi->read(3, text), Errno::again);
}

TEST(Socket, AcceptsWhatConnects) {
  TempDir tree;
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, tree.at("s").c_str(), sizeof address.sun_path - 1);
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  ASSERT_EQ(::bind(listener, where, sizeof address), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  ContextBuilder builder;
  builder.preopen_dir(tree.path(), "/")
      .preopen_socket(listener);  // behind the directory: descriptor 4
  Wasi wasi(builder);
  GuestMemory memory = wasi.guest.memory();
  Context& c = *wasi.context;
  ASSERT_EQ(fd_fdstat_set_flags(c, memory, 4, fdflags::kNonblock), Errno::success);
  EXPECT_EQ(sock_accept(c, memory, 4, 0, 16), Errno::again);
  ASSERT_EQ(fd_fdstat_set_flags(c, memory, 4, 0), Errno::success);
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::connect(client, where, sizeof address), 0);
  ASSERT_EQ(sock_accept(c, memory, 4, fdflags::kNonblock, 16), Errno::success);
  const auto fd = wasi.guest.get<Fd>(16);
  EXPECT_EQ(fd, 5U);
  Fdstat stat;
  ASSERT_EQ(wasi.fdstat(fd, stat), Errno::success);
  EXPECT_EQ(stat.filetype, Filetype::socket_stream);
  EXPECT_EQ(stat.flags, fdflags::kNonblock);
  EXPECT_EQ(::fcntl(c.fds().find(fd)->file->fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  std::string text;
  EXPECT_EQ(wasi.read(fd, text), Errno::again);
  ASSERT_EQ(::send(client, "hi", 2, 0), 2);
  EXPECT_EQ(wasi.read(fd, text), Errno::success);
  EXPECT_EQ(text, "hi");
  ::close(client);
  // A wait for a connection ends when the embedder says so.
  auto token = CancelToken::create();
  ASSERT_TRUE(token.has_value());
  (*token)->set_deadline(monotonic_now() + 10'000'000);
  c.set_interrupt(token->get());
  EXPECT_EQ(sock_accept(c, memory, 4, 0, 16), Outcome::interrupted());
}

TEST(Socket, AnythingElseIsNotTakenForOne) {
  TempDir tree;
  tree.file("f");
  ContextBuilder builder;
  builder.preopen_socket(::open(tree.at("f").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(builder.build().error().code, ErrorCode::bad_argument);
}

}  // namespace
}  // namespace weft::wasi::test
