// Defined types of one index space, in recursion groups, with their canonical representatives
// (spec 3.1.1 type equivalence, 3.3 subtyping). Modules use it for TypeIdx, the engine's registry
// for TypeId.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "wasm/types.hpp"

namespace weft::wasm {

enum class CompositeKind : uint8_t { func, struct_, array };

/// One defined type. Its parts lie in the list's pools: 10^6 types need no allocation each.
struct TypeDef {
  CompositeKind kind = CompositeKind::func;
  bool is_final = true;
  bool has_super = false;
  uint32_t super = 0;        ///< Index in the same list, valid if has_super.
  uint32_t group_start = 0;  ///< First type of its recursion group.
  uint32_t group_size = 1;
  uint32_t first =
      0;  ///< func: first of params then results in values(); struct, array: first field.
  uint32_t count = 0;      ///< func: params; struct, array: fields.
  uint32_t results = 0;    ///< func only.
  uint32_t canonical = 0;  ///< Smallest index of an equal type in this list.
  uint32_t depth = 0;  ///< Length of the chain of supertypes; set by finish_group for valid supers.
};

/// Append-only. Not synchronised.
class TypeList {
 public:
  uint32_t size() const { return static_cast<uint32_t>(defs_.size()); }
  const TypeDef& operator[](uint32_t i) const { return defs_[i]; }
  const TypeDef& operator[](TypeIdx i) const { return defs_[i.value]; }
  bool is_func(uint32_t i) const { return i < size() && defs_[i].kind == CompositeKind::func; }

  /// SAFETY: the index must be below size() and of the kind asked for; validation establishes both.
  std::span<const ValType> params(uint32_t i) const {
    return {values_.data() + defs_[i].first, defs_[i].count};
  }
  std::span<const ValType> results(uint32_t i) const {
    return {values_.data() + defs_[i].first + defs_[i].count, defs_[i].results};
  }
  std::span<const FieldType> fields(uint32_t i) const {
    return {fields_.data() + defs_[i].first, defs_[i].count};
  }
  std::span<const ValType> params(TypeIdx i) const { return params(i.value); }
  std::span<const ValType> results(TypeIdx i) const { return results(i.value); }
  std::span<const FieldType> fields(TypeIdx i) const { return fields(i.value); }

  // Building: begin_group, then for each type begin_type + its parts, then finish_group.
  void begin_group();
  void begin_type(CompositeKind kind, bool is_final, std::optional<uint32_t> super);
  void add_param(ValType t);
  void add_result(ValType t);  ///< After all params.
  void add_field(FieldType f);
  /// Finds an equal earlier group and sets `canonical`. References to later or unknown types are
  /// kept as they are.
  void finish_group();
  /// Takes back the group that was begun last, finished or not. Takes no memory.
  void pop_group();

  /// Equal under iso-recursive equivalence.
  bool same(uint32_t a, uint32_t b) const {
    return a == b || defs_[a].canonical == defs_[b].canonical;
  }
  /// Declared subtyping between defined types: walks at most `depth` supers.
  bool is_sub(uint32_t sub, uint32_t super) const;

  bool matches(HeapType sub, HeapType super) const;
  bool matches(ValType sub, ValType super) const;  ///< bottom matches everything.
  bool matches(std::span<const ValType> sub, std::span<const ValType> super) const;
  /// Structural match of composite types, for checking a declared supertype (spec 3.3.11).
  bool composite_matches(uint32_t sub, uint32_t super) const;
  /// The abstract top of a heap type: func, extern, any or exn.
  AbstractHeap top_of(HeapType h) const;

 private:
  uint64_t group_hash(uint32_t start) const;
  bool groups_equal(uint32_t a, uint32_t b) const;
  template <class Sink>
  void visit_group(uint32_t start, Sink&& sink) const;

  /// Makes collisions of group_hash unpredictable, so that no module can make finish_group slow.
  /// Results do not depend on it.
  uint64_t seed_ =
      reinterpret_cast<uintptr_t>(this);  // SAFETY: a number that address randomisation hides
  std::vector<TypeDef> defs_;
  std::vector<ValType> values_;
  std::vector<FieldType> fields_;
  uint32_t open_group_ = 0;
  std::unordered_multimap<uint64_t, uint32_t> groups_by_hash_;  // canonical groups only
};

}  // namespace weft::wasm
