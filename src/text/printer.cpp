#include "text/printer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "text/module_printer.hpp"
#include "wasm/type_text.hpp"

namespace weft::text {

using namespace wasm;  // NOLINT: the spec's vocabulary
using binary::NameKind;

namespace {

constexpr size_t kInlineTypes = 32;  // a longer signature is printed only where names need it

NameKind space_of(ExternKind kind) {
  constexpr NameKind kSpaces[] = {NameKind::func, NameKind::table, NameKind::memory,
                                  NameKind::global, NameKind::tag};
  return kSpaces[static_cast<size_t>(kind)];
}

std::string_view word_of(ExternKind kind) {
  constexpr std::string_view kWords[] = {"func", "table", "memory", "global", "tag"};
  return kWords[static_cast<size_t>(kind)];
}

}  // namespace

ModulePrinter::ModulePrinter(const binary::Module& module, const PrintOptions& options)
    : m_(module) {
  parts_ = read_printable_customs(module);
  if (!options.names) parts_.names = {};
  fold_ = options.fold;
  const uint64_t size = module.bytes.size();
  limit_ = std::min<uint64_t>(256 * size + (16u << 20), ~uint32_t{0} - 1);
  reference_budget_ = static_cast<int64_t>(64 * size + (1u << 20));

  const auto add = [&](NameKind kind, size_t count) {
    spaces_[static_cast<size_t>(kind)] =
        IdentifierList(parts_.names.entries(kind), static_cast<uint32_t>(count));
  };
  add(NameKind::func, m_.funcs.size());
  add(NameKind::type, m_.types.size());
  add(NameKind::table, m_.tables.size());
  add(NameKind::memory, m_.memories.size());
  add(NameKind::global, m_.globals.size());
  add(NameKind::elem, m_.elems.size());
  add(NameKind::data, m_.datas.size());
  add(NameKind::tag, m_.tags.size());
  const auto& fields = parts_.names.entries(NameKind::field);
  for (size_t i = 0; i < fields.size();) {
    const uint32_t type = fields[i].outer;
    size_t end = i;
    while (end < fields.size() && fields[end].outer == type) ++end;
    if (type < m_.types.size() && m_.types[type].kind == CompositeKind::struct_) {
      fields_.emplace_back(
          type, IdentifierList(std::span(fields).subspan(i, end - i), m_.types[type].count));
    }
    i = end;
  }
}

Result<std::string> ModulePrinter::run() {
  // Most code is about six times as long in text.
  out_.reserve(std::min<uint64_t>(6 * m_.bytes.size() + 256, limit_));
  out_ = "(module";
  if (const std::string_view name = parts_.names.module_name(); !name.empty()) {
    out_ += ' ';
    out_ += identifier_text(name);
  }
  types();
  imports();
  tables();
  memories();
  tags();
  globals();
  exports();
  if (m_.start) {
    out_ += "\n  (start ";
    append(out_, NameKind::func, m_.start->value, 0);
    out_ += ')';
  }
  elems();
  functions();
  datas();
  customs();
  out_ += ")\n";
  if (!within_limit()) return std::unexpected(std::move(*error_));
  return std::move(out_);
}

// --- names
// ------------------------------------------------------------------------------------------------

const IdentifierList& ModulePrinter::fields_of(uint32_t type) const {
  const auto it =
      std::ranges::lower_bound(fields_, type, {}, &std::pair<uint32_t, IdentifierList>::first);
  return it != fields_.end() && it->first == type ? it->second : no_names_;
}

void ModulePrinter::append(std::string& out, NameKind space, uint32_t index, uint32_t outer) {
  const Identifier* id = nullptr;
  if (space == NameKind::label) {
    id = index < label_stack_.size() ? label_stack_[label_stack_.size() - 1 - index] : nullptr;
    // An inner block of the same name hides it.
    if (id != nullptr && labels_.find(id->name) != index) id = nullptr;
  } else if (space == NameKind::local) {
    id = local_ids_.find(index);
  } else if (space == NameKind::field) {
    id = fields_of(outer).find(index);
  } else {
    id = spaces_[static_cast<size_t>(space)].find(index);
  }
  if (id != nullptr && !id->text.empty() && reference_budget_ > 0) {
    reference_budget_ -= static_cast<int64_t>(id->text.size());
    out += id->text;
    return;
  }
  append_number(out, index);
  if (space == NameKind::label) label_comment(out, index);
}

void ModulePrinter::append_type_use(std::string& out, uint32_t type) {
  out += "(type ";
  append(out, NameKind::type, type, 0);
  out += ')';
  if (!m_.types.is_func(type)) return;
  const auto params = m_.types.params(type);
  const auto results = m_.types.results(type);
  if (params.size() + results.size() > kInlineTypes) return;
  typed_list(out, "param", params, 0, false);
  typed_list(out, "result", results, 0, false);
}

/// ` $name (@name "name")`, whichever of the two is needed.
void ModulePrinter::definition_name(std::string& out, const Identifier* id) {
  if (id == nullptr) return;
  if (!id->text.empty()) {
    out += ' ';
    out += id->text;
  }
  if (!id->annotated) return;
  out += " (@name ";
  out += quoted(id->name);
  out += ')';
}

/// `(word $name (;index;)`
void ModulePrinter::begin(std::string_view word, NameKind space, uint32_t index) {
  out_ += '(';
  out_ += word;
  definition_name(out_, spaces_[static_cast<size_t>(space)].find(index));
  out_ += " (;";
  append_number(out_, index);
  out_ += ";)";
}

void ModulePrinter::line(size_t indent) {
  constexpr size_t kDeepest = 64;  // keeps the text of deeply nested code linear
  out_ += '\n';
  out_.append(std::min(indent, kDeepest), ' ');
}

bool ModulePrinter::within_limit() {
  if (failed()) return false;
  if (out_.size() <= limit_) return true;
  fail(Error(ErrorCode::limit_exceeded,
             fmt::format("limit exceeded: the text would be larger than {} bytes", limit_)));
  return false;
}

void ModulePrinter::fail(Error error) {
  if (!error_) error_ = std::move(error);
}

// --- types
// ------------------------------------------------------------------------------------------------

void ModulePrinter::types() {
  for (uint32_t i = 0; i < m_.types.size() && within_limit();) {
    const uint32_t group = std::max(1u, m_.types[i].group_size);
    if (group == 1) {
      line(2);
      type(i++);
      continue;
    }
    line(2);
    out_ += "(rec";
    for (const uint32_t end = i + group; i < end && i < m_.types.size() && within_limit(); ++i) {
      line(4);
      type(i);
    }
    out_ += ')';
  }
}

void ModulePrinter::type(uint32_t index) {
  const TypeDef& def = m_.types[index];
  begin("type", NameKind::type, index);
  const bool sub = !def.is_final || def.has_super;
  if (sub) {
    out_ += def.is_final ? " (sub final" : " (sub";
    if (def.has_super) {
      out_ += ' ';
      append(out_, NameKind::type, def.super, 0);
    }
  }
  composite(index);
  out_ += sub ? "))" : ")";
}

void ModulePrinter::composite(uint32_t index) {
  switch (m_.types[index].kind) {
    case CompositeKind::func:
      out_ += " (func";
      typed_list(out_, "param", m_.types.params(index), 0, false);
      typed_list(out_, "result", m_.types.results(index), 0, false);
      break;
    case CompositeKind::struct_: {
      out_ += " (struct";
      const IdentifierList& names = fields_of(index);
      uint32_t i = 0;
      for (const FieldType f : m_.types.fields(index)) {
        out_ += " (field";
        definition_name(out_, names.find(i++));
        field(f);
        out_ += ')';
      }
      break;
    }
    case CompositeKind::array:
      out_ += " (array";
      for (const FieldType f : m_.types.fields(index)) field(f);
      break;
  }
  out_ += ')';
}

void ModulePrinter::field(FieldType f) {
  out_ += f.is_mutable ? " (mut " : " ";
  append_type(out_, f.type, this);
  if (f.is_mutable) out_ += ')';
}

/// ` (param $a i32) (param i32 i32)`: names stand alone, the others together.
void ModulePrinter::typed_list(std::string& out, std::string_view word,
                               std::span<const ValType> types, uint32_t first_local, bool named) {
  bool open = false;
  for (size_t i = 0; i < types.size(); ++i) {
    const Identifier* id =
        named ? local_ids_.find(first_local + static_cast<uint32_t>(i)) : nullptr;
    if (open && id != nullptr) out += ')';
    if (!open || id != nullptr) {
      out += " (";
      out += word;
      open = true;
    }
    definition_name(out, id);
    out += ' ';
    append_type(out, types[i], this);
    if (id != nullptr) {
      out += ')';
      open = false;
    }
  }
  if (open) out += ')';
}

/// ` (type x) (param ..) (result ..)` of a function, with the names of its parameters.
void ModulePrinter::signature(uint32_t type, bool named) {
  out_ += " (type ";
  append(out_, NameKind::type, type, 0);
  out_ += ')';
  if (!m_.types.is_func(type)) return;
  const auto params = m_.types.params(type);
  const auto results = m_.types.results(type);
  if (!named && params.size() + results.size() > kInlineTypes) return;
  typed_list(out_, "param", params, 0, named);
  typed_list(out_, "result", results, 0, false);
}

void ModulePrinter::table_type(const TableType& type) {
  out_ += ' ';
  out_ += to_text(type.limits, type.address);
  out_ += ' ';
  append_type(out_, type.element, this);
}

// --- imports to exports
// ------------------------------------------------------------------------------------------------

void ModulePrinter::imports() {
  for (const binary::Import& i : m_.imports) {
    if (!within_limit()) return;
    line(2);
    out_ += "(import ";
    out_ += quoted(i.module);
    out_ += ' ';
    out_ += quoted(i.name);
    out_ += ' ';
    begin(word_of(i.kind), space_of(i.kind), i.index);
    switch (i.kind) {
      case ExternKind::func: {
        const uint32_t type = m_.funcs[i.index].value;
        const uint32_t params =
            m_.types.is_func(type) ? static_cast<uint32_t>(m_.types.params(type).size()) : 0;
        local_ids_ = IdentifierList(entries_of(parts_.names, NameKind::local, i.index), params);
        signature(type, local_ids_.names_below(params));
        break;
      }
      case ExternKind::table: table_type(m_.tables[i.index].type); break;
      case ExternKind::memory: out_ += ' ' + to_text(m_.memories[i.index]); break;
      case ExternKind::global:
        field({m_.globals[i.index].type.type, m_.globals[i.index].type.is_mutable});
        break;
      case ExternKind::tag: signature(m_.tags[i.index].type.value, false); break;
    }
    out_ += "))";
  }
}

void ModulePrinter::tables() {
  for (uint32_t i = m_.imported_tables; i < m_.tables.size() && within_limit(); ++i) {
    line(2);
    begin("table", NameKind::table, i);
    table_type(m_.tables[i].type);
    if (m_.tables[i].init) constant(*m_.tables[i].init, "");
    out_ += ')';
  }
}

void ModulePrinter::memories() {
  for (uint32_t i = m_.imported_memories; i < m_.memories.size(); ++i) {
    line(2);
    begin("memory", NameKind::memory, i);
    out_ += ' ' + to_text(m_.memories[i]) + ')';
  }
}

void ModulePrinter::tags() {
  for (uint32_t i = m_.imported_tags; i < m_.tags.size() && within_limit(); ++i) {
    line(2);
    begin("tag", NameKind::tag, i);
    signature(m_.tags[i].type.value, false);
    out_ += ')';
  }
}

void ModulePrinter::globals() {
  for (uint32_t i = m_.imported_globals; i < m_.globals.size() && within_limit(); ++i) {
    line(2);
    begin("global", NameKind::global, i);
    field({m_.globals[i].type.type, m_.globals[i].type.is_mutable});
    constant(m_.globals[i].init, "");
    out_ += ')';
  }
}

void ModulePrinter::exports() {
  for (const binary::Export& e : m_.exports) {
    if (!within_limit()) return;
    line(2);
    out_ += "(export ";
    out_ += quoted(e.name);
    out_ += " (";
    out_ += word_of(e.kind);
    out_ += ' ';
    append(out_, space_of(e.kind), e.index, 0);
    out_ += "))";
  }
}

Result<std::string> print_module(const binary::Module& module, const PrintOptions& options) {
  return ModulePrinter(module, options).run();
}

}  // namespace weft::text
