// The engine's canonical types: equal types of all modules of an engine have one TypeId
// (spec 3.1.1, 3.3). Append-only. Interning takes a lock; every read is lock-free, so guest code on
// other threads never waits.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "wasm/type_list.hpp"

namespace weft::runtime {

using namespace wasm;  // NOLINT: the spec's vocabulary

/// One canonical type. All indices inside are TypeIds. Immutable once published.
struct CanonicalType {
  CompositeKind kind = CompositeKind::func;
  bool is_final = true;
  uint16_t depth = 0;                 ///< Number of proper supertypes.
  std::span<const ValType> params;    ///< func
  std::span<const ValType> results;   ///< func
  std::span<const FieldType> fields;  ///< struct, array
  std::span<const TypeId>
      display;                ///< Supertypes from the root to the type itself: depth + 1 entries.
  uint32_t param_cells = 0;   ///< func: cells of all parameters
  uint32_t result_cells = 0;  ///< func: cells of all results
  uint32_t call_cells() const { return param_cells > result_cells ? param_cells : result_cells; }
};

/// Thread-safe.
class TypeRegistry {
 public:
  TypeRegistry();
  ~TypeRegistry();
  TypeRegistry(const TypeRegistry&) = delete;
  TypeRegistry& operator=(const TypeRegistry&) = delete;

  /// Interns all types of a (valid) module: module type index -> TypeId. Error: limit_exceeded past
  /// 2^22 types.
  Result<std::vector<TypeId>> intern(const TypeList& types);
  /// Interns one function type, given in canonical types (host functions).
  Result<TypeId> intern_func(std::span<const ValType> params, std::span<const ValType> results);

  /// SAFETY: `id` must come from this registry.
  const CanonicalType& operator[](TypeId id) const {
    const Position p = position(id.value);
    // SAFETY: acquire pairs with publish(): who holds an id sees its bucket and its record.
    return buckets_[p.bucket].load(std::memory_order_acquire)[p.slot];
  }
  bool is_sub(TypeId sub, TypeId super) const {
    if (sub == super) return true;
    const CanonicalType& a = (*this)[sub];
    const CanonicalType& b = (*this)[super];
    return b.depth < a.depth && a.display[b.depth] == super;
  }
  bool matches(HeapType sub, HeapType super) const;
  bool matches(ValType sub, ValType super) const;
  uint32_t size() const { return size_.load(std::memory_order_acquire); }
  /// Unique in the process: tells handles of types of other engines.
  uint64_t id() const { return id_; }
  /// Interns one struct or array type, given in canonical types. Errors: limit_exceeded;
  /// bad_argument (the supertype is final or does not fit).
  Result<TypeId> intern_composite(CompositeKind kind, std::span<const FieldType> fields,
                                  std::optional<TypeId> super, bool is_final);

  /// Text of a type for messages, e.g. "(func (param i32) (result i64))".
  std::string describe(TypeId id) const;
  std::string describe(ValType type) const;

 private:
  static constexpr uint32_t kFirstBits = 8;  // bucket b holds 2^(b + 8) records
  static constexpr uint32_t kBuckets = 15;
  static constexpr uint32_t kMaxTypes = HeapType::kAbstractBit;  // what a ValType can name
  struct Position {
    uint32_t bucket;
    uint32_t slot;
  };
  static Position position(uint32_t id) {
    const uint32_t n = id + (1u << kFirstBits);
    const uint32_t top = 31u - static_cast<uint32_t>(__builtin_clz(n));
    return {top - kFirstBits, n - (1u << top)};
  }
  struct Arena;
  void publish(uint32_t id);  // the lock is held
  CanonicalType* record(uint32_t id);

  std::array<std::atomic<CanonicalType*>, kBuckets> buckets_{};
  const uint64_t id_;
  std::atomic<uint32_t> size_{0};
  std::mutex mutex_;
  TypeList list_;  // guarded by mutex_: finds duplicates
  std::unique_ptr<Arena> arena_;
};

/// A module's type in canonical form: `ids` maps its type indices.
ValType canonicalize(ValType t, std::span<const TypeId> ids);

}  // namespace weft::runtime
