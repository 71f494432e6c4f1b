#include "binary/read_types.hpp"

#include <fmt/core.h>

#include "binary/format.hpp"

namespace weft::binary {
namespace {

constexpr int kNotAHeap = -1;

/// AbstractHeap by one-byte code, or kNotAHeap.
constexpr auto kHeapOfCode = [] {
  std::array<int8_t, 128> table{};
  for (int8_t& t : table) t = kNotAHeap;
  for (size_t i = 0; i < code::kHeap.size(); ++i) table[code::kHeap[i]] = static_cast<int8_t>(i);
  return table;
}();

Feature heap_feature(AbstractHeap h) {
  switch (h) {
    case AbstractHeap::func: return Feature::mvp;
    case AbstractHeap::extern_: return Feature::reference_types;
    case AbstractHeap::exn: return Feature::exceptions;
    default: return Feature::gc;
  }
}

void fail_disabled(Reader& r, uint32_t at, std::string_view phrase, Feature f) {
  r.fail_at(at, phrase, fmt::format("{} is not enabled", to_string(f)));
}

/// The abstract heap type of a one-byte code that was already looked at.
std::optional<AbstractHeap> abstract_heap(int byte) {
  if (byte < 0 || byte >= 128 || kHeapOfCode[static_cast<size_t>(byte)] == kNotAHeap) return {};
  return static_cast<AbstractHeap>(kHeapOfCode[static_cast<size_t>(byte)]);
}

uint32_t clamp_type(int64_t index) {
  return index >= kUnknownType ? kUnknownType : static_cast<uint32_t>(index);
}

/// Reads a reference type if one starts here; `is_ref` tells.
ValType try_ref_type(Reader& r, FeatureSet features, bool& is_ref) {
  const uint32_t at = r.offset();
  const int byte = r.peek();
  is_ref = true;
  if (const auto heap = abstract_heap(byte)) {
    r.u8();
    const Feature needed = heap_feature(*heap);
    if (!features.has(needed)) fail_disabled(r, at, "malformed reference type", needed);
    return ValType::ref(*heap, true);
  }
  if (byte == code::kRef || byte == code::kRefNull) {
    r.u8();
    if (!features.has(Feature::function_references)) {
      fail_disabled(r, at, "malformed reference type", Feature::function_references);
    }
    return ValType::ref(read_heap_type(r, features), byte == code::kRefNull);
  }
  is_ref = false;
  return kBottom;
}

Limits read_limits(Reader& r, bool wide, uint8_t flags) {
  const auto bound = [&] { return wide ? r.u64() : r.u32(); };
  Limits l;
  l.min = bound();
  if (flags & limits_flag::kMax) l.max = bound();
  return l;
}

uint8_t read_limits_flags(Reader& r, uint8_t allowed) {
  const uint32_t at = r.offset();
  const uint8_t flags = r.u8();
  if (flags & ~allowed) r.fail_at(at, "malformed limits flags", fmt::format("0x{:02x}", flags));
  return flags;
}

}  // namespace

HeapType read_heap_type(Reader& r, FeatureSet features) {
  const uint32_t at = r.offset();
  if (const auto heap = abstract_heap(r.peek())) {
    r.u8();
    const Feature needed = heap_feature(*heap);
    if (!features.has(needed)) fail_disabled(r, at, "malformed heap type", needed);
    return *heap;
  }
  const int64_t index = r.s33();
  if (!r.ok()) return {};
  if (index < 0) {
    r.fail_at(at, "malformed heap type");
    return {};
  }
  if (!features.has(Feature::function_references)) {
    fail_disabled(r, at, "malformed heap type", Feature::function_references);
  }
  return HeapType::concrete(clamp_type(index));
}

ValType read_val_type(Reader& r, FeatureSet features) {
  const uint32_t at = r.offset();
  switch (r.peek()) {
    case code::kI32: r.u8(); return kI32;
    case code::kI64: r.u8(); return kI64;
    case code::kF32:
    case code::kF64:
      if (!features.has(Feature::floats))
        fail_disabled(r, at, "malformed value type", Feature::floats);
      return r.u8() == code::kF32 ? kF32 : kF64;
    case code::kV128:
      if (!features.has(Feature::simd)) fail_disabled(r, at, "malformed value type", Feature::simd);
      r.u8();
      return kV128;
    case -1: r.fail_end(); return kBottom;
    default: break;
  }
  bool is_ref = false;
  const ValType t = try_ref_type(r, features, is_ref);
  if (is_ref) {
    if (!features.has(Feature::reference_types)) {
      fail_disabled(r, at, "malformed value type", Feature::reference_types);
    }
    return t;
  }
  r.fail_at(at, "malformed value type", fmt::format("0x{:02x}", r.peek()));
  return kBottom;
}

ValType read_ref_type(Reader& r, FeatureSet features) {
  bool is_ref = false;
  const ValType t = try_ref_type(r, features, is_ref);
  if (is_ref) return t;
  if (r.at_end()) {
    r.fail_end();
  } else {
    r.fail("malformed reference type", fmt::format("0x{:02x}", r.peek()));
  }
  return kFuncRef;
}

ValType read_storage_type(Reader& r, FeatureSet features) {
  switch (r.peek()) {
    case code::kI8: r.u8(); return kI8;
    case code::kI16: r.u8(); return kI16;
    default: return read_val_type(r, features);
  }
}

bool read_mutability(Reader& r) {
  const uint32_t at = r.offset();
  const uint8_t b = r.u8();
  if (b > 1) r.fail_at(at, "malformed mutability", fmt::format("0x{:02x}", b));
  return b == 1;
}

GlobalType read_global_type(Reader& r, FeatureSet features) {
  GlobalType g;
  g.type = read_val_type(r, features);
  g.is_mutable = read_mutability(r);
  return g;
}

TableType read_table_type(Reader& r, FeatureSet features) {
  TableType t;
  t.element = read_ref_type(r, features);
  const bool wide = features.has(Feature::memory64);
  const uint8_t flags = read_limits_flags(
      r, static_cast<uint8_t>(limits_flag::kMax | (wide ? limits_flag::kAddress64 : 0)));
  t.address = flags & limits_flag::kAddress64 ? AddressType::i64 : AddressType::i32;
  t.limits = read_limits(r, wide, flags);
  return t;
}

MemoryType read_memory_type(Reader& r, FeatureSet features) {
  MemoryType m;
  const bool wide = features.has(Feature::memory64);
  uint8_t allowed = limits_flag::kMax;
  if (wide) allowed |= limits_flag::kAddress64;
  if (features.has(Feature::threads)) allowed |= limits_flag::kShared;
  if (features.has(Feature::custom_page_sizes)) allowed |= limits_flag::kPageSize;
  const uint8_t flags = read_limits_flags(r, allowed);
  m.address = flags & limits_flag::kAddress64 ? AddressType::i64 : AddressType::i32;
  m.shared = (flags & limits_flag::kShared) != 0;
  m.limits = read_limits(r, wide, flags);
  if (flags & limits_flag::kPageSize) {
    const uint32_t at = r.offset();
    const uint32_t log2 = r.u32();
    if (log2 >= 64) r.fail_at(at, "invalid custom page size", fmt::format("2^{}", log2));
    m.page_log2 = static_cast<uint8_t>(log2);
  }
  return m;
}

TagType read_tag_type(Reader& r) {
  const uint32_t at = r.offset();
  if (r.u8() != 0) r.fail_at(at, "zero byte expected", "the attribute of a tag");
  return TagType{TypeIdx(r.u32())};
}

BlockType read_block_type(Reader& r, FeatureSet features) {
  BlockType b;
  const int byte = r.peek();
  if (byte == code::kEmptyBlock) {
    r.u8();
  } else if (byte >= 0x40 && byte < 0x80) {
    b.kind = BlockType::Kind::value;
    b.value = read_val_type(r, features);
  } else {
    const uint32_t at = r.offset();
    const int64_t index = r.s33();
    if (index < 0) {
      r.fail_at(at, "malformed block type");
    } else if (!features.has(Feature::multi_value)) {
      fail_disabled(r, at, "malformed block type", Feature::multi_value);
    }
    b.kind = BlockType::Kind::type;
    b.type = static_cast<uint32_t>(index);
  }
  return b;
}

}  // namespace weft::binary
