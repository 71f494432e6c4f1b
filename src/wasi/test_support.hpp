// What the WASI tests share: a guest made of a byte vector, a temporary directory, a context over
// both.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "wasi/preview1.hpp"

namespace weft::wasi {

inline std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  if (outcome.kind() == Outcome::Kind::exit) return out << "exit " << outcome.exit_code();
  if (outcome.kind() == Outcome::Kind::interrupted) return out << "interrupted";
  return out << to_string(outcome.error());
}

inline std::ostream& operator<<(std::ostream& out, Errno error) { return out << to_string(error); }

namespace test {

inline constexpr uint32_t kGuestSize = 1 << 20;

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weft-wasi-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string at(std::string_view name) const { return path_ + "/" + std::string(name); }
  void file(std::string_view name, std::string_view text = "") const {
    std::ofstream(at(name), std::ios::binary) << text;
  }
  void dir(std::string_view name) const { std::filesystem::create_directories(at(name)); }
  void link(std::string_view name, std::string_view target) const {
    ASSERT_EQ(::symlink(std::string(target).c_str(), at(name).c_str()), 0) << name;
  }
  bool exists(std::string_view name) const {
    return std::filesystem::exists(std::filesystem::symlink_status(at(name)));
  }
  std::string read(std::string_view name) const {
    std::ifstream in(at(name), std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

 private:
  std::string path_;
};

/// Guest memory with a bump allocator; `reset` forgets what was put.
class Guest {
 public:
  Guest() : bytes_(kGuestSize) {}

  GuestMemory memory() {
    return GuestMemory(
        {bytes_.data(), bytes_.size()},
        [](void* self) -> GuestMemory::View {
          auto* guest = static_cast<Guest*>(self);
          return {guest->bytes_.data(), guest->bytes_.size()};
        },
        this);
  }
  void grow(size_t more) { bytes_.resize(bytes_.size() + more); }
  void reset() { top_ = 16; }

  Ptr space(size_t size) {
    const Ptr at = top_;
    top_ += static_cast<Ptr>((size + 15) & ~size_t{15});
    if (top_ > bytes_.size()) std::abort();
    return at;
  }
  Ptr put(std::string_view text) {
    const Ptr at = space(text.size());
    if (!text.empty()) std::memcpy(bytes_.data() + at, text.data(), text.size());
    return at;
  }
  template <class T>
  Ptr put_value(const T& value) {
    const Ptr at = space(sizeof value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    return at;
  }
  template <class T>
  T get(Ptr at) const {
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  std::string text(Ptr at, size_t size) const {
    return std::string(reinterpret_cast<const char*>(bytes_.data()) + at, size);
  }
  /// An iovec array over new buffers with these contents.
  Ptr iovecs(std::initializer_list<std::string_view> texts) {
    std::vector<Iovec> list;
    for (const std::string_view text : texts)
      list.push_back({put(text), static_cast<Size>(text.size())});
    const Ptr at = space(list.size() * sizeof(Iovec));
    std::memcpy(bytes_.data() + at, list.data(), list.size() * sizeof(Iovec));
    return at;
  }

 private:
  std::vector<std::byte> bytes_;
  Ptr top_ = 16;
};

inline constexpr Fd kRoot = 3;
inline constexpr Rights kFileRights = rights::kRegularFile;

/// A context with one preopened temporary directory as descriptor 3, called in C++ instead of from
/// wasm.
class Wasi {
 public:
  explicit Wasi(Lookup lookup = Lookup::kernel, DirAccess access = DirAccess::read_write) {
    ContextBuilder builder;
    builder.preopen_dir(tree.path(), "/", access).lookup(lookup);
    build(builder);
  }
  explicit Wasi(ContextBuilder& builder) { build(builder); }

  Errno open(std::string_view path, uint32_t oflags, Rights base, Fd& fd, bool follow = true,
             uint32_t flags = 0, Fd dir = kRoot, Rights inheriting = rights::kAll) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr out = guest.space(4);
    const Ptr text = guest.put(path);
    const Outcome outcome =
        path_open(*context, memory, dir, follow ? 1 : 0, text, static_cast<Size>(path.size()),
                  oflags, base, inheriting, flags, out);
    fd = outcome == Errno::success ? guest.get<Fd>(out) : ~0U;
    return outcome.error();
  }
  Errno open(std::string_view path, uint32_t oflags = 0, Rights base = 0, bool follow = true) {
    Fd fd = 0;
    const Errno error = open(path, oflags, base, fd, follow);
    if (error == Errno::success) close(fd);
    return error;
  }
  void close(Fd fd) {
    GuestMemory memory = guest.memory();
    EXPECT_EQ(fd_close(*context, memory, fd), Errno::success);
  }
  Errno write(Fd fd, std::string_view text, Size* count = nullptr) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr out = guest.space(4);
    const Outcome outcome = fd_write(*context, memory, fd, guest.iovecs({text}), 1, out);
    if (count != nullptr) *count = guest.get<Size>(out);
    return outcome.error();
  }
  Errno read(Fd fd, std::string& text, size_t most = 64) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr out = guest.space(4);
    const Ptr iovs = guest.iovecs({std::string(most, '#')});
    const Ptr buffer = guest.get<Iovec>(iovs).buf;
    const Outcome outcome = fd_read(*context, memory, fd, iovs, 1, out);
    text = outcome == Errno::success ? guest.text(buffer, guest.get<Size>(out)) : "";
    return outcome.error();
  }
  Errno seek(Fd fd, int64_t offset, Whence whence, uint64_t& at) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr out = guest.space(8);
    const Outcome outcome = fd_seek(*context, memory, fd, static_cast<uint64_t>(offset),
                                    static_cast<uint32_t>(whence), out);
    at = guest.get<uint64_t>(out);
    return outcome.error();
  }
  Errno fdstat(Fd fd, Fdstat& stat) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr out = guest.space(sizeof stat);
    const Outcome outcome = fd_fdstat_get(*context, memory, fd, out);
    stat = guest.get<Fdstat>(out);
    return outcome.error();
  }
  Errno filestat(Fd fd, Filestat& stat) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr out = guest.space(sizeof stat);
    const Outcome outcome = fd_filestat_get(*context, memory, fd, out);
    stat = guest.get<Filestat>(out);
    return outcome.error();
  }
  Errno stat(std::string_view path, bool follow, Filestat& out_stat, Fd dir = kRoot) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr out = guest.space(sizeof out_stat);
    const Ptr text = guest.put(path);
    const Outcome outcome = path_filestat_get(*context, memory, dir, follow ? 1 : 0, text,
                                              static_cast<Size>(path.size()), out);
    out_stat = guest.get<Filestat>(out);
    return outcome.error();
  }
  Errno stat(std::string_view path, bool follow = true) {
    Filestat ignored;
    return stat(path, follow, ignored);
  }
  Errno mkdir(std::string_view path, Fd dir = kRoot) {
    return one(path_create_directory, path, dir);
  }
  Errno rmdir(std::string_view path, Fd dir = kRoot) {
    return one(path_remove_directory, path, dir);
  }
  Errno unlink(std::string_view path, Fd dir = kRoot) { return one(path_unlink_file, path, dir); }
  Errno rename(std::string_view from, std::string_view to, Fd from_dir = kRoot, Fd to_dir = kRoot) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr a = guest.put(from);
    const Ptr b = guest.put(to);
    return path_rename(*context, memory, from_dir, a, static_cast<Size>(from.size()), to_dir, b,
                       static_cast<Size>(to.size()))
        .error();
  }
  Errno hardlink(std::string_view from, std::string_view to, Fd from_dir = kRoot, Fd to_dir = kRoot,
                 uint32_t lookup = 0) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr a = guest.put(from);
    const Ptr b = guest.put(to);
    return path_link(*context, memory, from_dir, lookup, a, static_cast<Size>(from.size()), to_dir,
                     b, static_cast<Size>(to.size()))
        .error();
  }
  Errno symlink(std::string_view target, std::string_view path, Fd dir = kRoot) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr a = guest.put(target);
    const Ptr b = guest.put(path);
    return path_symlink(*context, memory, a, static_cast<Size>(target.size()), dir, b,
                        static_cast<Size>(path.size()))
        .error();
  }
  Errno readlink(std::string_view path, std::string& target, size_t room = 4096) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr a = guest.put(path);
    const Ptr out = guest.space(4);
    const Ptr buffer = guest.space(room);
    const Outcome outcome =
        path_readlink(*context, memory, kRoot, a, static_cast<Size>(path.size()), buffer,
                      static_cast<Size>(room), out);
    target = outcome == Errno::success ? guest.text(buffer, guest.get<Size>(out)) : "";
    return outcome.error();
  }
  Errno utimes(std::string_view path, bool follow, uint64_t mtim,
               uint32_t flags = fstflags::kMtim) {
    guest.reset();
    GuestMemory memory = guest.memory();
    const Ptr a = guest.put(path);
    return path_filestat_set_times(*context, memory, kRoot, follow ? 1 : 0, a,
                                   static_cast<Size>(path.size()), 0, mtim, flags)
        .error();
  }

  TempDir tree;
  Guest guest;
  std::unique_ptr<Context> context;

 private:
  void build(ContextBuilder& builder) {
    auto built = builder.build();
    if (!built) throw std::runtime_error(built.error().message);
    context = std::move(*built);
  }
  Errno one(Outcome (*call)(Context&, GuestMemory&, Fd, Ptr, Size), std::string_view path, Fd dir) {
    guest.reset();
    GuestMemory memory = guest.memory();
    return call(*context, memory, dir, guest.put(path), static_cast<Size>(path.size())).error();
  }
};

/// Tests that must come out the same whichever way paths are resolved.
class BothLookups : public ::testing::TestWithParam<Lookup> {
 protected:
  void SetUp() override {
    if (GetParam() == Lookup::kernel && !kernel_lookup_available())
      GTEST_SKIP() << "this kernel has no openat2";
  }
};

inline std::string lookup_name(const ::testing::TestParamInfo<Lookup>& info) {
  return info.param == Lookup::kernel ? "kernel" : "portable";
}

}  // namespace test
}  // namespace weft::wasi

#define WEFT_BOTH_LOOKUPS(suite)                                                       \
  INSTANTIATE_TEST_SUITE_P(                                                            \
      Lookup, suite,                                                                   \
      ::testing::Values(::weft::wasi::Lookup::kernel, ::weft::wasi::Lookup::portable), \
      ::weft::wasi::test::lookup_name)
