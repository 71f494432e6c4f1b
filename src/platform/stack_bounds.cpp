#include "platform/stack_bounds.hpp"

#include <pthread.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "platform/virtual_memory.hpp"

namespace weft::platform {
namespace {

/// glibc answers for the main thread by reading /proc/self/maps (about 40 us, and /proc may be
/// absent). The kernel puts the name of the program at the very top of that stack, and lets it grow
/// to the limit.
StackBounds main_thread_bounds() {
  const auto name = static_cast<uintptr_t>(getauxval(AT_EXECFN));
  rlimit limit{};
  if (name == 0 || getrlimit(RLIMIT_STACK, &limit) != 0) return {};
  // SAFETY: AT_EXECFN is a zero-terminated string that the kernel wrote.
  const size_t length = std::strlen(reinterpret_cast<const char*>(name));
  const uintptr_t high = round_up_to_page(name + length + 1 + sizeof(void*));
  // "Unlimited" still ends at the next mapping; count on no more than a usual default.
  constexpr rlim_t kUnlimited = rlim_t{8} << 20;
  const rlim_t size = limit.rlim_cur == RLIM_INFINITY ? kUnlimited : limit.rlim_cur;
  return {high - static_cast<uintptr_t>(std::min<rlim_t>(size, high / 2)), high};
}

StackBounds pthread_bounds() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
  void* low = nullptr;
  size_t size = 0, guard = 0;
  const bool known = pthread_attr_getstack(&attributes, &low, &size) == 0 &&
                     pthread_attr_getguardsize(&attributes, &guard) == 0;
  pthread_attr_destroy(&attributes);
  if (!known) return {};
  // SAFETY: an address for comparison only. glibc counts the guard pages as part of the stack.
  const auto start = reinterpret_cast<uintptr_t>(low);
  return {start + guard, start + size};
}

}  // namespace

StackBounds current_stack_bounds() {
  if (gettid() == getpid()) {
    const StackBounds bounds = main_thread_bounds();
    if (bounds.contains(current_stack_pointer())) return bounds;
  }
  return pthread_bounds();
}

}  // namespace weft::platform
