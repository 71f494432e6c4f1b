#include "text/fold.hpp"

#include <algorithm>

#include "base/wrapping.hpp"
#include "binary/reader.hpp"

namespace weft::text {

using namespace wasm;  // NOLINT: the spec's vocabulary

namespace {

constexpr uint32_t kLineWidth = 80;  // of a tree that stands in one line
constexpr size_t kDeepest = 64;      // as the printer's lines

Arity of_type(const binary::Module& m, uint32_t type, uint32_t more = 0) {
  if (!m.types.is_func(type)) return {};
  return {static_cast<uint32_t>(m.types.params(type).size()) + more,
          static_cast<uint32_t>(m.types.results(type).size())};
}

/// Calls, and what makes objects: their types say.
Arity by_index(const binary::Module& m, Shape shape, binary::Reader& r) {
  const uint32_t first = r.u32();
  switch (shape) {
    case Shape::call:
    case Shape::return_call:
      return first < m.funcs.size() ? of_type(m, m.funcs[first].value) : Arity{};
    case Shape::call_indirect:
    case Shape::return_call_indirect:
    case Shape::call_ref:
    case Shape::return_call_ref: return of_type(m, first, 1);
    case Shape::throw_:
      return {first < m.tags.size() ? of_type(m, m.tags[first].type.value).takes : 0, 0};
    case Shape::struct_new: {
      const bool known = first < m.types.size() && m.types[first].kind == CompositeKind::struct_;
      return {known ? static_cast<uint32_t>(m.types.fields(first).size()) : 0, 1};
    }
    default: return {r.u32(), 1};  // array.new_fixed
  }
}

}  // namespace

Arity arity_of(const binary::Module& m, Op op, binary::ByteRange immediates, uint32_t results) {
  const Sig& types = sig(op);
  if (!types.special) return {types.param_count, types.result_count};
  binary::Reader r(m.range(immediates), immediates.offset);
  switch (const Shape s = shape(op)) {
    case Shape::call:
    case Shape::call_indirect:
    case Shape::call_ref:
    case Shape::throw_:
    case Shape::struct_new:
    case Shape::array_new_fixed: return by_index(m, s, r);
    case Shape::return_call:
    case Shape::return_call_indirect:
    case Shape::return_call_ref: return {by_index(m, s, r).takes, 0};
    case Shape::return_: return {results, 0};
    case Shape::br_if:
    case Shape::br_table:
    case Shape::br_on_non_null:
    case Shape::drop:
    case Shape::local_set:
    case Shape::global_set:
    case Shape::throw_ref: return {1, 0};
    case Shape::local_get:
    case Shape::global_get:
    case Shape::table_size:
    case Shape::ref_null:
    case Shape::ref_func:
    case Shape::struct_new_default: return {0, 1};
    case Shape::br_on_null:
    case Shape::br_on_cast:
    case Shape::br_on_cast_fail:
    case Shape::local_tee:
    case Shape::table_get:
    case Shape::ref_is_null:
    case Shape::ref_as_non_null:
    case Shape::ref_test:
    case Shape::ref_cast:
    case Shape::ref_i31:
    case Shape::i31_get:
    case Shape::any_convert_extern:
    case Shape::extern_convert_any:
    case Shape::struct_get:
    case Shape::array_new_default:
    case Shape::array_len: return {1, 1};
    case Shape::table_grow:
    case Shape::ref_eq:
    case Shape::array_new:
    case Shape::array_new_data:
    case Shape::array_new_elem:
    case Shape::array_get: return {2, 1};
    case Shape::table_set:
    case Shape::struct_set: return {2, 0};
    case Shape::select:
    case Shape::select_t: return {3, 1};
    case Shape::table_fill:
    case Shape::table_copy:
    case Shape::table_init:
    case Shape::memory_fill:
    case Shape::memory_copy:
    case Shape::memory_init:
    case Shape::array_set: return {3, 0};
    case Shape::array_fill:
    case Shape::array_init_data:
    case Shape::array_init_elem: return {4, 0};
    case Shape::array_copy: return {5, 0};
    default: return {};
  }
}

void Folder::add(std::string_view hint, std::string_view text, Arity arity) {
  Node node;
  node.text = static_cast<uint32_t>(texts_.size() + hint.size());
  node.text_size = static_cast<uint32_t>(text.size());
  node.hint_size = static_cast<uint32_t>(hint.size());
  node.width = static_cast<uint32_t>(hint.size() + text.size() + 2);
  node.is_value = arity.leaves == 1;
  texts_ += hint;
  texts_ += text;
  const auto operands = std::min<size_t>(arity.takes, roots_.size());
  const auto first = roots_.end() - static_cast<std::ptrdiff_t>(operands);
  const bool complete =
      operands == arity.takes &&
      std::all_of(first, roots_.end(), [&](uint32_t i) { return nodes_[i].is_value; });
  if (complete) {
    for (auto it = first; it != roots_.end(); ++it) {
      node.nodes += nodes_[*it].nodes;
      node.width = std::min(node.width + nodes_[*it].width + 1, kLineWidth + 1);
    }
    roots_.erase(first, roots_.end());
  }
  roots_.push_back(static_cast<uint32_t>(nodes_.size()));
  nodes_.push_back(node);
}

void Folder::append_tree(std::string& out, uint32_t root, size_t indent) {
  struct Pending {
    uint32_t node;
    uint32_t depth;
    bool one_line;  // of its surroundings
  };
  std::vector<Pending> pending = {{root, 0, false}};
  uint32_t open = 0;  // parentheses
  while (!pending.empty()) {
    const Pending now = pending.back();
    pending.pop_back();
    for (; open > now.depth; --open) out += ')';
    if (now.one_line) {
      out += ' ';
    } else {
      out += '\n';
      out.append(std::min(indent + 2 * now.depth, kDeepest), ' ');
    }
    const Node& node = nodes_[now.node];
    out.append(texts_, node.text - node.hint_size, node.hint_size);
    out += '(';
    out += text_of(node);
    ++open;
    const bool one_line = now.one_line || node.width <= kLineWidth;
    // The last operand stands right in front of the node; each one is behind the one before.
    uint32_t child = wrapping_sub(now.node, 1);
    for (uint32_t left = node.nodes - 1; left > 0;) {
      pending.push_back({child, now.depth + 1, one_line});
      left -= nodes_[child].nodes;
      child = wrapping_sub(child, nodes_[child].nodes);
    }
  }
  for (; open > 0; --open) out += ')';
}

void Folder::flush(std::string& out, size_t indent) {
  for (const uint32_t root : roots_) append_tree(out, root, indent);
  texts_.clear();
  nodes_.clear();
  roots_.clear();
}

}  // namespace weft::text
