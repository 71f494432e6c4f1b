#include "engine/data_image.hpp"

#include <algorithm>
#include <cstring>

#include "base/bits.hpp"
#include "engine/const_eval.hpp"
#include "platform/virtual_memory.hpp"

namespace weft::engine {

std::optional<runtime::MemoryImage> make_data_image(const binary::Module& m) {
  // Below this, copying at instantiation is cheaper than a mapping and its page faults.
  constexpr uint64_t kWorthwhile = 64u << 10;
  if (m.memories.empty() || m.imported_memories != 0 || !runtime::can_be_guarded(m.memories[0]))
    return std::nullopt;
  const uint64_t memory_bytes =
      saturating_mul(m.memories[0].limits.min, m.memories[0].page_bytes());

  uint64_t begin = memory_bytes;
  uint64_t end = 0;
  uint64_t total = 0;
  for (const binary::DataSegment& s : m.datas) {
    if (s.mode != binary::SegmentMode::active) continue;
    if (s.memory.value != 0) return std::nullopt;
    const auto offset = literal_address(m, s.offset);
    if (!offset || !in_bounds<uint64_t>(*offset, s.bytes.size, memory_bytes)) return std::nullopt;
    if (s.bytes.size == 0) continue;
    begin = std::min(begin, *offset);
    end = std::max(end, *offset + s.bytes.size);
    total += s.bytes.size;
  }
  if (total < kWorthwhile || end - begin > 2 * total) return std::nullopt;

  begin = align_down<uint64_t>(begin, platform::page_size());
  std::vector<uint8_t> bytes(end - begin);
  for (const binary::DataSegment& s : m.datas) {
    if (s.mode != binary::SegmentMode::active || s.bytes.size == 0) continue;
    std::memcpy(bytes.data() + (*literal_address(m, s.offset) - begin), m.range(s.bytes).data(),
                s.bytes.size);
  }
  auto image = platform::CowImage::create(bytes);
  if (!image) return std::nullopt;
  return runtime::MemoryImage{std::move(*image), begin};
}

}  // namespace weft::engine
