// Units of .debug_info: header, abbreviations, attribute values (DWARF 5, sections 7.5.1 - 7.5.6).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "dwarf/constants.hpp"
#include "dwarf/sections.hpp"

namespace weft::dwarf {

/// Half open, counted from the start of the code section's contents.
struct AddressRange {
  uint32_t low = 0;
  uint32_t high = 0;
  bool contains(uint32_t a) const { return a >= low && a < high; }
};

/// What an entry's attributes are, by its code.
struct Abbreviation {
  struct Spec {
    uint32_t attribute = 0;
    uint32_t form = 0;
    int64_t implicit = 0;
  };
  uint64_t code = 0;
  uint32_t tag = 0;
  bool has_children = false;
  uint32_t first_spec = 0;
  uint32_t spec_count = 0;
};

struct AbbreviationTable {
  std::vector<Abbreviation> rows;  ///< By code.
  std::vector<Abbreviation::Spec> specs;
  const Abbreviation* find(uint64_t code) const;
  static AbbreviationTable read(Bytes section, uint64_t offset, Budget& budget);
};

/// An attribute's value, as far as anything here asks for it.
struct Value {
  enum class Kind : uint8_t {
    none,
    number,     // constants and flags
    address,    // resolved
    string,     // in the entry itself
    str,        // offset in .debug_str
    line_str,   // offset in .debug_line_str
    strx,       // index in .debug_str_offsets
    reference,  // offset in .debug_info
    offset,     // in another section
    index,      // of a range list
  };
  Kind kind = Kind::none;
  uint64_t number = 0;
  std::string_view text;
};

/// A unit's header and what its first entry says.
struct Unit {
  uint64_t start = 0;  ///< Of the header, in .debug_info; references inside the unit count from it.
  uint64_t first_entry = 0;
  uint64_t end = 0;
  uint16_t version = 0;
  bool is64 = false;
  uint8_t address_size = 4;
  uint64_t abbreviations = 0;  ///< Offset in .debug_abbrev.
  uint64_t str_offsets_base = 0, addr_base = 0, rnglists_base = 0;
  uint64_t low_pc = 0;
  std::optional<uint64_t> line_program;  ///< Offset in .debug_line.
};

/// Reads the header at `cursor` and goes behind the unit. False for units that describe no code
/// (types) and versions that are not known: the cursor stands behind those, too, or has failed.
bool read_unit_header(Cursor& cursor, Unit& unit);

/// Entries of one unit, one after another, with what is needed to read their attributes.
class EntryReader {
 public:
  EntryReader(const Sections& sections, const Unit& unit, const AbbreviationTable& table,
              uint64_t offset)
      : s_(sections), unit_(unit), table_(table), cursor_(s_.info.first(end_of(unit)), offset) {}

  /// The next entry; null at the end of a list of children, and at the end of the unit (`done`).
  const Abbreviation* next();
  bool done() const { return !cursor_.ok() || cursor_.at_end(); }
  uint64_t at() const { return cursor_.at(); }

  /// Calls `see(attribute, value)` for each attribute of the entry that `next` gave; once.
  template <class See>
  bool attributes(const Abbreviation& entry, Budget& budget, See&& see) {
    for (uint32_t i = 0; i < entry.spec_count; ++i) {
      const Abbreviation::Spec& spec = table_.specs[entry.first_spec + i];
      const Value value = read(spec.form, spec.implicit);
      if (!cursor_.ok() || !budget.spend()) return false;
      see(spec.attribute, value);
    }
    return true;
  }
  /// The text of a string. Only asked for where it is wanted: strings may be long, and shared.
  std::string_view text_of(const Value& value) const;
  bool skip(const Abbreviation& entry, Budget& budget) {
    return attributes(entry, budget, [](uint32_t, const Value&) {});
  }

 private:
  size_t end_of(const Unit& unit) const {
    return static_cast<size_t>(std::min<uint64_t>(unit.end, s_.info.size()));
  }
  Value read(uint32_t form, int64_t implicit);
  Value address_index(uint64_t index) const;

  const Sections& s_;
  const Unit& unit_;
  const AbbreviationTable& table_;
  Cursor cursor_;
};

/// Where an entry's code is. Ranges that linkers marked as removed are left out.
struct CodePlaces {
  std::optional<uint64_t> low;
  Value high;
  Value ranges;

  void see(uint32_t attribute, const Value& value);
  /// Appends the ranges.
  void collect(const Sections& sections, const Unit& unit, Budget& budget,
               std::vector<AddressRange>& out) const;
};

}  // namespace weft::dwarf
