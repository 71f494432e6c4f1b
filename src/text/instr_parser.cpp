#include "text/instr_parser.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "text/literals.hpp"
#include "text/types_parser.hpp"

namespace weft::text {

using namespace wasm;  // NOLINT: the spec's vocabulary

InstrParser::InstrParser(Context& c) : c_(c), in_(c.in) {
  const auto& notes = in_.list().annotations;
  const auto first = std::partition_point(notes.begin(), notes.end(),
                                          [&](const Annotation& n) { return n.before < in_.at(); });
  next_note_ = static_cast<size_t>(first - notes.begin());
}

void InstrParser::parse_expr(Encoder& out) {
  out_ = &out;
  run(false);
  c_.mark(out, in_.peek().begin);
  out.op(Op::end);
}

void InstrParser::parse_folded_expr(Encoder& out) {
  out_ = &out;
  if (!in_.at_left()) return in_.unexpected();
  run(true);
  out.op(Op::end);
}

void InstrParser::parse_body(Encoder& out, size_t body_start) {
  label_count_ = 0;
  label_names_.clear();
  hints_.clear();
  body_start_ = body_start;
  parse_expr(out);
}

// One step per instruction or parenthesis. What is open stands in frames_; nothing here recurses.
void InstrParser::run(bool one_folded) {
  frames_.clear();
  labels_.clear();
  held_.clear();
  while (!in_.failed()) {
    switch (in_.kind()) {
      case TokenKind::left: step_folded(); break;
      case TokenKind::right:
        if (frames_.empty()) return;
        step_close();
        if (one_folded && frames_.empty()) return;
        break;
      default: step_plain(); break;
    }
  }
}

void InstrParser::push_frame(Open open, uint32_t text, std::string_view label) {
  frames_.push_back(Frame{open, 0, static_cast<uint32_t>(held_.size()), text, label});
}

void InstrParser::push_label(std::string_view name) {
  labels_.push(name);
  if (!name.empty()) label_names_.emplace_back(label_count_, name);
  ++label_count_;
}

/// Moves what stands in scratch_ to the bytes held back.
void InstrParser::hold(size_t scratch_from) {
  const auto bytes = scratch_.bytes().subspan(scratch_from);
  held_.insert(held_.end(), bytes.begin(), bytes.end());
  scratch_.clear();
}

void InstrParser::release(uint32_t from) {
  out_->raw(std::span(held_).subspan(from));
  held_.resize(from);
}

Op InstrParser::expect_op() {
  if (in_.kind() != TokenKind::keyword) {
    in_.unexpected();
    return Op::invalid_;
  }
  const Op op = op_from_text(in_.text());
  if (op == Op::invalid_) in_.unexpected();
  return op;
}

void InstrParser::step_plain() {
  const Op op = expect_op();
  if (in_.failed()) return;
  if (!frames_.empty()) {
    switch (frames_.back().open) {
      case Open::folded_op:
      case Open::folded_if:
      case Open::folded_if_then:
      case Open::folded_if_else:
      case Open::folded_try:
      case Open::folded_try_body:
      case Open::folded_try_catch:
      case Open::folded_try_end: return in_.unexpected();  // only lists may stand here
      default: break;
    }
  }
  switch (shape(op)) {
    case Shape::block:
    case Shape::loop:
    case Shape::if_:
    case Shape::try_:
    case Shape::try_table: return open_plain_block(op);
    case Shape::else_: return clause_else();
    case Shape::catch_:
    case Shape::catch_all: return clause_catch(op);
    case Shape::delegate: return clause_delegate();
    case Shape::end: return clause_end();
    default: break;
  }
  const uint8_t hint = take_hint(op, in_.at());
  begin_op(hint, in_.peek().begin);
  in_.skip();
  instruction(op, *out_);
}

void InstrParser::open_plain_block(Op op) {
  const uint8_t hint = take_hint(op, in_.at());
  const uint32_t text = in_.peek().begin;
  begin_op(hint, text);
  in_.skip();
  const std::string_view label = in_.take_id();
  out_->op(op);
  encode_block_type(c_, *out_);
  if (op == Op::try_table) try_table_clauses(*out_);
  push_label(label);
  push_frame(op == Op::if_ ? Open::if_ : op == Op::try_ ? Open::try_ : Open::block, text);
}

void InstrParser::check_end_label() {
  if (in_.kind() != TokenKind::id) return;
  const Token where = in_.peek();
  const std::string_view name = in_.take_id();
  if (name != labels_.innermost()) in_.fail(where, fmt::format("mismatching label ${}", name));
}

void InstrParser::clause_else() {
  if (frames_.empty() || frames_.back().open != Open::if_) return in_.unexpected();
  begin_op(0, in_.peek().begin);
  in_.skip();
  check_end_label();
  frames_.back().open = Open::else_;
  out_->op(Op::else_);
}

void InstrParser::clause_catch(Op op) {
  if (frames_.empty() ||
      (frames_.back().open != Open::try_ && frames_.back().open != Open::catch_)) {
    return in_.unexpected();
  }
  begin_op(0, in_.peek().begin);
  in_.skip();
  frames_.back().open = op == Op::catch_all ? Open::catch_all : Open::catch_;
  if (op == Op::catch_all) check_end_label();
  instruction(op, *out_);
}

void InstrParser::clause_delegate() {
  if (frames_.empty() || frames_.back().open != Open::try_) return in_.unexpected();
  begin_op(0, in_.peek().begin);
  in_.skip();
  labels_.pop();  // its label is counted from outside of the try
  pop_frame();
  instruction(Op::delegate, *out_);
}

void InstrParser::clause_end() {
  if (frames_.empty() || frames_.back().open >= Open::folded_op) return in_.unexpected();
  begin_op(0, in_.peek().begin);
  in_.skip();
  check_end_label();
  labels_.pop();
  pop_frame();
  out_->op(Op::end);
}

void InstrParser::step_folded() {
  in_.skip();
  if (in_.kind() == TokenKind::keyword && folded_clause(in_.text())) return;
  if (!frames_.empty()) {
    switch (frames_.back().open) {
      case Open::folded_if_then:
      case Open::folded_if_else:
      case Open::folded_try:
      case Open::folded_try_body:
      case Open::folded_try_catch:
      case Open::folded_try_end: return in_.unexpected();  // only their clauses may follow
      default: break;
    }
  }
  const Op op = expect_op();
  if (in_.failed()) return;
  switch (shape(op)) {
    case Shape::block:
    case Shape::loop:
    case Shape::if_:
    case Shape::try_:
    case Shape::try_table: return open_folded_block(op);
    case Shape::else_:
    case Shape::catch_:
    case Shape::catch_all:
    case Shape::delegate:
    case Shape::end: return in_.unexpected();
    default: break;
  }
  const uint8_t hint = take_hint(op, in_.at() - 1);
  const uint32_t text = in_.peek().begin;
  in_.skip();
  instruction(op, scratch_);
  push_frame(Open::folded_op, text);
  frames_.back().hint = hint;
  hold(0);
}

void InstrParser::open_folded_block(Op op) {
  const uint8_t hint = take_hint(op, in_.at() - 1);
  const uint32_t text = in_.peek().begin;
  in_.skip();
  const std::string_view label = in_.take_id();
  scratch_.op(op);
  encode_block_type(c_, scratch_);
  if (op == Op::if_) {  // the condition comes first in the code
    push_frame(Open::folded_if, text, label);
    frames_.back().hint = hint;
    return hold(0);
  }
  if (op == Op::try_table) try_table_clauses(scratch_);
  begin_op(hint, text);
  out_->raw(scratch_.bytes());
  scratch_.clear();
  push_label(label);
  push_frame(op == Op::try_ ? Open::folded_try : Open::folded_block, text);
}

// Lists that are parts of the instruction around them: (then, (else, (do, (catch, (catch_all,
// (delegate.
bool InstrParser::folded_clause(std::string_view word) {
  if (frames_.empty()) return false;
  Frame& top = frames_.back();
  switch (top.open) {
    case Open::folded_if:
      if (word != "then") return false;
      in_.skip();
      begin_op(top.hint, top.text);
      release(top.held);
      push_label(top.label);
      top.open = Open::folded_if_then;
      push_frame(Open::folded_then, 0);
      return true;
    case Open::folded_if_then:
      if (word != "else") return false;
      begin_op(0, in_.peek().begin);
      in_.skip();
      top.open = Open::folded_if_else;
      out_->op(Op::else_);
      push_frame(Open::folded_else, 0);
      return true;
    case Open::folded_try:
      if (word != "do") return false;
      in_.skip();
      top.open = Open::folded_try_body;
      push_frame(Open::folded_do, 0);
      return true;
    case Open::folded_try_body:
      if (word == "delegate") {
        begin_op(0, in_.peek().begin);
        in_.skip();
        labels_.pop();  // its label is counted from outside of the try
        instruction(Op::delegate, *out_);
        in_.expect_right();
        in_.expect_right();
        if (!in_.failed()) pop_frame();
        return true;
      }
      [[fallthrough]];
    case Open::folded_try_catch:
      if (word != "catch" && word != "catch_all") return false;
      begin_op(0, in_.peek().begin);
      in_.skip();
      top.open = word == "catch" ? Open::folded_try_catch : Open::folded_try_end;
      instruction(word == "catch" ? Op::catch_ : Op::catch_all, *out_);
      push_frame(Open::folded_catch, 0);
      return true;
    default: return false;
  }
}

void InstrParser::step_close() {
  const Frame top = frames_.back();
  switch (top.open) {
    case Open::folded_op:
      begin_op(top.hint, top.text);
      release(top.held);
      break;
    case Open::folded_block:
    case Open::folded_if_then:
    case Open::folded_if_else:
    case Open::folded_try_body:
    case Open::folded_try_catch:
    case Open::folded_try_end:
      begin_op(0, in_.peek().begin);
      out_->op(Op::end);
      labels_.pop();
      break;
    case Open::folded_then:
    case Open::folded_else:
    case Open::folded_do:
    case Open::folded_catch: break;
    default: return in_.unexpected();  // a plain block is open, or (then is missing
  }
  in_.skip();
  pop_frame();
}

// --- branch hints
// -----------------------------------------------------------------------------------------------------

/// The hint in front of the instruction, whose first token (perhaps a parenthesis) is given.
uint8_t InstrParser::take_hint(Op op, uint32_t first_token) {
  const auto& notes = in_.list().annotations;
  uint8_t hint = 0;
  for (; next_note_ < notes.size() && notes[next_note_].before <= in_.at(); ++next_note_) {
    const Annotation& note = notes[next_note_];
    if (note.kind != AnnotationKind::branch_hint || note.before < first_token) continue;
    std::string value;
    if (note.last - note.first == 1) {
      const Token& token = in_.list().annotation_tokens[note.first];
      if (token.kind == TokenKind::string) decode_string(in_.list().text(token), value);
    }
    const bool valid = value == std::string_view("\0", 1) || value == "\1";
    const char* problem = hint != 0                          ? "duplicate annotation"
                          : op != Op::if_ && op != Op::br_if ? "invalid target"
                          : !valid ? "invalid value, expected \"\\00\" or \"\\01\""
                                   : nullptr;
    if (problem != nullptr) {
      in_.fail_at(note.offset, fmt::format("@metadata.code.branch_hint annotation: {}", problem));
      return 0;
    }
    hint = static_cast<uint8_t>(1 + value[0]);
    ++hints_taken_;
  }
  return hint;
}

void InstrParser::note_hint(uint8_t hint) {
  if (hint == 0) return;
  hints_.emplace_back(static_cast<uint32_t>(out_->size() - body_start_), hint == 2);
}

}  // namespace weft::text
