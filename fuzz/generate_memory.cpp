// Accesses of memories and tables: addresses that are mostly inside, immediates, bulk instructions.
#include <algorithm>
#include <array>

#include "function_generator.hpp"

namespace weft::fuzz {

using wasm::Imm;
using wasm::Op;
using wasm::OpInfo;
using wasm::Shape;
using wasm::SigType;

namespace {

unsigned lanes(const OpInfo& op) {
  if (op.access_bytes != 0) return 16u / op.access_bytes;
  const size_t x = op.text.find('x');
  unsigned n = 0;
  for (size_t i = x + 1; i < op.text.size() && op.text[i] >= '0' && op.text[i] <= '9'; ++i)
    n = n * 10 + static_cast<unsigned>(op.text[i] - '0');
  return n;
}

bool is_wide(unsigned memory) { return memory == kMemory64; }

constexpr unsigned kDataSegments = 4;

}  // namespace

/// An i32 from 0 to limit - 1 (a power of two), most of the time.
void FunctionGenerator::small(unsigned limit, unsigned depth) {
  if (c_.chance(50)) return i32(static_cast<int32_t>(c_.below(limit)));
  expr(kI32, depth + 1);
  i32(static_cast<int32_t>(limit - 1));
  op(Op::i32_and);
}

void FunctionGenerator::small_address(unsigned memory, unsigned limit, unsigned depth) {
  small(limit, depth);
  if (is_wide(memory)) op(Op::i64_extend_i32_u);
}

void FunctionGenerator::address(unsigned memory, unsigned bytes, bool aligned, unsigned depth) {
  if (c_.chance(2)) return expr(is_wide(memory) ? kI64 : kI32, depth + 1);
  expr(kI32, depth + 1);
  const int inside = memory == kByteMemory ? 0x3f : 0xffff;
  i32(inside & (aligned ? ~static_cast<int>(bytes - 1) : ~0));
  op(Op::i32_and);
  if (is_wide(memory)) op(Op::i64_extend_i32_u);
}

void FunctionGenerator::memarg(const OpInfo& row, unsigned memory) {
  const auto natural = static_cast<unsigned>(__builtin_ctz(row.access_bytes));
  const bool atomic = row.prefix == 0xfe;
  const unsigned align = atomic ? natural : c_.below(natural + 1);
  w_.u(align | (memory != 0 ? 0x40 : 0));
  if (memory != 0) w_.u(memory);
  if (c_.chance(70)) {
    w_.u(0);
  } else if (c_.chance(80)) {
    w_.u(uint64_t{c_.byte()} * row.access_bytes);
  } else {
    w_.u(is_wide(memory) ? c_.bits(8) : c_.bits(4));
  }
}

void FunctionGenerator::operands(const OpInfo& row, unsigned memory, unsigned depth) {
  const bool bulk = row.shape == Shape::memory_fill || row.shape == Shape::memory_init;
  for (size_t i = 0; i < row.sig.param_count; ++i) {
    const SigType p = row.sig.params[i];
    if (p == SigType::address && bulk && i != 0) {
      small_address(memory, 64, depth);
    } else if (p == SigType::address) {
      address(memory, std::max<unsigned>(row.access_bytes, 1), row.prefix == 0xfe && !c_.chance(4),
              depth);
    } else if (row.shape == Shape::atomic_wait && i == 2) {
      op(Op::i64_const), w_.s(c_.byte());  // nanoseconds: nobody will wake us
    } else if (bulk && i != 0 && c_.chance(90)) {
      small(16, depth);
    } else {
      expr(static_cast<Type>(p), depth + 1);
    }
  }
}

/// One instruction whose types the table gives, with its operands.
void FunctionGenerator::table_op(const OpInfo& row, unsigned depth) {
  const unsigned memory = c_.chance(50) ? 0 : c_.below(world_.memories());
  operands(row, memory, depth);
  op(static_cast<Op>(&row - wasm::kOps.data()));
  switch (row.imm) {
    case Imm::memory: return w_.u(memory);
    case Imm::memarg: return memarg(row, memory);
    case Imm::memarg_lane: memarg(row, memory); return w_.byte(c_.below(lanes(row)));
    case Imm::lane: return w_.byte(c_.below(lanes(row)));
    case Imm::shuffle:
      for (unsigned i = 0; i < 16; ++i) w_.byte(c_.below(32));
      return;
    case Imm::data: return w_.u(c_.below(kDataSegments));
    case Imm::elem: return w_.u(c_.below(5));
    case Imm::data_memory: w_.u(c_.below(kDataSegments)); return w_.u(memory);
    case Imm::fence: return w_.byte(0);
    default: return;
  }
}

/// memory.size, memory.grow: of a memory whose addresses are of this type.
void FunctionGenerator::memory_number(Type t, const OpInfo& row, unsigned depth) {
  unsigned memory = kMemory64;
  if (t == kI32) {
    memory = c_.below(world_.memories());
    if (is_wide(memory)) memory = 0;
  }
  if (row.shape == Shape::memory_grow) small_address(memory, 2, depth);
  op(static_cast<Op>(&row - wasm::kOps.data()), {memory});
}

/// An i32 that tells something of a table.
void FunctionGenerator::table_number(unsigned depth) {
  const unsigned table = c_.below(2);
  if (c_.chance(40)) return op(Op::table_size, {table});
  if (c_.chance(20)) {
    op(Op::table_size, {2});
    return op(Op::i32_wrap_i64);
  }
  expr(table == 0 ? kFuncRef : kAnyRef, depth + 1);
  small(2, depth);
  op(Op::table_grow, {table});
}

void FunctionGenerator::statement_bulk(unsigned depth) {
  const unsigned table = c_.below(2);
  const Type of = table == 0 ? kFuncRef : kAnyRef;
  switch (c_.below(7)) {
    case 0:
      small(8, depth);
      expr(of, depth + 1);
      return op(Op::table_set, {table});
    case 1:
      small(8, depth);
      expr(of, depth + 1);
      small(4, depth);
      return op(Op::table_fill, {table});
    case 2: {
      small(8, depth), small(8, depth), small(4, depth);
      return op(Op::table_copy, {table, table});
    }
    case 3:
      small(8, depth), small(4, depth), small(4, depth);
      return op(Op::table_init, {table == 0 ? c_.below(2) : 2u, table});
    case 4: {  // the table of 64-bit indices
      small(8, depth), op(Op::i64_extend_i32_u);
      if (c_.chance(50)) {
        expr(kExternRef, depth + 1);
        return op(Op::table_set, {2});
      }
      small(2, depth), small(4, depth);
      return op(Op::table_init, {4, 2});
    }
    case 5: return op(Op::elem_drop, {c_.below(5)});
    default: {
      const unsigned to = c_.below(world_.memories()), from = c_.below(world_.memories());
      address(to, 1, false, depth), address(from, 1, false, depth);
      small(64, depth);
      if (is_wide(to) && is_wide(from)) op(Op::i64_extend_i32_u);
      return op(Op::memory_copy, {to, from});
    }
  }
}

}  // namespace weft::fuzz
