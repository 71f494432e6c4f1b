// The pooling allocator: fixed numbers of slots of fixed sizes, address space taken once. A slot
// goes first to an instance of the module it held last: its image is still mapped, its function
// references still stand. ADR 0022.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

#include "base/bits.hpp"
#include "runtime/allocator.hpp"
#include "runtime/instance.hpp"
#include "wasm/limits.hpp"

namespace weft::runtime {

namespace {

/// Numbers of slots that nobody uses, in stripes; ones never used come from a counter.
template <class T>
class Slots {
 public:
  explicit Slots(uint32_t total) : total_(total) {}

  /// The free slot that suits best: `rates(T)` true. Else one never used (`fresh`), else any.
  template <class Rates, class Fresh>
  bool take(T& out, Rates&& rates, Fresh&& fresh) {
    auto& mine = stripes_.mine();
    {
      const std::lock_guard lock(mine.mutex);
      if (pop_if(mine.kept, out, rates)) return true;
    }
    // SAFETY: a counter; the slot's contents are nobody's yet.
    uint32_t next = next_.load(std::memory_order_relaxed);
    while (next < total_) {
      if (next_.compare_exchange_weak(next, next + 1, std::memory_order_relaxed)) {
        out = fresh(next);
        return true;
      }
    }
    {
      const std::lock_guard lock(mine.mutex);
      if (pop_any(mine.kept, out)) return true;
    }
    for (auto& stripe : stripes_.all()) {
      const std::lock_guard lock(stripe.mutex);
      if (pop_any(stripe.kept, out)) return true;
    }
    return false;
  }

  /// False: there was no memory to note it, and it is lost to this pool.
  bool give(T slot) noexcept {
    auto& mine = stripes_.mine();
    const std::lock_guard lock(mine.mutex);
    try {
      mine.kept.push_back(std::move(slot));
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  template <class Fn>
  void for_each(Fn&& fn) {
    for (auto& stripe : stripes_.all()) {
      for (T& slot : stripe.kept) fn(slot);
    }
  }
  uint32_t total() const { return total_; }
  /// Of those that were used once, how many are not here now.
  uint32_t in_use() {
    size_t idle = 0;
    for (auto& stripe : stripes_.all()) {
      const std::lock_guard lock(stripe.mutex);
      idle += stripe.kept.size();
    }
    // SAFETY: read after the slots: none of them is missing in it. A moment's figure, no more.
    const uint32_t used = next_.load(std::memory_order_relaxed);
    return used > idle ? used - static_cast<uint32_t>(idle) : 0;
  }

 private:
  static constexpr size_t kWindow = 16;  // how far it looks for a slot that suits

  template <class Rates>
  static bool pop_if(std::vector<T>& kept, T& out, Rates&& rates) {
    const size_t first = kept.size() > kWindow ? kept.size() - kWindow : 0;
    for (size_t i = kept.size(); i != first;) {
      --i;
      if (!rates(kept[i])) continue;
      out = std::move(kept[i]);
      if (i != kept.size() - 1) kept[i] = std::move(kept.back());
      kept.pop_back();
      return true;
    }
    return false;
  }
  static bool pop_any(std::vector<T>& kept, T& out) {
    if (kept.empty()) return false;
    out = std::move(kept.back());
    kept.pop_back();
    return true;
  }

  const uint32_t total_;
  std::atomic<uint32_t> next_{0};
  Stripes<T> stripes_;
};

/// What is remembered of a memory slot nobody uses.
struct MemorySlot {
  uint32_t slot = kNoSlot;
  uint64_t accessible = 0;
  uint64_t image = 0, image_offset = 0, image_bytes = 0;
};

class PoolingAllocator final : public Allocator {
 public:
  PoolingAllocator(const PoolOptions& options, bool guards)
      : options_(options),
        guards_(guards),
        stride_(guards ? kFrontGuard + kGuardedReach
                       : platform::round_up_to_page(options.memory_bytes)),
        blocks_(options.instances),
        memories_(options.memories),
        tables_(options.tables),
        stacks_(options.stacks != 0 ? options.stacks : options.instances),
        heaps_(options.gc_heaps != 0 ? options.gc_heaps : options.instances) {}
  ~PoolingAllocator() override {
    blocks_.for_each([](InstanceBlock& b) { std::free(b.data); });
  }

  Result<> reserve() {
    const auto take = [](platform::Reservation& out, uint64_t bytes, bool commit) {
      if (bytes == 0) return true;
      auto r = platform::Reservation::reserve(bytes);
      if (!r || (commit && !r->commit(0, r->size()))) return false;
      out = std::move(*r);
      return true;
    };
    const uint64_t tables = options_.tables * table_bytes();
    if (!take(memory_, options_.memories * stride_, !guards_) || !take(table_, tables, true)) {
      return fail(ErrorCode::out_of_memory,
                  "out of memory: cannot reserve " +
                      std::to_string(options_.memories * stride_ + tables) +
                      " bytes of addresses for the pool");
    }
    return {};
  }

  Result<> check_fits(const ModuleInfo& info) const override {
    WEFT_TRY(check_block(sizeof(Instance) + info.layout.size));
    const binary::Module& m = *info.module;
    for (size_t i = m.imported_memories; i < m.memories.size(); ++i) {
      WEFT_TRY(check_memory(saturating_mul(m.memories[i].limits.min, m.memories[i].page_bytes())));
    }
    if (info.layout.inline_cells != 0) return {};
    for (size_t i = m.imported_tables; i < m.tables.size(); ++i)
      WEFT_TRY(check_table(m.tables[i].type.limits.min));
    return {};
  }

  Result<InstanceBlock> take_block(uint64_t bytes, uint64_t module) override {
    WEFT_TRY(check_block(bytes));
    InstanceBlock block;
    const bool found = blocks_.take(
        block, [&](const InstanceBlock& b) { return b.module == module && b.bytes == bytes; },
        [](uint32_t slot) { return InstanceBlock{nullptr, 0, 0, nullptr, slot}; });
    if (!found) return all_used("instance slots", options_.instances, "instances");
    if (block.module == module && block.bytes == bytes) return block;
    std::free(block.data);
    block = {static_cast<std::byte*>(std::calloc(1, bytes)), bytes, 0, nullptr, block.slot};
    if (block.data != nullptr) return block;
    block.bytes = 0;
    blocks_.give(block);
    return fail(ErrorCode::out_of_memory, "out of memory: cannot allocate an instance");
  }
  void give_block(InstanceBlock block) noexcept override {
    if (!blocks_.give(block)) std::free(block.data);
  }

  Result<MemorySpace> take_memory(const MemoryWish& wish) override {
    WEFT_TRY(check_memory(wish.initial));
    MemorySlot slot;
    const auto rates = [&](const MemorySlot& s) { return s.image == wish.image; };
    const auto fresh = [](uint32_t n) { return MemorySlot{n, 0, 0, 0, 0}; };
    while (!memories_.take(slot, rates, fresh)) {
      flush_all();
      // Slots that another thread is clearing at this moment are free, too: they only come later.
      const bool more_come = flushing_.load(std::memory_order_acquire) != 0;
      if (memories_.take(slot, rates, fresh)) break;
      if (!more_come) return all_used("memory slots", options_.memories, "memories");
      std::this_thread::yield();
    }
    MemorySpace out = space_of(slot);
    if (guards_ && !wish.guardable) out.guarded = false;  // its code checks anyway
    if (out.image == wish.image || out.unmap_image()) return out;
    memories_.give(slot);
    return fail(ErrorCode::out_of_memory, "out of memory: cannot clear a memory slot");
  }

  void give_memory(MemorySpace space, const MemoryUse& use) noexcept override {
    const MemorySlot slot{space.slot, space.accessible, space.image, space.image_offset,
                          space.image_bytes};
    const uint64_t begin = use.exposed ? 0 : use.begin;
    const uint64_t end =
        platform::round_up_to_page(use.exposed ? std::min(use.length, space.accessible) : use.end);
    if (begin >= end) return static_cast<void>(memories_.give(slot));
    // Zeroing is cheaper than a page fault later, but only for so many bytes; a mapped image comes
    // back by itself when its copied pages go.
    const uint64_t zeroed =
        space.image != 0 ? begin : std::min(end, begin + options_.keep_resident);
    if (zeroed != begin) std::memset(space.base() + begin, 0, zeroed - begin);
    if (zeroed == end) return static_cast<void>(memories_.give(slot));
    // SAFETY: whole pages behind what was zeroed.
    const uint64_t from = zeroed & ~uint64_t{platform::page_size() - 1};
    give_later(slot, {space.base() + from, end - from});
  }

  Result<TableSpace> take_table(uint64_t cells) override {
    WEFT_TRY(check_table(cells));
    uint32_t slot = kNoSlot;
    if (!tables_.take(slot, [](uint32_t) { return true; }, [](uint32_t n) { return n; }))
      return all_used("table slots", options_.tables, "tables");
    // SAFETY: the slot's part of the reservation, page-aligned.
    return TableSpace{reinterpret_cast<Cell*>(table_.data() + slot * table_bytes()),
                      options_.table_elements, slot};
  }
  void give_table(TableSpace space, uint64_t used) noexcept override {
    constexpr uint64_t kByHand = 8192;  // cells
    const uint64_t offset = space.slot * table_bytes();
    // SAFETY: trivially copyable cells.
    std::memset(static_cast<void*>(space.base), 0, std::min(used, kByHand) * sizeof(Cell));
    if (used > kByHand && !table_.reset(offset, table_bytes())) return;  // lost, but nothing shows
    tables_.give(space.slot);
  }

  // A stack's and a heap's addresses are taken when its slot is used first, and stay with it.
  Result<StackSpace> take_stack(uint64_t bytes) override {
    StackSpace space;
    if (!stacks_.take(space, any<StackSpace>, [](uint32_t n) { return StackSpace{{}, 0, n}; }))
      return all_used("stack slots", stacks_.total(), "stacks");
    if (space) return space;
    auto fresh = StackSpace::create(bytes);
    if (fresh) {
      fresh->slot = space.slot;
    } else {
      stacks_.give(std::move(space));
    }
    return fresh;
  }
  void give_stack(StackSpace space, uint64_t gap) noexcept override {
    // The first pages serve again.
    const uint64_t kept = std::min(kStackKept, space.bytes);
    std::memset(space.memory.data(), 0, kept);
    if (!space.unused_beyond(kept, gap) && !space.memory.reset(kept, space.bytes - kept))
      space = {{}, 0, space.slot};  // nothing shows: the next one has other pages
    stacks_.give(std::move(space));
  }

  Result<HeapSpace> take_heap() override {
    HeapSpace space;
    const auto fresh_slot = [](uint32_t n) {
      HeapSpace out;
      out.slot = n;
      return out;
    };
    if (!heaps_.take(space, any<HeapSpace>, fresh_slot))
      return all_used("slots for heaps of references", heaps_.total(), "gc_heaps");
    if (space) return space;
    auto fresh = HeapSpace::create();
    if (fresh) {
      fresh->slot = space.slot;
    } else {
      heaps_.give(std::move(space));
    }
    return fresh;
  }
  void give_heap(HeapSpace space) noexcept override {
    // SAFETY: both bitmaps lie in their reservation, the second in its upper half.
    auto* const marks = reinterpret_cast<std::byte*>(space.bitmaps.data());
    const platform::PageRange ranges[] = {
        {reinterpret_cast<std::byte*>(space.objects.data()), space.objects_committed},
        {marks, space.bitmap_committed},
        {marks + space.bitmaps.size() / 2, space.bitmap_committed}};
    if (space.objects_committed != 0 && !platform::reset_all(ranges)) {
      const uint32_t slot = space.slot;
      space = {};
      space.slot = slot;
    }
    heaps_.give(std::move(space));
  }

  PoolMetrics metrics() override {
    flush_all();  // slots that wait for others are not in use
    return {blocks_.in_use(), memories_.in_use(), tables_.in_use(), stacks_.in_use(),
            heaps_.in_use()};
  }

 private:
  /// Of a stack, zeroed by hand.
  static constexpr uint64_t kStackKept = uint64_t{16} << 10;
  template <class T>
  static bool any(const T&) {
    return true;
  }

  uint64_t table_bytes() const {
    return platform::round_up_to_page(options_.table_elements * sizeof(Cell));
  }

  static std::unexpected<Error> all_used(const char* what, uint32_t count, const char* option) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: the pool has " + std::to_string(count) +
                                               " " + what + ", all in use (pool option \"" +
                                               option + "\")");
  }
  static Result<> check(uint64_t needed, uint64_t available, const char* what, const char* unit,
                        const char* option) {
    if (needed <= available) return {};
    return fail(ErrorCode::limit_exceeded,
                std::string("limit exceeded: ") + what + " needs " + std::to_string(needed) + " " +
                    unit + ", the pool's slots have " + std::to_string(available) +
                    " (pool option \"" + option + "\")");
  }
  Result<> check_block(uint64_t bytes) const {
    return check(bytes, options_.instance_bytes, "the instance", "bytes", "instance_bytes");
  }
  Result<> check_memory(uint64_t bytes) const {
    return check(bytes, options_.memory_bytes, "the linear memory", "bytes", "memory_bytes");
  }
  Result<> check_table(uint64_t cells) const {
    return check(cells, options_.table_elements, "the table", "elements", "table_elements");
  }

  MemorySpace space_of(const MemorySlot& slot) {
    MemorySpace out;
    out.shared = &memory_;
    out.offset = slot.slot * stride_ + (guards_ ? kFrontGuard : 0);
    out.capacity = std::min(platform::round_up_to_page(options_.memory_bytes), uint64_t{1} << 32);
    out.accessible = guards_ ? slot.accessible : out.capacity;
    out.image = slot.image;
    out.image_offset = slot.image_offset;
    out.image_bytes = slot.image_bytes;
    out.slot = slot.slot;
    out.guarded = guards_;
    out.fixed = !guards_;
    return out;
  }

  struct Late {
    MemorySlot slot;
    platform::PageRange range;
  };
  /// The slot can be had again when its pages went back to the system, with others.
  void give_later(const MemorySlot& slot, platform::PageRange range) noexcept {
    std::vector<Late> batch;
    {
      auto& mine = late_.mine();
      const std::lock_guard lock(mine.mutex);
      try {
        mine.kept.push_back({slot, range});
      } catch (const std::bad_alloc&) {
        if (platform::reset_all({&range, 1})) memories_.give(slot);
        return;
      }
      if (mine.kept.size() < options_.batch) return;
      // SAFETY: before the slots leave the list, so that nobody sees neither them nor this.
      flushing_.fetch_add(1, std::memory_order_acq_rel);
      batch.swap(mine.kept);
    }
    flush(batch);
    flushing_.fetch_sub(1, std::memory_order_acq_rel);
    auto& mine = late_.mine();
    const std::lock_guard lock(mine.mutex);
    if (mine.kept.empty()) {
      batch.clear();
      mine.kept.swap(batch);  // its memory serves again
    }
  }
  void flush_all() noexcept {
    for (auto& stripe : late_.all()) {
      std::vector<Late> batch;
      {
        const std::lock_guard lock(stripe.mutex);
        if (stripe.kept.empty()) continue;
        flushing_.fetch_add(1, std::memory_order_acq_rel);  // SAFETY: as above
        batch.swap(stripe.kept);
      }
      flush(batch);
      flushing_.fetch_sub(1, std::memory_order_acq_rel);
    }
  }
  void flush(std::span<const Late> batch) noexcept {
    constexpr size_t kAtOnce = 64;
    std::array<platform::PageRange, kAtOnce> ranges;
    while (!batch.empty()) {
      const size_t n = std::min(batch.size(), kAtOnce);
      for (size_t i = 0; i < n; ++i) ranges[i] = batch[i].range;
      if (platform::reset_all(std::span(ranges).first(n))) {
        for (size_t i = 0; i < n; ++i) memories_.give(batch[i].slot);
      }  // else they are lost, but nothing shows
      batch = batch.subspan(n);
    }
  }

  const PoolOptions options_;
  const bool guards_;
  const uint64_t stride_;
  platform::Reservation memory_;
  platform::Reservation table_;
  Slots<InstanceBlock> blocks_;
  Slots<MemorySlot> memories_;
  Slots<uint32_t> tables_;
  Slots<StackSpace> stacks_;
  Slots<HeapSpace> heaps_;
  Stripes<Late> late_;
  std::atomic<uint32_t> flushing_{0};  // threads that hold slots of late_ to clear them
};

}  // namespace

Result<std::unique_ptr<Allocator>> make_pooling_allocator(const PoolOptions& options, bool guards) {
  const auto bad = [](const std::string& why) {
    return fail(ErrorCode::bad_config, "bad configuration: " + why);
  };
  constexpr uint64_t kLargest = uint64_t{1} << 32;
  constexpr uint64_t kAddresses = uint64_t{96} << 40;  // of the 128 TiB that a process has
  constexpr uint32_t kMostSlots = 1u << 24;
  if (options.instances == 0 || options.instances > kMostSlots || options.memories > kMostSlots ||
      options.tables > kMostSlots || options.stacks > kMostSlots || options.gc_heaps > kMostSlots)
    return bad("a pool has 1 to 16777216 instance slots and at most as many of each other kind");
  if (options.memory_bytes > kLargest || options.table_elements > limits::kTableAllocatedElements)
    return bad("a pool's memories have at most 4294967296 bytes, its tables at most " +
               std::to_string(limits::kTableAllocatedElements) + " elements");
  const bool guarded = guards && options.guards;
  const uint64_t stride = guarded ? kFrontGuard + kGuardedReach : options.memory_bytes;
  const uint64_t wanted = options.memories * stride + options.tables * options.table_elements * 8;
  if (wanted > kAddresses) {
    return bad("the pool needs " + std::to_string(wanted) + " bytes of addresses, there are " +
               std::to_string(kAddresses) +
               "; fewer or smaller memories and tables, or no guards, need less");
  }
  auto pool = std::make_unique<PoolingAllocator>(options, guarded);
  WEFT_TRY(pool->reserve());
  return pool;
}

}  // namespace weft::runtime
