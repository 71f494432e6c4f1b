// Types as the text format writes them, for messages and listings. Concrete heap types are shown by
// index.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "wasm/types.hpp"

namespace weft::wasm {

std::string_view to_text(AbstractHeap heap);
/// "i32", "funcref", "(ref null 3)", "(ref any)".
std::string to_text(ValType type);
/// "(param i32 i64) (result f32)", empty where both are.
std::string to_text(std::span<const ValType> params, std::span<const ValType> results);
/// "1 2", with "i64 " in front for 64-bit address types.
std::string to_text(const Limits& limits, AddressType address);
/// "1 2 shared", "i64 0 (pagesize 1)", ...
std::string to_text(const MemoryType& type);
/// "10 20 funcref"
std::string to_text(const TableType& type);
/// "(mut i32)" or "i32"
std::string to_text(const GlobalType& type);

}  // namespace weft::wasm
