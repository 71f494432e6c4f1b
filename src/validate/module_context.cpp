#include "validate/module_context.hpp"

#include "binary/instruction_reader.hpp"
#include "binary/reader.hpp"

namespace weft::validate {
namespace {

Rule rule_of(uint8_t byte, FeatureSet features) {
  const Op op = decode_single(byte);
  if (op == Op::invalid_ || !features.has(feature(op))) return Rule::other;
  if (!features.has(Feature::floats) && uses_floats(op)) return Rule::other;
  switch (op) {
    case Op::local_get: return Rule::local_get;
    case Op::local_set: return Rule::local_set;
    case Op::local_tee: return Rule::local_tee;
    case Op::i32_const: return Rule::i32_const;
    case Op::i64_const: return Rule::i64_const;
    case Op::br: return Rule::br;
    case Op::br_if: return Rule::br_if;
    case Op::call: return Rule::call;
    case Op::global_get: return Rule::global_get;
    case Op::block: return Rule::block;
    case Op::end: return Rule::end;
    case Op::drop: return Rule::drop;
    default: break;
  }
  switch (shape(op)) {
    case Shape::load: return Rule::load;
    case Shape::store: return Rule::store;
    case Shape::unary: return Rule::unary;
    case Shape::binary: return Rule::binary;
    default: return Rule::other;
  }
}

}  // namespace

ModuleContext::ModuleContext(const binary::Module& m, FeatureSet f)
    : module(&m),
      features(f),
      memory0(m.memories.empty() ? kBottom : to_val_type(m.memories[0].address)) {
  for (size_t i = 0; i < rules.size(); ++i) rules[i] = rule_of(static_cast<uint8_t>(i), f);
}

void ModuleContext::declare_funcs() {
  const binary::Module& m = *module;
  declared_funcs.assign(m.funcs.size(), false);
  const auto declare = [&](uint32_t func) {
    if (func < declared_funcs.size()) declared_funcs[func] = true;
  };
  // The decoder has read all of this before, so reading cannot fail.
  const auto declare_in = [&](binary::ByteRange range) {
    binary::Reader r(m.range(range), range.offset);
    while (r.ok() && !r.at_end()) {
      const Op op = binary::read_opcode(r, features);
      if (op == Op::ref_func) {
        declare(r.u32());
      } else if (r.ok()) {
        binary::skip_immediates(r, op, features);
      }
    }
  };
  for (const binary::Export& e : m.exports) {
    if (e.kind == ExternKind::func) declare(e.index);
  }
  for (const binary::Global& g : m.globals) declare_in(g.init);
  for (const binary::Table& t : m.tables) {
    if (t.init) declare_in(*t.init);
  }
  for (const binary::ElemSegment& e : m.elems) {
    declare_in(e.offset);
    if (e.is_exprs) {
      declare_in(e.items);
    } else {
      binary::Reader r(m.range(e.items), e.items.offset);
      for (uint32_t i = 0; i < e.count; ++i) declare(r.u32());
    }
  }
  for (const binary::DataSegment& d : m.datas) declare_in(d.offset);
}

}  // namespace weft::validate
