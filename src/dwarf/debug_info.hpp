// Source places of a guest's code, from the DWARF that its compiler left in custom sections. ADR
// 0018.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dwarf/line_program.hpp"
#include "dwarf/unit.hpp"

namespace weft::dwarf {

/// A function at a place in the source. What is not known is empty or 0.
struct SourceFrame {
  std::string function;  ///< As the source calls it.
  std::string file;      ///< As the compiler was given it; relative names stay relative.
  uint32_t line = 0;     ///< From 1.
  uint32_t column = 0;   ///< From 1.
};

/// Debug information of one module. Nothing is read before the first question; answers are
/// remembered in indexes, at most 64 times the size of the debug sections. Whatever the sections
/// contain, a question ends after a number of steps that is linear in their size. Any thread.
class DebugInfo {
 public:
  /// `keep_alive` owns the module's bytes.
  DebugInfo(const binary::Module& module, std::shared_ptr<const void> keep_alive);

  /// Whether the module has debug information.
  bool present() const { return sections_.present(); }
  /// The source of the instruction at an offset in the module. More than one frame if functions
  /// were inlined there: the innermost first, the one that the code belongs to last. Empty if
  /// nothing is known.
  std::vector<SourceFrame> find(uint32_t module_offset);

 private:
  struct Place {
    AddressRange range;
    uint32_t unit = 0;
    uint32_t entry = 0;  ///< functions: offset in .debug_info
  };
  struct UnitIndex {
    Unit unit;
    bool functions_known = false;
    std::vector<Place> functions;  ///< By low.
  };
  struct Inlined {
    std::string name;
    uint64_t file = 0, line = 0, column = 0;  ///< Where it was called.
  };

  void index_units();
  void index_functions(uint32_t unit);
  const AbbreviationTable& abbreviations(uint64_t offset, Budget& budget);
  const LineTable* line_table(const Unit& unit);
  std::vector<Inlined> inlined_at(const Unit& unit, uint32_t function, uint32_t address,
                                  std::string& name, Budget& budget);
  std::string name_of(uint64_t entry, Budget& budget);
  const Unit* unit_of(uint64_t entry) const;

  Sections sections_;
  std::shared_ptr<const void> keep_alive_;
  std::mutex mutex_;  ///< Guards everything below.
  bool indexed_ = false;
  Budget index_budget_;
  std::vector<UnitIndex> units_;    ///< By position.
  std::vector<Place> unit_places_;  ///< By low.
  std::vector<std::pair<uint64_t, std::unique_ptr<AbbreviationTable>>> abbreviations_;
  std::vector<std::unique_ptr<LineTable>> line_tables_;
};

}  // namespace weft::dwarf
