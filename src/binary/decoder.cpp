#include "binary/decoder.hpp"

#include <fmt/core.h>

#include <cstring>

#include "binary/sections.hpp"
#include "wasm/limits.hpp"

namespace weft::binary {
namespace {

struct Section {
  std::string_view name;
  uint8_t order;  // sections appear in ascending order
  Feature feature;
  void (*decode)(DecodeState&);
};

/// By id. Custom sections have no place in the order.
constexpr Section kSections[kSectionIds] = {
    {"custom", 0, Feature::mvp, nullptr},
    {"type", 1, Feature::mvp, decode_type_section},
    {"import", 2, Feature::mvp, decode_import_section},
    {"function", 3, Feature::mvp, decode_function_section},
    {"table", 4, Feature::mvp, decode_table_section},
    {"memory", 5, Feature::mvp, decode_memory_section},
    {"global", 7, Feature::mvp, decode_global_section},
    {"export", 8, Feature::mvp, decode_export_section},
    {"start", 9, Feature::mvp, decode_start_section},
    {"element", 10, Feature::mvp, decode_element_section},
    {"code", 12, Feature::mvp, decode_code_section},
    {"data", 13, Feature::mvp, decode_data_section},
    {"data count", 11, Feature::bulk_memory, decode_data_count_section},
    {"tag", 6, Feature::mvp, decode_tag_section},
};

bool is_enabled(SectionId id, FeatureSet features) {
  if (id == SectionId::tag)
    return features.has(Feature::exceptions) || features.has(Feature::legacy_exceptions);
  return features.has(kSections[static_cast<size_t>(id)].feature);
}

void decode_header(Reader& r) {
  if (r.left() < kMagic.size()) {
    return r.fail("unexpected end", fmt::format("{} bytes are no WebAssembly module", r.left()));
  }
  const uint8_t* magic = r.skip(kMagic.size());
  if (std::memcmp(magic, kMagic.data(), kMagic.size()) != 0) {
    return r.fail_at(0, "magic header not detected", "this is no WebAssembly binary");
  }
  if (r.left() < 4) return r.fail("unexpected end", "no version");
  const uint32_t version = r.fixed32();
  if (version == kVersion) return;
  if (version >> 16 == kComponentLayer) {
    return r.fail_at(4, "unknown binary version",
                     "this is a component, only core modules are supported");
  }
  r.fail_at(4, "unknown binary version", fmt::format("{}", version));
}

void decode_custom(DecodeState& s, uint32_t end, uint8_t after) {
  CustomSection c;
  c.name = s.r.name();
  c.after = after;
  if (!s.r.ok()) return;
  const uint32_t at = s.r.offset();
  if (at > end)
    return s.r.fail_at(at, "unexpected end of section or function", "custom section's name");
  c.contents = {at, end - at};
  s.r.skip(end - at);
  s.m.customs.push_back(c);
}

/// One section; false at the end of the module.
void decode_section(DecodeState& s, uint8_t& last_order, uint8_t& last_id) {
  Reader& r = s.r;
  const uint32_t id_at = r.offset();
  const uint8_t id = r.u8();
  if (id >= kSectionIds || !is_enabled(static_cast<SectionId>(id), s.features)) {
    return r.fail_at(id_at, "malformed section id", fmt::format("{}", id));
  }
  const Section& section = kSections[id];
  const uint32_t size_at = r.offset();
  const uint32_t size = r.u32();
  if (size > r.left()) {
    return r.fail_at(
        size_at, "length out of bounds",
        fmt::format("{} section of {} bytes, {} are left", section.name, size, r.left()));
  }
  const uint32_t start = r.offset();
  if (id == 0) return decode_custom(s, start + size, last_id);
  if (section.order <= last_order) {
    return r.fail_at(id_at, "unexpected content after last section",
                     fmt::format("the {} section is out of order or repeated", section.name));
  }
  last_order = section.order;
  last_id = id;
  section.decode(s);
  if (r.ok() && r.offset() != start + size) {
    r.fail_at(start, "section size mismatch",
              fmt::format("{} section of {} bytes has contents of {}", section.name, size,
                          r.offset() - start));
  }
}

void check_counts(DecodeState& s) {
  const Module& m = s.m;
  if (m.code.size() != m.defined_funcs()) {
    return s.r.fail("function and code section have inconsistent lengths",
                    fmt::format("{} and {}", m.defined_funcs(), m.code.size()));
  }
  if (m.data_count && *m.data_count != m.datas.size()) {
    return s.r.fail("data count and data section have inconsistent lengths",
                    fmt::format("{} and {}", *m.data_count, m.datas.size()));
  }
  if (s.const_needs_data_count && !m.data_count) s.r.fail("data count section required");
}

}  // namespace

void decode_code_section(DecodeState& s) {
  Reader& r = s.r;
  const uint32_t at = r.offset();
  const uint32_t n = r.count(limits::kFunctions, "function bodies");
  if (r.ok() && n != s.m.defined_funcs()) {
    return r.fail_at(at, "function and code section have inconsistent lengths",
                     fmt::format("{} and {}", s.m.defined_funcs(), n));
  }
  s.m.code.reserve(n);
  for (uint32_t i = 0; i < n && r.ok(); ++i) {
    const uint32_t size_at = r.offset();
    const uint32_t size = r.u32();
    if (size > r.left()) {
      return r.fail_at(size_at, "length out of bounds",
                       fmt::format("function body of {} bytes, {} are left", size, r.left()));
    }
    if (size > limits::kFunctionBytes) {
      return r.fail_at(size_at, "limit exceeded", fmt::format("function body of {} bytes", size),
                       ErrorCode::limit_exceeded);
    }
    s.m.code.push_back({r.offset(), size});
    r.skip(size);
  }
}

Result<std::unique_ptr<Module>> decode_module(std::span<const std::byte> bytes, FeatureSet features,
                                              std::shared_ptr<const void> keep_alive) {
  if (bytes.size() > limits::kModuleBytes) {
    return fail(ErrorCode::limit_exceeded,
                fmt::format("limit exceeded: a module of {} bytes", bytes.size()));
  }
  auto module = std::make_unique<Module>();
  module->bytes = bytes;
  module->keep_alive = std::move(keep_alive);
  Reader r(bytes);
  DecodeState s{r, *module, features, {}};
  decode_header(r);
  uint8_t last_order = 0;
  uint8_t last_id = 0;
  while (r.ok() && !r.at_end()) decode_section(s, last_order, last_id);
  if (r.ok()) check_counts(s);
  if (!r.ok()) return std::unexpected(r.take_error());
  return module;
}

Result<std::unique_ptr<Module>> decode_module(SharedBytes bytes, FeatureSet features) {
  const std::span<const std::byte> view(*bytes);
  return decode_module(view, features, std::move(bytes));
}

}  // namespace weft::binary
