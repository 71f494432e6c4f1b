// Address space: reserved in one piece, made accessible piece by piece, given back. What linear
// memories, stacks and code live in. All offsets and lengths are multiples of page_size().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/os_error.hpp"

namespace weft::platform {

/// Bytes in a page of the host; a power of two.
size_t page_size();
size_t round_up_to_page(size_t bytes);

enum class Access : uint8_t { none, read, read_write, read_execute };

/// Bytes that many mappings share and that stay as they are: each mapping is private, a page is
/// copied at the first write. May be used by several threads; mappings made from it outlive it.
class CowImage {
 public:
  CowImage() = default;
  ~CowImage();
  CowImage(CowImage&& other) noexcept;
  CowImage& operator=(CowImage&& other) noexcept;

  /// Copies `bytes` into an anonymous file, filled up with zeros to whole pages, and seals it.
  static OsResult<CowImage> create(std::span<const uint8_t> bytes);

  size_t size() const { return size_; }
  explicit operator bool() const { return fd_ >= 0; }
  /// Writes all size() bytes to `to`, for where a mapping is not worth it.
  OsResult<> copy_to(std::byte* to) const;

 private:
  friend class Reservation;
  CowImage(int fd, size_t size) : fd_(fd), size_(size) {}

  int fd_ = -1;
  size_t size_ = 0;  // a multiple of the page size
};

/// A range of addresses that is ours until this object goes. One owner; not synchronised, but
/// different pages may be changed by different threads at the same time.
class Reservation {
 public:
  Reservation() = default;
  ~Reservation();
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&& other) noexcept;

  /// Takes `bytes` (rounded up to pages) of inaccessible addresses; costs no memory. `alignment` is
  /// a power of two; 0 or anything up to a page means page alignment.
  static OsResult<Reservation> reserve(size_t bytes, size_t alignment = 0);

  uint8_t* data() const { return base_; }
  size_t size() const { return size_; }
  explicit operator bool() const { return base_ != nullptr; }

  /// Makes pages readable and writable; ones never touched before read as zero.
  OsResult<> commit(size_t offset, size_t length);
  /// Makes pages inaccessible and gives their memory back; after the next commit they are zero.
  OsResult<> decommit(size_t offset, size_t length);
  /// Gives the pages' memory back but leaves them accessible: zero, or the image mapped there.
  OsResult<> reset(size_t offset, size_t length);
  OsResult<> protect(size_t offset, size_t length, Access access);
  /// Puts `image` at `offset`, readable and writable, copied on write.
  OsResult<> map_image(const CowImage& image, size_t offset);

 private:
  Reservation(uint8_t* base, size_t size) : base_(base), size_(size) {}
  OsResult<> check_range(size_t offset, size_t length, const char* operation) const;

  uint8_t* base_ = nullptr;
  size_t size_ = 0;
};

/// Pages of readable and writable anonymous memory.
struct PageRange {
  std::byte* start = nullptr;
  size_t bytes = 0;
};
/// Reservation::reset for many ranges, in one system call where there is such a call.
OsResult<> reset_all(std::span<const PageRange> ranges);

}  // namespace weft::platform
