// The type section: recursion groups of sub types (spec 5.3.6 - 5.3.8, 5.5.4).
#include <fmt/core.h>

#include "binary/read_types.hpp"
#include "binary/sections.hpp"
#include "wasm/limits.hpp"

namespace weft::binary {
namespace {

void read_func_type(DecodeState& s) {
  for (uint32_t n = s.r.count(limits::kParams, "parameters"); n > 0 && s.r.ok(); --n) {
    s.m.types.add_param(read_val_type(s.r, s.features));
  }
  const uint32_t at = s.r.offset();
  const uint32_t results = s.r.count(limits::kResults, "results");
  if (results > 1 && !s.features.has(Feature::multi_value)) {
    s.r.fail_at(at, "invalid result arity", "multi-value is not enabled", ErrorCode::invalid);
  }
  for (uint32_t n = results; n > 0 && s.r.ok(); --n)
    s.m.types.add_result(read_val_type(s.r, s.features));
}

void read_field(DecodeState& s) {
  FieldType f;
  f.type = read_storage_type(s.r, s.features);
  f.is_mutable = read_mutability(s.r);
  s.m.types.add_field(f);
}

/// sub? comptype. `super` of a vector of several is refused: the format allows it, validation never
/// does.
void read_sub_type(DecodeState& s) {
  Reader& r = s.r;
  bool is_final = true;
  std::optional<uint32_t> super;
  const int first = r.peek();
  if (first == code::kSub || first == code::kSubFinal) {
    const uint32_t at = r.offset();
    r.u8();
    if (!s.features.has(Feature::gc))
      return r.fail_at(at, "malformed definition type", "gc is not enabled");
    is_final = first == code::kSubFinal;
    const uint32_t supers_at = r.offset();
    const uint32_t supers = r.count(~0u, "super types");
    for (uint32_t i = 0; i < supers && r.ok(); ++i) super = r.u32();
    if (supers > 1) {
      return r.fail_at(supers_at, "sub type",
                       fmt::format("{} super types, at most one is allowed", supers),
                       ErrorCode::invalid);
    }
  }
  const uint32_t at = r.offset();
  const uint8_t kind = r.u8();
  if (!r.ok()) return;
  const bool aggregate = kind == code::kStruct || kind == code::kArray;
  if (kind != code::kFunc && !(aggregate && s.features.has(Feature::gc))) {
    return r.fail_at(at, "malformed definition type", fmt::format("0x{:02x}", kind));
  }
  if (kind == code::kFunc) {
    s.m.types.begin_type(CompositeKind::func, is_final, super);
    read_func_type(s);
  } else if (kind == code::kStruct) {
    s.m.types.begin_type(CompositeKind::struct_, is_final, super);
    for (uint32_t n = r.count(limits::kStructFields, "fields"); n > 0 && r.ok(); --n) read_field(s);
  } else {
    s.m.types.begin_type(CompositeKind::array, is_final, super);
    read_field(s);
  }
}

}  // namespace

void decode_type_section(DecodeState& s) {
  Reader& r = s.r;
  for (uint32_t n = r.count(limits::kTypes, "types"); n > 0 && r.ok(); --n) {
    s.m.types.begin_group();
    if (r.peek() == code::kRec && s.features.has(Feature::gc)) {
      r.u8();
      for (uint32_t k = r.count(limits::kRecGroupTypes, "types of a group"); k > 0 && r.ok(); --k) {
        read_sub_type(s);
      }
    } else {
      read_sub_type(s);
    }
    if (!r.ok()) return;
    if (s.m.types.size() > limits::kTypes) {
      return r.fail_at(r.offset(), "limit exceeded",
                       fmt::format("more than {} types", limits::kTypes),
                       ErrorCode::limit_exceeded);
    }
    s.m.types.finish_group();
  }
}

}  // namespace weft::binary
