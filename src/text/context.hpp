// What the parts of the module parser share: reader, name spaces, defined types, sections under
// construction.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "binary/encoder.hpp"
#include "text/names.hpp"
#include "text/reader.hpp"
#include "wasm/type_list.hpp"
#include "wasm/types.hpp"

namespace weft::text {

using binary::Encoder;
using binary::SectionId;

/// Parameters and results, as read from the text.
struct FuncSig {
  std::vector<wasm::ValType> params;
  std::vector<wasm::ValType> results;
  void clear() {
    params.clear();
    results.clear();
  }
  bool empty() const { return params.empty() && results.empty(); }
  bool operator==(const FuncSig&) const = default;
};

/// The defined types of the module, as far as the text format needs them: to find the type of an
/// inline signature.
class TypeTable {
 public:
  /// `matchable`: an inline signature may stand for it, as it is final, without supertype, alone in
  /// its group.
  void add_func(const FuncSig& sig, bool matchable);
  void add_other() { funcs_.push_back(kNotFunc); }

  uint32_t size() const { return static_cast<uint32_t>(funcs_.size()); }
  /// Nothing if the index is out of range or not a function type.
  const FuncSig* func(uint32_t index) const {
    return index < funcs_.size() && funcs_[index] != kNotFunc ? &sigs_[funcs_[index]] : nullptr;
  }
  /// Smallest index of a matchable type.
  std::optional<uint32_t> find(const FuncSig& sig) const;

 private:
  static constexpr uint32_t kNotFunc = ~uint32_t{0};
  struct Hash {
    size_t operator()(const FuncSig& sig) const;
  };
  std::vector<uint32_t> funcs_;  // by type index: index in sigs_
  std::vector<FuncSig> sigs_;
  std::unordered_map<FuncSig, uint32_t, Hash> matchable_;
};

/// Contents of a section whose entries are still being counted.
struct SectionBuffer {
  Encoder bytes;
  uint32_t count = 0;
};

/// Names inside of functions, for the name section: owned by function (or type) index.
using IndirectNames = std::vector<std::pair<uint32_t, NameList>>;

/// Contents of an `(@custom ..)` annotation, in its place.
struct CustomAnnotation {
  uint32_t place = 0;   ///< 2 * rank of the section it stands before, or that + 1 for after.
  uint32_t offset = 0;  ///< In the source: order of those in the same place.
  std::string name;
  std::string contents;
};

/// Where in the source the bytes come from that stand at an offset of a section's buffer.
struct SourceMark {
  const Encoder* buffer = nullptr;
  uint32_t offset = 0;
  uint32_t text = 0;
};

/// Branch hints of one function: (offset of the opcode in the body, likely).
struct BranchHints {
  uint32_t func = 0;
  std::vector<std::pair<uint32_t, bool>> hints;
};

struct Context {
  Context(const TokenList& list, TokenRange range) : in(list, range) {}

  Reader in;
  uint64_t max_limit =
      ~uint64_t{0};  ///< Greatest size of a memory or table that the grammar allows.

  IndexSpace types{"type"};
  IndexSpace funcs{"function"};
  IndexSpace tables{"table"};
  IndexSpace memories{"memory"};
  IndexSpace globals{"global"};
  IndexSpace tags{"tag"};
  IndexSpace elems{"elem segment"};
  IndexSpace datas{"data segment"};
  /// By type index: names of its fields.
  std::unordered_map<uint32_t, IndexSpace> fields;

  TypeTable type_table;
  FuncSig sig;        ///< Scratch of the type-use parser.
  LocalScope locals;  ///< Of the function being read.

  SectionBuffer type_section, import_section, func_section, table_section, memory_section,
      tag_section, global_section, export_section, elem_section, code_section, data_section;
  static constexpr size_t kSections = 11;
  std::array<const SectionBuffer*, kSections> sections() const {
    return {&type_section,   &import_section, &func_section,   &table_section,
            &memory_section, &tag_section,    &global_section, &export_section,
            &elem_section,   &code_section,   &data_section};
  }
  std::optional<uint32_t> start;
  bool needs_data_count = false;

  /// The `(@name ..)` in front of the next token, once.
  std::optional<std::string_view> take_name_note() {
    if (name_notes.empty()) return std::nullopt;
    const auto note = name_notes.find(in.at());
    if (note == name_notes.end()) return std::nullopt;
    const std::string_view name = note->second;
    name_notes.erase(note);
    return name;
  }

  /// Kept only if somebody asks: on the way to an error message (source_places.cpp).
  bool keep_marks = false;
  std::vector<SourceMark> marks;
  uint32_t start_text = 0;  ///< Of the start field.
  void mark(const Encoder& out, uint32_t text) {
    if (keep_marks) marks.push_back({&out, static_cast<uint32_t>(out.size()), text});
  }

  std::string_view module_name;
  IndirectNames local_names, label_names;
  /// Values of (@name ..) by the token they stand before; the binder removes those that it has
  /// used.
  std::map<uint32_t, std::string_view> name_notes;
  std::deque<std::string> annotated_names;  ///< Their storage.
  std::vector<CustomAnnotation> customs;
  std::vector<BranchHints> branch_hints;
};

}  // namespace weft::text
