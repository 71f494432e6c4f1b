// The memory-access checker (option memory_check): which bytes of a linear memory are heap, and
// which of those the guest's allocator has handed out. Guest code asks before each access; the
// allocator's functions, known by name, tell what they do. ADR 0030.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "platform/virtual_memory.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::binary {
struct Module;
}

namespace weft::runtime {

class Memory;

/// What a function of the guest's allocator does.
enum class AllocatorFunc : uint8_t {
  none,
  malloc,          // (size) -> block
  calloc,          // (count, size) -> block
  aligned_alloc,   // (alignment, size) -> block
  posix_memalign,  // (where to write the block, alignment, size) -> 0
  realloc,         // (block, size) -> block
  free,            // (block)
  usable_size,     // (block) -> size
};
struct AllocatorRow {
  uint32_t index;
  AllocatorFunc func;
};
/// The defined functions of such a name (name section or export) and type.
std::vector<AllocatorRow> find_allocator(const binary::Module& module);

/// A code for each byte of a memory, made when the guest's allocator is called first. One for all
/// views of a shared memory, with a lock; otherwise used by the store's thread.
class MemoryShadow {
 public:
  explicit MemoryShadow(bool is_shared) : is_shared_(is_shared) {}

  std::unique_lock<std::mutex> lock() {
    return is_shared_ ? std::unique_lock(mutex_) : std::unique_lock<std::mutex>();
  }

  // --- memory.grow ---
  /// False: no memory for the codes.
  bool may_grow(uint64_t bytes);
  void grown(uint64_t from, uint64_t to, bool by_allocator);

  // --- under lock() ---
  bool active() const { return active_; }
  /// The heap may begin behind the static data of `module`. False: no memory.
  bool activate(const Memory& memory, const binary::Module& module);
  /// The first byte of the range that must not be used, or `address + bytes`.
  uint64_t first_bad(uint64_t address, uint64_t bytes) const;
  bool begins_block(uint64_t address) const {
    return at(address) == kBegin || at(address) == kEmpty;
  }
  bool begins_freed(uint64_t address) const { return at(address) == kFreedBegin; }
  uint64_t block_bytes(uint64_t begin) const;
  void allocate(uint64_t begin, uint64_t bytes);
  /// The block that begins there; its size.
  uint64_t free(uint64_t begin);
  /// What lies at an address, in words.
  std::string describe(uint64_t address) const;

 private:
  // A byte with the top bit must not be used.
  static constexpr uint8_t kUntracked = 0;       // no heap, as far as is known
  static constexpr uint8_t kUsed = 1;            // in a block
  static constexpr uint8_t kBegin = 2;           // its first byte
  static constexpr uint8_t kUnallocated = 0x80;  // of the heap
  static constexpr uint8_t kFreed = 0x81;
  static constexpr uint8_t kFreedBegin = 0x82;
  static constexpr uint8_t kEmpty = 0x83;  // where a block of no bytes is

  bool cover(uint64_t bytes);
  uint8_t at(uint64_t address) const { return address < size_ ? codes()[address] : kUntracked; }
  uint8_t* codes() const { return range_.data(); }
  void fill(uint64_t from, uint64_t to, uint8_t code);

  const bool is_shared_;
  bool active_ = false;
  std::mutex mutex_;
  platform::Reservation range_;
  uint64_t size_ = 0;  // bytes of the memory that have a code
  // Of the initial memory, what is heap if the allocator hands out a block below it.
  uint64_t unclaimed_begin_ = 0, unclaimed_end_ = 0;
};

/// Is the newest frame one of the guest's allocator, or called by it?
inline bool in_allocator(const VMStoreContext& store) {
  return store.interp_allocator_fp != nullptr && store.interp_fp >= store.interp_allocator_fp;
}

namespace memory_check {

/// What guest code is about to do: use `bytes` from `address + offset` on.
struct Access {
  uint32_t memory = 0;
  bool write = false;
  bool word = false;  ///< A load: see is_partial_word().
  uint64_t address = 0;
  uint64_t offset = 0;
  uint64_t bytes = 0;
};
/// TrapCode::none, or heap_misuse: then the store's pending outcome says what is wrong. What is out
/// of bounds is left to the access itself.
TrapCode access(VMContext* cx, const Cell* fp, const Access& access);

inline constexpr uint32_t kSavedCells = 3;
/// The frame at `fp` of an allocator's function begins, its arguments in place; `saved` keeps what
/// leave() needs.
TrapCode enter(VMContext* cx, Cell* fp, AllocatorFunc func, Cell* saved);
/// It ends with that result.
TrapCode leave(VMContext* cx, const Cell* fp, AllocatorFunc func, const Cell* saved,
               uint64_t result);

}  // namespace memory_check
}  // namespace weft::runtime
