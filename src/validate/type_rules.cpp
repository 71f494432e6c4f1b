#include "validate/type_rules.hpp"

#include <fmt/core.h>

#include "wasm/limits.hpp"
#include "wasm/type_text.hpp"

namespace weft::validate {
namespace {

std::unexpected<Error> invalid(std::string text) {
  return fail(ErrorCode::invalid, std::move(text));
}

Result<void> check_reference(ValType type, uint32_t type_count) {
  if (type.is_ref() && type.heap().is_concrete() && type.heap().index() >= type_count) {
    return invalid(fmt::format("unknown type {}", type.heap().index()));
  }
  return {};
}

Result<void> check_super(const TypeList& types, uint32_t i, uint32_t group_end) {
  const TypeDef& d = types[i];
  if (!d.has_super) return {};
  if (d.super >= group_end)
    return invalid(fmt::format("unknown type {}: supertype of type {}", d.super, i));
  if (d.super >= i)
    return invalid(fmt::format("forward use of type {} in sub type definition {}", d.super, i));
  if (types[d.super].is_final)
    return invalid(fmt::format("sub type {} has final super type {}", i, d.super));
  if (d.depth > limits::kSubtypingDepth) {
    return fail(ErrorCode::limit_exceeded,
                fmt::format("limit exceeded: type {} has more than {} supertypes", i,
                            limits::kSubtypingDepth));
  }
  return {};
}

Result<void> check_parts(const TypeList& types, uint32_t i, uint32_t group_end) {
  if (types[i].kind == CompositeKind::func) {
    for (ValType t : types.params(i)) WEFT_TRY(check_reference(t, group_end));
    for (ValType t : types.results(i)) WEFT_TRY(check_reference(t, group_end));
  } else {
    for (const FieldType& f : types.fields(i)) WEFT_TRY(check_reference(f.type, group_end));
  }
  return {};
}

Result<void> check_limits(const Limits& limits, uint64_t range, const std::string& message) {
  if (limits.min > range) return invalid(fmt::format("{}: minimum {}", message, limits.min));
  if (!limits.max) return {};
  if (*limits.max > range) return invalid(fmt::format("{}: maximum {}", message, *limits.max));
  if (limits.min > *limits.max) {
    return invalid(fmt::format("size minimum must not be greater than maximum: {} and {}",
                               limits.min, *limits.max));
  }
  return {};
}

}  // namespace

Result<void> check_types(const TypeList& types) {
  for (uint32_t start = 0; start < types.size(); start += types[start].group_size) {
    const uint32_t end = start + types[start].group_size;
    // Supertypes of the whole group first: they bound how far a comparison can walk.
    for (uint32_t i = start; i < end; ++i) WEFT_TRY(check_super(types, i, end));
    for (uint32_t i = start; i < end; ++i) WEFT_TRY(check_parts(types, i, end));
    for (uint32_t i = start; i < end; ++i) {
      if (types[i].has_super && !types.composite_matches(i, types[i].super)) {
        return invalid(fmt::format("sub type {} does not match super type {}", i, types[i].super));
      }
    }
  }
  return {};
}

Result<void> check_val_type(const TypeList& types, ValType type) {
  return check_reference(type, types.size());
}

Result<void> check_memory_type(const MemoryType& type) {
  if (type.page_log2 != 0 && type.page_log2 != limits::kPageBytesLog2) {
    return invalid(fmt::format("invalid custom page size: 2^{} bytes", type.page_log2));
  }
  const bool small = type.address == AddressType::i32;
  if (type.page_log2 == 0) {
    const uint64_t range = small ? limits::kMemory32Bytes - 1 : ~uint64_t{0};
    WEFT_TRY(check_limits(type.limits, range,
                          fmt::format("memory size must be at most {} bytes", range)));
  } else if (small) {
    WEFT_TRY(check_limits(type.limits, limits::kMemory32Pages,
                          "memory size must be at most 65536 pages (4GiB)"));
  } else {
    WEFT_TRY(check_limits(type.limits, limits::kMemory64Pages,
                          "memory size must be at most 2^48 pages (16EiB)"));
  }
  if (type.shared && !type.limits.max) return invalid("shared memory must have maximum");
  return {};
}

Result<void> check_table_type(const TableType& type) {
  const uint64_t range =
      type.address == AddressType::i32 ? limits::kTable32Elements : limits::kTable64Elements;
  return check_limits(type.limits, range, fmt::format("table size must be at most {}", range));
}

}  // namespace weft::validate
