// Objects of a store's heap as the host makes, reads and writes them: every index and type is
// checked. Results are rooted in the present scope. Errors of all: bad_argument, limit_exceeded
// (the heap is full).
#pragma once

#include <cstddef>
#include <span>

#include "engine/handles.hpp"

namespace weft::engine {

/// `type` must be of the store's engine.
Result<runtime::Ref> new_struct(runtime::Store& store, wasm::TypeId type,
                                std::span<const Value> fields);
Result<runtime::Ref> new_array(runtime::Store& store, wasm::TypeId type, const Value& value,
                               uint32_t length);
Result<runtime::Ref> new_array_fixed(runtime::Store& store, wasm::TypeId type,
                                     std::span<const Value> values);
/// Of numbers; `bytes` must be a multiple of the element's size.
Result<runtime::Ref> new_array_bytes(runtime::Store& store, wasm::TypeId type,
                                     std::span<const std::byte> bytes);
Result<runtime::Ref> new_exception(runtime::Store& store, Tag tag, std::span<const Value> values);

/// Fields of a struct, elements of an array. Any value may be given as `object`.
Result<uint32_t> object_length(runtime::Store& store, runtime::Ref object,
                               runtime::ObjectKind kind);
/// Packed ones are zero-extended.
Result<Value> read_item(runtime::Store& store, runtime::Ref object, runtime::ObjectKind kind,
                        uint64_t index);
Result<> write_item(runtime::Store& store, runtime::Ref object, runtime::ObjectKind kind,
                    uint64_t index, const Value& value);
/// The elements of an array of numbers as bytes; `to_write`: it must be mutable. Valid until
/// something is allocated.
Result<std::span<std::byte>> array_bytes(runtime::Store& store, runtime::Ref array, bool to_write);

Result<Tag> exception_tag(runtime::Store& store, runtime::Ref exception);
Result<std::vector<Value>> exception_values(runtime::Store& store, runtime::Ref exception);

}  // namespace weft::engine
