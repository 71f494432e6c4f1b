#include "api/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/inspect_core_dump.hpp"
#include "binary/format.hpp"
#include "binary/name_section.hpp"
#include "binary/read_types.hpp"
#include "binary/reader.hpp"
#include "interp/disasm.hpp"
#include "text/instruction_text.hpp"
#include "wasm/type_text.hpp"
#include "weft/weft.h"

namespace weft::api {
namespace {

using binary::Module;

constexpr std::string_view kSectionNames[] = {"custom", "type",   "import",     "function", "table",
                                              "memory", "global", "export",     "start",    "elem",
                                              "code",   "data",   "data count", "tag"};
constexpr std::string_view kKindNames[] = {"func", "table", "memory", "global", "tag"};

std::string_view kind_name(wasm::ExternKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

std::string type_of(const Module& m, wasm::ExternKind kind, uint32_t index) {
  switch (kind) {
    case wasm::ExternKind::func:
      return wasm::to_text(m.params(wasm::FuncIdx(index)), m.results(wasm::FuncIdx(index)));
    case wasm::ExternKind::table: return wasm::to_text(m.tables[index].type);
    case wasm::ExternKind::memory: return wasm::to_text(m.memories[index]);
    case wasm::ExternKind::global: return wasm::to_text(m.globals[index].type);
    case wasm::ExternKind::tag: return wasm::to_text(m.types.params(m.tags[index].type), {});
  }
  return {};
}

/// How many things a section declares, in words; empty for those without a count.
std::string contents(const Module& m, uint8_t id) {
  switch (static_cast<binary::SectionId>(id)) {
    case binary::SectionId::type: return fmt::format("{} types", m.types.size());
    case binary::SectionId::import: return fmt::format("{} imports", m.imports.size());
    case binary::SectionId::function:
    case binary::SectionId::code: return fmt::format("{} functions", m.defined_funcs());
    case binary::SectionId::table:
      return fmt::format("{} tables", m.tables.size() - m.imported_tables);
    case binary::SectionId::memory:
      return fmt::format("{} memories", m.memories.size() - m.imported_memories);
    case binary::SectionId::global:
      return fmt::format("{} globals", m.globals.size() - m.imported_globals);
    case binary::SectionId::tag: return fmt::format("{} tags", m.tags.size() - m.imported_tags);
    case binary::SectionId::export_: return fmt::format("{} exports", m.exports.size());
    case binary::SectionId::start:
      return m.start ? fmt::format("function {}", m.start->value) : std::string();
    case binary::SectionId::element: return fmt::format("{} segments", m.elems.size());
    case binary::SectionId::data: return fmt::format("{} segments", m.datas.size());
    default: return {};
  }
}

void add_sections(std::string& out, const Module& m) {
  constexpr size_t kHeaderBytes = 8;
  out += fmt::format("sections ({} bytes)\n", m.bytes.size());
  binary::Reader reader(m.bytes.subspan(kHeaderBytes), kHeaderBytes);
  while (reader.ok() && !reader.at_end()) {
    const uint8_t id = reader.u8();
    const uint32_t size = reader.u32();
    const uint32_t start = reader.offset();
    if (reader.skip(size) == nullptr || id >= std::size(kSectionNames)) return;
    std::string what = contents(m, id);
    if (id == 0) {
      const auto custom = std::ranges::find_if(m.customs, [&](const binary::CustomSection& c) {
        return c.contents.offset >= start && c.contents.end() == start + size;
      });
      if (custom != m.customs.end()) what = text::quoted(custom->name);
    }
    out +=
        fmt::format("  {:<11} {:#010x}  {:>10} bytes  {}\n", kSectionNames[id], start, size, what);
  }
}

void add_imports(std::string& out, const Module& m) {
  out += fmt::format("imports ({})\n", m.imports.size());
  for (const binary::Import& i : m.imports) {
    out += fmt::format("  {:<6} {:>5}  {} {}  {}\n", kind_name(i.kind), i.index,
                       text::quoted(i.module), text::quoted(i.name), type_of(m, i.kind, i.index));
  }
}

void add_exports(std::string& out, const Module& m) {
  out += fmt::format("exports ({})\n", m.exports.size());
  for (const binary::Export& e : m.exports) {
    out += fmt::format("  {:<6} {:>5}  {}  {}\n", kind_name(e.kind), e.index, text::quoted(e.name),
                       type_of(m, e.kind, e.index));
  }
}

void add_names(std::string& out, const engine::CompiledModule& module) {
  const Module& m = module.module();
  out += fmt::format("names of functions ({})\n", m.funcs.size());
  for (uint32_t i = 0; i < m.funcs.size(); ++i) {
    const std::string name = module.info().func_name(wasm::FuncIdx(i));
    if (!name.empty()) out += fmt::format("  {:>6}  {}\n", i, text::escaped(name));
  }
}

struct Operator {
  uint32_t offset;
  std::string text;
};

/// The operators of a body as text, indented by their blocks.
std::vector<Operator> operators_of(const Module& m, wasm::FuncIdx func, wasm::FeatureSet features) {
  const binary::ByteRange& body = m.body(func);
  binary::Reader reader(m.bytes.subspan(body.offset, body.size), body.offset);
  for (uint32_t runs = reader.u32(); runs > 0 && reader.ok(); --runs) {
    reader.u32();
    binary::read_val_type(reader, features);
  }
  std::vector<Operator> out;
  constexpr size_t kDeepest = 24;  // blocks further in are not indented further
  size_t depth = 0;
  while (reader.ok() && !reader.at_end()) {
    const uint32_t offset = reader.offset();
    std::string text;
    wasm::Op op{};
    text::append_instruction(text, reader, features, op);
    if (!reader.ok()) break;
    const bool closes = op == wasm::Op::end || op == wasm::Op::delegate;
    const bool divides =
        op == wasm::Op::else_ || op == wasm::Op::catch_ || op == wasm::Op::catch_all;
    if ((closes || divides) && depth > 0) --depth;
    out.push_back({offset, std::string(2 * std::min(depth, kDeepest), ' ') + text});
    const bool opens = op == wasm::Op::block || op == wasm::Op::loop || op == wasm::Op::if_ ||
                       op == wasm::Op::try_ || op == wasm::Op::try_table;
    if (opens || divides) ++depth;
  }
  return out;
}

/// Each instruction with the operators that it does, the last of which has its offset. Operators
/// that leave nothing behind (local.get, block) stand with the next instruction.
void add_side_by_side(std::string& out, const std::vector<interp::Line>& lines,
                      const std::vector<Operator>& operators) {
  constexpr std::string_view kRow = "{:>5}  {:<48} | {}\n";
  constexpr std::string_view kMore = "{:>5}  {:<48} | {:#08x} {}\n";
  size_t next = 0;
  for (const interp::Line& line : lines) {
    const std::string word = fmt::format("{}", line.word);
    bool first = true;
    for (; next < operators.size() && operators[next].offset <= line.offset; ++next) {
      out += fmt::format(kMore, first ? word : "", first ? line.text : "", operators[next].offset,
                         operators[next].text);
      first = false;
    }
    if (first) out += fmt::format(kRow, word, line.text, "");
  }
  for (; next < operators.size(); ++next)
    out += fmt::format(kMore, "", "", operators[next].offset, operators[next].text);
}

Result<> add_bytecode(std::string& out, const engine::CompiledModule& module, uint32_t only) {
  const Module& m = module.module();
  if (only != UINT32_MAX && m.defined_funcs() == 0)
    return fail(ErrorCode::bad_argument, "no function has a body");
  if (only != UINT32_MAX && (only >= m.funcs.size() || only < m.imported_funcs)) {
    return fail(ErrorCode::bad_argument,
                fmt::format("no function {} with a body: functions {} to {} have one", only,
                            m.imported_funcs, m.funcs.size() - 1));
  }
  const uint32_t first = only == UINT32_MAX ? m.imported_funcs : only;
  const uint32_t last = only == UINT32_MAX ? static_cast<uint32_t>(m.funcs.size()) : only + 1;
  interp::Options options;
  options.features = module.info().features;
  options.validate = true;  // an engine may leave that for the first call, which has not been
  // Translated for the listing alone: what runs is not touched.
  interp::ModuleCode code(module.info().module, options);
  for (uint32_t f = first; f < last; ++f) {
    const wasm::FuncIdx func(f);
    out += fmt::format("function {} {} {}\n", f, text::escaped(module.info().func_name(func)),
                       wasm::to_text(m.params(func), m.results(func)));
    interp::FuncCode& function = *code.function(func);
    if (const auto done = code.translate(function); !done) {
      out += fmt::format("  {}\n",
                         done.error().message);  // e.g. an instruction that cannot be executed yet
      continue;
    }
    add_side_by_side(out, interp::disassemble_lines(function),
                     operators_of(m, func, options.features));
  }
  return {};
}

}  // namespace

Result<std::string> inspect(const engine::CompiledModule& module, uint32_t what, uint32_t func) {
  std::string out;
  if (what & WEFT_INSPECT_SECTIONS) add_sections(out, module.module());
  if (what & WEFT_INSPECT_IMPORTS) add_imports(out, module.module());
  if (what & WEFT_INSPECT_EXPORTS) add_exports(out, module.module());
  if (what & WEFT_INSPECT_NAMES) add_names(out, module);
  if ((what & WEFT_INSPECT_CORE_DUMP) && is_core_dump(module.module()))
    WEFT_TRY(add_core_dump(out, module.module()));
  if (what & WEFT_INSPECT_BYTECODE) WEFT_TRY(add_bytecode(out, module, func));
  return out;
}

}  // namespace weft::api
