// Descriptions of types at the C boundary to and fro the engine's canonical types.
#pragma once

#include "api/objects.hpp"
#include "runtime/type_registry.hpp"

namespace weft::api {

/// Errors: wrong_store (a type of another engine), bad_argument (kind and heap type contradict).
Result<wasm::ValType> from_c(const runtime::TypeRegistry& types, const weft_valtype_t& t);
/// Errors: wrong_store (a type of another engine, or none).
Result<wasm::TypeId> from_c(const runtime::TypeRegistry& types, weft_type_t t);
weft_valtype_t to_c(const runtime::TypeRegistry& types, wasm::ValType t);
weft_type_t to_c(const runtime::TypeRegistry& types, wasm::TypeId id);
weft_memorytype_t to_c(const wasm::MemoryType& t, uint64_t pages);
weft_tabletype_t to_c(const runtime::TypeRegistry& types, const wasm::TableType& t,
                      uint64_t length);
weft_globaltype_t to_c(const runtime::TypeRegistry& types, const wasm::GlobalType& t);

struct Signature {
  std::vector<wasm::ValType> params;
  std::vector<wasm::ValType> results;
};
/// Errors: as of the value types.
Result<Signature> from_c(const runtime::TypeRegistry& types, const weft_functype_t& t);
Result<std::vector<wasm::ValType>> from_c(const runtime::TypeRegistry& types,
                                          const weft_valtype_t* list, size_t count);
/// Owned by the caller.
weft_functype_t* to_functype(const runtime::TypeRegistry& types,
                             const runtime::CanonicalType& type);

}  // namespace weft::api
