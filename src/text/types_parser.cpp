#include "text/types_parser.hpp"
#include "base/wrapping.hpp"

#include <array>

#include <fmt/core.h>

#include "text/literals.hpp"

namespace weft::text {

using namespace wasm;  // NOLINT: the spec's vocabulary

namespace {

struct HeapWord {
  std::string_view heap;
  std::string_view ref;  // abbreviation of (ref null heap)
  AbstractHeap type;
};
constexpr std::array<HeapWord, 12> kHeapWords = {{
    {"func", "funcref", AbstractHeap::func},
    {"extern", "externref", AbstractHeap::extern_},
    {"any", "anyref", AbstractHeap::any},
    {"eq", "eqref", AbstractHeap::eq},
    {"i31", "i31ref", AbstractHeap::i31},
    {"struct", "structref", AbstractHeap::struct_},
    {"array", "arrayref", AbstractHeap::array},
    {"exn", "exnref", AbstractHeap::exn},
    {"none", "nullref", AbstractHeap::none},
    {"nofunc", "nullfuncref", AbstractHeap::nofunc},
    {"noextern", "nullexternref", AbstractHeap::noextern},
    {"noexn", "nullexnref", AbstractHeap::noexn},
}};

struct NumWord {
  std::string_view word;
  ValType type;
};
constexpr std::array<NumWord, 5> kNumWords = {
    {{"i32", kI32}, {"i64", kI64}, {"f32", kF32}, {"f64", kF64}, {"v128", kV128}}};

std::optional<ValType> take_ref_type(Context& c) {
  Reader& in = c.in;
  if (in.take_list("ref")) {
    const bool nullable = in.take_keyword("null");
    const HeapType heap = expect_heap_type(c);
    in.expect_right();
    return ValType::ref(heap, nullable);
  }
  if (in.kind() != TokenKind::keyword) return std::nullopt;
  const std::string_view word = in.text();
  if (!word.ends_with("ref")) return std::nullopt;
  for (const HeapWord& row : kHeapWords) {
    if (row.ref == word) {
      in.skip();
      return ValType::ref(row.type, true);
    }
  }
  return std::nullopt;
}

FieldType expect_field_type(Context& c) {
  Reader& in = c.in;
  FieldType field;
  field.is_mutable = in.take_list("mut");
  if (in.take_keyword("i8")) {
    field.type = kI8;
  } else if (in.take_keyword("i16")) {
    field.type = kI16;
  } else {
    field.type = expect_value_type(c);
  }
  if (field.is_mutable) in.expect_right();
  return field;
}

void parse_struct(Context& c, uint32_t index, Encoder& out) {
  Reader& in = c.in;
  IndexSpace names{"field"};
  Encoder fields;
  uint32_t count = 0;
  while (in.take_list("field")) {
    const Token where = in.peek();
    const std::string_view name = in.take_id();
    const auto note = c.take_name_note();
    if (!name.empty() || note) {
      uint32_t field = 0;
      if (!names.add(name, field)) in.fail(where, fmt::format("duplicate field ${}", name));
      if (note) names.rename_last(*note);
      fields.write(expect_field_type(c));
      ++count;
    } else {
      while (!in.at_right() && !in.failed()) {
        uint32_t field = 0;
        names.add({}, field);
        fields.write(expect_field_type(c));
        ++count;
      }
    }
    in.expect_right();
  }
  out.u32(count);
  out.raw(fields.bytes());
  if (!names.names().empty()) c.fields.emplace(index, std::move(names));
}

/// A composite type, both parentheses included.
void parse_composite(Context& c, uint32_t index, bool matchable, Encoder& out) {
  Reader& in = c.in;
  if (in.take_list("func")) {
    c.sig.clear();
    LocalScope names;  // parameter names are allowed, must differ, and mean nothing
    take_signature(c, c.sig, &names);
    out.byte(binary::code::kFunc);
    out.types(c.sig.params);
    out.types(c.sig.results);
    c.type_table.add_func(c.sig, matchable);
  } else if (in.take_list("struct")) {
    out.byte(binary::code::kStruct);
    parse_struct(c, index, out);
    c.type_table.add_other();
  } else if (in.take_list("array")) {
    out.byte(binary::code::kArray);
    out.write(expect_field_type(c));
    c.type_table.add_other();
  } else {
    if (in.at_left()) in.skip();
    in.unexpected();
    return;
  }
  in.expect_right();
}

/// `(type $id? subtype)`
void parse_type(Context& c, uint32_t index, bool in_group, Encoder& out) {
  Reader& in = c.in;
  if (!in.take_list("type")) return in.unexpected();
  in.take_id();
  if (in.take_list("sub")) {
    const bool is_final = in.take_keyword("final");
    std::vector<uint32_t> supers;
    while (in.at_index()) supers.push_back(in.expect_index(c.types));
    const bool plain = is_final && supers.empty();
    if (!plain) {
      out.byte(is_final ? binary::code::kSubFinal : binary::code::kSub);
      out.indices(supers);
    }
    parse_composite(c, index, plain && !in_group, out);
    in.expect_right();
  } else {
    parse_composite(c, index, !in_group, out);
  }
  in.expect_right();
}

}  // namespace

void TypeTable::add_func(const FuncSig& sig, bool matchable) {
  const uint32_t index = size();
  funcs_.push_back(static_cast<uint32_t>(sigs_.size()));
  sigs_.push_back(sig);
  if (matchable) matchable_.emplace(sig, index);
}

std::optional<uint32_t> TypeTable::find(const FuncSig& sig) const {
  const auto it = matchable_.find(sig);
  if (it == matchable_.end()) return std::nullopt;
  return it->second;
}

size_t TypeTable::Hash::operator()(const FuncSig& sig) const {
  uint64_t h = sig.params.size() + 0x9e3779b97f4a7c15u;
  for (const auto* list : {&sig.params, &sig.results}) {
    for (ValType t : *list) h = wrapping_mul(h ^ t.bits(), 0xff51afd7ed558ccdu);
    h ^= h >> 32;
  }
  return static_cast<size_t>(h);
}

HeapType expect_heap_type(Context& c) {
  Reader& in = c.in;
  if (in.kind() == TokenKind::keyword) {
    for (const HeapWord& row : kHeapWords) {
      if (in.text() == row.heap) {
        in.skip();
        return row.type;
      }
    }
    in.unexpected();
    return {};
  }
  if (!in.at_index()) {
    in.unexpected();
    return {};
  }
  const Token where = in.peek();
  const uint32_t index = in.expect_index(c.types);
  if (index >= HeapType::kAbstractBit) {
    in.fail(where, fmt::format("unknown type {}: beyond the greatest type index", index));
    return {};
  }
  return HeapType::concrete(index);
}

std::optional<ValType> take_value_type(Context& c) {
  if (c.in.kind() == TokenKind::keyword) {
    for (const NumWord& row : kNumWords) {
      if (c.in.text() == row.word) {
        c.in.skip();
        return row.type;
      }
    }
  }
  return take_ref_type(c);
}

ValType expect_value_type(Context& c) {
  const auto type = take_value_type(c);
  if (type) return *type;
  c.in.unexpected();
  return kI32;
}

ValType expect_ref_type(Context& c) {
  const auto type = take_ref_type(c);
  if (type) return *type;
  c.in.unexpected();
  return kFuncRef;
}

GlobalType expect_global_type(Context& c) {
  GlobalType type;
  type.is_mutable = c.in.take_list("mut");
  type.type = expect_value_type(c);
  if (type.is_mutable) c.in.expect_right();
  return type;
}

AddressType take_address_type(Context& c) {
  if (c.in.take_keyword("i64")) return AddressType::i64;
  c.in.take_keyword("i32");
  return AddressType::i32;
}

Limits expect_limits(Context& c, AddressType address) {
  const bool is64 = address == AddressType::i64;
  // What is too large for the address type itself is refused by validation, in words about memories
  // and tables.
  const uint64_t max = c.max_limit;
  const std::string_view what = is64 ? "i64 constant" : "i32 constant";
  Limits limits;
  limits.min = c.in.expect_nat(max, what);
  if (c.in.kind() == TokenKind::number) limits.max = c.in.expect_nat(max, what);
  return limits;
}

TableType expect_table_type(Context& c) {
  TableType type;
  type.address = take_address_type(c);
  type.limits = expect_limits(c, type.address);
  type.element = expect_ref_type(c);
  return type;
}

uint8_t take_page_size(Context& c) {
  Reader& in = c.in;
  if (!in.take_list("pagesize")) return uint8_t{16};
  const Token where = in.peek();
  const uint64_t size = in.expect_nat(~uint64_t{0}, "i64 constant");
  if (!in.failed() && (size == 0 || (size & (size - 1)) != 0)) {
    in.fail(where, fmt::format("invalid custom page size: {} is not a power of two", size));
  }
  in.expect_right();
  return in.failed() ? uint8_t{16} : static_cast<uint8_t>(__builtin_ctzll(size));
}

MemoryType expect_memory_type(Context& c) {
  MemoryType type;
  type.address = take_address_type(c);
  type.limits = expect_limits(c, type.address);
  type.shared = c.in.take_keyword("shared");
  type.page_log2 = take_page_size(c);
  return type;
}

std::optional<ValType> take_named_local(Context& c, LocalScope& locals) {
  const Token where = c.in.peek();
  const std::string_view name = c.in.take_id();
  const auto note = c.take_name_note();
  if (name.empty() && !note) return std::nullopt;
  const ValType type = expect_value_type(c);
  if (!locals.add(name)) c.in.fail(where, fmt::format("duplicate local ${}", name));
  if (note) locals.annotate_last(*note);
  return type;
}

void take_signature(Context& c, FuncSig& sig, LocalScope* locals) {
  Reader& in = c.in;
  while (in.take_list("param")) {
    const auto named = locals != nullptr ? take_named_local(c, *locals) : std::nullopt;
    if (named) {
      sig.params.push_back(*named);
    } else {
      while (const auto type = take_value_type(c)) {
        sig.params.push_back(*type);
        if (locals != nullptr) locals->add({});
      }
    }
    in.expect_right();
  }
  while (in.take_list("result")) {
    while (const auto type = take_value_type(c)) sig.results.push_back(*type);
    in.expect_right();
  }
}

namespace {

uint32_t find_or_add_type(Context& c) {
  if (const auto found = c.type_table.find(c.sig)) return *found;
  const uint32_t index = c.type_table.size();
  Encoder& out = c.type_section.bytes;
  out.byte(binary::code::kFunc);
  out.types(c.sig.params);
  out.types(c.sig.results);
  ++c.type_section.count;
  c.type_table.add_func(c.sig, true);
  uint32_t bound = 0;
  c.types.add({}, bound);
  return index;
}

/// Reads the whole use; nothing if there was no `(type x)`.
std::optional<uint32_t> read_type_use(Context& c, LocalScope* locals) {
  Reader& in = c.in;
  c.sig.clear();
  std::optional<uint32_t> given;
  const Token where = in.peek();
  if (in.take_list("type")) {
    given = in.expect_index(c.types);
    in.expect_right();
  }
  take_signature(c, c.sig, locals);
  if (!given || in.failed()) return given;
  const FuncSig* sig = c.type_table.func(*given);
  if (c.sig.empty()) {
    if (sig != nullptr && locals != nullptr)
      locals->skip(static_cast<uint32_t>(sig->params.size()));
  } else if (sig == nullptr) {
    in.fail(where,
            fmt::format("{} {}",
                        *given >= c.type_table.size() ? "unknown type"
                                                      : "inline function type: not a function type",
                        *given));
  } else if (!(*sig == c.sig)) {
    in.fail(where, fmt::format("inline function type does not match type {}", *given));
  }
  return given;
}

}  // namespace

uint32_t take_type_use(Context& c, LocalScope* locals) {
  if (const auto given = read_type_use(c, locals)) return *given;
  return c.in.failed() ? 0 : find_or_add_type(c);
}

void encode_block_type(Context& c, Encoder& out) {
  const auto given = read_type_use(c, nullptr);
  if (given) {
    out.block_type(TypeIdx(*given));
  } else if (c.sig.empty()) {
    out.block_type_empty();
  } else if (c.sig.params.empty() && c.sig.results.size() == 1) {
    out.block_type(c.sig.results[0]);
  } else if (!c.in.failed()) {
    out.block_type(TypeIdx(find_or_add_type(c)));
  }
}

void parse_type_field(Context& c, uint32_t& next) {
  Reader& in = c.in;
  ++c.type_section.count;
  Encoder& out = c.type_section.bytes;
  if (!in.take_list("rec")) return parse_type(c, next++, false, out);
  const uint32_t start = in.at();
  uint32_t count = 0;
  for (; in.at_left(); ++count) in.skip_list();
  in.seek(start);
  Encoder group;
  // A group of one is the same as a type alone, also for inline signatures.
  for (uint32_t i = 0; i < count && !in.failed(); ++i) parse_type(c, next++, count > 1, group);
  in.expect_right();
  // An empty group is nothing, and a group of one is its type: one way to write each.
  c.type_section.count -= count == 0 ? 1 : 0;
  if (count > 1) {
    out.byte(binary::code::kRec);
    out.u32(count);
  }
  out.raw(group.bytes());
}

}  // namespace weft::text
