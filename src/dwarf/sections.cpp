#include "dwarf/sections.hpp"

#include "binary/format.hpp"
#include "binary/reader.hpp"

namespace weft::dwarf {

Sections Sections::of(const binary::Module& module) {
  Sections s;
  const struct {
    std::string_view name;
    Bytes* to;
  } rows[] = {
      {".debug_info", &s.info},
      {".debug_abbrev", &s.abbrev},
      {".debug_line", &s.line},
      {".debug_str", &s.str},
      {".debug_line_str", &s.line_str},
      {".debug_ranges", &s.ranges},
      {".debug_rnglists", &s.rnglists},
      {".debug_addr", &s.addr},
      {".debug_str_offsets", &s.str_offsets},
  };
  for (const binary::CustomSection& c : module.customs) {
    for (const auto& row : rows) {
      if (c.name == row.name && row.to->empty()) *row.to = module.range(c.contents);
    }
  }
  if (!s.present()) return s;
  // Sections were read already: they are well formed.
  binary::Reader r(module.bytes);
  r.skip(8);
  while (r.ok() && !r.at_end()) {
    const uint8_t id = r.u8();
    const uint32_t size = r.u32();
    if (id == static_cast<uint8_t>(binary::SectionId::code)) {
      s.code_start = r.offset();
      s.code_size = size;
      break;
    }
    r.skip(size);
  }
  return s;
}

}  // namespace weft::dwarf
