// Calls by name: what each does and with which error it refuses, the same for both ways of
// resolving.
#include "wasi/test_support.hpp"

namespace weft::wasi::test {
namespace {

class Paths : public BothLookups {
 protected:
  void SetUp() override {
    BothLookups::SetUp();
    wasi = std::make_unique<Wasi>(GetParam());
    tree().dir("dir/sub");
    tree().dir("empty");
    tree().file("file", "text");
    tree().link("link", "file");
    tree().link("dirlink", "dir");
    tree().link("dangling", "missing");
  }
  const TempDir& tree() const { return wasi->tree; }
  std::unique_ptr<Wasi> wasi;
};
WEFT_BOTH_LOOKUPS(Paths);

struct NameCase {
  const char* path;
  Errno expected;
};

TEST_P(Paths, CreateDirectory) {
  const NameCase cases[] = {
      {"new", Errno::success},    {"new", Errno::exist},        {"new2/", Errno::success},
      {"new3//", Errno::success}, {"dir/x", Errno::success},    {"dirlink/y", Errno::success},
      {".", Errno::exist},        {"dir/.", Errno::exist},      {"dir/..", Errno::exist},
      {"file", Errno::exist},     {"file/", Errno::exist},      {"file/x", Errno::notdir},
      {"dangling", Errno::exist}, {"dangling/x", Errno::noent}, {"missing/x", Errno::noent},
      {"", Errno::noent}};
  for (const NameCase& c : cases) EXPECT_EQ(wasi->mkdir(c.path), c.expected) << c.path;
  EXPECT_FALSE(tree().exists("missing"));
  EXPECT_TRUE(tree().exists("dir/y"));
}

TEST_P(Paths, RemoveDirectory) {
  const NameCase cases[] = {
      {"dir", Errno::notempty},   {"dir/sub", Errno::success}, {"empty/", Errno::success},
      {"file", Errno::notdir},    {"file/", Errno::notdir},    {"link", Errno::notdir},
      {"dirlink", Errno::notdir}, {"missing", Errno::noent},   {".", Errno::inval},
      {"dir/.", Errno::inval},    {"dirlink/", Errno::notdir}, {"dir", Errno::success}};
  for (const NameCase& c : cases) EXPECT_EQ(wasi->rmdir(c.path), c.expected) << c.path;
}

TEST_P(Paths, UnlinkFile) {
  const NameCase cases[] = {
      {"dir", Errno::isdir},        {"dir/", Errno::isdir},    {"file/", Errno::notdir},
      {"link/", Errno::notdir},     {"link", Errno::success},  {"dirlink", Errno::success},
      {"dangling", Errno::success}, {"missing", Errno::noent}, {".", Errno::isdir},
      {"file", Errno::success},     {"file", Errno::noent}};
  for (const NameCase& c : cases) EXPECT_EQ(wasi->unlink(c.path), c.expected) << c.path;
  EXPECT_TRUE(tree().exists("dir"));
}

TEST_P(Paths, Rename) {
  struct Case {
    const char *from, *to;
    Errno expected;
  };
  const Case cases[] = {{"missing", "x", Errno::noent},
                        {"file", "dir", Errno::isdir},
                        {"dir", "file", Errno::notdir},
                        {"empty", "dir", Errno::notempty},
                        {"file/", "x", Errno::notdir},
                        {"file", "x/", Errno::notdir},
                        {"empty/", "e2", Errno::success},
                        {"e2", "empty/", Errno::success},
                        {"empty/", "e3/", Errno::success},
                        {"link", "renamed", Errno::success},
                        {"file", "dir/sub/f", Errno::success},
                        {"dirlink/sub/f", "f", Errno::success},
                        {".", "x", Errno::busy},
                        {"f", ".", Errno::busy},
                        {"dir", "dir/sub/x", Errno::inval},
                        {"f", "f", Errno::success},
                        {"f", "", Errno::noent},
                        {"", "f", Errno::noent}};
  for (const Case& c : cases)
    EXPECT_EQ(wasi->rename(c.from, c.to), c.expected) << c.from << " to " << c.to;
  EXPECT_EQ(tree().read("f"), "text");
  EXPECT_TRUE(tree().exists("renamed"));  // the link itself, now dangling
}

TEST_P(Paths, HardLink) {
  EXPECT_EQ(wasi->hardlink("file", "file"), Errno::exist);
  EXPECT_EQ(wasi->hardlink("file", "dir"), Errno::exist);
  EXPECT_EQ(wasi->hardlink("file", "dangling"), Errno::exist);
  EXPECT_EQ(wasi->hardlink("dir", "x"), Errno::perm);
  EXPECT_EQ(wasi->hardlink("dir/", "x"), Errno::perm);
  EXPECT_EQ(wasi->hardlink("dir/..", "x"), Errno::perm);
  EXPECT_EQ(wasi->hardlink("file/", "x"), Errno::notdir);
  EXPECT_EQ(wasi->hardlink("link/", "x"), Errno::notdir);
  EXPECT_EQ(wasi->hardlink("file", "x/"), Errno::noent);
  EXPECT_EQ(wasi->hardlink("missing", "x"), Errno::noent);
  EXPECT_EQ(wasi->hardlink("link", "x", kRoot, kRoot, 1), Errno::inval);
  EXPECT_EQ(wasi->hardlink("dangling", "dir/copy"), Errno::success);  // the link itself
  EXPECT_EQ(wasi->hardlink("file", "dir/hard"), Errno::success);
  Filestat a;
  Filestat b;
  ASSERT_EQ(wasi->stat("file", true, a), Errno::success);
  ASSERT_EQ(wasi->stat("dir/hard", true, b), Errno::success);
  EXPECT_EQ(a.ino, b.ino);
  EXPECT_EQ(a.dev, b.dev);
  EXPECT_EQ(b.nlink, 2U);
}

TEST_P(Paths, Symlink) {
  struct Case {
    const char *target, *name;
    Errno expected;
  };
  const Case cases[] = {{"/etc", "x", Errno::perm},
                        {"/", "x", Errno::perm},
                        {"", "x", Errno::noent},
                        {"a", "x/", Errno::noent},
                        {"a", "dir/", Errno::exist},
                        {"a", "file/", Errno::notdir},
                        {"a", "file//", Errno::notdir},
                        {"a", "file", Errno::exist},
                        {"a", "dangling", Errno::exist},
                        {"a", "missing/x", Errno::noent},
                        {"../../up", "dir/l", Errno::success},
                        {"file", "s", Errno::success}};
  for (const Case& c : cases)
    EXPECT_EQ(wasi->symlink(c.target, c.name), c.expected) << c.target << " as " << c.name;
  EXPECT_EQ(wasi->stat("dir/l"), Errno::perm);  // checked when it is used
  EXPECT_EQ(wasi->stat("s"), Errno::success);
}

TEST_P(Paths, Readlink) {
  std::string target;
  EXPECT_EQ(wasi->readlink("link", target), Errno::success);
  EXPECT_EQ(target, "file");
  EXPECT_EQ(wasi->readlink("dangling", target, 4), Errno::success);
  EXPECT_EQ(target, "miss");
  EXPECT_EQ(wasi->readlink("link", target, 0), Errno::success);
  EXPECT_EQ(target, "");
  EXPECT_EQ(wasi->readlink("file", target), Errno::inval);
  EXPECT_EQ(wasi->readlink("dirlink/", target), Errno::inval);
  EXPECT_EQ(wasi->readlink(".", target), Errno::inval);
  EXPECT_EQ(wasi->readlink("missing", target), Errno::noent);
  EXPECT_EQ(wasi->readlink("dirlink/sub", target), Errno::inval);
}

TEST_P(Paths, StatFollowsOnlyWhenAsked) {
  Filestat stat;
  ASSERT_EQ(wasi->stat("link", true, stat), Errno::success);
  EXPECT_EQ(stat.filetype, Filetype::regular_file);
  ASSERT_EQ(wasi->stat("link", false, stat), Errno::success);
  EXPECT_EQ(stat.filetype, Filetype::symbolic_link);
  ASSERT_EQ(wasi->stat("dirlink/", false, stat), Errno::success);
  EXPECT_EQ(stat.filetype, Filetype::directory);
  ASSERT_EQ(wasi->stat("dir/..", false, stat), Errno::success);
  EXPECT_EQ(stat.filetype, Filetype::directory);
  EXPECT_EQ(wasi->stat("file/", false), Errno::notdir);
  EXPECT_EQ(wasi->stat("dangling", false), Errno::success);
  EXPECT_EQ(wasi->stat("dangling", true), Errno::noent);
  GuestMemory memory = wasi->guest.memory();
  wasi->guest.reset();
  const Ptr path = wasi->guest.put("file");
  EXPECT_EQ(path_filestat_get(*wasi->context, memory, kRoot, 2, path, 4, 512), Errno::inval);
  EXPECT_EQ(path_filestat_get(*wasi->context, memory, kRoot, 0, path, 4, kGuestSize - 63),
            Errno::fault);
  EXPECT_EQ(path_filestat_get(*wasi->context, memory, kRoot, 0, kGuestSize - 3, 4, 512),
            Errno::fault);
  EXPECT_EQ(path_filestat_get0(*wasi->context, memory, kRoot, 0, path, 4, 512), Errno::success);
  EXPECT_EQ(wasi->guest.get<Filestat0>(512).size, 4U);
}

TEST_P(Paths, SetTimesFollowsOnlyWhenAsked) {
  Filestat link;
  Filestat file;
  ASSERT_EQ(wasi->utimes("link", false, 1'000'000'001), Errno::success);
  ASSERT_EQ(wasi->utimes("link", true, 2'000'000'002), Errno::success);
  ASSERT_EQ(wasi->stat("link", false, link), Errno::success);
  ASSERT_EQ(wasi->stat("file", false, file), Errno::success);
  EXPECT_EQ(link.mtim, 1'000'000'001U);
  EXPECT_EQ(file.mtim, 2'000'000'002U);
  ASSERT_EQ(wasi->utimes("dir/.", false, 3), Errno::success);
  ASSERT_EQ(wasi->stat("dir", false, file), Errno::success);
  EXPECT_EQ(file.mtim, 3U);
  EXPECT_EQ(wasi->utimes("dangling", true, 1), Errno::noent);
  EXPECT_EQ(wasi->utimes("file/", true, 1), Errno::notdir);
  EXPECT_EQ(wasi->utimes("file", true, 1, fstflags::kMtim | fstflags::kMtimNow), Errno::inval);
  EXPECT_EQ(wasi->utimes("file", true, 1, 32), Errno::inval);
}

TEST_P(Paths, OpenFlagsAndTheirErrors) {
  EXPECT_EQ(wasi->open("file", oflags::kCreat | oflags::kExcl), Errno::exist);
  EXPECT_EQ(wasi->open("fresh", oflags::kCreat | oflags::kExcl), Errno::success);
  EXPECT_EQ(wasi->open("dir", oflags::kDirectory, rights::fd_read | rights::fd_write),
            Errno::isdir);
  EXPECT_EQ(wasi->open("dir", 0, rights::fd_write), Errno::isdir);
  EXPECT_EQ(wasi->open("file", 16), Errno::inval);
  EXPECT_EQ(wasi->open("file", oflags::kTrunc), Errno::success);  // without any right to write
  EXPECT_EQ(tree().read("file"), "");
  Fd fd = 0;
  EXPECT_EQ(wasi->open("file", 0, 0, fd, true, 32), Errno::inval);
  EXPECT_EQ(wasi->open("file", 0, 0, fd, true, 0, 1), Errno::notdir);  // a stream as directory
  EXPECT_EQ(wasi->open("file", 0, 0, fd, true, 0, 77), Errno::badf);
  Fd file = 0;
  ASSERT_EQ(wasi->open("file", 0, kFileRights, file), Errno::success);
  EXPECT_EQ(wasi->open("x", oflags::kCreat, 0, fd, true, 0, file), Errno::notdir);
  GuestMemory memory = wasi->guest.memory();
  const Ptr path = wasi->guest.put("never");
  EXPECT_EQ(path_open(*wasi->context, memory, kRoot, 4, path, 5, oflags::kCreat, 0, 0, 0, 16),
            Errno::inval);
  EXPECT_EQ(
      path_open(*wasi->context, memory, kRoot, 0, path, 5, oflags::kCreat, 0, 0, 0, kGuestSize - 3),
      Errno::fault);
  EXPECT_EQ(path_open(*wasi->context, memory, kRoot, 0, path, ~0U, oflags::kCreat, 0, 0, 0, 16),
            Errno::fault);
  EXPECT_FALSE(tree().exists("never"));
}

TEST_P(Paths, RightsOfWhatIsOpened) {
  Fd fd = 0;
  Fdstat stat;
  ASSERT_EQ(wasi->open("file", 0, ~Rights{0}, fd), Errno::success);  // guests ask for everything
  ASSERT_EQ(wasi->fdstat(fd, stat), Errno::success);
  EXPECT_EQ(stat.rights_base, rights::kRegularFile);
  EXPECT_EQ(stat.rights_inheriting, 0U);
  ASSERT_EQ(wasi->open("dir", oflags::kDirectory, rights::kDirectory | rights::kSeeking, fd),
            Errno::success);
  ASSERT_EQ(wasi->fdstat(fd, stat), Errno::success);
  EXPECT_EQ(stat.rights_base, rights::kDirectory);
  GuestMemory memory = wasi->guest.memory();
  // A directory that may not pass on writing gives no writable files, and no truncation without its
  // right.
  EXPECT_EQ(fd_fdstat_set_rights(*wasi->context, memory, kRoot,
                                 rights::kDirectory & ~rights::path_filestat_set_size,
                                 rights::kAll & ~rights::fd_write),
            Errno::success);
  EXPECT_EQ(wasi->open("file", 0, rights::fd_write), Errno::notcapable);
  EXPECT_EQ(wasi->open("file", oflags::kTrunc, rights::fd_read), Errno::notcapable);
  ASSERT_EQ(wasi->open("file", 0, rights::kRegularFile & ~rights::fd_write, fd), Errno::success);
  ASSERT_EQ(wasi->fdstat(fd, stat), Errno::success);
  EXPECT_EQ(stat.rights_base & rights::kWriting, 0U);
  EXPECT_EQ(tree().read("file"), "text");
}

TEST_P(Paths, EveryCallNeedsItsRight) {
  GuestMemory memory = wasi->guest.memory();
  std::string target;
  Fd dir = 0;
  ASSERT_EQ(wasi->open(".", oflags::kDirectory, rights::kDirectory, dir), Errno::success);
  ASSERT_EQ(fd_fdstat_set_rights(*wasi->context, memory, kRoot, 0, 0), Errno::success);
  EXPECT_EQ(wasi->open("file"), Errno::notcapable);
  EXPECT_EQ(wasi->mkdir("x"), Errno::notcapable);
  EXPECT_EQ(wasi->rmdir("empty"), Errno::notcapable);
  EXPECT_EQ(wasi->unlink("file"), Errno::notcapable);
  EXPECT_EQ(wasi->stat("file"), Errno::notcapable);
  EXPECT_EQ(wasi->utimes("file", true, 1), Errno::notcapable);
  EXPECT_EQ(wasi->readlink("link", target), Errno::notcapable);
  EXPECT_EQ(wasi->symlink("a", "b"), Errno::notcapable);
  EXPECT_EQ(wasi->rename("file", "x", kRoot, dir), Errno::notcapable);
  EXPECT_EQ(wasi->rename("file", "x", dir, kRoot), Errno::notcapable);
  EXPECT_EQ(wasi->hardlink("file", "x", kRoot, dir), Errno::notcapable);
  EXPECT_EQ(wasi->hardlink("file", "x", dir, kRoot), Errno::notcapable);
  EXPECT_EQ(fd_sync(*wasi->context, memory, kRoot), Errno::notcapable);
  EXPECT_EQ(fd_filestat_get(*wasi->context, memory, kRoot, 64), Errno::notcapable);
}

TEST_P(Paths, APipeInADirectoryDoesNotHang) {
  ASSERT_EQ(::mkfifo(tree().at("pipe").c_str(), 0600), 0);
  Fd reader = 0;
  ASSERT_EQ(wasi->open("pipe", 0, rights::fd_read, reader, true, fdflags::kNonblock),
            Errno::success);
  Fdstat stat;
  ASSERT_EQ(wasi->fdstat(reader, stat), Errno::success);
  EXPECT_EQ(stat.flags, fdflags::kNonblock);
  Fd writer = 0;
  ASSERT_EQ(wasi->open("pipe", 0, rights::fd_write, writer), Errno::success);
  std::string text;
  EXPECT_EQ(wasi->read(reader, text), Errno::again);
  EXPECT_EQ(wasi->write(writer, "through"), Errno::success);
  EXPECT_EQ(wasi->read(reader, text), Errno::success);
  EXPECT_EQ(text, "through");
  wasi->close(reader);
  EXPECT_EQ(wasi->write(writer, "x"), Errno::pipe);  // and no signal
}

TEST_P(Paths, ReadOnlyPreopenHoldsAgainstEverything) {
  TempDir other;
  other.file("theirs", "theirs");
  ContextBuilder builder;
  builder.preopen_dir(tree().path(), "/ro", DirAccess::read_only)
      .preopen_dir(other.path(), "/rw")
      .lookup(GetParam());
  Wasi w(builder);
  constexpr Fd kRo = 3;
  constexpr Fd kRw = 4;
  struct stat before{};
  ASSERT_EQ(::stat(tree().at("file").c_str(), &before), 0);
  std::string text;
  Fd fd = 0;
  // Reading works, links and directories included.
  ASSERT_EQ(w.open("link", oflags::kCreat, rights::kRegularFile & ~rights::fd_write, fd),
            Errno::success);
  EXPECT_EQ(w.read(fd, text), Errno::success);
  EXPECT_EQ(text, "text");
  GuestMemory memory = w.guest.memory();
  EXPECT_EQ(fd_filestat_set_times(*w.context, memory, fd, 1, 1, fstflags::kMtim), Errno::rofs);
  EXPECT_EQ(fd_filestat_set_size(*w.context, memory, fd, 0), Errno::badf);
  EXPECT_EQ(fd_allocate(*w.context, memory, fd, 0, 100), Errno::badf);
  EXPECT_EQ(w.write(fd, "x"), Errno::badf);
  Fd sub = 0;
  ASSERT_EQ(w.open("dir", oflags::kDirectory, rights::kDirectory, sub), Errno::success);
  for (const Fd dir : {kRo, sub}) {
    EXPECT_EQ(w.open("new", oflags::kCreat, 0, fd, true, 0, dir), Errno::rofs);
    EXPECT_EQ(w.mkdir("new", dir), Errno::rofs);
    EXPECT_EQ(w.symlink("a", "new", dir), Errno::rofs);
    EXPECT_EQ(w.rename("theirs", "new", kRw, dir), Errno::rofs);
    EXPECT_EQ(w.hardlink("theirs", "new", kRw, dir), Errno::rofs);
  }
  EXPECT_EQ(w.open("file", 0, rights::fd_write), Errno::rofs);
  EXPECT_EQ(w.open("file", 0, rights::fd_read | rights::fd_write), Errno::rofs);
  EXPECT_EQ(w.open("file", oflags::kTrunc, 0), Errno::rofs);
  EXPECT_EQ(w.open("file", oflags::kTrunc, rights::fd_read), Errno::rofs);
  EXPECT_EQ(w.open("file", oflags::kCreat | oflags::kExcl, 0), Errno::exist);
  EXPECT_EQ(w.open("dir", 0, rights::fd_write), Errno::isdir);
  EXPECT_EQ(w.open("missing", 0, rights::fd_write), Errno::noent);
  EXPECT_EQ(w.unlink("file"), Errno::rofs);
  EXPECT_EQ(w.rmdir("empty"), Errno::rofs);
  EXPECT_EQ(w.rename("file", "file2"), Errno::rofs);
  EXPECT_EQ(w.rename("file", "stolen", kRo, kRw), Errno::rofs);
  EXPECT_EQ(w.hardlink("file", "stolen", kRo, kRw), Errno::rofs);
  EXPECT_EQ(w.hardlink("sub", "stolen", sub, kRw), Errno::rofs);
  EXPECT_EQ(w.utimes("file", true, 1), Errno::rofs);
  EXPECT_EQ(w.utimes("file", false, 1), Errno::rofs);
  EXPECT_EQ(fd_filestat_set_times(*w.context, memory, kRo, 1, 1, fstflags::kMtim), Errno::rofs);
  // Renumbering over the writable preopen does not make it writable.
  ASSERT_EQ(w.open(".", oflags::kDirectory, rights::kDirectory, fd), Errno::success);
  ASSERT_EQ(fd_renumber(*w.context, memory, fd, kRw), Errno::success);
  EXPECT_EQ(w.mkdir("new", kRw), Errno::rofs);
  struct stat after{};
  ASSERT_EQ(::stat(tree().at("file").c_str(), &after), 0);
  EXPECT_EQ(tree().read("file"), "text");
  EXPECT_EQ(after.st_nlink, before.st_nlink);
  EXPECT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
  EXPECT_FALSE(tree().exists("new"));
  EXPECT_FALSE(other.exists("stolen"));
}

TEST(PathsUser, PermissionsOfTheHostAreSeen) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may do everything";
  Wasi wasi;
  wasi.tree.file("locked", "x");
  ::chmod(wasi.tree.at("locked").c_str(), 0);
  EXPECT_EQ(wasi.open("locked", 0, rights::fd_read), Errno::acces);
}

}  // namespace
}  // namespace weft::wasi::test
