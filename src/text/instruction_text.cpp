#include "text/instruction_text.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "base/utf8.hpp"
#include "binary/format.hpp"
#include "binary/instruction_reader.hpp"
#include "binary/read_types.hpp"
#include "wasm/type_text.hpp"

namespace weft::text {
namespace {

using namespace wasm;  // NOLINT: the spec's vocabulary
using binary::BlockType;
using binary::Reader;

template <class... Args>
void put(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

/// Code points that print, but change what a person reads around them: marks and overrides of
/// direction.
bool reorders(uint32_t c) {
  return c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

uint32_t code_point(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead;
  uint32_t value = lead & (0xffu >> (sequence.size() + 1));
  for (const char c : sequence.substr(1))
    value = (value << 6) | (static_cast<unsigned char>(c) & 0x3fu);
  return value;
}

template <class Float, class Bits>
std::string any_float(Float value, Bits quiet_bit, Bits payload_mask) {
  const Bits bits = std::bit_cast<Bits>(value);
  const char* sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return std::string(sign) + "inf";
  if (!std::isnan(value))
    return fmt::format("{}", value);  // the shortest that reads back as the same number
  const Bits payload = bits & payload_mask;
  return payload == quiet_bit ? std::string(sign) + "nan"
                              : fmt::format("{}nan:{:#x}", sign, payload);
}

void put_block_type(std::string& out, Reader& r, FeatureSet features) {
  const BlockType type = binary::read_block_type(r, features);
  if (!r.ok()) return;
  if (type.kind == BlockType::Kind::value) put(out, " (result {})", to_text(type.value));
  if (type.kind == BlockType::Kind::type) put(out, " (type {})", type.type);
}

void put_memarg(std::string& out, Reader& r, FeatureSet features, Op op) {
  const uint32_t flags = r.u32();
  const uint32_t memory = (flags & binary::kMemArgHasMemory) != 0 ? r.u32() : 0;
  const uint64_t offset = features.has(Feature::memory64) ? r.u64() : r.u32();
  if (memory != 0) put(out, " {}", memory);
  if (offset != 0) put(out, " offset={}", offset);
  const uint32_t align = flags & ~binary::kMemArgHasMemory;
  if (align != natural_align_log2(op) && align < 64) put(out, " align={}", uint64_t{1} << align);
}

void put_indices(std::string& out, Reader& r, int count) {
  for (int i = 0; i < count; ++i) put(out, " {}", r.u32());
}

void put_catches(std::string& out, Reader& r) {
  constexpr std::string_view kKinds[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
  for (uint32_t n = r.u32(); n > 0 && r.ok(); --n) {
    const uint8_t kind = r.u8();
    if (kind > 3) return r.fail("malformed catch clause");
    put(out, " ({}", kKinds[kind]);
    put_indices(out, r, kind < 2 ? 2 : 1);
    out += ')';
  }
}

void put_v128(std::string& out, Reader& r) {
  const uint8_t* bytes = r.skip(16);
  if (bytes == nullptr) return;
  out += " i32x4";
  for (int lane = 0; lane < 4; ++lane)
    put(out, " {:#010x}", load_unaligned<uint32_t>(bytes + 4 * lane));
}

/// Two indices stand in the text in the other order where a table or memory comes first, and 0 is
/// left out there.
void put_segment(std::string& out, Reader& r) {
  const uint32_t segment = r.u32();
  const uint32_t target = r.u32();
  if (target != 0) put(out, " {}", target);
  put(out, " {}", segment);
}

void put_pair_unless_zero(std::string& out, Reader& r) {
  const uint32_t first = r.u32();
  const uint32_t second = r.u32();
  if (first != 0 || second != 0) put(out, " {} {}", first, second);
}

void put_reference_immediate(std::string& out, Reader& r, FeatureSet features, Op op) {
  const HeapType heap = binary::read_heap_type(r, features);
  if (!r.ok()) return;
  if (op == Op::ref_null) {
    if (heap.is_abstract())
      put(out, " {}", to_text(heap.abstract()));
    else
      put(out, " {}", heap.index());
    return;
  }
  put(out, " {}", to_text(ValType::ref(heap, op == Op::ref_test_null || op == Op::ref_cast_null)));
}

void put_cast_branch(std::string& out, Reader& r, FeatureSet features) {
  const uint8_t flags = r.u8();
  put(out, " {}", r.u32());
  const HeapType from = binary::read_heap_type(r, features);
  const HeapType to = binary::read_heap_type(r, features);
  if (!r.ok()) return;
  put(out, " {} {}", to_text(ValType::ref(from, (flags & 1) != 0)),
      to_text(ValType::ref(to, (flags & 2) != 0)));
}

void put_immediates(std::string& out, Reader& r, FeatureSet features, Op op) {
  switch (imm(op)) {
    case Imm::none: return;
    case Imm::block_type: return put_block_type(out, r, features);
    case Imm::label:
    case Imm::func:
    case Imm::type:
    case Imm::local:
    case Imm::global:
    case Imm::elem:
    case Imm::data:
    case Imm::tag: return put_indices(out, r, 1);
    case Imm::table:
    case Imm::memory: {
      const uint32_t index = r.u32();
      if (index != 0) put(out, " {}", index);
      return;
    }
    case Imm::labels: {
      for (uint32_t n = r.count(~0u, "labels"); n > 0 && r.ok(); --n) put_indices(out, r, 1);
      return put_indices(out, r, 1);
    }
    case Imm::type_table: {
      const uint32_t type = r.u32();
      const uint32_t table = r.u32();
      if (table != 0) put(out, " {}", table);
      return put(out, " (type {})", type);
    }
    case Imm::table_table:
    case Imm::memory_memory: return put_pair_unless_zero(out, r);
    case Imm::elem_table:
    case Imm::data_memory: return put_segment(out, r);
    case Imm::type_field:
    case Imm::type_count:
    case Imm::type_data:
    case Imm::type_elem:
    case Imm::type_type: return put_indices(out, r, 2);
    case Imm::memarg: return put_memarg(out, r, features, op);
    case Imm::memarg_lane: put_memarg(out, r, features, op); return put(out, " {}", r.u8());
    case Imm::i32: return put(out, " {}", r.s32());
    case Imm::i64: return put(out, " {}", r.s64());
    case Imm::f32: return put(out, " {}", float_text(std::bit_cast<float>(r.fixed32())));
    case Imm::f64: {
      const uint8_t* p = r.skip(8);
      return put(out, " {}", p ? float_text(load_unaligned<double>(p)) : std::string());
    }
    case Imm::v128: return put_v128(out, r);
    case Imm::lane: return put(out, " {}", r.u8());
    case Imm::shuffle:
      for (int i = 0; i < 16; ++i) put(out, " {}", r.u8());
      return;
    case Imm::select_types: {
      out += " (result";
      for (uint32_t n = r.count(~0u, "types"); n > 0 && r.ok(); --n)
        put(out, " {}", to_text(binary::read_val_type(r, features)));
      out += ')';
      return;
    }
    case Imm::heap_type: return put_reference_immediate(out, r, features, op);
    case Imm::cast_branch: return put_cast_branch(out, r, features);
    case Imm::try_table: put_block_type(out, r, features); return put_catches(out, r);
    case Imm::fence: r.u8(); return;
  }
}

}  // namespace

void append_instruction(std::string& out, Reader& r, FeatureSet features, Op& op) {
  const size_t before = out.size();
  op = binary::read_opcode(r, features);
  if (!r.ok()) return;
  out += to_string(op);
  put_immediates(out, r, features, op);
  if (!r.ok()) out.resize(before);
}

std::string float_text(float value) {
  return any_float<float, uint32_t>(value, 1u << 22, (1u << 23) - 1);
}
std::string float_text(double value) {
  return any_float<double, uint64_t>(value, uint64_t{1} << 51, (uint64_t{1} << 52) - 1);
}

std::string escaped(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const size_t length = utf8_sequence_length(bytes);
    const uint32_t c = length == 0 ? 0 : code_point(bytes.substr(0, length));
    const bool prints = length != 0 && c >= 0x20 && (c < 0x7f || c >= 0xa0) && !reorders(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (prints) {
      out += bytes.substr(0, length);
    } else {
      for (const char byte : bytes.substr(0, length == 0 ? 1 : length))
        put(out, "\\{:02x}", static_cast<unsigned char>(byte));
    }
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string quoted(std::string_view bytes) { return '"' + escaped(bytes) + '"'; }

}  // namespace weft::text
