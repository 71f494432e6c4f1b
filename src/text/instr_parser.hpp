// Instructions (spec 6.5): plain and folded, in any mixture, straight into binary code. Nesting
// lives on a heap stack, so its depth is bounded by the source's length only.
#pragma once

#include <vector>

#include "text/context.hpp"
#include "wasm/opcodes.hpp"

namespace weft::text {

class InstrParser {
 public:
  explicit InstrParser(Context& c);

  /// Instructions up to the `)` that closes the list around them (it is not taken). Adds the final
  /// `end`.
  void parse_expr(Encoder& out);
  /// One folded instruction: abbreviation of offsets and element items. Adds the final `end`.
  void parse_folded_expr(Encoder& out);

  /// A body; labels and branch hints of it are kept until the next one. `body_start` is where the
  /// body's locals start.
  void parse_body(Encoder& out, size_t body_start);
  const NameList& label_names() const { return label_names_; }
  const std::vector<std::pair<uint32_t, bool>>& hints() const { return hints_; }
  /// Branch hint annotations seen so far in front of instructions.
  uint32_t hints_taken() const { return hints_taken_; }

 private:
  enum class Open : uint8_t {
    // plain blocks, closed by `end` or `delegate`
    block,
    if_,
    else_,
    try_,
    catch_,
    catch_all,
    // folded ones, closed by `)`
    folded_op,
    folded_block,
    folded_if,       // before (then
    folded_if_then,  // behind it
    folded_if_else,  // behind (else
    folded_then,
    folded_else,
    folded_try,        // before (do
    folded_try_body,   // behind (do
    folded_try_catch,  // behind a (catch
    folded_try_end,    // behind (catch_all
    folded_do,
    folded_catch,
  };
  struct Frame {
    Open open;
    uint8_t hint;            // 0 none, 1 unlikely, 2 likely
    uint32_t held;           // folded: where its bytes begin in held_
    uint32_t text;           // place in the source
    std::string_view label;  // folded_if: bound when its (then comes
  };

  void run(bool one_folded);
  void step_folded();
  void step_close();
  void step_plain();
  bool folded_clause(std::string_view word);
  void open_plain_block(wasm::Op op);
  void open_folded_block(wasm::Op op);
  void clause_else();
  void clause_catch(wasm::Op op);
  void clause_delegate();
  void clause_end();
  void check_end_label();
  void push_label(std::string_view name);
  void pop_frame() { frames_.pop_back(); }
  void push_frame(Open open, uint32_t text, std::string_view label = {});
  void hold(size_t scratch_from);
  void release(uint32_t from);

  wasm::Op expect_op();
  uint8_t take_hint(wasm::Op op, uint32_t first_token);
  void note_hint(uint8_t hint);
  /// The next instruction is written here: its hint, its place in the source.
  void begin_op(uint8_t hint, uint32_t text) {
    note_hint(hint);
    c_.mark(*out_, text);
  }
  void instruction(wasm::Op op, Encoder& out);
  void immediates(wasm::Op op, Encoder& out);
  uint32_t expect_label();
  uint32_t optional_index(const IndexSpace& space);
  void two_optional(const IndexSpace& space, Encoder& out);
  void optional_then(const IndexSpace& optional, const IndexSpace& required, Encoder& out);
  void call_indirect(Encoder& out);
  void br_table(Encoder& out);
  void mem_arg(wasm::Op op, bool lane_follows, Encoder& out);
  void field(Encoder& out);
  void cast_branch(Encoder& out);
  void try_table_clauses(Encoder& out);
  void select_or_types(Encoder& out);
  void ref_type_op(wasm::Op op, Encoder& out);
  void number(wasm::Imm kind, Encoder& out);
  void vector(Encoder& out);
  void lane_literal(std::string_view shape, std::byte* at, unsigned bits, bool is_float);
  uint8_t lane_index();

  Context& c_;
  Reader& in_;
  Encoder* out_ = nullptr;
  size_t body_start_ = 0;
  Encoder scratch_;
  std::vector<std::byte> held_;  // opcodes of folded instructions whose operands are still to come
  std::vector<Frame> frames_;
  LabelScope labels_;
  uint32_t label_count_ = 0;
  NameList label_names_;
  size_t next_note_ = 0;  // in the list of annotations
  uint32_t hints_taken_ = 0;
  std::vector<std::pair<uint32_t, bool>> hints_;
};

}  // namespace weft::text
