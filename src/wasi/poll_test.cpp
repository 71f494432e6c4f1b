// poll_oneoff, and everything that waits: time, readiness, interruption.
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "wasi/test_support.hpp"

namespace weft::wasi::test {
namespace {

constexpr uint64_t kMs = 1'000'000;

Subscription on_clock(uint64_t userdata, uint64_t timeout, uint32_t id = 1, uint16_t flags = 0) {
  Subscription s{};
  s.userdata = userdata;
  s.tag = 0;
  s.clock = SubscriptionClock{};
  s.clock.id = id;
  s.clock.timeout = timeout;
  s.clock.flags = flags;
  return s;
}

Subscription on_fd(uint64_t userdata, EventType type, Fd fd) {
  Subscription s{};
  s.userdata = userdata;
  s.tag = static_cast<uint8_t>(type);
  s.fd = fd;
  return s;
}

struct Polled {
  Outcome outcome = Errno::success;
  std::vector<Event> events;
  uint64_t took = 0;
};

Polled poll(Wasi& wasi, const std::vector<Subscription>& subscriptions) {
  wasi.guest.reset();
  GuestMemory memory = wasi.guest.memory();
  const auto count = static_cast<Size>(subscriptions.size());
  const Ptr out = wasi.guest.space(4);
  const Ptr in = wasi.guest.space(count * sizeof(Subscription) + 1);
  for (Size i = 0; i < count; ++i)
    EXPECT_TRUE(memory.write(in + i * sizeof(Subscription), subscriptions[i]));
  const Ptr events = wasi.guest.space(count * sizeof(Event) + 1);
  Polled result;
  const uint64_t start = monotonic_now();
  result.outcome = poll_oneoff(*wasi.context, memory, in, events, count, out);
  result.took = monotonic_now() - start;
  if (result.outcome != Errno::success) return result;
  for (Size i = 0; i < wasi.guest.get<Size>(out); ++i) {
    result.events.push_back(wasi.guest.get<Event>(events + i * static_cast<Ptr>(sizeof(Event))));
  }
  return result;
}

// A context whose standard input is the reading end of a pipe.
struct Piped {
  Piped() {
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    ContextBuilder builder;
    builder.stdio_fd(0, ends[0]).stdio_fd(1, ends[1]).preopen_dir(tree.path(), "/");
    wasi = std::make_unique<Wasi>(builder);
  }
  ~Piped() {
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }
  void send(std::string_view text) {
    ASSERT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void hang_up() {
    ::close(ends[1]);
    ends[1] = -1;
  }
  int ends[2];
  TempDir tree;
  std::unique_ptr<Wasi> wasi;
};

TEST(Poll, SleepsAsLongAsAsked) {
  Wasi wasi;
  for (const uint32_t id : {0U, 1U}) {
    const Polled p = poll(wasi, {on_clock(7, 20 * kMs, id)});
    ASSERT_EQ(p.events.size(), 1U);
    EXPECT_EQ(p.events[0].userdata, 7U);
    EXPECT_EQ(p.events[0].type, EventType::clock);
    EXPECT_EQ(p.events[0].error, 0);
    EXPECT_GE(p.took, 20 * kMs);
    EXPECT_LT(p.took, 2000 * kMs);
  }
  EXPECT_LT(poll(wasi, {on_clock(1, 0)}).took, 1000 * kMs);
}

TEST(Poll, AbsoluteTimesInThePastAreNow) {
  Wasi wasi;
  EXPECT_EQ(poll(wasi, {on_clock(1, 0, 1, kSubclockAbstime)}).events.size(), 1U);
  EXPECT_EQ(poll(wasi, {on_clock(1, 12345, 0, kSubclockAbstime)}).events.size(), 1U);
  const Polled p = poll(wasi, {on_clock(1, monotonic_now() + 20 * kMs, 1, kSubclockAbstime)});
  EXPECT_EQ(p.events.size(), 1U);
  EXPECT_GE(p.took, 15 * kMs);
}

TEST(Poll, OnlyWhatFiredIsReported) {
  Wasi wasi;
  const Polled p = poll(wasi, {on_clock(1, 60'000 * kMs), on_clock(2, 5 * kMs),
                               on_clock(3, ~0ULL)});  // ~0: no overflow
  ASSERT_EQ(p.events.size(), 1U);
  EXPECT_EQ(p.events[0].userdata, 2U);
}

TEST(Poll, RefusesWrongCalls) {
  Wasi wasi;
  GuestMemory memory = wasi.guest.memory();
  EXPECT_EQ(poll_oneoff(*wasi.context, memory, 16, 16, 0, 16), Errno::inval);
  EXPECT_EQ(poll_oneoff(*wasi.context, memory, 16, 16, ~0U, 16), Errno::inval);
  EXPECT_EQ(poll_oneoff(*wasi.context, memory, kGuestSize - 47, 16, 1, 16), Errno::fault);
  EXPECT_EQ(poll_oneoff(*wasi.context, memory, 16, kGuestSize - 31, 1, 16), Errno::fault);
  EXPECT_EQ(poll_oneoff(*wasi.context, memory, 16, 16, 1, kGuestSize - 3), Errno::fault);
  EXPECT_EQ(poll(wasi, {on_clock(1, 0, 9)}).outcome, Errno::inval);
  EXPECT_EQ(poll(wasi, {on_clock(1, 0, 1, 2)}).outcome, Errno::inval);
  Subscription odd = on_clock(1, 0);
  odd.tag = 3;
  EXPECT_EQ(poll(wasi, {odd}).outcome, Errno::inval);
}

TEST(Poll, WhatCannotBeWaitedForIsAnEventWithAnError) {
  Wasi wasi;
  const Polled p = poll(wasi, {on_fd(1, EventType::fd_read, 99), on_clock(2, 60'000 * kMs),
                               on_clock(3, 0, 2), on_fd(4, EventType::fd_write, 0)});
  ASSERT_EQ(p.events.size(), 3U);
  EXPECT_EQ(p.events[0].error, static_cast<uint16_t>(Errno::badf));
  EXPECT_EQ(p.events[1].error, static_cast<uint16_t>(Errno::notsup));
  EXPECT_EQ(p.events[2].userdata, 4U);
}

TEST(Poll, FilesAreAlwaysReadyAndHideClocks) {
  Wasi wasi;
  wasi.tree.file("f", "12345");
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", 0, kFileRights, fd), Errno::success);
  const Polled p = poll(
      wasi, {on_clock(1, 0), on_fd(2, EventType::fd_read, fd), on_fd(3, EventType::fd_write, fd)});
  ASSERT_EQ(p.events.size(), 2U);
  EXPECT_EQ(p.events[0].userdata, 2U);
  EXPECT_EQ(p.events[0].nbytes, 5U);
  EXPECT_EQ(p.events[1].userdata, 3U);
}

TEST(Poll, PipesAreReadyWhenThereIsSomethingOrTheEnd) {
  Piped pipe;
  Polled p = poll(*pipe.wasi, {on_fd(1, EventType::fd_read, 0), on_clock(2, 10 * kMs)});
  ASSERT_EQ(p.events.size(), 1U);
  EXPECT_EQ(p.events[0].userdata, 2U);
  pipe.send("abc");
  p = poll(*pipe.wasi, {on_fd(1, EventType::fd_read, 0), on_clock(2, 10'000 * kMs)});
  ASSERT_EQ(p.events.size(), 1U);
  EXPECT_EQ(p.events[0].userdata, 1U);
  EXPECT_EQ(p.events[0].nbytes, 3U);
  EXPECT_EQ(p.events[0].flags, 0);
  EXPECT_EQ(poll(*pipe.wasi, {on_fd(1, EventType::fd_write, 1)}).events.size(), 1U);
  std::string text;
  EXPECT_EQ(pipe.wasi->read(0, text), Errno::success);
  pipe.wasi->close(1);
  pipe.hang_up();
  p = poll(*pipe.wasi, {on_fd(1, EventType::fd_read, 0), on_clock(2, 10'000 * kMs)});
  ASSERT_EQ(p.events.size(), 1U);
  EXPECT_EQ(p.events[0].nbytes, 0U);
  EXPECT_EQ(p.events[0].flags, kEventHangup);
}

TEST(Poll, ManySubscriptionsWork) {
  Piped pipe;
  std::vector<Subscription> many;
  for (uint64_t i = 0; i < 1000; ++i) many.push_back(on_fd(i, EventType::fd_read, 0));
  many.push_back(on_clock(5000, 5 * kMs));
  Polled p = poll(*pipe.wasi, many);
  ASSERT_EQ(p.events.size(), 1U);
  pipe.send("x");
  p = poll(*pipe.wasi, many);
  EXPECT_EQ(p.events.size(), 1000U);
  EXPECT_EQ(p.events.back().userdata, 999U);
}

TEST(Poll, TheOlderLayout) {
  Piped pipe;
  pipe.send("ab");
  Guest& guest = pipe.wasi->guest;
  guest.reset();
  GuestMemory memory = guest.memory();
  Subscription0 subscriptions[2] = {};
  subscriptions[0].userdata = 1;
  subscriptions[0].identifier = 77;
  subscriptions[0].clock = on_clock(0, 10'000 * kMs).clock;
  subscriptions[1].userdata = 2;
  subscriptions[1].tag = 1;
  subscriptions[1].fd = 0;
  const Ptr in = guest.put_value(subscriptions);
  const Ptr out = guest.space(2 * sizeof(Event));
  const Ptr count = guest.space(4);
  ASSERT_EQ(poll_oneoff0(*pipe.wasi->context, memory, in, out, 2, count), Errno::success);
  ASSERT_EQ(guest.get<Size>(count), 1U);
  EXPECT_EQ(guest.get<Event>(out).userdata, 2U);
  EXPECT_EQ(guest.get<Event>(out).nbytes, 2U);
  subscriptions[1] = subscriptions[0];
  subscriptions[1].userdata = 3;
  subscriptions[1].clock.timeout = kMs;
  std::memcpy(memory.at(in), subscriptions, sizeof subscriptions);
  ASSERT_EQ(poll_oneoff0(*pipe.wasi->context, memory, in, out, 2, count), Errno::success);
  EXPECT_EQ(guest.get<Event>(out).userdata, 3U);
}

// --- every wait ends when the embedder says so ---

class Sliced final : public Interrupt {  // without a descriptor to wake us
 public:
  bool raised() const override { return flag.load(); }
  std::atomic<bool> flag{false};
};

struct Waiter {
  const char* name;
  Outcome (*wait)(Wasi&);
};

Outcome wait_clock(Wasi& wasi) { return poll(wasi, {on_clock(1, 3'600'000 * kMs)}).outcome; }
Outcome wait_poll(Wasi& wasi) { return poll(wasi, {on_fd(1, EventType::fd_read, 0)}).outcome; }
Outcome wait_read(Wasi& wasi) {
  GuestMemory memory = wasi.guest.memory();
  wasi.guest.reset();
  const Ptr out = wasi.guest.space(4);
  return fd_read(*wasi.context, memory, 0, wasi.guest.iovecs({"...."}), 1, out);
}
Outcome wait_write(Wasi& wasi) {  // the pipe fills up; nobody reads
  GuestMemory memory = wasi.guest.memory();
  wasi.guest.reset();
  const Ptr out = wasi.guest.space(4);
  const Ptr iovs = wasi.guest.iovecs({std::string(100'000, 'x')});
  Outcome outcome = Errno::success;
  while (outcome == Errno::success) outcome = fd_write(*wasi.context, memory, 1, iovs, 1, out);
  return outcome;
}

class Interrupted : public ::testing::TestWithParam<Waiter> {};
INSTANTIATE_TEST_SUITE_P(All, Interrupted,
                         ::testing::Values(Waiter{"clock", wait_clock}, Waiter{"poll", wait_poll},
                                           Waiter{"read", wait_read}, Waiter{"write", wait_write}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(Interrupted, ByCancellation) {
  Piped pipe;
  auto token = CancelToken::create();
  ASSERT_TRUE(token.has_value());
  pipe.wasi->context->set_interrupt(token->get());
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    (*token)->cancel();
  });
  EXPECT_EQ(GetParam().wait(*pipe.wasi), Outcome::interrupted());
  canceller.join();
  EXPECT_EQ(GetParam().wait(*pipe.wasi), Outcome::interrupted());  // it stays raised
}

TEST_P(Interrupted, ByDeadline) {
  Piped pipe;
  auto token = CancelToken::create();
  ASSERT_TRUE(token.has_value());
  (*token)->set_deadline(monotonic_now() + 20 * kMs);
  pipe.wasi->context->set_interrupt(token->get());
  EXPECT_EQ(GetParam().wait(*pipe.wasi), Outcome::interrupted());
}

TEST_P(Interrupted, ByAFlagWithoutADescriptor) {
  Piped pipe;
  Sliced sliced;
  pipe.wasi->context->set_interrupt(&sliced);
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    sliced.flag = true;
  });
  EXPECT_EQ(GetParam().wait(*pipe.wasi), Outcome::interrupted());
  canceller.join();
}

class DeadlineOnly final : public Interrupt {
 public:
  bool armed() const override { return until != kNever; }
  bool raised() const override { return false; }
  int wake_fd() const override { return kDeadlineOnly; }
  uint64_t deadline() const override { return until; }
  uint64_t until = kNever;
};

TEST_P(Interrupted, ByADeadlineAndNothingElse) {
  Piped pipe;
  DeadlineOnly deadline;
  pipe.wasi->context->set_interrupt(&deadline);
  EXPECT_EQ(pipe.wasi->context->interrupt(), nullptr);
  deadline.until = monotonic_now() + 20 * kMs;
  EXPECT_EQ(GetParam().wait(*pipe.wasi), Outcome::interrupted());
}

TEST(Interrupt, AnUnraisedOneChangesNothing) {
  Piped pipe;
  auto token = CancelToken::create();
  ASSERT_TRUE(token.has_value());
  pipe.wasi->context->set_interrupt(token->get());
  std::string text;
  EXPECT_EQ(pipe.wasi->write(1, "hello"), Errno::success);
  EXPECT_EQ(pipe.wasi->read(0, text), Errno::success);
  EXPECT_EQ(text, "hello");
  EXPECT_EQ(poll(*pipe.wasi, {on_clock(1, kMs)}).events.size(), 1U);
}

TEST(Waiting, NonblockIsTheGuestsOnly) {
  Piped pipe;
  GuestMemory memory = pipe.wasi->guest.memory();
  ASSERT_EQ(fd_fdstat_set_flags(*pipe.wasi->context, memory, 0, fdflags::kNonblock),
            Errno::success);
  EXPECT_EQ(::fcntl(pipe.ends[0], F_GETFL) & O_NONBLOCK,
            0);  // the host's description is shared with others
  std::string text;
  EXPECT_EQ(pipe.wasi->read(0, text), Errno::again);
  pipe.send("x");
  EXPECT_EQ(pipe.wasi->read(0, text), Errno::success);
}

TEST(Waiting, ABrokenPipeIsAnErrorNotASignal) {
  for (const bool flag : {true, false}) {  // with the kernel's help, and without
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    ContextBuilder builder;
    builder.stdio_fd(1, ends[1]);
    Wasi wasi(builder);
    wasi.context->abilities().nosignal_flag = flag;
    ::close(ends[0]);
    EXPECT_EQ(wasi.write(1, "x"), Errno::pipe);
    EXPECT_EQ(wasi.write(1, "x"), Errno::pipe);
    sigset_t pending;
    sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
    ::close(ends[1]);
  }
}

TEST(Stdio, RightsTellATerminalFromAPipeAndAFile) {
  Piped pipe;
  Fdstat stat;
  ASSERT_EQ(pipe.wasi->fdstat(0, stat), Errno::success);
  EXPECT_EQ(stat.filetype, Filetype::unknown);
  EXPECT_EQ(stat.rights_base & rights::fd_write, 0U);
  uint64_t at = 0;
  EXPECT_EQ(pipe.wasi->seek(0, 0, Whence::cur, at), Errno::spipe);
  GuestMemory memory = pipe.wasi->guest.memory();
  EXPECT_EQ(fd_pread(*pipe.wasi->context, memory, 0, 0, 0, 0, 16), Errno::spipe);
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal >= 0) {
    ContextBuilder builder;
    builder.stdio_fd(1, terminal);
    Wasi wasi(builder);
    ASSERT_EQ(wasi.fdstat(1, stat), Errno::success);
    EXPECT_EQ(stat.filetype, Filetype::character_device);
    EXPECT_EQ(stat.rights_base & rights::kSeeking, 0U);
    ::close(terminal);
  }
  pipe.tree.file("log", "old");
  const int log = ::open(pipe.tree.at("log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  ContextBuilder builder;
  builder.stdio_fd(1, log);
  Wasi wasi(builder);
  ASSERT_EQ(wasi.fdstat(1, stat), Errno::success);
  EXPECT_EQ(stat.filetype, Filetype::regular_file);
  EXPECT_EQ(stat.flags, fdflags::kAppend);
  EXPECT_NE(stat.rights_base & rights::fd_seek, 0U);
  EXPECT_EQ(wasi.write(1, "new"), Errno::success);
  EXPECT_EQ(pipe.tree.read("log"), "oldnew");
  ::close(log);
}

TEST(Stdio, StreamsOfTheEmbedder) {
  auto output = std::make_shared<BufferStream>(10);
  ContextBuilder builder;
  builder.stdio_stream(0, bytes_stream("input text")).stdio_stream(1, output);
  builder.stdio_stream(
      2, callback_stream({}, [](std::span<const std::byte>) -> IoCount { return {Errno::io, 0}; }));
  Wasi wasi(builder);
  std::string text;
  EXPECT_EQ(poll(wasi, {on_fd(1, EventType::fd_read, 0)}).events.at(0).nbytes, 10U);
  EXPECT_EQ(wasi.read(0, text, 6), Errno::success);
  EXPECT_EQ(text, "input ");
  EXPECT_EQ(wasi.read(0, text), Errno::success);
  EXPECT_EQ(text, "text");
  EXPECT_EQ(wasi.read(0, text), Errno::success);
  EXPECT_EQ(text, "");
  Size count = 0;
  EXPECT_EQ(wasi.write(1, "0123456", &count), Errno::success);
  EXPECT_EQ(wasi.write(1, "789abc", &count), Errno::success);
  EXPECT_EQ(count, 3U);
  EXPECT_EQ(wasi.write(1, "d"), Errno::nospc);
  EXPECT_EQ(output->text(), "0123456789");
  EXPECT_EQ(wasi.write(2, "x"), Errno::io);
  EXPECT_EQ(wasi.read(1, text), Errno::badf);
  Filestat stat;
  EXPECT_EQ(wasi.filestat(1, stat), Errno::success);
  GuestMemory memory = wasi.guest.memory();
  EXPECT_EQ(fd_sync(*wasi.context, memory, 1), Errno::success);
}

// A callback may close the very descriptor it serves, and grow (so: move) the guest's memory.
TEST(Stdio, CallbacksMayCloseAndGrow) {
  ContextBuilder builder;
  Wasi* target = nullptr;
  std::string seen;
  builder.stdio_stream(1, callback_stream({}, [&](std::span<const std::byte> bytes) -> IoCount {
                         if (target->context->fds().find(1) != nullptr) target->close(1);
                         target->guest.grow(size_t{1} << 20);
                         for (const std::byte b : bytes) seen.push_back(static_cast<char>(b));
                         return {Errno::success, bytes.size()};
                       }));
  Wasi wasi(builder);
  target = &wasi;
  GuestMemory memory = wasi.guest.memory();
  wasi.guest.reset();
  const std::string big(30'000, 'q');
  const Ptr out = wasi.guest.space(4);
  const Ptr iovs = wasi.guest.iovecs({big, "tail"});
  EXPECT_EQ(fd_write(*wasi.context, memory, 1, iovs, 2, out), Errno::success);
  EXPECT_EQ(wasi.guest.get<Size>(out), 30'004U);
  EXPECT_EQ(seen, big + "tail");
  EXPECT_EQ(wasi.write(1, "x"), Errno::badf);
}

}  // namespace
}  // namespace weft::wasi::test
