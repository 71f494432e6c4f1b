// Where instances, linear memories, tables, the interpreter's stacks and heaps of references get
// their memory from: on demand from the system, or from a pool of fixed slots. Both keep what was
// given back for the next one, best for one of the same module, and never show what lay there
// before. ADR 0022.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.hpp"
#include "platform/virtual_memory.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

/// What a guarded memory reserves behind its base: any 32-bit index + any 32-bit static offset + 16
/// bytes of access lands inside. In front of it lies one more guard, against negative
/// displacements.
inline constexpr uint64_t kGuardedReach = (uint64_t{1} << 33) + (uint64_t{64} << 10);
inline constexpr uint64_t kFrontGuard = uint64_t{64} << 10;

inline constexpr uint32_t kNoSlot = ~uint32_t{0};

/// Addresses for one linear memory. Bytes are counted from its base.
struct MemorySpace {
  platform::Reservation own;                ///< On demand. Else empty:
  platform::Reservation* shared = nullptr;  ///< the pool's.
  uint64_t offset = 0;                      ///< Where the base lies in the reservation.
  uint64_t capacity = 0;                    ///< Bytes that can be made accessible without moving.
  uint64_t accessible = 0;  ///< Bytes that are: zero, or the image, when the space is handed out.
  uint64_t image = 0;       ///< Id of the image that is mapped there; 0: none.
  uint64_t image_offset = 0, image_bytes = 0;
  uint32_t slot = kNoSlot;
  bool guarded = false;
  bool fixed = false;  ///< All of its capacity is accessible and stays so.

  explicit operator bool() const { return capacity != 0; }
  platform::Reservation& range() { return shared != nullptr ? *shared : own; }
  std::byte* base() const {
    // SAFETY: offset lies in the reservation.
    return reinterpret_cast<std::byte*>((shared != nullptr ? *shared : own).data() + offset);
  }
  /// The addresses that a fault in this memory can have.
  uintptr_t range_start() const;
  uint64_t range_bytes() const;

  /// Makes [0, bytes) accessible, new ones zero; false if the system refuses or there is no room.
  bool extend(uint64_t bytes);
  /// Makes [bytes, accessible) inaccessible (or, of a fixed one, leaves it: nobody looks).
  bool restrict_to(uint64_t bytes);
  /// Takes the image away: the space is zero there.
  bool unmap_image();
};

/// What may differ from the initial contents of a memory that is given back.
struct MemoryUse {
  uint64_t begin = 0, end = 0;  ///< Bytes written by the host while it was made...
  bool exposed = true;          ///< ... and whether anybody could have written anywhere
  uint64_t length = 0;          ///< up to here.
};

/// Memory for one instance: `bytes` from `data`, 16-byte aligned.
struct InstanceBlock {
  std::byte* data = nullptr;
  uint64_t bytes = 0;
  uint64_t module = 0;         ///< ModuleInfo::id of what lay there; 0: all zero.
  const void* code = nullptr;  ///< The TierCode its function references were made for.
  uint32_t slot = kNoSlot;
};

/// Cells for a table that does not lie in its instance's block; all null.
struct TableSpace {
  Cell* base = nullptr;
  uint64_t capacity = 0;
  uint32_t slot = kNoSlot;
};

/// A stack of guest frames: readable and writable, with an inaccessible page behind it.
struct StackSpace {
  platform::Reservation memory;
  uint64_t bytes = 0;
  uint32_t slot = kNoSlot;

  explicit operator bool() const { return static_cast<bool>(memory); }
  /// Error: out_of_memory.
  static Result<StackSpace> create(uint64_t bytes);
  /// Is all beyond the first `kept` bytes zero for sure? Looks at the `gap` bytes behind them, if
  /// these are few.
  bool unused_beyond(uint64_t kept, uint64_t gap) const;
};

/// Addresses for one heap of references: `bytes` of objects and a guard, and its two bitmaps (a bit
/// for 8 bytes each, one behind the other). What is committed of both is zero when it is handed
/// out.
struct HeapSpace {
  platform::Reservation objects;
  platform::Reservation bitmaps;
  uint64_t bytes = 0;
  uint64_t objects_committed = 0;
  uint64_t bitmap_committed = 0;  ///< Of each.
  uint32_t slot = kNoSlot;

  explicit operator bool() const { return static_cast<bool>(objects); }
  /// Less than could be where address space is limited. Error: out_of_memory.
  static Result<HeapSpace> create();
};

/// Slots of a pool that are in use at this moment.
struct PoolMetrics {
  uint32_t instances = 0, memories = 0, tables = 0, stacks = 0, gc_heaps = 0;
};

struct ModuleInfo;

/// Thread-safe. What was taken must be given back before the allocator goes.
class Allocator {
 public:
  Allocator() = default;
  virtual ~Allocator() = default;
  Allocator(const Allocator&) = delete;
  Allocator& operator=(const Allocator&) = delete;

  /// Could an instance of this module ever be made? Error: limit_exceeded, with the sizes.
  virtual Result<> check_fits(const ModuleInfo& info) const = 0;

  /// Errors: limit_exceeded (names the limit), out_of_memory. The block may hold what an instance
  /// of the same module left: its function references are right, all other content is to be
  /// written.
  virtual Result<InstanceBlock> take_block(uint64_t bytes, uint64_t module) = 0;
  virtual void give_block(InstanceBlock block) noexcept = 0;

  struct MemoryWish {
    uint64_t initial = 0;  ///< Bytes that will be needed at once.
    uint64_t maximum = 0;  ///< Bytes that the type allows.
    bool guardable = false;
    uint64_t image = 0;  ///< Preferred: a space where this image is mapped.
  };
  virtual Result<MemorySpace> take_memory(const MemoryWish& wish) = 0;
  virtual void give_memory(MemorySpace space, const MemoryUse& use) noexcept = 0;

  virtual Result<TableSpace> take_table(uint64_t cells) = 0;
  virtual void give_table(TableSpace space, uint64_t used) noexcept = 0;

  /// All stacks of an engine have the same size.
  virtual Result<StackSpace> take_stack(uint64_t bytes) = 0;
  /// `gap`: as far as it was used, no more than so many bytes of it in a row are zero.
  virtual void give_stack(StackSpace space, uint64_t gap) noexcept = 0;

  virtual Result<HeapSpace> take_heap() = 0;
  virtual void give_heap(HeapSpace space) noexcept = 0;

  /// All zero if this is no pool.
  virtual PoolMetrics metrics() { return {}; }
};

/// `kept`: blocks and memories, of each kind in each stripe; `stacks`: of the whole engine.
std::unique_ptr<Allocator> make_on_demand_allocator(bool guards, uint32_t kept, uint32_t stacks);

/// Sizes of a pool; names as in weft_pool_config_t.
struct PoolOptions {
  uint32_t instances = 1000;
  uint64_t instance_bytes = uint64_t{4} << 20;
  uint32_t memories = 1000;
  uint64_t memory_bytes = uint64_t{1} << 32;
  bool guards = true;
  uint32_t tables = 1000;
  uint64_t table_elements = 1u << 16;
  uint32_t stacks = 0;    ///< 0: as many as instances.
  uint32_t gc_heaps = 0;  ///< 0: as many as instances.
  uint64_t keep_resident = uint64_t{64} << 10;
  uint32_t batch = 16;
};
/// Errors: bad_config (a pool without room, or larger than the address space), out_of_memory.
Result<std::unique_ptr<Allocator>> make_pooling_allocator(const PoolOptions& options, bool guards);

/// Things kept for the next user, in stripes, so that threads do not meet.
template <class T>
class Stripes {
 public:
  static constexpr size_t kStripes = 16;
  struct alignas(64) Stripe {
    std::mutex mutex;
    std::vector<T> kept;  // guarded by mutex
  };
  Stripe& mine() { return stripes_[thread_number() % kStripes]; }
  std::array<Stripe, kStripes>& all() { return stripes_; }

  /// Small numbers, one per thread.
  static uint32_t thread_number();

 private:
  std::array<Stripe, kStripes> stripes_;
};

/// Threads in the order in which they first asked.
uint32_t this_thread_number();
template <class T>
uint32_t Stripes<T>::thread_number() {
  return this_thread_number();
}

}  // namespace weft::runtime
