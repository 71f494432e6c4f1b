#include "runtime/gc_layout.hpp"

#include <new>

namespace weft::runtime {

namespace {

FieldClass number_class(ValType type) {
  switch (type.kind()) {
    case ValType::Kind::i8: return FieldClass::byte;
    case ValType::Kind::i16: return FieldClass::half;
    case ValType::Kind::i32:
    case ValType::Kind::f32: return FieldClass::word;
    case ValType::Kind::v128: return FieldClass::vector;
    default: return FieldClass::dword;
  }
}
bool is_abstract_func(HeapType heap) {
  return heap.is(AbstractHeap::func) || heap.is(AbstractHeap::nofunc);
}

}  // namespace

FieldClass field_class(const TypeList& types, ValType type) {
  if (!type.is_ref()) return number_class(type);
  const HeapType heap = type.heap();
  const bool func =
      heap.is_abstract() ? is_abstract_func(heap) : types[heap.index()].kind == CompositeKind::func;
  return func ? FieldClass::func : FieldClass::ref;
}

FieldClass field_class(const TypeRegistry& types, ValType type) {
  if (!type.is_ref()) return number_class(type);
  const HeapType heap = type.heap();
  const bool func = heap.is_abstract() ? is_abstract_func(heap)
                                       : types[heap.type_id()].kind == CompositeKind::func;
  return func ? FieldClass::func : FieldClass::ref;
}

const StructLayout* LayoutTable::find(TypeId id) {
  try {
    return &of(id);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

const StructLayout& LayoutTable::make(TypeId id) {
  auto layout = std::make_unique<StructLayout>();
  FieldCursor cursor;
  for (const FieldType& field : (*types_)[id].fields) {
    const FieldClass cls = field_class(*types_, field.type);
    const uint32_t offset = cursor.place(cls);
    layout->fields.push_back({offset, cls});
    if (cls == FieldClass::ref) layout->ref_offsets.push_back(offset);
  }
  layout->bytes = cursor.object_bytes();
  const bool has_refs = !layout->ref_offsets.empty();
  layout->header_word =
      (*types_)[id].kind == CompositeKind::array
          ? ObjectHeader::make(ObjectKind::array, id.value, has_refs, log2_bytes(layout->element()))
          : ObjectHeader::make(ObjectKind::struct_, id.value, has_refs);
  if (id.value >= table_.size()) table_.resize(id.value + 1);
  table_[id.value] = std::move(layout);
  return *table_[id.value];
}

}  // namespace weft::runtime
