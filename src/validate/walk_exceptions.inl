// Exceptions: tags, throw, try_table (spec 3.4.8), and the legacy try, catch, delegate, rethrow.
// Included by function_walker.hpp.
#pragma once

namespace weft::validate {

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_tag(uint32_t& tag) {
  return read_u32(tag) && (!kChecks || tag < m_->tags.size() || unknown("tag", tag));
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_catch(CatchClause& clause) {
  uint8_t kind = 0;
  if (!read_byte(kind)) return false;
  if (kind > 3) return malformed("malformed catch clause");
  clause.kind = static_cast<CatchClause::Kind>(kind);
  if (kind < 2 && !read_tag(clause.tag)) return false;
  return read_label(clause.label);
}

/// What the clause gives is what its label takes.
template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::catch_matches(const CatchClause& clause) {
  using Kind = CatchClause::Kind;
  const bool has_ref = clause.kind == Kind::catch_ref || clause.kind == Kind::catch_all_ref;
  const bool has_tag = clause.kind == Kind::catch_ || clause.kind == Kind::catch_ref;
  const auto values = has_tag ? payload(clause.tag) : std::span<const ValType>{};
  auto wanted = state_.frame(clause.label).branch_types();
  bool ok = wanted.size() == values.size() + (has_ref ? 1 : 0);
  if (ok && has_ref) {
    ok = m_->types.matches(ValType::ref(AbstractHeap::exn, false), wanted.back());
    wanted = wanted.first(wanted.size() - 1);
  }
  return (ok && m_->types.matches(values, wanted)) ||
         mismatched_lists("a catch clause gives", values,
                          state_.frame(clause.label).branch_types());
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::open_try_table() {
  std::span<const ValType> params;
  std::span<const ValType> results;
  if (!read_block_type(params, results)) return false;
  uint32_t count = 0;
  if (!read_u32(count)) return false;
  if (count > static_cast<size_t>(end_ - pc_))
    return malformed("length out of bounds", "catch clauses");
  if (count > limits::kCatchClauses)
    return fail_with(ErrorCode::limit_exceeded, "limit exceeded", "catch clauses");
  clauses_.clear();
  for (uint32_t i = 0; i < count; ++i) {
    CatchClause clause;
    if (!read_catch(clause)) return false;
    if (kChecks && !catch_matches(clause)) return false;
    if constexpr (kEmits) clauses_.push_back(clause);
  }
  if (!want_list(params)) return false;
  Frame& frame = push_frame(FrameKind::try_table, params, results);
  if (emitting()) e_.begin_try_table(frame, clauses_);
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::throw_() {
  uint32_t tag = 0;
  if (!read_tag(tag) || !want_list(payload(tag))) return false;
  if (emitting()) e_.throw_(tag);
  become_dead();
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::throw_ref() {
  if (!want(kExnRef)) return false;
  if (emitting()) e_.throw_ref();
  become_dead();
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::legacy_catch() {
  uint32_t tag = 0;
  if (kChecks && top_frame().kind != FrameKind::try_ && top_frame().kind != FrameKind::catch_) {
    return malformed("END opcode expected", "catch without try");
  }
  if (!read_tag(tag) || !arm_ends()) return false;
  if constexpr (kEmits) {
    if (top_frame().emitted) {
      const bool arm_is_live = live_;
      live_ = true;
      emitting();
      e_.begin_catch(top_frame(), tag, arm_is_live);
    }
  }
  restart_arm(FrameKind::catch_, payload(tag));
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::legacy_catch_all() {
  if (kChecks && top_frame().kind != FrameKind::try_ && top_frame().kind != FrameKind::catch_) {
    return malformed("END opcode expected", "catch_all without try");
  }
  if (!arm_ends()) return false;
  if constexpr (kEmits) {
    if (top_frame().emitted) {
      const bool arm_is_live = live_;
      live_ = true;
      emitting();
      e_.begin_catch_all(top_frame(), arm_is_live);
    }
  }
  restart_arm(FrameKind::catch_all, {});
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::legacy_rethrow() {
  uint32_t depth = 0;
  if (!read_label(depth)) return false;
  const FrameKind kind = state_.frame(depth).kind;
  if (kChecks && kind != FrameKind::catch_ && kind != FrameKind::catch_all) {
    return invalid("invalid rethrow label", std::to_string(depth));
  }
  if (emitting()) e_.rethrow(depth);
  become_dead();
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::legacy_delegate() {
  uint32_t depth = 0;
  if (kChecks && top_frame().kind != FrameKind::try_)
    return malformed("END opcode expected", "delegate without try");
  if (!read_u32(depth)) return false;
  if (kChecks && depth >= state_.frames.size() - 1) return unknown("label", depth);
  if (!arm_ends()) return false;
  if constexpr (kEmits) {
    if (top_frame().emitted) {
      const bool is_live = live_;
      live_ = true;
      emitting();
      e_.end_delegate(top_frame(), depth, is_live);
    }
  }
  pop_frame();
  return true;
}

}  // namespace weft::validate
