#include "runtime/memory.hpp"

#include <algorithm>
#include <cstring>

#include "base/bits.hpp"
#include "runtime/engine_state.hpp"
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
  if (!reservation_) return;
  if (guarded_) store_->engine().give_back({std::move(reservation_), committed_}, mapped_);
}

uint64_t Memory::maximum_bytes() const { return maximum_of(type_); }

Result<> Memory::reserve(uint64_t initial_bytes) {
  const RuntimeOptions& options = store_->engine().options();
  if (can_be_guarded(type_) && options.signals && options.guard_pages) {
    if (auto space = store_->engine().take_space()) {
      reservation_ = std::move(space->reservation);
      committed_ = space->accessible;
      capacity_ = limits::kMemory32Bytes;
      guarded_ = true;
      return restrict_to(platform::round_up_to_page(initial_bytes));
    }
    // No room for so many addresses (a limit of the process): go on with explicit checks.
  }
  // Checked memories: the declared maximum if it is modest, else what is asked for, with room to
  // grow in place.
  constexpr uint64_t kModest = uint64_t{1} << 32;
  const uint64_t wanted = std::max(initial_bytes, std::min(maximum_bytes(), kModest));
  for (const uint64_t bytes : {wanted, initial_bytes}) {
    const uint64_t size =
        std::max<uint64_t>(platform::round_up_to_page(bytes), platform::page_size());
    if (auto r = platform::Reservation::reserve(kFrontGuard + size + kFrontGuard)) {
      reservation_ = std::move(*r);
      capacity_ = size;
      return {};
    }
  }
  return fail(ErrorCode::out_of_memory,
              "out of memory: cannot reserve addresses for a linear memory of " +
                  std::to_string(initial_bytes) + " bytes");
}

/// What a cached reservation still has accessible and this memory must not have.
Result<> Memory::restrict_to(uint64_t bytes) {
  if (committed_ <= bytes) return {};
  if (!reservation_.protect(kFrontGuard + bytes, committed_ - bytes, platform::Access::none)) {
    return fail(ErrorCode::out_of_memory,
                "out of memory: cannot protect the pages behind a linear memory");
  }
  committed_ = bytes;
  return {};
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
  WEFT_TRY(reserve(min_bytes));
  store_->note_range(*this, reservation_);
  base = reinterpret_cast<std::byte*>(reservation_.data() + kFrontGuard);
  if (!extend(min_bytes)) {
    store_->growth_failed("the operating system refused memory");
    return fail(ErrorCode::out_of_memory, "out of memory: cannot commit a linear memory of " +
                                              std::to_string(min_bytes) + " bytes");
  }
  if (image != nullptr) {
    mapped_ = true;
    if (!reservation_.map_image(image->image, kFrontGuard + image->offset)) {
      return fail(ErrorCode::out_of_memory,
                  "out of memory: cannot map the initial contents of a linear memory");
    }
  }
  if (type_.shared) share();
  return {};
}

/// What was made for this memory becomes what all views share.
void Memory::share() {
  shared_ = std::make_shared<SharedMemory>(
      store_->shared_engine(), SharedMemory::Parts{type_, std::move(reservation_), base, length,
                                                   committed_, capacity_, guarded_, mapped_});
  shared_->attach(*this);
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
  guarded_ = shared_->guarded();
  shared_->attach(*this);
  store_->note_range(*this, shared_->reservation());
  return {};
}

Result<> Memory::discard_image() {
  if (shared_ != nullptr) {
    // Nobody else has it yet: the instantiation that made it has failed.
    if (length != 0) std::memset(base, 0, length);
    return {};
  }
  mapped_ = false;
  if (!reservation_.decommit(kFrontGuard, committed_) ||
      !reservation_.commit(kFrontGuard, committed_)) {
    return fail(ErrorCode::out_of_memory, "out of memory: cannot clear a linear memory");
  }
  return {};
}

/// Makes [length, new_bytes) accessible and zero. The part of the last host page behind `length`
/// was never accessible to the guest, so it is still zero.
bool Memory::extend(uint64_t new_bytes) {
  const uint64_t needed = platform::round_up_to_page(new_bytes);
  if (needed > capacity_) return false;
  if (needed > committed_) {
    if (!reservation_.commit(kFrontGuard + committed_, needed - committed_)) return false;
    committed_ = needed;
  }
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
    reason = grow_to(old_bytes, desired, changed);
    if (reason == nullptr && !changed) return old_pages;
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

/// Checked memories only: a larger reservation, contents copied.
bool Memory::move_and_extend(uint64_t new_bytes) {
  if (guarded_ || type_.shared) return false;
  const uint64_t roomy =
      platform::round_up_to_page(std::min(maximum_bytes(), saturating_mul(new_bytes, 2)));
  const uint64_t exact = platform::round_up_to_page(new_bytes);
  for (const uint64_t size : {roomy, exact}) {
    if (size < exact) continue;
    auto larger = platform::Reservation::reserve(kFrontGuard + size + kFrontGuard);
    if (!larger) continue;
    if (!larger->commit(kFrontGuard, exact)) continue;
    if (length != 0) std::memcpy(larger->data() + kFrontGuard, base, length);
    reservation_ = std::move(*larger);
    store_->note_range(*this, reservation_);
    base = reinterpret_cast<std::byte*>(reservation_.data() + kFrontGuard);
    capacity_ = size;
    committed_ = exact;
    length = new_bytes;
    return true;
  }
  return false;
}

}  // namespace weft::runtime
