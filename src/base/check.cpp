#include "base/check.hpp"

#include <atomic>
#include <cstdlib>

namespace weft {
namespace {
std::atomic<PanicHook> g_panic_hook{nullptr};
}

void set_panic_hook(PanicHook hook) { g_panic_hook.store(hook, std::memory_order_release); }

void panic(const char* condition, const char* file, int line) {
  if (PanicHook hook = g_panic_hook.load(std::memory_order_acquire)) hook(condition, file, line);
  std::abort();
}

}  // namespace weft
