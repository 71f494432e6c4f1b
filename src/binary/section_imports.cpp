// The import section, with the groups of the compact import proposal (spec 5.5.5).
#include <fmt/core.h>

#include "binary/read_types.hpp"
#include "binary/sections.hpp"
#include "wasm/limits.hpp"

namespace weft::binary {
namespace {

/// An import's type, before it has a name.
struct ExternType {
  ExternKind kind = ExternKind::func;
  TypeIdx func;
  TableType table;
  MemoryType memory;
  GlobalType global;
  TagType tag;
};

ExternType read_extern_type(DecodeState& s) {
  Reader& r = s.r;
  ExternType t;
  const uint32_t at = r.offset();
  const uint8_t kind = r.u8();
  const uint8_t kinds =
      s.features.has(Feature::exceptions) || s.features.has(Feature::legacy_exceptions) ? 5 : 4;
  if (kind >= kinds) {
    r.fail_at(at, "malformed import kind", fmt::format("0x{:02x}", kind));
    return t;
  }
  t.kind = static_cast<ExternKind>(kind);
  switch (t.kind) {
    case ExternKind::func: t.func = TypeIdx(r.u32()); break;
    case ExternKind::table: t.table = read_table_type(r, s.features); break;
    case ExternKind::memory: t.memory = read_memory_type(r, s.features); break;
    case ExternKind::global: t.global = read_global_type(r, s.features); break;
    case ExternKind::tag: t.tag = read_tag_type(r); break;
  }
  return t;
}

/// Appends to the index space of the import's kind; the new index.
uint32_t add_to_index_space(Module& m, const ExternType& t) {
  switch (t.kind) {
    case ExternKind::func: m.funcs.push_back(t.func); return m.imported_funcs++;
    case ExternKind::table: m.tables.push_back({t.table, std::nullopt}); return m.imported_tables++;
    case ExternKind::memory: m.memories.push_back(t.memory); return m.imported_memories++;
    case ExternKind::global: m.globals.push_back({t.global, {}}); return m.imported_globals++;
    case ExternKind::tag: m.tags.push_back(t.tag); return m.imported_tags++;
  }
  return 0;
}

void add_import(DecodeState& s, std::string_view module, std::string_view name,
                const ExternType& t) {
  if (!s.r.ok()) return;
  if (s.m.imports.size() >= limits::kImports || s.m.memories.size() >= limits::kMemories ||
      s.m.tables.size() >= limits::kTables) {
    return s.r.fail_at(s.r.offset(), "limit exceeded", "too many imports",
                       ErrorCode::limit_exceeded);
  }
  s.m.imports.push_back({module, name, t.kind, add_to_index_space(s.m, t)});
}

}  // namespace

void decode_import_section(DecodeState& s) {
  Reader& r = s.r;
  const bool compact = s.features.has(Feature::compact_imports);
  const uint32_t n = r.count(limits::kImports, "imports");
  s.m.imports.reserve(n);
  for (uint32_t i = 0; i < n && r.ok(); ++i) {
    const std::string_view module = r.name();
    const std::string_view name = r.name();
    const int kind = r.peek();
    if (compact && name.empty() && kind == kCompactByItem) {
      r.u8();
      for (uint32_t k = r.count(limits::kImports, "imports of a group"); k > 0 && r.ok(); --k) {
        const std::string_view item = r.name();
        add_import(s, module, item, read_extern_type(s));
      }
    } else if (compact && name.empty() && kind == kCompactByType) {
      r.u8();
      const ExternType type = read_extern_type(s);
      for (uint32_t k = r.count(limits::kImports, "imports of a group"); k > 0 && r.ok(); --k) {
        add_import(s, module, r.name(), type);
      }
    } else {
      add_import(s, module, name, read_extern_type(s));
    }
  }
}

}  // namespace weft::binary
