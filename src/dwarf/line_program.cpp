#include "dwarf/line_program.hpp"

#include <algorithm>
#include <array>

#include "base/wrapping.hpp"
#include "dwarf/constants.hpp"

namespace weft::dwarf {

struct LineHeader {
  bool ok = false;
  bool is64 = false;
  uint16_t version = 0;
  uint8_t address_size = 4;
  uint8_t min_instruction = 1;
  int8_t line_base = 0;
  uint8_t line_range = 1;
  uint8_t opcode_base = 1;
  std::array<uint8_t, 256> operand_counts{};
  Cursor tables{Bytes()};  ///< Directories and files.
  Cursor program{Bytes()};
};

namespace {

enum StandardOpcode : uint8_t {
  kExtended,
  kCopy,
  kAdvancePc,
  kAdvanceLine,
  kSetFile,
  kSetColumn,
  kNegateStatement,
  kSetBasicBlock,
  kConstAddPc,
  kFixedAdvancePc,
  kSetPrologueEnd,
  kSetEpilogueBegin,
  kSetIsa,
};
enum ExtendedOpcode : uint8_t { kEndSequence = 1, kSetAddress = 2 };
enum Content : uint8_t { kPath = 1, kDirectoryIndex = 2 };

LineHeader read_header(const Sections& s, uint64_t offset) {
  LineHeader h;
  Cursor c(s.line, offset);
  uint64_t length = c.u32();
  if (length == 0xffffffff) {
    h.is64 = true;
    length = c.u64();
  }
  if (!c.ok() || length > c.left()) return h;
  Cursor unit = c.take(length);
  h.version = unit.u16();
  if (h.version < 2 || h.version > 5) return h;
  if (h.version == 5) {
    h.address_size = unit.u8();
    unit.u8();  // segment selectors: none
  }
  const uint64_t header_length = unit.offset(h.is64);
  Cursor header = unit.take(header_length);
  h.min_instruction = header.u8();
  if (h.version >= 4) header.u8();  // operations per instruction: no VLIW here
  header.u8();                      // is a statement
  h.line_base = static_cast<int8_t>(header.u8());
  h.line_range = header.u8();
  h.opcode_base = header.u8();
  for (unsigned i = 1; i < h.opcode_base; ++i) h.operand_counts[i] = header.u8();
  h.ok = unit.ok() && header.ok() && h.line_range != 0 && h.opcode_base != 0 &&
         (h.address_size == 4 || h.address_size == 8);
  h.tables = header;
  h.program = unit;
  return h;
}

/// One entry of a DWARF 5 list: what is asked for of it.
struct Entry {
  std::string_view path;
  uint64_t directory = 0;
};

/// Only where it is wanted: strings may be long, and shared by all entries.
std::string_view string_of(Bytes section, uint64_t offset, bool wanted) {
  if (!wanted) return {};
  return Cursor(section, offset).string();
}

Entry read_entry(Cursor& c, const std::vector<std::pair<uint64_t, uint64_t>>& format,
                 const Sections& s, bool is64, bool wanted) {
  Entry entry;
  for (const auto& [content, form] : format) {
    std::string_view text;
    uint64_t number = 0;
    switch (form) {
      case kFormString: text = c.string(); break;
      case kFormLineStrp: text = string_of(s.line_str, c.offset(is64), wanted); break;
      case kFormStrp: text = string_of(s.str, c.offset(is64), wanted); break;
      case kFormData1: number = c.u8(); break;
      case kFormData2: number = c.u16(); break;
      case kFormData4: number = c.u32(); break;
      case kFormData8: number = c.u64(); break;
      case kFormUdata: number = c.uleb(); break;
      case kFormData16: c.skip(16); break;
      case kFormBlock: c.skip(c.uleb()); break;
      default: c.fail(); return entry;
    }
    if (content == kPath) entry.path = text;
    if (content == kDirectoryIndex) entry.directory = number;
  }
  return entry;
}

/// Entry number `wanted` of the DWARF 5 list at the cursor, which goes behind the list.
Entry find_entry(Cursor& c, uint64_t wanted, const Sections& s, bool is64, Budget& budget) {
  std::vector<std::pair<uint64_t, uint64_t>> format;
  for (unsigned n = c.u8(); n > 0; --n) {
    const uint64_t content = c.uleb();
    format.emplace_back(content, c.uleb());
  }
  const uint64_t count = c.uleb();
  Entry found;
  for (uint64_t i = 0; i < count && c.ok() && budget.spend(); ++i) {
    const Entry entry = read_entry(c, format, s, is64, i == wanted);
    if (i == wanted && c.ok()) found = entry;
  }
  return found;
}

std::string join(std::string_view directory, std::string_view file) {
  constexpr size_t kLongest = 1024;
  directory = directory.substr(0, kLongest);
  file = file.substr(0, kLongest);
  if (directory.empty() || file.starts_with('/')) return std::string(file);
  std::string path(directory);
  if (!path.ends_with('/')) path += '/';
  return path.append(file);
}

/// DWARF 2 to 4: lists of strings, numbered from 1; directory 0 is the compilation's.
std::string old_file_name(Cursor c, uint64_t file, Budget& budget) {
  std::vector<std::string_view> directories;
  while (c.ok() && budget.spend()) {
    const std::string_view directory = c.string();
    if (directory.empty()) break;
    directories.push_back(directory);
  }
  for (uint64_t i = 1; c.ok() && budget.spend(); ++i) {
    const std::string_view name = c.string();
    if (name.empty()) break;
    const uint64_t directory = c.uleb();
    c.uleb();  // time
    c.uleb();  // size
    if (i != file) continue;
    return join(directory != 0 && directory <= directories.size() ? directories[directory - 1] : "",
                name);
  }
  return {};
}

}  // namespace

LineTable::LineTable(const Sections& sections, uint64_t offset, Budget& budget) : offset_(offset) {
  LineHeader header = read_header(sections, offset);
  if (header.ok) run(header.program, header, sections, budget);
  std::ranges::sort(sequences_, {}, &Sequence::low);
}

/// Keeps the rows since `first_row` as a sequence, if they are of code that is there.
void LineTable::close(uint32_t first_row, uint64_t end, uint32_t code_size) {
  const auto count = static_cast<uint32_t>(rows_.size()) - first_row;
  const uint64_t low = count == 0 ? 0 : rows_[first_row].address;
  if (count == 0 || end <= low || low >= code_size) {
    rows_.resize(first_row);
    return;
  }
  sequences_.push_back({static_cast<uint32_t>(low),
                        static_cast<uint32_t>(std::min<uint64_t>(end, code_size)), first_row,
                        count});
}

void LineTable::run(Cursor& c, const LineHeader& h, const Sections& s, Budget& budget) {
  uint64_t address = 0;
  uint64_t line = 1;
  uint64_t file = 1;
  uint64_t column = 0;
  auto first_row = static_cast<uint32_t>(rows_.size());
  const auto emit = [&] {
    // What does not fit is of removed code, or garbage.
    if (address < s.code_size)
      rows_.push_back({static_cast<uint32_t>(address), static_cast<uint32_t>(line),
                       static_cast<uint32_t>(file), static_cast<uint32_t>(column)});
  };
  const auto special = [&](unsigned opcode) {
    const unsigned adjusted = opcode - h.opcode_base;
    address =
        wrapping_add(address, static_cast<uint64_t>(adjusted / h.line_range) * h.min_instruction);
    return static_cast<int64_t>(h.line_base) + adjusted % h.line_range;
  };
  while (c.ok() && !c.at_end() && budget.spend()) {
    const uint8_t opcode = c.u8();
    if (opcode >= h.opcode_base) {
      line = wrapping_add(line, static_cast<uint64_t>(special(opcode)));
      emit();
      continue;
    }
    switch (opcode) {
      case kExtended: {
        Cursor operands = c.take(c.uleb());
        const uint8_t extended = operands.u8();
        if (extended == kSetAddress) {
          address = operands.sized(static_cast<unsigned>(operands.left()));
        } else if (extended == kEndSequence) {
          close(first_row, address, s.code_size);
          first_row = static_cast<uint32_t>(rows_.size());
          address = 0;
          line = file = 1;
          column = 0;
        }
        break;
      }
      case kCopy: emit(); break;
      case kAdvancePc:
        address = wrapping_add(address, wrapping_mul(c.uleb(), h.min_instruction));
        break;
      case kAdvanceLine: line = wrapping_add(line, static_cast<uint64_t>(c.sleb())); break;
      case kSetFile: file = c.uleb(); break;
      case kSetColumn: column = c.uleb(); break;
      case kConstAddPc: special(255); break;
      case kFixedAdvancePc: address = wrapping_add(address, c.u16()); break;
      case kNegateStatement:
      case kSetBasicBlock:
      case kSetPrologueEnd:
      case kSetEpilogueBegin: break;
      default:  // unknown ones say how many numbers follow
        for (unsigned n = h.operand_counts[opcode]; n > 0; --n) c.uleb();
        break;
    }
  }
  rows_.resize(first_row);  // a sequence without end
}

const LineRow* LineTable::find(uint32_t address) const {
  auto sequence = std::ranges::upper_bound(sequences_, address, {}, &Sequence::low);
  if (sequence == sequences_.begin()) return nullptr;
  --sequence;
  if (address >= sequence->high) return nullptr;
  const auto first = rows_.begin() + sequence->first;
  auto row = std::upper_bound(first, first + sequence->count, address,
                              [](uint32_t a, const LineRow& r) { return a < r.address; });
  if (row == first) return nullptr;
  // Line 0 is code that the compiler made up: it belongs to what stands before.
  for (--row; row != first && row->line == 0;) --row;
  return &*row;
}

std::string file_name(const Sections& s, uint64_t offset, uint64_t file, Budget& budget) {
  const LineHeader h = read_header(s, offset);
  if (!h.ok) return {};
  if (h.version < 5) return old_file_name(h.tables, file, budget);
  Cursor directories = h.tables;
  Cursor files = h.tables;
  find_entry(files, ~uint64_t{0}, s, h.is64, budget);  // goes behind the directories
  const Entry entry = find_entry(files, file, s, h.is64, budget);
  if (entry.path.empty() || entry.directory == 0) return join({}, entry.path);
  return join(find_entry(directories, entry.directory, s, h.is64, budget).path, entry.path);
}

}  // namespace weft::dwarf
