// What all stores and modules of an engine share. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "platform/virtual_memory.hpp"
#include "runtime/backtrace.hpp"
#include "runtime/frame_state.hpp"
#include "runtime/type_registry.hpp"

namespace weft::runtime {

class Marker;

/// Opaque state a tier keeps in an engine (stack pool) or in a store (its stack).
struct TierState {
  virtual ~TierState() = default;
  /// Of a store: shows the collector the cells of guest frames that may hold references.
  virtual void visit_stacks(Marker& marker, const VMStoreContext& store) const {
    (void)marker, (void)store;
  }
};

struct RuntimeOptions {
  bool signals = true;      ///< Faults become traps; off: every tier checks explicitly.
  bool guard_pages = true;  ///< Reserve 32-bit memories whole (needs signals).
  uint64_t max_native_stack =
      512u << 10;  ///< Bytes of native stack that guest code and hosts called by it may use.
  uint32_t cached_reservations = 4;       ///< Address ranges kept for the next memory.
  uint64_t interp_stack_max = 16u << 20;  ///< Bytes of frames; address space only.
  uint32_t interp_cached_stacks = 2;
  bool fuel = false;    ///< Code counts fuel.
  bool epochs = false;  ///< Code checks the epoch.
  uint32_t gc_zeal =
      0;  ///< Collect at every Nth allocation and overwrite what is freed; 0: off. For tests.
};

class EngineState {
 public:
  explicit EngineState(const RuntimeOptions& options);
  ~EngineState();
  EngineState(const EngineState&) = delete;
  EngineState& operator=(const EngineState&) = delete;

  const RuntimeOptions& options() const { return options_; }
  TypeRegistry& types() { return types_; }
  const TypeRegistry& types() const { return types_; }

  std::atomic<uint64_t>& epoch() { return epoch_; }
  uint64_t next_store_id();

  /// Addresses of a guarded memory: kFrontGuard + kGuardedReach bytes. `accessible` bytes behind
  /// the front guard are readable, writable and zero; the rest is inaccessible.
  struct Space {
    platform::Reservation reservation;
    uint64_t accessible = 0;
  };
  /// From the cache if there is one.
  platform::OsResult<Space> take_space();
  /// `accessible`: as it is now, with any contents; `mapped`: an image lies there.
  void give_back(Space space, bool mapped);

  // Set once, by the engine, before any store exists.
  std::unique_ptr<TierState> interp;
  CollectFrames collect_interp_frames = nullptr;
  CollectStates collect_interp_states = nullptr;

 private:
  RuntimeOptions options_;
  TypeRegistry types_;
  std::atomic<uint64_t> epoch_{0};
  std::mutex mutex_;
  std::vector<Space> cache_;  // guarded by mutex_
};

}  // namespace weft::runtime
