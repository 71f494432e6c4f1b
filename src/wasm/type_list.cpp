#include "wasm/type_list.hpp"

#include <algorithm>

#include "base/wrapping.hpp"

namespace weft::wasm {

void TypeList::begin_group() { open_group_ = size(); }

void TypeList::begin_type(CompositeKind kind, bool is_final, std::optional<uint32_t> super) {
  TypeDef d;
  d.kind = kind;
  d.is_final = is_final;
  d.has_super = super.has_value();
  d.super = super.value_or(0);
  d.group_start = open_group_;
  d.first = static_cast<uint32_t>(kind == CompositeKind::func ? values_.size() : fields_.size());
  d.canonical = size();
  defs_.push_back(d);
}

void TypeList::add_param(ValType t) {
  values_.push_back(t);
  ++defs_.back().count;
}

void TypeList::add_result(ValType t) {
  values_.push_back(t);
  ++defs_.back().results;
}

void TypeList::add_field(FieldType f) {
  fields_.push_back(f);
  ++defs_.back().count;
}

// The canonical form of a group as a sequence of words: references into the group are relative,
// references to earlier types go through their canonical representative.
template <class Sink>
void TypeList::visit_group(uint32_t start, Sink&& sink) const {
  const uint32_t end = start + defs_[start].group_size;
  constexpr uint64_t kInGroup = uint64_t{1} << 40;
  const auto index_word = [&](uint32_t i) -> uint64_t {
    if (i >= start && i < end) return kInGroup | (i - start);
    return i < start ? defs_[i].canonical : i;
  };
  const auto type_word = [&](ValType t) -> uint64_t {
    if (!t.is_ref() || t.heap().is_abstract()) return t.bits();
    const uint64_t flags = ValType::ref(HeapType::concrete(0u), t.nullable()).bits();
    return (flags << 42) | index_word(t.heap().index()) | (uint64_t{1} << 41);
  };
  for (uint32_t i = start; i < end; ++i) {
    const TypeDef& d = defs_[i];
    sink(static_cast<uint64_t>(d.kind) | (d.is_final ? 4u : 0u) | (d.has_super ? 8u : 0u) |
         (uint64_t{d.count} << 8));
    sink(d.results);
    if (d.has_super) sink(index_word(d.super));
    if (d.kind == CompositeKind::func) {
      for (ValType t : std::span(values_).subspan(d.first, d.count + d.results)) sink(type_word(t));
    } else {
      for (const FieldType& f : fields(i)) {
        sink(type_word(f.type));
        sink(f.is_mutable ? 1 : 0);
      }
    }
  }
}

uint64_t TypeList::group_hash(uint32_t start) const {
  uint64_t h = wrapping_mul(seed_, 0x9e3779b97f4a7c15u) ^ defs_[start].group_size;
  visit_group(start, [&](uint64_t w) {
    h = wrapping_mul(h ^ w, 0xff51afd7ed558ccdu);
    h ^= h >> 32;
  });
  return h;
}

bool TypeList::groups_equal(uint32_t a, uint32_t b) const {
  if (defs_[a].group_size != defs_[b].group_size) return false;
  std::vector<uint64_t> words;
  visit_group(a, [&](uint64_t w) { words.push_back(w); });
  size_t i = 0;
  bool equal = true;
  visit_group(b, [&](uint64_t w) {
    equal = equal && i < words.size() && words[i] == w;
    ++i;
  });
  return equal && i == words.size();
}

void TypeList::finish_group() {
  const uint32_t start = open_group_;
  const uint32_t n = size() - start;
  if (n == 0) return;
  for (uint32_t i = start; i < size(); ++i) {
    TypeDef& d = defs_[i];
    d.group_size = n;
    // A super must be declared before its subtype; anything else is refused by the validator.
    if (d.has_super && d.super < i) d.depth = defs_[d.super].depth + 1;
  }
  const uint64_t hash = group_hash(start);
  const auto [first, last] = groups_by_hash_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (!groups_equal(it->second, start)) continue;
    for (uint32_t i = 0; i < n; ++i) defs_[start + i].canonical = it->second + i;
    return;
  }
  groups_by_hash_.emplace(hash, start);
}

void TypeList::pop_group() {
  const uint32_t start = open_group_;
  if (start == size()) return;
  if (defs_[start].group_size == size() - start) {  // finished
    const auto [first, last] = groups_by_hash_.equal_range(group_hash(start));
    for (auto it = first; it != last; ++it) {
      if (it->second == start) {
        groups_by_hash_.erase(it);
        break;
      }
    }
  }
  for (uint32_t i = size(); i > start; --i) {
    const TypeDef& d = defs_[i - 1];
    if (d.kind == CompositeKind::func) {
      values_.resize(d.first);
    } else {
      fields_.resize(d.first);
    }
    defs_.pop_back();
  }
}

bool TypeList::is_sub(uint32_t sub, uint32_t super) const {
  while (true) {
    if (same(sub, super)) return true;
    const TypeDef& d = defs_[sub];
    if (!d.has_super || d.super >= sub) return false;
    sub = d.super;
  }
}

AbstractHeap TypeList::top_of(HeapType h) const {
  if (h.is_concrete()) {
    return defs_[h.index()].kind == CompositeKind::func ? AbstractHeap::func : AbstractHeap::any;
  }
  switch (h.abstract()) {
    case AbstractHeap::func:
    case AbstractHeap::nofunc: return AbstractHeap::func;
    case AbstractHeap::extern_:
    case AbstractHeap::noextern: return AbstractHeap::extern_;
    case AbstractHeap::exn:
    case AbstractHeap::noexn: return AbstractHeap::exn;
    default: return AbstractHeap::any;
  }
}

bool TypeList::matches(HeapType sub, HeapType super) const {
  if (sub == super) return true;
  if (super.is_concrete()) {
    if (sub.is_concrete()) return is_sub(sub.index(), super.index());
    return sub.is(defs_[super.index()].kind == CompositeKind::func ? AbstractHeap::nofunc
                                                                   : AbstractHeap::none);
  }
  const AbstractHeap s = super.abstract();
  if (sub.is_concrete()) {
    switch (defs_[sub.index()].kind) {
      case CompositeKind::func: return s == AbstractHeap::func;
      case CompositeKind::struct_:
        return s == AbstractHeap::struct_ || s == AbstractHeap::eq || s == AbstractHeap::any;
      case CompositeKind::array:
        return s == AbstractHeap::array || s == AbstractHeap::eq || s == AbstractHeap::any;
    }
  }
  switch (sub.abstract()) {
    case AbstractHeap::nofunc: return s == AbstractHeap::func;
    case AbstractHeap::noextern: return s == AbstractHeap::extern_;
    case AbstractHeap::noexn: return s == AbstractHeap::exn;
    case AbstractHeap::none:
      return s == AbstractHeap::i31 || s == AbstractHeap::struct_ || s == AbstractHeap::array ||
             s == AbstractHeap::eq || s == AbstractHeap::any;
    case AbstractHeap::i31:
    case AbstractHeap::struct_:
    case AbstractHeap::array: return s == AbstractHeap::eq || s == AbstractHeap::any;
    case AbstractHeap::eq: return s == AbstractHeap::any;
    default: return false;
  }
}

bool TypeList::matches(ValType sub, ValType super) const {
  if (sub == super || sub.is_bottom()) return true;
  if (!sub.is_ref() || !super.is_ref()) return false;
  if (sub.nullable() && !super.nullable()) return false;
  return matches(sub.heap(), super.heap());
}

bool TypeList::matches(std::span<const ValType> sub, std::span<const ValType> super) const {
  return std::ranges::equal(sub, super, [&](ValType a, ValType b) { return matches(a, b); });
}

bool TypeList::composite_matches(uint32_t sub, uint32_t super) const {
  if (defs_[sub].kind != defs_[super].kind) return false;
  if (defs_[sub].kind == CompositeKind::func) {
    return matches(params(super), params(sub)) && matches(results(sub), results(super));
  }
  const auto have = fields(sub);
  const auto want = fields(super);
  if (have.size() < want.size() ||
      (defs_[sub].kind == CompositeKind::array && have.size() != want.size())) {
    return false;
  }
  for (size_t i = 0; i < want.size(); ++i) {
    if (have[i].is_mutable != want[i].is_mutable) return false;
    if (!matches(have[i].type, want[i].type)) return false;
    if (want[i].is_mutable && !matches(want[i].type, have[i].type)) return false;
  }
  return true;
}

}  // namespace weft::wasm
