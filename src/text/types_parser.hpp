// Types (spec 6.4) and type uses (6.6.4): text -> wasm/types.hpp, and the type section.
#pragma once

#include <optional>

#include "text/context.hpp"

namespace weft::text {

std::optional<wasm::ValType> take_value_type(
    Context& c);  ///< Nothing if no value type starts here.
wasm::ValType expect_value_type(Context& c);
wasm::ValType expect_ref_type(Context& c);
wasm::HeapType expect_heap_type(Context& c);
wasm::GlobalType expect_global_type(Context& c);

/// An address type `i32` or `i64`; i32 if there is none.
wasm::AddressType take_address_type(Context& c);
wasm::Limits expect_limits(Context& c, wasm::AddressType address);
wasm::TableType expect_table_type(Context& c);
wasm::MemoryType expect_memory_type(Context& c);
/// `(pagesize N)`; the default if there is none.
uint8_t take_page_size(Context& c);

/// `$name type` of a parameter or local, or a type with a `(@name ..)`; nothing if neither starts
/// here.
std::optional<wasm::ValType> take_named_local(Context& c, LocalScope& locals);

/// `(param ..)* (result ..)*` into `sig`; with `locals`, parameters may have names.
void take_signature(Context& c, FuncSig& sig, LocalScope* locals);

/// A type use: `(type x)? (param ..)* (result ..)*`. An inline signature without `(type x)` takes
/// the smallest equal type or appends one. `locals` gets the parameters.
uint32_t take_type_use(Context& c, LocalScope* locals = nullptr);
/// Like take_type_use; a plain `(result t)?` needs no type index.
void encode_block_type(Context& c, Encoder& out);

/// A `(type ..)` or `(rec ..)` field whose names have been bound. `next` is the index of the next
/// type.
void parse_type_field(Context& c, uint32_t& next);

}  // namespace weft::text
