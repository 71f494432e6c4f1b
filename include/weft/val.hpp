// The mapping between C++ types and wasm types, raw cells, and values whose type is known at run
// time only.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <tuple>

#include "weft/weft.h"

namespace weft {
inline namespace v0 {

/// A 128-bit vector in memory order.
struct V128 {
  std::array<uint8_t, 16> bytes{};
  bool operator==(const V128&) const = default;
};

/// The one mapping between a C++ type and a wasm type.
template <class T>
struct WasmTypeOf;  // a type without a specialisation cannot cross the boundary: use int32_t,
                    // uint32_t, int64_t, ...

namespace detail {
template <class T, weft_valkind_t Kind, class Bits>
struct Scalar {
  static constexpr weft_valkind_t kind = Kind;
  static constexpr size_t cells = 1;
  static T load(const weft_raw_t* c) {
    T t;
    const Bits low = static_cast<Bits>(c->bits);
    std::memcpy(&t, &low, sizeof(T));
    return t;
  }
  static void store(weft_raw_t* c, T v) {
    Bits low;
    std::memcpy(&low, &v, sizeof(T));
    c->bits = low;  // zero-extended: all 64 bits are defined
  }
};
}  // namespace detail

template <>
struct WasmTypeOf<int32_t> : detail::Scalar<int32_t, WEFT_I32, uint32_t> {};
template <>
struct WasmTypeOf<uint32_t> : detail::Scalar<uint32_t, WEFT_I32, uint32_t> {};
template <>
struct WasmTypeOf<int64_t> : detail::Scalar<int64_t, WEFT_I64, uint64_t> {};
template <>
struct WasmTypeOf<uint64_t> : detail::Scalar<uint64_t, WEFT_I64, uint64_t> {};
template <>
struct WasmTypeOf<float> : detail::Scalar<float, WEFT_F32, uint32_t> {};
template <>
struct WasmTypeOf<double> : detail::Scalar<double, WEFT_F64, uint64_t> {};
template <>
struct WasmTypeOf<V128> {
  static constexpr weft_valkind_t kind = WEFT_V128;
  static constexpr size_t cells = 2;
  static V128 load(const weft_raw_t* c) {
    V128 v;
    std::memcpy(v.bytes.data(), c, 16);
    return v;
  }
  static void store(weft_raw_t* c, V128 v) { std::memcpy(c, v.bytes.data(), 16); }
};

/// A C++ type that has a wasm type: int32_t, uint32_t, int64_t, uint64_t, float, double,
/// weft::V128.
template <class T>
concept WasmType = requires { WasmTypeOf<T>::kind; };

namespace detail {
template <class... T>
constexpr size_t cells_of() {
  return (size_t{0} + ... + WasmTypeOf<T>::cells);
}
/// Results as a list: void = none, tuple = several.
template <class R>
struct Results {
  static_assert(WasmType<R>,
                "this result type has no wasm type: use int32_t, int64_t, float, double, V128 or a "
                "tuple of them");
  static constexpr size_t cells = WasmTypeOf<R>::cells;
  static constexpr std::array<weft_valkind_t, 1> kinds{WasmTypeOf<R>::kind};
  static R load(const weft_raw_t* c) { return WasmTypeOf<R>::load(c); }
  static void store(weft_raw_t* c, R r) { WasmTypeOf<R>::store(c, r); }
};
template <>
struct Results<void> {
  static constexpr size_t cells = 0;
  static constexpr std::array<weft_valkind_t, 0> kinds{};
};
template <class... R>
struct Results<std::tuple<R...>> {
  static_assert((WasmType<R> && ...), "a result type in this tuple has no wasm type");
  static constexpr size_t cells = cells_of<R...>();
  static constexpr std::array<weft_valkind_t, sizeof...(R)> kinds{WasmTypeOf<R>::kind...};
  static std::tuple<R...> load(const weft_raw_t* c) {
    return std::tuple<R...>{[&] {
      const weft_raw_t* at = c;
      c += WasmTypeOf<R>::cells;
      return WasmTypeOf<R>::load(at);
    }()...};
  }
  static void store(weft_raw_t* c, const std::tuple<R...>& r) {
    std::apply(
        [&](const R&... v) { ((WasmTypeOf<R>::store(c, v), c += WasmTypeOf<R>::cells), ...); }, r);
  }
};
}  // namespace detail

/// A value with its type.
class Val {
 public:
  Val() : val_{} {}
  Val(int32_t v) : val_{} { val_.kind = WEFT_I32, val_.of.i32 = v; }
  Val(uint32_t v) : Val(static_cast<int32_t>(v)) {}
  Val(int64_t v) : val_{} { val_.kind = WEFT_I64, val_.of.i64 = v; }
  Val(uint64_t v) : Val(static_cast<int64_t>(v)) {}
  Val(float v) : val_{} { val_.kind = WEFT_F32, val_.of.f32 = v; }
  Val(double v) : val_{} { val_.kind = WEFT_F64, val_.of.f64 = v; }
  Val(V128 v) : val_{} {
    val_.kind = WEFT_V128;
    std::memcpy(val_.of.v128, v.bytes.data(), 16);
  }
  explicit Val(const weft_val_t& v) : val_(v) {}

  weft_valkind_t kind() const { return val_.kind; }
  int32_t i32() const { return val_.of.i32; }
  int64_t i64() const { return val_.of.i64; }
  float f32() const { return val_.of.f32; }
  double f64() const { return val_.of.f64; }
  V128 v128() const {
    V128 v;
    std::memcpy(v.bytes.data(), val_.of.v128, 16);
    return v;
  }
  const weft_val_t& c_api() const { return val_; }

 private:
  weft_val_t val_;
};
static_assert(sizeof(Val) == sizeof(weft_val_t));

}  // namespace v0
}  // namespace weft
