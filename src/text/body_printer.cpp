// Function bodies: locals, one instruction a line, indented by blocks (spec 6.5, 6.6.6).
#include <algorithm>

#include <fmt/format.h>

#include "base/leb128.hpp"
#include "binary/read_types.hpp"
#include "text/module_printer.hpp"
#include "wasm/limits.hpp"

namespace weft::text {

using namespace wasm;  // NOLINT: the spec's vocabulary
using binary::NameKind;
using binary::Reader;

namespace {

constexpr FeatureSet kAll = FeatureSet::all();
constexpr size_t kBodyIndent = 4;

bool opens_block(Op op) {
  switch (shape(op)) {
    case Shape::block:
    case Shape::loop:
    case Shape::if_:
    case Shape::try_:
    case Shape::try_table: return true;
    default: return false;
  }
}

/// Stands one level further out than what it divides or closes.
bool divides_block(Op op) {
  switch (shape(op)) {
    case Shape::else_:
    case Shape::catch_:
    case Shape::catch_all: return true;
    default: return false;
  }
}

}  // namespace

void ModulePrinter::functions() {
  const auto count = static_cast<uint32_t>(m_.funcs.size());
  for (uint32_t i = m_.imported_funcs; i < count && within_limit(); ++i) function(i);
}

void ModulePrinter::function(uint32_t index) {
  line(2);
  begin("func", NameKind::func, index);
  const uint32_t type = m_.funcs[index].value;
  const uint32_t params =
      m_.types.is_func(type) ? static_cast<uint32_t>(m_.types.params(type).size()) : 0;
  local_ids_ = IdentifierList(entries_of(parts_.names, NameKind::local, index), limits::kLocals);
  label_ids_ = IdentifierList(entries_of(parts_.names, NameKind::label, index), ~uint32_t{0}, true);
  label_stack_.clear();
  labels_.clear();
  next_label_ = 0;
  results_ = m_.types.is_func(type) ? static_cast<uint32_t>(m_.types.results(type).size()) : 0;
  signature(type, local_ids_.names_below(params));

  const binary::ByteRange range = m_.body(FuncIdx(index));
  Reader r(m_.range(range), range.offset);
  const size_t before = out_.size();
  locals(r, params);
  body(r);
  if (!r.ok()) fail(r.take_error());
  if (out_.size() != before) line(2);
  out_ += ')';
}

void ModulePrinter::locals(Reader& r, uint32_t params) {
  std::vector<ValType> types;
  uint64_t total = params;
  for (uint32_t runs = r.u32(); runs > 0 && r.ok(); --runs) {
    const uint32_t n = r.u32();
    const ValType type = binary::read_val_type(r, kAll);
    total += n;
    if (r.ok() && total > limits::kLocals) {
      r.fail("too many locals", fmt::format("{}", total));
      return;
    }
    if (r.ok()) types.insert(types.end(), n, type);
  }
  if (!r.ok() || types.empty()) return;
  line(kBodyIndent - 1);  // and the space of the list
  typed_list(out_, "local", types, params, true);
}

void ModulePrinter::body(Reader& r) {
  while (r.ok() && within_limit()) {
    const Op next = r.peek() < 0 ? Op::invalid_ : decode_single(static_cast<uint8_t>(r.peek()));
    if (next == Op::end && label_stack_.empty()) {
      folder_.flush(out_, kBodyIndent);
      r.u8();
      if (!r.at_end()) r.fail("unexpected content after the end of a function");
      return;
    }
    const bool closes = next == Op::end || next == Op::delegate;
    if ((closes || divides_block(next)) && label_stack_.empty())
      return r.fail(fmt::format("unexpected {}", to_string(next)));
    if (closes) {
      // A delegate's label is counted from outside of its try.
      label_stack_.pop_back();
      labels_.pop();
    }
    const size_t depth = label_stack_.size() - (divides_block(next) ? 1 : 0);
    const size_t indent = kBodyIndent + 2 * depth;
    const bool structure = closes || divides_block(next) || opens_block(next);
    if (fold_ && !structure) {
      folded_instruction(r, indent);
    } else {
      // What stands in front of an `end` or `else` is one level further in.
      if (fold_) folder_.flush(out_, closes || divides_block(next) ? indent + 2 : indent);
      plain_instruction(r, indent);
    }
  }
}

void ModulePrinter::plain_instruction(Reader& r, size_t indent) {
  line(indent);
  out_ += hint_before(r.offset());
  Op op{};
  append_instruction(out_, r, kAll, op, this);
  note_data_use(op);
  if (!r.ok() || !opens_block(op)) return;
  const Identifier* label = label_ids_.find(next_label_++);
  if (label != nullptr && label->text.empty()) label = nullptr;
  label_stack_.push_back(label);
  labels_.push(label != nullptr ? label->name : std::string_view());
  if (label == nullptr) {
    out_ += "  ;; @";
    append_number(out_, label_stack_.size());
  }
}

void ModulePrinter::folded_instruction(Reader& r, size_t indent) {
  const std::string_view hint = hint_before(r.offset());
  const uint32_t at = r.offset();
  Op op{};
  scratch_.clear();
  append_instruction(scratch_, r, kAll, op, this);
  note_data_use(op);
  if (!r.ok()) return;
  const uint32_t opcode_bytes =
      info(op).prefix == 0 ? 1 : 1 + static_cast<uint32_t>(leb_u_size(info(op).code));
  const uint32_t immediates = std::min(at + opcode_bytes, r.offset());
  const Arity arity = arity_of(m_, op, {immediates, r.offset() - immediates}, results_);
  folder_.add(hint, scratch_, arity);
  if (arity.leaves == 0) folder_.flush_if_done(out_, indent);
}

void ModulePrinter::append_new_label(std::string& out) {
  const Identifier* label = label_ids_.find(next_label_);
  if (label == nullptr || label->text.empty()) return;
  out += ' ';
  out += label->text;
}

/// Which block a number means: ` (;@2;)`; @0 is the function's body.
void ModulePrinter::label_comment(std::string& out, uint32_t depth) {
  if (depth > label_stack_.size()) return;
  out += " (;@";
  append_number(out, label_stack_.size() - depth);
  out += ";)";
}

/// The annotation of a hint at this place, with a space; or nothing.
std::string_view ModulePrinter::hint_before(uint32_t offset) {
  const auto& hints = parts_.hints;
  while (next_hint_ < hints.size() && hints[next_hint_].offset < offset) ++next_hint_;
  if (next_hint_ == hints.size() || hints[next_hint_].offset != offset) return {};
  return hints[next_hint_].likely ? "(@metadata.code.branch_hint \"\\01\") "
                                  : "(@metadata.code.branch_hint \"\\00\") ";
}

}  // namespace weft::text
