// A decoded module: immutable, shared by threads, bodies and expressions still as byte ranges
// (spec 2.5, 5.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "wasm/type_list.hpp"
#include "wasm/types.hpp"

namespace weft::binary {

using namespace wasm;  // NOLINT: the module is written in the spec's vocabulary

/// A range of the module's bytes. Modules are below 4 GiB (limits.hpp).
struct ByteRange {
  uint32_t offset = 0;
  uint32_t size = 0;
  uint32_t end() const { return offset + size; }
};

/// A constant expression, without its final `end` stripped: the walker reads it whole.
using ConstExpr = ByteRange;

struct Import {
  std::string_view module;  ///< Points into the module's bytes; valid UTF-8.
  std::string_view name;
  ExternKind kind = ExternKind::func;
  uint32_t index = 0;  ///< In the index space of its kind: imports come first there.
};

struct Export {
  std::string_view name;
  ExternKind kind = ExternKind::func;
  uint32_t index = 0;
  uint32_t offset = 0;  ///< Where it stands, for errors.
};

struct Table {
  TableType type;
  std::optional<ConstExpr> init;
};

struct Global {
  GlobalType type;
  ConstExpr init;  ///< Empty for an imported global.
};

enum class SegmentMode : uint8_t { active, passive, declarative };

struct ElemSegment {
  SegmentMode mode = SegmentMode::passive;
  TableIdx table;
  ConstExpr offset;  ///< active only
  ValType type = kFuncRef;
  bool is_exprs = false;  ///< items are constant expressions, else LEB128 function indices
  uint32_t count = 0;
  ByteRange items;
};

struct DataSegment {
  SegmentMode mode = SegmentMode::passive;
  MemoryIdx memory;
  ConstExpr offset;  ///< active only
  ByteRange bytes;
};

struct CustomSection {
  std::string_view name;
  ByteRange contents;  ///< Without the name.
  uint8_t after = 0;   ///< Id of the last known section before it; 0 at the start.
};

/// The bytes a module was made of; never changed after decoding.
using SharedBytes = std::shared_ptr<const std::vector<std::byte>>;

struct Module {
  std::span<const std::byte> bytes;        ///< The whole binary.
  std::shared_ptr<const void> keep_alive;  ///< Owns `bytes`.

  TypeList types;
  std::vector<Import> imports;
  // Index spaces: imported ones first.
  std::vector<TypeIdx> funcs;
  std::vector<Table> tables;
  std::vector<MemoryType> memories;
  std::vector<Global> globals;
  std::vector<TagType> tags;
  uint32_t imported_funcs = 0;
  uint32_t imported_tables = 0;
  uint32_t imported_memories = 0;
  uint32_t imported_globals = 0;
  uint32_t imported_tags = 0;

  std::vector<Export> exports;
  std::optional<FuncIdx> start;
  std::vector<ElemSegment> elems;
  std::vector<DataSegment> datas;
  std::optional<uint32_t> data_count;
  std::vector<ByteRange>
      code;  ///< Bodies of defined functions: locals and expression, without the size prefix.
  std::vector<CustomSection> customs;

  uint32_t defined_funcs() const { return static_cast<uint32_t>(funcs.size()) - imported_funcs; }
  bool is_imported(FuncIdx f) const { return f.value < imported_funcs; }
  const ByteRange& body(FuncIdx f) const { return code[f.value - imported_funcs]; }
  std::span<const std::byte> range(ByteRange r) const { return bytes.subspan(r.offset, r.size); }
  std::span<const ValType> params(FuncIdx f) const { return types.params(funcs[f.value]); }
  std::span<const ValType> results(FuncIdx f) const { return types.results(funcs[f.value]); }
};

}  // namespace weft::binary
