#include "runtime/code_registry.hpp"

#include <array>
#include <atomic>
#include <mutex>

namespace weft::runtime {

namespace {

// A chunked list that only grows: a signal handler can walk it at any moment. An entry is empty
// while end == 0.
struct Entry {
  std::atomic<uintptr_t> end{0};
  CodeRange range;
};
struct Chunk {
  std::array<Entry, 64> entries;
  std::atomic<Chunk*> next{nullptr};
};

constinit Chunk g_first;
constinit std::mutex g_mutex;  // writers only

}  // namespace

void register_code(const CodeRange& range) {
  const std::lock_guard lock(g_mutex);
  if (const CodeRange* known = find_code(range.begin); known != nullptr && known->end == range.end)
    return;
  Chunk* chunk = &g_first;
  while (true) {
    for (Entry& e : chunk->entries) {
      if (e.end.load(std::memory_order_relaxed) != 0) continue;
      e.range = range;
      // SAFETY: release publishes the range before the entry counts as full.
      e.end.store(range.end, std::memory_order_release);
      return;
    }
    Chunk* next = chunk->next.load(std::memory_order_relaxed);
    if (next == nullptr) {
      next = new Chunk;
      chunk->next.store(next, std::memory_order_release);
    }
    chunk = next;
  }
}

void unregister_code(uintptr_t begin) {
  const std::lock_guard lock(g_mutex);
  for (Chunk* chunk = &g_first; chunk != nullptr;
       chunk = chunk->next.load(std::memory_order_relaxed)) {
    for (Entry& e : chunk->entries) {
      if (e.end.load(std::memory_order_relaxed) != 0 && e.range.begin == begin) {
        e.end.store(0, std::memory_order_release);
        return;
      }
    }
  }
}

const CodeRange* find_code(uintptr_t pc) {
  for (const Chunk* chunk = &g_first; chunk != nullptr;
       chunk = chunk->next.load(std::memory_order_acquire)) {
    for (const Entry& e : chunk->entries) {
      const uintptr_t end = e.end.load(std::memory_order_acquire);
      if (end != 0 && pc < end && pc >= e.range.begin) return &e.range;
    }
  }
  return nullptr;
}

}  // namespace weft::runtime
