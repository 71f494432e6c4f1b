// The walk itself: locals, the loop over operators with the frequent ones inline, and the plain
// (table-typed) ones. Included by function_walker.hpp.
#pragma once

namespace weft::validate {

/// Types of a plain operator, bottom for the address type of a memory.
struct PlainTypes {
  ValType a;  ///< First operand.
  ValType b;  ///< Second operand.
  ValType result;
  uint8_t max_align = 0;
};

constexpr ValType plain_type(SigType t) {
  constexpr std::array<ValType, 6> kTypes = {kI32, kI64, kF32, kF64, kV128, kBottom};
  return kTypes[static_cast<size_t>(t)];
}

/// By first byte, for the one-byte operators of the loop.
inline constexpr std::array<PlainTypes, 256> kPlainTypes = [] {
  std::array<PlainTypes, 256> table{};
  for (size_t byte = 0; byte < 256; ++byte) {
    const Op op = decode_single(static_cast<uint8_t>(byte));
    if (op == Op::invalid_ || sig(op).special) continue;
    const Sig& s = sig(op);
    PlainTypes& row = table[byte];
    if (s.param_count > 0) row.a = plain_type(s.params[0]);
    if (s.param_count > 1) row.b = plain_type(s.params[1]);
    if (s.result_count > 0) row.result = plain_type(s.results[0]);
    if (access_bytes(op) != 0) row.max_align = natural_align_log2(op);
  }
  return table;
}();

namespace walk_detail {

/// The readers of the loop: `p` lives in a register; false leaves `p` at the malformed integer.
[[gnu::always_inline]] inline bool take_u32(const uint8_t*& p, const uint8_t* end, uint32_t& out) {
  if (p != end && *p < 0x80) [[likely]] {
    out = *p++;
    return true;
  }
  const auto [next, value] = read_u32_slow(p, end);
  if (next == nullptr) return false;
  p = next;
  out = value;
  return true;
}

template <class T>
[[gnu::always_inline]] inline bool take_signed(const uint8_t*& p, const uint8_t* end, T& out) {
  if (p != end && *p < 0x80) [[likely]] {
    out = static_cast<T>((*p++ ^ 0x40) - 0x40);
    return true;
  }
  LebRead<T> read;
  if constexpr (sizeof(T) == 4) {
    read = read_s32_slow(p, end);
  } else {
    read = read_s64_slow(p, end);
  }
  if (read.next == nullptr) return false;
  p = read.next;
  out = read.value;
  return true;
}

}  // namespace walk_detail

/// Locals are declared in runs. An emitter needs them one by one; for mere validation the first
/// thousand are, so that a few bytes that declare 50,000 of them cost a few steps.
template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_locals() {
  uint32_t runs = 0;
  if (!read_u32(runs)) return false;
  if (runs > static_cast<size_t>(end_ - pc_)) {
    return malformed("length out of bounds", "runs of locals");
  }
  far_locals_.clear();
  uint64_t total = state_.param_count;
  uint64_t declared = 0;
  for (; runs > 0; --runs) {
    op_at_ = pc_;
    uint32_t count = 0;
    ValType type;
    if (!read_u32(count)) return false;
    if (pc_ != end_ && is_int_code(*pc_)) [[likely]] {
      type = *pc_++ == 0x7f ? kI32 : kI64;
    } else if (!read_with(
                   [&](binary::Reader& r) { type = binary::read_val_type(r, ctx_->features); }) ||
               !check_type(type)) {
      return false;
    }
    total += count;
    declared += count;
    // More than 2^32 of them are malformed, not merely too many: go on reading.
    if (declared > ~uint32_t{0}) return malformed("too many locals");
    if (total > limits::kLocals) continue;
    if (!kEmits && total > kNearLocals) {
      far_locals_.push_back({static_cast<uint32_t>(total), type});
    } else {
      state_.locals.insert(state_.locals.end(), count, type);
    }
    if (kChecks && !type.defaultable() && count > 0) checks_inits_ = true;
  }
  if (total > limits::kLocals) return fail_with(ErrorCode::limit_exceeded, "too many locals");
  if (checks_inits_ && local_is_set_.size() < total) local_is_set_.resize(total);
  return true;
}

/// The type of a local behind those in state_.locals.
template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::far_local(uint32_t local, ValType& type) {
  const auto run = std::ranges::upper_bound(far_locals_, local, {}, &LocalRun::end);
  if (run == far_locals_.end()) return unknown("local", local);
  type = run->type;
  return true;
}

template <class E, WalkMode kMode>
Result<void> FunctionWalker<E, kMode>::finish(bool ok) {
  if (ok) return {};
  if constexpr (kEmits) {
    if (!error_ && e_.failed()) return std::unexpected(e_.take_error());
  }
  return std::unexpected(std::move(*error_));
}

template <class E, WalkMode kMode>
Result<void> FunctionWalker<E, kMode>::walk(FuncIdx func) {
  in_function_ = true;
  func_idx_ = state_.func = func;
  start(m_->body(func));
  const auto params = m_->params(func);
  state_.results = m_->results(func);
  state_.locals.assign(params.begin(), params.end());
  state_.param_count = static_cast<uint32_t>(params.size());
  state_.operands.clear();
  state_.frames.clear();
  state_.max_cells = 0;
  checks_inits_ = false;
  forget_inits(0);
  single_types_.clear();
  visible_globals_ = static_cast<uint32_t>(m_->globals.size());
  if (!read_locals()) return finish(false);
  push_frame(FrameKind::function, {}, state_.results);
  if constexpr (kEmits) {
    state_.offset = state_.next_offset = offset_of(pc_);
    e_.begin_function(state_);
  }
  if (!run()) return finish(false);
  if (pc_ != end_) {
    op_at_ = pc_;
    return finish(malformed("section size mismatch", "bytes follow the end of a function body"));
  }
  if constexpr (kEmits) {
    e_.end_function();
    if (e_.failed()) return finish(false);
  }
  return {};
}

template <class E, WalkMode kMode>
Result<void> FunctionWalker<E, kMode>::walk_const(binary::ConstExpr expression, ValType expected,
                                                  uint32_t visible_globals) {
  in_function_ = false;
  state_.locals.clear();
  state_.param_count = 0;
  state_.operands.clear();
  state_.frames.clear();
  state_.max_cells = 0;
  checks_inits_ = false;
  forget_inits(0);
  single_types_.clear();
  visible_globals_ = visible_globals;
  start(expression);
  if constexpr (kChecks) {
    if (!scan_const(expression, visible_globals)) return finish(false);
    start(expression);
  }
  state_.results = single(expected);
  push_frame(FrameKind::function, {}, state_.results);
  if constexpr (kEmits) e_.begin_function(state_);
  if (!run()) return finish(false);
  if constexpr (kEmits) e_.end_function();
  return {};
}

/// Only constant instructions (spec 3.4.14), before any typing.
template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::scan_const(binary::ConstExpr expression, uint32_t visible_globals) {
  binary::Reader r(m_->range(expression), expression.offset);
  for (;;) {
    op_at_ = base_ + r.offset();
    const Op op = binary::read_opcode(r, ctx_->features);
    if (!r.ok()) return adopt(r.take_error());
    switch (op) {
      case Op::i32_const:
      case Op::i64_const:
      case Op::f32_const:
      case Op::f64_const:
      case Op::v128_const:
      case Op::ref_null:
      case Op::ref_func:
      case Op::ref_i31:
      case Op::struct_new:
      case Op::struct_new_default:
      case Op::array_new:
      case Op::array_new_default:
      case Op::array_new_fixed:
      case Op::any_convert_extern:
      case Op::extern_convert_any: break;
      case Op::end: return true;
      case Op::i32_add:
      case Op::i32_sub:
      case Op::i32_mul:
      case Op::i64_add:
      case Op::i64_sub:
      case Op::i64_mul:
        if (!ctx_->features.has(Feature::extended_const)) {
          return invalid("constant expression required", "extended-const is not enabled");
        }
        break;
      case Op::global_get: {
        const uint32_t g = r.u32();
        if (!r.ok()) return adopt(r.take_error());
        if (g >= visible_globals) return unknown("global", g);
        if (m_->globals[g].type.is_mutable)
          return invalid("constant expression required", "the global is mutable");
        continue;
      }
      default: return invalid("constant expression required", std::string(to_string(op)));
    }
    binary::skip_immediates(r, op, ctx_->features);
    if (!r.ok()) return adopt(r.take_error());
  }
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::run() {
  using walk_detail::take_signed;
  using walk_detail::take_u32;
  const uint8_t* p = pc_;
  const uint8_t* const end = end_;
  const Rule* const rules = ctx_->rules.data();
  const ValType memory0 = ctx_->memory0;
  for (;;) {
    if (p == end) [[unlikely]] {
      op_at_ = pc_ = p;
      return malformed("unexpected end of section or function", "END opcode expected");
    }
    op_at_ = p;
    const uint8_t byte = *p++;
    switch (rules[byte]) {
      case Rule::local_get: {
        uint32_t n = 0;
        if (!take_u32(p, end, n)) [[unlikely]]
          return pc_ = p, fail_leb_u32();
        ValType type;
        if (!local_type(n, type)) [[unlikely]]
          return false;
        if (kChecks && checks_inits_ && !check_local_is_set(n, type)) [[unlikely]]
          return false;
        push(type, emitting(p) ? e_.local_get(n) : Value{});
        continue;
      }
      case Rule::local_set:
      case Rule::local_tee: {
        uint32_t n = 0;
        if (!take_u32(p, end, n)) [[unlikely]]
          return pc_ = p, fail_leb_u32();
        ValType type;
        if (!local_type(n, type)) [[unlikely]]
          return false;
        if (!want(type)) [[unlikely]]
          return false;
        if (kChecks && checks_inits_) [[unlikely]]
          note_local_set(n);
        if (rules[byte] == Rule::local_set) {
          if (emitting(p)) e_.local_set(n);
          drop(1);
        } else {
          replace(1, type, emitting(p) ? e_.local_tee(n) : Value{});
        }
        continue;
      }
      case Rule::i32_const: {
        int32_t v = 0;
        if (!take_signed(p, end, v)) [[unlikely]]
          return pc_ = p, fail_leb_s32();
        push(kI32,
             emitting(p) ? e_.constant(Op::i32_const, {static_cast<uint32_t>(v), 0}) : Value{});
        continue;
      }
      case Rule::i64_const: {
        int64_t v = 0;
        if (!take_signed(p, end, v)) [[unlikely]]
          return pc_ = p, fail_leb_s64();
        push(kI64,
             emitting(p) ? e_.constant(Op::i64_const, {static_cast<uint64_t>(v), 0}) : Value{});
        continue;
      }
      case Rule::load:
      case Rule::store: {
        const PlainTypes& row = kPlainTypes[byte];
        MemArg m;
        ValType address = memory0;
        // Two one-byte immediates and memory 0 are the rule.
        if (end - p >= 2 && p[0] <= row.max_align && p[1] < 0x80 && !memory0.is_bottom())
            [[likely]] {
          m.align_log2 = p[0];
          m.offset = p[1];
          p += 2;
        } else {
          pc_ = p;
          if (!read_mem_arg(row.max_align, m, address)) [[unlikely]]
            return false;
          p = pc_;
        }
        if (rules[byte] == Rule::load) {
          if (!want(address)) [[unlikely]]
            return false;
          replace(1, row.result, emitting(p) ? e_.load(decode_single(byte), m) : Value{});
        } else {
          if (!want(address, row.b)) [[unlikely]]
            return false;
          if (emitting(p)) e_.store(decode_single(byte), m);
          drop(2);
        }
        continue;
      }
      case Rule::unary: {
        const PlainTypes& row = kPlainTypes[byte];
        if (!want(row.a)) [[unlikely]]
          return false;
        replace(1, row.result, emitting(p) ? e_.unary(decode_single(byte)) : Value{});
        continue;
      }
      case Rule::binary: {
        const PlainTypes& row = kPlainTypes[byte];
        if (!want(row.a, row.b)) [[unlikely]]
          return false;
        replace(2, row.result, emitting(p) ? e_.binary(decode_single(byte)) : Value{});
        continue;
      }
      case Rule::drop:
        if (kChecks && available() == 0 && !top_frame().dead) [[unlikely]]
          return underflow(kBottom);
        if (emitting(p)) e_.drop();
        drop(1);
        continue;
      case Rule::global_get: {
        uint32_t n = 0;
        if (!take_u32(p, end, n)) [[unlikely]]
          return pc_ = p, fail_leb_u32();
        if (kChecks && n >= visible_globals_) [[unlikely]]
          return unknown("global", n);
        push(m_->globals[n].type.type, emitting(p) ? e_.global_get(n) : Value{});
        continue;
      }
      case Rule::br:
      case Rule::br_if: {
        uint32_t depth = 0;
        if (!take_u32(p, end, depth)) [[unlikely]]
          return pc_ = p, fail_leb_u32();
        pc_ = p;
        if (!has_label(depth)) [[unlikely]]
          return false;
        if (!(rules[byte] == Rule::br ? branch(depth) : branch_if(depth)) || !operands_fit())
            [[unlikely]]
          return false;
        continue;
      }
      case Rule::call: {
        uint32_t n = 0;
        if (!take_u32(p, end, n)) [[unlikely]]
          return pc_ = p, fail_leb_u32();
        pc_ = p;
        if (!call(n) || !operands_fit()) [[unlikely]]
          return false;
        continue;
      }
      case Rule::block:
        if (p != end && *p == 0x40) [[likely]] {
          pc_ = ++p;
          Frame& frame = push_frame(FrameKind::block, {}, {});
          if (emitting(p)) e_.begin_block(frame);
          continue;
        }
        break;
      case Rule::end:
        pc_ = p;
        if (!end_frame() || !operands_fit()) [[unlikely]]
          return false;
        if constexpr (kEmits) {
          if (e_.failed()) [[unlikely]]
            return false;
        }
        if (state_.frames.empty()) return true;
        continue;
      case Rule::other: break;
      default: __builtin_unreachable();
    }
    pc_ = p;
    if (!step_other(byte)) [[unlikely]]
      return false;
    p = pc_;
  }
}

/// An operator that is not in the loop: `pc_` is behind its first byte.
template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::step_other(uint8_t byte) {
  Op op = decode_single(byte);
  uint32_t code = byte;
  if (is_prefix(byte)) {
    if (!read_u32(code)) return false;
    op = decode_prefixed(byte, code);
  }
  if constexpr (kChecks) {
    if (op == Op::invalid_ || !ctx_->features.has(feature(op)) ||
        (!ctx_->features.has(Feature::floats) && uses_floats(op))) [[unlikely]] {
      return read_with([&](binary::Reader& r) {
        binary::fail_illegal_opcode(r, offset_of(op_at_), is_prefix(byte) ? byte : uint8_t{0}, code,
                                    op);
      });
    }
  }
  if (!step(op) || !operands_fit()) return false;
  if constexpr (kEmits) {
    if (e_.failed()) [[unlikely]]
      return false;
  }
  return true;
}

/// Operators whose types are in the table and that touch no memory.
template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::step_plain(Op op) {
  const Sig& s = sig(op);
  for (size_t i = 0; i < s.param_count; ++i) {
    if (!want_at(i, plain_type(s.params[s.param_count - 1 - i]))) return false;
  }
  Value value{};
  const bool emits = emitting();
  switch (shape(op)) {
    case Shape::unary:
      if (emits) value = e_.unary(op);
      break;
    case Shape::binary:
      if (emits) value = e_.binary(op);
      break;
    case Shape::ternary:
      if (emits) value = e_.ternary(op);
      break;
    default:  // wide: two results at their homes
      if (emits) e_.wide(op);
      drop(s.param_count);
      for (size_t i = 0; i < s.result_count; ++i) push_home(plain_type(s.results[i]));
      return true;
  }
  replace(s.param_count, plain_type(s.results[0]), value);
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::step(Op op) {
  switch (shape(op)) {
    case Shape::constant: {
      Immediate v;
      const size_t size = op == Op::f32_const ? 4 : op == Op::f64_const ? 8 : 16;
      if (static_cast<size_t>(end_ - pc_) < size) return fail_end();
      // SAFETY: `size` bytes are left, and size is at most 16.
      std::memcpy(&v, pc_, size);
      pc_ += size;
      push(plain_type(sig(op).results[0]), emitting() ? e_.constant(op, v) : Value{});
      return true;
    }
    case Shape::unary:
    case Shape::binary:
    case Shape::ternary:
    case Shape::wide_binary:
    case Shape::wide_mul: return step_plain(op);
    case Shape::load:
    case Shape::store: return memory_access(op);
    case Shape::load_lane:
    case Shape::store_lane:
    case Shape::extract_lane:
    case Shape::replace_lane:
    case Shape::shuffle: return lanes(op);
    case Shape::atomic_load:
    case Shape::atomic_store:
    case Shape::atomic_rmw:
    case Shape::atomic_cmpxchg:
    case Shape::atomic_wait:
    case Shape::atomic_notify:
    case Shape::atomic_fence: return atomics(op);
    case Shape::unreachable: return unreachable();
    case Shape::nop: return true;
    case Shape::block:
    case Shape::loop:
    case Shape::try_: return open_block(op);
    case Shape::if_: return open_if();
    case Shape::else_: return open_else();
    case Shape::catch_: return legacy_catch();
    case Shape::catch_all: return legacy_catch_all();
    case Shape::rethrow: return legacy_rethrow();
    case Shape::delegate: return legacy_delegate();
    case Shape::try_table: return open_try_table();
    case Shape::throw_: return throw_();
    case Shape::throw_ref: return throw_ref();
    case Shape::br_table: return branch_table();
    case Shape::br_on_null:
    case Shape::br_on_non_null: return branch_on_null(op);
    case Shape::br_on_cast: return branch_on_cast(false);
    case Shape::br_on_cast_fail: return branch_on_cast(true);
    case Shape::return_: return return_();
    case Shape::call_indirect: return call_indirect(false);
    case Shape::call_ref: return call_ref(false);
    case Shape::return_call: return return_call();
    case Shape::return_call_indirect: return call_indirect(true);
    case Shape::return_call_ref: return call_ref(true);
    case Shape::select: return select();
    case Shape::select_t: return select_typed();
    case Shape::global_set: return global_set();
    case Shape::table_get:
    case Shape::table_set:
    case Shape::table_size:
    case Shape::table_grow: return table_access(op);
    case Shape::table_fill:
    case Shape::table_copy:
    case Shape::table_init:
    case Shape::elem_drop: return table_bulk(op);
    case Shape::memory_size:
    case Shape::memory_grow:
    case Shape::memory_fill:
    case Shape::memory_copy:
    case Shape::memory_init:
    case Shape::data_drop: return memory_other(op);
    case Shape::ref_null:
    case Shape::ref_is_null:
    case Shape::ref_func:
    case Shape::ref_eq:
    case Shape::ref_as_non_null:
    case Shape::ref_i31:
    case Shape::i31_get: return references(op);
    case Shape::ref_test:
    case Shape::ref_cast: return casts(op);
    case Shape::any_convert_extern:
    case Shape::extern_convert_any: return convert(op);
    case Shape::struct_new:
    case Shape::struct_new_default:
    case Shape::struct_get:
    case Shape::struct_set: return structs(op);
    case Shape::array_new:
    case Shape::array_new_default:
    case Shape::array_new_fixed:
    case Shape::array_new_data:
    case Shape::array_new_elem: return arrays_new(op);
    case Shape::array_get:
    case Shape::array_set:
    case Shape::array_len: return arrays(op);
    case Shape::array_fill:
    case Shape::array_copy:
    case Shape::array_init_data:
    case Shape::array_init_elem: return arrays_bulk(op);
    // The loop has these.
    case Shape::end:
    case Shape::br:
    case Shape::br_if:
    case Shape::call:
    case Shape::drop:
    case Shape::local_get:
    case Shape::local_set:
    case Shape::local_tee:
    case Shape::global_get:
    case Shape::invalid_: break;
  }
  return malformed("illegal opcode");
}

}  // namespace weft::validate
