// What a general memory access moves: width and extension.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weft::interp {

enum class MemoryKind : uint32_t { u8, u16, u32, u64, s8_32, s16_32, s8_64, s16_64, s32_64 };

/// In the memory word of a general access: addresses have 64 bits.
inline constexpr uint32_t kWideAddress = 0x8000'0000u;

/// What check_access is told: bytes (at most 16) and these.
inline constexpr uint32_t kCheckBytes = 0xff;
inline constexpr uint32_t kCheckWrite = 0x100;
inline constexpr uint32_t kCheckLength = 0x200;  ///< As many bytes as a slot says.

constexpr uint32_t bytes_of(MemoryKind kind) {
  switch (kind) {
    case MemoryKind::u8:
    case MemoryKind::s8_32:
    case MemoryKind::s8_64: return 1;
    case MemoryKind::u16:
    case MemoryKind::s16_32:
    case MemoryKind::s16_64: return 2;
    case MemoryKind::u32:
    case MemoryKind::s32_64: return 4;
    case MemoryKind::u64: return 8;
  }
  return 8;
}

template <class Mem, class Val>
inline uint64_t load_extended(const std::byte* from) {
  Mem raw;
  std::memcpy(&raw, from, sizeof(Mem));
  return static_cast<uint64_t>(static_cast<Val>(raw));
}

/// The cell's bits of what lies at `from`; i32 results zero-extended.
inline uint64_t load_bits(MemoryKind kind, const std::byte* from) {
  switch (kind) {
    case MemoryKind::u8: return load_extended<uint8_t, uint32_t>(from);
    case MemoryKind::u16: return load_extended<uint16_t, uint32_t>(from);
    case MemoryKind::u32: return load_extended<uint32_t, uint32_t>(from);
    case MemoryKind::u64: return load_extended<uint64_t, uint64_t>(from);
    case MemoryKind::s8_32: return static_cast<uint32_t>(load_extended<int8_t, int32_t>(from));
    case MemoryKind::s16_32: return static_cast<uint32_t>(load_extended<int16_t, int32_t>(from));
    case MemoryKind::s8_64: return load_extended<int8_t, int64_t>(from);
    case MemoryKind::s16_64: return load_extended<int16_t, int64_t>(from);
    case MemoryKind::s32_64: return load_extended<int32_t, int64_t>(from);
  }
  return 0;
}

}  // namespace weft::interp
