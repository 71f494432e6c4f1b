// The store owns everything created in it (spec 4.2.3) and is used by one thread at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "platform/stack_bounds.hpp"
#include "runtime/backtrace.hpp"
#include "runtime/engine_state.hpp"
#include "runtime/gc_roots.hpp"
#include "runtime/heap.hpp"
#include "runtime/host_func.hpp"
#include "runtime/instance.hpp"
#include "runtime/interrupt.hpp"
#include "runtime/item_table.hpp"
#include "runtime/resource_limiter.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

/// Crossings between host and guest; always in pairs, also on errors (MECHANISMS 2).
enum class CallHook : uint8_t {
  calling_wasm,
  returning_from_wasm,
  calling_host,
  returning_from_host
};

/// What happens when the epoch reaches the store's deadline: trap, or ask.
struct EpochAnswer {
  bool trap = true;
  uint64_t extend_by = 0;  ///< Ticks from the present epoch, if not a trap; 0: asked at each check.
  bool suspend = false;    ///< With `trap`: an invocation can be resumed (a plain call traps).
};

/// Why the newest guest call failed; kept until taken.
struct PendingTrap {
  TrapRecord record;
  bool carried =
      false;  ///< Of an inner guest call, passed on by a host function: nothing is captured again
  Backtrace backtrace;
  HostOutcome host;
  std::vector<std::byte> core_dump;  ///< If Store::on_trap made one.
};

class Store {
 public:
  explicit Store(std::shared_ptr<EngineState> engine);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  static Store& from(VMStoreContext* ctx) { return *ctx->store; }
  VMStoreContext& context() { return ctx_; }
  const VMStoreContext& context() const { return ctx_; }
  EngineState& engine() const { return *engine_; }
  const std::shared_ptr<EngineState>& shared_engine() const { return engine_; }
  uint64_t id() const { return id_; }
  /// The caller of calls from the host; its instance is null.
  VMContext* default_caller() { return &default_caller_; }

  // --- what it owns ---
  /// Adds; errors: limit_exceeded (counts). Instantiation proper is engine/instantiate.
  Result<Instance*> add_instance(std::shared_ptr<const ModuleInfo> info,
                                 std::span<const Extern> imports);
  /// Ends an instance. SAFETY: nothing may refer to it.
  void remove_instance(Instance& instance);
  /// The same if nothing refers to it. Error: in_use, which says what does. ADR 0023.
  Result<> free_instance(Instance& instance);
  uint32_t instance_count() const { return instance_count_; }
  template <class Fn>
  void for_each_instance(Fn&& fn) const {
    items_.for_each(fn);
  }
  /// The caller fills in env, finalize, owner and name.
  HostFunc& add_host_func(TypeId type, HostCallback callback);
  /// Keeps what host functions point into, as long as they live.
  void keep(const std::shared_ptr<const void>& owner) {
    if (std::ranges::find(kept_, owner) == kept_.end()) kept_.push_back(owner);
  }
  // Handles: see ItemTable. find*() give null for those of freed instances; any value may be asked.
  uint64_t handle_of(const VMFuncRef& func) const;
  uint64_t handle_of(ItemId id) const { return items_.handle(id); }
  uint64_t handle_of(const Instance& instance) const { return items_.handle({instance.slot(), 0}); }
  uint64_t handle_of(const Extern& item) const;
  VMFuncRef* find_func(uint64_t handle) const { return items_.func(handle); }
  Instance* find_instance(uint64_t handle) const;
  /// The instance that owns it, or null: the store.
  Instance* owner_of(const Extern& item) const;
  /// The item of that kind, or null in it.
  Extern find(ExternKind kind, uint64_t handle) const;

  Result<Memory*> add_memory(const MemoryType& type);
  /// One more view of a memory that other stores may have too.
  Result<Memory*> add_shared_memory(std::shared_ptr<SharedMemory> shared);
  Result<Table*> add_table(const TableType& type, Cell init);
  Global* add_global(const GlobalType& type, std::span<const Cell> value);
  Tag* add_tag(TypeId type);
  Heap& heap() { return heap_; }
  /// The memory whose reservation holds this native address, or null. Async-signal-safe on the
  /// store's thread.
  Memory* memory_at(uintptr_t address);

  // --- limits ---
  StoreLimits limits;
  ResourceLimiter* limiter = nullptr;  ///< Borrowed.
  GrowthAnswer may_grow_memory(uint64_t current, uint64_t desired, std::optional<uint64_t> maximum);
  GrowthAnswer may_grow_table(uint64_t current, uint64_t desired, std::optional<uint64_t> maximum);
  void growth_failed(std::string_view reason) {
    if (limiter != nullptr) limiter->growth_failed(reason);
  }
  GrowthAnswer may_grow_heap(uint64_t current, uint64_t desired);
  /// Error: limit_exceeded.
  Result<> check_counts(uint32_t memories, uint32_t tables);

  // --- fuel and epochs ---
  void set_fuel(uint64_t fuel);
  uint64_t fuel() const;
  bool consume_fuel(uint64_t amount);  ///< False if there is not as much; nothing is taken then.
  void set_epoch_deadline(uint64_t ticks_beyond_current);
  void clear_epoch_deadline();
  /// After a request of another thread that was taken back.
  void restore_epoch_deadline() { write_epoch_deadline(epoch_deadline_); }
  bool epoch_due() const;
  std::function<EpochAnswer(Store&)> on_epoch;  ///< Absent: trap.
  /// For other threads to stop this store's guest; made when first asked for. Needs epochs.
  const std::shared_ptr<InterruptState>& interrupt_state();
  /// What was asked for and not yet heard.
  Interruption interruption() const {
    return interrupt_ != nullptr ? interrupt_->asked() : Interruption::none;
  }
  /// Has anybody asked for a handle?
  bool can_be_interrupted() const { return interrupt_ != nullptr; }
  /// A checkpoint has heard it. Waits of host functions are checkpoints too.
  Interruption take_interruption();

  // --- hooks, embedder data ---
  /// What the next crossing between host and guest has to do; looked at by each, zero as a rule.
  static constexpr uint8_t kHooksAtCrossing = 1;       ///< call_hook
  static constexpr uint8_t kFinalizersAtCrossing = 2;  ///< of host values that died in guest code
  static constexpr uint8_t kClosed = 4;                ///< refuse: the store is being destroyed
  uint8_t crossing = 0;
  /// An error of a hook ends the call; it returns TrapCode::none to go on. Not from inside a hook.
  void set_call_hook(std::function<TrapCode(Store&, CallHook)> hook);
  bool in_hook() const { return in_hook_; }
  TrapCode run_hook(CallHook hook);
  /// Of host values that died while guest code ran.
  void run_finalizers();
  /// Finalizes what the embedder gave; calls are refused from now on. The destructor does it too.
  void close();
  void* host_data = nullptr;

  // --- traps ---
  /// Called for a trap of the guest before anything unwinds, if set: frames can still be read.
  void (*on_trap)(Store&, PendingTrap&) = nullptr;
  PendingTrap& pending() { return pending_; }
  PendingTrap take_pending();

  /// The reusable buffer of untyped calls: taken by one call, a nested one makes its own.
  std::vector<Cell> take_cells();
  void give_cells(std::vector<Cell> cells);

  std::unique_ptr<TierState> interp;  ///< The interpreter's stack of this store.
  std::shared_ptr<void> deadline;  ///< Keeps the engine's ticker running while a deadline is set.
  uint64_t deadline_ns =
      ~uint64_t{0};  ///< The same on the monotonic clock, for waits of host functions.

  /// Host functions made from one definition (a linker's), so that a store has each only once. Key:
  /// the definition's id.
  std::unordered_map<uint64_t, VMFuncRef*> host_funcs_by_definition;

  /// Called with each new host function, if set (engine/host_watch.hpp).
  void (*on_host_func)(Store&, HostFunc&) = nullptr;
  std::shared_ptr<void> host_watchers;

  /// Lowest native stack address guest code may use when entered now from here. `thread`: any word
  /// that tells threads apart; the thread's bounds are asked for when it changes.
  uint64_t stack_limit_for_entry(uintptr_t thread) {
    if (thread != stack_thread_) [[unlikely]]
      learn_thread(thread);
    const auto sp = platform::current_stack_pointer();
    const uint64_t limit = sp > stack_budget_ ? sp - stack_budget_ : 0;
    return limit > stack_low_ ? limit : stack_low_;
  }

 private:
  std::string find_referrer(Instance& instance, bool could_be_anywhere);
  void note_range(Memory& memory, uintptr_t start, size_t bytes);
  void forget_range(Memory& memory);
  friend class Instance;
  friend class Memory;
  friend class StoreRoots;

  VMStoreContext ctx_;  // first: machine code finds the store context at the store's address
  std::shared_ptr<EngineState> engine_;
  uint64_t id_;
  VMContext default_caller_;
  VMMemory no_memory_{};
  StoreRoots gc_roots_{*this};
  Heap heap_;
  uint32_t memory_count_ = 0;
  uint32_t table_count_ = 0;
  uint32_t instance_count_ = 0;
  struct Range {
    uintptr_t start;
    size_t size;
    Memory* memory;
  };
  std::vector<Range> ranges_;  // of all memories, those of instances too: for memory_at
  ItemTable items_;
  std::vector<VMFuncRef*> host_refs_;              // of host_funcs_, for items_
  std::vector<std::shared_ptr<const void>> kept_;  // before the functions that point into it
  std::vector<std::unique_ptr<HostFunc>> host_funcs_;
  std::vector<std::unique_ptr<Memory>> memories_;
  std::vector<std::unique_ptr<Table>> tables_;
  std::vector<std::unique_ptr<Global>> globals_;
  std::vector<std::unique_ptr<Tag>> tags_;
  std::vector<Cell> cells_;
  PendingTrap pending_;
  std::function<TrapCode(Store&, CallHook)> call_hook_;
  bool in_hook_ = false;
  std::shared_ptr<InterruptState> interrupt_;
  uint64_t epoch_deadline_ = ~uint64_t{0};  // without interruptions
  void write_epoch_deadline(uint64_t epoch);
  void learn_thread(uintptr_t thread);
  uintptr_t stack_thread_ = 0;  // that stack_low_ is of
  uintptr_t stack_low_ = 0;
  uint64_t stack_budget_ = 0;
};

}  // namespace weft::runtime
