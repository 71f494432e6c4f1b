// Immediates of instructions by their kind (spec 6.5.2 - 6.5.10): order in the text, order in the
// binary format.
#include <cstring>

#include <fmt/core.h>

#include "base/bits.hpp"
#include "text/instr_parser.hpp"
#include "text/literals.hpp"
#include "text/types_parser.hpp"

namespace weft::text {

using namespace wasm;  // NOLINT: the spec's vocabulary

/// Opcode and immediates, for everything that does not open or close a block.
void InstrParser::instruction(Op op, Encoder& out) {
  if (op == Op::select) return select_or_types(out);
  if (op == Op::ref_test || op == Op::ref_cast) return ref_type_op(op, out);
  out.op(op);
  immediates(op, out);
}

void InstrParser::immediates(Op op, Encoder& out) {
  switch (imm(op)) {
    case Imm::none: return;
    case Imm::label: return out.u32(expect_label());
    case Imm::labels: return br_table(out);
    case Imm::func: return out.u32(in_.expect_index(c_.funcs));
    case Imm::type: return out.u32(in_.expect_index(c_.types));
    case Imm::type_table: return call_indirect(out);
    case Imm::local:
      if (in_.kind() == TokenKind::id) {
        const auto index = c_.locals.find(in_.list().id(in_.peek()));
        if (!index) return in_.fail(fmt::format("unknown local ${}", in_.list().id(in_.peek())));
        in_.skip();
        return out.u32(*index);
      }
      return out.u32(in_.expect_u32());
    case Imm::global: return out.u32(in_.expect_index(c_.globals));
    case Imm::table: return out.u32(optional_index(c_.tables));
    case Imm::table_table: return two_optional(c_.tables, out);
    case Imm::elem: return out.u32(in_.expect_index(c_.elems));
    case Imm::elem_table: return optional_then(c_.tables, c_.elems, out);
    case Imm::memory: return out.u32(optional_index(c_.memories));
    case Imm::memory_memory: return two_optional(c_.memories, out);
    case Imm::data: c_.needs_data_count = true; return out.u32(in_.expect_index(c_.datas));
    case Imm::data_memory:
      c_.needs_data_count = true;
      return optional_then(c_.memories, c_.datas, out);
    case Imm::memarg: return mem_arg(op, false, out);
    case Imm::memarg_lane: mem_arg(op, true, out); return out.byte(lane_index());
    case Imm::i32:
    case Imm::i64:
    case Imm::f32:
    case Imm::f64: return number(imm(op), out);
    case Imm::v128: return vector(out);
    case Imm::lane: return out.byte(lane_index());
    case Imm::shuffle:
      for (int i = 0; i < 16; ++i) {
        if (in_.kind() != TokenKind::number)
          return in_.fail("invalid lane length: a shuffle needs 16 lane indices");
        out.byte(lane_index());
      }
      return;
    case Imm::heap_type: return out.write(expect_heap_type(c_));
    case Imm::type_field: return field(out);
    case Imm::type_count: out.u32(in_.expect_index(c_.types)); return out.u32(in_.expect_u32());
    case Imm::type_data:
      c_.needs_data_count = true;
      out.u32(in_.expect_index(c_.types));
      return out.u32(in_.expect_index(c_.datas));
    case Imm::type_elem:
      out.u32(in_.expect_index(c_.types));
      return out.u32(in_.expect_index(c_.elems));
    case Imm::type_type:
      out.u32(in_.expect_index(c_.types));
      return out.u32(in_.expect_index(c_.types));
    case Imm::cast_branch: return cast_branch(out);
    case Imm::tag: return out.u32(in_.expect_index(c_.tags));
    case Imm::fence: return out.byte(0);
    case Imm::block_type:
    case Imm::try_table:
    case Imm::select_types: break;  // read where blocks are opened, and by select_or_types
  }
  in_.unexpected();
}

uint32_t InstrParser::expect_label() {
  if (in_.kind() != TokenKind::id) return in_.expect_u32();
  const std::string_view name = in_.list().id(in_.peek());
  const auto depth = labels_.find(name);
  if (!depth) {
    in_.fail(fmt::format("unknown label ${}", name));
    return 0;
  }
  in_.skip();
  return *depth;
}

void InstrParser::br_table(Encoder& out) {
  std::vector<uint32_t> labels;
  do {
    labels.push_back(expect_label());
  } while (in_.at_index());
  const uint32_t last = labels.back();
  labels.pop_back();
  out.indices(labels);
  out.u32(last);
}

uint32_t InstrParser::optional_index(const IndexSpace& space) {
  return in_.at_index() ? in_.expect_index(space) : 0;
}

void InstrParser::two_optional(const IndexSpace& space, Encoder& out) {
  uint32_t destination = 0;
  uint32_t source = 0;
  if (in_.at_index()) {
    destination = in_.expect_index(space);
    source = in_.expect_index(space);
  }
  out.u32(destination);
  out.u32(source);
}

/// `x? y` in the text, y x in the binary format: table.init, memory.init.
void InstrParser::optional_then(const IndexSpace& optional, const IndexSpace& required,
                                Encoder& out) {
  uint32_t first = 0;
  const TokenKind second = in_.kind(1);
  if (second == TokenKind::id || second == TokenKind::number) first = in_.expect_index(optional);
  out.u32(in_.expect_index(required));
  out.u32(first);
}

void InstrParser::call_indirect(Encoder& out) {
  const uint32_t table = optional_index(c_.tables);
  out.u32(take_type_use(c_));
  out.u32(table);
}

void InstrParser::mem_arg(Op op, bool lane_follows, Encoder& out) {
  uint32_t memory = 0;
  if (lane_follows) {
    // A single number is the lane; a memory index has another number or an offset behind it.
    const bool more = in_.kind(1) == TokenKind::number ||
                      (in_.kind(1) == TokenKind::keyword &&
                       (in_.text(1).starts_with("offset=") || in_.text(1).starts_with("align=")));
    if (in_.kind() == TokenKind::id || more) memory = optional_index(c_.memories);
  } else {
    memory = optional_index(c_.memories);
  }
  uint64_t offset = 0;
  uint64_t align_log2 = natural_align_log2(op);
  const auto take_value = [&](std::string_view prefix, uint64_t& value) {
    if (in_.kind() != TokenKind::keyword || !in_.text().starts_with(prefix)) return false;
    switch (parse_nat(in_.text().substr(prefix.size()), ~uint64_t{0}, value)) {
      case LiteralStatus::ok: break;
      case LiteralStatus::out_of_range: in_.fail("i64 constant out of range"); return false;
      case LiteralStatus::not_a_number:
        in_.fail(fmt::format("unknown operator {}", in_.text()));
        return false;
    }
    in_.skip();
    return true;
  };
  take_value("offset=", offset);
  uint64_t align = 0;
  const Token where = in_.peek();
  if (take_value("align=", align)) {
    if (!is_power_of_two(align)) return in_.fail(where, "alignment must be a power of two");
    align_log2 = static_cast<uint64_t>(__builtin_ctzll(align));
  }
  out.mem_arg(static_cast<uint32_t>(align_log2), memory, offset);
}

void InstrParser::field(Encoder& out) {
  const uint32_t type = in_.expect_index(c_.types);
  out.u32(type);
  if (in_.kind() != TokenKind::id) return out.u32(in_.expect_u32());
  const auto names = c_.fields.find(type);
  if (names == c_.fields.end())
    return in_.fail(fmt::format("unknown field ${}", in_.list().id(in_.peek())));
  out.u32(in_.expect_index(names->second));
}

void InstrParser::cast_branch(Encoder& out) {
  const uint32_t label = expect_label();
  const ValType from = expect_ref_type(c_);
  const ValType to = expect_ref_type(c_);
  out.cast_flags(from.nullable(), to.nullable());
  out.u32(label);
  out.write(from.heap());
  out.write(to.heap());
}

void InstrParser::try_table_clauses(Encoder& out) {
  struct Kind {
    std::string_view word;
    uint8_t code;
    bool has_tag;
  };
  static constexpr Kind kKinds[] = {{"catch", 0, true},
                                    {"catch_ref", 1, true},
                                    {"catch_all", 2, false},
                                    {"catch_all_ref", 3, false}};
  Encoder clauses;
  uint32_t count = 0;
  for (bool more = true; more && !in_.failed();) {
    more = false;
    for (const Kind& kind : kKinds) {
      if (!in_.take_list(kind.word)) continue;
      clauses.byte(kind.code);
      if (kind.has_tag) clauses.u32(in_.expect_index(c_.tags));
      clauses.u32(expect_label());
      in_.expect_right();
      ++count;
      more = true;
      break;
    }
  }
  out.u32(count);
  out.raw(clauses.bytes());
}

void InstrParser::select_or_types(Encoder& out) {
  if (!in_.at_list("result")) return out.op(Op::select);
  std::vector<ValType> types;
  while (in_.take_list("result")) {
    while (const auto type = take_value_type(c_)) types.push_back(*type);
    in_.expect_right();
  }
  out.op(Op::select_t);
  out.types(types);
}

void InstrParser::ref_type_op(Op op, Encoder& out) {
  const ValType type = expect_ref_type(c_);
  if (type.nullable()) op = op == Op::ref_test ? Op::ref_test_null : Op::ref_cast_null;
  out.op(op);
  out.write(type.heap());
}

uint8_t InstrParser::lane_index() {
  return static_cast<uint8_t>(in_.expect_nat(255, "i8 constant"));
}

namespace {

bool is_number_token(const Reader& in) {
  if (in.kind() == TokenKind::number) return true;
  if (in.kind() != TokenKind::keyword) return false;
  const std::string_view word = in.text();
  return word == "inf" || word == "nan" || word.starts_with("nan:");
}

}  // namespace

void InstrParser::number(Imm kind, Encoder& out) {
  if (!is_number_token(in_)) return in_.unexpected();
  LiteralStatus status = LiteralStatus::ok;
  const std::string_view text = in_.text();
  uint64_t wide = 0;
  uint32_t narrow = 0;
  switch (kind) {
    case Imm::i32:
      status = parse_int(text, 32, wide);
      out.s32(static_cast<int32_t>(static_cast<uint32_t>(wide)));
      break;
    case Imm::i64:
      status = parse_int(text, 64, wide);
      out.s64(static_cast<int64_t>(wide));
      break;
    case Imm::f32:
      status = parse_f32(text, narrow);
      out.fixed32(narrow);
      break;
    default:
      status = parse_f64(text, wide);
      out.fixed64(wide);
      break;
  }
  if (status == LiteralStatus::out_of_range) return in_.fail("constant out of range");
  if (status == LiteralStatus::not_a_number)
    return in_.fail(fmt::format("unknown operator {}", text.substr(0, 40)));
  in_.skip();
}

void InstrParser::lane_literal(std::string_view shape, std::byte* at, unsigned bits,
                               bool is_float) {
  if (!is_number_token(in_)) {
    if (in_.at_right() || in_.at_left() || in_.kind() == TokenKind::keyword) {
      return in_.fail(fmt::format("wrong number of lane literals for {}", shape));
    }
    return in_.unexpected();
  }
  const std::string_view text = in_.text();
  LiteralStatus status = LiteralStatus::ok;
  uint64_t wide = 0;
  if (!is_float) {
    status = parse_int(text, bits, wide);
  } else if (bits == 32) {
    uint32_t narrow = 0;
    status = parse_f32(text, narrow);
    wide = narrow;
  } else {
    status = parse_f64(text, wide);
  }
  if (status == LiteralStatus::out_of_range) {
    return in_.fail(is_float ? std::string("constant out of range")
                             : fmt::format("i{} constant out of range", bits));
  }
  if (status == LiteralStatus::not_a_number)
    return in_.fail(fmt::format("unknown operator {}", text.substr(0, 40)));
  // SAFETY: `at` is a lane of a 16-byte array and `bits` / 8 the size of one lane.
  std::memcpy(at, &wide, bits / 8);
  in_.skip();
}

void InstrParser::vector(Encoder& out) {
  struct LaneShape {
    std::string_view word;
    unsigned bits;
    bool is_float;
  };
  static constexpr LaneShape kShapes[] = {{"i8x16", 8, false},  {"i16x8", 16, false},
                                          {"i32x4", 32, false}, {"i64x2", 64, false},
                                          {"f32x4", 32, true},  {"f64x2", 64, true}};
  std::byte lanes[16] = {};
  for (const LaneShape& row : kShapes) {
    if (!in_.take_keyword(row.word)) continue;
    const unsigned bytes = row.bits / 8;
    for (unsigned i = 0; i < 16; i += bytes)
      lane_literal(row.word, lanes + i, row.bits, row.is_float);
    return out.raw(std::span<const std::byte>(lanes));
  }
  in_.unexpected();
}

}  // namespace weft::text
