#include "engine/gc_objects.hpp"

#include <fmt/core.h>

#include <cstring>

namespace weft::engine {

using runtime::Cell;
using runtime::FieldClass;
using runtime::ObjectHeader;
using runtime::ObjectKind;
using runtime::Ref;
using runtime::StructLayout;
using wasm::FieldType;

namespace {

std::unexpected<Error> bad(std::string text) {
  return fail(ErrorCode::bad_argument, "bad argument: " + text);
}
std::unexpected<Error> heap_is_full(const runtime::Heap& heap) {
  return std::unexpected(heap.full());
}

Result<> check(runtime::Store& store, const Value& value, const FieldType& field, size_t index) {
  const wasm::ValType type = field.type.unpacked();
  if (value_matches(store, value, type)) return {};
  const runtime::TypeRegistry& types = store.engine().types();
  return fail(ErrorCode::bad_argument,
              fmt::format("type mismatch: value {} must be {}, found {}", index,
                          types.describe(type), types.describe(value.type)));
}

void store_value(std::byte* to, FieldClass cls, const Value& value) {
  // SAFETY: a field or element of that class lies there; cells are little endian.
  std::memcpy(to, value.cell, size_t{1} << runtime::log2_bytes(cls));
}

/// Keeps references in values alive while something is allocated.
void hold(runtime::Heap& heap, std::span<const Value> values) {
  for (const Value& v : values) {
    if (v.type.is_ref() && v.cell[0].bits <= UINT32_MAX) heap.root(v.cell[0].as<Ref>());
  }
}

const runtime::CanonicalType& type_of(runtime::Store& store, wasm::TypeId type) {
  return store.engine().types()[type];
}

Result<Ref> allocate_array(runtime::Store& store, const StructLayout& layout, uint64_t length) {
  runtime::Heap& heap = store.heap();
  if (length > UINT32_MAX) return heap_is_full(heap);
  const Ref r = heap.allocate(
      layout.header_word, static_cast<uint32_t>(length),
      ObjectHeader::array_bytes(static_cast<uint32_t>(length), log2_bytes(layout.element())));
  if (r == runtime::kNullRef) return heap_is_full(heap);
  return r;
}

Result<> check_array_type(runtime::Store& store, wasm::TypeId type) {
  if (type_of(store, type).kind != wasm::CompositeKind::array) return bad("not an array type");
  return {};
}

/// The object's type, if it is one of that kind.
Result<wasm::TypeId> object_type(runtime::Store& store, Ref object, ObjectKind kind) {
  if (object == runtime::kNullRef) return bad("the reference is null");
  if (!store.heap().is_valid(object)) return bad("the reference's object is gone");
  if (runtime::is_i31(object) || store.heap().header(object).kind() != kind)
    return bad(kind == ObjectKind::array ? "the reference is not to an array"
                                         : "the reference is not to a struct");
  return store.heap().header(object).type();
}

struct Item {
  std::byte* at;
  FieldClass cls;
  FieldType type;
};
Result<Item> item_at(runtime::Store& store, Ref object, ObjectKind kind, uint64_t index) {
  WEFT_ASSIGN(const wasm::TypeId type, object_type(store, object, kind));
  runtime::Heap& heap = store.heap();
  const StructLayout& layout = heap.layouts().of(type);
  const bool is_array = kind == ObjectKind::array;
  const uint64_t length = is_array ? heap.header(object).extent : layout.fields.size();
  if (index >= length) return bad(fmt::format("index {} is past the end of {}", index, length));
  const StructLayout::Field& field = layout.fields[is_array ? 0 : index];
  std::byte* const at =
      is_array ? heap.at(object) + sizeof(ObjectHeader) + (index << log2_bytes(field.cls))
               : heap.at(object) + field.offset;
  return Item{at, field.cls, type_of(store, type).fields[is_array ? 0 : index]};
}

}  // namespace

Result<Ref> new_struct(runtime::Store& store, wasm::TypeId type, std::span<const Value> fields) {
  const runtime::CanonicalType& t = type_of(store, type);
  if (t.kind != wasm::CompositeKind::struct_) return bad("not a struct type");
  if (fields.size() != t.fields.size())
    return bad(
        fmt::format("the struct has {} fields, {} were given", t.fields.size(), fields.size()));
  for (size_t i = 0; i < fields.size(); ++i) WEFT_TRY(check(store, fields[i], t.fields[i], i));
  runtime::Heap& heap = store.heap();
  const StructLayout& layout = heap.layouts().of(type);
  Ref r = runtime::kNullRef;
  {
    const runtime::RootScope scope(heap);
    hold(heap, fields);
    r = heap.allocate(layout.header_word, layout.bytes, layout.bytes);
  }
  if (r == runtime::kNullRef) return heap_is_full(heap);
  for (size_t i = 0; i < fields.size(); ++i)
    store_value(heap.at(r) + layout.fields[i].offset, layout.fields[i].cls, fields[i]);
  heap.root(r);
  return r;
}

Result<Ref> new_array(runtime::Store& store, wasm::TypeId type, const Value& value,
                      uint32_t length) {
  WEFT_TRY(check_array_type(store, type));
  WEFT_TRY(check(store, value, type_of(store, type).fields[0], 0));
  runtime::Heap& heap = store.heap();
  const StructLayout& layout = heap.layouts().of(type);
  Result<Ref> r = runtime::kNullRef;
  {
    const runtime::RootScope scope(heap);
    hold(heap, std::span(&value, 1));
    r = allocate_array(store, layout, length);
  }
  if (!r) return r;
  std::byte* to = heap.at(*r) + sizeof(ObjectHeader);
  for (uint32_t i = 0; i < length; ++i) {
    store_value(to, layout.element(), value);
    to += size_t{1} << log2_bytes(layout.element());
  }
  heap.root(*r);
  return r;
}

Result<Ref> new_array_fixed(runtime::Store& store, wasm::TypeId type,
                            std::span<const Value> values) {
  WEFT_TRY(check_array_type(store, type));
  for (size_t i = 0; i < values.size(); ++i)
    WEFT_TRY(check(store, values[i], type_of(store, type).fields[0], i));
  runtime::Heap& heap = store.heap();
  const StructLayout& layout = heap.layouts().of(type);
  Result<Ref> r = runtime::kNullRef;
  {
    const runtime::RootScope scope(heap);
    hold(heap, values);
    r = allocate_array(store, layout, values.size());
  }
  if (!r) return r;
  std::byte* to = heap.at(*r) + sizeof(ObjectHeader);
  for (const Value& value : values) {
    store_value(to, layout.element(), value);
    to += size_t{1} << log2_bytes(layout.element());
  }
  heap.root(*r);
  return r;
}

Result<Ref> new_array_bytes(runtime::Store& store, wasm::TypeId type,
                            std::span<const std::byte> bytes) {
  WEFT_TRY(check_array_type(store, type));
  if (type_of(store, type).fields[0].type.is_ref()) return bad("not an array of numbers");
  runtime::Heap& heap = store.heap();
  const StructLayout& layout = heap.layouts().of(type);
  const uint32_t log2 = log2_bytes(layout.element());
  if ((bytes.size() & ((size_t{1} << log2) - 1)) != 0)
    return bad(fmt::format("{} bytes are no whole number of elements", bytes.size()));
  WEFT_ASSIGN(const Ref r, allocate_array(store, layout, bytes.size() >> log2));
  if (!bytes.empty()) std::memcpy(heap.at(r) + sizeof(ObjectHeader), bytes.data(), bytes.size());
  heap.root(r);
  return r;
}

Result<Ref> new_exception(runtime::Store& store, Tag tag, std::span<const Value> values) {
  const runtime::CanonicalType& type = type_of(store, tag.object->type);
  if (values.size() != type.params.size())
    return bad(fmt::format("the tag's exceptions carry {} values, {} were given",
                           type.params.size(), values.size()));
  std::vector<Cell> cells;
  cells.reserve(type.param_cells);
  for (size_t i = 0; i < values.size(); ++i) {
    WEFT_TRY(check(store, values[i], {type.params[i], false}, i));
    cells.insert(cells.end(), values[i].cell, values[i].cell + type.params[i].cells());
  }
  runtime::Heap& heap = store.heap();
  Ref r = runtime::kNullRef;
  {
    const runtime::RootScope scope(heap);
    hold(heap, values);
    r = heap.allocate_exception(*tag.object, cells);
  }
  if (r == runtime::kNullRef) return heap_is_full(heap);
  heap.root(r);
  return r;
}

Result<uint32_t> object_length(runtime::Store& store, Ref object, ObjectKind kind) {
  WEFT_ASSIGN(const wasm::TypeId type, object_type(store, object, kind));
  if (kind == ObjectKind::array) return store.heap().header(object).extent;
  return static_cast<uint32_t>(type_of(store, type).fields.size());
}

Result<Value> read_item(runtime::Store& store, Ref object, ObjectKind kind, uint64_t index) {
  WEFT_ASSIGN(const Item item, item_at(store, object, kind, index));
  Value out{item.type.type.unpacked(), {}};
  std::memcpy(out.cell, item.at, size_t{1} << log2_bytes(item.cls));
  return out;
}

Result<> write_item(runtime::Store& store, Ref object, ObjectKind kind, uint64_t index,
                    const Value& value) {
  WEFT_ASSIGN(const Item item, item_at(store, object, kind, index));
  if (!item.type.is_mutable) return bad("it is immutable");
  WEFT_TRY(check(store, value, item.type, index));
  store_value(item.at, item.cls, value);
  return {};
}

Result<std::span<std::byte>> array_bytes(runtime::Store& store, Ref array, bool to_write) {
  WEFT_ASSIGN(const wasm::TypeId type, object_type(store, array, ObjectKind::array));
  const FieldType& element = type_of(store, type).fields[0];
  if (element.type.is_ref()) return bad("not an array of numbers");
  if (to_write && !element.is_mutable) return bad("the array is immutable");
  const ObjectHeader header = store.heap().header(array);
  return std::span(store.heap().at(array) + sizeof(ObjectHeader),
                   size_t{header.extent} << header.element_log2());
}

namespace {
Result<> check_exception(runtime::Store& store, Ref exception) {
  if (exception == runtime::kNullRef ||
      !store.heap().has_type(exception, wasm::AbstractHeap::exn)) {
    return bad("the reference is not to an exception");
  }
  return {};
}
}  // namespace

Result<Tag> exception_tag(runtime::Store& store, Ref exception) {
  WEFT_TRY(check_exception(store, exception));
  // SAFETY: no tag is const itself.
  return Tag{const_cast<runtime::Tag*>(store.heap().exception(exception).tag), store.id()};
}

Result<std::vector<Value>> exception_values(runtime::Store& store, Ref exception) {
  WEFT_TRY(check_exception(store, exception));
  const runtime::ExceptionObject& object = store.heap().exception(exception);
  const Cell* cells = object.cells();
  std::vector<Value> out;
  for (wasm::ValType type : type_of(store, object.tag->type).params) {
    out.push_back(value_from_cells(cells, type));
    cells += type.cells();
  }
  return out;
}

}  // namespace weft::engine
