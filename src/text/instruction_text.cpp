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
using binary::NameKind;
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

void append_index(std::string& out, IndexText* names, NameKind space, uint32_t i, uint32_t outer) {
  if (names != nullptr) return names->append(out, space, i, outer);
  append_number(out, i);
}

/// Where the text goes, where the bytes come from, and what indices are called.
struct Printer {
  std::string& out;
  Reader& r;
  FeatureSet features;
  IndexText* names;

  void number(uint64_t value) {
    out += ' ';
    append_number(out, value);
  }
  void index(NameKind space, uint32_t i, uint32_t outer = 0) {
    out += ' ';
    append_index(out, names, space, i, outer);
  }
  void read_index(NameKind space) { index(space, r.u32()); }
  void index_unless_zero(NameKind space, uint32_t i) {
    if (i != 0) index(space, i);
  }
  void type_use(uint32_t type) {
    if (names != nullptr) {
      out += ' ';
      return names->append_type_use(out, type);
    }
    put(out, " (type {})", type);
  }
  void type(ValType t) {
    out += ' ';
    append_type(out, t, names);
  }

  void block_type();
  void memarg(Op op);
  void labels();
  void catches();
  void v128();
  void segment(NameKind segments, NameKind targets);
  void two_unless_zero(NameKind space);
  void reference(Op op);
  void cast_branch();
  void immediates(Op op);
  bool indices(Imm kind);
};

void Printer::block_type() {
  if (names != nullptr) names->append_new_label(out);
  const BlockType type = binary::read_block_type(r, features);
  if (!r.ok()) return;
  if (type.kind == BlockType::Kind::value) {
    out += " (result ";
    append_type(out, type.value, names);
    out += ')';
  }
  if (type.kind == BlockType::Kind::type) type_use(type.type);
}

void Printer::memarg(Op op) {
  const uint32_t flags = r.u32();
  const uint32_t memory = (flags & binary::kMemArgHasMemory) != 0 ? r.u32() : 0;
  const uint64_t offset = features.has(Feature::memory64) ? r.u64() : r.u32();
  index_unless_zero(NameKind::memory, memory);
  if (offset != 0) {
    out += " offset=";
    append_number(out, offset);
  }
  const uint32_t align = flags & ~binary::kMemArgHasMemory;
  if (align != natural_align_log2(op) && align < 64) {
    out += " align=";
    append_number(out, uint64_t{1} << align);
  }
}

void Printer::labels() {
  for (uint32_t n = r.count(~0u, "labels"); n > 0 && r.ok(); --n) read_index(NameKind::label);
  read_index(NameKind::label);
}

void Printer::catches() {
  constexpr std::string_view kKinds[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
  for (uint32_t n = r.u32(); n > 0 && r.ok(); --n) {
    const uint8_t kind = r.u8();
    if (kind > 3) return r.fail("malformed catch clause");
    out += " (";
    out += kKinds[kind];
    if (kind < 2) read_index(NameKind::tag);
    read_index(NameKind::label);
    out += ')';
  }
}

void Printer::v128() {
  const uint8_t* bytes = r.skip(16);
  if (bytes == nullptr) return;
  out += " i32x4";
  for (int lane = 0; lane < 4; ++lane)
    put(out, " {:#010x}", load_unaligned<uint32_t>(bytes + 4 * lane));
}

/// Two indices stand in the text in the other order where a table or memory comes first, and 0 is
/// left out there.
void Printer::segment(NameKind segments, NameKind targets) {
  const uint32_t segment = r.u32();
  index_unless_zero(targets, r.u32());
  index(segments, segment);
}

void Printer::two_unless_zero(NameKind space) {
  const uint32_t first = r.u32();
  const uint32_t second = r.u32();
  if (first == 0 && second == 0) return;
  index(space, first);
  index(space, second);
}

void Printer::reference(Op op) {
  const HeapType heap = binary::read_heap_type(r, features);
  if (!r.ok()) return;
  if (op != Op::ref_null)
    return type(ValType::ref(heap, op == Op::ref_test_null || op == Op::ref_cast_null));
  out += ' ';
  append_heap_type(out, heap, names);
}

void Printer::cast_branch() {
  const uint8_t flags = r.u8();
  read_index(NameKind::label);
  const HeapType from = binary::read_heap_type(r, features);
  const HeapType to = binary::read_heap_type(r, features);
  if (!r.ok()) return;
  type(ValType::ref(from, (flags & 1) != 0));
  type(ValType::ref(to, (flags & 2) != 0));
}

/// Immediates that are nothing but indices; false for all others.
bool Printer::indices(Imm kind) {
  switch (kind) {
    case Imm::label: read_index(NameKind::label); return true;
    case Imm::func: read_index(NameKind::func); return true;
    case Imm::type: read_index(NameKind::type); return true;
    case Imm::local: read_index(NameKind::local); return true;
    case Imm::global: read_index(NameKind::global); return true;
    case Imm::elem: read_index(NameKind::elem); return true;
    case Imm::data: read_index(NameKind::data); return true;
    case Imm::tag: read_index(NameKind::tag); return true;
    case Imm::table: index_unless_zero(NameKind::table, r.u32()); return true;
    case Imm::memory: index_unless_zero(NameKind::memory, r.u32()); return true;
    case Imm::table_table: two_unless_zero(NameKind::table); return true;
    case Imm::memory_memory: two_unless_zero(NameKind::memory); return true;
    case Imm::elem_table: segment(NameKind::elem, NameKind::table); return true;
    case Imm::data_memory: segment(NameKind::data, NameKind::memory); return true;
    case Imm::type_field: {
      const uint32_t type = r.u32();
      index(NameKind::type, type);
      index(NameKind::field, r.u32(), type);
      return true;
    }
    case Imm::type_count:
      read_index(NameKind::type);
      number(r.u32());
      return true;
    case Imm::type_data:
      read_index(NameKind::type);
      read_index(NameKind::data);
      return true;
    case Imm::type_elem:
      read_index(NameKind::type);
      read_index(NameKind::elem);
      return true;
    case Imm::type_type:
      read_index(NameKind::type);
      read_index(NameKind::type);
      return true;
    default: return false;
  }
}

void Printer::immediates(Op op) {
  if (indices(imm(op))) return;
  switch (imm(op)) {
    case Imm::block_type: return block_type();
    case Imm::labels: return labels();
    case Imm::type_table: {
      const uint32_t type = r.u32();
      index_unless_zero(NameKind::table, r.u32());
      return type_use(type);
    }
    case Imm::memarg: return memarg(op);
    case Imm::memarg_lane: memarg(op); return number(r.u8());
    case Imm::i32: return put(out, " {}", r.s32());
    case Imm::i64: return put(out, " {}", r.s64());
    case Imm::f32: return put(out, " {}", float_text(std::bit_cast<float>(r.fixed32())));
    case Imm::f64: {
      const uint8_t* p = r.skip(8);
      return put(out, " {}", p ? float_text(load_unaligned<double>(p)) : std::string());
    }
    case Imm::v128: return v128();
    case Imm::lane: return number(r.u8());
    case Imm::shuffle:
      for (int i = 0; i < 16; ++i) number(r.u8());
      return;
    case Imm::select_types:
      out += " (result";
      for (uint32_t n = r.count(~0u, "types"); n > 0 && r.ok(); --n)
        type(binary::read_val_type(r, features));
      out += ')';
      return;
    case Imm::heap_type: return reference(op);
    case Imm::cast_branch: return cast_branch();
    case Imm::try_table: block_type(); return catches();
    case Imm::fence: r.u8(); return;
    default: return;
  }
}

}  // namespace

void append_number(std::string& out, uint64_t value) {
  const fmt::format_int text(value);
  out.append(text.data(), text.size());
}

void append_heap_type(std::string& out, HeapType type, IndexText* names) {
  if (type.is_abstract()) {
    out += to_text(type.abstract());
  } else {
    append_index(out, names, NameKind::type, type.index(), 0);
  }
}

void append_type(std::string& out, ValType type, IndexText* names) {
  if (!type.is_ref() || type.heap().is_abstract()) {
    out += to_text(type);
    return;
  }
  out += type.nullable() ? "(ref null " : "(ref ";
  append_heap_type(out, type.heap(), names);
  out += ')';
}

void append_byte_string(std::string& out, std::span<const std::byte> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (const std::byte b : bytes) {
    const auto c = static_cast<unsigned char>(b);
    if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
      out += static_cast<char>(c);
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else {
      out += '\\';
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
    }
  }
  out += '"';
}

void append_instruction(std::string& out, Reader& r, FeatureSet features, Op& op,
                        IndexText* names) {
  const size_t before = out.size();
  op = binary::read_opcode(r, features);
  if (!r.ok()) return;
  out += to_string(op);
  Printer{out, r, features, names}.immediates(op);
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
