// fd_readdir: complete listings through any buffer, cookies that stay good, cut entries.
#include <map>
#include <set>

#include "wasi/test_support.hpp"

namespace weft::wasi::test {
namespace {

struct Listed {
  Dirent header;
  std::string name;
};

struct Page {
  std::vector<Listed> entries;  // complete ones
  Size used = 0;
  Errno error = Errno::success;
};

Page page(Wasi& wasi, Fd fd, uint64_t cookie, Size room) {
  wasi.guest.reset();
  GuestMemory memory = wasi.guest.memory();
  const Ptr out = wasi.guest.space(4);
  const Ptr buf = wasi.guest.space(room + 16);
  const std::string guard = wasi.guest.text(buf + room, 16);
  Page result;
  const Outcome outcome = fd_readdir(*wasi.context, memory, fd, buf, room, cookie, out);
  EXPECT_EQ(wasi.guest.text(buf + room, 16), guard);
  result.error = outcome.error();
  if (outcome != Errno::success) return result;
  result.used = wasi.guest.get<Size>(out);
  for (Size at = 0; at + sizeof(Dirent) <= result.used;) {
    Listed one{wasi.guest.get<Dirent>(buf + at), {}};
    at += sizeof(Dirent);
    if (at + one.header.namlen > result.used) break;
    one.name = wasi.guest.text(buf + at, one.header.namlen);
    at += one.header.namlen;
    result.entries.push_back(one);
  }
  return result;
}

std::multiset<std::string> list_all(Wasi& wasi, Fd fd, Size room) {
  std::multiset<std::string> names;
  uint64_t cookie = 0;
  for (int pages = 0; pages < 10000; ++pages) {
    const Page p = page(wasi, fd, cookie, room);
    EXPECT_EQ(p.error, Errno::success);
    for (const Listed& one : p.entries) names.insert(one.name);
    if (p.used < room) break;
    if (p.entries.empty()) {
      room *= 2;  // as libc does when not even one fits
      continue;
    }
    cookie = p.entries.back().header.next;
  }
  return names;
}

TEST(Readdir, ListsEverythingOnceThroughAnyBuffer) {
  Wasi wasi;
  std::multiset<std::string> expected = {".", ".."};
  for (int i = 0; i < 300; ++i) {
    const std::string name = std::string(static_cast<size_t>(i % 40), 'n') + std::to_string(i);
    wasi.tree.file(name);
    expected.insert(name);
  }
  for (const Size room : {24U, 64U, 256U, 1000U, 4096U, 65536U})
    EXPECT_EQ(list_all(wasi, kRoot, room), expected) << room;
}

TEST(Readdir, ReportsTypesAndInodes) {
  Wasi wasi;
  wasi.tree.file("file");
  wasi.tree.dir("dir");
  wasi.tree.link("link", "nowhere");
  std::map<std::string, Dirent> found;
  for (const Listed& one : page(wasi, kRoot, 0, 4096).entries) found[one.name] = one.header;
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found["file"].type, Filetype::regular_file);
  EXPECT_EQ(found["dir"].type, Filetype::directory);
  EXPECT_EQ(found["link"].type, Filetype::symbolic_link);
  EXPECT_EQ(found["."].type, Filetype::directory);
  Filestat stat;
  ASSERT_EQ(wasi.stat("file", false, stat), Errno::success);
  EXPECT_EQ(found["file"].ino, stat.ino);
  ASSERT_EQ(wasi.filestat(kRoot, stat), Errno::success);
  EXPECT_EQ(found["."].ino, stat.ino);
}

// A full buffer is the sign that there is more, so the entry that does not fit is cut, even inside
// its header.
TEST(Readdir, CutsTheLastEntryToFillTheBuffer) {
  Wasi wasi;
  for (int i = 0; i < 50; ++i) wasi.tree.file("some_name_" + std::to_string(i));
  for (Size room = 0; room < 300; ++room) EXPECT_EQ(page(wasi, kRoot, 0, room).used, room);
}

TEST(Readdir, CookiesCanBeReusedAndGoBack) {
  Wasi wasi;
  for (int i = 0; i < 20; ++i) wasi.tree.file("f" + std::to_string(i));
  const Page all = page(wasi, kRoot, 0, 8192);
  ASSERT_EQ(all.entries.size(), 22U);
  for (const size_t from : {10U, 3U, 21U, 0U, 10U}) {
    const Page rest = page(wasi, kRoot, all.entries[from].header.next, 8192);
    ASSERT_EQ(rest.entries.size(), 21 - from);
    for (size_t i = 0; i < rest.entries.size(); ++i)
      EXPECT_EQ(rest.entries[i].name, all.entries[from + 1 + i].name);
  }
}

TEST(Readdir, CookiesSurviveRemovalOfEarlierEntries) {
  Wasi wasi;
  for (int i = 0; i < 20; ++i) wasi.tree.file("f" + std::to_string(i));
  const Page all = page(wasi, kRoot, 0, 8192);
  std::set<std::string> later;
  for (size_t i = 11; i < all.entries.size(); ++i) later.insert(all.entries[i].name);
  for (size_t i = 0; i <= 10; ++i) {
    if (all.entries[i].name[0] == '.') continue;
    ASSERT_EQ(wasi.unlink(all.entries[i].name), Errno::success);
  }
  std::set<std::string> seen;
  for (const Listed& one : page(wasi, kRoot, all.entries[10].header.next, 8192).entries)
    seen.insert(one.name);
  for (const std::string& name : later) EXPECT_TRUE(seen.contains(name)) << name;
}

TEST(Readdir, WrongArgumentsAreRefused) {
  Wasi wasi;
  wasi.tree.file("f");
  GuestMemory memory = wasi.guest.memory();
  Fd file = 0;
  ASSERT_EQ(wasi.open("f", 0, kFileRights, file), Errno::success);
  EXPECT_EQ(page(wasi, file, 0, 100).error, Errno::notdir);
  EXPECT_EQ(page(wasi, 99, 0, 100).error, Errno::badf);
  EXPECT_EQ(page(wasi, kRoot, ~0ULL, 100).error, Errno::inval);
  const Page odd = page(wasi, kRoot, 0x7fff'ffff'ffff'fff0,
                        100);  // nobody's cookie: an end or an error, nothing else
  EXPECT_TRUE(odd.error != Errno::success || odd.used <= 100);
  EXPECT_EQ(fd_readdir(*wasi.context, memory, kRoot, kGuestSize - 10, 11, 0, 16), Errno::fault);
  EXPECT_EQ(fd_readdir(*wasi.context, memory, kRoot, 16, 100, 0, kGuestSize - 3), Errno::fault);
  EXPECT_EQ(fd_readdir(*wasi.context, memory, kRoot, 16, ~0U, 0, 16), Errno::fault);
  Fd dir = 0;
  ASSERT_EQ(wasi.open(".", oflags::kDirectory, rights::path_open, dir), Errno::success);
  EXPECT_EQ(page(wasi, dir, 0, 100).error, Errno::notcapable);
}

}  // namespace
}  // namespace weft::wasi::test
