// Tables, element segments and data segments with their abbreviations (spec 6.6.7 - 6.6.12).
#include "text/fields_parser.hpp"
#include "text/literals.hpp"
#include "text/types_parser.hpp"
#include "wasm/opcodes.hpp"

namespace weft::text {

using namespace wasm;  // NOLINT: the spec's vocabulary

namespace {

enum ElemMode : uint8_t { kActive, kPassive, kDeclarative };

bool at_type_use_of_elems(const Reader& in) {
  return in.at_list("ref") || (in.kind() == TokenKind::keyword && in.text().ends_with("ref"));
}

}  // namespace

void FieldsParser::parse_table() {
  const uint32_t index = next_table_;
  in_.take_id();
  take_inline_exports(ExternKind::table, index);
  if (take_inline_import(ExternKind::table)) return;
  ++next_table_;
  ++c_.table_section.count;
  Encoder& out = c_.table_section.bytes;
  TableType type;
  type.address = take_address_type(c_);
  if (in_.kind() == TokenKind::number) {
    type.limits = expect_limits(c_, type.address);
    type.element = expect_ref_type(c_);
    if (in_.at_right()) return out.write(type);
    out.byte(0x40);
    out.byte(0x00);
    out.write(type);
    return instrs_.parse_expr(out);
  }
  // `(table i64? reftype (elem ..))`: as large as the list, which becomes an active segment.
  type.element = expect_ref_type(c_);
  if (!in_.take_list("elem")) return in_.unexpected();
  Encoder items;
  uint32_t count = 0;
  const bool exprs = in_.at_left();
  elem_items(exprs, items, count);
  in_.expect_right();
  type.limits = Limits{count, count};
  out.write(type);
  Encoder offset;
  offset.op(type.address == AddressType::i64 ? Op::i64_const : Op::i32_const);
  offset.s32(0);
  offset.op(Op::end);
  write_elem(kActive, index, offset.bytes(), type.element, exprs, items, count);
}

void FieldsParser::elem_items(bool exprs, Encoder& items, uint32_t& count) {
  while (!in_.at_right() && !in_.failed()) {
    ++count;
    if (!exprs) {
      items.u32(in_.expect_index(c_.funcs));
    } else if (in_.take_list("item")) {
      instrs_.parse_expr(items);
      in_.expect_right();
    } else {
      instrs_.parse_folded_expr(items);
    }
  }
}

/// `func x*`, `reftype expr*`, or with `bare_allowed` `x*`. False if nothing of this starts here.
bool FieldsParser::take_elem_list(bool bare_allowed, ValType& type, bool& exprs, Encoder& items,
                                  uint32_t& count) {
  exprs = false;
  if (in_.take_keyword("func")) {
    type = ValType::ref(AbstractHeap::func, false);
  } else if (at_type_use_of_elems(in_)) {
    type = expect_ref_type(c_);
    exprs = true;
  } else if (bare_allowed) {
    type = ValType::ref(AbstractHeap::func, false);
  } else {
    return false;
  }
  elem_items(exprs, items, count);
  return true;
}

void FieldsParser::write_elem(uint8_t mode, uint32_t table, std::span<const std::byte> offset,
                              ValType type, bool exprs, const Encoder& items, uint32_t count) {
  Encoder& out = c_.elem_section.bytes;
  ++c_.elem_section.count;
  // An abbreviated table of another type than funcref still lists functions: they become
  // expressions.
  const bool indices =
      !exprs && (type == kFuncRef || type == ValType::ref(AbstractHeap::func, false));
  const bool short_form = mode == kActive && table == 0 && (indices || type == kFuncRef);
  const uint32_t mode_bits = mode == kActive ? (short_form ? 0u : 2u) : mode == kPassive ? 1u : 3u;
  out.u32(mode_bits | (indices ? 0u : 4u));
  if (mode == kActive) {
    if (!short_form) out.u32(table);
    out.raw(offset);
  }
  if (!short_form) {
    if (indices) {
      out.byte(0);
    } else {
      out.write(type);
    }
  }
  out.u32(count);
  if (indices || exprs) return out.raw(items.bytes());
  // SAFETY: `items` was written by elem_items above: `count` LEB128 numbers.
  const auto* at = reinterpret_cast<const uint8_t*>(items.bytes().data());
  for (uint32_t i = 0; i < count; ++i) {
    out.op(Op::ref_func);
    out.u32(read_leb_trusted<uint32_t>(at));
    out.op(Op::end);
  }
}

void FieldsParser::offset_expr(Encoder& out) {
  if (in_.take_list("offset")) {
    instrs_.parse_expr(out);
    in_.expect_right();
  } else {
    instrs_.parse_folded_expr(out);
  }
}

void FieldsParser::parse_elem() {
  in_.take_id();
  Encoder offset;
  Encoder items;
  uint32_t table = 0;
  uint32_t count = 0;
  ValType type = kFuncRef;
  bool exprs = false;
  ElemMode mode = kPassive;
  bool bare = false;
  if (in_.take_keyword("declare")) {
    mode = kDeclarative;
  } else if (in_.kind() == TokenKind::number || in_.kind() == TokenKind::id) {
    mode = kActive;  // the table as a plain index: the form of WebAssembly 1.0
    table = in_.expect_index(c_.tables);
    bare = true;
    offset_expr(offset);
  } else if (in_.take_list("table")) {
    mode = kActive;
    table = in_.expect_index(c_.tables);
    in_.expect_right();
    offset_expr(offset);
  } else if (in_.at_left() && !in_.at_list("ref")) {
    mode = kActive;
    bare = true;
    offset_expr(offset);
  }
  if (in_.failed()) return;
  if (!take_elem_list(bare, type, exprs, items, count)) return in_.unexpected();
  if (!in_.failed()) write_elem(mode, table, offset.bytes(), type, exprs, items, count);
}

void FieldsParser::parse_data() {
  in_.take_id();
  Encoder& out = c_.data_section.bytes;
  uint32_t memory = 0;
  bool active = false;
  if (in_.at_index()) {
    memory = in_.expect_index(c_.memories);
    active = true;
  } else if (in_.take_list("memory")) {
    memory = in_.expect_index(c_.memories);
    in_.expect_right();
    active = true;
  }
  active = active || in_.at_left();
  out.u32(!active ? 1 : memory == 0 ? 0 : 2);
  if (active) {
    if (memory != 0) out.u32(memory);
    offset_expr(out);
  }
  out.name(data_string());
  ++c_.data_section.count;
}

}  // namespace weft::text
