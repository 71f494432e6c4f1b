// Linear memories (spec 4.2.8). A guarded memory reserves its whole index range plus guards, so
// that code needs no bounds checks; it never moves. Where that is not possible, code must check:
// guarded() tells. ADR 0006.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "platform/virtual_memory.hpp"
#include "runtime/allocator.hpp"
#include "runtime/item_table.hpp"
#include "runtime/resource_limiter.hpp"
#include "runtime/shared_memory.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

class EngineState;
class MemoryShadow;

/// True if a memory of this type can be guarded at all: 32-bit, pages of 64 KiB. Code compiled for
/// guards may only run with instances all of whose memories that satisfy this are guarded().
constexpr bool can_be_guarded(const MemoryType& t) {
  return t.address == AddressType::i32 && t.page_log2 == 16;
}

/// A module's data segments as copy-on-write pages, starting at a page-aligned address of memory 0.
/// Shared by instances.
struct MemoryImage {
  platform::CowImage image;
  uint64_t offset = 0;      ///< Byte offset in the memory; a multiple of the host's page size.
  uint64_t id = next_id();  ///< Unique in the process: tells whether it is mapped already.

  static uint64_t next_id();
};

/// Owned by its store (standalone) or by its instance's tail; never moves. Used by the store's
/// thread. Of a shared memory it is one store's view; the bytes belong to the SharedMemory.
class Memory : public VMMemory {
 public:
  Memory(Store& store, const MemoryType& type, ItemId id = {});
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  /// Makes the initial pages (zero, or the image, which must lie inside them). Asks limits and
  /// limiter. Errors: limit_exceeded, out_of_memory.
  Result<> create(const MemoryImage* image);

  /// Instead of create(): one more view of a shared memory of this type. Errors: limit_exceeded.
  Result<> attach(std::shared_ptr<SharedMemory> shared);
  /// Null if the type is not shared.
  const std::shared_ptr<SharedMemory>& shared() const { return shared_; }

  /// Takes the image back: all zero again. For an instantiation that fails before its data
  /// segments' turn.
  Result<> discard_image();

  /// memory.grow: the old size in pages, or nothing. By 0 asks no one. `trap` is set if the limiter
  /// wants a trap.
  std::optional<uint64_t> grow(uint64_t delta_pages, TrapCode& trap);

  const MemoryType& type() const { return type_; }  ///< limits.min is the declared minimum.
  uint64_t pages() const { return length_of(*this) >> type_.page_log2; }
  bool guarded() const { return shared_ != nullptr ? shared_->guarded() : space_.guarded; }
  /// The host writes initial contents there, before anybody else can.
  void note_written(uint64_t at, uint64_t bytes) {
    use_.begin = use_.begin < use_.end && use_.begin < at ? use_.begin : at;
    use_.end = use_.end > at + bytes ? use_.end : at + bytes;
  }
  /// From now on anybody may write anywhere.
  void expose() { use_.exposed = true; }
  /// With RuntimeOptions::memory_check; else null.
  MemoryShadow* shadow() const { return shadow_.get(); }
  std::span<std::byte> bytes() const { return {base, length_of(*this)}; }
  Store& store() const { return *store_; }
  ItemId id() const { return id_; }
  static Memory& from(VMMemory* m) {
    return *static_cast<Memory*>(m);
  }  // SAFETY: every VMMemory with a base is a Memory

 private:
  friend class Store;
  uint64_t maximum_bytes() const;
  Result<> reserve(uint64_t initial_bytes, const MemoryImage* image);
  Result<> map(const MemoryImage& image);
  bool extend(uint64_t new_bytes);
  bool move_and_extend(uint64_t new_bytes);
  void share();
  /// Null if it could; else why not. `old_bytes`: what it was grown from.
  const char* grow_to(uint64_t old_bytes, uint64_t new_bytes, bool& changed);

  MemoryType type_;
  Store* store_;
  ItemId id_;
  uint32_t place_ = ~0u;  ///< In the store's list of address ranges.
  MemorySpace space_;
  MemoryUse use_;                         ///< An instance's own memories begin unexposed.
  std::shared_ptr<SharedMemory> shared_;  ///< Shared: where all of the above has moved to.
  std::shared_ptr<MemoryShadow> shadow_;
};

}  // namespace weft::runtime
