// Blocks, branches, calls, select (spec 3.4.6 - 3.4.8). Included by function_walker.hpp.
#pragma once

namespace weft::validate {

template <class E, WalkMode kMode>
void FunctionWalker<E, kMode>::retype(std::span<const ValType> types, size_t above) {
  const size_t n = types.size();
  if (available() >= n + above) [[likely]] {
    Entry* first = state_.operands.end() - n - above;
    for (size_t i = 0; i < n; ++i) first[i].type = types[i];
    return;
  }
  // Only dead code has fewer operands than its rules ask for; nothing of it is emitted.
  WEFT_DCHECK(above == 0);
  drop(n);
  for (ValType t : types) push(t);
}

/// A list of one type that lives as long as the walk of the body.
template <class E, WalkMode kMode>
std::span<const ValType> FunctionWalker<E, kMode>::single(ValType type) {
  static constexpr std::array<ValType, 6> kSingles = {kBottom, kI32, kI64, kF32, kF64, kV128};
  if (!type.is_ref()) return {&kSingles[static_cast<size_t>(type.kind())], 1};
  if (single_types_.empty() || single_types_.back() != type) single_types_.push_back(type);
  return {&single_types_.back(), 1};
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::check_func_type(uint32_t type) {
  if constexpr (!kChecks) return true;
  if (type >= m_->types.size()) return unknown("type", type);
  return m_->types.is_func(type) || invalid("type mismatch", "a function type is expected");
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_block_type(std::span<const ValType>& params,
                                               std::span<const ValType>& results) {
  params = results = {};
  if (pc_ != end_ && *pc_ == 0x40) {
    ++pc_;
    return true;
  }
  if (pc_ != end_ && is_int_code(*pc_)) {
    results = single(*pc_++ == 0x7f ? kI32 : kI64);
    return true;
  }
  binary::BlockType block;
  if (!read_with([&](binary::Reader& r) { block = binary::read_block_type(r, ctx_->features); }))
    return false;
  if (block.kind == binary::BlockType::Kind::value) {
    if (!check_type(block.value)) return false;
    results = single(block.value);
  } else {
    if (!check_func_type(block.type)) return false;
    params = m_->types.params(block.type);
    results = m_->types.results(block.type);
  }
  return true;
}

/// The params were checked; they lie under `above` operands that do not belong to the frame.
template <class E, WalkMode kMode>
auto FunctionWalker<E, kMode>::push_frame(FrameKind kind, std::span<const ValType> params,
                                          std::span<const ValType> results, size_t above)
    -> Frame& {
  if (kind != FrameKind::function) {
    if (available() < params.size() + above) {  // dead code
      drop(params.size() + above);
      for (ValType t : params) push(t);
      for (size_t i = 0; i < above; ++i) push(kI32);
    } else {
      retype(params, above);
    }
  }
  Frame frame;
  frame.kind = kind;
  frame.emitted = state_.frames.empty() || live_;
  frame.base = static_cast<uint32_t>(state_.operands.size() - params.size() - above);
  frame.inits = static_cast<uint32_t>(inits_.size());
  frame.params = params;
  frame.results = results;
  if constexpr (kEmits) {
    if (frame.base != 0) {
      const Entry& below = state_.operands[frame.base - 1];
      frame.base_cell = below.cell + below.type.cells();
    }
  }
  state_.frames.push(frame);
  update_frame_cache();
  return top_frame();
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::open_block(Op op) {
  std::span<const ValType> params;
  std::span<const ValType> results;
  if (!read_block_type(params, results) || !want_list(params)) return false;
  const FrameKind kind = op == Op::block  ? FrameKind::block
                         : op == Op::loop ? FrameKind::loop
                                          : FrameKind::try_;
  Frame& frame = push_frame(kind, params, results);
  if (!emitting()) return true;
  if (op == Op::block) {
    e_.begin_block(frame);
  } else if (op == Op::loop) {
    e_.begin_loop(frame);
  } else {
    e_.begin_try(frame);
  }
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::open_if() {
  std::span<const ValType> params;
  std::span<const ValType> results;
  if (!read_block_type(params, results) || !want(kI32) || !want_list(params, 1)) return false;
  Frame& frame = push_frame(FrameKind::if_, params, results, 1);
  if (emitting()) e_.begin_if(frame);
  state_.operands.pop();
  return true;
}

/// The operands at the end of an arm are exactly the frame's results.
template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::arm_ends() {
  if constexpr (!kChecks) return true;
  const Frame& frame = top_frame();
  if (!want_list(frame.results)) return false;
  return available() <= frame.results.size() || surplus(frame.results, available());
}

/// The next arm of an if or try begins: live, with `operands` at their homes.
template <class E, WalkMode kMode>
void FunctionWalker<E, kMode>::restart_arm(FrameKind kind, std::span<const ValType> operands) {
  Frame& frame = top_frame();
  frame.kind = kind;
  frame.dead = false;
  state_.operands.set_end(floor_);
  forget_inits(frame.inits);
  live_ = frame.emitted;
  push_homes(operands);
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::open_else() {
  if (kChecks && top_frame().kind != FrameKind::if_) {
    return malformed("END opcode expected", "else without if");
  }
  if (!arm_ends()) return false;
  const bool arm_is_live = live_;
  if constexpr (kEmits) {
    if (top_frame().emitted) {
      live_ = true;
      emitting();
      e_.begin_else(top_frame(), arm_is_live);
    }
  }
  (void)arm_is_live;
  restart_arm(FrameKind::else_, top_frame().params);
  return true;
}

/// Leaves the frame; its results are operands of the surroundings.
template <class E, WalkMode kMode>
void FunctionWalker<E, kMode>::pop_frame() {
  const Frame frame = top_frame();
  state_.operands.shrink(frame.base);
  state_.frames.pop();
  forget_inits(frame.inits);
  if (state_.frames.empty()) return;
  update_frame_cache();
  push_homes(frame.results);
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::end_frame() {
  if (!arm_ends()) return false;
  Frame& frame = top_frame();
  if (kChecks && frame.kind == FrameKind::if_ && !m_->types.matches(frame.params, frame.results)) {
    return mismatched_lists("an if without else gives", frame.params, frame.results);
  }
  if constexpr (kEmits) {
    if (frame.emitted) {
      const bool is_live = live_;
      live_ = true;
      emitting();
      e_.end_block(frame, is_live);
    }
  }
  pop_frame();
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::branch(uint32_t depth) {
  if (!want_list(state_.frame(depth).branch_types())) return false;
  if (emitting()) e_.branch(depth);
  become_dead();
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::branch_if(uint32_t depth) {
  const auto types = state_.frame(depth).branch_types();
  if (!want(kI32) || !want_list(types, 1)) return false;
  if (emitting()) e_.branch_if(depth);
  drop(1);
  if (!types.empty()) retype(types);
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::branch_table() {
  uint32_t count = 0;
  if (!read_u32(count)) return false;
  if (count > static_cast<size_t>(end_ - pc_)) {
    return malformed("length out of bounds", "br_table has more labels than bytes");
  }
  if (count > limits::kBrTableLabels)
    return fail_with(ErrorCode::limit_exceeded, "limit exceeded", "br_table labels");
  if (!want(kI32)) return false;
  labels_.clear();
  const ValType* checked = nullptr;  // labels in a row often have the same types
  size_t arity = ~size_t{0};
  for (uint32_t i = 0; i <= count; ++i) {
    uint32_t depth = 0;
    if (!read_u32(depth)) return false;
    if (!has_label(depth)) return false;
    if constexpr (kEmits) labels_.push_back(depth);
    if constexpr (!kChecks) continue;
    const auto types = state_.frame(depth).branch_types();
    if (types.size() == arity && (arity == 0 || types.data() == checked)) continue;
    if (arity != ~size_t{0} && types.size() != arity) {
      return invalid("type mismatch", "labels of br_table take different numbers of operands");
    }
    if (!want_list(types, 1)) return false;
    arity = types.size();
    checked = types.data();
  }
  if (emitting()) e_.branch_table(labels_);
  become_dead();
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::return_() {
  if (!want_list(state_.results)) return false;
  if (emitting()) e_.return_();
  become_dead();
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::unreachable() {
  if (emitting()) e_.unreachable();
  become_dead();
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::select() {
  if (!want(kI32)) return false;
  const ValType b = peek(1);
  const ValType a = peek(2);
  if constexpr (kChecks) {
    if (!want_at(1, b) || !want_at(2, a)) return false;  // present, or dead code
    for (ValType t : {b, a}) {
      if (t.is_ref()) return invalid("type mismatch", "select of references needs a type");
    }
    if (a != b && !a.is_bottom() && !b.is_bottom()) return mismatch(a, b);
  }
  const ValType type = a.is_bottom() ? b : a;
  replace(3, type, emitting() ? e_.select(type) : Value{});
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::select_typed() {
  uint32_t count = 0;
  ValType type;
  if (!read_u32(count)) return false;
  if (count > static_cast<size_t>(end_ - pc_))
    return malformed("length out of bounds", "types of select");
  for (uint32_t i = 0; i < count; ++i) {
    if (!read_with([&](binary::Reader& r) { type = binary::read_val_type(r, ctx_->features); }))
      return false;
  }
  if (count != 1) return invalid("invalid result arity", "select gives exactly one value");
  if (!check_type(type) || !want(type, type, kI32)) return false;
  replace(3, type, emitting() ? e_.select(type) : Value{});
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::call(uint32_t func) {
  if (kChecks && func >= m_->funcs.size()) return unknown("function", func);
  const uint32_t type = m_->funcs[func].value;
  const auto params = m_->types.params(type);
  if (!want_list(params)) return false;
  if (emitting()) e_.call(func);
  drop(params.size());
  push_homes(m_->types.results(type));
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::tail_results_match(std::span<const ValType> results) {
  if constexpr (!kChecks) return true;
  return m_->types.matches(results, state_.results) ||
         mismatched_lists("the callee returns", results, state_.results);
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::return_call() {
  uint32_t func = 0;
  if (!read_u32(func)) return false;
  if (kChecks && func >= m_->funcs.size()) return unknown("function", func);
  const uint32_t type = m_->funcs[func].value;
  if (!tail_results_match(m_->types.results(type)) || !want_list(m_->types.params(type)))
    return false;
  if (emitting()) e_.return_call(func);
  become_dead();
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::call_indirect(bool is_tail) {
  Indices ix;
  if (!read_u32(ix.a)) return false;
  if (!ctx_->features.has(Feature::reference_types)) {
    uint8_t zero = 0;
    if (!read_byte(zero)) return false;
    if (zero != 0) return malformed("zero byte expected", "reference-types is not enabled");
  } else if (!read_u32(ix.b)) {
    return false;
  }
  if constexpr (kChecks) {
    if (ix.b >= m_->tables.size()) return unknown("table", ix.b);
    if (!check_func_type(ix.a)) return false;
    if (!m_->types.matches(m_->tables[ix.b].type.element, kFuncRef)) {
      return mismatch(kFuncRef, m_->tables[ix.b].type.element);
    }
  }
  const auto params = m_->types.params(ix.a);
  const auto results = m_->types.results(ix.a);
  if (is_tail && !tail_results_match(results)) return false;
  if (!want(to_val_type(m_->tables[ix.b].type.address)) || !want_list(params, 1)) return false;
  if (is_tail) {
    if (emitting()) e_.return_call_indirect(ix);
    become_dead();
    return true;
  }
  if (emitting()) e_.call_indirect(ix);
  drop(params.size() + 1);
  push_homes(results);
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::call_ref(bool is_tail) {
  uint32_t type = 0;
  if (!read_u32(type) || !check_func_type(type)) return false;
  const auto params = m_->types.params(type);
  const auto results = m_->types.results(type);
  if (is_tail && !tail_results_match(results)) return false;
  if (!want(ref_to(type, true)) || !want_list(params, 1)) return false;
  if (is_tail) {
    if (emitting()) e_.return_call_ref(type);
    become_dead();
    return true;
  }
  if (emitting()) e_.call_ref(type);
  drop(params.size() + 1);
  push_homes(results);
  return true;
}

}  // namespace weft::validate
