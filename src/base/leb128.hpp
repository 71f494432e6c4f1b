// LEB128 integers (spec 5.2.2): bounded readers that reject what the spec rejects, readers for
// bytes that were validated before, and writers. One-byte values, nine of ten in real modules, stay
// inline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "base/bits.hpp"
#include "base/wrapping.hpp"

namespace weft {

enum class LebStatus : uint8_t {
  ok,
  truncated,  // the bytes end inside the integer; the reader of the surroundings knows the phrase
  too_long,   // more bytes than ceil(N / 7)
  too_large,  // the unused bits of the last byte are neither zero nor the sign
};

/// The spec's phrase for a malformed integer.
constexpr std::string_view to_string(LebStatus status) {
  switch (status) {
    case LebStatus::ok: return "ok";
    case LebStatus::truncated: return "unexpected end";
    case LebStatus::too_long: return "integer representation too long";
    case LebStatus::too_large: return "integer too large";
  }
  return "unknown";
}

namespace leb_detail {

/// Reads an integer of `Bits` bits from [p, end). On failure `p` is unchanged.
template <class T, unsigned Bits>
WEFT_WRAPS constexpr LebStatus read_slow(const uint8_t*& p, const uint8_t* end, T& out) {
  using U = std::make_unsigned_t<T>;
  constexpr unsigned kBytes = (Bits + 6) / 7;
  constexpr unsigned kLastBits = Bits - 7 * (kBytes - 1);  // payload bits used in the last byte
  const size_t left = static_cast<size_t>(end - p);
  U value = 0;
  for (unsigned i = 0; i < kBytes; ++i) {
    if (i == left) return LebStatus::truncated;
    const uint8_t byte = p[i];
    const unsigned payload = byte & 0x7fu;
    value |= static_cast<U>(static_cast<U>(payload) << (7 * i));
    if (i == kBytes - 1) {
      if (byte & 0x80u) return LebStatus::too_long;
      if constexpr (std::is_signed_v<T>) {
        // The bits above the sign bit must repeat it.
        const unsigned above = payload >> (kLastBits - 1);
        if (above != 0 && above != (0x7fu >> (kLastBits - 1))) return LebStatus::too_large;
      } else {
        if (payload >> kLastBits) return LebStatus::too_large;
      }
    }
    if (!(byte & 0x80u)) {
      const unsigned used = 7 * (i + 1);
      if constexpr (std::is_signed_v<T>) {
        if ((byte & 0x40u) && used < sizeof(T) * 8) value |= static_cast<U>(~U{0} << used);
      }
      p += i + 1;
      out = static_cast<T>(value);
      return LebStatus::ok;
    }
  }
  return LebStatus::too_long;
}

template <class T, unsigned Bits>
[[gnu::noinline]] constexpr LebStatus read_out_of_line(const uint8_t*& p, const uint8_t* end,
                                                       T& out) {
  return read_slow<T, Bits>(p, end, out);
}

template <class T, unsigned Bits>
[[gnu::always_inline]] constexpr LebStatus read(const uint8_t*& p, const uint8_t* end, T& out) {
  if (p != end && *p < 0x80) [[likely]] {
    const uint8_t byte = *p++;
    if constexpr (std::is_signed_v<T>) {
      out = static_cast<T>((byte ^ 0x40) - 0x40);
    } else {
      out = byte;
    }
    return LebStatus::ok;
  }
  return read_out_of_line<T, Bits>(p, end, out);
}

}  // namespace leb_detail

/// Readers of [p, end): on success `p` is behind the integer, on failure it is unchanged.
constexpr LebStatus read_leb_u32(const uint8_t*& p, const uint8_t* end, uint32_t& out) {
  return leb_detail::read<uint32_t, 32>(p, end, out);
}
constexpr LebStatus read_leb_u64(const uint8_t*& p, const uint8_t* end, uint64_t& out) {
  return leb_detail::read<uint64_t, 64>(p, end, out);
}
constexpr LebStatus read_leb_s32(const uint8_t*& p, const uint8_t* end, int32_t& out) {
  return leb_detail::read<int32_t, 32>(p, end, out);
}
/// Block types and heap types: a type index or a negative one-byte code.
constexpr LebStatus read_leb_s33(const uint8_t*& p, const uint8_t* end, int64_t& out) {
  return leb_detail::read<int64_t, 33>(p, end, out);
}
constexpr LebStatus read_leb_s64(const uint8_t*& p, const uint8_t* end, int64_t& out) {
  return leb_detail::read<int64_t, 64>(p, end, out);
}

/// Readers without bounds, only for bytes that a bounded reader has accepted before.
template <class T>
[[gnu::always_inline]] WEFT_WRAPS constexpr T read_leb_trusted(const uint8_t*& p) {
  using U = std::make_unsigned_t<T>;
  U value = 0;
  unsigned shift = 0;
  uint8_t byte = 0;
  do {
    byte = *p++;
    value |= static_cast<U>(static_cast<U>(byte & 0x7fu) << shift);
    shift += 7;
  } while (byte & 0x80u);
  if constexpr (std::is_signed_v<T>) {
    if ((byte & 0x40u) && shift < sizeof(T) * 8) value |= static_cast<U>(~U{0} << shift);
  }
  return static_cast<T>(value);
}

/// Writers: `sink` is anything with push_back(uint8_t). The shortest form.
template <class Sink>
constexpr void write_leb_u(Sink& sink, uint64_t value) {
  while (value >= 0x80) {
    sink.push_back(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  sink.push_back(static_cast<uint8_t>(value));
}

template <class Sink>
constexpr void write_leb_s(Sink& sink, int64_t value) {
  for (;;) {
    const auto byte = static_cast<uint8_t>(value & 0x7f);
    value >>= 7;
    if ((value == 0 && !(byte & 0x40)) || (value == -1 && (byte & 0x40))) {
      sink.push_back(byte);
      return;
    }
    sink.push_back(static_cast<uint8_t>(byte | 0x80));
  }
}

/// Bytes that write_leb_u makes of `value`.
constexpr size_t leb_u_size(uint64_t value) {
  size_t n = 1;
  while (value >>= 7) ++n;
  return n;
}

}  // namespace weft
