// Index spaces as distinct types: a FuncIdx cannot be passed where a TypeIdx is meant.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace weft {

template <class Tag>
struct Index {
  uint32_t value = 0;

  constexpr Index() = default;
  constexpr explicit Index(uint32_t v) : value(v) {}
  constexpr explicit Index(size_t v) : value(static_cast<uint32_t>(v)) {}
  constexpr auto operator<=>(const Index&) const = default;
};

}  // namespace weft

template <class Tag>
struct std::hash<weft::Index<Tag>> {
  size_t operator()(weft::Index<Tag> i) const noexcept { return i.value; }
};
