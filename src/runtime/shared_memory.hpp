// The memory behind shared linear memories (threads proposal): one reservation, seen by the stores
// of several threads each through a Memory of its own. It never moves. ADR 0013.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "runtime/allocator.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

class EngineState;
class Memory;
class MemoryShadow;

/// Thread-safe. Lives as long as someone holds it; every attached Memory does.
class SharedMemory {
 public:
  struct Parts {
    MemoryType type;
    MemorySpace space;
    std::byte* base = nullptr;
    uint64_t length = 0;
  };
  SharedMemory(std::shared_ptr<EngineState> engine, Parts parts);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  const MemoryType& type() const { return parts_.type; }
  std::byte* base() const { return parts_.base; }
  bool guarded() const { return parts_.space.guarded; }
  const MemorySpace& space() const { return parts_.space; }
  uint64_t length() const;
  const std::shared_ptr<MemoryShadow>& shadow() const { return shadow_; }

  /// `view` learns base and length, and every later length.
  void attach(Memory& view);
  void detach(Memory& view);

  enum class Growth : uint8_t { done, changed, refused };
  /// From `from` bytes, if that is still the size (changed: it is not), to `to` bytes, all zero.
  Growth grow(uint64_t from, uint64_t to);

 private:
  const std::shared_ptr<EngineState> engine_;
  mutable std::mutex mutex_;
  Parts parts_;  // length and space.accessible: guarded by mutex_, the rest never changes
  std::shared_ptr<MemoryShadow> shadow_;  // with memory_check
  std::vector<Memory*> views_;            // guarded by mutex_
};

/// The present size of a memory that other threads may grow.
inline uint64_t length_of(const VMMemory& memory) {
  // SAFETY: one word; what was accessible stays so, so an old value is as good as a new one.
  return __atomic_load_n(&memory.length, __ATOMIC_RELAXED);
}

}  // namespace weft::runtime
