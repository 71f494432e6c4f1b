// What a host function sees of its caller.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "weft/instance.hpp"

namespace weft {
inline namespace v0 {

/// What a host function learns of its call: the store, and the instance that called. Valid during
/// the call.
class Caller {
 public:
  /// Wraps the C caller.
  explicit Caller(weft_caller_t* c) : caller_(c) {}
  /// The store, usable for everything during the call.
  StoreRef store() const { return StoreRef(weft_caller_store(caller_)); }
  /// The object given to Store::with, if it is of this type; else null.
  template <class T>
  T* data() const {
    return store().template data<T>();
  }
  /// The instance that called; nothing if the host itself called the function.
  std::optional<Instance> instance() const {
    weft_instance_t i{};
    if (!weft_caller_instance(caller_, &i)) return std::nullopt;
    return Instance(i);
  }
  /// An export of the caller as a C handle.
  std::optional<weft_extern_t> export_of(std::string_view name) const {
    weft_extern_t e{};
    if (!weft_caller_export(caller_, name.data(), name.size(), &e)) return std::nullopt;
    return e;
  }
  /// An export of the caller.
  std::optional<Extern> get_export(std::string_view name) const {
    const auto e = export_of(name);
    if (!e) return std::nullopt;
    return Extern(*e);
  }
  /// An exported function of the caller.
  std::optional<Func> func(std::string_view name) const {
    const auto e = get_export(name);
    return e ? e->func() : std::nullopt;
  }
  /// The caller's exported memory; empty if there is none of that name. Valid until the guest runs
  /// or the memory grows.
  std::span<uint8_t> memory(std::string_view name = "memory") const {
    uint8_t* base = nullptr;
    uint64_t bytes = 0;
    if (!weft_caller_memory(caller_, name.data(), name.size(), &base, &bytes)) return {};
    return {base, static_cast<size_t>(bytes)};
  }
  /// The same with checked accesses.
  MemoryView view(std::string_view name = "memory") const { return MemoryView(memory(name)); }
  /// A range of the caller's memory, or nothing if it does not lie inside.
  std::optional<std::span<uint8_t>> slice(uint64_t address, uint64_t size,
                                          std::string_view name = "memory") const {
    return view(name).slice(address, size);
  }
  /// Characters in the caller's memory, or nothing if they do not lie inside.
  std::optional<std::string_view> text(uint64_t address, uint64_t size,
                                       std::string_view name = "memory") const {
    return view(name).text(address, size);
  }
  /// The C caller.
  weft_caller_t* c_api() const { return caller_; }

 private:
  weft_caller_t* caller_;
};

}  // namespace v0
}  // namespace weft
