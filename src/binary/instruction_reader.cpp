#include "binary/instruction_reader.hpp"

#include <fmt/core.h>

#include "binary/format.hpp"
#include "binary/read_types.hpp"
#include "wasm/limits.hpp"

namespace weft::binary {

void fail_illegal_opcode(Reader& r, uint32_t at, uint8_t prefix, uint32_t code, Op known) {
  const std::string phrase = prefix == 0
                                 ? fmt::format("illegal opcode {:02x}", code)
                                 : fmt::format("illegal opcode {:02x} {:02x}", prefix, code);
  if (known == Op::invalid_) return r.fail_at(at, phrase);
  r.fail_at(at, phrase,
            fmt::format("{} needs {}, which is not enabled", to_string(known),
                        to_string(uses_floats(known) ? Feature::floats : feature(known))));
}

Op read_opcode(Reader& r, FeatureSet features) {
  const uint32_t at = r.offset();
  const uint8_t first = r.u8();
  uint8_t prefix = 0;
  uint32_t code = first;
  Op op = Op::invalid_;
  if (is_prefix(first)) {
    prefix = first;
    code = r.u32();
    op = decode_prefixed(prefix, code);
  } else {
    op = decode_single(first);
  }
  if (!r.ok()) return Op::invalid_;
  if (op == Op::invalid_) {
    fail_illegal_opcode(r, at, prefix, code, op);
  } else if (!features.has(feature(op)) || (!features.has(Feature::floats) && uses_floats(op))) {
    fail_illegal_opcode(r, at, prefix, code, op);
    return Op::invalid_;
  }
  return op;
}

uint32_t read_memory_index(Reader& r, FeatureSet features) {
  if (features.has(Feature::multi_memory)) return r.u32();
  const uint32_t at = r.offset();
  if (r.u8() != 0) r.fail_at(at, "zero byte expected", "multi-memory is not enabled");
  return 0;
}

namespace {

void skip_mem_arg(Reader& r, FeatureSet features) {
  const uint32_t at = r.offset();
  const uint32_t flags = r.u32();
  const uint32_t flag_limit =
      features.has(Feature::multi_memory) ? 2 * kMemArgHasMemory : kMemArgHasMemory;
  if (flags >= flag_limit)
    return r.fail_at(at, "malformed memop flags", fmt::format("0x{:x}", flags));
  if (flags & kMemArgHasMemory) r.u32();
  if (features.has(Feature::memory64)) {
    r.u64();
  } else {
    r.u32();
  }
}

void skip_catches(Reader& r) {
  for (uint32_t n = r.count(limits::kCatchClauses, "catch clauses"); n > 0 && r.ok(); --n) {
    const uint32_t at = r.offset();
    const uint8_t kind = r.u8();
    if (kind > 3) return r.fail_at(at, "malformed catch clause", fmt::format("0x{:02x}", kind));
    if (kind < 2) r.u32();
    r.u32();
  }
}

}  // namespace

void skip_immediates(Reader& r, Op op, FeatureSet features) {
  switch (imm(op)) {
    case Imm::none: return;
    case Imm::block_type: read_block_type(r, features); return;
    case Imm::label:
    case Imm::func:
    case Imm::type:
    case Imm::local:
    case Imm::global:
    case Imm::table:
    case Imm::elem:
    case Imm::data:
    case Imm::tag: r.u32(); return;
    case Imm::labels:
      for (uint32_t n = r.count(limits::kBrTableLabels, "labels"); n > 0 && r.ok(); --n) r.u32();
      r.u32();
      return;
    case Imm::type_table:
    case Imm::table_table:
    case Imm::elem_table:
    case Imm::type_field:
    case Imm::type_count:
    case Imm::type_data:
    case Imm::type_elem:
    case Imm::type_type:
      r.u32();
      r.u32();
      return;
    case Imm::memory: read_memory_index(r, features); return;
    case Imm::memory_memory:
      read_memory_index(r, features);
      read_memory_index(r, features);
      return;
    case Imm::data_memory:
      r.u32();
      read_memory_index(r, features);
      return;
    case Imm::memarg: skip_mem_arg(r, features); return;
    case Imm::memarg_lane:
      skip_mem_arg(r, features);
      r.u8();
      return;
    case Imm::i32: r.s32(); return;
    case Imm::i64: r.s64(); return;
    case Imm::f32: r.skip(4); return;
    case Imm::f64: r.skip(8); return;
    case Imm::v128:
    case Imm::shuffle: r.skip(16); return;
    case Imm::lane: r.u8(); return;
    case Imm::select_types:
      for (uint32_t n = r.count(~0u, "types"); n > 0 && r.ok(); --n) read_val_type(r, features);
      return;
    case Imm::heap_type: read_heap_type(r, features); return;
    case Imm::cast_branch: {
      const uint32_t at = r.offset();
      if (r.u8() > 3) return r.fail_at(at, "malformed br_on_cast flags");
      r.u32();
      read_heap_type(r, features);
      read_heap_type(r, features);
      return;
    }
    case Imm::try_table:
      read_block_type(r, features);
      skip_catches(r);
      return;
    case Imm::fence: {
      const uint32_t at = r.offset();
      if (r.u8() != 0) r.fail_at(at, "zero byte expected");
      return;
    }
  }
}

bool ExpressionSkipper::nest(Reader& r, Op op, uint32_t at) {
  const Op top = open_.empty() ? Op::invalid_ : open_.back();
  switch (op) {
    case Op::block:
    case Op::loop:
    case Op::if_:
    case Op::try_:
    case Op::try_table: open_.push_back(op); return false;
    case Op::else_:
      if (top != Op::if_) r.fail_at(at, "END opcode expected", "else without if");
      break;
    case Op::catch_:
    case Op::catch_all:
      if (top != Op::try_ && top != Op::catch_)
        r.fail_at(at, "END opcode expected", "catch without try");
      break;
    case Op::delegate:
      if (top != Op::try_) r.fail_at(at, "END opcode expected", "delegate without try");
      open_.resize(open_.empty() ? 0 : open_.size() - 1);
      return false;
    case Op::end:
      if (open_.empty()) return true;
      open_.pop_back();
      return false;
    default: return false;
  }
  if (r.ok()) open_.back() = op;
  return false;
}

void ExpressionSkipper::skip(Reader& r, FeatureSet features, bool* needs_data_count) {
  open_.clear();
  while (r.ok()) {
    const uint32_t at = r.offset();
    const Op op = read_opcode(r, features);
    if (!r.ok()) return;
    skip_immediates(r, op, features);
    if (needs_data_count &&
        (imm(op) == Imm::data || imm(op) == Imm::data_memory || imm(op) == Imm::type_data)) {
      *needs_data_count = true;
    }
    if (nest(r, op, at)) return;
  }
}

}  // namespace weft::binary
