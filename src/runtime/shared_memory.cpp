#include "runtime/shared_memory.hpp"

#include <algorithm>

#include "runtime/engine_state.hpp"
#include "runtime/memory.hpp"
#include "runtime/memory_check.hpp"

namespace weft::runtime {
namespace {

// SAFETY: one word, read by the view's thread without the lock.
void publish(Memory& view, uint64_t length) {
  __atomic_store_n(&view.length, length, __ATOMIC_RELEASE);
}

}  // namespace

SharedMemory::SharedMemory(std::shared_ptr<EngineState> engine, Parts parts)
    : engine_(std::move(engine)), parts_(std::move(parts)) {
  if (engine_->options().memory_check) shadow_ = std::make_shared<MemoryShadow>(true);
}

SharedMemory::~SharedMemory() {
  engine_->allocator().give_memory(std::move(parts_.space), {.length = parts_.length});
}

uint64_t SharedMemory::length() const {
  const std::lock_guard lock(mutex_);
  return parts_.length;
}

void SharedMemory::attach(Memory& view) {
  const std::lock_guard lock(mutex_);
  views_.push_back(&view);
  view.base = parts_.base;
  publish(view, parts_.length);
}

void SharedMemory::detach(Memory& view) {
  const std::lock_guard lock(mutex_);
  std::erase(views_, &view);
}

SharedMemory::Growth SharedMemory::grow(uint64_t from, uint64_t to) {
  const std::lock_guard lock(mutex_);
  if (parts_.length != from) return Growth::changed;
  if (!parts_.space.extend(to)) return Growth::refused;
  parts_.length = to;
  for (Memory* view : views_) publish(*view, to);
  return Growth::done;
}

}  // namespace weft::runtime
