#include "runtime/gc_space.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/wrapping.hpp"

namespace weft::runtime {

namespace {
constexpr uint64_t kBitmapShift = 6;  // bytes of heap per byte of a bitmap: 64
}  // namespace

// --- address space
// ---------------------------------------------------------------------------------------------------

void GcSpace::set_space(HeapSpace space) {
  space_ = std::move(space);
  // Offsets of ends stay below 2^32.
  max_blocks_ = static_cast<uint32_t>((space_.bytes >> kBlockBits) - 1);
  area_.base = reinterpret_cast<std::byte*>(space_.objects.data());
  // SAFETY: the bitmaps' reservation is page-aligned and has room for both.
  marks_ = reinterpret_cast<uint64_t*>(space_.bitmaps.data());
  starts_ = reinterpret_cast<uint64_t*>(space_.bitmaps.data() + (space_.bytes >> kBitmapShift));
}

uint64_t GcSpace::size_to_grow_to(uint64_t bytes, bool generous) const {
  const uint64_t max_blocks = max_blocks_ != 0 ? max_blocks_ : (kMaxBytes >> kBlockBits) - 1;
  uint64_t blocks = (bytes + kBlockBytes - 1) >> kBlockBits;
  if (generous) blocks = std::max<uint64_t>({blocks, 32, block_count_ / 8u});
  blocks = std::max<uint64_t>((blocks + kGrowBlocks - 1) / kGrowBlocks * kGrowBlocks, kGrowBlocks);
  const uint64_t base = block_count_ == 0 ? 1 : block_count_;  // block 0 is absent
  uint64_t wanted = base + blocks;
  if (wanted > max_blocks) {
    if (base + ((bytes + kBlockBytes - 1) >> kBlockBits) > max_blocks || base == max_blocks)
      return 0;
    wanted = max_blocks;
  }
  return wanted << kBlockBits;
}

bool GcSpace::grow_to(uint64_t bytes) {
  const auto wanted = static_cast<uint32_t>(bytes >> kBlockBits);
  if (wanted > max_blocks_) return false;
  const uint32_t first = block_count_ == 0 ? 1 : block_count_;
  // Of a recycled space more may be committed than we have grown to.
  const uint64_t bitmap = std::min<uint64_t>(platform::round_up_to_page(bytes >> kBitmapShift),
                                             space_.bitmaps.size() / 2);
  if (uint64_t& have = space_.bitmap_committed; bitmap > have) {
    if (!space_.bitmaps.commit(have, bitmap - have)) return false;
    if (!space_.bitmaps.commit(space_.bitmaps.size() / 2 + have, bitmap - have)) return false;
    have = bitmap;
  }
  const uint64_t end = uint64_t{wanted} << kBlockBits;
  const uint64_t from = std::max<uint64_t>(space_.objects_committed, kBlockBytes);
  if (end > from) {
    if (!space_.objects.commit(from, end - from)) return false;
    space_.objects_committed = end;
  }
  try {
    blocks_.resize(wanted);
  } catch (const std::bad_alloc&) {
    return false;  // what was committed is used when it grows the next time
  }
  for (uint32_t b = first; b < wanted; ++b) blocks_[b].kind = Block::Kind::free;
  free_count_ += wanted - first;
  free_hint_ = std::min(free_hint_, first);
  block_count_ = wanted;
  return true;
}

void GcSpace::trim(uint64_t keep) {
  uint64_t kept = 0;
  uint32_t run_end = 0;  // of free touched blocks to give back, growing downwards
  uint32_t run_begin = 0;
  const auto give_back = [&] {
    if (run_end != 0) {
      // Refusal changes nothing: the memory stays.
      static_cast<void>(space_.objects.reset(size_t{run_begin} << kBlockBits,
                                             size_t{run_end - run_begin} << kBlockBits));
    }
    run_end = 0;
  };
  // What lies low is used first, so the rest is what is given back.
  for (uint32_t b = 1; b < block_count_; ++b) {
    Block& block = blocks_[b];
    if (block.kind != Block::Kind::free || !block.touched) {
      give_back();
      continue;
    }
    kept += kBlockBytes;
    if (kept <= keep) continue;
    block.touched = false;
    if (run_end == 0) run_begin = b;
    run_end = b + 1;
  }
  give_back();
}

// --- allocation
// ------------------------------------------------------------------------------------------------------

Ref GcSpace::bump(uint64_t bytes) {
  const Ref r = area_.cursor;
  area_.cursor += static_cast<uint32_t>(bytes);
  area_.limit = stress_ ? area_.cursor : gap_end_;
  return r;
}

Ref GcSpace::allocate(uint64_t bytes) {
  if (bytes > kLargeBytes) return allocate_large(bytes);
  if (gap_end_ - area_.cursor >= bytes) return bump(bytes);
  if (bytes > kMedium) return allocate_medium(bytes);
  do {
    if (next_gap(bytes)) return bump(bytes);
  } while (open_block());
  return kNullRef;
}

void GcSpace::open_gap(uint32_t begin, uint32_t end) {
  area_.cursor = begin;
  gap_end_ = end;
  since_collection_ += end - begin;
}

/// The next gap of the present block with room for `bytes`.
bool GcSpace::next_gap(uint64_t bytes) {
  if (small_block_ == 0) return false;
  write_filler(area_.cursor, gap_end_ - area_.cursor);
  const uint32_t end = (small_block_ + 1) << kBlockBits;
  uint32_t at = gap_end_;
  while (at != end) {
    const uint32_t live = next_mark(at, end);
    if (live - at >= kMinGap && live - at >= bytes) {
      open_gap(at, live);
      return true;
    }
    write_filler(at, live - at);
    at = live == end ? end : live + static_cast<uint32_t>(header(live).bytes());
  }
  area_.cursor = area_.limit = gap_end_ = 0;
  small_block_ = 0;
  return false;
}

bool GcSpace::open_block() {
  for (; partial_hint_ < block_count_; ++partial_hint_) {
    Block& block = blocks_[partial_hint_];
    if (block.kind != Block::Kind::small || !block.unswept || block.live > kBlockBytes / 8 * 7)
      continue;
    block.unswept = false;
    block.starts_known = false;
    small_block_ = partial_hint_++;
    area_.cursor = area_.limit = gap_end_ = small_block_ << kBlockBits;
    return true;
  }
  small_block_ = take_free_block();
  if (small_block_ == 0) return false;
  area_.cursor = area_.limit = gap_end_ = small_block_ << kBlockBits;
  return true;
}

uint32_t GcSpace::take_free_block() {
  if (free_count_ == 0) return 0;
  while (blocks_[free_hint_].kind != Block::Kind::free) ++free_hint_;
  Block& block = blocks_[free_hint_];
  block = {};
  block.kind = Block::Kind::small;
  block.touched = true;
  --free_count_;
  return free_hint_++;
}

Ref GcSpace::allocate_medium(uint64_t bytes) {
  const auto size = static_cast<uint32_t>(bytes);
  if (medium_block_ == 0 || ((medium_block_ + 1) << kBlockBits) - medium_cursor_ < size) {
    const uint32_t fresh = take_free_block();
    if (fresh == 0) return kNullRef;
    retire_medium();
    medium_block_ = fresh;
    medium_cursor_ = fresh << kBlockBits;
    since_collection_ += kBlockBytes;
  }
  const Ref r = medium_cursor_;
  medium_cursor_ += size;
  return r;
}

Ref GcSpace::allocate_large(uint64_t bytes) {
  if (bytes > kMaxBytes) return kNullRef;
  const auto count = static_cast<uint32_t>((bytes + kBlockBytes - 1) >> kBlockBits);
  if (count > free_count_) return kNullRef;
  uint32_t run = 0;
  for (uint32_t b = free_hint_; b < block_count_; ++b) {
    run = blocks_[b].kind == Block::Kind::free ? run + 1 : 0;
    if (run < count) continue;
    const uint32_t first = b + 1 - count;
    for (uint32_t i = first; i <= b; ++i) {
      blocks_[i] = {};
      blocks_[i].kind = i == first ? Block::Kind::large : Block::Kind::tail;
      blocks_[i].touched = true;
    }
    blocks_[first].count = count;
    free_count_ -= count;
    since_collection_ += uint64_t{count} << kBlockBits;
    return first << kBlockBits;
  }
  return kNullRef;
}

void GcSpace::write_filler(uint32_t at, uint32_t bytes) {
  if (bytes == 0) return;
  header(at) = {ObjectHeader::make(ObjectKind::filler), bytes};
}

/// Makes the present block walkable from its start to its end.
void GcSpace::retire_small() {
  while (next_gap(kMinGap)) area_.limit = area_.cursor;
}
void GcSpace::retire_medium() {
  if (medium_block_ == 0) return;
  write_filler(medium_cursor_, ((medium_block_ + 1) << kBlockBits) - medium_cursor_);
  medium_block_ = 0;
}

// --- which objects exist
// ---------------------------------------------------------------------------------------------

WEFT_WRAPS uint32_t GcSpace::next_mark(uint32_t from, uint32_t end) const {
  if (from >= end) return end;
  uint32_t index = from >> 9;
  uint64_t word = marks_[index] & (~uint64_t{0} << ((from >> 3) & 63));
  const uint32_t last = end >> 9;  // blocks end at word boundaries
  while (word == 0) {
    if (++index >= last) return end;
    word = marks_[index];
  }
  return (index << 9) + (static_cast<uint32_t>(__builtin_ctzll(word)) << 3);
}

void GcSpace::build_starts(uint32_t block) {
  uint64_t* const words = starts_ + size_t{block} * kWordsPerBlock;
  std::memset(words, 0, kWordsPerBlock * sizeof(uint64_t));
  const uint32_t begin = block << kBlockBits;
  const uint32_t end = begin + kBlockBytes;
  for (uint32_t at = begin; at < end;) {
    const ObjectHeader& h = header(at);
    if (h.kind() != ObjectKind::filler) words[(at - begin) >> 9] |= uint64_t{1} << ((at >> 3) & 63);
    const uint64_t bytes = h.bytes();
    WEFT_CHECK(bytes != 0 && bytes % 8 == 0 &&
               bytes <= end - at);  // a broken header would send us anywhere
    at += static_cast<uint32_t>(bytes);
  }
  blocks_[block].starts_known = true;
}

bool GcSpace::walk_finds(uint32_t from, uint32_t end, uint32_t wanted) const {
  while (from < end && from < wanted) from += static_cast<uint32_t>(header(from).bytes());
  return from < end && from == wanted && header(from).kind() != ObjectKind::filler;
}

bool GcSpace::is_object(uint64_t candidate) {
  if ((candidate & 7) != 0 || candidate >= committed()) return false;
  const auto r = static_cast<uint32_t>(candidate);
  const uint32_t b = r >> kBlockBits;
  Block& block = blocks_[b];
  if (block.kind == Block::Kind::large) return r == b << kBlockBits;
  if (block.kind != Block::Kind::small) return false;
  if (block.unswept) return is_marked(r);
  if (b == small_block_) {
    // Behind the present gap nothing was swept yet.
    return r < area_.cursor ? walk_finds(b << kBlockBits, area_.cursor, r)
                            : r >= gap_end_ && is_marked(r);
  }
  if (b == medium_block_) return walk_finds(b << kBlockBits, medium_cursor_, r);
  if (!block.starts_known) build_starts(b);
  return (starts_[r >> 9] >> ((r >> 3) & 63) & 1) != 0;
}

// --- collection
// ------------------------------------------------------------------------------------------------------

void GcSpace::begin_collection() {
  retire_small();
  retire_medium();
  overflowed_ = false;
  for (uint32_t b = 1; b < block_count_; ++b) {
    Block& block = blocks_[b];
    if (block.unswept) {
      std::memcpy(starts_ + size_t{b} * kWordsPerBlock, marks_ + size_t{b} * kWordsPerBlock,
                  kWordsPerBlock * 8);
      block.unswept = false;
      block.starts_known = true;
    }
    block.live = 0;
    block.overflowed = false;
  }
  if (marks_ != nullptr) std::memset(marks_, 0, size_t{block_count_} * kWordsPerBlock * 8);
}

void GcSpace::free_blocks(uint32_t first, uint32_t count) {
  if (stress_) std::memset(at(first << kBlockBits), kPoison, size_t{count} << kBlockBits);
  for (uint32_t b = first; b < first + count; ++b) {
    blocks_[b] = {};
    blocks_[b].kind = Block::Kind::free;
    blocks_[b].touched = true;
  }
  free_count_ += count;
}

void GcSpace::poison_gaps(uint32_t block) {
  const uint32_t end = (block + 1) << kBlockBits;
  for (uint32_t p = block << kBlockBits; p != end;) {
    const uint32_t live = next_mark(p, end);
    std::memset(at(p), kPoison, live - p);
    p = live == end ? end : live + static_cast<uint32_t>(header(live).bytes());
  }
}

void GcSpace::end_collection() {
  live_ = 0;
  for (uint32_t b = 1; b < block_count_; ++b) {
    Block& block = blocks_[b];
    if (block.kind == Block::Kind::large) {
      const uint32_t count = block.count;
      if (is_marked(b << kBlockBits)) {
        live_ += uint64_t{count} << kBlockBits;
      } else {
        free_blocks(b, count);
      }
      b += count - 1;
    } else if (block.kind == Block::Kind::small) {
      if (block.live == 0) {
        free_blocks(b, 1);
        continue;
      }
      live_ += block.live;
      block.unswept = true;
      block.starts_known = false;
      if (stress_) poison_gaps(b);
    }
  }
  partial_hint_ = free_hint_ = 1;
  since_collection_ = 0;
}

}  // namespace weft::runtime
