// The mapping between C++ types and wasm types, raw cells, and values whose type is known at run
// time only.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <tuple>

#include "weft/ref.hpp"

namespace weft {
inline namespace v0 {

class Func;
class ExnRef;
class StructRef;
class ArrayRef;

/// A 128-bit vector in memory order.
struct V128 {
  std::array<uint8_t, 16> bytes{};  ///< Lowest address first.
  /// All bytes are equal.
  bool operator==(const V128&) const = default;
};

/// The one mapping between a C++ type and a wasm type. A type without a specialisation cannot cross
/// the boundary. Specialisations: numbers and V128 here, references beside their classes.
template <class T>
struct WasmTypeOf;

namespace detail {

template <class T, weft_valkind_t Kind, class Bits>
struct Scalar {
  static constexpr weft_valkind_t kind = Kind;
  static constexpr size_t cells = 1;
  static constexpr bool is_ref = false;
  static weft_valtype_t type() { return weft_valtype_of(Kind); }
  static T load(weft_store_t*, const weft_raw_t* c) {
    T t;
    const Bits low = static_cast<Bits>(c->bits);
    std::memcpy(&t, &low, sizeof(T));
    return t;
  }
  static bool store(weft_store_t*, weft_raw_t* c, T v) {
    Bits low;
    std::memcpy(&low, &v, sizeof(T));
    c->bits = low;  // zero-extended: all 64 bits are defined
    return true;
  }
};

/// References that are weft_ref_t: nullable, to an abstract heap type.
template <class T, weft_valkind_t Kind, weft_heapkind_t Heap>
struct Reference {
  static constexpr weft_valkind_t kind = Kind;
  static constexpr size_t cells = 1;
  static constexpr bool is_ref = true;
  static weft_valtype_t type() { return weft_valtype_ref(Heap, true); }
  static T load(weft_store_t* s, const weft_raw_t* c) { return T(weft_ref_from_raw(s, c)); }
  static bool store(weft_store_t* s, weft_raw_t* c, const T& v) {
    return weft_ref_to_raw(s, v.c_api(), c);
  }
};

}  // namespace detail

/// i32
template <>
struct WasmTypeOf<int32_t> : detail::Scalar<int32_t, WEFT_I32, uint32_t> {};
/// i32
template <>
struct WasmTypeOf<uint32_t> : detail::Scalar<uint32_t, WEFT_I32, uint32_t> {};
/// i64
template <>
struct WasmTypeOf<int64_t> : detail::Scalar<int64_t, WEFT_I64, uint64_t> {};
/// i64
template <>
struct WasmTypeOf<uint64_t> : detail::Scalar<uint64_t, WEFT_I64, uint64_t> {};
/// f32
template <>
struct WasmTypeOf<float> : detail::Scalar<float, WEFT_F32, uint32_t> {};
/// f64
template <>
struct WasmTypeOf<double> : detail::Scalar<double, WEFT_F64, uint64_t> {};
/// externref
template <>
struct WasmTypeOf<ExternRef> : detail::Reference<ExternRef, WEFT_EXTERNREF, WEFT_HEAP_EXTERN> {};
/// anyref
template <>
struct WasmTypeOf<AnyRef> : detail::Reference<AnyRef, WEFT_ANYREF, WEFT_HEAP_ANY> {};
/// i31ref
template <>
struct WasmTypeOf<I31Ref> : detail::Reference<I31Ref, WEFT_ANYREF, WEFT_HEAP_I31> {};
/// v128
template <>
struct WasmTypeOf<V128> {
  static constexpr weft_valkind_t kind = WEFT_V128;  ///< v128
  static constexpr size_t cells = 2;                 ///< 16 bytes
  static constexpr bool is_ref = false;              ///< a number
  /// v128
  static weft_valtype_t type() { return weft_valtype_of(WEFT_V128); }
  /// From two cells.
  static V128 load(weft_store_t*, const weft_raw_t* c) {
    V128 v;
    std::memcpy(v.bytes.data(), c, 16);
    return v;
  }
  /// To two cells.
  static bool store(weft_store_t*, weft_raw_t* c, const V128& v) {
    std::memcpy(c, v.bytes.data(), 16);
    return true;
  }
};

/// A C++ type that has a wasm type: int32_t, uint32_t, int64_t, uint64_t, float, double, V128,
/// Func, ExternRef, AnyRef, I31Ref, StructRef, ArrayRef, ExnRef.
template <class T>
concept WasmType = requires { WasmTypeOf<T>::kind; };

namespace detail {

#define WEFT_DETAIL_WASM_TYPES                                                              \
  "use int32_t, uint32_t, int64_t, uint64_t, float, double, weft::V128, weft::Func or one " \
  "of weft::ExternRef, AnyRef, I31Ref, StructRef, ArrayRef, ExnRef"

template <class... T>
constexpr size_t cells_of() {
  return (size_t{0} + ... + WasmTypeOf<T>::cells);
}
template <class... T>
std::array<weft_valtype_t, sizeof...(T)> types_of() {
  return {WasmTypeOf<T>::type()...};
}
/// Results as a list: void = none, tuple = several.
template <class R>
struct Results {
  static_assert(WasmType<R>, "weft: this result type has no wasm type: " WEFT_DETAIL_WASM_TYPES
                             ", or a std::tuple of them");
  static constexpr size_t cells = WasmTypeOf<R>::cells;
  static constexpr bool has_refs = WasmTypeOf<R>::is_ref;
  static auto types() { return types_of<R>(); }
  static R load(weft_store_t* s, const weft_raw_t* c) { return WasmTypeOf<R>::load(s, c); }
  static bool store(weft_store_t* s, weft_raw_t* c, const R& r) {
    return WasmTypeOf<R>::store(s, c, r);
  }
};
template <>
struct Results<void> {
  static constexpr size_t cells = 0;
  static constexpr bool has_refs = false;
  static auto types() { return types_of<>(); }
};
template <class... R>
struct Results<std::tuple<R...>> {
  static_assert((WasmType<R> && ...),
                "weft: a result type in this tuple has no wasm type: " WEFT_DETAIL_WASM_TYPES);
  static constexpr size_t cells = cells_of<R...>();
  static constexpr bool has_refs = (WasmTypeOf<R>::is_ref || ...);
  static auto types() { return types_of<R...>(); }
  static std::tuple<R...> load(weft_store_t* s, const weft_raw_t* c) {
    // Braces: the elements are evaluated from left to right.
    return std::tuple<R...>{[&] {
      const weft_raw_t* at = c;
      c += WasmTypeOf<R>::cells;
      return WasmTypeOf<R>::load(s, at);
    }()...};
  }
  static bool store(weft_store_t* s, weft_raw_t* c, const std::tuple<R...>& r) {
    return std::apply(
        [&](const R&... v) {
          return ([&] {
            weft_raw_t* at = c;
            c += WasmTypeOf<R>::cells;
            return WasmTypeOf<R>::store(s, at, v);
          }() && ...);
        },
        r);
  }
};

}  // namespace detail

/// A value with its type. References in it are kept alive as all references are (ref.hpp).
class Val {
 public:
  /// i32 0.
  Val() : val_{} {}
  /// i32
  Val(int32_t v) : val_{} { val_.kind = WEFT_I32, val_.of.i32 = v; }
  /// i32
  Val(uint32_t v) : Val(static_cast<int32_t>(v)) {}
  /// i64
  Val(int64_t v) : val_{} { val_.kind = WEFT_I64, val_.of.i64 = v; }
  /// i64
  Val(uint64_t v) : Val(static_cast<int64_t>(v)) {}
  /// f32
  Val(float v) : val_{} { val_.kind = WEFT_F32, val_.of.f32 = v; }
  /// f64
  Val(double v) : val_{} { val_.kind = WEFT_F64, val_.of.f64 = v; }
  /// v128
  Val(V128 v) : val_{} {
    val_.kind = WEFT_V128;
    std::memcpy(val_.of.v128, v.bytes.data(), 16);
  }
  /// externref
  Val(ExternRef r) : val_{} { val_.kind = WEFT_EXTERNREF, val_.of.ref = r.c_api(); }
  /// anyref: structs, arrays and i31 too
  Val(AnyRef r) : val_{} { val_.kind = WEFT_ANYREF, val_.of.ref = r.c_api(); }
  /// exnref
  Val(const ExnRef& r);
  /// funcref
  Val(const Func& f);
  /// Wraps the C value.
  explicit Val(const weft_val_t& v) : val_(v) {}
  /// A null reference of that kind.
  static Val null(weft_valkind_t kind) {
    Val v;
    v.val_.kind = kind;
    return v;
  }

  /// Which of the getters below may be used.
  weft_valkind_t kind() const { return val_.kind; }
  /// Of a WEFT_I32.
  int32_t i32() const { return val_.of.i32; }
  /// Of a WEFT_I64.
  int64_t i64() const { return val_.of.i64; }
  /// Of a WEFT_F32.
  float f32() const { return val_.of.f32; }
  /// Of a WEFT_F64.
  double f64() const { return val_.of.f64; }
  /// Of a WEFT_V128.
  V128 v128() const {
    V128 v;
    std::memcpy(v.bytes.data(), val_.of.v128, 16);
    return v;
  }
  /// Of a WEFT_FUNCREF; may be null.
  Func func() const;
  /// Of a WEFT_EXTERNREF; null if it is of another kind.
  ExternRef externref() const {
    return kind() == WEFT_EXTERNREF ? ExternRef(val_.of.ref) : ExternRef();
  }
  /// Of a WEFT_ANYREF; null if it is of another kind.
  AnyRef anyref() const { return kind() == WEFT_ANYREF ? AnyRef(val_.of.ref) : AnyRef(); }
  /// Of a WEFT_EXNREF; null if it is of another kind.
  ExnRef exnref() const;
  /// The C value.
  const weft_val_t& c_api() const { return val_; }

 private:
  weft_val_t val_;
};
static_assert(sizeof(Val) == sizeof(weft_val_t));

}  // namespace v0
}  // namespace weft
