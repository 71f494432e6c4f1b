// Memories: accesses, vector lanes, atomics, bulk operators (spec 3.4.3, 3.4.12; threads proposal).
// Included by function_walker.hpp.
#pragma once

namespace weft::validate {

/// Lanes of a shape by the front of an opcode's text: "i16x8.extract_lane_s" has 8.
constexpr uint32_t lane_count(Op op) {
  const std::string_view text = to_string(op);
  uint32_t n = 0;
  for (size_t i = text.find('x') + 1; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    n = n * 10 + static_cast<uint32_t>(text[i] - '0');
  }
  return n;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_memory(uint32_t& memory) {
  if (!ctx_->features.has(Feature::multi_memory)) {
    uint8_t zero = 0;
    if (!read_byte(zero)) return false;
    if (zero != 0) return malformed("zero byte expected", "multi-memory is not enabled");
    memory = 0;
  } else if (!read_u32(memory)) {
    return false;
  }
  return !kChecks || memory < m_->memories.size() || unknown("memory", memory);
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_mem_arg(uint8_t max_align, MemArg& m, ValType& address,
                                            bool exact) {
  uint32_t flags = 0;
  if (!read_u32(flags)) return false;
  const bool several = ctx_->features.has(Feature::multi_memory);
  if (kChecks && flags >= (several ? 2 * binary::kMemArgHasMemory : binary::kMemArgHasMemory)) {
    return malformed("malformed memop flags");
  }
  if ((flags & binary::kMemArgHasMemory) && !read_u32(m.memory)) return false;
  m.align_log2 = static_cast<uint8_t>(flags & (binary::kMemArgHasMemory - 1));
  if (ctx_->features.has(Feature::memory64)) {
    if (!read_u64(m.offset)) return false;
  } else {
    uint32_t offset = 0;
    if (!read_u32(offset)) return false;
    m.offset = offset;
  }
  if constexpr (kChecks) {
    if (m.memory >= m_->memories.size()) return unknown("memory", m.memory);
    if (m.align_log2 > max_align) return invalid("alignment must not be larger than natural");
    if (exact && m.align_log2 != max_align) return invalid("atomic alignment must be natural");
    if (m.offset > ~uint32_t{0} && address_of(m.memory) == kI32) {
      return invalid("offset out of range", "a 32-bit memory");
    }
  }
  address = address_of(m.memory);
  return true;
}

/// Loads and stores outside the loop: vectors.
template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::memory_access(Op op) {
  MemArg m;
  ValType address;
  if (!read_mem_arg(natural_align_log2(op), m, address)) return false;
  if (shape(op) == Shape::load) {
    if (!want(address)) return false;
    replace(1, plain_type(sig(op).results[0]), emitting() ? e_.load(op, m) : Value{});
    return true;
  }
  if (!want(address, plain_type(sig(op).params[1]))) return false;
  if (emitting()) e_.store(op, m);
  drop(2);
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::memory_other(Op op) {
  Indices ix;
  switch (op) {
    case Op::memory_size:
      if (!read_memory(ix.a)) return false;
      push(address_of(ix.a), emitting() ? e_.memory_size(ix.a) : Value{});
      return true;
    case Op::memory_grow: {
      if (!read_memory(ix.a)) return false;
      const ValType address = address_of(ix.a);
      if (!want(address)) return false;
      replace(1, address, emitting() ? e_.memory_grow(ix.a) : Value{});
      return true;
    }
    case Op::data_drop:
      if (!read_data(ix.a)) return false;
      if (emitting()) e_.bulk(op, ix);
      return true;
    case Op::memory_fill:
      if (!read_memory(ix.a) || !want(address_of(ix.a), kI32, address_of(ix.a))) return false;
      break;
    case Op::memory_copy: {
      if (!read_memory(ix.a) || !read_memory(ix.b)) return false;
      const ValType to = address_of(ix.a);
      const ValType from = address_of(ix.b);
      if (!want(to, from, to == kI64 && from == kI64 ? kI64 : kI32)) return false;
      break;
    }
    default:  // memory.init
      if (!read_u32(ix.a)) return false;
      if (kChecks && !m_->data_count) return malformed("data count section required");
      if (!read_memory(ix.b)) return false;
      if (kChecks && ix.a >= *m_->data_count) return unknown("data segment", ix.a);
      if (!want(address_of(ix.b), kI32, kI32)) return false;
      break;
  }
  if (emitting()) e_.bulk(op, ix);
  drop(3);
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_data(uint32_t& data) {
  if (!read_u32(data)) return false;
  if constexpr (kChecks) {
    if (!m_->data_count) return malformed("data count section required");
    if (data >= *m_->data_count) return unknown("data segment", data);
  }
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::lanes(Op op) {
  const Sig& s = sig(op);
  uint8_t lane = 0;
  switch (shape(op)) {
    case Shape::shuffle: {
      if (end_ - pc_ < 16) return fail_end();
      const uint8_t* indices = pc_;
      pc_ += 16;
      if constexpr (kChecks) {
        for (size_t i = 0; i < 16; ++i) {
          if (indices[i] >= 32) return invalid("invalid lane index", std::to_string(indices[i]));
        }
      }
      if (!want(kV128, kV128)) return false;
      replace(2, kV128, emitting() ? e_.shuffle(indices) : Value{});
      return true;
    }
    case Shape::load_lane:
    case Shape::store_lane: {
      MemArg m;
      ValType address;
      if (!read_mem_arg(natural_align_log2(op), m, address) || !read_byte(lane)) return false;
      if (kChecks && lane >= 16 / access_bytes(op))
        return invalid("invalid lane index", std::to_string(lane));
      if (!want(address, kV128)) return false;
      if (shape(op) == Shape::load_lane) {
        replace(2, kV128, emitting() ? e_.load_lane(op, m, lane) : Value{});
      } else {
        if (emitting()) e_.store_lane(op, m, lane);
        drop(2);
      }
      return true;
    }
    default: break;
  }
  if (!read_byte(lane)) return false;
  if (kChecks && lane >= lane_count(op)) return invalid("invalid lane index", std::to_string(lane));
  if (shape(op) == Shape::extract_lane) {
    if (!want(kV128)) return false;
    replace(1, plain_type(s.results[0]), emitting() ? e_.extract_lane(op, lane) : Value{});
  } else {
    if (!want(kV128, plain_type(s.params[1]))) return false;
    replace(2, kV128, emitting() ? e_.replace_lane(op, lane) : Value{});
  }
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::atomics(Op op) {
  if (op == Op::atomic_fence) {
    uint8_t zero = 0;
    if (!read_byte(zero)) return false;
    if (zero != 0) return malformed("zero byte expected");
    if (emitting()) e_.atomic_fence();
    return true;
  }
  MemArg m;
  ValType address;
  if (!read_mem_arg(natural_align_log2(op), m, address, true)) return false;
  const Sig& s = sig(op);
  if (!want_at(s.param_count - 1u, address)) return false;
  for (size_t i = 1; i < s.param_count; ++i) {
    if (!want_at(s.param_count - 1u - i, plain_type(s.params[i]))) return false;
  }
  if (shape(op) == Shape::atomic_store) {
    if (emitting()) e_.atomic_store(op, m);
    drop(2);
    return true;
  }
  Value value{};
  if (emitting())
    value = shape(op) == Shape::atomic_load ? e_.atomic_load(op, m) : e_.atomic_rmw(op, m);
  replace(s.param_count, plain_type(s.results[0]), value);
  return true;
}

}  // namespace weft::validate
