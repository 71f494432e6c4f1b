#include "wasm/type_text.hpp"

namespace weft::wasm {

std::string_view to_text(AbstractHeap heap) {
  switch (heap) {
    case AbstractHeap::func: return "func";
    case AbstractHeap::nofunc: return "nofunc";
    case AbstractHeap::extern_: return "extern";
    case AbstractHeap::noextern: return "noextern";
    case AbstractHeap::any: return "any";
    case AbstractHeap::none: return "none";
    case AbstractHeap::eq: return "eq";
    case AbstractHeap::i31: return "i31";
    case AbstractHeap::struct_: return "struct";
    case AbstractHeap::array: return "array";
    case AbstractHeap::exn: return "exn";
    case AbstractHeap::noexn: return "noexn";
  }
  return "?";
}

namespace {

/// The abbreviation of (ref null heap), or empty where there is none.
std::string_view abbreviation(AbstractHeap heap) {
  switch (heap) {
    case AbstractHeap::nofunc: return "nullfuncref";
    case AbstractHeap::noextern: return "nullexternref";
    case AbstractHeap::none: return "nullref";
    case AbstractHeap::noexn: return "nullexnref";
    case AbstractHeap::func: return "funcref";
    case AbstractHeap::extern_: return "externref";
    case AbstractHeap::any: return "anyref";
    case AbstractHeap::eq: return "eqref";
    case AbstractHeap::i31: return "i31ref";
    case AbstractHeap::struct_: return "structref";
    case AbstractHeap::array: return "arrayref";
    case AbstractHeap::exn: return "exnref";
  }
  return "";
}

void append_list(std::string& out, std::string_view keyword, std::span<const ValType> types) {
  if (types.empty()) return;
  if (!out.empty()) out += ' ';
  out += '(';
  out += keyword;
  for (ValType t : types) {
    out += ' ';
    out += to_text(t);
  }
  out += ')';
}

}  // namespace

std::string to_text(ValType type) {
  switch (type.kind()) {
    case ValType::Kind::bottom: return "bottom";
    case ValType::Kind::i32: return "i32";
    case ValType::Kind::i64: return "i64";
    case ValType::Kind::f32: return "f32";
    case ValType::Kind::f64: return "f64";
    case ValType::Kind::v128: return "v128";
    case ValType::Kind::i8: return "i8";
    case ValType::Kind::i16: return "i16";
    case ValType::Kind::ref: break;
  }
  const HeapType heap = type.heap();
  if (heap.is_abstract() && type.nullable()) return std::string(abbreviation(heap.abstract()));
  std::string out = type.nullable() ? "(ref null " : "(ref ";
  if (heap.is_abstract()) {
    out += to_text(heap.abstract());
  } else {
    out += std::to_string(heap.index());
  }
  return out + ")";
}

std::string to_text(std::span<const ValType> params, std::span<const ValType> results) {
  std::string out;
  append_list(out, "param", params);
  append_list(out, "result", results);
  return out;
}

std::string to_text(const Limits& limits, AddressType address) {
  std::string out = address == AddressType::i64 ? "i64 " : "";
  out += std::to_string(limits.min);
  if (limits.max) out += " " + std::to_string(*limits.max);
  return out;
}

std::string to_text(const MemoryType& type) {
  std::string out = to_text(type.limits, type.address);
  if (type.shared) out += " shared";
  if (type.page_log2 != 16) out += " (pagesize " + std::to_string(type.page_bytes()) + ")";
  return out;
}

std::string to_text(const TableType& type) {
  return to_text(type.limits, type.address) + " " + to_text(type.element);
}

std::string to_text(const GlobalType& type) {
  return type.is_mutable ? "(mut " + to_text(type.type) + ")" : to_text(type.type);
}

}  // namespace weft::wasm
