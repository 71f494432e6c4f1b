// External type matching (spec 3.3.14): does what is given fit what a module imports?
#include <fmt/core.h>

#include "engine/instantiate.hpp"

namespace weft::engine {

using namespace wasm;  // NOLINT: the spec's vocabulary

namespace {

std::string describe_limits(const Limits& limits) {
  std::string out = std::to_string(limits.min);
  if (limits.max) out += fmt::format(" {}", *limits.max);
  return out;
}
std::string describe(const MemoryType& t) {
  std::string out = fmt::format("memory {}{}{}", t.address == AddressType::i64 ? "i64 " : "",
                                describe_limits(t.limits), t.shared ? " shared" : "");
  if (t.page_log2 != 16) out += fmt::format(" (pagesize {})", t.page_bytes());
  return out;
}
std::string describe(const runtime::TypeRegistry& types, const TableType& t) {
  return fmt::format("table {}{} {}", t.address == AddressType::i64 ? "i64 " : "",
                     describe_limits(t.limits), types.describe(t.element));
}
std::string describe(const runtime::TypeRegistry& types, const GlobalType& t) {
  return t.is_mutable ? fmt::format("global (mut {})", types.describe(t.type))
                      : fmt::format("global {}", types.describe(t.type));
}
/// The signature without the word `func`; one without parameters and results is that word alone.
std::string describe_tag(const runtime::TypeRegistry& types, TypeId t) {
  return "tag" + types.describe(t).substr(4);
}

/// `found_min` is the present size: what has grown may fit a larger minimum.
bool limits_match(uint64_t found_min, const Limits& found, const Limits& expected) {
  if (found_min < expected.min) return false;
  return !expected.max || (found.max && *found.max <= *expected.max);
}

TableType expected_table(const runtime::ModuleInfo& info, uint32_t index) {
  TableType t = info.module->tables[index].type;
  t.element = info.canonical(t.element);
  return t;
}
GlobalType expected_global(const runtime::ModuleInfo& info, uint32_t index) {
  GlobalType t = info.module->globals[index].type;
  t.type = info.canonical(t.type);
  return t;
}

bool matches(const runtime::TypeRegistry& types, const runtime::ModuleInfo& info,
             const binary::Import& import, const runtime::Extern& item) {
  const uint32_t i = import.index;
  switch (import.kind) {
    case ExternKind::func: return types.is_sub(item.func->type, info.func_type(FuncIdx(i)));
    case ExternKind::table: {
      const TableType expected = expected_table(info, i);
      const TableType& found = item.table->type();
      return found.element == expected.element && found.address == expected.address &&
             limits_match(item.table->length, found.limits, expected.limits);
    }
    case ExternKind::memory: {
      const MemoryType& expected = info.module->memories[i];
      const MemoryType& found = item.memory->type();
      return found.address == expected.address && found.shared == expected.shared &&
             found.page_log2 == expected.page_log2 &&
             limits_match(item.memory->pages(), found.limits, expected.limits);
    }
    case ExternKind::global: {
      const GlobalType expected = expected_global(info, i);
      const GlobalType& found = item.global->type();
      if (found.is_mutable != expected.is_mutable) return false;
      return expected.is_mutable ? found.type == expected.type
                                 : types.matches(found.type, expected.type);
    }
    case ExternKind::tag: return item.tag->type == info.type_ids[info.module->tags[i].type.value];
  }
  return false;
}

std::string describe_expected(const runtime::TypeRegistry& types, const runtime::ModuleInfo& info,
                              const binary::Import& import) {
  const uint32_t i = import.index;
  switch (import.kind) {
    case ExternKind::func: return types.describe(info.func_type(FuncIdx(i)));
    case ExternKind::table: return describe(types, expected_table(info, i));
    case ExternKind::memory: return describe(info.module->memories[i]);
    case ExternKind::global: return describe(types, expected_global(info, i));
    case ExternKind::tag:
      return describe_tag(types, info.type_ids[info.module->tags[i].type.value]);
  }
  return "unknown";
}

std::string describe_found(const runtime::TypeRegistry& types, const runtime::Extern& item) {
  switch (item.kind) {
    case ExternKind::func: return types.describe(item.func->type);
    case ExternKind::table: {
      TableType t = item.table->type();
      t.limits.min = item.table->length;
      return describe(types, t);
    }
    case ExternKind::memory: {
      MemoryType t = item.memory->type();
      t.limits.min = item.memory->pages();
      return describe(t);
    }
    case ExternKind::global: return describe(types, item.global->type());
    case ExternKind::tag: return describe_tag(types, item.tag->type);
  }
  return "unknown";
}

}  // namespace

std::string describe_import(const Engine& engine, const runtime::ModuleInfo& info,
                            const binary::Import& import) {
  return describe_expected(engine.types(), info, import);
}

Result<> check_import(runtime::Store& store, const runtime::ModuleInfo& info,
                      const binary::Import& import, const Extern& item) {
  if (item.store_id != store.id()) {
    return fail(
        ErrorCode::wrong_store,
        fmt::format("wrong store: the item given for import \"{}\".\"{}\" belongs to another store",
                    import.module, import.name));
  }
  const runtime::TypeRegistry& types = store.engine().types();
  if (item.kind() == import.kind && matches(types, info, import, item.item)) return {};
  return fail(ErrorCode::unlinkable,
              fmt::format("incompatible import type for \"{}\".\"{}\": expected {}, found {}",
                          import.module, import.name, describe_expected(types, info, import),
                          describe_found(types, item.item)));
}

}  // namespace weft::engine
