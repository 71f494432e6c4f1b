#include "engine/table_image.hpp"

#include "base/bits.hpp"
#include "base/leb128.hpp"
#include "engine/const_eval.hpp"

namespace weft::engine {

std::vector<runtime::TableImage> make_table_images(const binary::Module& m) {
  std::vector<runtime::TableImage> out(m.tables.size() - m.imported_tables);
  bool any = false;
  for (const binary::ElemSegment& s : m.elems) {
    if (s.mode != binary::SegmentMode::active) continue;
    if (s.is_exprs || s.table.value < m.imported_tables) return {};
    const binary::Table& table = m.tables[s.table.value];
    const auto offset = literal_address(m, s.offset);
    if (table.init || !offset || !in_bounds<uint64_t>(*offset, s.count, table.type.limits.min))
      return {};
    // Nobody gets megabytes for a few elements far out.
    if (*offset > uint64_t{1} << 16 && *offset > 4 * uint64_t{s.count}) return {};
    auto& funcs = out[s.table.value - m.imported_tables].funcs;
    if (funcs.size() < *offset + s.count) funcs.resize(*offset + s.count);
    // SAFETY: the decoder has read these `count` indices before.
    const auto* p = reinterpret_cast<const uint8_t*>(m.range(s.items).data());
    for (uint32_t i = 0; i < s.count; ++i) funcs[*offset + i] = read_leb_trusted<uint32_t>(p) + 1;
    any = true;
  }
  if (!any) out.clear();
  return out;
}

}  // namespace weft::engine
