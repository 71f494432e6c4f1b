// Struct and array types, and their objects: made, read and written by the host.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "weft/func.hpp"

namespace weft {
inline namespace v0 {

/// A type with fields. Errors of making one: wrong_store (a type of another engine), bad_argument
/// (the supertype is final or does not fit), limit_exceeded.
class StructType : public DefinedType {
 public:
  using DefinedType::DefinedType;
  /// Takes a type for a struct type; its uses are checked.
  explicit StructType(DefinedType t) : DefinedType(t) {}
  /// The engine's type with these fields.
  static Result<StructType> make(const Engine& engine, std::span<const FieldType> fields,
                                 std::optional<DefinedType> super = std::nullopt,
                                 bool is_final = true) {
    std::vector<weft_fieldtype_t> list;
    for (const FieldType& f : fields) list.push_back(detail::to_c(f));
    weft_type_t type{};
    const weft_type_t parent = super ? super->c_api() : weft_type_t{};
    if (weft_error_t* e = weft_type_struct(engine.c_api(), list.data(), list.size(),
                                           super ? &parent : nullptr, is_final, &type)) {
      return Error(e);
    }
    return StructType(type);
  }
  /// As above: `StructType::make(engine, {{WEFT_I32}, FieldType::i8()})`.
  static Result<StructType> make(const Engine& engine, std::initializer_list<FieldType> fields) {
    return make(engine, std::span<const FieldType>(fields.begin(), fields.size()));
  }
};

/// A type with elements. Errors as of StructType.
class ArrayType : public DefinedType {
 public:
  using DefinedType::DefinedType;
  /// Takes a type for an array type; its uses are checked.
  explicit ArrayType(DefinedType t) : DefinedType(t) {}
  /// The engine's type with that element.
  static Result<ArrayType> make(const Engine& engine, const FieldType& element,
                                std::optional<DefinedType> super = std::nullopt,
                                bool is_final = true) {
    weft_type_t type{};
    const weft_fieldtype_t field = detail::to_c(element);
    const weft_type_t parent = super ? super->c_api() : weft_type_t{};
    if (weft_error_t* e =
            weft_type_array(engine.c_api(), &field, super ? &parent : nullptr, is_final, &type)) {
      return Error(e);
    }
    return ArrayType(type);
  }
};

/// The fields of a struct type; an array type has one. Errors: wrong_store, bad_argument.
inline Result<std::vector<FieldType>> fields_of(const Engine& engine, const DefinedType& type) {
  size_t count = 0;
  if (weft_error_t* e = weft_type_fields(engine.c_api(), type.c_api(), nullptr, 0, &count))
    return Error(e);
  std::vector<weft_fieldtype_t> list(count);
  if (weft_error_t* e =
          weft_type_fields(engine.c_api(), type.c_api(), list.data(), list.size(), &count)) {
    return Error(e);
  }
  std::vector<FieldType> out;
  for (const weft_fieldtype_t& f : list) out.push_back(detail::from_c(f));
  return out;
}
/// Parameters and results of a function type. Errors: wrong_store, bad_argument.
inline Result<FuncType> signature_of(const Engine& engine, const DefinedType& type) {
  weft_functype_t* out = nullptr;
  if (weft_error_t* e = weft_type_signature(engine.c_api(), type.c_api(), &out)) return Error(e);
  return FuncType(out);
}
/// Function, struct or array. Error: wrong_store.
inline Result<weft_typekind_t> kind_of(const Engine& engine, const DefinedType& type) {
  weft_typekind_t kind{};
  if (weft_error_t* e = weft_type_kind(engine.c_api(), type.c_api(), &kind)) return Error(e);
  return kind;
}
/// The direct supertype, if there is one. Error: wrong_store.
inline Result<std::optional<DefinedType>> super_of(const Engine& engine, const DefinedType& type) {
  weft_type_t super{};
  bool has = false;
  if (weft_error_t* e = weft_type_super(engine.c_api(), type.c_api(), &has, &super))
    return Error(e);
  return has ? std::optional(DefinedType(super)) : std::nullopt;
}
/// The engine's function type of that signature. Errors: wrong_store, limit_exceeded.
inline Result<DefinedType> defined_type_of(const Engine& engine, const FuncType& type) {
  weft_type_t out{};
  if (weft_error_t* e = weft_type_func(engine.c_api(), type.c_api().get(), &out)) return Error(e);
  return DefinedType(out);
}
/// Is every value of `sub` one of `super`?
inline bool matches(const Engine& engine, const ValType& sub, const ValType& super) {
  return weft_valtype_matches(engine.c_api(), &sub.c_api(), &super.c_api());
}
/// As in the text format.
inline std::string to_text(const Engine& engine, const ValType& type) {
  return detail::take(weft_valtype_text(engine.c_api(), &type.c_api()));
}
/// "func (param i32)", "struct (mut i32) i64".
inline std::string to_text(const Engine& engine, const DefinedType& type) {
  return detail::take(weft_type_text(engine.c_api(), type.c_api()));
}

/// A struct of the guest's heap (structref). Errors of all members: wrong_store; bad_argument
/// (null, no such field, immutable, a value of another type); limit_exceeded (the heap is full).
class StructRef : public AnyRef {
 public:
  using AnyRef::AnyRef;
  /// Takes a reference for one to a struct; its uses are checked.
  explicit StructRef(const AnyRef& r) : AnyRef(r) {}
  /// A struct with these fields, all of them.
  static Result<StructRef> make(StoreRef store, const StructType& type,
                                std::span<const Val> fields) {
    weft_ref_t ref{};
    if (weft_error_t* e = weft_struct_new(store.c_api(), type.c_api(),
                                          reinterpret_cast<const weft_val_t*>(fields.data()),
                                          fields.size(), &ref)) {
      return Error(e);
    }
    return StructRef(ref);
  }
  /// As above: `StructRef::make(store, point, {1.0, 2.0})`.
  static Result<StructRef> make(StoreRef store, const StructType& type,
                                std::initializer_list<Val> fields) {
    return make(store, type, std::span<const Val>(fields.begin(), fields.size()));
  }
  /// How many fields.
  Result<size_t> size(StoreRef store) const {
    size_t n = 0;
    if (weft_error_t* e = weft_struct_size(store.c_api(), ref_, &n)) return Error(e);
    return n;
  }
  /// A field; packed ones are zero-extended.
  Result<Val> get(StoreRef store, size_t field) const {
    weft_val_t v{};
    if (weft_error_t* e = weft_struct_get(store.c_api(), ref_, field, &v)) return Error(e);
    return Val(v);
  }
  /// Sets a field; packed ones take the low bits.
  Result<void> set(StoreRef store, size_t field, const Val& v) const {
    return detail::check(weft_struct_set(store.c_api(), ref_, field, &v.c_api()));
  }
};

/// An array of the guest's heap (arrayref). Errors as of StructRef.
class ArrayRef : public AnyRef {
 public:
  using AnyRef::AnyRef;
  /// Takes a reference for one to an array; its uses are checked.
  explicit ArrayRef(const AnyRef& r) : AnyRef(r) {}
  /// `length` times the same value.
  static Result<ArrayRef> make(StoreRef store, const ArrayType& type, const Val& value,
                               uint32_t length) {
    weft_ref_t ref{};
    if (weft_error_t* e =
            weft_array_new(store.c_api(), type.c_api(), &value.c_api(), length, &ref)) {
      return Error(e);
    }
    return ArrayRef(ref);
  }
  /// These values.
  static Result<ArrayRef> of(StoreRef store, const ArrayType& type, std::span<const Val> values) {
    weft_ref_t ref{};
    if (weft_error_t* e = weft_array_new_fixed(store.c_api(), type.c_api(),
                                               reinterpret_cast<const weft_val_t*>(values.data()),
                                               static_cast<uint32_t>(values.size()), &ref)) {
      return Error(e);
    }
    return ArrayRef(ref);
  }
  /// As above.
  static Result<ArrayRef> of(StoreRef store, const ArrayType& type,
                             std::initializer_list<Val> values) {
    return of(store, type, std::span<const Val>(values.begin(), values.size()));
  }
  /// An array of numbers from their bytes, such as a string.
  static Result<ArrayRef> of_bytes(StoreRef store, const ArrayType& type, std::string_view bytes) {
    weft_ref_t ref{};
    if (weft_error_t* e =
            weft_array_new_bytes(store.c_api(), type.c_api(), bytes.data(), bytes.size(), &ref)) {
      return Error(e);
    }
    return ArrayRef(ref);
  }
  /// In elements.
  Result<uint32_t> size(StoreRef store) const {
    uint32_t n = 0;
    if (weft_error_t* e = weft_array_length(store.c_api(), ref_, &n)) return Error(e);
    return n;
  }
  /// An element; packed ones are zero-extended.
  Result<Val> get(StoreRef store, uint32_t index) const {
    weft_val_t v{};
    if (weft_error_t* e = weft_array_get(store.c_api(), ref_, index, &v)) return Error(e);
    return Val(v);
  }
  /// Sets an element; packed ones take the low bits.
  Result<void> set(StoreRef store, uint32_t index, const Val& v) const {
    return detail::check(weft_array_set(store.c_api(), ref_, index, &v.c_api()));
  }
  /// Copies numbers out, from element `index` on; T must be as big as an element.
  template <class T>
  Result<void> read(StoreRef store, uint32_t index, std::span<T> to) const {
    static_assert(std::is_arithmetic_v<T> && !std::is_const_v<T>,
                  "weft: elements of an array of numbers are read as numbers");
    return detail::check(weft_array_read(store.c_api(), ref_, uint64_t{index} * sizeof(T),
                                         to.data(), to.size_bytes()));
  }
  /// Copies numbers in, from element `index` on; T must be as big as an element.
  template <class T>
  Result<void> write(StoreRef store, uint32_t index, std::span<const T> from) const {
    static_assert(std::is_arithmetic_v<T>,
                  "weft: elements of an array of numbers are written as numbers");
    return detail::check(weft_array_write(store.c_api(), ref_, uint64_t{index} * sizeof(T),
                                          from.data(), from.size_bytes()));
  }
};

/// structref
template <>
struct WasmTypeOf<StructRef> : detail::Reference<StructRef, WEFT_ANYREF, WEFT_HEAP_STRUCT> {};
/// arrayref
template <>
struct WasmTypeOf<ArrayRef> : detail::Reference<ArrayRef, WEFT_ANYREF, WEFT_HEAP_ARRAY> {};

}  // namespace v0
}  // namespace weft
