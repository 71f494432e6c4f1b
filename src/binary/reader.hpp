// A bounded reader of the binary format with a sticky error: after the first failure every read
// gives zero and there is nothing left, so callers test ok() once per loop instead of once per read
// (spec 5.1, 5.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bits.hpp"
#include "base/leb128.hpp"
#include "base/result.hpp"

namespace weft::binary {

class Reader {
 public:
  /// `first_offset` is the position of bytes[0] in the module, for messages.
  explicit Reader(std::span<const std::byte> bytes, uint32_t first_offset = 0)
      // SAFETY: bytes are read as unsigned char, which may alias anything.
      : begin_(reinterpret_cast<const uint8_t*>(bytes.data())),
        at_(begin_),
        end_(begin_ + bytes.size()),
        first_offset_(first_offset) {}

  bool ok() const { return !error_; }
  Error take_error() { return std::move(*error_); }
  /// The error, if there is one, as a Result.
  Result<void> result() {
    if (ok()) return {};
    return std::unexpected(take_error());
  }

  uint32_t offset() const { return first_offset_ + static_cast<uint32_t>(at_ - begin_); }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  bool at_end() const { return at_ == end_; }
  /// The next byte without taking it; -1 at the end.
  int peek() const { return at_ == end_ ? -1 : *at_; }

  uint8_t u8() {
    if (at_ == end_) [[unlikely]] {
      fail_end();
      return 0;
    }
    return *at_++;
  }
  uint32_t u32() { return leb<uint32_t>(read_leb_u32); }
  uint64_t u64() { return leb<uint64_t>(read_leb_u64); }
  int32_t s32() { return leb<int32_t>(read_leb_s32); }
  int64_t s33() { return leb<int64_t>(read_leb_s33); }
  int64_t s64() { return leb<int64_t>(read_leb_s64); }
  uint32_t fixed32() {
    const uint8_t* p = skip(4);
    return p ? load_unaligned<uint32_t>(p) : 0;
  }
  /// Passes over n bytes; null if there are fewer.
  const uint8_t* skip(size_t n) {
    if (left() < n) [[unlikely]] {
      fail_end();
      return nullptr;
    }
    const uint8_t* p = at_;
    at_ += n;
    return p;
  }

  /// A count of things that take at least one byte each, so it is at most the bytes left.
  uint32_t count(uint32_t limit, std::string_view what);
  /// vec(byte) as a view of the module's bytes.
  std::span<const std::byte> byte_vec();
  /// A name: valid UTF-8.
  std::string_view name();

  /// Records the first error only. The message is `phrase: detail`, or the phrase alone.
  void fail(std::string_view phrase, std::string_view detail = {}) {
    fail_at(offset(), phrase, detail);
  }
  void fail_at(uint32_t at, std::string_view phrase, std::string_view detail = {},
               ErrorCode code = ErrorCode::malformed);
  void fail_end() { fail("unexpected end of section or function"); }

 private:
  template <class T>
  T leb(LebStatus (*read)(const uint8_t*&, const uint8_t*, T&)) {
    T value = 0;
    const LebStatus status = read(at_, end_, value);
    if (status != LebStatus::ok) [[unlikely]] {
      fail_leb(status);
      return 0;
    }
    return value;
  }
  void fail_leb(LebStatus status);

  const uint8_t* begin_;
  const uint8_t* at_;
  const uint8_t* end_;
  uint32_t first_offset_;
  std::optional<Error> error_;
};

}  // namespace weft::binary
