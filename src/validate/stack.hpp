// A growing array of trivially copyable elements used as a stack: pushing is a compare and a store,
// and the memory is kept when the walk goes on to the next function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "base/out_of_memory.hpp"

namespace weft::validate {

template <class T>
class Stack {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>,
                "what an emitter keeps of an operand or a label is plain data");

 public:
  Stack() = default;
  ~Stack() { std::free(begin_); }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  size_t size() const { return static_cast<size_t>(top_ - begin_); }
  bool empty() const { return top_ == begin_; }
  T* data() { return begin_; }
  const T* data() const { return begin_; }
  T* begin() { return begin_; }
  T* end() { return top_; }
  const T* begin() const { return begin_; }
  const T* end() const { return top_; }
  T& operator[](size_t i) { return begin_[i]; }
  const T& operator[](size_t i) const { return begin_[i]; }
  T& back() { return top_[-1]; }
  const T& back() const { return top_[-1]; }

  void push(const T& value) {
    if (is_full()) [[unlikely]]
      grow();
    push_unchecked(value);
  }
  bool is_full() const { return top_ == limit_; }
  /// SAFETY: not full.
  void push_unchecked(const T& value) { *top_++ = value; }
  /// SAFETY: the caller knows that there are elements to take off.
  void pop() { --top_; }
  void shrink(size_t new_size) { top_ = begin_ + new_size; }
  void set_end(T* end) { top_ = end; }
  void clear() { top_ = begin_; }
  /// Gives back the memory of an unusually big function.
  void release_above(size_t elements) {
    if (static_cast<size_t>(limit_ - begin_) <= elements) return;
    std::free(begin_);
    begin_ = top_ = limit_ = nullptr;
  }
  [[gnu::noinline, gnu::cold]] void grow() {
    const size_t used = size();
    const size_t capacity = used < 32 ? 64 : used * 2;
    // SAFETY: T is trivially copyable, so realloc may move it; bodies are below 128 MiB, the
    // product cannot overflow.
    T* grown = static_cast<T*>(std::realloc(static_cast<void*>(begin_), capacity * sizeof(T)));
    if (grown == nullptr) throw_out_of_memory();
    begin_ = grown;
    top_ = grown + used;
    limit_ = grown + capacity;
  }

 private:
  T* begin_ = nullptr;
  T* top_ = nullptr;
  T* limit_ = nullptr;
};

}  // namespace weft::validate
