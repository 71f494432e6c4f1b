// What all stores and modules of an engine share. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/allocator.hpp"
#include "runtime/backtrace.hpp"
#include "runtime/frame_state.hpp"
#include "runtime/type_registry.hpp"

namespace weft::runtime {

class Continuation;
class Marker;
class Store;

/// Opaque state a tier keeps in a store (its stack).
struct TierState {
  virtual ~TierState() = default;
  /// Of a store: shows the collector the cells of guest frames that may hold references.
  virtual void visit_stacks(Marker& marker, const VMStoreContext& store) const {
    (void)marker, (void)store;
  }
  /// Of a store: does a call wait to be resumed?
  virtual bool has_suspended() const { return false; }
};

struct RuntimeOptions {
  bool signals = true;      ///< Faults become traps; off: every tier checks explicitly.
  bool guard_pages = true;  ///< Reserve 32-bit memories whole (needs signals).
  uint64_t max_native_stack =
      512u << 10;  ///< Bytes of native stack that guest code and hosts called by it may use.
  uint32_t cached_reservations = 4;  ///< Memories and instances kept for the next one, per stripe.
  uint64_t interp_stack_max = 16u << 20;  ///< Bytes of frames; address space only.
  uint32_t interp_cached_stacks = 2;
  bool fuel = false;             ///< Code counts fuel.
  bool epochs = false;           ///< Code checks the epoch.
  bool memory_check = false;     ///< Memories can have a shadow (memory_check.hpp).
  bool fuel_eager_bulk = false;  ///< Bulk operations pay before their bounds are checked.
  uint32_t gc_zeal =
      0;  ///< Collect at every Nth allocation and overwrite what is freed; 0: off. For tests.
};

class EngineState {
 public:
  /// `allocator`: on demand, if null.
  explicit EngineState(const RuntimeOptions& options,
                       std::unique_ptr<Allocator> allocator = nullptr);
  ~EngineState();
  EngineState(const EngineState&) = delete;
  EngineState& operator=(const EngineState&) = delete;

  const RuntimeOptions& options() const { return options_; }
  TypeRegistry& types() { return types_; }
  const TypeRegistry& types() const { return types_; }

  std::atomic<uint64_t>& epoch() { return epoch_; }
  uint64_t next_store_id();

  /// Of instances, memories, tables, stacks and heaps.
  Allocator& allocator() const { return *allocator_; }

  // Set once, by the engine, before any store exists.
  CollectFrames collect_interp_frames = nullptr;
  /// A call of a function of that tier, on a stack of its own. Errors: limit_exceeded,
  /// out_of_memory.
  Result<std::unique_ptr<Continuation>> (*make_continuation)(Store& store,
                                                             VMFuncRef* func) = nullptr;
  /// Gives back the fuel of what the frames of one activation were charged for and will not run.
  void (*refund_fuel)(Store& store, const FrameAnchor& anchor, bool before) = nullptr;
  CollectStates collect_interp_states = nullptr;

 private:
  RuntimeOptions options_;
  TypeRegistry types_;
  std::atomic<uint64_t> epoch_{0};
  std::unique_ptr<Allocator> allocator_;
};

}  // namespace weft::runtime
