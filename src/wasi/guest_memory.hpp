// The guest's linear memory as WASI functions see it: every access is checked in 64-bit arithmetic
// against the size at that moment. Pointers of the guest are 32-bit offsets; none is kept across a
// wait or a callback.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace weft::wasi {

class GuestMemory {
 public:
  struct View {
    std::byte* base = nullptr;
    uint64_t size = 0;
  };
  using Reload = View (*)(void* source);

  explicit GuestMemory(View view, Reload reload = nullptr, void* source = nullptr)
      : view_(view), reload_(reload), source_(source) {}

  /// Looks base and size up again. To be called after anything that may have run guest code or
  /// grown the memory.
  void reload() {
    if (reload_ != nullptr) view_ = reload_(source_);
  }

  uint64_t size() const { return view_.size; }

  /// True if [ptr, ptr + len) lies inside; the empty range at the very end does.
  bool contains(uint64_t ptr, uint64_t len) const {
    return len <= view_.size && ptr <= view_.size - len;
  }

  /// The host address of a guest offset that `contains` has vouched for.
  std::byte* at(uint64_t ptr) const {
    return view_.base + ptr;  // SAFETY: ptr <= size by contains()
  }

  template <class T>
  [[nodiscard]] bool read(uint64_t ptr, T& out) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!contains(ptr, sizeof(T))) return false;
    std::memcpy(&out, at(ptr), sizeof(T));
    return true;
  }

  template <class T>
  [[nodiscard]] bool write(uint64_t ptr, const T& value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!contains(ptr, sizeof(T))) return false;
    std::memcpy(at(ptr), &value, sizeof(T));
    return true;
  }

  [[nodiscard]] bool write_bytes(uint64_t ptr, const void* from, size_t len) const {
    if (!contains(ptr, len)) return false;
    if (len != 0) std::memcpy(at(ptr), from, len);
    return true;
  }

 private:
  View view_;
  Reload reload_;
  void* source_;
};

}  // namespace weft::wasi
