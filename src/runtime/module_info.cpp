#include "runtime/module_info.hpp"

#include "base/bits.hpp"
#include "base/leb128.hpp"

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
  // Last, because they are large and mostly stay untouched.
  out.funcs = place(m.funcs.size(), sizeof(void*), 8);
  out.func_defs = place(m.defined_funcs(), sizeof(VMFuncRef), 16);
  out.size = align_up<uint64_t>(at, 16);
  return out;
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
  out = {reinterpret_cast<const char*>(p), length};
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

std::string ModuleInfo::func_name(FuncIdx f) const {
  std::string_view found;
  for_each_subsection(*module, [&](uint8_t id, const uint8_t* p, const uint8_t* end) {
    uint32_t count = 0;
    if (id != 1 || read_leb_u32(p, end, count) != LebStatus::ok) return;
    for (uint32_t i = 0; i < count; ++i) {
      uint32_t index = 0;
      std::string_view text;
      if (read_leb_u32(p, end, index) != LebStatus::ok || !read_name(p, end, text)) return;
      if (index != f.value) continue;
      found = text;
      return;
    }
  });
  if (!found.empty()) return std::string(found);
  for (const binary::Export& e : module->exports) {
    if (e.kind == ExternKind::func && e.index == f.value) return std::string(e.name);
  }
  return {};
}

}  // namespace weft::runtime
