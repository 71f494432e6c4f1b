#include "runtime/heap.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.hpp"
#include "base/wrapping.hpp"
#include "runtime/engine_state.hpp"

namespace weft::runtime {

Heap::Heap(VMHeapArea& area, HeapOwner* owner, const HeapOptions& options)
    : area_(area),
      owner_(owner),
      options_(options),
      space_(area, options.zeal != 0),
      layouts_(owner != nullptr ? &owner->types() : nullptr),
      threshold_(options.min_threshold) {}

Heap::~Heap() {
  close();
  if (owner_ != nullptr && space_.has_space()) owner_->give_space(space_.take_space());
}

void Heap::close() {
  closed_ = true;
  run_finalizers();
  for (size_t i = 0; i < host_values_.size(); ++i) {  // a finalizer may look at the others
    const HostEntry entry = std::exchange(host_values_[i], HostEntry{});
    if (entry.ref != kNullRef && entry.value.finalize != nullptr)
      entry.value.finalize(entry.value.data);
  }
}

// --- allocation
// ------------------------------------------------------------------------------------------------------

bool Heap::take_space() {
  auto space = owner_ != nullptr ? owner_->take_space() : HeapSpace::create();
  if (space) {
    space_.set_space(std::move(*space));
    return true;
  }
  failure_ = TrapCode::host_error;
  no_space_ = std::move(space.error());
  return false;
}

Error Heap::full() const {
  if (failure_ == TrapCode::host_error && no_space_) return *no_space_;
  return Error(ErrorCode::limit_exceeded, "limit exceeded: the store's heap is full");
}

bool Heap::grow(uint64_t bytes) {
  if (!space_.has_space() && !take_space()) return false;
  for (const bool generous : {true, false}) {
    const uint64_t desired = space_.size_to_grow_to(bytes, generous);
    if (desired == 0) return false;
    const GrowthAnswer answer = owner_ == nullptr
                                    ? GrowthAnswer::allow
                                    : owner_->may_grow_heap(space_.committed(), desired);
    if (answer == GrowthAnswer::trap) failure_ = TrapCode::growth_limited;
    if (answer == GrowthAnswer::allow && space_.grow_to(desired)) return true;
  }
  return false;
}

Ref Heap::allocate_slow(uint64_t bytes) {
  failure_ = TrapCode::allocation_too_large;
  const bool can_collect = owner_ != nullptr && !collecting_;
  if (can_collect) {
    if (options_.zeal != 0 && ++zeal_count_ >= options_.zeal) {
      zeal_count_ = 0;
      collect();
    } else if (space_.since_collection() + (bytes > GcSpace::kLargeBytes ? bytes : 0) >
                   threshold_ &&
               space_.since_collection() != 0) {
      collect();
    }
  }
  if (const Ref r = space_.allocate(bytes); r != kNullRef) return r;
  if (grow(bytes)) return space_.allocate(bytes);
  if (!can_collect) return kNullRef;
  collect();
  // Nearly full: collecting again for every few objects would take forever.
  if (space_.committed() != 0 && space_.live() > space_.committed() / 64 * 63) return kNullRef;
  if (const Ref r = space_.allocate(bytes); r != kNullRef) return r;
  return grow(bytes) ? space_.allocate(bytes) : kNullRef;
}

Ref Heap::allocate_exception(const Tag& tag, std::span<const Cell> payload) {
  const uint64_t bytes = sizeof(ExceptionObject) + payload.size() * sizeof(Cell);
  const uint32_t word = ObjectHeader::make(ObjectKind::exception, 0, true);
  const Ref r = allocate(word, static_cast<uint32_t>(bytes), bytes);
  if (r == kNullRef) return r;
  ExceptionObject& object = exception(r);
  object.tag = &tag;
  std::copy(payload.begin(), payload.end(), object.cells());
  return r;
}

// --- host values
// -----------------------------------------------------------------------------------------------------

namespace {

/// For one more, growing as push_back does.
template <class T>
void make_room(std::vector<T>& v) {
  if (v.size() == v.capacity()) v.reserve(std::max<size_t>(16, 2 * v.size()));
}

}  // namespace

Ref Heap::add_host_value(HostValue value) {
  if (closed_ || (free_entry_ == kNoEntry && host_values_.size() >= kNoEntry)) return kNullRef;
  // Room first: what follows must not stop half-way.
  if (free_entry_ == kNoEntry) make_room(host_values_);
  make_room(roots_);
  const Ref r = allocate(ObjectHeader::make(ObjectKind::host), 0, sizeof(ObjectHeader));
  if (r == kNullRef) return r;
  uint32_t index = free_entry_;
  if (index == kNoEntry) {
    index = static_cast<uint32_t>(host_values_.size());
    host_values_.emplace_back();
  } else {
    free_entry_ = host_values_[index].next;
  }
  host_values_[index] = {value, r, 0};
  space_.header(r).extent = index;
  root(r);
  return r;
}

const HostValue* Heap::host_value(Ref ref) const {
  if (ref == kNullRef || (ref & 7) != 0 || ref >= space_.committed() || ref < GcSpace::kBlockBytes)
    return nullptr;
  // Any committed word can be read; the table tells whether it is what it looks like.
  const ObjectHeader header = space_.header(ref);
  if (header.kind() != ObjectKind::host || header.extent >= host_values_.size()) return nullptr;
  const HostEntry& entry = host_values_[header.extent];
  return entry.ref == ref ? &entry.value : nullptr;
}

void Heap::find_dead_host_values() {
  // Their own entries link the dead: collecting takes no memory.
  for (uint32_t i = 0; i < host_values_.size(); ++i) {
    HostEntry& entry = host_values_[i];
    if (entry.ref == kNullRef || space_.is_marked(entry.ref)) continue;
    entry.ref = kNullRef;
    entry.next = dead_;
    dead_ = i;
  }
}

void Heap::run_finalizers() {
  while (dead_ != kNoEntry) {  // a finalizer may collect and so add to the list
    HostEntry& entry = host_values_[dead_];
    const HostValue value = entry.value;
    const uint32_t next = entry.next;
    entry = {{}, kNullRef, free_entry_};
    free_entry_ = dead_;
    dead_ = next;
    if (value.finalize != nullptr) value.finalize(value.data);
  }
}

bool Heap::has_type(Ref ref, HeapType type) {
  const auto is = [type](auto... heaps) { return (type.is(heaps) || ...); };
  using enum AbstractHeap;
  if (is_i31(ref)) return is(i31, eq, any, extern_);
  if (ref == kNullRef || !space_.is_object(ref)) return false;
  const ObjectHeader header = space_.header(ref);
  switch (header.kind()) {
    case ObjectKind::struct_:
    case ObjectKind::array:
      if (type.is_concrete()) return layouts_.types().is_sub(header.type(), type.type_id());
      return is(header.kind() == ObjectKind::struct_ ? struct_ : array, eq, any, extern_);
    case ObjectKind::host: return is(any, extern_);
    case ObjectKind::exception: return is(exn);
    case ObjectKind::filler: break;
  }
  return false;
}

// --- roots
// -----------------------------------------------------------------------------------------------------------

bool Heap::unroot(Ref ref) {
  for (size_t i = roots_.size(); i > scope_begin_; --i) {
    if (roots_[i - 1] != ref) continue;
    roots_.erase(roots_.begin() + static_cast<ptrdiff_t>(i - 1));
    return true;
  }
  return false;
}

PinId Heap::pin(Ref ref) {
  uint32_t slot = free_pin_;
  if (slot == kNoEntry) {
    slot = static_cast<uint32_t>(pins_.size());
    pins_.emplace_back();
  } else {
    free_pin_ = pins_[slot].next;
  }
  pins_[slot].ref = ref;
  return {slot, pins_[slot].generation};
}

bool Heap::pinned(PinId id, Ref& out) const {
  if (id.slot >= pins_.size() || pins_[id.slot].generation != id.generation) return false;
  out = pins_[id.slot].ref;
  return true;
}

void Heap::unpin(PinId id) {
  Ref ref = kNullRef;
  if (!pinned(id, ref)) return;
  pins_[id.slot] = {kNullRef, id.generation + 1, free_pin_};
  free_pin_ = id.slot;
}

/// The outermost scope lives as long as the store: the same reference is kept once.
void Heap::compact_roots() {
  if (scope_begin_ != 0 || roots_.size() < compact_at_) return;
  std::sort(roots_.begin(), roots_.end());
  roots_.erase(std::unique(roots_.begin(), roots_.end()), roots_.end());
  compact_at_ = std::max<size_t>(1024, roots_.size() * 2);
}

// --- collection
// ------------------------------------------------------------------------------------------------------

void Heap::collect() {
  if (collecting_ || owner_ == nullptr || space_.committed() == 0) return;
  collecting_ = true;
  ++collections_;
  compact_roots();
  space_.begin_collection();
  {
    Marker marker(space_, layouts_, options_.max_mark_stack);
    for (const Ref r : roots_) marker.root(r);
    for (const Pin& pin : pins_) marker.root(pin.ref);
    marker.root(in_flight);
    owner_->visit_roots(marker);
    owner_->visit_excepted(marker);
    marker.drain();
  }
  finish_collection();
}

void Heap::finish_collection() {
  space_.end_collection();
  threshold_ = std::max(options_.min_threshold, space_.live());
  space_.trim(2 * threshold_);
  find_dead_host_values();
  collecting_ = false;
  if (dead_ != kNoEntry && !owner_->finalizers_wait()) run_finalizers();
}

bool Heap::refers(Ref r, uintptr_t begin, uint64_t bytes) {
  const ObjectHeader& header = space_.header(r);
  const auto inside = [&](uint64_t word) { return wrapping_sub(word, begin) < bytes; };
  const auto field = [&](uint64_t offset) {
    uint64_t word = 0;
    std::memcpy(&word, space_.at(r) + offset, sizeof(word));  // SAFETY: a field of this object
    return inside(word);
  };
  switch (header.kind()) {
    case ObjectKind::struct_:
      for (const StructLayout::Field& f : layouts_.of(header.type()).fields) {
        if (f.cls == FieldClass::func && field(f.offset)) return true;
      }
      return false;
    case ObjectKind::array: {
      if (layouts_.of(header.type()).element() != FieldClass::func) return false;
      for (uint64_t i = 0; i < header.extent; ++i) {
        if (field(sizeof(ObjectHeader) + i * sizeof(Cell))) return true;
      }
      return false;
    }
    case ObjectKind::exception: {
      const ExceptionObject& e = exception(r);
      // SAFETY: an address as a number.
      if (inside(reinterpret_cast<uintptr_t>(e.tag))) return true;
      size_t cell = 0;
      for (const ValType type : layouts_.types()[e.tag->type].params) {
        if (field_class(layouts_.types(), type) == FieldClass::func && inside(e.cells()[cell].bits))
          return true;
        cell += type.cells();
      }
      return false;
    }
    default: return false;
  }
}

bool Heap::is_on_stacks(const TierState& stacks, const VMStoreContext& store, uintptr_t begin,
                        uint64_t bytes) {
  Marker marker(space_, layouts_, options_.max_mark_stack);
  marker.watch(begin, bytes, true);
  stacks.visit_stacks(marker, store);
  return marker.seen();
}

Heap::Referrer Heap::find_referrer(uintptr_t begin, uint64_t bytes) {
  if (collecting_ || owner_ == nullptr) return Referrer::stack;  // a finalizer asks: not now
  const bool has_objects = space_.committed() != 0;
  Referrer found = Referrer::none;
  collecting_ = true;
  if (has_objects) {
    ++collections_;
    compact_roots();
    space_.begin_collection();
  }
  {
    Marker marker(space_, layouts_, options_.max_mark_stack);
    marker.watch(begin, bytes);
    for (const Ref r : roots_) marker.root(r);
    for (const Pin& pin : pins_) marker.root(pin.ref);
    marker.root(in_flight);
    owner_->visit_roots(marker);
    if (has_objects) {
      marker.drain();
      if (space_.find_marked([&](Ref r) { return refers(r, begin, bytes); }))
        found = Referrer::object;
      owner_->visit_excepted(marker);
      marker.drain();
    }
    if (marker.seen()) found = Referrer::stack;
  }
  if (has_objects) {
    finish_collection();
  } else {
    collecting_ = false;
  }
  return found;
}

}  // namespace weft::runtime
