// Sequences of WASI calls in a temporary directory. One kind of input is compared with a model of a
// file system (wasi_model.hpp): success, contents, sizes, names, and the tree in the end. The other
// makes any call with any numbers. After both, whatever lies outside the writable directory is as
// it was.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "wasi_guest.hpp"
#include "wasi_model.hpp"
#include "world.hpp"

namespace {

namespace fs = std::filesystem;
using weft::fuzz::Choices;
using weft::fuzz::FileModel;
using weft::fuzz::Node;
using weft::fuzz::NodePtr;
using weft::fuzz::WasiGuest;

fs::path g_top;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "wasi: %s\n", what.c_str());
  std::error_code ignored;
  fs::remove_all(g_top, ignored);
  std::abort();
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Everything below a directory: what it is, what is in it; with `strict` also times and links.
std::vector<std::string> tree(const fs::path& top, bool strict) {
  std::vector<std::string> lines;
  const auto describe = [&](const fs::path& path) {
    struct stat s{};
    if (::lstat(path.c_str(), &s) != 0) return;
    std::string line = "/" + path.lexically_relative(top).string();
    if (S_ISREG(s.st_mode)) {
      line += " file " + contents(path);
    } else if (S_ISLNK(s.st_mode)) {
      line += " link " + fs::read_symlink(path).string();
    } else {
      line += " directory";
    }
    if (strict) {
      line += " " + std::to_string(s.st_mode) + " " + std::to_string(s.st_nlink) + " " +
              std::to_string(s.st_mtim.tv_sec) + "." + std::to_string(s.st_mtim.tv_nsec);
    }
    lines.push_back(std::move(line));
  };
  if (strict) describe(top);
  for (auto it = fs::recursive_directory_iterator(top); it != fs::recursive_directory_iterator();
       ++it) {
    describe(it->path());
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// top/outside, top/ro, top/rw; made once, rw emptied for each input.
struct Place {
  fs::path top, writable, read_only;
  std::vector<std::string> before;

  Place() {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit most = {1 << 26, 1 << 26};  // fd_allocate is not to fill the disk
    ::setrlimit(RLIMIT_FSIZE, &most);
    std::string pattern = fs::exists("/dev/shm")
                              ? "/dev/shm/weft-fuzz-XXXXXX"
                              : (fs::temp_directory_path() / "weft-fuzz-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) fail("no temporary directory");
    g_top = top = pattern;
    writable = top / "rw";
    read_only = top / "ro";
    fs::create_directories(top / "outside" / "inner");
    fs::create_directories(read_only / "d");
    fs::create_directories(writable);
    std::ofstream(top / "outside" / "secret") << "secret";
    std::ofstream(top / "secret") << "secret";
    std::ofstream(read_only / "a") << "read only";
    std::ofstream(read_only / "d" / "b") << "read only too";
    fs::create_symlink("../outside/secret", read_only / "out");
    fs::create_symlink("d", read_only / "in");
    before = outside();
  }
  ~Place() {
    std::error_code ignored;
    fs::remove_all(top, ignored);
  }
  std::vector<std::string> outside() const {
    std::vector<std::string> lines = tree(top / "outside", true);
    for (auto&& line : tree(read_only, true)) lines.push_back("ro" + line);
    for (const auto& entry : fs::directory_iterator(top)) lines.push_back(entry.path().string());
    std::sort(lines.begin(), lines.end());
    lines.push_back(contents(top / "secret"));
    return lines;
  }
  void empty() const {
    fs::permissions(writable, fs::perms::owner_all);
    for (const auto& entry : fs::directory_iterator(writable)) fs::remove_all(entry.path());
  }
};

constexpr uint32_t kPath = 0x1000, kOther = 0x2000, kVector = 0x3000, kData = 0x4000, kOut = 0x8000,
                   kBuffer = 0x9000;
constexpr uint64_t kAllRights = (uint64_t{1} << 30) - 1;
constexpr uint64_t kWriteRights = uint64_t{1} << 6 | uint64_t{1} << 8 | uint64_t{1} << 22;
constexpr uint64_t kReadRight = 2;

// ---- against the model

struct Descriptor {
  NodePtr node;
  uint64_t offset = 0;
  bool read = false, write = false, append = false;
};

class Sequence {
 public:
  Sequence(Choices& c, WasiGuest& guest) : c_(c), guest_(guest) {
    open_[3] = {model_.root(), 0, false, false, false};
  }
  void run() {
    for (unsigned i = 0; i < 100 && !c_.empty(); ++i) step();
  }
  const FileModel& model() const { return model_; }

 private:
  std::string path() {
    static constexpr const char* kNames[] = {
        "a",    "b",     "d",      "d/a",  "d/b",   "d/e", "d/e/a",
        "l",    "l/a",   "d/../a", "../a", "/a",    ".",   "..",
        "d/..", "d/./b", "e",      "e/a",  "d/l/a", "a/b", "../outside/secret"};
    return kNames[c_.below(std::size(kNames))];
  }
  uint32_t put_path(uint32_t at, const std::string& path) {
    guest_.put(at, path);
    return static_cast<uint32_t>(path.size());
  }
  std::pair<const uint32_t, Descriptor>& any(bool directory) {
    std::vector<uint32_t> fds;
    for (const auto& [fd, d] : open_) {
      if ((d.node->kind == Node::Kind::directory) == directory) fds.push_back(fd);
    }
    if (fds.empty()) return *open_.find(3);
    return *open_.find(fds[c_.below(static_cast<unsigned>(fds.size()))]);
  }
  void expect(bool want, int got, const std::string& what) const {
    if (want != (got == 0))
      fail(what + (want ? " fails with " + std::to_string(got) : " succeeds"));
  }
  void step();
  void path_step(unsigned kind);
  void file_step(unsigned kind);
  void open();
  void write(bool at);
  void read(bool at);
  void read_directory();
  void close();

  Choices& c_;
  WasiGuest& guest_;
  FileModel model_;
  std::map<uint32_t, Descriptor> open_;
  unsigned written_ = 0;
};

void Sequence::step() {
  const unsigned kind = c_.below(18);
  if (kind < 4) return open();
  if (kind < 11) return path_step(kind);
  if (kind == 11) return close();
  if (kind == 12) return read_directory();
  file_step(kind);
}

void Sequence::open() {
  const auto& [fd, base] = any(true);
  const std::string name = path();
  FileModel::OpenFlags flags;
  flags.follow = c_.chance(50);
  flags.read = c_.chance(80);
  flags.write = c_.chance(60);
  flags.create = c_.chance(60);
  flags.exclusive = flags.create && c_.chance(30);
  flags.truncate = flags.write && c_.chance(20);
  if (!flags.read && !flags.write) flags.read = true;
  if (c_.chance(25)) flags = {.directory = true, .follow = flags.follow};
  const bool append = flags.write && c_.chance(20);
  uint64_t rights = kAllRights & ~kWriteRights & ~kReadRight;
  if (flags.read) rights |= kReadRight;
  if (flags.write) rights |= kWriteRights;
  const unsigned oflags = (flags.create ? 1u : 0) | (flags.directory ? 2u : 0) |
                          (flags.exclusive ? 4u : 0) | (flags.truncate ? 8u : 0);
  const NodePtr node = model_.open(base.node, name, flags);
  const int got = guest_.call("path_open", {fd, flags.follow, kPath, put_path(kPath, name), oflags,
                                            rights, kAllRights, append ? 1u : 0u, kOut});
  expect(node != nullptr, got, "path_open " + name + " oflags " + std::to_string(oflags));
  if (node == nullptr) return;
  const uint32_t number = guest_.u32(kOut);
  if (open_.contains(number)) fail("path_open gave a descriptor that is open");
  const bool file = node->kind == Node::Kind::file;
  open_[number] = {node, 0, file && flags.read, file && flags.write, append};
}

void Sequence::path_step(unsigned kind) {
  const auto& [fd, base] = any(true);
  const std::string name = path();
  const uint32_t size = put_path(kPath, name);
  switch (kind) {
    case 4:
      return expect(model_.create_directory(base.node, name),
                    guest_.call("path_create_directory", {fd, kPath, size}), "mkdir " + name);
    case 5:
      return expect(model_.remove_directory(base.node, name),
                    guest_.call("path_remove_directory", {fd, kPath, size}), "rmdir " + name);
    case 6:
      return expect(model_.unlink(base.node, name),
                    guest_.call("path_unlink_file", {fd, kPath, size}), "unlink " + name);
    case 7: {
      static constexpr const char* kTargets[] = {"a", "d",      "d/a", "../a",
                                                 "l", "d/../b", "e",   "../../outside/secret"};
      const std::string target = kTargets[c_.below(std::size(kTargets))];
      return expect(
          model_.symlink(base.node, target, name),
          guest_.call("path_symlink", {kOther, put_path(kOther, target), fd, kPath, size}),
          "symlink " + target + " at " + name);
    }
    case 8:
    case 9: {
      const auto& [other_fd, other] = any(true);
      const std::string to = path();
      const uint32_t to_size = put_path(kOther, to);
      if (kind == 8) {
        return expect(model_.rename(base.node, name, other.node, to),
                      guest_.call("path_rename", {fd, kPath, size, other_fd, kOther, to_size}),
                      "rename " + name + " to " + to);
      }
      return expect(model_.link(base.node, name, other.node, to),
                    guest_.call("path_link", {fd, 0, kPath, size, other_fd, kOther, to_size}),
                    "link " + name + " as " + to);
    }
    default: {
      const bool follow = c_.chance(50);
      const NodePtr node = model_.stat(base.node, name, follow);
      const int got = guest_.call("path_filestat_get", {fd, follow, kPath, size, kOut});
      expect(node != nullptr, got, "stat " + name);
      if (node == nullptr) return;
      constexpr uint8_t kTypes[] = {4, 3, 7};
      if (guest_.memory()[kOut + 16] != kTypes[static_cast<unsigned>(node->kind)])
        fail("stat " + name + " tells another type");
      if (node->kind != Node::Kind::directory && guest_.u64(kOut + 32) != node->data.size())
        fail("stat " + name + " tells another size");
    }
  }
}

void Sequence::close() {
  const auto& [fd, d] = any(c_.chance(30));
  if (fd == 3) return;
  const uint32_t number = fd;
  expect(true, guest_.call("fd_close", {number}), "fd_close");
  open_.erase(number);
  if (guest_.call("fd_tell", {number, kOut}) == 0) fail("a closed descriptor is usable");
}

void Sequence::write(bool at) {
  auto& [fd, d] = any(false);
  if (d.node->kind != Node::Kind::file || (at && d.append)) return;
  const unsigned size = c_.below(40);
  std::string data;
  for (unsigned i = 0; i < size; ++i) data += static_cast<char>('a' + written_++ % 26);
  guest_.put(kData, data);
  const unsigned first = size == 0 ? 0 : c_.below(size);
  guest_.set_u32(kVector, kData), guest_.set_u32(kVector + 4, first);
  guest_.set_u32(kVector + 8, kData + first), guest_.set_u32(kVector + 12, size - first);
  uint64_t offset = at ? c_.below(60) : d.append ? d.node->data.size() : d.offset;
  const int got = at ? guest_.call("fd_pwrite", {fd, kVector, 2, offset, kOut})
                     : guest_.call("fd_write", {fd, kVector, 2, kOut});
  expect(d.write, got, "write");
  if (!d.write) return;
  if (guest_.u32(kOut) != size) fail("a write is short");
  if (size != 0) {
    if (d.node->data.size() < offset + size) d.node->data.resize(offset + size);
    d.node->data.replace(offset, size, data);
  } else {
    offset = d.append ? d.offset : offset;  // an empty write moves nothing
  }
  if (!at) d.offset = offset + size;
}

void Sequence::read(bool at) {
  auto& [fd, d] = any(false);
  if (d.node->kind != Node::Kind::file) return;
  const unsigned size = c_.below(60), first = size == 0 ? 0 : c_.below(size);
  guest_.set_u32(kVector, kBuffer), guest_.set_u32(kVector + 4, first);
  guest_.set_u32(kVector + 8, kBuffer + first), guest_.set_u32(kVector + 12, size - first);
  const uint64_t offset = at ? c_.below(60) : d.offset;
  const int got = at ? guest_.call("fd_pread", {fd, kVector, 2, offset, kOut})
                     : guest_.call("fd_read", {fd, kVector, 2, kOut});
  expect(d.read, got, "read");
  if (!d.read) return;
  const std::string want =
      offset < d.node->data.size() ? d.node->data.substr(offset, size) : std::string();
  if (guest_.u32(kOut) != want.size() ||
      std::memcmp(guest_.memory().data() + kBuffer, want.data(), want.size()) != 0)
    fail("a read gives other bytes");
  if (!at) d.offset += want.size();
}

void Sequence::file_step(unsigned kind) {
  switch (kind) {
    case 13: return write(c_.chance(30));
    case 14: return read(c_.chance(30));
    case 15: {
      auto& [fd, d] = any(false);
      if (d.node->kind != Node::Kind::file) return;
      const unsigned whence = c_.below(3);
      const int64_t delta = static_cast<int64_t>(c_.below(80)) - 20;
      const int64_t from = whence == 0   ? 0
                           : whence == 1 ? static_cast<int64_t>(d.offset)
                                         : static_cast<int64_t>(d.node->data.size());
      const int got = guest_.call("fd_seek", {fd, static_cast<uint64_t>(delta), whence, kOut});
      expect(from + delta >= 0, got, "fd_seek");
      if (from + delta < 0) return;
      d.offset = static_cast<uint64_t>(from + delta);
      if (guest_.u64(kOut) != d.offset) fail("fd_seek gives another place");
      return;
    }
    case 16: {
      auto& [fd, d] = any(false);
      if (d.node->kind != Node::Kind::file) return;
      const unsigned size = c_.below(100);
      expect(d.write, guest_.call("fd_filestat_set_size", {fd, size}), "set_size");
      if (d.write) d.node->data.resize(size);
      return;
    }
    default: {
      auto& [fd, d] = any(false);
      if (d.node->kind != Node::Kind::file) return;
      expect(true, guest_.call("fd_filestat_get", {fd, kOut}), "fd_filestat_get");
      if (guest_.u64(kOut + 32) != d.node->data.size()) fail("fd_filestat_get: another size");
      expect(true, guest_.call("fd_tell", {fd, kOut}), "fd_tell");
      if (guest_.u64(kOut) != d.offset) fail("fd_tell gives another place");
    }
  }
}

void Sequence::read_directory() {
  const auto& [fd, d] = any(true);
  if (d.node->removed) return;  // the host's kernel refuses to list it
  constexpr uint32_t kSize = 0x4000;
  expect(true, guest_.call("fd_readdir", {fd, kBuffer, kSize, 0, kOut}), "fd_readdir");
  std::vector<std::string> names, want;
  const uint32_t used = guest_.u32(kOut);
  if (used > kSize) fail("fd_readdir used more than there was");
  for (uint32_t at = 0; at + 24 <= used;) {
    const uint32_t length = guest_.u32(kBuffer + at + 16);
    const auto* text = reinterpret_cast<const char*>(guest_.memory().data() + kBuffer + at + 24);
    const std::string name(text, length);
    if (name != "." && name != "..") names.push_back(name);
    at += 24 + length;
  }
  for (const auto& [name, node] : d.node->entries) want.push_back(name);
  std::sort(names.begin(), names.end());
  if (names != want) fail("fd_readdir gives other names");
}

// ---- any call with any numbers

void hostile(Choices& c, WasiGuest& guest) {
  static constexpr const char* kTexts[] = {"a",
                                           "d",
                                           "d/a",
                                           "../secret",
                                           "..",
                                           "/etc/passwd",
                                           "../outside/secret",
                                           "l",
                                           "l/secret",
                                           "d/../../secret",
                                           "out",
                                           "in/b",
                                           "",
                                           ".",
                                           "d/",
                                           "../rw/a",
                                           "/proc/self/cwd",
                                           "a/../../ro/a"};
  const auto functions = weft::fuzz::wasi_functions();
  std::vector<uint64_t> args;
  for (unsigned i = 0; i < 60 && !c.empty(); ++i) {
    const auto& f = functions[c.below(static_cast<unsigned>(functions.size()))];
    uint32_t text_at = kPath;
    args.clear();
    uint32_t text_size = 0;
    for (size_t p = 0; p < f.params.size(); ++p) {
      const unsigned kind = c.below(8);
      if (f.params[p] == 'I') {
        args.push_back(kind < 4 ? kAllRights : kind < 6 ? c.byte() : c.bits(8));
      } else if (p == 0 && kind < 6) {
        args.push_back(3 + c.below(6));
      } else if (text_size != 0 && kind < 6) {
        args.push_back(text_size);
        text_size = 0;
      } else if (kind < 4) {
        const std::string_view text = kTexts[c.below(std::size(kTexts))];
        guest.put(text_at, text);
        args.push_back(text_at);
        text_at = kOther;
        text_size = static_cast<uint32_t>(text.size());
      } else if (kind == 4) {
        args.push_back(kVector);
        guest.set_u32(kVector, kData), guest.set_u32(kVector + 4, c.below(64));
      } else if (kind == 5) {
        args.push_back(c.below(16));
      } else {
        args.push_back(kind == 6 ? 0x8000 : c.bits(4));
      }
    }
    const int got = guest.call(f.name, args);
    if (got < -1 || got > 76) fail(std::string(f.name) + " gives errno " + std::to_string(got));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Place place;
  Choices c({data, size});
  place.empty();
  {
    WasiGuest guest(place.writable, place.read_only);
    if (c.chance(60)) {
      Sequence sequence(c, guest);
      sequence.run();
      if (sequence.model().list() != tree(place.writable, false)) {
        for (const auto& line : sequence.model().list())
          std::fprintf(stderr, "  model: %s\n", line.c_str());
        for (const auto& line : tree(place.writable, false))
          std::fprintf(stderr, "  disk:  %s\n", line.c_str());
        fail("the directory is not what the model says");
      }
    } else {
      guest.interrupt_waits();
      hostile(c, guest);
    }
  }
  if (place.outside() != place.before) fail("something outside of the directory has changed");
  return 0;
}
