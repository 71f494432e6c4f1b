// Descriptors: transfers, positions, flags, rights, renumbering, preopens, sizes and times.
#include "wasi/test_support.hpp"

namespace weft::wasi::test {
namespace {

Outcome pwrite_at(Wasi& wasi, Fd fd, std::string_view text, uint64_t offset, Size& count) {
  wasi.guest.reset();
  GuestMemory memory = wasi.guest.memory();
  const Ptr out = wasi.guest.space(4);
  const Outcome outcome =
      fd_pwrite(*wasi.context, memory, fd, wasi.guest.iovecs({text}), 1, offset, out);
  count = wasi.guest.get<Size>(out);
  return outcome;
}

Outcome pread_at(Wasi& wasi, Fd fd, uint64_t offset, std::string& text) {
  wasi.guest.reset();
  GuestMemory memory = wasi.guest.memory();
  const Ptr out = wasi.guest.space(4);
  const Ptr iovs = wasi.guest.iovecs({"........", "........"});
  const Outcome outcome = fd_pread(*wasi.context, memory, fd, iovs, 2, offset, out);
  const auto count = outcome == Errno::success ? wasi.guest.get<Size>(out) : 0;
  text = (wasi.guest.text(wasi.guest.get<Iovec>(iovs).buf, 8) +
          wasi.guest.text(wasi.guest.get<Iovec>(iovs + 8).buf, 8))
             .substr(0, count);
  return outcome;
}

TEST(FdTransfer, GathersAndScattersInOrder) {
  Wasi wasi;
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", oflags::kCreat, kFileRights, fd), Errno::success);
  GuestMemory memory = wasi.guest.memory();
  wasi.guest.reset();
  const Ptr out = wasi.guest.space(4);
  EXPECT_EQ(fd_write(*wasi.context, memory, fd, wasi.guest.iovecs({"ab", "", "cde", "f"}), 4, out),
            Errno::success);
  EXPECT_EQ(wasi.guest.get<Size>(out), 6U);
  EXPECT_EQ(wasi.tree.read("f"), "abcdef");
  EXPECT_EQ(fd_write(*wasi.context, memory, fd, 0, 0, out), Errno::success);  // nothing is nothing
  EXPECT_EQ(wasi.guest.get<Size>(out), 0U);
  uint64_t at = 0;
  EXPECT_EQ(wasi.seek(fd, 1, Whence::set, at), Errno::success);
  wasi.guest.reset();
  const Ptr read_out = wasi.guest.space(4);
  const Ptr iovs = wasi.guest.iovecs({"..", "...."});
  EXPECT_EQ(fd_read(*wasi.context, memory, fd, iovs, 2, read_out), Errno::success);
  EXPECT_EQ(wasi.guest.get<Size>(read_out), 5U);
  EXPECT_EQ(wasi.guest.text(wasi.guest.get<Iovec>(iovs).buf, 2), "bc");
  EXPECT_EQ(wasi.guest.text(wasi.guest.get<Iovec>(iovs + 8).buf, 4), "def.");
}

// Wrong memory is refused before the file is touched.
TEST(FdTransfer, WrongPointersFaultWithoutEffect) {
  Wasi wasi;
  wasi.tree.file("f", "0123456789");
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", 0, kFileRights, fd), Errno::success);
  GuestMemory memory = wasi.guest.memory();
  struct Case {
    const char* what;
    Iovec iovec;
    Errno expected;
  };
  const Case cases[] = {
      {"one byte too long", {kGuestSize - 4, 5}, Errno::fault},
      {"exactly to the end", {kGuestSize - 4, 4}, Errno::success},
      {"empty at the end", {kGuestSize, 0}, Errno::success},
      {"empty past the end", {kGuestSize + 1, 0}, Errno::fault},
      {"wraps around", {16, ~0U}, Errno::fault},
      {"wraps around in 32 bits", {~0U, 2}, Errno::fault},
  };
  for (const Case& c : cases) {
    wasi.guest.reset();
    const Ptr out = wasi.guest.space(4);
    const Ptr iovs = wasi.guest.put_value(c.iovec);
    EXPECT_EQ(fd_read(*wasi.context, memory, fd, iovs, 1, out), c.expected) << c.what;
    EXPECT_EQ(fd_pread(*wasi.context, memory, fd, iovs, 1, 0, out), c.expected) << c.what;
  }
  EXPECT_EQ(fd_read(*wasi.context, memory, fd, kGuestSize - 7, 1, 16), Errno::fault);
  EXPECT_EQ(fd_read(*wasi.context, memory, fd, 0, 1000000, 16), Errno::inval);
  EXPECT_EQ(fd_read(*wasi.context, memory, fd, kGuestSize - 16, 40000, 16), Errno::fault);
  wasi.guest.reset();
  EXPECT_EQ(fd_write(*wasi.context, memory, fd, wasi.guest.iovecs({"XXXX"}), 1, kGuestSize - 3),
            Errno::fault);
  EXPECT_EQ(wasi.tree.read("f"), "0123456789");
}

TEST(FdTransfer, ManyBuffersAreAShortTransfer) {
  Wasi wasi;
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", oflags::kCreat, kFileRights, fd), Errno::success);
  GuestMemory memory = wasi.guest.memory();
  wasi.guest.reset();
  const Ptr byte = wasi.guest.put("x");
  const Ptr out = wasi.guest.space(4);
  constexpr Size kCount = 5000;
  const Ptr iovs = wasi.guest.space(kCount * 8);
  for (Size i = 0; i < kCount; ++i) {
    const Iovec one{byte, i % 2};  // every other one is empty
    ASSERT_TRUE(memory.write(iovs + i * 8, one));
  }
  EXPECT_EQ(fd_write(*wasi.context, memory, fd, iovs, kCount, out), Errno::success);
  EXPECT_EQ(wasi.guest.get<Size>(out), 1024U);
}

TEST(FdTransfer, AccessModeDecides) {
  Wasi wasi;
  wasi.tree.file("f", "abc");
  struct Case {
    Rights base;
    Errno read, write;
  };
  const Case cases[] = {{rights::fd_read, Errno::success, Errno::badf},
                        {rights::fd_write, Errno::badf, Errno::success},
                        {rights::fd_read | rights::fd_write, Errno::success, Errno::success},
                        {rights::kNone, Errno::notcapable, Errno::badf}};
  for (const Case& c : cases) {
    Fd fd = 0;
    ASSERT_EQ(wasi.open("f", 0, c.base, fd), Errno::success);
    std::string text;
    EXPECT_EQ(wasi.read(fd, text), c.read) << c.base;
    EXPECT_EQ(wasi.write(fd, "z"), c.write) << c.base;
    wasi.close(fd);
  }
  std::string text;
  EXPECT_EQ(wasi.read(99, text), Errno::badf);
  EXPECT_EQ(wasi.write(99, "x"), Errno::badf);
}

TEST(FdTransfer, PositionedTransfersLeaveThePosition) {
  Wasi wasi;
  wasi.tree.file("f", "0123456789");
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", 0, kFileRights, fd), Errno::success);
  uint64_t at = 0;
  ASSERT_EQ(wasi.seek(fd, 3, Whence::set, at), Errno::success);
  std::string text;
  Size count = 0;
  EXPECT_EQ(pread_at(wasi, fd, 5, text), Errno::success);
  EXPECT_EQ(text, "56789");
  EXPECT_EQ(pread_at(wasi, fd, 100, text), Errno::success);
  EXPECT_EQ(text, "");
  EXPECT_EQ(pwrite_at(wasi, fd, "XY", 8, count), Errno::success);
  EXPECT_EQ(wasi.seek(fd, 0, Whence::cur, at), Errno::success);
  EXPECT_EQ(at, 3U);
  EXPECT_EQ(wasi.tree.read("f"), "01234567XY");
  EXPECT_EQ(pread_at(wasi, fd, ~0ULL, text), Errno::inval);
  EXPECT_EQ(pwrite_at(wasi, fd, "x", 1ULL << 63, count), Errno::inval);
}

// Linux's own pwrite would append (WAMR 2828, WasmEdge 3062): the position is honoured here.
TEST(FdTransfer, AppendWritesAtTheEndAndPositionedWritesDoNot) {
  Wasi wasi;
  wasi.tree.file("f", "start");
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", 0, kFileRights, fd, true, fdflags::kAppend), Errno::success);
  uint64_t at = 0;
  ASSERT_EQ(wasi.seek(fd, 0, Whence::cur, at), Errno::success);
  EXPECT_EQ(at, 0U);
  EXPECT_EQ(wasi.write(fd, "12"), Errno::success);
  EXPECT_EQ(wasi.seek(fd, 0, Whence::cur, at), Errno::success);
  EXPECT_EQ(at, 7U);
  Size count = 0;
  EXPECT_EQ(pwrite_at(wasi, fd, "S", 0, count), Errno::success);
  EXPECT_EQ(wasi.tree.read("f"), "Start12");
  ASSERT_EQ(wasi.seek(fd, 1, Whence::set, at),
            Errno::success);  // seeking works; the write goes to the end all the same
  EXPECT_EQ(wasi.write(fd, "3"), Errno::success);
  EXPECT_EQ(wasi.tree.read("f"), "Start123");
}

TEST(FdFlags, AppendCanBeTurnedOnAndOffWithoutMoving) {
  Wasi wasi;
  wasi.tree.file("f", "abc");
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", 0, kFileRights, fd), Errno::success);
  GuestMemory memory = wasi.guest.memory();
  uint64_t at = 0;
  ASSERT_EQ(wasi.seek(fd, 1, Whence::set, at), Errno::success);
  EXPECT_EQ(fd_fdstat_set_flags(*wasi.context, memory, fd, fdflags::kAppend), Errno::success);
  Fdstat stat;
  EXPECT_EQ(wasi.fdstat(fd, stat), Errno::success);
  EXPECT_EQ(stat.flags, fdflags::kAppend);
  EXPECT_EQ(wasi.seek(fd, 0, Whence::cur, at), Errno::success);
  EXPECT_EQ(at, 1U);
  EXPECT_EQ(wasi.write(fd, "d"), Errno::success);
  EXPECT_EQ(fd_fdstat_set_flags(*wasi.context, memory, fd, fdflags::kNonblock), Errno::success);
  EXPECT_EQ(wasi.seek(fd, 0, Whence::set, at), Errno::success);
  EXPECT_EQ(wasi.write(fd, "A"), Errno::success);
  EXPECT_EQ(wasi.tree.read("f"), "Abcd");
  EXPECT_EQ(fd_fdstat_set_flags(*wasi.context, memory, fd, 32), Errno::inval);
  EXPECT_EQ(fd_fdstat_set_flags(*wasi.context, memory, fd, 0x10000), Errno::inval);
  EXPECT_EQ(fd_fdstat_set_flags(*wasi.context, memory, fd, fdflags::kSync), Errno::notsup);
  EXPECT_EQ(fd_fdstat_set_flags(*wasi.context, memory, 99, 0), Errno::badf);
}

TEST(FdFlags, SyncFlagsAreKeptAndReported) {
  Wasi wasi;
  Fd fd = 0;
  ASSERT_EQ(
      wasi.open("f", oflags::kCreat, kFileRights, fd, true, fdflags::kSync | fdflags::kAppend),
      Errno::success);
  Fdstat stat;
  EXPECT_EQ(wasi.fdstat(fd, stat), Errno::success);
  EXPECT_EQ(stat.flags, fdflags::kSync | fdflags::kAppend);
  EXPECT_EQ(::fcntl(wasi.context->fds().find(fd)->file->fd(), F_GETFL) & O_SYNC, O_SYNC);
}

TEST(FdSeek, AllWhencesAndTheirErrors) {
  Wasi wasi;
  wasi.tree.file("f", "0123456789");
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", 0, kFileRights, fd), Errno::success);
  uint64_t at = 0;
  EXPECT_EQ(wasi.seek(fd, -2, Whence::end, at), Errno::success);
  EXPECT_EQ(at, 8U);
  EXPECT_EQ(wasi.seek(fd, -3, Whence::cur, at), Errno::success);
  EXPECT_EQ(at, 5U);
  EXPECT_EQ(wasi.seek(fd, 1000, Whence::set, at), Errno::success);
  EXPECT_EQ(wasi.seek(fd, -2000, Whence::cur, at), Errno::inval);
  EXPECT_EQ(wasi.seek(fd, -1, Whence::set, at), Errno::inval);
  GuestMemory memory = wasi.guest.memory();
  EXPECT_EQ(fd_tell(*wasi.context, memory, fd, 64), Errno::success);
  EXPECT_EQ(wasi.guest.get<uint64_t>(64), 1000U);
  EXPECT_EQ(fd_seek(*wasi.context, memory, fd, 0, 3, 64), Errno::inval);
  EXPECT_EQ(fd_seek(*wasi.context, memory, fd, 0, 0, kGuestSize - 7), Errno::fault);
  EXPECT_EQ(fd_seek(*wasi.context, memory, kRoot, 0, 0, 64), Errno::badf);
  EXPECT_EQ(fd_tell(*wasi.context, memory, kRoot, 64), Errno::badf);
  // wasi_unstable: CUR = 0, END = 1, SET = 2.
  EXPECT_EQ(fd_seek0(*wasi.context, memory, fd, 4, 2, 64), Errno::success);
  EXPECT_EQ(fd_seek0(*wasi.context, memory, fd, 1, 0, 64), Errno::success);
  EXPECT_EQ(wasi.guest.get<uint64_t>(64), 5U);
  EXPECT_EQ(fd_seek0(*wasi.context, memory, fd, 0, 1, 64), Errno::success);
  EXPECT_EQ(wasi.guest.get<uint64_t>(64), 10U);
  EXPECT_EQ(fd_seek0(*wasi.context, memory, fd, 0, 3, 64), Errno::inval);
}

TEST(FdSeek, TellingNeedsLessThanSeeking) {
  Wasi wasi;
  wasi.tree.file("f", "abc");
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", 0, rights::fd_read | rights::fd_tell, fd), Errno::success);
  uint64_t at = 0;
  EXPECT_EQ(wasi.seek(fd, 0, Whence::cur, at), Errno::success);
  EXPECT_EQ(wasi.seek(fd, 1, Whence::cur, at), Errno::notcapable);
}

TEST(FdDirectory, IsNoFile) {
  Wasi wasi;
  GuestMemory memory = wasi.guest.memory();
  std::string text;
  Size count = 0;
  EXPECT_EQ(wasi.read(kRoot, text), Errno::isdir);
  EXPECT_EQ(wasi.write(kRoot, "x"), Errno::isdir);
  EXPECT_EQ(pread_at(wasi, kRoot, 0, text), Errno::isdir);
  EXPECT_EQ(pwrite_at(wasi, kRoot, "x", 0, count), Errno::isdir);
  EXPECT_EQ(fd_advise(*wasi.context, memory, kRoot, 0, 0, 0), Errno::badf);
  EXPECT_EQ(fd_allocate(*wasi.context, memory, kRoot, 0, 1), Errno::badf);
  EXPECT_EQ(fd_filestat_set_size(*wasi.context, memory, kRoot, 0), Errno::badf);
  EXPECT_EQ(fd_sync(*wasi.context, memory, kRoot), Errno::success);
  EXPECT_EQ(fd_datasync(*wasi.context, memory, kRoot), Errno::success);
  Fdstat stat;
  EXPECT_EQ(wasi.fdstat(kRoot, stat), Errno::success);
  EXPECT_EQ(stat.filetype, Filetype::directory);
  EXPECT_EQ(stat.flags, 0);
  EXPECT_EQ(stat.rights_base & (rights::kSeeking | rights::fd_filestat_set_size), 0U);
}

TEST(FdSize, AdviseAllocateAndSetSize) {
  Wasi wasi;
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", oflags::kCreat, kFileRights, fd), Errno::success);
  GuestMemory memory = wasi.guest.memory();
  Context& c = *wasi.context;
  const auto size = [&] {
    Filestat stat;
    EXPECT_EQ(wasi.filestat(fd, stat), Errno::success);
    return stat.size;
  };
  EXPECT_EQ(fd_filestat_set_size(c, memory, fd, 100), Errno::success);
  EXPECT_EQ(size(), 100U);
  EXPECT_EQ(fd_filestat_set_size(c, memory, fd, ~0ULL), Errno::inval);
  EXPECT_EQ(fd_filestat_set_size(c, memory, fd, 10), Errno::success);
  EXPECT_EQ(fd_allocate(c, memory, fd, 5, 2), Errno::success);  // never shrinks
  EXPECT_EQ(size(), 10U);
  EXPECT_EQ(fd_allocate(c, memory, fd, 90, 20), Errno::success);
  EXPECT_EQ(size(), 110U);
  EXPECT_EQ(fd_allocate(c, memory, fd, 0, 0), Errno::inval);
  EXPECT_EQ(fd_allocate(c, memory, fd, ~0ULL, 1), Errno::inval);
  EXPECT_EQ(fd_allocate(c, memory, fd, INT64_MAX, 1), Errno::fbig);
  EXPECT_EQ(size(), 110U);
  for (uint32_t advice = 0; advice < 6; ++advice)
    EXPECT_EQ(fd_advise(c, memory, fd, 10, 50, advice), Errno::success);
  EXPECT_EQ(fd_advise(c, memory, fd, 0, 0, 6), Errno::inval);
  EXPECT_EQ(fd_advise(c, memory, fd, ~0ULL, 1, 0), Errno::inval);
  EXPECT_EQ(fd_advise(c, memory, fd, INT64_MAX, 2, 0), Errno::inval);
  EXPECT_EQ(size(), 110U);
  EXPECT_EQ(fd_sync(c, memory, fd), Errno::success);
  EXPECT_EQ(fd_datasync(c, memory, fd), Errno::success);
  EXPECT_EQ(fd_sync(c, memory, 99), Errno::badf);
  Fd reader = 0;
  ASSERT_EQ(wasi.open("f", 0, kFileRights & ~rights::fd_write, reader), Errno::success);
  EXPECT_EQ(fd_filestat_set_size(c, memory, reader, 0), Errno::badf);
  EXPECT_EQ(fd_allocate(c, memory, reader, 0, 1000), Errno::badf);
  EXPECT_EQ(size(), 110U);
}

TEST(FdTimes, NanosecondsAreKeptAndContradictionsRefused) {
  Wasi wasi;
  wasi.tree.file("f");
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", 0, kFileRights, fd), Errno::success);
  GuestMemory memory = wasi.guest.memory();
  Context& c = *wasi.context;
  constexpr uint64_t kTime = 1'234'567'890'123'456'789;
  EXPECT_EQ(fd_filestat_set_times(c, memory, fd, 11, kTime, fstflags::kMtim | fstflags::kAtim),
            Errno::success);
  Filestat stat;
  EXPECT_EQ(wasi.filestat(fd, stat), Errno::success);
  EXPECT_EQ(stat.mtim, kTime);
  EXPECT_EQ(stat.atim, 11U);
  EXPECT_EQ(fd_filestat_set_times(c, memory, fd, 5, 6, fstflags::kMtimNow), Errno::success);
  EXPECT_EQ(wasi.filestat(fd, stat), Errno::success);
  EXPECT_GT(stat.mtim, kTime);
  EXPECT_EQ(stat.atim, 11U);
  EXPECT_EQ(fd_filestat_set_times(c, memory, fd, 0, 0, fstflags::kAtim | fstflags::kAtimNow),
            Errno::inval);
  EXPECT_EQ(fd_filestat_set_times(c, memory, fd, 0, 0, fstflags::kMtim | fstflags::kMtimNow),
            Errno::inval);
  EXPECT_EQ(fd_filestat_set_times(c, memory, fd, 0, 0, 16), Errno::inval);
}

TEST(FdStat, BothLayoutsAgreeWithTheHost) {
  Wasi wasi;
  wasi.tree.file("f", "12345");
  ASSERT_EQ(::link(wasi.tree.at("f").c_str(), wasi.tree.at("g").c_str()), 0);
  struct stat host{};
  ASSERT_EQ(::stat(wasi.tree.at("f").c_str(), &host), 0);
  Fd fd = 0;
  ASSERT_EQ(wasi.open("f", 0, kFileRights, fd), Errno::success);
  Filestat by_fd;
  Filestat by_path;
  EXPECT_EQ(wasi.filestat(fd, by_fd), Errno::success);
  EXPECT_EQ(wasi.stat("f", true, by_path), Errno::success);
  EXPECT_EQ(by_fd.ino, host.st_ino);
  EXPECT_EQ(by_fd.dev, host.st_dev);
  EXPECT_EQ(by_fd.size, 5U);
  EXPECT_EQ(by_fd.nlink, 2U);
  EXPECT_EQ(std::memcmp(&by_fd, &by_path, sizeof by_fd), 0);
  GuestMemory memory = wasi.guest.memory();
  EXPECT_EQ(fd_filestat_get0(*wasi.context, memory, fd, 256), Errno::success);
  const auto older = wasi.guest.get<Filestat0>(256);
  EXPECT_EQ(older.ino, host.st_ino);
  EXPECT_EQ(older.filetype, Filetype::regular_file);
  EXPECT_EQ(older.nlink, 2U);
  EXPECT_EQ(older.size, 5U);
  EXPECT_EQ(older.mtim, by_fd.mtim);
  EXPECT_EQ(fd_filestat_get0(*wasi.context, memory, fd, kGuestSize - 56), Errno::success);
  EXPECT_EQ(fd_filestat_get(*wasi.context, memory, fd, kGuestSize - 56), Errno::fault);
}

TEST(FdRights, CanOnlyShrink) {
  Wasi wasi;
  Fd fd = 0;
  constexpr Rights kBase = rights::fd_read | rights::fd_write | rights::fd_seek | rights::fd_tell;
  ASSERT_EQ(wasi.open("f", oflags::kCreat, kBase, fd), Errno::success);
  GuestMemory memory = wasi.guest.memory();
  EXPECT_EQ(fd_fdstat_set_rights(*wasi.context, memory, fd, rights::fd_seek, 0), Errno::success);
  std::string text;
  EXPECT_EQ(wasi.read(fd, text), Errno::notcapable);
  EXPECT_EQ(wasi.write(fd, "x"), Errno::notcapable);
  EXPECT_EQ(fd_fdstat_set_rights(*wasi.context, memory, fd, kBase, 0), Errno::notcapable);
  EXPECT_EQ(fd_fdstat_set_rights(*wasi.context, memory, fd, rights::fd_seek, 1), Errno::notcapable);
  EXPECT_EQ(fd_fdstat_set_rights(*wasi.context, memory, 99, 0, 0), Errno::badf);
  Fdstat stat;
  EXPECT_EQ(wasi.fdstat(fd, stat), Errno::success);
  EXPECT_EQ(stat.rights_base, rights::fd_seek);
  EXPECT_EQ(fd_filestat_get(*wasi.context, memory, fd, 64), Errno::notcapable);
}

TEST(FdRenumber, MovesClosesAndRefuses) {
  Wasi wasi;
  wasi.tree.file("a", "aaa");
  wasi.tree.file("b", "bbb");
  GuestMemory memory = wasi.guest.memory();
  Fd a = 0;
  Fd b = 0;
  ASSERT_EQ(wasi.open("a", 0, kFileRights, a), Errno::success);
  ASSERT_EQ(wasi.open("b", 0, kFileRights, b), Errno::success);
  const int host_b = wasi.context->fds().find(b)->file->fd();
  EXPECT_EQ(fd_renumber(*wasi.context, memory, a, 99), Errno::badf);
  EXPECT_EQ(fd_renumber(*wasi.context, memory, 99, a), Errno::badf);
  EXPECT_EQ(fd_renumber(*wasi.context, memory, a, a), Errno::success);
  std::string text;
  EXPECT_EQ(wasi.read(a, text), Errno::success);
  EXPECT_EQ(text, "aaa");
  EXPECT_EQ(fd_renumber(*wasi.context, memory, a, b), Errno::success);
  EXPECT_EQ(::fcntl(host_b, F_GETFD), -1);  // the old target is closed, not leaked
  EXPECT_EQ(wasi.read(a, text), Errno::badf);
  EXPECT_EQ(wasi.context->fds().open_count(), 5U);
  Fd next = 0;
  ASSERT_EQ(wasi.open("a", 0, kFileRights, next), Errno::success);
  EXPECT_EQ(next, a);  // the freed number is the lowest
  // Over a preopen: allowed, and what lies there afterwards is no preopen.
  Fd dir = 0;
  ASSERT_EQ(wasi.open(".", oflags::kDirectory, rights::kDirectory, dir), Errno::success);
  EXPECT_EQ(fd_renumber(*wasi.context, memory, dir, kRoot), Errno::success);
  EXPECT_EQ(fd_prestat_get(*wasi.context, memory, kRoot, 64), Errno::badf);
  EXPECT_EQ(wasi.stat("a"), Errno::success);
}

TEST(FdClose, NumbersAreNeverStandardOnesAgain) {
  Wasi wasi;
  wasi.tree.file("a");
  GuestMemory memory = wasi.guest.memory();
  for (Fd fd = 0; fd < 3; ++fd) wasi.close(fd);
  EXPECT_EQ(fd_close(*wasi.context, memory, 1), Errno::badf);
  Fd fd = 0;
  ASSERT_EQ(wasi.open("a", 0, kFileRights, fd), Errno::success);
  EXPECT_EQ(fd, 4U);
  wasi.close(kRoot);
  EXPECT_EQ(wasi.stat("a"), Errno::badf);
  EXPECT_EQ(fd_close(*wasi.context, memory, ~0U), Errno::badf);
}

TEST(FdClose, LeavesTheHostsDescriptorsOpen) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  ContextBuilder builder;
  builder.stdio_fd(1, ends[1]);
  {
    Wasi wasi(builder);
    EXPECT_EQ(wasi.write(1, "x"), Errno::success);
    wasi.close(1);
    EXPECT_EQ(wasi.write(1, "x"), Errno::badf);
  }
  EXPECT_EQ(::write(ends[1], "y", 1), 1);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(FdTable, HasALimitThatIsAskedBeforeAnyEffect) {
  TempDir tree;
  ContextBuilder builder;
  builder.preopen_dir(tree.path(), "/").max_open_files(6);
  Wasi wasi(builder);
  Fd fd = 0;
  EXPECT_EQ(wasi.open("a", oflags::kCreat, kFileRights, fd), Errno::success);
  EXPECT_EQ(wasi.open("b", oflags::kCreat, kFileRights, fd), Errno::success);
  Fd more = 0;
  EXPECT_EQ(wasi.open("c", oflags::kCreat, kFileRights, more), Errno::mfile);
  EXPECT_FALSE(tree.exists("c"));
  wasi.close(fd);
  EXPECT_EQ(wasi.open("c", oflags::kCreat, kFileRights, fd), Errno::success);
}

TEST(FdTable, EveryHostDescriptorClosesOnExec) {
  Wasi wasi;
  wasi.tree.dir("d");
  for (const char* path : {"f", "d"}) {
    Fd fd = 0;
    ASSERT_EQ(wasi.open(path, path[0] == 'f' ? oflags::kCreat : 0, 0, fd), Errno::success);
    EXPECT_EQ(::fcntl(wasi.context->fds().find(fd)->file->fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  }
  EXPECT_EQ(::fcntl(wasi.context->fds().find(kRoot)->file->fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(FdPrestat, ListsThePreopensUntilBadf) {
  TempDir one;
  TempDir two;
  TempDir three;
  ContextBuilder builder;
  builder.preopen_dir(one.path(), "/")
      .preopen_dir(two.path(), "/data/two")
      .preopen_dir(three.path(), ".");
  Wasi wasi(builder);
  GuestMemory memory = wasi.guest.memory();
  const char* names[] = {"/", "/data/two", "."};
  for (Fd fd = 3; fd < 6; ++fd) {
    const std::string expected = names[fd - 3];
    ASSERT_EQ(fd_prestat_get(*wasi.context, memory, fd, 64), Errno::success);
    const auto stat = wasi.guest.get<Prestat>(64);
    EXPECT_EQ(stat.tag, 0);
    EXPECT_EQ(stat.name_len, expected.size());
    wasi.guest.reset();
    const Ptr buf = wasi.guest.put(std::string(32, '#'));
    EXPECT_EQ(fd_prestat_dir_name(*wasi.context, memory, fd, buf, stat.name_len - 1),
              Errno::nametoolong);
    EXPECT_EQ(fd_prestat_dir_name(*wasi.context, memory, fd, buf, 20), Errno::success);
    EXPECT_EQ(wasi.guest.text(buf, expected.size() + 1), expected + "#");  // no NUL
    EXPECT_EQ(fd_prestat_dir_name(*wasi.context, memory, fd, kGuestSize, stat.name_len),
              Errno::fault);
  }
  EXPECT_EQ(fd_prestat_get(*wasi.context, memory, 6, 64), Errno::badf);
  EXPECT_EQ(fd_prestat_get(*wasi.context, memory, 0, 64), Errno::badf);
  EXPECT_EQ(fd_prestat_dir_name(*wasi.context, memory, 0, 64, 10), Errno::badf);
}

}  // namespace
}  // namespace weft::wasi::test
