#include "runtime/memory.hpp"

#include <algorithm>
#include <cstring>

#include "base/bits.hpp"
#include "base/scope_exit.hpp"
#include "runtime/engine_state.hpp"
#include "runtime/memory_check.hpp"
#include "runtime/store.hpp"
#include "wasm/limits.hpp"

namespace weft::runtime {

namespace {

/// The largest size in bytes that the type allows and we can address.
uint64_t maximum_of(const MemoryType& type) {
  const uint64_t limit =
      type.address == AddressType::i32 ? limits::kMemory32Bytes : limits::kMemory64ReservableBytes;
  if (!type.limits.max) return limit;
  return std::min(limit, saturating_mul(*type.limits.max, type.page_bytes()));
}

}  // namespace

Memory::Memory(Store& store, const MemoryType& type, ItemId id)
    : VMMemory{nullptr, 0}, type_(type), store_(&store), id_(id) {}

Memory::~Memory() {
  store_->forget_range(*this);
  if (shared_ != nullptr) {
    shared_->detach(*this);
    return;
  }
  if (!space_) return;
  use_.length = length;
  store_->engine().allocator().give_memory(std::move(space_), use_);
}

uint64_t MemoryImage::next_id() {
  static constinit std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);  // SAFETY: a counter
}

uint64_t Memory::maximum_bytes() const { return maximum_of(type_); }

Result<> Memory::reserve(uint64_t initial_bytes, const MemoryImage* image) {
  const RuntimeOptions& options = store_->engine().options();
  Allocator::MemoryWish wish;
  wish.initial = initial_bytes;
  wish.maximum = maximum_bytes();
  wish.guardable = can_be_guarded(type_) && options.signals && options.guard_pages;
  wish.image = image != nullptr ? image->id : 0;
  WEFT_ASSIGN(space_, store_->engine().allocator().take_memory(wish));
  // What a recycled space still has accessible and this memory must not have.
  if (space_.restrict_to(initial_bytes)) return {};
  return fail(ErrorCode::out_of_memory,
              "out of memory: cannot protect the pages behind a linear memory");
}

Result<> Memory::create(const MemoryImage* image) {
  const uint64_t min_bytes = saturating_mul(type_.limits.min, type_.page_bytes());
  std::optional<uint64_t> declared;
  if (type_.limits.max) declared = saturating_mul(*type_.limits.max, type_.page_bytes());
  if (min_bytes > limits::kMemory64ReservableBytes ||
      store_->may_grow_memory(0, min_bytes, declared) != GrowthAnswer::allow) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: linear memory of " +
                                               std::to_string(min_bytes) +
                                               " bytes is larger than the store allows");
  }
  WEFT_TRY(reserve(min_bytes, image));
  if (id_.owner != ItemTable::kStoreSlot && !type_.shared) use_.exposed = false;
  store_->note_range(*this, space_.range_start(), space_.range_bytes());
  base = space_.base();
  if (!extend(min_bytes)) {
    store_->growth_failed("the operating system refused memory");
    return fail(ErrorCode::out_of_memory, "out of memory: cannot commit a linear memory of " +
                                              std::to_string(min_bytes) + " bytes");
  }
  if (image != nullptr && space_.image != image->id) WEFT_TRY(map(*image));
  if (type_.shared) {
    share();
  } else if (store_->engine().options().memory_check) {
    shadow_ = std::make_shared<MemoryShadow>(false);
  }
  return {};
}

Result<> Memory::map(const MemoryImage& image) {
  if (space_.fixed) {
    // Dense slots: the kernel has no mappings to spare for so many.
    note_written(image.offset, image.image.size());
    if (image.image.copy_to(space_.base() + image.offset)) return {};
    return fail(ErrorCode::io, "i/o error: cannot read the initial contents of a linear memory");
  }
  if (space_.range().map_image(image.image, space_.offset + image.offset)) {
    space_.image = image.id;
    space_.image_offset = image.offset;
    space_.image_bytes = image.image.size();
    return {};
  }
  use_.exposed = true;
  return fail(ErrorCode::out_of_memory,
              "out of memory: cannot map the initial contents of a linear memory");
}

/// What was made for this memory becomes what all views share.
void Memory::share() {
  SharedMemory::Parts parts{type_, std::move(space_), base, length};
  space_ = {};
  ScopeExit undo(
      [&] { space_ = std::move(parts.space); });  // no memory: the space is ours as before
  shared_ = std::make_shared<SharedMemory>(store_->shared_engine(), std::move(parts));
  undo.release();
  shared_->attach(*this);
  shadow_ = shared_->shadow();
}

Result<> Memory::attach(std::shared_ptr<SharedMemory> shared) {
  const uint64_t bytes = shared->length();
  std::optional<uint64_t> declared;
  if (type_.limits.max) declared = saturating_mul(*type_.limits.max, type_.page_bytes());
  if (store_->may_grow_memory(0, bytes, declared) != GrowthAnswer::allow) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: shared memory of " +
                                               std::to_string(bytes) +
                                               " bytes is larger than the store allows");
  }
  shared_ = std::move(shared);
  shared_->attach(*this);
  shadow_ = shared_->shadow();
  store_->note_range(*this, shared_->space().range_start(), shared_->space().range_bytes());
  return {};
}

Result<> Memory::discard_image() {
  if (shared_ != nullptr || space_.fixed) {
    // Nobody else has it yet: the instantiation that made it has failed.
    if (length != 0) std::memset(base, 0, length);
    return {};
  }
  if (space_.unmap_image()) return {};
  return fail(ErrorCode::out_of_memory, "out of memory: cannot clear a linear memory");
}

/// Makes [length, new_bytes) accessible and zero. The part of the last host page behind `length`
/// was never accessible to the guest, so it is still zero.
bool Memory::extend(uint64_t new_bytes) {
  if (!space_.extend(new_bytes)) return false;
  // SAFETY: one word, written by the only thread that may grow; other threads of a shared memory
  // read it atomically.
  __atomic_store_n(&length, new_bytes, __ATOMIC_RELEASE);
  return true;
}

std::optional<uint64_t> Memory::grow(uint64_t delta_pages, TrapCode& trap) {
  const uint64_t page = type_.page_bytes();
  std::optional<uint64_t> declared;
  if (type_.limits.max) declared = saturating_mul(*type_.limits.max, page);
  const char* reason = nullptr;
  for (bool changed = true; changed;) {  // again where another thread grew it meanwhile
    const uint64_t old_bytes = length_of(*this);
    const uint64_t old_pages = old_bytes >> type_.page_log2;
    if (delta_pages == 0) return old_pages;
    const uint64_t desired = saturating_mul(saturating_add(old_pages, delta_pages), page);
    switch (store_->may_grow_memory(old_bytes, desired, declared)) {
      case GrowthAnswer::allow: break;
      case GrowthAnswer::refuse: return std::nullopt;
      case GrowthAnswer::trap: trap = TrapCode::growth_limited; return std::nullopt;
    }
    if (shadow_ != nullptr && desired <= maximum_bytes() && !shadow_->may_grow(desired)) {
      reason = "the operating system refused memory for the checker";
      break;
    }
    reason = grow_to(old_bytes, desired, changed);
    if (reason != nullptr || changed) continue;
    if (shadow_ != nullptr) shadow_->grown(old_bytes, desired, in_allocator(store_->context()));
    return old_pages;
  }
  store_->growth_failed(reason);
  if (store_->limits.trap_on_growth_failure) trap = TrapCode::growth_limited;
  return std::nullopt;
}

const char* Memory::grow_to(uint64_t old_bytes, uint64_t new_bytes, bool& changed) {
  changed = false;
  if (new_bytes > maximum_bytes()) return "maximum size of the memory exceeded";
  if (shared_ != nullptr) {
    const SharedMemory::Growth growth = shared_->grow(old_bytes, new_bytes);
    changed = growth == SharedMemory::Growth::changed;
    return growth == SharedMemory::Growth::refused ? "the operating system refused memory"
                                                   : nullptr;
  }
  return extend(new_bytes) || move_and_extend(new_bytes) ? nullptr
                                                         : "the operating system refused memory";
}

/// Checked memories only: more room elsewhere, contents copied.
bool Memory::move_and_extend(uint64_t new_bytes) {
  if (guarded() || type_.shared) return false;
  Allocator& allocator = store_->engine().allocator();
  const uint64_t old_bytes = length;
  const uint64_t roomy = std::min(maximum_bytes(), saturating_mul(new_bytes, 2));
  for (const uint64_t maximum : {roomy, new_bytes}) {
    auto larger = allocator.take_memory({.initial = new_bytes, .maximum = maximum});
    if (!larger) continue;
    if (!larger->extend(new_bytes)) {
      allocator.give_memory(std::move(*larger), {});
      continue;
    }
    if (old_bytes != 0) std::memcpy(larger->base(), base, old_bytes);
    std::swap(space_, *larger);
    allocator.give_memory(std::move(*larger), {.length = old_bytes});
    use_.exposed = true;
    store_->note_range(*this, space_.range_start(), space_.range_bytes());
    base = space_.base();
    length = new_bytes;
    return true;
  }
  return false;
}

}  // namespace weft::runtime
