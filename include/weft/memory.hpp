// Linear memories, and views of them whose every access is checked.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "weft/store.hpp"
#include "weft/types.hpp"

namespace weft {
inline namespace v0 {

/// The bytes of a guest's memory as they are now. Every access is checked against the size;
/// addresses are 64 bits wide, so nothing wraps. Valid until the guest runs or the memory grows:
/// get a new one after each call. Numbers are little endian, as the guest sees them.
class MemoryView {
 public:
  /// Nothing: every access fails, but those of no bytes at address 0.
  MemoryView() = default;
  /// A view of these bytes.
  explicit MemoryView(std::span<uint8_t> bytes) : bytes_(bytes) {}

  /// All of it.
  std::span<uint8_t> bytes() const { return bytes_; }
  /// In bytes.
  uint64_t size() const { return bytes_.size(); }

  /// A range, or nothing if it does not lie inside.
  std::optional<std::span<uint8_t>> slice(uint64_t address, uint64_t size) const {
    if (address > bytes_.size() || size > bytes_.size() - address) return std::nullopt;
    return bytes_.subspan(static_cast<size_t>(address), static_cast<size_t>(size));
  }
  /// A value at an address of any alignment: numbers, enums, structs without padding or pointers.
  template <class T>
  std::optional<T> read(uint64_t address) const {
    check_type<T>();
    const auto from = slice(address, sizeof(T));
    if (!from) return std::nullopt;
    T value;
    std::memcpy(&value, from->data(), sizeof(T));
    return value;
  }
  /// False, and nothing written, if it does not lie inside.
  template <class T>
  [[nodiscard]] bool write(uint64_t address, const T& value) const {
    check_type<T>();
    const auto to = slice(address, sizeof(T));
    if (!to) return false;
    std::memcpy(to->data(), &value, sizeof(T));
    return true;
  }
  /// `count` values in place; nothing if they do not lie inside or are not aligned for T.
  template <class T>
  std::optional<std::span<T>> array(uint64_t address, uint64_t count) const {
    check_type<std::remove_const_t<T>>();
    if (count > bytes_.size() / sizeof(T)) return std::nullopt;
    const auto range = slice(address, count * sizeof(T));
    if (!range || reinterpret_cast<uintptr_t>(range->data()) % alignof(T) != 0) return std::nullopt;
    return std::span<T>(reinterpret_cast<T*>(range->data()), static_cast<size_t>(count));
  }
  /// Characters in place, or nothing if they do not lie inside.
  std::optional<std::string_view> text(uint64_t address, uint64_t size) const {
    const auto range = slice(address, size);
    if (!range) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(range->data()), range->size());
  }
  /// Characters up to a NUL, which must come within `limit` characters and before the end.
  std::optional<std::string_view> c_string(uint64_t address, uint64_t limit = UINT64_MAX) const {
    if (address >= bytes_.size()) return std::nullopt;
    const size_t room = bytes_.size() - static_cast<size_t>(address);
    const size_t most = limit < room ? static_cast<size_t>(limit) + 1 : room;
    const auto* from = bytes_.data() + address;
    const void* end = std::memchr(from, 0, most);
    if (end == nullptr) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(from),
                            static_cast<size_t>(static_cast<const uint8_t*>(end) - from));
  }
  /// Copies into the guest; false, and nothing written, if it does not fit.
  [[nodiscard]] bool copy_in(uint64_t address, std::span<const uint8_t> from) const {
    const auto to = slice(address, from.size());
    if (!to) return false;
    if (!from.empty()) std::memcpy(to->data(), from.data(), from.size());
    return true;
  }
  /// Copies text into the guest, without a NUL.
  [[nodiscard]] bool copy_in(uint64_t address, std::string_view from) const {
    return copy_in(address, std::span(reinterpret_cast<const uint8_t*>(from.data()), from.size()));
  }
  /// Copies out of the guest; false, and nothing copied, if it does not lie inside.
  [[nodiscard]] bool copy_out(uint64_t address, std::span<uint8_t> to) const {
    const auto from = slice(address, to.size());
    if (!from) return false;
    if (!to.empty()) std::memcpy(to.data(), from->data(), to.size());
    return true;
  }

 private:
  template <class T>
  static constexpr void check_type() {
    static_assert(
        std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> && !std::is_reference_v<T>,
        "weft: only trivially copyable values without pointers can lie in a guest's "
        "memory: numbers, enums, plain structs");
  }
  std::span<uint8_t> bytes_;
};

/// A linear memory of a store. A value: copy it freely. Errors of all members: wrong_store, freed.
class Memory {
 public:
  /// Wraps the C handle.
  explicit Memory(weft_memory_t m) : memory_(m) {}
  /// A memory of the host's, to be imported by modules. Errors: bad_argument (minimum above
  /// maximum; shared without maximum), limit_exceeded, out_of_memory, unsupported (page size).
  static Result<Memory> make(StoreRef store, const MemoryType& type) {
    weft_memory_t m{};
    if (type.page_log2 != 16)
      return Error(weft_error_new_code(WEFT_ERROR_UNSUPPORTED, "page size", 9));
    if (weft_error_t* e = weft_memory_new(store.c_api(), type.min, type.max.value_or(UINT64_MAX),
                                          type.memory64, type.shared, &m)) {
      return Error(e);
    }
    return Memory(m);
  }
  /// All of it. Valid until the guest runs or the memory grows.
  Result<std::span<uint8_t>> data(StoreRef store) const {
    uint8_t* base = nullptr;
    uint64_t bytes = 0;
    if (weft_error_t* e = weft_memory_data(store.c_api(), memory_, &base, &bytes)) return Error(e);
    return std::span<uint8_t>(base, static_cast<size_t>(bytes));
  }
  /// Checked accesses. Valid until the guest runs or the memory grows.
  Result<MemoryView> view(StoreRef store) const {
    auto bytes = data(store);
    if (!bytes) return bytes.take_error();
    return MemoryView(*bytes);
  }
  /// Its type; `min` is the present size in pages.
  Result<MemoryType> type(StoreRef store) const {
    weft_memorytype_t type{};
    if (weft_error_t* e = weft_memory_type(store.c_api(), memory_, &type)) return Error(e);
    return detail::from_c(type);
  }
  /// The present size in pages.
  Result<uint64_t> size(StoreRef store) const {
    auto t = type(store);
    if (!t) return t.take_error();
    return t->min;
  }
  /// By so many pages; gives the size before. Error: limit_exceeded.
  Result<uint64_t> grow(StoreRef store, uint64_t delta) const {
    uint64_t old = 0;
    if (weft_error_t* e = weft_memory_grow(store.c_api(), memory_, delta, &old)) return Error(e);
    return old;
  }
  /// A value at an address. Error: bad_argument (out of bounds).
  template <class T>
  Result<T> read(StoreRef store, uint64_t address) const {
    auto v = view(store);
    if (!v) return v.take_error();
    auto value = v->template read<T>(address);
    if (!value) return out_of_bounds();
    return *value;
  }
  /// Nothing is written if it fails. Error: bad_argument (out of bounds).
  template <class T>
  Result<void> write(StoreRef store, uint64_t address, const T& value) const {
    auto v = view(store);
    if (!v) return v.take_error();
    if (!v->write(address, value)) return out_of_bounds();
    return {};
  }
  /// A copy of the characters. Error: bad_argument (out of bounds).
  Result<std::string> text(StoreRef store, uint64_t address, uint64_t size) const {
    auto v = view(store);
    if (!v) return v.take_error();
    const auto text = v->text(address, size);
    if (!text) return out_of_bounds();
    return std::string(*text);
  }
  /// Copies into the guest, all or nothing. Error: bad_argument (out of bounds).
  Result<void> copy_in(StoreRef store, uint64_t address, std::span<const uint8_t> from) const {
    auto v = view(store);
    if (!v) return v.take_error();
    if (!v->copy_in(address, from)) return out_of_bounds();
    return {};
  }
  /// Copies text into the guest, without a NUL. Error: bad_argument (out of bounds).
  Result<void> copy_in(StoreRef store, uint64_t address, std::string_view from) const {
    return copy_in(store, address,
                   std::span(reinterpret_cast<const uint8_t*>(from.data()), from.size()));
  }
  /// Copies out of the guest, all or nothing. Error: bad_argument (out of bounds).
  Result<void> copy_out(StoreRef store, uint64_t address, std::span<uint8_t> to) const {
    auto v = view(store);
    if (!v) return v.take_error();
    if (!v->copy_out(address, to)) return out_of_bounds();
    return {};
  }
  /// The C handle.
  weft_memory_t c_api() const { return memory_; }

 private:
  static Error out_of_bounds() {
    constexpr std::string_view kText = "bad argument: out of bounds of the memory";
    return Error(weft_error_new_code(WEFT_ERROR_BAD_ARGUMENT, kText.data(), kText.size()));
  }
  weft_memory_t memory_;
};

}  // namespace v0
}  // namespace weft
