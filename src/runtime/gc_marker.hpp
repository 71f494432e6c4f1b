// Finds what is reachable, without recursion: an explicit stack of bounded size; objects that find
// no room in it are found again by scanning their blocks. What roots are is told to it by the
// heap's owner. ADR 0010.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/wrapping.hpp"
#include "runtime/gc_layout.hpp"
#include "runtime/gc_space.hpp"

namespace weft::runtime {

/// Lives for one collection.
class Marker {
 public:
  /// `max_stack`: entries; beyond it blocks are rescanned.
  Marker(GcSpace& space, LayoutTable& layouts, size_t max_stack);
  ~Marker();
  Marker(const Marker&) = delete;
  Marker& operator=(const Marker&) = delete;

  /// A precise root: null, an i31, or an object.
  void root(Ref r) { mark(r); }
  /// Whatever lies in a word of a stack: kept alive if it is an object's reference or address.
  void candidate(uint64_t word) {
    if (space_.is_object(word)) return mark(static_cast<Ref>(word));
    const uint64_t offset = wrapping_sub(word, reinterpret_cast<uint64_t>(space_.at(0)));
    if (space_.is_object(offset)) mark(static_cast<Ref>(offset));
  }
  void cells(const Cell* begin, const Cell* end) {
    for (; begin < end; ++begin) {
      if (wrapping_sub(begin->bits, watched_) < watched_bytes_) [[unlikely]]
        seen_ = true;
      if (!only_watches_) candidate(begin->bits);
    }
  }
  /// Notes whether a cell of a guest stack holds an address in that range. `only`: and keeps
  /// nothing alive, outside of a collection.
  void watch(uintptr_t begin, uint64_t bytes, bool only = false) {
    watched_ = begin;
    watched_bytes_ = bytes;
    only_watches_ = only;
  }
  bool seen() const { return seen_; }
  /// Native stack: references may be packed two to a word.
  void native_words(uintptr_t low, uintptr_t high);

  /// Marks everything reachable from what was given.
  void drain();

 private:
  void mark(Ref r) {
    if (r == kNullRef || is_i31(r)) return;
    if (space_.mark(r)) push(r);
  }
  void push(Ref r) {
    if (size_ == capacity_ && !grow()) [[unlikely]]
      return overflow(r);
    stack_[size_++] = r;
    __builtin_prefetch(space_.at(r));
  }
  bool grow();
  void overflow(Ref r);
  void scan(Ref r, const ObjectHeader& header);
  void drain_stack();

  GcSpace& space_;
  LayoutTable& layouts_;
  size_t max_stack_;
  uint64_t watched_ = 0;
  uint64_t watched_bytes_ = 0;
  bool seen_ = false;
  bool only_watches_ = false;
  Ref* stack_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace weft::runtime
