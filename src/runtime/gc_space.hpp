// The memory of a store's heap: one reservation, divided into blocks of 32 KiB. Objects never move.
// Small ones are bump allocated into the gaps that a collection leaves in a block, found when the
// allocator gets there (lazy sweep); large ones have blocks of their own. Which objects exist is
// known without cost at allocation: a block that was allocated into is walked from header to header
// when someone asks. ADR 0010.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "runtime/allocator.hpp"
#include "runtime/gc_object.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

/// One per heap; not thread-safe.
class GcSpace {
 public:
  static constexpr uint32_t kBlockBits = 15;
  static constexpr uint32_t kBlockBytes = 1u << kBlockBits;
  static constexpr uint32_t kLargeBytes =
      kBlockBytes / 2;  ///< Larger objects have their own blocks.
  static constexpr uint64_t kMaxBytes = uint64_t{1} << 32;
  static constexpr uint8_t kPoison = 0xdb;

  /// `area` is the bump area that allocating code reads. `stress`: every allocation takes the slow
  /// path, and memory is overwritten when it is freed.
  GcSpace(VMHeapArea& area, bool stress) : area_(area), stress_(stress) {}

  // --- addresses: given before it grows, taken back when nothing on it is used any more ---
  bool has_space() const { return static_cast<bool>(space_); }
  void set_space(HeapSpace space);
  HeapSpace take_space() { return std::move(space_); }

  // --- allocation: no growth, no collection. `bytes` is a multiple of 8; 0 if there is no room ---
  Ref allocate(uint64_t bytes);
  /// Bytes handed to the allocator since the last collection.
  uint64_t since_collection() const { return since_collection_; }
  /// Committed bytes, and what they would become if an object of `bytes` forced growth; 0: cannot
  /// grow.
  uint64_t committed() const { return uint64_t{block_count_} << kBlockBits; }
  uint64_t size_to_grow_to(uint64_t bytes, bool generous) const;
  /// False if the system refuses. Needs addresses.
  bool grow_to(uint64_t bytes);

  // --- objects ---
  std::byte* at(Ref r) const {
    return area_.base + r;
  }  // SAFETY: r is an offset inside the reservation
  ObjectHeader& header(Ref r) const {
    return *reinterpret_cast<ObjectHeader*>(at(r));
  }  // SAFETY: r is an object
  /// Is this the start of an existing object? Any value may be asked.
  bool is_object(uint64_t candidate);

  // --- collection: begin, mark..., end ---
  void begin_collection();
  /// True if it was not marked. SAFETY: an object.
  bool mark(Ref r) {
    uint64_t& word = marks_[r >> 9];
    const uint64_t bit = uint64_t{1} << ((r >> 3) & 63);
    if ((word & bit) != 0) return false;
    word |= bit;
    return true;
  }
  bool is_marked(Ref r) const { return (marks_[r >> 9] >> ((r >> 3) & 63) & 1) != 0; }
  void add_live(Ref r, uint64_t bytes) {
    blocks_[r >> kBlockBits].live +=
        static_cast<uint32_t>(bytes > kBlockBytes ? kBlockBytes : bytes);
  }
  /// A marked object that could not be pushed: its block has to be scanned again.
  void set_overflowed(Ref r) { blocks_[r >> kBlockBits].overflowed = true, overflowed_ = true; }
  /// Calls fn(Ref) for every marked object of the blocks that overflowed; false if there are none.
  template <class Fn>
  bool rescan_overflowed(Fn&& fn);
  /// Calls fn(Ref) for every marked object until it returns true; true if it did.
  template <class Fn>
  bool find_marked(Fn&& fn) const;
  /// Frees what is not marked.
  void end_collection();
  /// Bytes that survived the last collection.
  uint64_t live() const { return live_; }
  /// Gives free memory beyond `keep` bytes back to the system.
  void trim(uint64_t keep);

  /// Calls fn(Ref) for every existing object (tests). Ends the present bump areas.
  template <class Fn>
  void for_each_object(Fn&& fn);

 private:
  struct Block {
    enum class Kind : uint8_t { absent, free, small, large, tail };
    Kind kind = Kind::absent;
    bool unswept = false;       ///< small: not allocated into since the last collection, so what is
                                ///< marked is what exists
    bool starts_known = false;  ///< small: its part of starts_ is right
    bool overflowed = false;
    bool touched = false;  ///< The system may have given it memory.
    uint32_t live = 0;
    uint32_t count = 0;  ///< large: blocks
  };
  static constexpr uint32_t kMinGap = 32;
  static constexpr uint32_t kMedium = 512;  ///< Above, no gap is searched: a free block is opened.
  static constexpr uint32_t kGrowBlocks =
      8;  ///< Growth is in multiples of this: 4 KiB of each bitmap.
  static constexpr uint32_t kWordsPerBlock = kBlockBytes / 8 / 64;

  Ref bump(uint64_t bytes);
  Ref allocate_medium(uint64_t bytes);
  Ref allocate_large(uint64_t bytes);
  bool next_gap(uint64_t bytes);
  bool open_block();
  uint32_t take_free_block();
  void open_gap(uint32_t begin, uint32_t end);
  void retire_small();
  void retire_medium();
  void write_filler(uint32_t at, uint32_t bytes);
  uint32_t next_mark(uint32_t from, uint32_t end) const;
  void build_starts(uint32_t block);
  bool walk_finds(uint32_t from, uint32_t end, uint32_t wanted) const;
  void free_blocks(uint32_t first, uint32_t count);
  void poison_gaps(uint32_t block);

  VMHeapArea& area_;
  bool stress_;
  bool overflowed_ = false;
  HeapSpace space_;  // bitmaps: marks, then starts
  uint64_t* marks_ = nullptr;
  uint64_t* starts_ = nullptr;
  uint32_t max_blocks_ = 0;
  uint32_t block_count_ = 0;  // committed; block 0 is never used, so that 0 is no object
  uint32_t free_count_ = 0;
  std::vector<Block> blocks_;
  // The small bump area is [area_.cursor, gap_end_) in block small_block_; 0: none.
  uint32_t small_block_ = 0;
  uint32_t gap_end_ = 0;
  uint32_t medium_block_ = 0;
  uint32_t medium_cursor_ = 0;
  uint32_t partial_hint_ = 1;  // no block below it is unswept with room
  uint32_t free_hint_ = 1;     // no block below it is free
  uint64_t since_collection_ = 0;
  uint64_t live_ = 0;
};

template <class Fn>
bool GcSpace::rescan_overflowed(Fn&& fn) {
  if (!overflowed_) return false;
  overflowed_ = false;
  for (uint32_t b = 1; b < block_count_; ++b) {
    if (!blocks_[b].overflowed) continue;
    blocks_[b].overflowed = false;
    const uint32_t end =
        (b + 1) << kBlockBits;  // the last block of the 4 GiB is never used: no overflow
    for (uint32_t r = next_mark(b << kBlockBits, end); r != end; r = next_mark(r + 8, end))
      fn(Ref{r});
  }
  return true;
}

template <class Fn>
bool GcSpace::find_marked(Fn&& fn) const {
  for (uint32_t b = 1; b < block_count_; ++b) {
    if (blocks_[b].kind != Block::Kind::small && blocks_[b].kind != Block::Kind::large) continue;
    const uint32_t end =
        ((b + 1) << kBlockBits) - 8;  // of the last block too; no object is so small
    for (uint32_t r = next_mark(b << kBlockBits, end); r != end; r = next_mark(r + 8, end)) {
      if (fn(Ref{r})) return true;
    }
  }
  return false;
}

template <class Fn>
void GcSpace::for_each_object(Fn&& fn) {
  retire_small();
  retire_medium();
  for (uint32_t b = 1; b < block_count_; ++b) {
    const Block& block = blocks_[b];
    if (block.kind == Block::Kind::large) fn(Ref{b << kBlockBits});
    if (block.kind != Block::Kind::small) continue;
    for (uint32_t r = b << kBlockBits; r >> kBlockBits == b; r += 8) {
      if (is_object(r)) fn(Ref{r});
    }
  }
}

}  // namespace weft::runtime
