// The opcode table as C++: enum Op, a 32-byte record per opcode, and lookups by encoding and text.
// Everything is expanded from opcodes.def; the meaning of its columns is explained there. ADR 0001.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wasm/features.hpp"

namespace weft::wasm {

/// Every instruction. `invalid_` is what the lookups answer for an unassigned encoding or text.
enum class Op : uint16_t {
#define WEFT_OP(id, text, prefix, code, imm, sig, shape, feature) id,
#include "wasm/opcodes.def"
#undef WEFT_OP
  invalid_,
};
inline constexpr size_t kOpCount = static_cast<size_t>(Op::invalid_);

/// What follows the opcode in the binary format, in this order.
enum class Imm : uint8_t {
  none,
  block_type,     // s33: 0x40, a value type, or a type index
  label,          // u32 branch depth (also rethrow and delegate)
  labels,         // vec(u32) and the default label
  func,           // u32
  type,           // u32
  type_table,     // u32 type, u32 table
  local,          // u32
  global,         // u32
  table,          // u32
  table_table,    // u32 destination, u32 source
  elem,           // u32
  elem_table,     // u32 element segment, u32 table
  memory,         // u32 (a zero byte before multi-memory)
  memory_memory,  // u32 destination, u32 source
  data,           // u32
  data_memory,    // u32 data segment, u32 memory
  memarg,         // u32 alignment and flags, [u32 memory], u64 offset
  memarg_lane,    // memarg, then one lane byte
  i32,            // s32
  i64,            // s64
  f32,            // 4 bytes
  f64,            // 8 bytes
  v128,           // 16 bytes
  lane,           // one byte
  shuffle,        // 16 lane bytes
  select_types,   // vec(valtype)
  heap_type,      // s33
  type_field,     // u32 type, u32 field
  type_count,     // u32 type, u32 operand count
  type_data,      // u32 type, u32 data segment
  type_elem,      // u32 type, u32 element segment
  type_type,      // u32 destination type, u32 source type
  cast_branch,    // flags byte, u32 label, heap type, heap type
  try_table,      // block type, vec(catch clause)
  tag,            // u32
  fence,          // one zero byte
};

/// Families of instructions that walker and emitters treat alike. The first block is typed by the
/// signature column alone; every shape of the second has its own rule in the walker.
enum class Shape : uint8_t {
  constant,
  unary,
  binary,
  ternary,
  load,
  store,
  load_lane,
  store_lane,
  extract_lane,
  replace_lane,
  shuffle,
  wide_binary,  // two 128-bit operands as (low, high) pairs
  wide_mul,     // 64 x 64 -> (low, high)
  atomic_load,
  atomic_store,
  atomic_rmw,
  atomic_cmpxchg,
  atomic_wait,
  atomic_notify,
  atomic_fence,

  unreachable,
  nop,
  block,
  loop,
  if_,
  else_,
  end,
  try_,
  catch_,
  catch_all,
  rethrow,
  delegate,
  try_table,
  throw_,
  throw_ref,
  br,
  br_if,
  br_table,
  br_on_null,
  br_on_non_null,
  br_on_cast,
  br_on_cast_fail,
  return_,
  call,
  call_indirect,
  call_ref,
  return_call,
  return_call_indirect,
  return_call_ref,
  drop,
  select,
  select_t,
  local_get,
  local_set,
  local_tee,
  global_get,
  global_set,
  table_get,
  table_set,
  table_size,
  table_grow,
  table_fill,
  table_copy,
  table_init,
  elem_drop,
  memory_size,
  memory_grow,
  memory_fill,
  memory_copy,
  memory_init,
  data_drop,
  ref_null,
  ref_is_null,
  ref_func,
  ref_eq,
  ref_as_non_null,
  ref_test,
  ref_cast,
  ref_i31,
  i31_get,
  any_convert_extern,
  extern_convert_any,
  struct_new,
  struct_new_default,
  struct_get,
  struct_set,
  array_new,
  array_new_default,
  array_new_fixed,
  array_new_data,
  array_new_elem,
  array_get,
  array_set,
  array_len,
  array_fill,
  array_copy,
  array_init_data,
  array_init_elem,

  invalid_,  // only Op::invalid_
};

/// A type in a signature. `address` is i32 or i64, whichever the memory of the immediate has.
enum class SigType : uint8_t { i32, i64, f32, f64, v128, address };

/// Types of an opcode, parsed at compile time from the table's `sig` column.
struct Sig {
  bool special;  // the types are not fixed; nothing else here means anything
  uint8_t param_count;
  uint8_t result_count;
  std::array<SigType, 4> params;  // first parameter first; the last one is on top of the stack
  std::array<SigType, 2> results;

  constexpr bool operator==(const Sig&) const = default;
};

/// One row of the table. Two records share a cache line.
struct alignas(32) OpInfo {
  std::string_view text;
  uint16_t code;
  uint8_t prefix;
  Imm imm;
  Shape shape;
  Feature feature;
  uint8_t access_bytes;  // loads, stores, atomics: bytes touched in memory; otherwise 0
  Sig sig;
};
static_assert(sizeof(OpInfo) == 32);

namespace detail {

constexpr SigType sig_type(char letter) {
  switch (letter) {
    case 'i': return SigType::i32;
    case 'l': return SigType::i64;
    case 'f': return SigType::f32;
    case 'd': return SigType::f64;
    case 'v': return SigType::v128;
    default: return SigType::address;
  }
}

constexpr Sig parse_sig(std::string_view text) {
  Sig sig{};
  if (text == "special") {
    sig.special = true;
    return sig;
  }
  size_t i = 0;
  for (; text[i] != '_'; ++i) sig.results[sig.result_count++] = sig_type(text[i]);
  for (++i; i < text.size(); ++i) sig.params[sig.param_count++] = sig_type(text[i]);
  return sig;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The width of a memory access is spelled in the name: the number after load/store/rmw/wait, times
/// the lane count for load8x8 and the like, else the width of the value type in front of the dot.
constexpr uint8_t parse_access_bytes(std::string_view text, Shape shape) {
  switch (shape) {
    case Shape::load:
    case Shape::store:
    case Shape::load_lane:
    case Shape::store_lane:
    case Shape::atomic_load:
    case Shape::atomic_store:
    case Shape::atomic_rmw:
    case Shape::atomic_cmpxchg:
    case Shape::atomic_wait: break;
    case Shape::atomic_notify: return 4;
    default: return 0;
  }
  size_t i = text.find('.');
  for (; i < text.size() && !is_digit(text[i]); ++i) {
  }
  if (i == text.size()) i = 1;  // no number: the one in i32, i64, f32, f64, v128
  unsigned bits = 0;
  for (; i < text.size() && is_digit(text[i]); ++i) {
    bits = bits * 10 + static_cast<unsigned>(text[i] - '0');
  }
  if (i + 1 < text.size() && text[i] == 'x' && is_digit(text[i + 1])) {
    bits *= static_cast<unsigned>(text[i + 1] - '0');
  }
  return static_cast<uint8_t>(bits / 8);
}

}  // namespace detail

/// The whole table, in the order of Op, with a last record for Op::invalid_.
inline constexpr std::array<OpInfo, kOpCount + 1> kOps = {{
#define WEFT_OP(id, text, prefix, code, imm, sig, shape, feature) \
  OpInfo{text,                                                    \
         code,                                                    \
         prefix,                                                  \
         Imm::imm,                                                \
         Shape::shape,                                            \
         Feature::feature,                                        \
         detail::parse_access_bytes(text, Shape::shape),          \
         detail::parse_sig(#sig)},
#include "wasm/opcodes.def"
#undef WEFT_OP
    OpInfo{"<invalid>", 0, 0, Imm::none, Shape::invalid_, Feature::mvp, 0,
           detail::parse_sig("special")},
}};

constexpr const OpInfo& info(Op op) { return kOps[static_cast<size_t>(op)]; }
constexpr std::string_view to_string(Op op) { return info(op).text; }
constexpr Imm imm(Op op) { return info(op).imm; }
constexpr Shape shape(Op op) { return info(op).shape; }
constexpr Feature feature(Op op) { return info(op).feature; }
constexpr const Sig& sig(Op op) { return info(op).sig; }

/// Bytes of memory that a load, store or atomic instruction touches; 0 for all others.
constexpr uint8_t access_bytes(Op op) { return info(op).access_bytes; }

/// log2 of access_bytes: the greatest alignment a memarg may state. Only for memory accesses.
constexpr uint8_t natural_align_log2(Op op) {
  return static_cast<uint8_t>(__builtin_ctz(access_bytes(op)));
}

/// Whether the instruction cannot exist where floating point is switched off (Feature::floats).
constexpr bool uses_floats(Op op) {
  const OpInfo& row = info(op);
  for (size_t i = 0; i < row.sig.param_count; ++i) {
    if (row.sig.params[i] == SigType::f32 || row.sig.params[i] == SigType::f64) return true;
  }
  for (size_t i = 0; i < row.sig.result_count; ++i) {
    if (row.sig.results[i] == SigType::f32 || row.sig.results[i] == SigType::f64) return true;
  }
  return row.text.find("f32x4") != std::string_view::npos ||
         row.text.find("f64x2") != std::string_view::npos;
}

namespace detail {

/// Dense decoding tables; the largest code of each prefix fixes their size.
template <uint8_t kPrefix>
inline constexpr size_t kCodeCount = [] {
  size_t count = 0;
  for (const OpInfo& row : kOps) {
    if (row.shape != Shape::invalid_ && row.prefix == kPrefix && row.code >= count) {
      count = size_t{row.code} + 1;
    }
  }
  return count;
}();

template <uint8_t kPrefix, size_t kSize>
inline constexpr std::array<Op, kSize> kDecode = [] {
  std::array<Op, kSize> table{};
  for (Op& op : table) op = Op::invalid_;
  for (size_t i = 0; i < kOpCount; ++i) {
    if (kOps[i].prefix == kPrefix) table[kOps[i].code] = static_cast<Op>(i);
  }
  return table;
}();

template <uint8_t kPrefix>
constexpr Op decode_in(uint32_t code) {
  constexpr auto& table = kDecode<kPrefix, kCodeCount<kPrefix>>;
  return code < table.size() ? table[code] : Op::invalid_;
}

}  // namespace detail

/// The opcode of a single byte. Prefix bytes and unassigned ones give Op::invalid_.
constexpr Op decode_single(uint8_t byte) { return detail::kDecode<0x00, 256>[byte]; }

/// Whether `byte` announces a second, LEB128 encoded number.
constexpr bool is_prefix(uint8_t byte) { return byte >= 0xfb && byte <= 0xfe; }

/// The opcode of a prefix byte and the number after it; Op::invalid_ if unassigned.
constexpr Op decode_prefixed(uint8_t prefix, uint32_t code) {
  switch (prefix) {
    case 0xfb: return detail::decode_in<0xfb>(code);
    case 0xfc: return detail::decode_in<0xfc>(code);
    case 0xfd: return detail::decode_in<0xfd>(code);
    case 0xfe: return detail::decode_in<0xfe>(code);
    default: return Op::invalid_;
  }
}

/// The opcode of a text-format keyword; Op::invalid_ if there is none. For keywords with two
/// encodings it is the one without a suffix: select, ref_test, ref_cast (the parser turns them into
/// select_t, ref_test_null, ref_cast_null when it has seen the immediate).
Op op_from_text(std::string_view text);

}  // namespace weft::wasm
