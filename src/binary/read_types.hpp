// Readers of types as they stand in the binary format (spec 5.3). Indices are not checked here: an
// unknown type is invalid, not malformed. An index that cannot be one (2^22 and more) becomes
// kUnknownType.
#pragma once

#include "binary/reader.hpp"
#include "wasm/features.hpp"
#include "wasm/types.hpp"

namespace weft::binary {

using namespace wasm;  // NOLINT: the spec's vocabulary

/// Above every index that limits.hpp allows; fits into a HeapType.
inline constexpr uint32_t kUnknownType = HeapType::kAbstractBit - 1;

/// The result of a type reader. On failure the reader is in error and the value means nothing.
HeapType read_heap_type(Reader& r, FeatureSet features);
ValType read_val_type(Reader& r, FeatureSet features);
ValType read_ref_type(Reader& r, FeatureSet features);
ValType read_storage_type(Reader& r, FeatureSet features);
bool read_mutability(Reader& r);
GlobalType read_global_type(Reader& r, FeatureSet features);
TableType read_table_type(Reader& r, FeatureSet features);
MemoryType read_memory_type(Reader& r, FeatureSet features);
TagType read_tag_type(Reader& r);

/// A block type: nothing, one value, or a function type's index.
struct BlockType {
  enum class Kind : uint8_t { empty, value, type } kind = Kind::empty;
  ValType value;
  uint32_t type = 0;
};
BlockType read_block_type(Reader& r, FeatureSet features);

}  // namespace weft::binary
