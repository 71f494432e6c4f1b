// The path corpus: what may be reached, what may not, and with which error; the same for both ways
// of resolving.
#include <atomic>
#include <thread>

#include "wasi/test_support.hpp"

namespace weft::wasi::test {
namespace {

// The tree inside the preopen `inside`, beside which lies `outside`:
//   dir/nested/file  file  empty/  link_file -> file  link_dir -> dir  dir/up -> ../file  dangling
//   -> missing abs -> /etc  out -> ..  out2 -> dir/../../outside  self -> self  a_to_b -> b_to_a ->
//   a_to_b  deep -> link_dir/nested slash_file -> file/  slash_dir -> dir/   chain0 -> file, chainN
//   -> chain(N-1)
struct Tree {
  TempDir base;
  Tree() {
    base.dir("inside/dir/nested");
    base.dir("inside/empty");
    base.file("inside/dir/nested/file", "inner");
    base.file("inside/file", "top");
    base.file("secret", "secret");
    base.dir("outside");
    base.file("outside/file", "outside");
    base.link("inside/link_file", "file");
    base.link("inside/link_dir", "dir");
    base.link("inside/dir/up", "../file");
    base.link("inside/dangling", "missing");
    base.link("inside/abs", "/etc");
    base.link("inside/abs_self", base.at("inside"));
    base.link("inside/out", "..");
    base.link("inside/out2", "dir/../../outside");
    base.link("inside/dir/out3", "../../secret");
    base.link("inside/self", "self");
    base.link("inside/a_to_b", "b_to_a");
    base.link("inside/b_to_a", "a_to_b");
    base.link("inside/deep", "link_dir/nested");
    base.link("inside/slash_file", "file/");
    base.link("inside/slash_dir", "dir/");
    base.link("inside/dot", ".");
    base.link("inside/chain0", "file");
    for (int i = 1; i <= 45; ++i)
      base.link("inside/chain" + std::to_string(i), "chain" + std::to_string(i - 1));
  }
};

struct Case {
  std::string path;
  Errno follow;    // path_open, following the last link
  Errno nofollow;  // path_open, not following
  Errno stat;      // path_filestat_get, following
};

std::vector<Case> corpus() {
  constexpr Errno kOk = Errno::success;
  constexpr Errno kOut = Errno::perm;
  std::vector<Case> cases = {
      {"file", kOk, kOk, kOk},
      {"dir", kOk, kOk, kOk},
      {"dir/nested/file", kOk, kOk, kOk},
      {".", kOk, kOk, kOk},
      {"./.", kOk, kOk, kOk},
      {"dir/.", kOk, kOk, kOk},
      {"dir/..", kOk, kOk, kOk},
      {"dir/../file", kOk, kOk, kOk},
      {"./dir//nested///file", kOk, kOk, kOk},
      {"dir/nested/../../dir/./nested/file", kOk, kOk, kOk},
      {"dir/", kOk, kOk, kOk},
      {"dir///", kOk, kOk, kOk},
      {"empty/..", kOk, kOk, kOk},
      {"file/", Errno::notdir, Errno::notdir, Errno::notdir},
      {"file/.", Errno::notdir, Errno::notdir, Errno::notdir},
      {"file/..", Errno::notdir, Errno::notdir, Errno::notdir},
      {"file/x", Errno::notdir, Errno::notdir, Errno::notdir},
      {"missing", Errno::noent, Errno::noent, Errno::noent},
      {"missing/", Errno::noent, Errno::noent, Errno::noent},
      {"missing/x", Errno::noent, Errno::noent, Errno::noent},
      {"missing/..", Errno::noent, Errno::noent, Errno::noent},
      {"", Errno::noent, Errno::noent, Errno::noent},
      {"/", kOut, kOut, kOut},
      {"/file", kOut, kOut, kOut},
      {"//file", kOut, kOut, kOut},
      {"/etc/passwd", kOut, kOut, kOut},
      {"..", kOut, kOut, kOut},
      {"../", kOut, kOut, kOut},
      {"../inside/file", kOut, kOut, kOut},
      {"../secret", kOut, kOut, kOut},
      {"dir/../..", kOut, kOut, kOut},
      {"dir/../../secret", kOut, kOut, kOut},
      {"./../secret", kOut, kOut, kOut},
      {"dir/nested/../../../secret", kOut, kOut, kOut},
      {"missing/../../secret", Errno::noent, Errno::noent, Errno::noent},
      {"link_file", kOk, Errno::loop, kOk},
      {"link_file/", Errno::notdir, Errno::notdir, Errno::notdir},
      {"link_dir", kOk, Errno::loop, kOk},
      {"link_dir/", kOk, kOk, kOk},
      {"link_dir/nested/file", kOk, kOk, kOk},
      {"link_dir/../file", kOk, kOk, kOk},
      {"link_dir/../../secret", kOut, kOut, kOut},
      {"dir/up", kOk, Errno::loop, kOk},
      {"link_dir/up", kOk, Errno::loop, kOk},
      {"deep/file", kOk, kOk, kOk},
      {"deep/../nested/file", kOk, kOk, kOk},
      {"deep/../../file", kOk, kOk, kOk},
      {"deep/../../../secret", kOut, kOut, kOut},
      {"dangling", Errno::noent, Errno::loop, Errno::noent},
      {"dangling/x", Errno::noent, Errno::noent, Errno::noent},
      {"abs", kOut, Errno::loop, kOut},
      {"abs/", kOut, kOut, kOut},
      {"abs/passwd", kOut, kOut, kOut},
      {"abs_self/file", kOut, kOut, kOut},
      {"out", kOut, Errno::loop, kOut},
      {"out/", kOut, kOut, kOut},
      {"out/secret", kOut, kOut, kOut},
      {"out/inside/file", kOut, kOut, kOut},
      {"out2", kOut, Errno::loop, kOut},
      {"out2/file", kOut, kOut, kOut},
      {"dir/out3", kOut, Errno::loop, kOut},
      {"self", Errno::loop, Errno::loop, Errno::loop},
      {"self/x", Errno::loop, Errno::loop, Errno::loop},
      {"a_to_b", Errno::loop, Errno::loop, Errno::loop},
      {"slash_file", Errno::notdir, Errno::loop, Errno::notdir},
      {"slash_dir", kOk, Errno::loop, kOk},
      {"slash_dir/nested", kOk, kOk, kOk},
      {"dot/dot/dot/file", kOk, kOk, kOk},
      {"dot/..", kOut, kOut, kOut},
      {"chain39", kOk, Errno::loop, kOk},
      {"chain40", Errno::loop, Errno::loop, Errno::loop},
      {"chain45", Errno::loop, Errno::loop, Errno::loop},
      {std::string("file\0", 5), Errno::inval, Errno::inval, Errno::inval},
      {std::string("dir\0/../file", 12), Errno::inval, Errno::inval, Errno::inval},
      {std::string(255, 'n'), Errno::noent, Errno::noent, Errno::noent},
      {std::string(256, 'n'), Errno::nametoolong, Errno::nametoolong, Errno::nametoolong},
      {std::string(4096, 'n'), Errno::nametoolong, Errno::nametoolong, Errno::nametoolong},
      {std::string(100000, '/'), Errno::nametoolong, Errno::nametoolong, Errno::nametoolong},
      {"\xff\xfe", Errno::noent, Errno::noent, Errno::noent},
  };
  std::string dots;
  for (int i = 0; i < 500; ++i) dots += "dir/../";
  cases.push_back({dots + "file", kOk, kOk, kOk});
  cases.push_back({dots + "../secret", kOut, kOut, kOut});
  return cases;
}

class Sandbox : public BothLookups {};
WEFT_BOTH_LOOKUPS(Sandbox);

TEST_P(Sandbox, CorpusGivesTheExpectedErrors) {
  Tree tree;
  ContextBuilder builder;
  builder.preopen_dir(tree.base.at("inside"), "/").lookup(GetParam());
  Wasi wasi(builder);
  for (const Case& c : corpus()) {
    EXPECT_EQ(wasi.open(c.path, 0, 0, true), c.follow)
        << "follow \"" << c.path.substr(0, 60) << '"';
    EXPECT_EQ(wasi.open(c.path, 0, 0, false), c.nofollow)
        << "nofollow \"" << c.path.substr(0, 60) << '"';
    EXPECT_EQ(wasi.stat(c.path, true), c.stat) << "stat \"" << c.path.substr(0, 60) << '"';
  }
  EXPECT_EQ(wasi.context->fds().open_count(), 4U);
}

// Every call that takes a path must be confined, not only open.
TEST_P(Sandbox, NoCallLeavesTheDirectory) {
  Tree tree;
  ContextBuilder builder;
  builder.preopen_dir(tree.base.at("inside"), "/").lookup(GetParam());
  Wasi wasi(builder);
  std::string target;
  for (const std::string dir : {"..", "out", "link_dir/../..", "deep/../../..", "abs_self/..",
                                "dir/../../outside", "/tmp"}) {
    const std::string old = dir + "/secret";
    const std::string fresh = dir + "/fresh";
    EXPECT_EQ(wasi.open(fresh, oflags::kCreat, rights::fd_write), Errno::perm) << fresh;
    EXPECT_EQ(wasi.open(old, oflags::kTrunc, 0), Errno::perm) << old;
    EXPECT_EQ(wasi.stat(old, false), Errno::perm) << old;
    EXPECT_EQ(wasi.utimes(old, true, 1), Errno::perm) << old;
    EXPECT_EQ(wasi.utimes(old, false, 1), Errno::perm) << old;
    EXPECT_EQ(wasi.mkdir(fresh), Errno::perm) << fresh;
    EXPECT_EQ(wasi.rmdir(dir + "/outside"), Errno::perm) << dir;
    EXPECT_EQ(wasi.unlink(old), Errno::perm) << old;
    EXPECT_EQ(wasi.rename(old, "taken"), Errno::perm) << old;
    EXPECT_EQ(wasi.rename("file", fresh), Errno::perm) << fresh;
    EXPECT_EQ(wasi.hardlink(old, "taken"), Errno::perm) << old;
    EXPECT_EQ(wasi.hardlink("file", fresh), Errno::perm) << fresh;
    EXPECT_EQ(wasi.symlink("x", fresh), Errno::perm) << fresh;
    EXPECT_EQ(wasi.readlink(dir + "/inside/link_file", target), Errno::perm) << dir;
  }
  for (const std::string dots : {"..", "out/", "dir/../..", "out/."}) {
    EXPECT_EQ(wasi.mkdir(dots), dots == "out/" ? Errno::exist : Errno::perm) << dots;
    EXPECT_NE(wasi.rmdir(dots), Errno::success) << dots;
    EXPECT_NE(wasi.unlink(dots), Errno::success) << dots;
    EXPECT_NE(wasi.rename(dots, "taken"), Errno::success) << dots;
    EXPECT_EQ(wasi.stat(dots, false), Errno::perm) << dots;
    EXPECT_EQ(wasi.hardlink(dots, "taken"), Errno::perm) << dots;
    EXPECT_EQ(wasi.readlink(dots, target), Errno::perm) << dots;
  }
  EXPECT_EQ(tree.base.read("secret"), "secret");
  EXPECT_TRUE(tree.base.exists("outside/file"));
  EXPECT_FALSE(tree.base.exists("fresh"));
}

TEST_P(Sandbox, CreatingThroughLinksStaysInside) {
  Tree tree;
  ContextBuilder builder;
  builder.preopen_dir(tree.base.at("inside"), "/").lookup(GetParam());
  Wasi wasi(builder);
  tree.base.link("inside/dir/to_new", "../empty/new");
  tree.base.link("inside/to_outside", "../new");
  tree.base.link("inside/to_abs", tree.base.at("new"));
  EXPECT_EQ(wasi.open("dir/to_new", oflags::kCreat, rights::fd_write), Errno::success);
  EXPECT_TRUE(tree.base.exists("inside/empty/new"));
  EXPECT_EQ(wasi.open("to_outside", oflags::kCreat, rights::fd_write), Errno::perm);
  EXPECT_EQ(wasi.open("to_abs", oflags::kCreat, rights::fd_write), Errno::perm);
  EXPECT_EQ(wasi.open("dangling", oflags::kCreat | oflags::kExcl, rights::fd_write), Errno::exist);
  EXPECT_EQ(wasi.open("dangling", oflags::kCreat, rights::fd_write, false), Errno::loop);
  EXPECT_EQ(wasi.open("new/", oflags::kCreat, rights::fd_write), Errno::isdir);
  EXPECT_EQ(wasi.open("file/", oflags::kCreat, rights::fd_write), Errno::isdir);
  EXPECT_EQ(wasi.open(".", oflags::kCreat, 0), Errno::isdir);
  EXPECT_EQ(wasi.open("dir", oflags::kCreat, 0), Errno::isdir);
  EXPECT_EQ(wasi.open("file", oflags::kDirectory, 0), Errno::notdir);
  EXPECT_EQ(wasi.open("link_file", oflags::kDirectory, 0), Errno::notdir);
  EXPECT_EQ(wasi.open("link_dir", oflags::kDirectory, 0, false), Errno::notdir);
  EXPECT_EQ(wasi.open("dangling", oflags::kDirectory, 0, false), Errno::notdir);
  EXPECT_EQ(wasi.open("file", oflags::kCreat | oflags::kDirectory, 0), Errno::inval);
  EXPECT_FALSE(tree.base.exists("new"));
}

TEST_P(Sandbox, SubdirectoryDescriptorIsItsOwnRoot) {
  Tree tree;
  ContextBuilder builder;
  builder.preopen_dir(tree.base.at("inside"), "/").lookup(GetParam());
  Wasi wasi(builder);
  Fd dir = 0;
  ASSERT_EQ(wasi.open("dir", oflags::kDirectory, rights::kDirectory, dir), Errno::success);
  Filestat stat;
  EXPECT_EQ(wasi.stat("nested/file", true, stat, dir), Errno::success);
  EXPECT_EQ(wasi.stat("../file", true, stat, dir), Errno::perm);
  EXPECT_EQ(wasi.stat("up", true, stat, dir), Errno::perm);
  EXPECT_EQ(wasi.stat("up", false, stat, dir), Errno::success);
}

TEST_P(Sandbox, DeepTreesNeedFewDescriptors) {
  TempDir base;
  std::string path;
  for (int i = 0; i < 300; ++i) path += "d/";
  base.dir(path);
  base.file("top", "x");
  ContextBuilder builder;
  builder.preopen_dir(base.path(), "/").lookup(GetParam());
  Wasi wasi(builder);
  std::string back = path;
  for (int i = 0; i < 300; ++i) back += "../";
  EXPECT_EQ(wasi.stat(back + "top"), Errno::success);
  EXPECT_EQ(wasi.stat(back + "../top"), Errno::perm);
  EXPECT_EQ(wasi.open(path), Errno::success);
}

// The classic race: a directory on the way is exchanged for a link to the outside while the guest
// opens through it.
TEST_P(Sandbox, ExchangingADirectoryForALinkNeverLeadsOut) {
  TempDir base;
  base.dir("inside/real");
  base.dir("outside");
  base.file("inside/real/name", "inside");
  base.file("outside/name", "outside");
  base.link("inside/evil", "../outside");
  ContextBuilder builder;
  builder.preopen_dir(base.at("inside"), "/").lookup(GetParam());
  Wasi wasi(builder);
  std::atomic<bool> stop{false};
  std::thread swapper([&] {
    const std::string a = base.at("inside/real");
    const std::string b = base.at("inside/evil");
    while (!stop.load()) ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
  });
  int inside = 0;
  // On a busy machine the other thread may be faster for long.
  for (int i = 0; i < 3000 || (inside == 0 && i < 3'000'000); ++i) {
    Fd fd = 0;
    if (wasi.open("real/name", 0, rights::fd_read, fd) != Errno::success) continue;
    std::string text;
    EXPECT_EQ(wasi.read(fd, text), Errno::success);
    EXPECT_EQ(text, "inside");
    ++inside;
    wasi.close(fd);
  }
  stop = true;
  swapper.join();
  EXPECT_GT(inside, 0);
}

// A directory is moved out of the preopen while "..", seen from inside, is resolved.
TEST_P(Sandbox, MovingADirectoryAwayNeverLeadsOut) {
  TempDir base;
  base.dir("inside/a/b");
  base.dir("elsewhere");
  base.file("inside/x", "inside");
  base.file("x", "outside");
  base.file("elsewhere/x", "outside");
  ContextBuilder builder;
  builder.preopen_dir(base.at("inside"), "/").lookup(GetParam());
  Wasi wasi(builder);
  std::atomic<bool> stop{false};
  std::thread mover([&] {
    const std::string home = base.at("inside/a");
    const std::string away = base.at("elsewhere/a");
    while (!stop.load()) {
      ::rename(home.c_str(), away.c_str());
      ::rename(away.c_str(), home.c_str());
    }
  });
  for (int i = 0; i < 3000; ++i) {
    Fd fd = 0;
    if (wasi.open("a/b/../../x", 0, rights::fd_read, fd) != Errno::success) continue;
    std::string text;
    EXPECT_EQ(wasi.read(fd, text), Errno::success);
    EXPECT_EQ(text, "inside");
    wasi.close(fd);
  }
  stop = true;
  mover.join();
}

TEST_P(Sandbox, MagicLinksAreNotFollowed) {
  if (::access("/proc/self/fd", F_OK) != 0) GTEST_SKIP() << "no /proc";
  ContextBuilder builder;
  builder.preopen_dir("/proc", "/").lookup(GetParam());
  Wasi wasi(builder);
  EXPECT_EQ(wasi.open("self/stat", 0, rights::fd_read),
            Errno::success);  // an ordinary relative link
  const std::string top = "self/root";
  for (const std::string& path : {top + "/etc", std::string("self/cwd"), std::string("self/exe"),
                                  std::string("self/fd/0"), std::string("self/cwd/.")}) {
    EXPECT_EQ(wasi.open(path, 0, rights::fd_read), Errno::loop) << path;
  }
}

TEST(SandboxModes, ASearchDeniedDirectoryIsRefusedAlike) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may search everything";
  TempDir base;
  base.dir("closed/inner");
  ::chmod(base.at("closed").c_str(), 0600);
  for (const Lookup lookup : {Lookup::kernel, Lookup::portable}) {
    ContextBuilder builder;
    builder.preopen_dir(base.path(), "/").lookup(lookup);
    Wasi wasi(builder);
    EXPECT_EQ(wasi.stat("closed/inner"), Errno::acces);
    EXPECT_EQ(wasi.stat("closed/.."), Errno::acces);
  }
  ::chmod(base.at("closed").c_str(), 0700);
}

}  // namespace
}  // namespace weft::wasi::test
