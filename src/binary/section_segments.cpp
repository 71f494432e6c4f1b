// Element and data segments and the data count (spec 5.5.12, 5.5.14, 5.5.15).
#include <fmt/core.h>

#include "binary/read_types.hpp"
#include "binary/sections.hpp"
#include "wasm/limits.hpp"

namespace weft::binary {
namespace {

// Bits of an element segment's first number.
constexpr uint32_t kNotActive = 1;    // passive, or declarative with kExplicit
constexpr uint32_t kExplicit = 2;     // a table index follows (active)
constexpr uint32_t kExpressions = 4;  // items are expressions, a type instead of a kind

void read_element_type(DecodeState& s, ElemSegment& e, uint32_t flags) {
  e.is_exprs = (flags & kExpressions) != 0;
  e.type = e.is_exprs ? kFuncRef : kFuncRef.as_non_null();
  if ((flags & (kNotActive | kExplicit)) == 0) return;  // the short forms of table 0
  if (e.is_exprs) {
    e.type = read_ref_type(s.r, s.features);
    return;
  }
  const uint32_t at = s.r.offset();
  const uint8_t kind = s.r.u8();
  if (kind != 0) s.r.fail_at(at, "malformed element kind", fmt::format("0x{:02x}", kind));
}

ElemSegment read_element(DecodeState& s) {
  Reader& r = s.r;
  ElemSegment e;
  const uint32_t at = r.offset();
  const uint32_t flags = r.u32();
  const uint32_t max_flags =
      s.features.has(Feature::reference_types) || s.features.has(Feature::bulk_memory) ? 7 : 0;
  if (flags > max_flags) {
    r.fail_at(at, "malformed elements segment kind", fmt::format("{}", flags));
    return e;
  }
  if (flags & kNotActive) {
    e.mode = flags & kExplicit ? SegmentMode::declarative : SegmentMode::passive;
  } else {
    e.mode = SegmentMode::active;
    if (flags & kExplicit) e.table = TableIdx(r.u32());
    e.offset = s.const_expr();
  }
  read_element_type(s, e, flags);
  e.count = r.count(~0u, "elements");
  e.items.offset = r.offset();
  for (uint32_t i = 0; i < e.count && r.ok(); ++i) {
    if (e.is_exprs) {
      s.const_expr();
    } else {
      r.u32();
    }
  }
  e.items.size = r.offset() - e.items.offset;
  return e;
}

DataSegment read_data(DecodeState& s) {
  Reader& r = s.r;
  DataSegment d;
  const uint32_t at = r.offset();
  const uint32_t flags = r.u32();
  if (flags > (s.features.has(Feature::bulk_memory) ? 2u : 0u)) {
    r.fail_at(at, "malformed data segment kind", fmt::format("{}", flags));
    return d;
  }
  d.mode = flags == 1 ? SegmentMode::passive : SegmentMode::active;
  if (flags == 2) d.memory = MemoryIdx(r.u32());
  if (d.mode == SegmentMode::active) d.offset = s.const_expr();
  const auto bytes = r.byte_vec();
  d.bytes = {r.offset() - static_cast<uint32_t>(bytes.size()), static_cast<uint32_t>(bytes.size())};
  return d;
}

}  // namespace

void decode_element_section(DecodeState& s) {
  const uint32_t n = s.r.count(limits::kElemSegments, "element segments");
  s.m.elems.reserve(n);
  for (uint32_t i = 0; i < n && s.r.ok(); ++i) s.m.elems.push_back(read_element(s));
}

void decode_data_count_section(DecodeState& s) {
  s.m.data_count = s.r.u32();
  if (*s.m.data_count > limits::kDataSegments) {
    s.r.fail_at(s.r.offset(), "limit exceeded", fmt::format("{} data segments", *s.m.data_count),
                ErrorCode::limit_exceeded);
  }
}

void decode_data_section(DecodeState& s) {
  const uint32_t at = s.r.offset();
  const uint32_t n = s.r.count(limits::kDataSegments, "data segments");
  if (s.r.ok() && s.m.data_count && *s.m.data_count != n) {
    return s.r.fail_at(at, "data count and data section have inconsistent lengths",
                       fmt::format("{} and {}", *s.m.data_count, n));
  }
  s.m.datas.reserve(n);
  for (uint32_t i = 0; i < n && s.r.ok(); ++i) s.m.datas.push_back(read_data(s));
}

}  // namespace weft::binary
