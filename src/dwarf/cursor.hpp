// A bounded reader of DWARF bytes with a sticky failure, and the budget that bounds all work on
// bytes which a stranger made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bits.hpp"
#include "base/wrapping.hpp"

namespace weft::dwarf {

using Bytes = std::span<const std::byte>;

/// Steps that may still be taken. What is not affordable is left out: a backtrace without lines is
/// better than one that never comes.
struct Budget {
  uint64_t left = 0;
  bool spend(uint64_t steps = 1) {
    if (left < steps) {
      left = 0;
      return false;
    }
    left -= steps;
    return true;
  }
};

/// After the first read past the end every read gives zero and ok() is false.
class Cursor {
 public:
  explicit Cursor(Bytes bytes, uint64_t at = 0)
      : bytes_(bytes), at_(at <= bytes.size() ? static_cast<size_t>(at) : bytes.size()) {
    if (at > bytes.size()) ok_ = false;
  }

  bool ok() const { return ok_; }
  size_t at() const { return at_; }
  size_t left() const { return bytes_.size() - at_; }
  bool at_end() const { return at_ == bytes_.size(); }

  uint8_t u8() { return fixed<uint8_t>(); }
  uint16_t u16() { return fixed<uint16_t>(); }
  uint32_t u32() { return fixed<uint32_t>(); }
  uint64_t u64() { return fixed<uint64_t>(); }
  uint32_t u24() {
    const uint32_t low = u16();
    return low | static_cast<uint32_t>(u8()) << 16;
  }
  /// 1, 2, 4 or 8 bytes.
  uint64_t sized(unsigned bytes) {
    switch (bytes) {
      case 1: return u8();
      case 2: return u16();
      case 4: return u32();
      case 8: return u64();
      default: return fail();
    }
  }
  /// An offset in a section: 8 bytes in 64-bit DWARF.
  uint64_t offset(bool is64) { return is64 ? u64() : u32(); }

  // DWARF numbers may be longer than needed; bits past the 64th are dropped.
  WEFT_WRAPS uint64_t uleb() {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const uint8_t b = u8();
      if (shift < 64) value |= static_cast<uint64_t>(b & 0x7f) << shift;
      if ((b & 0x80) == 0 || !ok_) return value;
    }
  }
  WEFT_WRAPS int64_t sleb() {
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t b = 0;
    do {
      b = u8();
      if (shift < 64) value |= static_cast<uint64_t>(b & 0x7f) << shift;
      shift += 7;
    } while ((b & 0x80) != 0 && ok_);
    if (shift < 64 && (b & 0x40) != 0) value |= ~uint64_t{0} << shift;
    return static_cast<int64_t>(value);
  }
  /// A string that ends with a zero byte.
  std::string_view string() {
    const size_t start = at_;
    while (at_ < bytes_.size() && bytes_[at_] != std::byte{0}) ++at_;
    if (at_ == bytes_.size()) {
      fail();
      return {};
    }
    // SAFETY: the bytes from start to at_ are inside; read as characters.
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + start, at_ - start);
    ++at_;
    return text;
  }
  void skip(uint64_t n) {
    if (n > left()) {
      fail();
    } else {
      at_ += static_cast<size_t>(n);
    }
  }
  /// The next n bytes as a reader of their own; this one goes behind them.
  Cursor take(uint64_t n) {
    if (n > left()) {
      fail();
      return Cursor(Bytes());
    }
    Cursor part(bytes_.subspan(at_, static_cast<size_t>(n)));
    at_ += static_cast<size_t>(n);
    return part;
  }
  uint64_t fail() {
    ok_ = false;
    at_ = bytes_.size();
    return 0;
  }

 private:
  template <class T>
  T fixed() {
    if (left() < sizeof(T)) return static_cast<T>(fail());
    const T value = load_unaligned<T>(bytes_.data() + at_);
    at_ += sizeof(T);
    return value;
  }

  Bytes bytes_;
  size_t at_;
  bool ok_ = true;
};

}  // namespace weft::dwarf
