// Linux: mmap and mprotect; images are sealed memfds.
#include "platform/virtual_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>

namespace weft::platform {
namespace {

int protection(Access access) {
  switch (access) {
    case Access::none: return PROT_NONE;
    case Access::read: return PROT_READ;
    case Access::read_write: return PROT_READ | PROT_WRITE;
    case Access::read_execute: return PROT_READ | PROT_EXEC;
  }
  return PROT_NONE;
}

uint8_t* map_inaccessible(void* where, size_t bytes, int extra_flags) {
  // NORESERVE: reserved addresses must not count as memory that the machine has promised.
  void* base = mmap(where, bytes, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | extra_flags, -1, 0);
  return base == MAP_FAILED ? nullptr : static_cast<uint8_t*>(base);
}

OsResult<> write_all(int fd, std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return os_fail("write to memfd");
    }
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return {};
}

}  // namespace

size_t page_size() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

size_t round_up_to_page(size_t bytes) { return (bytes + page_size() - 1) & ~(page_size() - 1); }

CowImage::~CowImage() {
  if (fd_ >= 0) close(fd_);
}
CowImage::CowImage(CowImage&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), size_(std::exchange(other.size_, 0)) {}
CowImage& CowImage::operator=(CowImage&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  return *this;
}

OsResult<CowImage> CowImage::create(std::span<const uint8_t> bytes) {
  const int fd = memfd_create("weft-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return os_fail("memfd_create");
  CowImage image(fd, round_up_to_page(bytes.size()));
  if (auto written = write_all(fd, bytes); !written) return std::unexpected(written.error());
  if (ftruncate(fd, static_cast<off_t>(image.size_)) != 0) return os_fail("ftruncate of memfd");
  // Sealed: nobody can shrink the file under a mapping, which would be SIGBUS in guest code.
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  if (fcntl(fd, F_ADD_SEALS, kSeals) != 0) return os_fail("sealing of memfd");
  return image;
}

OsResult<> CowImage::copy_to(std::byte* to) const {
  size_t done = 0;
  while (done < size_) {
    const ssize_t n = pread(fd_, to + done, size_ - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return os_fail("pread of memfd", n < 0 ? errno : EIO);
    done += static_cast<size_t>(n);
  }
  return {};
}

OsResult<> reset_all(std::span<const PageRange> ranges) {
#if defined(__linux__) && defined(SYS_process_madvise)
  // Linux 6.13 and later take MADV_DONTNEED for the calling process (PIDFD_SELF): one flush of the
  // address translation for all of them.
  constexpr int kPidfdSelf = -10001;
  constexpr size_t kAtOnce = 64;
  std::array<iovec, kAtOnce> vec;
  while (!ranges.empty()) {
    const size_t n = std::min(ranges.size(), kAtOnce);
    size_t bytes = 0;
    for (size_t i = 0; i < n; ++i) {
      vec[i] = {ranges[i].start, ranges[i].bytes};
      bytes += ranges[i].bytes;
    }
    const long done = syscall(SYS_process_madvise, kPidfdSelf, vec.data(), n, MADV_DONTNEED, 0u);
    if (done < 0 || static_cast<size_t>(done) != bytes) break;  // one by one, then
    ranges = ranges.subspan(n);
  }
#endif
  for (const PageRange& r : ranges) {
    if (r.bytes != 0 && madvise(r.start, r.bytes, MADV_DONTNEED) != 0) return os_fail("madvise");
  }
  return {};
}

Reservation::~Reservation() {
  if (base_) munmap(base_, size_);
}
Reservation::Reservation(Reservation&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)), size_(std::exchange(other.size_, 0)) {}
Reservation& Reservation::operator=(Reservation&& other) noexcept {
  std::swap(base_, other.base_);
  std::swap(size_, other.size_);
  return *this;
}

OsResult<Reservation> Reservation::reserve(size_t bytes, size_t alignment) {
  const size_t page = page_size();
  if (alignment < page) alignment = page;
  const bool is_power_of_two = (alignment & (alignment - 1)) == 0;
  if (bytes == 0 || !is_power_of_two) return os_fail("mmap", EINVAL);
  if (bytes > std::numeric_limits<size_t>::max() - alignment - page) return os_fail("mmap", ENOMEM);

  const size_t size = round_up_to_page(bytes);
  const size_t slack = alignment - page;
  uint8_t* const raw = map_inaccessible(nullptr, size + slack, 0);
  if (!raw) return os_fail("mmap");
  if (slack == 0) return Reservation(raw, size);

  // SAFETY: the aligned start is at most `slack` bytes above `raw`, so all of it is in the mapping.
  const auto address = reinterpret_cast<uintptr_t>(raw);
  const size_t before = ((address + alignment - 1) & ~(alignment - 1)) - address;
  if (before != 0) munmap(raw, before);
  if (slack != before) munmap(raw + before + size, slack - before);
  return Reservation(raw + before, size);
}

OsResult<> Reservation::check_range(size_t offset, size_t length, const char* operation) const {
  const size_t mask = page_size() - 1;
  if (((offset | length) & mask) != 0 || length > size_ || offset > size_ - length) {
    return os_fail(operation, EINVAL);
  }
  return {};
}

OsResult<> Reservation::protect(size_t offset, size_t length, Access access) {
  if (auto ok = check_range(offset, length, "mprotect"); !ok) return ok;
  if (length == 0) return {};
  if (mprotect(base_ + offset, length, protection(access)) != 0) return os_fail("mprotect");
  return {};
}

OsResult<> Reservation::commit(size_t offset, size_t length) {
  return protect(offset, length, Access::read_write);
}

OsResult<> Reservation::decommit(size_t offset, size_t length) {
  if (auto ok = check_range(offset, length, "mmap"); !ok) return ok;
  if (length == 0) return {};
  // SAFETY: check_range has shown that MAP_FIXED replaces only pages of this reservation. A new
  // mapping, not madvise: an image that was mapped here must not come back.
  if (!map_inaccessible(base_ + offset, length, MAP_FIXED)) return os_fail("mmap");
  return {};
}

OsResult<> Reservation::reset(size_t offset, size_t length) {
  if (auto ok = check_range(offset, length, "madvise"); !ok) return ok;
  if (length == 0) return {};
  if (madvise(base_ + offset, length, MADV_DONTNEED) != 0) return os_fail("madvise");
  return {};
}

OsResult<> Reservation::map_image(const CowImage& image, size_t offset) {
  if (!image) return os_fail("mmap of an image", EINVAL);
  if (auto ok = check_range(offset, image.size_, "mmap of an image"); !ok) return ok;
  if (image.size_ == 0) return {};
  // SAFETY: check_range has shown that MAP_FIXED replaces only pages of this reservation.
  void* const at = mmap(base_ + offset, image.size_, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, image.fd_, 0);
  if (at == MAP_FAILED) return os_fail("mmap of an image");
  return {};
}

}  // namespace weft::platform
