#include "binary/encoder.hpp"

#include <cstring>

#include "base/bits.hpp"

namespace weft::binary {

void Encoder::fixed32(uint32_t bits) {
  std::byte b[4];
  store_unaligned<uint32_t>(b, bits);
  raw(b);
}

void Encoder::fixed64(uint64_t bits) {
  std::byte b[8];
  store_unaligned<uint64_t>(b, bits);
  raw(b);
}

void Encoder::indices(std::span<const uint32_t> list) {
  u32(static_cast<uint32_t>(list.size()));
  for (uint32_t i : list) u32(i);
}

void Encoder::header() {
  for (uint8_t b : kMagic) byte(b);
  fixed32(kVersion);
}

void Encoder::end_sized(Mark start) {
  const size_t contents = bytes_.size() - start;
  const size_t prefix = leb_u_size(contents);
  bytes_.resize(bytes_.size() + prefix);
  // SAFETY: the buffer was just enlarged by `prefix`, so both ranges lie inside it.
  std::memmove(bytes_.data() + start + prefix, bytes_.data() + start, contents);
  struct Cursor {
    std::byte* at;
    void push_back(uint8_t b) { *at++ = static_cast<std::byte>(b); }
  } cursor{bytes_.data() + start};
  write_leb_u(cursor, contents);
}

void Encoder::op(Op op) {
  const OpInfo& row = info(op);
  if (row.prefix == 0) {
    byte(static_cast<uint8_t>(row.code));
  } else {
    byte(row.prefix);
    u32(row.code);
  }
}

void Encoder::mem_arg(uint32_t align_log2, uint32_t memory, uint64_t offset) {
  if (memory == 0) {
    u32(align_log2);
  } else {
    u32(align_log2 | kMemArgHasMemory);
    u32(memory);
  }
  u64(offset);
}

void Encoder::write(HeapType t) {
  if (t.is_concrete()) {
    s33(t.index());
  } else {
    byte(code::kHeap[static_cast<size_t>(t.abstract())]);
  }
}

void Encoder::write(ValType t) {
  switch (t.kind()) {
    case ValType::Kind::i32: return byte(code::kI32);
    case ValType::Kind::i64: return byte(code::kI64);
    case ValType::Kind::f32: return byte(code::kF32);
    case ValType::Kind::f64: return byte(code::kF64);
    case ValType::Kind::v128: return byte(code::kV128);
    case ValType::Kind::i8: return byte(code::kI8);
    case ValType::Kind::i16: return byte(code::kI16);
    case ValType::Kind::bottom: break;  // not expressible; written as an illegal code
    case ValType::Kind::ref:
      if (t.nullable() && t.heap().is_abstract()) return write(t.heap());
      byte(t.nullable() ? code::kRefNull : code::kRef);
      return write(t.heap());
  }
  byte(0);
}

void Encoder::write(FieldType t) {
  write(t.type);
  byte(t.is_mutable ? 1 : 0);
}

void Encoder::write(GlobalType t) {
  write(t.type);
  byte(t.is_mutable ? 1 : 0);
}

void Encoder::limits(const Limits& l, uint8_t flags) {
  byte(static_cast<uint8_t>(flags | (l.max ? limits_flag::kMax : 0)));
  u64(l.min);
  if (l.max) u64(*l.max);
}

void Encoder::write(const MemoryType& t) {
  uint8_t flags = 0;
  if (t.shared) flags |= limits_flag::kShared;
  if (t.address == AddressType::i64) flags |= limits_flag::kAddress64;
  if (t.page_log2 != 16) flags |= limits_flag::kPageSize;
  limits(t.limits, flags);
  if (t.page_log2 != 16) u32(t.page_log2);
}

void Encoder::write(const TableType& t) {
  write(t.element);
  limits(t.limits, t.address == AddressType::i64 ? limits_flag::kAddress64 : uint8_t{0});
}

void Encoder::write(TagType t) {
  byte(0);  // attribute: exception
  u32(t.type.value);
}

void Encoder::types(std::span<const ValType> list) {
  u32(static_cast<uint32_t>(list.size()));
  for (ValType t : list) write(t);
}

}  // namespace weft::binary
