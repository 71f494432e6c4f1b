#include "dwarf/debug_info.hpp"

#include <algorithm>

namespace weft::dwarf {
namespace {

constexpr uint64_t kIndexStepsPerByte = 4;      // compilers' output takes less than one
constexpr uint64_t kQuestionSteps = 4'000'000;  // a function's entries: some ten thousand
constexpr size_t kLongestName = 1024;
constexpr int kOriginChain = 8;  // instance, abstract instance, declaration

template <class Place>
const Place* find_place(const std::vector<Place>& places, uint32_t address) {
  auto it =
      std::ranges::upper_bound(places, address, {}, [](const Place& p) { return p.range.low; });
  // Ranges of different functions do not overlap; a few of the same start may.
  for (int tries = 8; it != places.begin() && tries > 0; --tries) {
    --it;
    if (it->range.contains(address)) return &*it;
  }
  return nullptr;
}

}  // namespace

DebugInfo::DebugInfo(const binary::Module& module, std::shared_ptr<const void> keep_alive)
    : sections_(Sections::of(module)), keep_alive_(std::move(keep_alive)) {
  index_budget_.left = kIndexStepsPerByte * sections_.size() + 100'000;
}

const AbbreviationTable& DebugInfo::abbreviations(uint64_t offset, Budget& budget) {
  const auto it = std::ranges::lower_bound(abbreviations_, offset, {},
                                           &decltype(abbreviations_)::value_type::first);
  if (it != abbreviations_.end() && it->first == offset) return *it->second;
  auto table = std::make_unique<AbbreviationTable>(
      AbbreviationTable::read(sections_.abbrev, offset, budget));
  return *abbreviations_.emplace(it, offset, std::move(table))->second;
}

/// The header and the first entry of every unit.
void DebugInfo::index_units() {
  indexed_ = true;
  Cursor cursor(sections_.info);
  std::vector<AddressRange> ranges;
  while (cursor.ok() && !cursor.at_end() && index_budget_.spend()) {
    Unit unit;
    if (!read_unit_header(cursor, unit)) continue;
    const AbbreviationTable& table = abbreviations(unit.abbreviations, index_budget_);
    // Bases stand behind what needs them: read twice.
    CodePlaces places;
    for (int pass = 0; pass < 2; ++pass) {
      EntryReader entries(sections_, unit, table, unit.first_entry);
      const Abbreviation* root = entries.next();
      if (root == nullptr) break;
      Unit read = unit;
      entries.attributes(*root, index_budget_, [&](uint32_t attribute, const Value& value) {
        places.see(attribute, value);
        if (attribute == kAtStmtList) read.line_program = value.number;
        if (attribute == kAtStrOffsetsBase) read.str_offsets_base = value.number;
        if (attribute == kAtAddrBase) read.addr_base = value.number;
        if (attribute == kAtRnglistsBase) read.rnglists_base = value.number;
      });
      read.low_pc = places.low.value_or(0);
      unit = read;
    }
    ranges.clear();
    places.collect(sections_, unit, index_budget_, ranges);
    for (const AddressRange& r : ranges)
      unit_places_.push_back({r, static_cast<uint32_t>(units_.size()), 0});
    units_.push_back({unit, false, {}});
  }
  std::ranges::sort(unit_places_, {}, [](const Place& p) { return p.range.low; });
}

/// All functions of a unit that have code.
void DebugInfo::index_functions(uint32_t index) {
  UnitIndex& u = units_[index];
  u.functions_known = true;
  EntryReader entries(sections_, u.unit, abbreviations(u.unit.abbreviations, index_budget_),
                      u.unit.first_entry);
  std::vector<AddressRange> ranges;
  while (!entries.done()) {
    const auto at = static_cast<uint32_t>(entries.at());
    const Abbreviation* entry = entries.next();
    if (entry == nullptr) {
      if (!index_budget_.spend()) break;
      continue;
    }
    CodePlaces places;
    const bool is_function = entry->tag == kTagSubprogram;
    const bool read =
        entries.attributes(*entry, index_budget_, [&](uint32_t attribute, const Value& value) {
          if (is_function) places.see(attribute, value);
        });
    if (!read || !index_budget_.spend()) break;
    if (!is_function) continue;
    ranges.clear();
    places.collect(sections_, u.unit, index_budget_, ranges);
    for (const AddressRange& r : ranges) u.functions.push_back({r, index, at});
  }
  std::ranges::sort(u.functions, {}, [](const Place& p) { return p.range.low; });
}

const LineTable* DebugInfo::line_table(const Unit& unit) {
  if (!unit.line_program) return nullptr;
  for (const auto& table : line_tables_) {
    if (table->offset() == *unit.line_program) return table.get();
  }
  line_tables_.push_back(std::make_unique<LineTable>(sections_, *unit.line_program, index_budget_));
  return line_tables_.back().get();
}

const Unit* DebugInfo::unit_of(uint64_t entry) const {
  auto it =
      std::ranges::upper_bound(units_, entry, {}, [](const UnitIndex& u) { return u.unit.start; });
  if (it == units_.begin()) return nullptr;
  --it;
  return entry >= it->unit.first_entry && entry < it->unit.end ? &it->unit : nullptr;
}

/// An entry's own name, or that of what it is an instance of.
std::string DebugInfo::name_of(uint64_t entry, Budget& budget) {
  for (int hop = 0; hop < kOriginChain; ++hop) {
    const Unit* unit = unit_of(entry);
    if (unit == nullptr) return {};
    EntryReader reader(sections_, *unit, abbreviations(unit->abbreviations, budget), entry);
    const Abbreviation* row = reader.next();
    if (row == nullptr) return {};
    Value name;
    uint64_t origin = 0;
    reader.attributes(*row, budget, [&](uint32_t attribute, const Value& value) {
      if (attribute == kAtName) name = value;
      if ((attribute == kAtAbstractOrigin || attribute == kAtSpecification) &&
          value.kind == Value::Kind::reference)
        origin = value.number;
    });
    if (const std::string_view text = reader.text_of(name); !text.empty())
      return std::string(text.substr(0, kLongestName));
    if (origin == 0) return {};
    entry = origin;
  }
  return {};
}

/// The functions that were inlined into a function around an address, outermost first. Entries lie
/// in order, children behind their parent; only the children of what contains the address matter.
std::vector<DebugInfo::Inlined> DebugInfo::inlined_at(const Unit& unit, uint32_t function,
                                                      uint32_t address, std::string& name,
                                                      Budget& budget) {
  std::vector<Inlined> found;
  name = name_of(function, budget);
  EntryReader entries(sections_, unit, abbreviations(unit.abbreviations, budget), function);
  const Abbreviation* root = entries.next();
  if (root == nullptr || !entries.skip(*root, budget) || !root->has_children) return found;
  uint32_t depth = 1;   // of the entry read next; the function has 0
  uint32_t inside = 0;  // depth of the innermost entry that contains the address
  std::vector<AddressRange> ranges;
  while (!entries.done() && budget.spend()) {
    const Abbreviation* entry = entries.next();
    if (entry == nullptr) {
      if (--depth <= inside) break;  // the end of its children
      continue;
    }
    CodePlaces places;
    uint64_t origin = 0;
    Inlined inlined;
    const bool scope = depth == inside + 1 &&
                       (entry->tag == kTagInlinedSubroutine || entry->tag == kTagLexicalBlock);
    const bool read =
        entries.attributes(*entry, budget, [&](uint32_t attribute, const Value& value) {
          if (!scope) return;
          places.see(attribute, value);
          if (attribute == kAtAbstractOrigin) origin = value.number;
          if (attribute == kAtCallFile) inlined.file = value.number;
          if (attribute == kAtCallLine) inlined.line = value.number;
          if (attribute == kAtCallColumn) inlined.column = value.number;
        });
    if (!read) break;
    bool contains = false;
    if (scope) {
      ranges.clear();
      places.collect(sections_, unit, budget, ranges);
      for (const AddressRange& r : ranges) contains = contains || r.contains(address);
    }
    if (contains) {
      inside = depth;
      if (entry->tag == kTagInlinedSubroutine) {
        inlined.name = name_of(origin, budget);
        found.push_back(std::move(inlined));
      }
      if (!entry->has_children) break;
    }
    if (entry->has_children) ++depth;
  }
  return found;
}

std::vector<SourceFrame> DebugInfo::find(uint32_t module_offset) {
  std::vector<SourceFrame> out;
  if (!present() || module_offset < sections_.code_start) return out;
  const uint32_t address = module_offset - sections_.code_start;
  const std::lock_guard lock(mutex_);
  if (!indexed_) index_units();
  const Place* place = find_place(unit_places_, address);
  if (place == nullptr) return out;
  UnitIndex& u = units_[place->unit];
  if (!u.functions_known) index_functions(place->unit);
  Budget budget{kQuestionSteps};

  SourceFrame here;
  const LineTable* table = line_table(u.unit);
  const LineRow* row = table == nullptr ? nullptr : table->find(address);
  if (row != nullptr) {
    here.line = row->line;
    here.column = row->column;
    here.file = file_name(sections_, table->offset(), row->file, budget);
  }
  std::string function;
  std::vector<Inlined> inlined;
  if (const Place* f = find_place(u.functions, address))
    inlined = inlined_at(u.unit, f->entry, address, function, budget);
  if (row == nullptr && function.empty()) return out;
  // From the inside out: each was called at a place in the next.
  for (auto it = inlined.rbegin(); it != inlined.rend(); ++it) {
    here.function = it->name;
    out.push_back(std::move(here));
    here = {};
    here.line = static_cast<uint32_t>(it->line);
    here.column = static_cast<uint32_t>(it->column);
    if (u.unit.line_program)
      here.file = file_name(sections_, *u.unit.line_program, it->file, budget);
  }
  here.function = std::move(function);
  out.push_back(std::move(here));
  return out;
}

}  // namespace weft::dwarf
