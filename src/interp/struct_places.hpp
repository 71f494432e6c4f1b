// Where the fields of a module's struct types lie, for the emitter: computed once per type, so that
// translating stays linear.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "runtime/gc_layout.hpp"

namespace weft::interp {

struct StructPlaces {
  std::vector<runtime::StructLayout::Field> fields;
  uint32_t bytes = 0;
  bool has_refs = false;
  bool all_words = true;  ///< Every field takes four bytes.
};

class StructPlacesCache {
 public:
  const StructPlaces& of(const wasm::TypeList& types, uint32_t type) {
    const auto [found, fresh] = places_.try_emplace(type);
    if (fresh) fill(found->second, types, type);
    return found->second;
  }

 private:
  static void fill(StructPlaces& out, const wasm::TypeList& types, uint32_t type) {
    runtime::FieldCursor cursor;
    for (const wasm::FieldType& field : types.fields(type)) {
      const runtime::FieldClass cls = runtime::field_class(types, field.type);
      out.fields.push_back({cursor.place(cls), cls});
      out.has_refs |= cls == runtime::FieldClass::ref;
      out.all_words &= runtime::log2_bytes(cls) == 2;
    }
    out.bytes = cursor.object_bytes();
  }

  std::unordered_map<uint32_t, StructPlaces> places_;
};

}  // namespace weft::interp
