// The type language of Wasm 3.0 (spec section 2.3): value, heap, storage, limits and extern types.
// A concrete heap type is a number: a TypeIdx inside a Module, an engine-wide TypeId once the
// module is registered. Which of the two is meant is fixed by the container: Module and TypeList of
// a module use TypeIdx, the runtime TypeId.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/index.hpp"

namespace weft::wasm {

using TypeIdx = Index<struct TypeIdxTag>;
using FuncIdx = Index<struct FuncIdxTag>;
using TableIdx = Index<struct TableIdxTag>;
using MemoryIdx = Index<struct MemoryIdxTag>;
using GlobalIdx = Index<struct GlobalIdxTag>;
using TagIdx = Index<struct TagIdxTag>;
using ElemIdx = Index<struct ElemIdxTag>;
using DataIdx = Index<struct DataIdxTag>;
using LocalIdx = Index<struct LocalIdxTag>;
using FieldIdx = Index<struct FieldIdxTag>;

/// Canonical type of an engine: equal ids, equal types (iso-recursive). Spec 3.1.1 "rolled" types.
using TypeId = Index<struct TypeIdTag>;

/// Abstract heap types, spec 2.3.4. Values are ours; binary codes are in binary/.
enum class AbstractHeap : uint8_t {
  func,
  nofunc,
  extern_,
  noextern,
  any,
  none,
  eq,
  i31,
  struct_,
  array,
  exn,
  noexn,
};

/// An abstract heap type or the index of a defined one.
class HeapType {
 public:
  constexpr HeapType() = default;
  constexpr HeapType(AbstractHeap h) : bits_(kAbstractBit | static_cast<uint32_t>(h)) {}
  static constexpr HeapType concrete(uint32_t index) { return from_bits(index); }
  static constexpr HeapType concrete(TypeIdx i) { return from_bits(i.value); }
  static constexpr HeapType concrete(TypeId i) { return from_bits(i.value); }

  constexpr bool is_abstract() const { return (bits_ & kAbstractBit) != 0; }
  constexpr bool is_concrete() const { return !is_abstract(); }
  constexpr bool is(AbstractHeap h) const { return bits_ == HeapType(h).bits_; }
  constexpr AbstractHeap abstract() const { return static_cast<AbstractHeap>(bits_ & 0xff); }
  constexpr uint32_t index() const { return bits_; }
  constexpr TypeIdx type_idx() const { return TypeIdx(bits_); }
  constexpr TypeId type_id() const { return TypeId(bits_); }

  constexpr bool operator==(const HeapType&) const = default;

  /// 23 bits: fits into a ValType. A concrete index is below 2^22 (limits.hpp allows 10^6 types).
  constexpr uint32_t bits() const { return bits_; }
  static constexpr HeapType from_bits(uint32_t bits) {
    HeapType h;
    h.bits_ = bits;
    return h;
  }
  static constexpr uint32_t kAbstractBit = 1u << 22;
  static constexpr uint32_t kBits = 23;

 private:
  uint32_t bits_ = kAbstractBit;
};

/// Value and storage types in 32 bits, compared by value. `bottom` is the type of operands in dead
/// code.
class ValType {
 public:
  enum class Kind : uint8_t { bottom, i32, i64, f32, f64, v128, ref, i8, i16 };

  constexpr ValType() = default;
  constexpr ValType(Kind k) : bits_(static_cast<uint32_t>(k)) {}
  static constexpr ValType ref(HeapType heap, bool nullable) {
    ValType t(Kind::ref);
    t.bits_ |= (nullable ? kNullBit : 0) | (heap.bits() << kHeapShift);
    return t;
  }

  constexpr Kind kind() const { return static_cast<Kind>(bits_ & 0xff); }
  constexpr bool is_ref() const { return kind() == Kind::ref; }
  constexpr bool is_bottom() const { return kind() == Kind::bottom; }
  constexpr bool is_packed() const { return kind() == Kind::i8 || kind() == Kind::i16; }
  constexpr bool is_num() const { return kind() >= Kind::i32 && kind() <= Kind::f64; }
  constexpr bool is_vec() const { return kind() == Kind::v128; }
  constexpr bool nullable() const { return (bits_ & kNullBit) != 0; }
  constexpr HeapType heap() const { return HeapType::from_bits(bits_ >> kHeapShift); }
  constexpr ValType as_non_null() const { return from_bits(bits_ & ~kNullBit); }
  constexpr ValType as_nullable() const { return from_bits(bits_ | kNullBit); }
  /// False only for non-null references: such a local must be set before it is read.
  constexpr bool defaultable() const { return !is_ref() || nullable(); }
  /// The value type an i8/i16 field is read as.
  constexpr ValType unpacked() const { return is_packed() ? ValType(Kind::i32) : *this; }
  /// Cells (8 bytes) a value takes in frames, call buffers and globals.
  constexpr uint32_t cells() const { return kind() == Kind::v128 ? 2 : 1; }
  /// Bytes of the value in memory, for storage types too; 8 for a reference in a cell.
  constexpr uint32_t bytes() const {
    constexpr std::array<uint8_t, 9> kBytes = {0, 4, 8, 4, 8, 16, 8, 1, 2};
    return kBytes[static_cast<size_t>(kind())];
  }

  constexpr bool operator==(const ValType&) const = default;
  constexpr uint32_t bits() const { return bits_; }
  static constexpr ValType from_bits(uint32_t bits) {
    ValType t;
    t.bits_ = bits;
    return t;
  }

 private:
  static constexpr uint32_t kNullBit = 1u << 8;
  static constexpr uint32_t kHeapShift = 9;
  uint32_t bits_ = 0;
};
static_assert(sizeof(ValType) == 4);

inline constexpr ValType kBottom{};
inline constexpr ValType kI32 = ValType::Kind::i32;
inline constexpr ValType kI64 = ValType::Kind::i64;
inline constexpr ValType kF32 = ValType::Kind::f32;
inline constexpr ValType kF64 = ValType::Kind::f64;
inline constexpr ValType kV128 = ValType::Kind::v128;
inline constexpr ValType kI8 = ValType::Kind::i8;
inline constexpr ValType kI16 = ValType::Kind::i16;
inline constexpr ValType kFuncRef = ValType::ref(AbstractHeap::func, true);
inline constexpr ValType kExternRef = ValType::ref(AbstractHeap::extern_, true);
inline constexpr ValType kAnyRef = ValType::ref(AbstractHeap::any, true);
inline constexpr ValType kExnRef = ValType::ref(AbstractHeap::exn, true);

/// The address type of a memory or table.
enum class AddressType : uint8_t { i32, i64 };
constexpr ValType to_val_type(AddressType a) { return a == AddressType::i32 ? kI32 : kI64; }

struct Limits {
  uint64_t min = 0;
  std::optional<uint64_t> max;
  bool operator==(const Limits&) const = default;
};

struct MemoryType {
  Limits limits;  ///< In pages of page_bytes().
  AddressType address = AddressType::i32;
  bool shared = false;
  uint8_t page_log2 = 16;  ///< 16, or 0 with custom page sizes.
  constexpr uint64_t page_bytes() const { return uint64_t{1} << page_log2; }
  bool operator==(const MemoryType&) const = default;
};

struct TableType {
  ValType element = kFuncRef;
  Limits limits;
  AddressType address = AddressType::i32;
  bool operator==(const TableType&) const = default;
};

struct GlobalType {
  ValType type;
  bool is_mutable = false;
  bool operator==(const GlobalType&) const = default;
};

struct TagType {
  TypeIdx type;  ///< A function type; its params are the exception's payload.
  bool operator==(const TagType&) const = default;
};

struct FieldType {
  ValType type;  ///< May be packed (i8, i16).
  bool is_mutable = false;
  bool operator==(const FieldType&) const = default;
};

enum class ExternKind : uint8_t { func, table, memory, global, tag };  // the binary format's codes

}  // namespace weft::wasm
