#include "interp/disasm.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <cstring>

#include "interp/enter.hpp"

namespace weft::interp {
namespace {

template <class T>
T read(const std::byte* at) {
  T v;
  std::memcpy(&v, at, sizeof(T));
  return v;
}

void operand(std::string& out, char kind, unsigned at, const std::byte* ip, uint32_t word) {
  auto to = std::back_inserter(out);
  const std::byte* const p = ip + at;
  switch (kind) {
    case 'd': fmt::format_to(to, " r{} <-", read<uint16_t>(p)); break;
    case 's': fmt::format_to(to, " r{}", read<uint16_t>(p)); break;
    case 'o': fmt::format_to(to, " +{}", read<uint16_t>(p)); break;
    case 'w': fmt::format_to(to, " {:#x}", read<uint32_t>(p)); break;
    case 'q': fmt::format_to(to, " {:#x}", read<uint64_t>(p)); break;
    case 'v':
      fmt::format_to(to, " {:#018x}{:016x}", read<uint64_t>(p + 8), read<uint64_t>(p));
      break;
    case 'n': fmt::format_to(to, " #{}", read<uint32_t>(p)); break;
    case 'h': fmt::format_to(to, " @r{}", read<uint32_t>(p) / 8); break;
    case 'j':
      fmt::format_to(to, " -> {}", static_cast<int64_t>(word) + read<int32_t>(p) / 8);
      break;
    case 'f': fmt::format_to(to, " func {}", read<const FuncCode*>(p)->index); break;
    case 't': {
      const uint32_t last = read<uint32_t>(p);
      for (uint32_t i = 0; i <= last; ++i) {
        const std::byte* const entry = p + 4 + size_t{4} * i;
        fmt::format_to(to, " -> {}",
                       (static_cast<int64_t>(word) * 8 + (entry - ip) + read<int32_t>(entry)) / 8);
      }
      break;
    }
    default: break;
  }
}

}  // namespace

std::vector<Line> disassemble_lines(const FuncCode& code) {
  std::vector<Line> lines;
  for (uint32_t word = code.start_word; word < code.word_count;) {
    const auto* ip = reinterpret_cast<const std::byte*>(&code.words[word]);
    const Code c = code_of_handler(code.words[word]);
    if (c == Code::count_) {
      lines.push_back({word, 0, "?"});
      break;
    }
    const CodeInfo row = info(c);
    Line& line = lines.emplace_back(word, module_offset(code, ip), fmt::format("{:24}", row.name));
    std::string_view fields = row.fields;
    while (!fields.empty()) {
      const size_t space = std::min(fields.find(' '), fields.size());
      unsigned at = 0;
      for (char digit : fields.substr(1, space - 1))
        at = at * 10 + static_cast<unsigned>(digit - '0');
      operand(line.text, fields[0], at, ip, word);
      fields.remove_prefix(std::min(space + 1, fields.size()));
    }
    word += row.bytes / 8u;
    if (c == Code::br_table_s || c == Code::br_table_a) word += (read<uint32_t>(ip + 12) + 2) / 2;
  }
  return lines;
}

std::string disassemble(const FuncCode& code) {
  std::string out;
  for (const Line& line : disassemble_lines(code)) {
    fmt::format_to(std::back_inserter(out), "{:5} {:#08x} {}\n", line.word, line.offset, line.text);
  }
  return out;
}

}  // namespace weft::interp
