#include "runtime/module_info.hpp"

#include <algorithm>
#include <atomic>
#include <bit>

#include "base/bits.hpp"
#include "base/leb128.hpp"
#include "base/utf8.hpp"
#include "base/wrapping.hpp"

namespace weft::runtime {

InstanceLayout InstanceLayout::of(const binary::Module& m) {
  InstanceLayout out;
  uint64_t at = align_up<uint64_t>(sizeof(VMContext), 16);
  // Index spaces are below 2^20 each (limits.hpp), so 32-bit offsets hold.
  const auto place = [&at](uint64_t count, uint64_t size, uint64_t alignment) {
    at = align_up<uint64_t>(at, alignment);
    const uint64_t offset = at;
    at += count * size;
    return static_cast<uint32_t>(offset);
  };
  out.memories = place(m.memories.size(), sizeof(void*), 8);
  out.tables = place(m.tables.size(), sizeof(void*), 8);
  out.globals = place(m.globals.size(), sizeof(void*), 8);
  out.tags = place(m.tags.size(), sizeof(void*), 8);
  out.global_defs = place(m.globals.size() - m.imported_globals, sizeof(Global), 16);
  out.memory_defs = place(m.memories.size() - m.imported_memories, sizeof(Memory), 16);
  out.table_defs = place(m.tables.size() - m.imported_tables, sizeof(Table), 16);
  out.tag_defs = place(m.tags.size() - m.imported_tags, sizeof(Tag), 8);
  constexpr uint64_t kInlineCells = 1u << 17;
  uint64_t cells = 0;
  for (size_t i = m.imported_tables; i < m.tables.size() && cells <= kInlineCells; ++i) {
    cells = saturating_add(cells, m.tables[i].type.limits.min);
  }
  out.inline_cells = cells <= kInlineCells ? cells : 0;
  out.table_cells = place(out.inline_cells, sizeof(Cell), 8);
  // Last, because they are large and mostly stay untouched.
  out.funcs = place(m.funcs.size(), sizeof(void*), 8);
  out.func_defs = place(m.defined_funcs(), sizeof(VMFuncRef), 16);
  out.size = align_up<uint64_t>(at, 16);
  return out;
}

uint64_t ModuleInfo::next_id() {
  static constinit std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);  // SAFETY: a counter
}

namespace {

WEFT_WRAPS uint32_t hash_of(std::string_view name) {
  uint32_t h = 2166136261u;  // FNV-1a
  for (const char c : name) h = (h ^ static_cast<uint8_t>(c)) * 16777619u;
  return h ^ (h >> 15);
}

bool is_closed_module(const binary::Module& m) {
  const auto any_ref = [](std::span<const ValType> types) {
    return std::ranges::any_of(types, [](ValType t) { return t.is_ref(); });
  };
  for (uint32_t i = 0; i < m.types.size(); ++i) {
    if (m.types[i].kind != CompositeKind::func) return false;
    if (any_ref(m.types.params(TypeIdx(i))) || any_ref(m.types.results(TypeIdx(i)))) return false;
  }
  for (uint32_t i = 0; i < m.imported_globals; ++i) {
    if (m.globals[i].type.type.is_ref()) return false;
  }
  return m.imported_tables == 0 && m.tags.empty();
}

}  // namespace

void ModuleInfo::finish() {
  layout = InstanceLayout::of(*module);
  is_closed = is_closed_module(*module);
  const auto is_passive = [](const auto& segment) {
    return segment.mode == binary::SegmentMode::passive;
  };
  has_passive_datas = std::ranges::any_of(module->datas, is_passive);
  has_passive_elems = std::ranges::any_of(module->elems, is_passive);
  constexpr size_t kFew = 4;  // as fast to compare one by one
  const auto& exports = module->exports;
  if (exports.size() <= kFew) return;
  export_slots_.assign(std::bit_ceil(exports.size() * 2), 0);
  const auto mask = static_cast<uint32_t>(export_slots_.size() - 1);
  for (uint32_t i = 0; i < exports.size(); ++i) {
    uint32_t at = hash_of(exports[i].name) & mask;
    while (export_slots_[at] != 0) at = (at + 1) & mask;
    export_slots_[at] = i + 1;
  }
}

const binary::Export* ModuleInfo::find_export(std::string_view wanted) const {
  const auto& exports = module->exports;
  if (export_slots_.empty()) {
    for (const binary::Export& e : exports) {
      if (e.name == wanted) return &e;
    }
    return nullptr;
  }
  const auto mask = static_cast<uint32_t>(export_slots_.size() - 1);
  for (uint32_t at = hash_of(wanted) & mask; export_slots_[at] != 0; at = (at + 1) & mask) {
    const binary::Export& e = exports[export_slots_[at] - 1];
    if (e.name == wanted) return &e;
  }
  return nullptr;
}

namespace {

/// Calls visit(id, begin, end) for each subsection of the name sections. Names are hints: anything
/// odd ends the search.
template <class Visit>
void for_each_subsection(const binary::Module& module, Visit&& visit) {
  for (const binary::CustomSection& c : module.customs) {
    if (c.name != "name") continue;
    const auto section = module.range(c.contents);
    // SAFETY: bytes read as bytes.
    const auto* p = reinterpret_cast<const uint8_t*>(section.data());
    const auto* const end = p + section.size();
    while (p != end) {
      const uint8_t id = *p++;
      uint32_t size = 0;
      if (read_leb_u32(p, end, size) != LebStatus::ok || size > static_cast<size_t>(end - p)) break;
      visit(id, p, p + size);
      p += size;
    }
  }
}

bool read_name(const uint8_t*& p, const uint8_t* end, std::string_view& out) {
  uint32_t length = 0;
  if (read_leb_u32(p, end, length) != LebStatus::ok || length > static_cast<size_t>(end - p))
    return false;
  const std::string_view text(reinterpret_cast<const char*>(p), length);
  if (!is_valid_utf8(text)) return false;
  out = text;
  p += length;
  return true;
}

}  // namespace

std::string ModuleInfo::display_name() const {
  std::string_view found;
  for_each_subsection(*module, [&](uint8_t id, const uint8_t* p, const uint8_t* end) {
    if (id == 0) (void)read_name(p, end, found);
  });
  return found.empty() ? name : std::string(found);
}

void visit_func_names(const binary::Module& module, void* env,
                      void (*visit)(void* env, uint32_t index, std::string_view name)) {
  for_each_subsection(module, [&](uint8_t id, const uint8_t* p, const uint8_t* end) {
    uint32_t count = 0;
    if (id != 1 || read_leb_u32(p, end, count) != LebStatus::ok) return;
    for (uint32_t i = 0; i < count; ++i) {
      uint32_t index = 0;
      std::string_view text;
      if (read_leb_u32(p, end, index) != LebStatus::ok || !read_name(p, end, text)) return;
      visit(env, index, text);
    }
  });
}

std::string ModuleInfo::func_name(FuncIdx f) const {
  struct Search {
    uint32_t wanted;
    std::string_view found;
  } search{f.value, {}};
  visit_func_names(*module, &search, [](void* env, uint32_t index, std::string_view text) {
    auto& s = *static_cast<Search*>(env);
    if (index == s.wanted && s.found.empty()) s.found = text;
  });
  const std::string_view found = search.found;
  if (!found.empty()) return std::string(found);
  for (const binary::Export& e : module->exports) {
    if (e.kind == ExternKind::func && e.index == f.value) return std::string(e.name);
  }
  return {};
}

}  // namespace weft::runtime
