#include "runtime/parking_lot.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/wrapping.hpp"

namespace weft::runtime {
namespace {

using Clock = std::chrono::steady_clock;

/// Lives on the stack of the thread that sleeps: going to sleep takes no memory.
struct Waiter {
  const void* address;
  bool woken = false;
  std::condition_variable wake{};
  Waiter* previous = nullptr;
  Waiter* next = nullptr;
};
struct Bucket {
  std::mutex mutex;
  Waiter* first = nullptr;  // guarded by mutex, as all links; longest asleep first
  Waiter* last = nullptr;

  void add(Waiter& w) {
    w.previous = last;
    (last != nullptr ? last->next : first) = &w;
    last = &w;
  }
  void remove(Waiter& w) {
    (w.previous != nullptr ? w.previous->next : first) = w.next;
    (w.next != nullptr ? w.next->previous : last) = w.previous;
    w.previous = w.next = nullptr;
  }
};

WEFT_WRAPS Bucket& bucket_of(const void* address) {
  static std::array<Bucket, 64> buckets;
  // SAFETY: an address as a number, to be mixed.
  const auto bits = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(address)) >> 2;
  return buckets[(bits * 0x9e37'79b9'7f4a'7c15u) >> 58];
}

/// When it is over; nothing if that is too far away to be told from never.
constexpr int64_t kFarAway = int64_t{1} << 61;

}  // namespace

wasm::TrapCode park(const WaitRequest& request, function_ref<bool()> equal,
                    function_ref<wasm::TrapCode()> poll, WaitOutcome& outcome) {
  Bucket& bucket = bucket_of(request.address);
  Waiter waiter{.address = request.address};
  const bool limited = request.timeout_ns >= 0 && request.timeout_ns < kFarAway;
  std::unique_lock lock(bucket.mutex);
  if (!equal()) {
    outcome = WaitOutcome::not_equal;
    return wasm::TrapCode::none;
  }
  const Clock::time_point start = Clock::now();
  const Clock::time_point end = start + std::chrono::nanoseconds(limited ? request.timeout_ns : 0);
  bucket.add(waiter);
  wasm::TrapCode trap = wasm::TrapCode::none;
  while (!waiter.woken && trap == wasm::TrapCode::none) {
    const Clock::time_point now = Clock::now();
    if (limited && now >= end) break;
    if (request.poll_ns > 0) {
      const Clock::time_point slice = now + std::chrono::nanoseconds(request.poll_ns);
      waiter.wake.wait_until(lock, limited ? std::min(slice, end) : slice);
      if (waiter.woken) break;
      lock.unlock();
      trap = poll();
      lock.lock();
    } else if (limited) {
      waiter.wake.wait_until(lock, end);
    } else {
      waiter.wake.wait(lock);
    }
  }
  if (!waiter.woken) bucket.remove(waiter);
  outcome = waiter.woken ? WaitOutcome::woken : WaitOutcome::timed_out;
  return waiter.woken ? wasm::TrapCode::none : trap;
}

uint32_t unpark(const void* address, uint32_t count) {
  Bucket& bucket = bucket_of(address);
  const std::lock_guard lock(bucket.mutex);
  uint32_t woken = 0;
  for (Waiter* next = bucket.first; next != nullptr && woken < count;) {
    Waiter* const waiter = next;
    next = waiter->next;
    if (waiter->address != address) continue;
    bucket.remove(*waiter);
    waiter->woken = true;
    waiter->wake.notify_one();
    ++woken;
  }
  return woken;
}

}  // namespace weft::runtime
