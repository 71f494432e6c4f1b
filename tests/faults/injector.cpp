#include "injector.hpp"

#include <dirent.h>
#include <execinfo.h>
#include <sys/mman.h>
#include <sys/types.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <system_error>
#include <thread>

namespace faults {
namespace {

// What is armed. Requests come from the library's threads too.
std::atomic<bool> g_armed{false};
std::atomic<Resource> g_kind{};
std::atomic<uint64_t> g_at{0};
std::atomic<bool> g_forever{false};
std::atomic<uint64_t> g_count{0};
std::atomic<bool> g_fired{false};

bool refuse(Resource kind) {
  if (!g_armed.load(std::memory_order_relaxed) || kind != g_kind.load(std::memory_order_relaxed))
    return false;
  const uint64_t n = g_count.fetch_add(1) + 1;
  const bool fails = n == g_at || (g_forever && n > g_at);
  if (fails) g_fired = true;
  return fails;
}

/// The blocks that are held: open addressing by address, so that the C library's own blocks, which
/// the library gives back with free(), are not taken for ours.
class Blocks {
 public:
  void add(void* block) {
    const Lock lock(*this);
    size_t at = place(block);
    while (slots_[at].block != nullptr && slots_[at].block != kGone) at = (at + 1) % kSlots;
    slots_[at] = {block, ++made_};
    ++held_;
  }
  void remove(void* block) {
    const Lock lock(*this);
    for (size_t at = place(block); slots_[at].block != nullptr; at = (at + 1) % kSlots) {
      if (slots_[at].block != block) continue;
      slots_[at].block = slots_[(at + 1) % kSlots].block == nullptr ? nullptr : kGone;
      --held_;
      return;
    }
  }
  int64_t held() const { return held_; }
  uint64_t made() const { return made_; }
  void report(uint64_t mark) {
    for (const Slot& slot : slots_) {
      if (slot.block != nullptr && slot.block != kGone && slot.number > mark) {
        std::fprintf(stderr, "    block %llu at %p\n", static_cast<unsigned long long>(slot.number),
                     slot.block);
      }
    }
  }

 private:
  static constexpr size_t kSlots = size_t{1} << 18;
  static inline void* const kGone = reinterpret_cast<void*>(1);
  struct Slot {
    void* block = nullptr;
    uint64_t number = 0;
  };
  struct Lock {
    explicit Lock(Blocks& b) : blocks(b) {
      while (blocks.busy_.test_and_set(std::memory_order_acquire)) {
      }
    }
    ~Lock() { blocks.busy_.clear(std::memory_order_release); }
    Blocks& blocks;
  };
  static size_t place(void* block) {
    return static_cast<size_t>((reinterpret_cast<uintptr_t>(block) >> 4) * 0x9e3779b97f4a7c15u >>
                               46) %
           kSlots;
  }
  std::atomic_flag busy_;
  std::array<Slot, kSlots> slots_{};
  std::atomic<int64_t> held_{0};
  std::atomic<uint64_t> made_{0};
};
constinit Blocks g_blocks;
std::atomic<int64_t> g_mapped{0};

int64_t open_files() {
  int64_t count = 0;
  DIR* const dir = opendir("/proc/self/fd");
  if (dir == nullptr) return 0;
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return count;
}

void* note(void* block) {
  if (block != nullptr) g_blocks.add(block);
  return block;
}

/// WEFT_FAULTS_TRACE=1: where the refused request came from.
void trace() {
  static const bool wanted = std::getenv("WEFT_FAULTS_TRACE") != nullptr;
  if (!wanted) return;
  const bool armed = g_armed.exchange(false);
  void* frames[24];
  backtrace_symbols_fd(frames, backtrace(frames, 24), 2);
  g_armed = armed;
}

}  // namespace

const char* name_of(Resource kind) {
  constexpr const char* kNames[] = {"memory", "mmap", "mprotect", "memfd", "thread"};
  return kNames[static_cast<size_t>(kind)];
}

Held held() { return {g_blocks.held(), g_mapped, open_files()}; }

void arm(Resource kind, uint64_t n, bool forever) {
  g_kind = kind;
  g_at = n;
  g_forever = forever;
  g_count = 0;
  g_fired = false;
  g_armed = true;
}
uint64_t disarm() {
  g_armed = false;
  return g_count;
}
bool fired() { return g_fired; }

uint64_t block_mark() { return g_blocks.made(); }
void report_blocks_since(uint64_t mark) { g_blocks.report(mark); }

}  // namespace faults

using faults::Resource;

extern "C" {

void* __real_malloc(size_t);
void* __real_calloc(size_t, size_t);
void* __real_realloc(void*, size_t);
void __real_free(void*);
void* __real_mmap(void*, size_t, int, int, int, off_t);
int __real_munmap(void*, size_t);
int __real_mprotect(void*, size_t, int);
int __real_memfd_create(const char*, unsigned);

void* __wrap_malloc(size_t size) {
  if (faults::refuse(Resource::memory)) {
    faults::trace();
    return nullptr;
  }
  return faults::note(__real_malloc(size));
}
void* __wrap_calloc(size_t count, size_t size) {
  if (faults::refuse(Resource::memory)) {
    faults::trace();
    return nullptr;
  }
  return faults::note(__real_calloc(count, size));
}
void* __wrap_realloc(void* old, size_t size) {
  if (faults::refuse(Resource::memory)) {
    faults::trace();
    return nullptr;
  }
  faults::g_blocks.remove(old);
  void* const block = __real_realloc(old, size);
  return faults::note(block != nullptr ? block : old);
}
void __wrap_free(void* block) {
  if (block != nullptr) faults::g_blocks.remove(block);
  __real_free(block);
}

void* __wrap_mmap(void* where, size_t size, int protection, int flags, int fd, off_t offset) {
  if (faults::refuse(Resource::map)) {
    faults::trace();
    errno = ENOMEM;
    return MAP_FAILED;
  }
  void* const at = __real_mmap(where, size, protection, flags, fd, offset);
  if (at != MAP_FAILED && (flags & MAP_FIXED) == 0) faults::g_mapped += static_cast<int64_t>(size);
  return at;
}
int __wrap_munmap(void* at, size_t size) {
  faults::g_mapped -= static_cast<int64_t>(size);
  return __real_munmap(at, size);
}
int __wrap_mprotect(void* at, size_t size, int protection) {
  if (faults::refuse(Resource::protect)) {
    faults::trace();
    errno = ENOMEM;
    return -1;
  }
  return __real_mprotect(at, size, protection);
}
int __wrap_memfd_create(const char* name, unsigned flags) {
  if (faults::refuse(Resource::memfd)) {
    faults::trace();
    errno = EMFILE;
    return -1;
  }
  return __real_memfd_create(name, flags);
}

// std::thread's way to a thread, in the C++ library.
using StartThread = void(std::thread*, std::unique_ptr<std::thread::_State>, void (*)());
StartThread
    __real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE;
StartThread
    __wrap__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE;
void __wrap__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(
    std::thread* self, std::unique_ptr<std::thread::_State> state, void (*depend)()) {
  if (faults::refuse(Resource::thread)) {
    faults::trace();
    throw std::system_error(EAGAIN, std::generic_category());
  }
  __real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(
      self, std::move(state), depend);
}

}  // extern "C"

// --- operator new, of the C++ library's own code too ---
namespace {
void* allocate(size_t size, size_t alignment) {
  if (faults::refuse(Resource::memory)) {
    faults::trace();
    return nullptr;
  }
  if (alignment <= alignof(std::max_align_t))
    return faults::note(__real_malloc(size == 0 ? 1 : size));
  return faults::note(
      std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment));
}
void* allocate_or_throw(size_t size, size_t alignment) {
  void* const block = allocate(size, alignment);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void release(void* block) {
  if (block != nullptr) faults::g_blocks.remove(block);
  __real_free(block);
}
constexpr size_t kPlain = alignof(std::max_align_t);
}  // namespace

void* operator new(size_t size) { return allocate_or_throw(size, kPlain); }
void* operator new[](size_t size) { return allocate_or_throw(size, kPlain); }
void* operator new(size_t size, std::align_val_t a) {
  return allocate_or_throw(size, static_cast<size_t>(a));
}
void* operator new[](size_t size, std::align_val_t a) {
  return allocate_or_throw(size, static_cast<size_t>(a));
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return allocate(size, kPlain); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return allocate(size, kPlain); }
void operator delete(void* block) noexcept { release(block); }
void operator delete[](void* block) noexcept { release(block); }
void operator delete(void* block, size_t) noexcept { release(block); }
void operator delete[](void* block, size_t) noexcept { release(block); }
void operator delete(void* block, std::align_val_t) noexcept { release(block); }
void operator delete[](void* block, std::align_val_t) noexcept { release(block); }
void operator delete(void* block, size_t, std::align_val_t) noexcept { release(block); }
void operator delete[](void* block, size_t, std::align_val_t) noexcept { release(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { release(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { release(block); }
