// Where the fields of a struct lie: in declaration order, each aligned to its size (v128 to 8), so
// that a subtype's object begins like its supertype's. References take 4 bytes, function references
// 8 (they are pointers). ADR 0010.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "runtime/gc_object.hpp"
#include "runtime/type_registry.hpp"
#include "wasm/type_list.hpp"

namespace weft::runtime {

/// How a field or element is stored.
enum class FieldClass : uint8_t { byte, half, word, dword, vector, ref, func };

constexpr uint32_t log2_bytes(FieldClass c) {
  switch (c) {
    case FieldClass::byte: return 0;
    case FieldClass::half: return 1;
    case FieldClass::word:
    case FieldClass::ref: return 2;
    case FieldClass::dword:
    case FieldClass::func: return 3;
    case FieldClass::vector: return 4;
  }
  return 0;
}

/// Of a module's type, and of a canonical one.
FieldClass field_class(const TypeList& types, ValType type);
FieldClass field_class(const TypeRegistry& types, ValType type);

/// Places fields one after the other.
class FieldCursor {
 public:
  uint32_t place(FieldClass c) {
    const uint32_t bytes = 1u << log2_bytes(c);
    const uint32_t alignment = bytes > 8 ? 8 : bytes;
    const uint32_t at = (next_ + alignment - 1) & ~(alignment - 1);
    next_ = at + bytes;
    return at;
  }
  /// Of the whole object, header included.
  uint32_t object_bytes() const { return (next_ + 7) & ~7u; }

 private:
  uint32_t next_ = sizeof(ObjectHeader);
};

/// Of a struct; an array has one field, its element.
struct StructLayout {
  struct Field {
    uint32_t offset;
    FieldClass cls;
  };
  std::vector<Field> fields;
  std::vector<uint32_t> ref_offsets;      ///< struct only
  uint32_t bytes = sizeof(ObjectHeader);  ///< struct only
  uint32_t header_word = 0;
  FieldClass element() const { return fields[0].cls; }
};

/// Layouts by canonical type, made when first asked for. One per store; not thread-safe.
class LayoutTable {
 public:
  explicit LayoutTable(const TypeRegistry* types) : types_(types) {}
  const TypeRegistry& types() const { return *types_; }
  const StructLayout& of(TypeId id) {
    if (id.value < table_.size() && table_[id.value] != nullptr) [[likely]]
      return *table_[id.value];
    return make(id);
  }
  /// Null if there is no memory for it.
  const StructLayout* find(TypeId id);

 private:
  const StructLayout& make(TypeId id);

  const TypeRegistry* types_;
  std::vector<std::unique_ptr<StructLayout>> table_;
};

}  // namespace weft::runtime
