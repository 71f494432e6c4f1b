#include "runtime/gc_builtins.hpp"

#include <algorithm>
#include <cstring>

#include "base/bits.hpp"
#include "runtime/builtins.hpp"
#include "runtime/fuel.hpp"
#include "runtime/out_of_memory.hpp"
#include "runtime/store.hpp"

namespace weft::runtime::builtins {

namespace {

Heap& heap_of(VMContext* ctx) { return ctx->store->store->heap(); }
/// Null: there is no memory for it, and the trap that says so is pending.
const StructLayout* layout_of(VMContext* ctx, uint32_t type) {
  const StructLayout* const layout = heap_of(ctx).layouts().find(ctx->type_ids[type]);
  if (layout == nullptr) fail_out_of_memory(*ctx->store->store);
  return layout;
}

std::byte* elements(Heap& heap, Ref array) { return heap.at(array) + sizeof(ObjectHeader); }

bool in_range(uint64_t at, uint64_t length, uint64_t size) {
  return at <= size && length <= size - at;
}

/// Arrays pay for their elements when bounds are checked and nothing is allocated yet, however the
/// engine is configured.
TrapCode pay_elements(VMContext* ctx, uint64_t length) {
  for (const fuel::Pay when : {fuel::Pay::at_start, fuel::Pay::checked}) {
    const TrapCode trap = fuel::pay(ctx, length, fuel::kElementsPerFuel, when);
    if (trap != TrapCode::none) return trap;
  }
  return TrapCode::none;
}

/// An array of `length`, its elements undefined.
TrapCode allocate_array(VMContext* ctx, uint32_t type, uint32_t length, Ref& out) {
  if (const TrapCode trap = pay_elements(ctx, length); trap != TrapCode::none) return trap;
  const StructLayout* const found = layout_of(ctx, type);
  if (found == nullptr) return TrapCode::host_error;
  const StructLayout& layout = *found;
  Heap& heap = heap_of(ctx);
  out = heap.allocate(layout.header_word, length,
                      ObjectHeader::array_bytes(length, log2_bytes(layout.element())));
  return out == kNullRef ? heap.failure() : TrapCode::none;
}

void store_bits(std::byte* to, uint32_t log2, const Cell* value) {
  // SAFETY: the caller has checked that 2^log2 bytes lie there; cells are little endian.
  switch (log2) {
    case 0: std::memcpy(to, value, 1); break;
    case 1: std::memcpy(to, value, 2); break;
    case 2: std::memcpy(to, value, 4); break;
    case 3: std::memcpy(to, value, 8); break;
    default: std::memcpy(to, value, 16); break;
  }
}

template <class T>
void fill_as(std::byte* to, const Cell* value, size_t count) {
  T v;
  std::memcpy(&v, value, sizeof(T));
  for (size_t i = 0; i < count; ++i) std::memcpy(to + i * sizeof(T), &v, sizeof(T));
}
void fill(std::byte* to, uint32_t log2, const Cell* value, size_t count) {
  // SAFETY: the caller has checked that `count` elements lie there.
  switch (log2) {
    case 0: std::memset(to, static_cast<int>(value->bits & 0xff), count); break;
    case 1: fill_as<uint16_t>(to, value, count); break;
    case 2: fill_as<uint32_t>(to, value, count); break;
    case 3: fill_as<uint64_t>(to, value, count); break;
    default:
      for (size_t i = 0; i < count; ++i) std::memcpy(to + i * 16, value, 16);
      break;
  }
}

/// References and function references of a segment, of which the array has either.
void store_elements(std::byte* to, uint32_t log2, std::span<const Cell> values) {
  for (const Cell& cell : values) {
    store_bits(to, log2, &cell);
    to += size_t{1} << log2;
  }
}

}  // namespace

TrapCode struct_new(VMContext* ctx, uint32_t type, const Cell* fields, Ref& out) {
  const StructLayout* const found = layout_of(ctx, type);
  if (found == nullptr) return TrapCode::host_error;
  const StructLayout& layout = *found;
  Heap& heap = heap_of(ctx);
  out = heap.allocate(layout.header_word, layout.bytes, layout.bytes);
  if (out == kNullRef) return heap.failure();
  std::byte* const object = heap.at(out);
  for (const StructLayout::Field& field : layout.fields) {
    store_bits(object + field.offset, log2_bytes(field.cls), fields);
    fields += field.cls == FieldClass::vector ? 2 : 1;
  }
  return TrapCode::none;
}

TrapCode struct_new_default(VMContext* ctx, uint32_t type, Ref& out) {
  const StructLayout* const found = layout_of(ctx, type);
  if (found == nullptr) return TrapCode::host_error;
  const StructLayout& layout = *found;
  Heap& heap = heap_of(ctx);
  out = heap.allocate(layout.header_word, layout.bytes, layout.bytes);
  if (out == kNullRef) return heap.failure();
  std::memset(heap.at(out) + sizeof(ObjectHeader), 0, layout.bytes - sizeof(ObjectHeader));
  return TrapCode::none;
}

TrapCode array_new(VMContext* ctx, uint32_t type, const Cell* init, uint32_t length, Ref& out) {
  const TrapCode trap = allocate_array(ctx, type, length, out);
  if (trap != TrapCode::none) return trap;
  Heap& heap = heap_of(ctx);
  fill(elements(heap, out), heap.header(out).element_log2(), init, length);
  return TrapCode::none;
}

TrapCode array_new_default(VMContext* ctx, uint32_t type, uint32_t length, Ref& out) {
  const TrapCode trap = allocate_array(ctx, type, length, out);
  if (trap != TrapCode::none) return trap;
  Heap& heap = heap_of(ctx);
  std::memset(elements(heap, out), 0, size_t{length} << heap.header(out).element_log2());
  return TrapCode::none;
}

TrapCode array_new_fixed(VMContext* ctx, uint32_t type, const Cell* values, uint32_t length,
                         Ref& out) {
  const TrapCode trap = allocate_array(ctx, type, length, out);
  if (trap != TrapCode::none) return trap;
  Heap& heap = heap_of(ctx);
  const uint32_t log2 = heap.header(out).element_log2();
  const uint32_t cells = log2 == 4 ? 2 : 1;
  std::byte* to = elements(heap, out);
  for (uint32_t i = 0; i < length; ++i) {
    store_bits(to, log2, values + size_t{i} * cells);
    to += size_t{1} << log2;
  }
  return TrapCode::none;
}

TrapCode array_new_data(VMContext* ctx, uint32_t type, uint32_t segment, uint32_t from,
                        uint32_t length, Ref& out) {
  const std::span<const std::byte> data = ctx->instance->data(segment);
  const StructLayout* const layout = layout_of(ctx, type);
  if (layout == nullptr) return TrapCode::host_error;
  const uint64_t bytes = uint64_t{length} << log2_bytes(layout->element());
  if (!in_range(from, bytes, data.size())) return TrapCode::memory_out_of_bounds;
  const TrapCode trap = allocate_array(ctx, type, length, out);
  if (trap != TrapCode::none) return trap;
  // SAFETY: the range was checked; the array has `length` elements.
  if (bytes != 0) std::memcpy(elements(heap_of(ctx), out), data.data() + from, bytes);
  return TrapCode::none;
}

TrapCode array_new_elem(VMContext* ctx, uint32_t type, uint32_t segment, uint32_t from,
                        uint32_t length, Ref& out) {
  std::span<const Cell> values;
  if (const TrapCode trap = segment_values(ctx, segment, values); trap != TrapCode::none)
    return trap;
  if (!in_range(from, length, values.size())) return TrapCode::table_out_of_bounds;
  const TrapCode trap = allocate_array(ctx, type, length, out);
  if (trap != TrapCode::none) return trap;
  Heap& heap = heap_of(ctx);
  store_elements(elements(heap, out), heap.header(out).element_log2(),
                 values.subspan(from, length));
  return TrapCode::none;
}

TrapCode array_fill(VMContext* ctx, Ref array, uint32_t at, const Cell* value, uint32_t length) {
  if (array == kNullRef) return TrapCode::null_array_reference;
  Heap& heap = heap_of(ctx);
  const ObjectHeader header = heap.header(array);
  if (!in_range(at, length, header.extent)) return TrapCode::array_out_of_bounds;
  if (const TrapCode paid = pay_elements(ctx, length); paid != TrapCode::none) return paid;
  const uint32_t log2 = header.element_log2();
  fill(elements(heap, array) + (size_t{at} << log2), log2, value, length);
  return TrapCode::none;
}

TrapCode array_copy(VMContext* ctx, Ref to, uint32_t at, Ref from, uint32_t from_at,
                    uint32_t length) {
  if (to == kNullRef || from == kNullRef) return TrapCode::null_array_reference;
  Heap& heap = heap_of(ctx);
  if (!in_range(at, length, heap.header(to).extent) ||
      !in_range(from_at, length, heap.header(from).extent)) {
    return TrapCode::array_out_of_bounds;
  }
  if (const TrapCode paid = pay_elements(ctx, length); paid != TrapCode::none) return paid;
  const uint32_t log2 = heap.header(to).element_log2();
  // SAFETY: both ranges were checked; validation: elements of one size; they may overlap.
  std::memmove(elements(heap, to) + (size_t{at} << log2),
               elements(heap, from) + (size_t{from_at} << log2), size_t{length} << log2);
  return TrapCode::none;
}

TrapCode array_init_data(VMContext* ctx, uint32_t segment, Ref array, uint32_t at, uint32_t from,
                         uint32_t length) {
  if (array == kNullRef) return TrapCode::null_array_reference;
  Heap& heap = heap_of(ctx);
  const ObjectHeader header = heap.header(array);
  if (!in_range(at, length, header.extent)) return TrapCode::array_out_of_bounds;
  const std::span<const std::byte> data = ctx->instance->data(segment);
  const uint32_t log2 = header.element_log2();
  const uint64_t bytes = uint64_t{length} << log2;
  if (!in_range(from, bytes, data.size())) return TrapCode::memory_out_of_bounds;
  if (const TrapCode paid = pay_elements(ctx, length); paid != TrapCode::none) return paid;
  // SAFETY: both ranges were checked.
  if (bytes != 0)
    std::memcpy(elements(heap, array) + (size_t{at} << log2), data.data() + from, bytes);
  return TrapCode::none;
}

TrapCode array_init_elem(VMContext* ctx, uint32_t segment, Ref array, uint32_t at, uint32_t from,
                         uint32_t length) {
  if (array == kNullRef) return TrapCode::null_array_reference;
  Heap& heap = heap_of(ctx);
  const ObjectHeader header = heap.header(array);
  if (!in_range(at, length, header.extent)) return TrapCode::array_out_of_bounds;
  std::span<const Cell> values;
  if (const TrapCode trap = segment_values(ctx, segment, values); trap != TrapCode::none)
    return trap;
  if (!in_range(from, length, values.size())) return TrapCode::table_out_of_bounds;
  if (const TrapCode paid = pay_elements(ctx, length); paid != TrapCode::none) return paid;
  const uint32_t log2 = header.element_log2();
  store_elements(elements(heap, array) + (size_t{at} << log2), log2, values.subspan(from, length));
  return TrapCode::none;
}

void load_field(VMContext* ctx, Ref object, Access access, Cell* out) {
  const std::byte* const from = heap_of(ctx).at(object) + access.offset;
  out[0] = {};
  if (access.log2 == 4) {
    std::memcpy(out, from, 16);
    return;
  }
  // SAFETY: a field or element of the object, by the caller's checks.
  std::memcpy(&out->bits, from, size_t{1} << access.log2);
  if (access.sign_extend) {
    const unsigned shift = access.log2 == 0 ? 24 : 16;
    out->bits = static_cast<uint32_t>(
        static_cast<int32_t>(static_cast<uint32_t>(out->bits) << shift) >> shift);
  }
}

void store_field(VMContext* ctx, Ref object, Access access, const Cell* value) {
  store_bits(heap_of(ctx).at(object) + access.offset, access.log2, value);
}

bool cast_matches(VMContext* ctx, uint64_t bits, CastKind kind, uint32_t type) {
  const TypeRegistry& types = ctx->store->store->engine().types();
  if (kind == CastKind::always) return true;
  if (kind == CastKind::never) return false;
  if (kind == CastKind::func) {
    return types.is_sub(reinterpret_cast<const VMFuncRef*>(bits)->type,
                        ctx->type_ids[type]);  // SAFETY: a funcref
  }
  const auto ref = static_cast<Ref>(bits);
  if (is_i31(ref)) return kind == CastKind::i31 || kind == CastKind::eq;
  const ObjectHeader header = heap_of(ctx).header(ref);
  const bool is_struct = header.kind() == ObjectKind::struct_;
  const bool is_array = header.kind() == ObjectKind::array;
  switch (kind) {
    case CastKind::eq: return is_struct || is_array;
    case CastKind::struct_: return is_struct;
    case CastKind::array: return is_array;
    case CastKind::object:
      return (is_struct || is_array) && types.is_sub(header.type(), ctx->type_ids[type]);
    default: return false;
  }
}

}  // namespace weft::runtime::builtins
