// The state of printing one module: what indices are called, where the text goes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "text/fold.hpp"
#include "text/identifiers.hpp"
#include "text/instruction_text.hpp"
#include "text/names.hpp"
#include "text/printable_customs.hpp"
#include "text/printer.hpp"

namespace weft::text {

/// One thread, one module. Nothing recurses: open blocks stand in a vector.
class ModulePrinter final : public IndexText {
 public:
  ModulePrinter(const binary::Module& module, const PrintOptions& options);

  Result<std::string> run();

  // IndexText: for instructions and types
  void append(std::string& out, binary::NameKind space, uint32_t index, uint32_t outer) override;
  void append_new_label(std::string& out) override;
  void append_type_use(std::string& out, uint32_t type) override;

 private:
  // Fields, in the order of sections.
  void types();
  void type(uint32_t index);
  void composite(uint32_t index);
  void field(wasm::FieldType field);
  void imports();
  void tables();
  void memories();
  void tags();
  void globals();
  void exports();
  void elems();
  void elem(uint32_t index);
  void datas();
  void customs();
  void custom(size_t index);
  std::string_view place_of(const binary::CustomSection& c) const;

  // Functions.
  void functions();
  void function(uint32_t index);
  void locals(binary::Reader& r, uint32_t params);
  void body(binary::Reader& r);
  void signature(uint32_t type, bool named);
  void typed_list(std::string& out, std::string_view word, std::span<const wasm::ValType> types,
                  uint32_t first_local, bool named);
  std::string_view hint_before(uint32_t offset);
  void plain_instruction(binary::Reader& r, size_t indent);
  void folded_instruction(binary::Reader& r, size_t indent);
  void label_comment(std::string& out, uint32_t depth);

  // Pieces.
  void begin(std::string_view word, binary::NameKind space, uint32_t index);
  void definition_name(std::string& out, const Identifier* id);
  void line(size_t indent);
  void expression(binary::Reader& r, std::string_view wrapper);
  void constant(binary::ConstExpr expr, std::string_view wrapper);
  void strings(std::span<const std::byte> bytes);
  void table_type(const wasm::TableType& type);
  bool within_limit();
  void fail(Error error);
  void note_data_use(wasm::Op op) {
    const wasm::Imm kind = wasm::imm(op);
    needs_data_count_ = needs_data_count_ || kind == wasm::Imm::data ||
                        kind == wasm::Imm::data_memory || kind == wasm::Imm::type_data;
  }
  bool failed() const { return error_.has_value(); }
  const IdentifierList& fields_of(uint32_t type) const;

  const binary::Module& m_;
  PrintableCustoms parts_;
  std::string out_;
  bool fold_ = false;
  std::optional<Error> error_;
  uint64_t limit_;
  bool needs_data_count_ = false;  ///< Known once all code is printed.
  /// What references by name may add to the text; afterwards they are numbers. Keeps the text of a
  /// hostile module linear, and is far away from every other one.
  int64_t reference_budget_;
  IdentifierList spaces_[binary::kNameKinds];                // all but locals, labels, fields
  std::vector<std::pair<uint32_t, IdentifierList>> fields_;  // by type, those that have names
  const IdentifierList no_names_;

  // Of the function that is printed.
  IdentifierList local_ids_;
  IdentifierList label_ids_;
  LabelScope labels_;
  std::vector<const Identifier*> label_stack_;
  uint32_t next_label_ = 0;
  size_t next_hint_ = 0;
  Folder folder_;
  std::string scratch_;
  uint32_t results_ = 0;
};

}  // namespace weft::text
