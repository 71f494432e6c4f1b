#include "api/inspect_core_dump.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "binary/reader.hpp"
#include "text/instruction_text.hpp"
#include "wasm/type_text.hpp"

namespace weft::api {
namespace {

using binary::Module;
using binary::Reader;

const binary::CustomSection* find_custom(const Module& m, std::string_view name) {
  const auto at = std::ranges::find(m.customs, name, &binary::CustomSection::name);
  return at == m.customs.end() ? nullptr : &*at;
}
Reader read(const Module& m, const binary::CustomSection& section) {
  return Reader(m.range(section.contents), section.contents.offset);
}

/// What the format begins each entry with; anything else is a later version of it.
void read_zero(Reader& r) {
  if (r.u8() != 0 && r.ok()) r.fail("malformed core dump", "expected a zero byte");
}

std::string read_value(Reader& r) {
  switch (const uint8_t kind = r.u8()) {
    case 0x01: return "?";
    case 0x7f: return fmt::format("i32 {}", r.s32());
    case 0x7e: return fmt::format("i64 {}", r.s64());
    case 0x7d: return fmt::format("f32 {}", std::bit_cast<float>(r.fixed32()));
    case 0x7c: {
      const uint64_t low = r.fixed32();
      return fmt::format("f64 {}", std::bit_cast<double>(low | uint64_t{r.fixed32()} << 32));
    }
    default:
      if (r.ok()) r.fail("malformed core dump", fmt::format("unknown kind of value {:#x}", kind));
      return {};
  }
}

void add_values(std::string& out, std::string_view what, Reader& r) {
  const uint32_t count = r.count(UINT32_MAX, "values");
  if (count != 0) out += fmt::format("       {:<7}", what);
  for (uint32_t i = 0; i < count && r.ok(); ++i) out += (i == 0 ? " " : ", ") + read_value(r);
  if (count != 0) out += '\n';
}

Result<> add_frames(std::string& out, Reader r) {
  read_zero(r);
  const std::string thread(r.name());
  const uint32_t frames = r.count(UINT32_MAX, "frames");
  out += fmt::format("thread {} ({} frames)\n", text::quoted(thread), frames);
  for (uint32_t i = 0; i < frames && r.ok(); ++i) {
    read_zero(r);
    const uint32_t instance = r.u32();
    const uint32_t func = r.u32();
    const uint32_t offset = r.u32();
    out += fmt::format("  {:>3}: function {} + {:#x}, instance {}\n", i, func, offset, instance);
    add_values(out, "locals", r);
    add_values(out, "stack", r);
  }
  return r.result();
}

Result<std::vector<std::string>> module_names(Reader r) {
  std::vector<std::string> names;
  for (uint32_t n = r.count(UINT32_MAX, "modules"); n > 0 && r.ok(); --n) {
    read_zero(r);
    names.emplace_back(r.name());
  }
  WEFT_TRY(r.result());
  return names;
}

void add_list(std::string& out, std::string_view what, Reader& r) {
  const uint32_t count = r.count(UINT32_MAX, what);
  if (count != 0) out += fmt::format(", {}", what);
  for (uint32_t i = 0; i < count && r.ok(); ++i) out += fmt::format(" {}", r.u32());
}

Result<> add_instances(std::string& out, Reader r, const std::vector<std::string>& modules) {
  const uint32_t count = r.count(UINT32_MAX, "instances");
  out += fmt::format("instances ({})\n", count);
  for (uint32_t i = 0; i < count && r.ok(); ++i) {
    read_zero(r);
    const uint32_t module = r.u32();
    out += fmt::format("  {:>3}: module {} {}", i, module,
                       text::quoted(module < modules.size() ? modules[module] : ""));
    add_list(out, "memories", r);
    add_list(out, "globals", r);
    out += '\n';
  }
  return r.result();
}

void add_state(std::string& out, const Module& m) {
  out += fmt::format("memories ({})\n", m.memories.size());
  for (size_t i = 0; i < m.memories.size(); ++i) {
    uint64_t bytes = 0;
    for (const binary::DataSegment& d : m.datas) bytes += d.memory.value == i ? d.bytes.size : 0;
    out += fmt::format("  {:>3}: {}, {} bytes that are not in a run of zeros\n", i,
                       wasm::to_text(m.memories[i]), bytes);
  }
  out += fmt::format("globals ({})\n", m.globals.size());
  for (size_t i = 0; i < m.globals.size(); ++i) {
    Reader r(m.range(m.globals[i].init), m.globals[i].init.offset);
    std::string value;
    wasm::Op op{};
    text::append_instruction(value, r, wasm::FeatureSet::defaults(), op);
    out += fmt::format("  {:>3}: {}\n", i, value);
  }
}

}  // namespace

bool is_core_dump(const Module& m) {
  return find_custom(m, "core") != nullptr && find_custom(m, "corestack") != nullptr;
}

Result<> add_core_dump(std::string& out, const Module& m) {
  const binary::CustomSection* const process = find_custom(m, "core");
  if (process == nullptr) return fail(ErrorCode::bad_argument, "not a core dump");
  Reader r = read(m, *process);
  read_zero(r);
  const std::string name(r.name());
  WEFT_TRY(r.result());
  out += fmt::format("core dump of {}\n", text::quoted(name));
  for (const binary::CustomSection& section : m.customs) {
    if (section.name == "corestack") WEFT_TRY(add_frames(out, read(m, section)));
  }
  std::vector<std::string> modules;
  if (const auto* section = find_custom(m, "coremodules")) {
    WEFT_ASSIGN(modules, module_names(read(m, *section)));
  }
  if (const auto* section = find_custom(m, "coreinstances"))
    WEFT_TRY(add_instances(out, read(m, *section), modules));
  add_state(out, m);
  return {};
}

}  // namespace weft::api
