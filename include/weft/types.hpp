// Types of values, functions, structs, arrays, imports and exports, as values. All of Wasm 3.0's
// reference types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "weft/result.hpp"

namespace weft {
inline namespace v0 {

/// A function, struct or array type of an engine. Comparable; valid as long as the engine; using it
/// with another engine is an error. Any thread.
class DefinedType {
 public:
  /// No type.
  DefinedType() = default;
  /// Wraps the C handle.
  explicit DefinedType(weft_type_t t) : type_(t) {}
  /// Is it a type at all?
  explicit operator bool() const { return type_.engine != 0; }
  /// Equal types of one engine are equal, of whatever modules.
  bool operator==(const DefinedType& o) const {
    return type_.engine == o.type_.engine && type_.id == o.type_.id;
  }
  /// The C handle.
  weft_type_t c_api() const { return type_; }

 private:
  weft_type_t type_{};
};

/// The type of a value: a number, or a reference with its heap type and nullability.
class ValType {
 public:
  /// Wraps the C description.
  explicit ValType(const weft_valtype_t& t) : type_(t) {}
  /// A number, or the nullable reference to the kind's top type.
  ValType(weft_valkind_t kind) : type_(weft_valtype_of(kind)) {}
  /// A reference to an abstract heap type: `ValType::ref(WEFT_HEAP_STRUCT, true)` is structref.
  static ValType ref(weft_heapkind_t heap, bool nullable) {
    return ValType(weft_valtype_ref(heap, nullable));
  }
  /// A reference to a struct or array type.
  static ValType ref(DefinedType type, bool nullable) {
    return ValType(weft_valtype_defined(type.c_api(), false, nullable));
  }
  /// A reference to a function type.
  static ValType func_ref(DefinedType type, bool nullable) {
    return ValType(weft_valtype_defined(type.c_api(), true, nullable));
  }

  /// The representation: references by their top type.
  weft_valkind_t kind() const { return type_.kind; }
  /// Is it a reference?
  bool is_ref() const { return type_.kind >= WEFT_FUNCREF; }
  /// May it be null?
  bool nullable() const { return is_ref() && type_.nullable; }
  /// The heap type; WEFT_HEAP_NONE_GIVEN for numbers.
  weft_heapkind_t heap() const { return type_.heap; }
  /// The defined type, if that is what it refers to.
  std::optional<DefinedType> defined() const {
    if (type_.heap != WEFT_HEAP_DEFINED) return std::nullopt;
    return DefinedType(type_.defined);
  }
  /// The same description. Types of several engines are never equal.
  bool operator==(const ValType& o) const {
    return kind() == o.kind() && (!is_ref() || (nullable() == o.nullable() && heap() == o.heap() &&
                                                defined() == o.defined()));
  }
  /// The C description.
  const weft_valtype_t& c_api() const { return type_; }

 private:
  weft_valtype_t type_;
};
static_assert(sizeof(ValType) == sizeof(weft_valtype_t));

/// Parameters and results.
class FuncType {
 public:
  /// `FuncType({WEFT_I32, WEFT_EXTERNREF}, {WEFT_I64})`.
  FuncType(std::vector<ValType> params, std::vector<ValType> results)
      : params_(std::move(params)), results_(std::move(results)) {}
  /// Takes and frees the C type.
  explicit FuncType(weft_functype_t* type) {
    const weft_valtype_t* list = nullptr;
    for (size_t i = 0, n = weft_functype_param_types(type, &list); i < n; ++i)
      params_.emplace_back(list[i]);
    for (size_t i = 0, n = weft_functype_result_types(type, &list); i < n; ++i)
      results_.emplace_back(list[i]);
    weft_functype_delete(type);
  }
  /// In order.
  const std::vector<ValType>& params() const { return params_; }
  /// In order.
  const std::vector<ValType>& results() const { return results_; }
  /// The same lists.
  bool operator==(const FuncType&) const = default;
  /// A C type of its own, or null when memory is exhausted.
  std::unique_ptr<weft_functype_t, detail::Deleter<weft_functype_delete>> c_api() const {
    // ValType is a weft_valtype_t and nothing else (asserted above).
    return std::unique_ptr<weft_functype_t, detail::Deleter<weft_functype_delete>>(
        weft_functype_new_exact(
            reinterpret_cast<const weft_valtype_t*>(params_.data()), params_.size(),
            reinterpret_cast<const weft_valtype_t*>(results_.data()), results_.size()));
  }

 private:
  std::vector<ValType> params_;
  std::vector<ValType> results_;
};

/// A field of a struct, or the element of an array.
struct FieldType {
  ValType type = WEFT_I32;  ///< WEFT_I32 where it is packed.
  bool is_mutable = true;   ///< Can be set.
  uint8_t packed_bits = 0;  ///< 8 or 16 where only so many bits are stored.
  /// One byte, as of strings.
  static FieldType i8(bool is_mutable = true) { return {WEFT_I32, is_mutable, 8}; }
  /// Two bytes.
  static FieldType i16(bool is_mutable = true) { return {WEFT_I32, is_mutable, 16}; }
  /// The same description.
  bool operator==(const FieldType&) const = default;
};

/// A memory's type; sizes in pages of 2^page_log2 bytes.
struct MemoryType {
  uint64_t min = 0;                            ///< At the start, or now.
  std::optional<uint64_t> max = std::nullopt;  ///< Declared.
  bool memory64 = false;                       ///< Addresses are i64.
  bool shared = false;                         ///< Several threads may use it.
  uint8_t page_log2 = 16;                      ///< 16, or 0 with custom page sizes.
  /// The same description.
  bool operator==(const MemoryType&) const = default;
};

/// A table's type; sizes in elements.
struct TableType {
  ValType element = WEFT_FUNCREF;              ///< A reference type.
  uint64_t min = 0;                            ///< At the start, or now.
  std::optional<uint64_t> max = std::nullopt;  ///< Declared.
  bool table64 = false;                        ///< Indices are i64.
  /// The same description.
  bool operator==(const TableType&) const = default;
};

/// A global's type.
struct GlobalType {
  ValType type = WEFT_I32;  ///< Of its value.
  bool is_mutable = false;  ///< Can be set.
  /// The same description.
  bool operator==(const GlobalType&) const = default;
};

/// A tag's type: a function type whose parameters are the exception's payload.
struct TagType {
  DefinedType payload;  ///< The function type.
  /// The same type.
  bool operator==(const TagType&) const = default;
};

namespace detail {
inline std::optional<uint64_t> to_max(uint64_t max) {
  return max == UINT64_MAX ? std::nullopt : std::optional(max);
}
inline weft_fieldtype_t to_c(const FieldType& f) {
  return {f.type.c_api(), f.packed_bits, f.is_mutable};
}
inline FieldType from_c(const weft_fieldtype_t& f) {
  return {ValType(f.type), f.is_mutable, f.packed_bits};
}
inline weft_tabletype_t to_c(const TableType& t) {
  return {t.element.c_api(), t.min, t.max.value_or(UINT64_MAX), t.table64};
}
inline TableType from_c(const weft_tabletype_t& t) {
  return {ValType(t.element), t.min, to_max(t.max), t.table64};
}
inline MemoryType from_c(const weft_memorytype_t& t) {
  return {t.min, to_max(t.max), t.memory64, t.shared, t.page_log2};
}
inline weft_globaltype_t to_c(const GlobalType& t) { return {t.type.c_api(), t.is_mutable}; }
inline GlobalType from_c(const weft_globaltype_t& t) { return {ValType(t.type), t.is_mutable}; }
}  // namespace detail

/// The type of an import or export: a DefinedType is a function's.
class ExternType {
 public:
  /// Wraps the C description.
  explicit ExternType(const weft_externtype_t& t) : type_(t) {}
  /// What it is the type of.
  weft_externkind_t kind() const { return type_.kind; }
  /// A function's type; nothing if it is of another kind.
  std::optional<DefinedType> func() const {
    if (kind() != WEFT_EXTERN_FUNC) return std::nullopt;
    return DefinedType(type_.of.func);
  }
  /// A table's type; nothing if it is of another kind.
  std::optional<TableType> table() const {
    if (kind() != WEFT_EXTERN_TABLE) return std::nullopt;
    return detail::from_c(type_.of.table);
  }
  /// A memory's type; nothing if it is of another kind.
  std::optional<MemoryType> memory() const {
    if (kind() != WEFT_EXTERN_MEMORY) return std::nullopt;
    return detail::from_c(type_.of.memory);
  }
  /// A global's type; nothing if it is of another kind.
  std::optional<GlobalType> global() const {
    if (kind() != WEFT_EXTERN_GLOBAL) return std::nullopt;
    return detail::from_c(type_.of.global);
  }
  /// A tag's type; nothing if it is of another kind.
  std::optional<TagType> tag() const {
    if (kind() != WEFT_EXTERN_TAG) return std::nullopt;
    return TagType{DefinedType(type_.of.tag)};
  }
  /// The C description.
  const weft_externtype_t& c_api() const { return type_; }

 private:
  weft_externtype_t type_;
};

/// What a module wants. The names live as long as the module.
struct ImportType {
  std::string_view module;  ///< First name.
  std::string_view name;    ///< Second name.
  ExternType type;          ///< What must be given.
};

/// What a module gives. The name lives as long as the module.
struct ExportType {
  std::string_view name;  ///< Of the export.
  ExternType type;        ///< What it is.
};

}  // namespace v0
}  // namespace weft
