#include "dwarf/unit.hpp"

#include <algorithm>

namespace weft::dwarf {
namespace {

constexpr uint64_t kNoAddress = ~uint64_t{0};

Value number(uint64_t n) { return {Value::Kind::number, n, {}}; }
Value nothing() { return {}; }

/// Adds a range if it lies in the code; linkers write -1 or -2 for code that they removed.
void add_range(const Sections& s, uint64_t low, uint64_t high, std::vector<AddressRange>& out) {
  if (low >= high || low >= s.code_size) return;
  out.push_back(
      {static_cast<uint32_t>(low), static_cast<uint32_t>(std::min<uint64_t>(high, s.code_size))});
}

uint64_t indexed_address(const Sections& s, const Unit& u, uint64_t index) {
  if (index > s.addr.size()) return kNoAddress;
  Cursor c(s.addr, u.addr_base + index * u.address_size);
  const uint64_t address = c.sized(u.address_size);
  return c.ok() ? address : kNoAddress;
}

/// DWARF 4: pairs, relative to a base.
void read_old_ranges(const Sections& s, const Unit& u, uint64_t offset, Budget& budget,
                     std::vector<AddressRange>& out) {
  Cursor c(s.ranges, offset);
  const uint64_t largest = u.address_size == 8 ? ~uint64_t{0} : ~uint32_t{0};
  uint64_t base = u.low_pc;
  while (c.ok() && budget.spend()) {
    const uint64_t low = c.sized(u.address_size);
    const uint64_t high = c.sized(u.address_size);
    if (!c.ok() || (low == 0 && high == 0)) return;
    if (low == largest) {
      base = high;
    } else if (low < largest - 1) {  // removed code has -2
      add_range(s, base + low, base + high, out);
    }
  }
}

/// DWARF 5: entries with a kind each.
void read_range_list(const Sections& s, const Unit& u, uint64_t offset, Budget& budget,
                     std::vector<AddressRange>& out) {
  enum : uint8_t {
    kEnd,
    kBaseIndex,
    kStartIndexEndIndex,
    kStartIndexLength,
    kOffsetPair,
    kBase,
    kStartEnd,
    kStartLength
  };
  Cursor c(s.rnglists, offset);
  uint64_t base = u.low_pc;
  while (c.ok() && budget.spend()) {
    uint64_t low = 0;
    uint64_t high = 0;
    switch (c.u8()) {
      case kEnd: return;
      case kBaseIndex: base = indexed_address(s, u, c.uleb()); continue;
      case kStartIndexEndIndex:
        low = indexed_address(s, u, c.uleb());
        high = indexed_address(s, u, c.uleb());
        break;
      case kStartIndexLength:
        low = indexed_address(s, u, c.uleb());
        high = low + c.uleb();
        break;
      case kOffsetPair:
        low = base + c.uleb();
        high = base + c.uleb();
        break;
      case kBase: base = c.sized(u.address_size); continue;
      case kStartEnd:
        low = c.sized(u.address_size);
        high = c.sized(u.address_size);
        break;
      case kStartLength:
        low = c.sized(u.address_size);
        high = low + c.uleb();
        break;
      default: return;
    }
    if (c.ok()) add_range(s, low, high, out);
  }
}

}  // namespace

const Abbreviation* AbbreviationTable::find(uint64_t code) const {
  // Compilers number them from 1.
  if (code - 1 < rows.size() && rows[code - 1].code == code) return &rows[code - 1];
  const auto it = std::ranges::lower_bound(rows, code, {}, &Abbreviation::code);
  return it != rows.end() && it->code == code ? &*it : nullptr;
}

AbbreviationTable AbbreviationTable::read(Bytes section, uint64_t offset, Budget& budget) {
  AbbreviationTable table;
  Cursor c(section, offset);
  while (c.ok() && budget.spend()) {
    Abbreviation row;
    row.code = c.uleb();
    if (row.code == 0) break;
    row.tag = static_cast<uint32_t>(c.uleb());
    row.has_children = c.u8() != 0;
    row.first_spec = static_cast<uint32_t>(table.specs.size());
    while (c.ok() && budget.spend()) {
      Abbreviation::Spec spec;
      spec.attribute = static_cast<uint32_t>(c.uleb());
      spec.form = static_cast<uint32_t>(c.uleb());
      if (spec.form == kFormImplicitConst) spec.implicit = c.sleb();
      if (spec.attribute == 0 && spec.form == 0) break;
      table.specs.push_back(spec);
    }
    row.spec_count = static_cast<uint32_t>(table.specs.size()) - row.first_spec;
    if (c.ok()) table.rows.push_back(row);
  }
  if (!std::ranges::is_sorted(table.rows, {}, &Abbreviation::code))
    std::ranges::sort(table.rows, {}, &Abbreviation::code);
  return table;
}

bool read_unit_header(Cursor& cursor, Unit& unit) {
  unit = {};
  unit.start = cursor.at();
  uint64_t length = cursor.u32();
  if (length == 0xffffffff) {
    unit.is64 = true;
    length = cursor.u64();
  }
  const uint64_t contents = cursor.at();
  if (!cursor.ok() || length > cursor.left()) {
    cursor.fail();
    return false;
  }
  unit.end = contents + length;
  Cursor c = cursor.take(length);
  unit.version = c.u16();
  bool has_code = true;
  if (unit.version == 5) {
    const uint8_t type = c.u8();
    has_code = type == 1 || type == 3;  // compile, partial
    unit.address_size = c.u8();
    unit.abbreviations = c.offset(unit.is64);
  } else if (unit.version >= 2 && unit.version <= 4) {
    unit.abbreviations = c.offset(unit.is64);
    unit.address_size = c.u8();
  } else {
    return false;
  }
  unit.first_entry = contents + c.at();
  return c.ok() && has_code && (unit.address_size == 4 || unit.address_size == 8);
}

const Abbreviation* EntryReader::next() {
  const uint64_t code = cursor_.uleb();
  if (code == 0) return nullptr;
  const Abbreviation* entry = table_.find(code);
  if (entry == nullptr) cursor_.fail();
  return entry;
}

std::string_view EntryReader::text_of(const Value& value) const {
  switch (value.kind) {
    case Value::Kind::string: return value.text;
    case Value::Kind::str: return Cursor(s_.str, value.number).string();
    case Value::Kind::line_str: return Cursor(s_.line_str, value.number).string();
    case Value::Kind::strx: {
      const unsigned size = unit_.is64 ? 8 : 4;
      if (value.number > s_.str_offsets.size()) return {};
      Cursor c(s_.str_offsets, unit_.str_offsets_base + value.number * size);
      const uint64_t offset = c.sized(size);
      return c.ok() ? Cursor(s_.str, offset).string() : std::string_view();
    }
    default: return {};
  }
}

Value EntryReader::address_index(uint64_t index) const {
  const uint64_t address = indexed_address(s_, unit_, index);
  return address == kNoAddress ? nothing() : Value{Value::Kind::address, address, {}};
}

Value EntryReader::read(uint32_t form, int64_t implicit) {
  Cursor& c = cursor_;
  const auto reference = [&](uint64_t offset) {
    return Value{Value::Kind::reference, unit_.start + offset, {}};
  };
  const auto strx = [](uint64_t index) { return Value{Value::Kind::strx, index, {}}; };
  const auto skipped = [&](uint64_t size) {
    c.skip(size);
    return nothing();
  };
  switch (form) {
    case kFormAddr: return {Value::Kind::address, c.sized(unit_.address_size), {}};
    case kFormData1:
    case kFormFlag: return number(c.u8());
    case kFormData2: return number(c.u16());
    case kFormData4: return {Value::Kind::number, c.u32(), {}};
    case kFormData8: return number(c.u64());
    case kFormSdata: return number(static_cast<uint64_t>(c.sleb()));
    case kFormUdata: return number(c.uleb());
    case kFormImplicitConst: return number(static_cast<uint64_t>(implicit));
    case kFormFlagPresent: return number(1);
    case kFormString: return {Value::Kind::string, 0, c.string()};
    case kFormStrp: return {Value::Kind::str, c.offset(unit_.is64), {}};
    case kFormLineStrp: return {Value::Kind::line_str, c.offset(unit_.is64), {}};
    case kFormStrx: return strx(c.uleb());
    case kFormStrx1: return strx(c.u8());
    case kFormStrx2: return strx(c.u16());
    case kFormStrx3: return strx(c.u24());
    case kFormStrx4: return strx(c.u32());
    case kFormAddrx: return address_index(c.uleb());
    case kFormAddrx1: return address_index(c.u8());
    case kFormAddrx2: return address_index(c.u16());
    case kFormAddrx3: return address_index(c.u24());
    case kFormAddrx4: return address_index(c.u32());
    case kFormRef1: return reference(c.u8());
    case kFormRef2: return reference(c.u16());
    case kFormRef4: return reference(c.u32());
    case kFormRef8: return reference(c.u64());
    case kFormRefUdata: return reference(c.uleb());
    case kFormRefAddr:
      return {Value::Kind::reference,
              unit_.version == 2 ? c.sized(unit_.address_size) : c.offset(unit_.is64),
              {}};
    case kFormSecOffset: return {Value::Kind::offset, c.offset(unit_.is64), {}};
    case kFormRnglistx: return {Value::Kind::index, c.uleb(), {}};
    case kFormLoclistx: c.uleb(); return nothing();
    case kFormBlock1: return skipped(c.u8());
    case kFormBlock2: return skipped(c.u16());
    case kFormBlock4: return skipped(c.u32());
    case kFormBlock:
    case kFormExprloc: return skipped(c.uleb());
    case kFormData16: return skipped(16);
    case kFormRefSig8:
    case kFormRefSup8: return skipped(8);
    case kFormRefSup4: return skipped(4);
    case kFormStrpSup: return skipped(unit_.is64 ? 8 : 4);
    case kFormIndirect: {
      const auto inner = static_cast<uint32_t>(c.uleb());
      if (inner != kFormIndirect && inner != kFormImplicitConst) return read(inner, 0);
      break;
    }
    default: break;
  }
  c.fail();  // its size is not known, so nothing behind it can be read
  return nothing();
}

void CodePlaces::see(uint32_t attribute, const Value& value) {
  if (attribute == kAtLowPc && value.kind == Value::Kind::address) low = value.number;
  if (attribute == kAtHighPc) high = value;
  if (attribute == kAtRanges) ranges = value;
}

void CodePlaces::collect(const Sections& s, const Unit& u, Budget& budget,
                         std::vector<AddressRange>& out) const {
  if (ranges.kind == Value::Kind::index) {
    const unsigned size = u.is64 ? 8 : 4;
    if (ranges.number > s.rnglists.size()) return;
    Cursor c(s.rnglists, u.rnglists_base + ranges.number * size);
    const uint64_t offset = c.sized(size);
    if (c.ok()) read_range_list(s, u, u.rnglists_base + offset, budget, out);
  } else if (ranges.kind == Value::Kind::offset || ranges.kind == Value::Kind::number) {
    if (u.version >= 5) {
      read_range_list(s, u, ranges.number, budget, out);
    } else {
      read_old_ranges(s, u, ranges.number, budget, out);
    }
  } else if (low && high.kind == Value::Kind::address) {
    add_range(s, *low, high.number, out);
  } else if (low && high.kind == Value::Kind::number && *low < s.code_size) {
    add_range(s, *low, *low + std::min<uint64_t>(high.number, s.code_size), out);
  }
}

}  // namespace weft::dwarf
