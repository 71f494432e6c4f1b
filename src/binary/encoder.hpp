// Writes the binary format: a growing buffer with LEB128, type and section writers. Nothing is
// checked here; the result goes through decoder and validator like any other bytes (spec chapter
// 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/leb128.hpp"
#include "binary/format.hpp"
#include "wasm/opcodes.hpp"
#include "wasm/types.hpp"

namespace weft::binary {

using namespace wasm;  // NOLINT: the spec's vocabulary

/// Grows only; one thread. Sized parts nest: `auto m = e.begin_sized(); ...; e.end_sized(m);`
class Encoder {
 public:
  /// Where the contents of a sized part begin. Parts must be ended in reverse order.
  using Mark = size_t;

  size_t size() const { return bytes_.size(); }
  std::span<const std::byte> bytes() const { return bytes_; }
  std::vector<std::byte> take() { return std::move(bytes_); }
  void clear() { bytes_.clear(); }

  // --- primitives
  // -----------------------------------------------------------------------------------------------
  void push_back(uint8_t b) { bytes_.push_back(static_cast<std::byte>(b)); }
  void byte(uint8_t b) { push_back(b); }
  void raw(std::span<const std::byte> b) { bytes_.insert(bytes_.end(), b.begin(), b.end()); }
  void raw(std::string_view s) { raw(std::as_bytes(std::span(s.data(), s.size()))); }
  void u32(uint32_t v) { write_leb_u(*this, v); }
  void u64(uint64_t v) { write_leb_u(*this, v); }
  void s32(int32_t v) { write_leb_s(*this, v); }
  void s33(int64_t v) { write_leb_s(*this, v); }
  void s64(int64_t v) { write_leb_s(*this, v); }
  void fixed32(uint32_t bits);     ///< 4 bytes, little endian: f32
  void fixed64(uint64_t bits);     ///< 8 bytes, little endian: f64, half of a v128
  void name(std::string_view s) {  ///< Length and bytes; also vec(byte).
    u32(static_cast<uint32_t>(s.size()));
    raw(s);
  }
  /// A count and LEB128 indices.
  void indices(std::span<const uint32_t> list);

  // --- structure
  // ------------------------------------------------------------------------------------------------
  void header();  ///< Magic and version of a core module.
  [[nodiscard]] Mark begin_sized() const { return bytes_.size(); }
  /// Puts the size (shortest form) in front of what was written since begin_sized. Linear in those
  /// bytes.
  void end_sized(Mark start);
  [[nodiscard]] Mark begin_section(SectionId id) {
    byte(static_cast<uint8_t>(id));
    return begin_sized();
  }
  void end_section(Mark m) { end_sized(m); }
  /// Begins a custom section and writes its name; finish with end_section.
  [[nodiscard]] Mark begin_custom(std::string_view section_name) {
    const Mark m = begin_section(SectionId::custom);
    name(section_name);
    return m;
  }

  // --- instructions
  // ---------------------------------------------------------------------------------------------
  void op(Op op);
  void block_type_empty() { byte(code::kEmptyBlock); }
  void block_type(ValType result) { write(result); }
  void block_type(TypeIdx type) { s33(type.value); }
  void mem_arg(uint32_t align_log2, uint32_t memory, uint64_t offset);
  /// The flags byte of br_on_cast and br_on_cast_fail; label and both heap types follow.
  void cast_flags(bool from_nullable, bool to_nullable) {
    byte(static_cast<uint8_t>((from_nullable ? 1 : 0) | (to_nullable ? 2 : 0)));
  }

  // --- types: the shortest encoding
  // -----------------------------------------------------------------------------
  void write(HeapType t);
  void write(ValType t);  ///< Storage types too.
  void write(FieldType t);
  void write(GlobalType t);
  void write(const MemoryType& t);
  void write(const TableType& t);
  void write(TagType t);
  void write(ExternKind k) { byte(static_cast<uint8_t>(k)); }
  void types(std::span<const ValType> list);  ///< A count and the types.

 private:
  void limits(const Limits& l, uint8_t flags);

  std::vector<std::byte> bytes_;
};

}  // namespace weft::binary
