#include "platform/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

#include "platform/random.hpp"

namespace weft::platform {
namespace {

/// Closes a descriptor at the end of a scope.
struct Descriptor {
  int fd;
  explicit Descriptor(int value) : fd(value) {}
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

/// A larger buffer with the same contents, or null.
std::unique_ptr<uint8_t[]> enlarged(const uint8_t* from, size_t used, size_t capacity) {
  std::unique_ptr<uint8_t[]> buffer(new (std::nothrow) uint8_t[capacity]);
  if (buffer && used != 0) std::memcpy(buffer.get(), from, used);
  return buffer;
}

}  // namespace

OsResult<FileBytes> read_file(int fd, size_t max_bytes) {
  struct stat info{};
  if (fstat(fd, &info) != 0) return os_fail("stat");
  if (S_ISDIR(info.st_mode)) return os_fail("read", EISDIR);

  // A regular file tells its size, and one byte more shows the end without growing; a pipe does
  // not.
  const bool has_size = S_ISREG(info.st_mode) && info.st_size > 0;
  size_t capacity = has_size ? static_cast<size_t>(info.st_size) + 1 : size_t{1} << 16;
  if (has_size && capacity - 1 > max_bytes) return os_fail("read", EFBIG);

  FileBytes file{enlarged(nullptr, 0, capacity), 0};
  if (!file.data) return os_fail("read", ENOMEM);
  for (;;) {
    if (file.size == capacity) {
      if (capacity > std::numeric_limits<size_t>::max() / 2) return os_fail("read", EFBIG);
      auto larger = enlarged(file.data.get(), file.size, capacity * 2);
      if (!larger) return os_fail("read", ENOMEM);
      file.data = std::move(larger);
      capacity *= 2;
    }
    const ssize_t got = read(fd, file.data.get() + file.size, capacity - file.size);
    if (got < 0) {
      if (errno == EINTR) continue;
      return os_fail("read");
    }
    if (got == 0) return file;
    file.size += static_cast<size_t>(got);
    if (file.size > max_bytes) return os_fail("read", EFBIG);
  }
}

OsResult<FileBytes> read_file(const std::string& path, size_t max_bytes) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) return os_fail("open");
  return read_file(file.fd, max_bytes);
}

OsResult<> write_file(const std::string& path, std::span<const uint8_t> bytes) {
  struct stat info{};
  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    if (S_ISDIR(info.st_mode)) return os_fail("write", EISDIR);
    // A pipe or device, say /dev/stdout: it cannot be replaced, only written to.
    const Descriptor out(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (out.fd < 0) return os_fail("open");
    while (!bytes.empty()) {
      const ssize_t n = write(out.fd, bytes.data(), bytes.size());
      if (n < 0 && errno != EINTR) return os_fail("write");
      if (n > 0) bytes = bytes.subspan(static_cast<size_t>(n));
    }
    return {};
  }

  uint64_t unique = 0;
  // SAFETY: any object may be written as bytes.
  if (auto ok = fill_random({reinterpret_cast<uint8_t*>(&unique), sizeof unique}); !ok) return ok;
  const std::string temporary = path + "." + std::to_string(unique) + ".tmp";
  const Descriptor out(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (out.fd < 0) return os_fail("open");
  const auto fail_and_remove = [&](const char* operation) {
    const int code = errno;
    unlink(temporary.c_str());
    return os_fail(operation, code);
  };
  while (!bytes.empty()) {
    const ssize_t n = write(out.fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) return fail_and_remove("write");
    if (n > 0) bytes = bytes.subspan(static_cast<size_t>(n));
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) return fail_and_remove("rename");
  return {};
}

std::string describe_read_failure(const std::string& path, const OsError& error) {
  std::string reason;
  switch (error.code) {
    case ENOENT: reason = "no such file"; break;
    case ENOTDIR: reason = "no such file (a part of the path is not a directory)"; break;
    case EISDIR: reason = "is a directory"; break;
    case EACCES:
    case EPERM: reason = "permission denied"; break;
    case EFBIG: reason = "file too large"; break;
    case ENOMEM: reason = "not enough memory"; break;
    default: reason = error.message();
  }
  return "cannot read \"" + path + "\": " + reason;
}

}  // namespace weft::platform
