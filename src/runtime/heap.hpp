// The store's heap of references (DESIGN section 3, "References and GC"): structs, arrays,
// exceptions, host values, and the collector. ADR 0010.
//
// Who keeps objects alive: globals, tables, segments, and the stacks of guest code; in the host,
// roots. A reference that a host gets from the heap (a new externref, a result of a call) is rooted
// in the present scope: the host call it was made in, or an explicit RootScope, or the store itself
// where there is neither.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/allocator.hpp"
#include "runtime/gc_exception.hpp"
#include "runtime/gc_layout.hpp"
#include "runtime/gc_marker.hpp"
#include "runtime/gc_object.hpp"
#include "runtime/gc_space.hpp"
#include "runtime/resource_limiter.hpp"

namespace weft::runtime {

/// What the embedder hides behind an externref.
struct HostValue {
  void* data = nullptr;
  /// Called once when the value died; may be null. Never in the middle of guest code (HeapOwner).
  void (*finalize)(void* data) = nullptr;
  const void* kind = nullptr;  ///< An address that says what `data` is.
};

struct TierState;

/// What a heap asks of the store it belongs to.
class HeapOwner {
 public:
  virtual ~HeapOwner() = default;
  /// Bytes of address space made usable.
  virtual GrowthAnswer may_grow_heap(uint64_t current, uint64_t desired) = 0;
  virtual void visit_roots(Marker& marker) = 0;
  virtual const TypeRegistry& types() const = 0;
  /// Addresses for the heap, when it allocates first. Errors: limit_exceeded, out_of_memory.
  virtual Result<HeapSpace> take_space() { return HeapSpace::create(); }
  virtual void give_space(HeapSpace) noexcept {}
  /// What visit_roots left out on purpose (Heap::find_referrer).
  virtual void visit_excepted(Marker&) {}
  /// Dead host values wait for their finalizers: true if the owner calls run_finalizers() later,
  /// because this is the middle of guest code.
  virtual bool finalizers_wait() { return false; }
};

/// What keeps an object across scopes.
struct PinId {
  uint32_t slot = 0;
  uint32_t generation = 0;
};

struct HeapOptions {
  uint32_t zeal = 0;  ///< Collect at every Nth allocation and overwrite freed memory; 0: off.
  uint64_t min_threshold =
      8u << 20;  ///< Bytes allocated between collections, at least; else as much as survived.
  size_t max_mark_stack = size_t{1} << 22;
};

struct HeapStats {
  uint64_t collections = 0;
  uint64_t live_bytes = 0;  ///< After the last collection.
  uint64_t committed_bytes = 0;
};

/// One per store; not thread-safe.
class Heap {
 public:
  Heap() : Heap(own_area_, nullptr, {}) {}
  /// `area`, `owner`: borrowed; the owner may be null (host values only, no limit).
  Heap(VMHeapArea& area, HeapOwner* owner, const HeapOptions& options);
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // --- objects ---
  /// Contents are undefined: the caller fills them before anything else is allocated. `bytes`:
  /// whole object, a multiple of 8. Null if refused: then failure() says with which trap.
  Ref allocate(uint32_t header_word, uint32_t extent, uint64_t bytes) {
    Ref r = area_.cursor;
    if (bytes <= area_.limit - r) [[likely]] {
      area_.cursor = r + static_cast<uint32_t>(bytes);
    } else {
      r = allocate_slow(bytes);
      if (r == kNullRef) [[unlikely]]
        return kNullRef;
    }
    space_.header(r) = {header_word, extent};
    return r;
  }
  TrapCode failure() const { return failure_; }
  /// The same for the host.
  Error full() const;
  /// Payload in cells of the tag's parameters. Null if refused.
  Ref allocate_exception(const Tag& tag, std::span<const Cell> payload);
  ExceptionObject& exception(Ref r) {
    return *reinterpret_cast<ExceptionObject*>(at(r));  // SAFETY: an exnref that is not null
  }
  std::byte* at(Ref r) const { return space_.at(r); }  // SAFETY: r is a reference to an object
  ObjectHeader& header(Ref r) const { return space_.header(r); }
  LayoutTable& layouts() { return layouts_; }

  // --- host values ---
  /// Null if the heap is full. Rooted in the present scope.
  Ref add_host_value(HostValue value);
  /// Null if `ref` is null, an i31, or not a host value of this heap. Any value may be asked.
  const HostValue* host_value(Ref ref) const;
  /// Is it null, an i31, or an existing object? Any value may be asked; slow (it walks a block).
  bool is_valid(Ref ref) { return ref == kNullRef || is_i31(ref) || space_.is_object(ref); }

  /// Is it an existing object, or an i31, of that (canonical) type? Any value but null may be
  /// asked.
  bool has_type(Ref ref, HeapType type);

  // --- roots of the host ---
  /// Keeps it alive until the present scope ends.
  void root(Ref ref) {
    if (ref == kNullRef || is_i31(ref)) return;
    if (!roots_.empty() && roots_.back() == ref) return;
    roots_.push_back(ref);
  }
  /// Takes back one root() of this scope. False if there is none.
  bool unroot(Ref ref);
  size_t open_scope() {
    const size_t before = scope_begin_;
    scope_begin_ = roots_.size();
    return before;
  }
  void close_scope(size_t before) {
    roots_.resize(scope_begin_);
    scope_begin_ = before;
  }
  /// Keeps it alive until unpin().
  PinId pin(Ref ref);
  /// False if it was unpinned, or never existed: any value may be asked.
  bool pinned(PinId id, Ref& out) const;
  void unpin(PinId id);
  /// The exception that is being thrown, while no stack holds it.
  Ref in_flight = kNullRef;

  // --- collection ---
  void collect();
  /// A collection that looks for addresses of [begin, begin + bytes) in the cells of guest stacks,
  /// and for references to functions and tags there in objects that are reachable without what the
  /// owner's visit_excepted() shows.
  enum class Referrer : uint8_t { none, stack, object };
  /// The first part of that, without a collection.
  bool is_on_stacks(const TierState& stacks, const VMStoreContext& store, uintptr_t begin,
                    uint64_t bytes);
  Referrer find_referrer(uintptr_t begin, uint64_t bytes);
  /// Of the values that died. They may use the heap.
  void run_finalizers();
  /// Finalizes all host values; there are no new ones from now on.
  void close();
  HeapStats stats() const { return {collections_, space_.live(), space_.committed()}; }
  GcSpace& space() { return space_; }

 private:
  struct HostEntry {
    HostValue value;
    Ref ref = kNullRef;  ///< Null: the entry is free, `next` the next free one.
    uint32_t next = 0;
  };
  static constexpr uint32_t kNoEntry = ~uint32_t{0};

  bool refers(Ref r, uintptr_t begin, uint64_t bytes);
  void finish_collection();
  Ref allocate_slow(uint64_t bytes);
  bool grow(uint64_t bytes);
  bool take_space();
  void find_dead_host_values();
  void compact_roots();

  struct Pin {
    Ref ref = kNullRef;
    uint32_t generation = 1;
    uint32_t next = 0;  ///< If it is free.
  };

  VMHeapArea own_area_{};
  VMHeapArea& area_;
  HeapOwner* owner_;
  HeapOptions options_;
  GcSpace space_;
  LayoutTable layouts_;
  std::vector<Ref> roots_;
  size_t scope_begin_ = 0;
  size_t compact_at_ = 1024;
  std::vector<HostEntry> host_values_;
  uint32_t free_entry_ = kNoEntry;
  uint32_t dead_ = kNoEntry;  // first of those whose finalizers wait
  std::vector<Pin> pins_;
  uint32_t free_pin_ = kNoEntry;
  uint64_t threshold_;
  uint64_t collections_ = 0;
  uint32_t zeal_count_ = 0;
  TrapCode failure_ = TrapCode::none;
  std::optional<Error> no_space_;  // the reason, where failure_ is host_error
  bool collecting_ = false;
  bool closed_ = false;
};

/// References made while it lives are roots until it goes. Scopes nest.
class RootScope {
 public:
  explicit RootScope(Heap& heap) : heap_(heap), before_(heap.open_scope()) {}
  ~RootScope() { heap_.close_scope(before_); }
  RootScope(const RootScope&) = delete;
  RootScope& operator=(const RootScope&) = delete;

 private:
  Heap& heap_;
  size_t before_;
};

}  // namespace weft::runtime
