// Second walk over a module: each field into its section (spec 6.6).
#pragma once

#include <array>

#include "text/context.hpp"
#include "text/instr_parser.hpp"

namespace weft::text {

class FieldsParser {
 public:
  explicit FieldsParser(Context& c) : c_(c), in_(c.in), instrs_(c) {}

  /// All fields from the reader's position to its end; names are bound already.
  void parse_types();
  void parse_fields();
  uint32_t hints_taken() const { return instrs_.hints_taken(); }

 private:
  using SectionSizes = std::array<size_t, Context::kSections>;
  SectionSizes section_sizes() const;
  void mark_field(const SectionSizes& before, uint32_t text);
  void parse_field(std::string_view word);
  void parse_import();
  void parse_compact_import(const std::string& module);
  void import_header(std::string_view module, std::string_view name);
  void import_description(bool id_allowed, Encoder& out);
  void import_type(std::string_view word, Encoder& out);
  bool take_inline_import(wasm::ExternKind kind);
  void take_inline_exports(wasm::ExternKind kind, uint32_t index);

  void parse_func();
  void parse_locals(Encoder& body);
  void parse_table();
  void inline_elems(uint32_t table, wasm::TableType& type, Encoder& items, uint32_t& count,
                    bool& exprs);
  void parse_memory();
  void parse_global();
  void parse_tag();
  void parse_export();
  void parse_start();

  void parse_elem();
  bool take_elem_list(bool bare_allowed, wasm::ValType& type, bool& exprs, Encoder& items,
                      uint32_t& count);
  void elem_items(bool exprs, Encoder& items, uint32_t& count);
  void write_elem(uint8_t mode, uint32_t table, std::span<const std::byte> offset,
                  wasm::ValType type, bool exprs, const Encoder& items, uint32_t count);
  void parse_data();
  void offset_expr(Encoder& out);
  std::string data_string();

  Context& c_;
  Reader& in_;
  InstrParser instrs_;
  // Indices of the next definition of each kind.
  uint32_t next_func_ = 0, next_table_ = 0, next_memory_ = 0, next_global_ = 0, next_tag_ = 0;
};

}  // namespace weft::text
