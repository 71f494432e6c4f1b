// What every generated module has in common: the types of values, the fixed indices of types,
// functions, memories, tables and globals, and the input as a sequence of decisions.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "module_writer.hpp"
#include "wasm/opcodes.hpp"

namespace weft::fuzz {

/// The types of values. kStruct to kFn are (ref null N) of the module's own types.
enum Type : uint8_t {
  kI32,
  kI64,
  kF32,
  kF64,
  kV128,
  kFuncRef,
  kExternRef,
  kAnyRef,
  kEqRef,
  kI31Ref,
  kStruct,
  kArray,  // of i32
  kBytes,  // of i8
  kRefs,   // of anyref
  kFn,     // of kCallbackType
  kExnRef,
  kTypes
};
inline constexpr bool is_number(Type t) { return t <= kV128; }

// The type section: 0 a struct, 1 its subtype, then arrays, then functions, blocks and tags.
inline constexpr unsigned kFirstArray = 2;
inline constexpr unsigned kArrays = 8;
/// Element types of the arrays: i32, i8, anyref, i16, i64, f32, f64, v128.
inline constexpr Type kElements[kArrays] = {kI32, kI32, kAnyRef, kI32, kI64, kF32, kF64, kV128};
inline constexpr unsigned kTagType = 10;       // (i32 i64) -> ()
inline constexpr unsigned kFloatTagType = 11;  // (f64) -> ()
inline constexpr unsigned kCallbackType = 12;  // () -> (i32)
inline constexpr unsigned kPairType = 13;      // () -> (i32 i64)
inline constexpr unsigned kPairRefType = 14;   // () -> (i32 i64 exnref)
inline constexpr unsigned kHostType = 15;      // (i32) -> (i32)
inline constexpr unsigned kCheckType = 16;     // (i32) -> ()
inline constexpr unsigned kSwapType = 17;      // (i32 i64) -> (i64 i32)
inline constexpr unsigned kFirstFuncType = 18;

// Functions: the host's two and the library's, imported or defined; what tables hold; the rest.
inline constexpr unsigned kHostFunc = 0;
inline constexpr unsigned kCheckFunc = 1;
inline constexpr unsigned kLibraryFunc = 2;
inline constexpr unsigned kCallbackFunc = 3;
inline constexpr unsigned kFirstFunc = 4;

// Globals: two that may be imported, what loops and calls pay from (exported, so that whoever calls
// fills it up), the rest by type.
inline constexpr unsigned kSteps = 2;
inline constexpr int kStepsPerCall = 100;
inline constexpr unsigned kFirstGlobal = 3;
inline constexpr unsigned kGlobalsOfType = 2;

// Memories: 32-bit (may be imported), 64-bit, shared, and one of bytes instead of pages.
inline constexpr unsigned kMemory64 = 1;
inline constexpr unsigned kSharedMemory = 2;
inline constexpr unsigned kByteMemory = 3;

/// What programs may consist of.
struct Flavor {
  wasm::FeatureSet features = wasm::FeatureSet::all();
  /// For other engines: only i32, i64, f32 and f64 cross the boundary, NaNs are made canonical
  /// wherever they arise, host functions do not fail.
  bool portable = false;
};

struct Signature {
  std::vector<Type> params;
  std::vector<Type> results;
};

struct World {
  Flavor flavor;
  std::vector<Signature> functions;
  bool imports = false;
  unsigned memories() const {
    return flavor.features.has(wasm::Feature::custom_page_sizes) ? 4 : 3;
  }
};

/// The input as a sequence of decisions; zeros when it is used up.
class Choices {
 public:
  explicit Choices(std::span<const uint8_t> input) : left_(input) {}
  bool empty() const { return left_.empty(); }
  uint8_t byte() {
    if (left_.empty()) return 0;
    const uint8_t b = left_.front();
    left_ = left_.subspan(1);
    return b;
  }
  uint64_t bits(unsigned bytes) {
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; ++i) v = v << 8 | byte();
    return v;
  }
  unsigned below(unsigned n) { return n <= 256 ? byte() % n : static_cast<unsigned>(bits(2)) % n; }
  bool chance(unsigned percent) { return byte() * 100u < percent * 256u; }
  template <class Range>
  void shuffle(Range& order) {
    for (size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[below(static_cast<unsigned>(i))]);
  }

 private:
  std::span<const uint8_t> left_;
};

/// A value type, and its heap type alone.
void write_type(Writer& w, Type t);
void write_heap_type(Writer& w, Type t);
/// A constant expression: zero or null.
void write_zero(Writer& w, Type t);

}  // namespace weft::fuzz
