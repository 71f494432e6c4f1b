#include "runtime/allocator.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace weft::runtime {

namespace {

constinit std::atomic<uint32_t> g_next_thread{0};
[[gnu::tls_model("initial-exec")]] constinit thread_local uint32_t t_number = 0;  // 0: none yet

/// Address space is finite (128 TiB on x86-64): half of it at most goes to guarded memories, the
/// next ones are checked.
constexpr uint32_t kMaxGuarded = 8192;
constinit std::atomic<uint32_t> g_guarded{0};

/// Above this many checked memories, new ones get exactly what they need and no guard pages: then
/// neighbours are one mapping for the kernel, which allows 65530 of them.
constexpr uint32_t kManyChecked = 4096;
constinit std::atomic<uint32_t> g_checked{0};

uint64_t at_least_a_page(uint64_t bytes) {
  return std::max<uint64_t>(platform::round_up_to_page(bytes), platform::page_size());
}

}  // namespace

uint32_t this_thread_number() {
  // SAFETY: a counter; nothing is published with it.
  if (t_number == 0) t_number = g_next_thread.fetch_add(1, std::memory_order_relaxed) + 1;
  return t_number;
}

// --- spaces
// ------------------------------------------------------------------------------------------------------

uintptr_t MemorySpace::range_start() const {
  // SAFETY: an address as a number.
  const auto at = reinterpret_cast<uintptr_t>(base());
  return guarded ? at - kFrontGuard : at;
}

uint64_t MemorySpace::range_bytes() const {
  return guarded ? kFrontGuard + kGuardedReach : capacity;
}

bool MemorySpace::extend(uint64_t bytes) {
  const uint64_t needed = platform::round_up_to_page(bytes);
  if (needed > capacity) return false;
  if (needed <= accessible) return true;
  if (!range().commit(offset + accessible, needed - accessible)) return false;
  accessible = needed;
  return true;
}

bool MemorySpace::restrict_to(uint64_t bytes) {
  const uint64_t kept = platform::round_up_to_page(bytes);
  if (fixed || accessible <= kept) return true;
  if (!range().protect(offset + kept, accessible - kept, platform::Access::none)) return false;
  accessible = kept;
  return true;
}

bool MemorySpace::unmap_image() {
  if (image == 0) return true;
  if (!range().decommit(offset + image_offset, image_bytes)) return false;
  if (!range().commit(offset + image_offset, image_bytes)) return false;
  image = 0;
  return true;
}

// --- stacks, heaps
// -----------------------------------------------------------------------------------------------

Result<StackSpace> StackSpace::create(uint64_t bytes) {
  const size_t usable = platform::round_up_to_page(bytes);
  // One inaccessible page behind the end: a missed limit check faults instead of writing elsewhere.
  auto memory = platform::Reservation::reserve(usable + platform::page_size());
  if (!memory || !memory->commit(0, usable))
    return fail(ErrorCode::out_of_memory, "out of memory: no stack for the guest");
  return StackSpace{std::move(*memory), usable, kNoSlot};
}

bool StackSpace::unused_beyond(uint64_t kept, uint64_t gap) const {
  // Two pages cost less to read than a system call, which would make threads wait for each other.
  constexpr uint64_t kFew = 8192;
  if (bytes <= kept) return true;
  if (gap > kFew) return false;
  // SAFETY: aligned, inside the stack.
  const auto* const words = reinterpret_cast<const uint64_t*>(memory.data() + kept);
  const uint64_t count = std::min(gap + sizeof *words, bytes - kept) / sizeof *words;
  return std::all_of(words, words + count, [](uint64_t w) { return w == 0; });
}

Result<HeapSpace> HeapSpace::create() {
  // A struct has at most 10 000 fields of 16 bytes: an access through a wild reference stays
  // inside.
  constexpr uint64_t kTailGuard = 256u << 10;
  constexpr uint64_t kAlignment = 32u << 10;  // of the heap's blocks
  // Less where address space is limited (ulimit -v, many stores): 4 GiB down to 16 MiB.
  for (uint64_t bytes = uint64_t{1} << 32; bytes >= (16u << 20); bytes /= 4) {
    auto objects = platform::Reservation::reserve(bytes + kTailGuard, kAlignment);
    if (!objects) continue;
    auto bitmaps = platform::Reservation::reserve(2 * (bytes / 64));
    if (!bitmaps) continue;
    HeapSpace out;
    out.objects = std::move(*objects);
    out.bitmaps = std::move(*bitmaps);
    out.bytes = bytes;
    return out;
  }
  return fail(ErrorCode::out_of_memory, "out of memory: no addresses for a heap of references");
}

// --- on demand
// ---------------------------------------------------------------------------------------------------

namespace {

class OnDemandAllocator final : public Allocator {
 public:
  OnDemandAllocator(bool guards, uint32_t kept, uint32_t stacks)
      : guards_(guards), kept_(kept), kept_stacks_(stacks) {}
  ~OnDemandAllocator() override {
    for (auto& stripe : blocks_.all()) {
      for (const InstanceBlock& b : stripe.kept) std::free(b.data);
    }
    for (auto& stripe : memories_.all()) {
      for (const MemorySpace& s : stripe.kept) forget(s);
    }
  }

  Result<> check_fits(const ModuleInfo&) const override { return {}; }

  Result<InstanceBlock> take_block(uint64_t bytes, uint64_t module) override {
    if (bytes <= kLargestKept) {
      auto& stripe = blocks_.mine();
      const std::lock_guard lock(stripe.mutex);
      for (size_t i = stripe.kept.size(); i != 0;) {
        --i;
        if (stripe.kept[i].module != module || stripe.kept[i].bytes != bytes) continue;
        const InstanceBlock found = stripe.kept[i];
        stripe.kept[i] = stripe.kept.back();
        stripe.kept.pop_back();
        return found;
      }
    }
    // calloc: large tails (function references) are untouched zero pages until they are used.
    auto* const data = static_cast<std::byte*>(std::calloc(1, bytes));
    if (data == nullptr)
      return fail(ErrorCode::out_of_memory, "out of memory: cannot allocate an instance");
    return InstanceBlock{data, bytes, 0, nullptr, kNoSlot};
  }

  void give_block(InstanceBlock block) noexcept override {
    if (block.bytes <= kLargestKept && kept_ != 0) {
      auto& stripe = blocks_.mine();
      const std::lock_guard lock(stripe.mutex);
      if (stripe.kept.size() >= kept_) {
        std::swap(stripe.kept.front(), block);  // what was not asked for longest goes
      } else if (keep(stripe.kept, block)) {
        return;
      }
    }
    std::free(block.data);
  }

  Result<MemorySpace> take_memory(const MemoryWish& wish) override {
    if (wish.guardable && guards_) {
      if (MemorySpace kept = take_kept(wish)) {
        if (kept.image == wish.image || kept.unmap_image()) return kept;
      }
      if (MemorySpace fresh = fresh_guarded()) return fresh;
      // No room for so many addresses (a limit of the process): go on with explicit checks.
    }
    return fresh_checked(wish);
  }

  void give_memory(MemorySpace space, const MemoryUse& use) noexcept override {
    if (space.guarded && kept_ != 0 && reset(space, use)) {
      auto& stripe = memories_.mine();
      const std::lock_guard lock(stripe.mutex);
      if (stripe.kept.size() >= kept_) {
        std::swap(stripe.kept.front(), space);
      } else if (keep(stripe.kept, space)) {
        return;
      }
    }
    forget(space);
  }

  Result<TableSpace> take_table(uint64_t cells) override {
    // calloc: a large table of nulls costs no memory until it is written.
    auto* const base = static_cast<Cell*>(std::calloc(std::max<uint64_t>(cells, 1), sizeof(Cell)));
    if (base == nullptr) {
      return fail(ErrorCode::out_of_memory,
                  "out of memory: table of " + std::to_string(cells) + " elements");
    }
    return TableSpace{base, cells, kNoSlot};
  }
  void give_table(TableSpace space, uint64_t) noexcept override { std::free(space.base); }

  Result<StackSpace> take_stack(uint64_t bytes) override {
    {
      const std::lock_guard lock(stacks_mutex_);
      if (!stacks_.empty()) {
        StackSpace out = std::move(stacks_.back());
        stacks_.pop_back();
        return out;
      }
    }
    return StackSpace::create(bytes);
  }
  void give_stack(StackSpace space, uint64_t gap) noexcept override {
    trim(space, gap);
    const std::lock_guard lock(stacks_mutex_);
    if (stacks_.size() < kept_stacks_) static_cast<void>(keep(stacks_, space));
  }

  Result<HeapSpace> take_heap() override { return HeapSpace::create(); }
  void give_heap(HeapSpace) noexcept override {}

 private:
  /// Gives memory beyond a part back, so that one deep recursion is not kept for ever.
  static void trim(StackSpace& space, uint64_t gap) noexcept {
    constexpr uint64_t kKept = uint64_t{256} << 10;
    if (!space.unused_beyond(kKept, gap))
      static_cast<void>(space.memory.reset(kKept, space.bytes - kKept));
  }

  static constexpr uint64_t kLargestKept = uint64_t{4} << 20;
  /// Zeroed by hand: cheaper than giving pages back and faulting them in again.
  static constexpr uint64_t kZeroByHand = uint64_t{64} << 10;
  /// Small memories stay accessible: the next instance then needs no system call.
  static constexpr uint64_t kKeepAccessible = uint64_t{1} << 20;

  template <class T>
  static bool keep(std::vector<T>& kept, T& what) noexcept {
    try {
      kept.push_back(std::move(what));
    } catch (const std::bad_alloc&) {
      return false;  // freed then: giving back cannot fail
    }
    return true;
  }

  /// Only addresses go; what they hold is unmapped with them.
  static void forget(const MemorySpace& space) noexcept {
    if (!space) return;
    // SAFETY: counters.
    (space.guarded ? g_guarded : g_checked).fetch_sub(1, std::memory_order_relaxed);
  }

  MemorySpace take_kept(const MemoryWish& wish) {
    auto& stripe = memories_.mine();
    const std::lock_guard lock(stripe.mutex);
    auto& kept = stripe.kept;
    if (kept.empty()) return {};
    size_t best = kept.size() - 1;
    for (size_t i = kept.size(); i != 0;) {
      --i;
      if (kept[i].image != wish.image) continue;
      best = i;
      break;
    }
    MemorySpace out = std::move(kept[best]);
    if (best != kept.size() - 1) kept[best] = std::move(kept.back());
    kept.pop_back();
    return out;
  }

  /// Afterwards zero, or the image.
  static bool reset(MemorySpace& space, const MemoryUse& use) noexcept {
    const uint64_t begin = use.exposed ? 0 : use.begin;
    const uint64_t end = use.exposed ? space.accessible : use.end;
    if (begin >= end) return true;
    if (space.image == 0 && end - begin <= kZeroByHand) {
      std::memset(space.base() + begin, 0, end - begin);
      return true;
    }
    if (space.image != 0 || space.accessible <= kKeepAccessible)
      return space.range().reset(space.offset, space.accessible).has_value();
    if (!space.range().decommit(space.offset, space.accessible)) return false;
    space.accessible = 0;
    return true;
  }

  static MemorySpace fresh_guarded() {
    // SAFETY: counters.
    if (g_guarded.fetch_add(1, std::memory_order_relaxed) < kMaxGuarded) {
      if (auto fresh = platform::Reservation::reserve(kFrontGuard + kGuardedReach)) {
        MemorySpace out;
        out.own = std::move(*fresh);
        out.offset = kFrontGuard;
        out.capacity = uint64_t{1} << 32;
        out.guarded = true;
        return out;
      }
    }
    g_guarded.fetch_sub(1, std::memory_order_relaxed);
    return {};
  }

  /// The declared maximum if it is modest, else what is asked for, with room to grow in place.
  static Result<MemorySpace> fresh_checked(const MemoryWish& wish) {
    constexpr uint64_t kModest = uint64_t{1} << 32;
    // SAFETY: a counter.
    const bool many = g_checked.load(std::memory_order_relaxed) >= kManyChecked;
    const uint64_t guard = many ? 0 : kFrontGuard;
    const uint64_t roomy = std::max(wish.initial, std::min(wish.maximum, kModest));
    for (const uint64_t bytes : {many ? wish.initial : roomy, wish.initial}) {
      const uint64_t size = at_least_a_page(bytes);
      auto r = platform::Reservation::reserve(guard + size + guard);
      if (!r) continue;
      g_checked.fetch_add(1, std::memory_order_relaxed);
      MemorySpace out;
      out.own = std::move(*r);
      out.offset = guard;
      out.capacity = size;
      return out;
    }
    return fail(ErrorCode::out_of_memory,
                "out of memory: cannot reserve addresses for a linear memory of " +
                    std::to_string(wish.initial) + " bytes");
  }

  const bool guards_;
  const uint32_t kept_;  // of each kind, in each stripe
  const uint32_t kept_stacks_;
  std::mutex stacks_mutex_;
  std::vector<StackSpace> stacks_;  // guarded by stacks_mutex_; no store uses them
  Stripes<InstanceBlock> blocks_;
  Stripes<MemorySpace> memories_;
};

}  // namespace

std::unique_ptr<Allocator> make_on_demand_allocator(bool guards, uint32_t kept, uint32_t stacks) {
  return std::make_unique<OnDemandAllocator>(guards, kept, stacks);
}

}  // namespace weft::runtime
