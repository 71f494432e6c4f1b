// FunctionWalker: decodes one body, applies the typing rules of spec 3.4, keeps the stacks and
// feeds an emitter (emitter.hpp). Each typing rule stands once, in the walk_*.inl file of its
// family. ADR 0002.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "base/result.hpp"
#include "binary/format.hpp"
#include "binary/instruction_reader.hpp"
#include "validate/emitter.hpp"
#include "validate/module_context.hpp"
#include "validate/walk_base.hpp"
#include "wasm/limits.hpp"

namespace weft::validate {

enum class WalkMode : uint8_t {
  validate,  ///< Every rule is checked; the bytes may be anything.
  trusted,   ///< The body was validated with the same features: only the stacks are kept.
};

/// Walks bodies one after another; keeps its memory between them. One thread at a time; walkers of
/// the same context are independent.
template <class E, WalkMode kMode = WalkMode::validate>
class FunctionWalker : private WalkBase {
 public:
  using Value = typename E::Value;
  using Label = typename E::Label;
  using State = WalkState<Value, Label>;

  /// The context and the emitter must outlive the walker.
  FunctionWalker(const ModuleContext& context, E& emitter) : WalkBase(context), e_(emitter) {
    state_.module = context.module;
  }

  /// Walks the body of a defined function whose type is valid. The error is malformed, invalid, or
  /// the emitter's.
  Result<void> walk(FuncIdx func);

  /// Walks a constant expression that must give one `expected`; globals from `visible_globals` on
  /// are unknown to it. The range may go on behind its `end`.
  Result<void> walk_const(binary::ConstExpr expression, ValType expected, uint32_t visible_globals);

  const State& state() const { return state_; }
  /// Offset behind the last byte walked: where the next expression of a list begins.
  uint32_t position() const { return offset_of(pc_); }

 private:
  struct LocalRun {
    uint32_t end;
    ValType type;
  };
  static constexpr uint32_t kNearLocals = 1024;
  static constexpr size_t kMaxOperands = 100'000;
  using Entry = Operand<Value>;
  using Frame = ControlFrame<Label>;
  static constexpr bool kChecks = kMode == WalkMode::validate;
  static constexpr bool kEmits = !requires { typename E::EmitsNothing; };

  // --- walk_loop.inl: the loop over operators
  // -------------------------------------------------------------------
  bool read_locals();
  bool scan_const(binary::ConstExpr expression, uint32_t visible_globals);
  bool run();
  bool step_other(uint8_t byte);
  bool step(Op op);
  bool step_plain(Op op);
  Result<void> finish(bool ok);

  /// True if the emitter is to see the operator whose immediates end at `p`.
  bool emitting(const uint8_t* p) {
    if constexpr (kEmits) {
      if (!live_) return false;
      state_.offset = offset_of(op_at_);
      state_.next_offset = offset_of(p);
      return true;
    }
    return false;
  }
  bool emitting() { return emitting(pc_); }

  // --- operands
  // -------------------------------------------------------------------------------------------------
  size_t available() const { return static_cast<size_t>(state_.operands.end() - floor_); }
  Frame& top_frame() { return state_.frames.back(); }

  void push(ValType type, Value value = {}) {
    auto& operands = state_.operands;
    if (operands.is_full()) [[unlikely]] {
      operands.grow();
      set_floor();
    }
    Entry entry;
    entry.type = type;
    entry.value = value;
    if constexpr (kEmits) {
      entry.cell = state_.cells();
      note_height(entry.cell + type.cells());
    }
    operands.push_unchecked(entry);
  }
  void note_height(uint32_t cells) {
    if (cells > state_.max_cells) state_.max_cells = cells;
  }
  /// A result that lies at its home.
  void push_home(ValType type) {
    if constexpr (kEmits) {
      push(type, live_ ? e_.home(type, state_.cells()) : Value{});
    } else {
      push(type);
    }
  }
  /// A call or a block may push a thousand operands for three bytes; no real function comes near
  /// the limit.
  bool operands_fit() {
    if (!kChecks || state_.operands.size() <= kMaxOperands + static_cast<size_t>(end_ - base_))
        [[likely]] {
      return true;
    }
    return fail_with(ErrorCode::limit_exceeded, "limit exceeded", "values on the operand stack");
  }
  void push_homes(std::span<const ValType> types) {
    for (ValType t : types) push_home(t);
  }
  /// Takes off n operands; in dead code there may be fewer.
  void drop(size_t n) {
    auto& operands = state_.operands;
    operands.set_end(available() >= n ? operands.end() - n : floor_);
  }
  void replace(size_t n, ValType type, Value value) {
    drop(n);
    push(type, value);
  }

  /// Type of the operand `below` places under the top; bottom where there is none.
  ValType peek(size_t below) {
    return available() > below ? state_.operands.end()[-1 - static_cast<ptrdiff_t>(below)].type
                               : kBottom;
  }
  bool want_at(size_t below, ValType type) {
    if constexpr (!kChecks) return true;
    if (available() > below) [[likely]] {
      const ValType found = state_.operands.end()[-1 - static_cast<ptrdiff_t>(below)].type;
      if (found == type || m_->types.matches(found, type)) [[likely]]
        return true;
      return mismatch(type, found);
    }
    return top_frame().dead || underflow(type);
  }
  [[gnu::noinline]] bool want_two_slow(ValType a, ValType b) {
    return want_at(0, b) && want_at(1, a);
  }
  [[gnu::noinline]] bool want_one_slow(ValType a) { return want_at(0, a); }
  /// The topmost operand is an `a`.
  bool want(ValType a) {
    if constexpr (!kChecks) return true;
    if (state_.operands.end() != floor_ && state_.operands.back().type == a) [[likely]]
      return true;
    return want_one_slow(a);
  }
  /// The two topmost are an `a` and, on top of it, a `b`.
  bool want(ValType a, ValType b) {
    if constexpr (!kChecks) return true;
    const Entry* end = state_.operands.end();
    if (end - floor_ >= 2 && end[-1].type == b && end[-2].type == a) [[likely]]
      return true;
    return want_two_slow(a, b);
  }
  bool want(ValType a, ValType b, ValType c) {
    return want_at(0, c) && want_at(1, b) && want_at(2, a);
  }
  /// A list, with `above` more operands on top of it.
  bool want_list(std::span<const ValType> types, size_t above = 0) {
    for (size_t i = types.size(); i != 0;) {
      --i;
      if (!want_at(above + types.size() - 1 - i, types[i])) return false;
    }
    return true;
  }
  /// Gives the operands under `above` others the types of a list they match; makes up those that
  /// dead code lacks.
  void retype(std::span<const ValType> types, size_t above = 0);

  // --- walk_control.inl
  // -----------------------------------------------------------------------------------------
  void set_floor() {
    floor_ = state_.operands.data() + (state_.frames.empty() ? 0 : top_frame().base);
  }
  void update_frame_cache() {
    set_floor();
    live_ = top_frame().emitted && !top_frame().dead;
  }
  void become_dead() {
    top_frame().dead = true;
    live_ = false;
    state_.operands.set_end(floor_);
  }
  bool has_label(uint32_t depth) {
    if constexpr (!kChecks) return true;
    return depth < state_.frames.size() || unknown("label", depth);
  }
  bool read_label(uint32_t& depth) { return read_u32(depth) && has_label(depth); }
  bool read_block_type(std::span<const ValType>& params, std::span<const ValType>& results);
  std::span<const ValType> single(ValType type);
  Frame& push_frame(FrameKind kind, std::span<const ValType> params,
                    std::span<const ValType> results, size_t above = 0);
  bool open_block(Op op);
  bool open_if();
  bool open_else();
  bool arm_ends();
  void restart_arm(FrameKind kind, std::span<const ValType> operands);
  void pop_frame();
  bool end_frame();
  bool branch(uint32_t depth);
  bool branch_if(uint32_t depth);
  bool branch_table();
  bool return_();
  bool unreachable();
  bool select();
  bool select_typed();
  bool call(uint32_t func);
  bool call_indirect(bool is_tail);
  bool call_ref(bool is_tail);
  bool return_call();
  bool tail_results_match(std::span<const ValType> results);
  bool check_func_type(uint32_t type);

  // --- walk_exceptions.inl
  // --------------------------------------------------------------------------------------
  bool read_tag(uint32_t& tag);
  std::span<const ValType> payload(uint32_t tag) const {
    return m_->types.params(m_->tags[tag].type);
  }
  bool open_try_table();
  bool read_catch(CatchClause& clause);
  bool catch_matches(const CatchClause& clause);
  bool throw_();
  bool throw_ref();
  bool legacy_catch();
  bool legacy_catch_all();
  bool legacy_rethrow();
  bool legacy_delegate();

  // --- walk_variables.inl: locals, globals, tables
  // ----------------------------------------------------------------
  bool local_type(uint32_t local, ValType& type) {
    if (local < state_.locals.size()) [[likely]] {
      type = state_.locals[local];
      return true;
    }
    return far_local(local, type);
  }
  [[gnu::noinline]] bool far_local(uint32_t local, ValType& type);
  [[gnu::noinline]] bool check_local_is_set(uint32_t local, ValType type);
  [[gnu::noinline]] void note_local_set(uint32_t local);
  void forget_inits(uint32_t height);
  bool global_set();
  bool read_table(uint32_t& table);
  bool table_access(Op op);
  bool table_bulk(Op op);

  // --- walk_memory.inl: memories, vector lanes, atomics
  // -----------------------------------------------------------
  bool read_memory(uint32_t& memory);
  [[gnu::noinline]] bool read_mem_arg(uint8_t max_align, MemArg& m, ValType& address,
                                      bool exact = false);
  ValType address_of(uint32_t memory) const { return to_val_type(m_->memories[memory].address); }
  bool read_data(uint32_t& data);
  bool memory_access(Op op);
  bool memory_other(Op op);
  bool lanes(Op op);
  bool atomics(Op op);

  // --- walk_references.inl, walk_gc.inl
  // -----------------------------------------------------------------------------
  bool check_type(ValType type);
  bool read_heap_type(HeapType& heap);
  bool reference_on_top(size_t below, ValType& type);
  bool references(Op op);
  bool branch_on_null(Op op);
  bool branch_on_cast(bool on_fail);
  bool casts(Op op);
  bool convert(Op op);
  bool read_struct(uint32_t& type);
  bool read_array(uint32_t& type);
  ValType ref_to(uint32_t type, bool nullable) const {
    return ValType::ref(HeapType::concrete(type), nullable);
  }
  bool read_elem(uint32_t& elem);
  bool structs(Op op);
  bool arrays_new(Op op);
  bool arrays(Op op);
  bool arrays_bulk(Op op);
  bool array_is_mutable(uint32_t type);
  bool array_holds_numbers(uint32_t type);
  bool elem_fits_array(uint32_t elem, uint32_t type);
  bool packing_fits(Op op, ValType storage, uint32_t field);
  /// Emits a GC instruction and replaces its n operands by one result at its home.
  bool gc_result(Op op, Indices ix, ValType operand_type, size_t n, ValType result);

  E& e_;
  State state_;
  Entry* floor_ = nullptr;     ///< First operand of the innermost frame.
  bool live_ = true;           ///< The innermost frame is emitted and not dead.
  bool checks_inits_ = false;  ///< Some local has no default value.
  uint32_t visible_globals_ = 0;
  std::vector<LocalRun> far_locals_;
  std::vector<bool> local_is_set_;  ///< By local.set or tee; all false between bodies.
  std::vector<uint32_t>
      inits_;  ///< Locals in the order they were set, to be forgotten at the end of the block.
  std::deque<ValType> single_types_;
  std::vector<uint32_t> labels_;
  std::vector<CatchClause> clauses_;
};

}  // namespace weft::validate

#include "validate/walk_control.inl"
#include "validate/walk_exceptions.inl"
#include "validate/walk_gc.inl"
#include "validate/walk_loop.inl"
#include "validate/walk_memory.inl"
#include "validate/walk_references.inl"
#include "validate/walk_variables.inl"
