// Sections that define functions, tables, memories, tags and globals, and those that name them:
// exports and start (spec 5.5.6 - 5.5.11, 5.5.16).
#include <fmt/core.h>

#include "binary/read_types.hpp"
#include "binary/sections.hpp"
#include "wasm/limits.hpp"

namespace weft::binary {
namespace {

/// Counts definitions on top of the imports of the same kind.
uint32_t count_definitions(DecodeState& s, size_t imported, uint32_t limit, std::string_view what) {
  const uint32_t at = s.r.offset();
  const uint32_t n = s.r.count(limit, what);
  if (imported + n > limit) {
    s.r.fail_at(at, "limit exceeded",
                fmt::format("{} {}, at most {} are supported", imported + n, what, limit),
                ErrorCode::limit_exceeded);
    return 0;
  }
  return n;
}

Table read_table(DecodeState& s) {
  Table t;
  if (s.r.peek() != code::kEmptyBlock || !s.features.has(Feature::function_references)) {
    t.type = read_table_type(s.r, s.features);
    return t;
  }
  s.r.u8();
  const uint32_t at = s.r.offset();
  if (s.r.u8() != 0) s.r.fail_at(at, "zero byte expected");
  t.type = read_table_type(s.r, s.features);
  t.init = s.const_expr();
  return t;
}

}  // namespace

void decode_function_section(DecodeState& s) {
  const uint32_t n = count_definitions(s, s.m.funcs.size(), limits::kFunctions, "functions");
  s.m.funcs.reserve(s.m.funcs.size() + n);
  for (uint32_t i = 0; i < n && s.r.ok(); ++i) s.m.funcs.push_back(TypeIdx(s.r.u32()));
}

void decode_table_section(DecodeState& s) {
  const uint32_t n = count_definitions(s, s.m.tables.size(), limits::kTables, "tables");
  s.m.tables.reserve(s.m.tables.size() + n);
  for (uint32_t i = 0; i < n && s.r.ok(); ++i) s.m.tables.push_back(read_table(s));
}

void decode_memory_section(DecodeState& s) {
  const uint32_t n = count_definitions(s, s.m.memories.size(), limits::kMemories, "memories");
  s.m.memories.reserve(s.m.memories.size() + n);
  for (uint32_t i = 0; i < n && s.r.ok(); ++i)
    s.m.memories.push_back(read_memory_type(s.r, s.features));
}

void decode_tag_section(DecodeState& s) {
  const uint32_t n = count_definitions(s, s.m.tags.size(), limits::kTags, "tags");
  s.m.tags.reserve(s.m.tags.size() + n);
  for (uint32_t i = 0; i < n && s.r.ok(); ++i) s.m.tags.push_back(read_tag_type(s.r));
}

void decode_global_section(DecodeState& s) {
  const uint32_t n = count_definitions(s, s.m.globals.size(), limits::kGlobals, "globals");
  s.m.globals.reserve(s.m.globals.size() + n);
  for (uint32_t i = 0; i < n && s.r.ok(); ++i) {
    Global g;
    g.type = read_global_type(s.r, s.features);
    g.init = s.const_expr();
    s.m.globals.push_back(g);
  }
}

void decode_export_section(DecodeState& s) {
  const uint32_t n = s.r.count(limits::kExports, "exports");
  s.m.exports.reserve(n);
  const uint8_t kinds =
      s.features.has(Feature::exceptions) || s.features.has(Feature::legacy_exceptions) ? 5 : 4;
  for (uint32_t i = 0; i < n && s.r.ok(); ++i) {
    Export e;
    e.offset = s.r.offset();
    e.name = s.r.name();
    const uint32_t at = s.r.offset();
    const uint8_t kind = s.r.u8();
    if (kind >= kinds)
      return s.r.fail_at(at, "malformed export kind", fmt::format("0x{:02x}", kind));
    e.kind = static_cast<ExternKind>(kind);
    e.index = s.r.u32();
    s.m.exports.push_back(e);
  }
}

void decode_start_section(DecodeState& s) { s.m.start = FuncIdx(s.r.u32()); }

}  // namespace weft::binary
