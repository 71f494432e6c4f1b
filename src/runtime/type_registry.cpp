#include "runtime/type_registry.hpp"

#include <fmt/core.h>

#include <deque>

#include "base/scope_exit.hpp"

namespace weft::runtime {

/// Arrays the records point to; a deque never moves its elements.
struct TypeRegistry::Arena {
  std::deque<std::vector<ValType>> values;
  std::deque<std::vector<FieldType>> fields;
  std::deque<std::vector<TypeId>> displays;
};

namespace {
constinit std::atomic<uint64_t> g_next_registry_id{1};
}

TypeRegistry::TypeRegistry()
    : id_(g_next_registry_id.fetch_add(1, std::memory_order_relaxed)),
      arena_(std::make_unique<Arena>()) {}

TypeRegistry::~TypeRegistry() {
  for (auto& bucket : buckets_) delete[] bucket.load(std::memory_order_relaxed);
}

CanonicalType* TypeRegistry::record(uint32_t id) {
  const Position p = position(id);
  CanonicalType* bucket = buckets_[p.bucket].load(std::memory_order_relaxed);
  if (bucket == nullptr) {
    bucket = new CanonicalType[size_t{1} << (p.bucket + kFirstBits)];
    // SAFETY: release publishes the (default) records before the pointer.
    buckets_[p.bucket].store(bucket, std::memory_order_release);
  }
  return bucket + p.slot;
}

// SAFETY: a reader has an id only after intern() returned it, which happens after this under the
// lock's release or the reader's own synchronisation with whoever gave it the id.
void TypeRegistry::publish(uint32_t id) {
  CanonicalType& out = *record(id);
  out = {};  // an attempt that ran out of memory may have left something
  const TypeDef& def = list_[id];
  out.kind = def.kind;
  out.is_final = def.is_final;
  out.depth = static_cast<uint16_t>(def.depth);
  if (def.kind == CompositeKind::func) {
    const auto params = list_.params(id);
    const auto results = list_.results(id);
    auto& all = arena_->values.emplace_back(params.begin(), params.end());
    all.insert(all.end(), results.begin(), results.end());
    out.params = std::span<const ValType>(all).first(params.size());
    out.results = std::span<const ValType>(all).subspan(params.size());
    for (ValType t : out.params) out.param_cells += t.cells();
    for (ValType t : out.results) out.result_cells += t.cells();
  } else {
    const auto fields = list_.fields(id);
    out.fields = arena_->fields.emplace_back(fields.begin(), fields.end());
  }
  auto& display = arena_->displays.emplace_back();
  if (def.has_super) {
    const auto super = (*this)[TypeId(def.super)].display;
    display.assign(super.begin(), super.end());
  }
  display.push_back(TypeId(id));
  out.display = display;
}

namespace {

/// Appends the definition of `source[i]` to the open group of `list`, with its references mapped.
template <class MapHeap>
void append_type(TypeList& list, const TypeList& source, uint32_t i, MapHeap&& map_index) {
  const auto map = [&](ValType t) {
    if (!t.is_ref() || t.heap().is_abstract()) return t;
    return ValType::ref(HeapType::concrete(map_index(t.heap().index())), t.nullable());
  };
  const TypeDef& def = source[i];
  std::optional<uint32_t> super;
  if (def.has_super) super = map_index(def.super);
  list.begin_type(def.kind, def.is_final, super);
  if (def.kind == CompositeKind::func) {
    for (ValType t : source.params(i)) list.add_param(map(t));
    for (ValType t : source.results(i)) list.add_result(map(t));
  } else {
    for (FieldType f : source.fields(i)) list.add_field({map(f.type), f.is_mutable});
  }
}

}  // namespace

Result<std::vector<TypeId>> TypeRegistry::intern(const TypeList& types) {
  std::vector<TypeId> ids(types.size());
  const std::lock_guard lock(mutex_);
  for (uint32_t start = 0; start < types.size();) {
    const uint32_t count = types[start].group_size;
    const TypeDef& first = types[start];
    if (first.canonical != start) {  // the module has it twice
      for (uint32_t i = 0; i < count; ++i) ids[start + i] = ids[first.canonical + i];
      start += count;
      continue;
    }
    const uint32_t base = list_.size();
    if (count > kMaxTypes - base)
      return fail(ErrorCode::limit_exceeded, "too many types in one engine");
    const auto map_index = [&](uint32_t index) {
      return index >= start ? base + (index - start) : ids[index].value;
    };
    ScopeExit undo([&] { list_.pop_group(); });
    list_.begin_group();
    for (uint32_t i = start; i < start + count; ++i) append_type(list_, types, i, map_index);
    list_.finish_group();
    const uint32_t canonical = list_[base].canonical;
    if (canonical == base) {
      for (uint32_t i = 0; i < count; ++i) publish(base + i);
      size_.store(list_.size(), std::memory_order_release);
      undo.release();
    }
    for (uint32_t i = 0; i < count; ++i) ids[start + i] = TypeId(canonical + i);
    start += count;
  }
  return ids;
}

Result<TypeId> TypeRegistry::intern_func(std::span<const ValType> params,
                                         std::span<const ValType> results) {
  const std::lock_guard lock(mutex_);
  const uint32_t base = list_.size();
  if (base >= kMaxTypes) return fail(ErrorCode::limit_exceeded, "too many types in one engine");
  ScopeExit undo([&] { list_.pop_group(); });
  list_.begin_group();
  list_.begin_type(CompositeKind::func, true, std::nullopt);
  for (ValType t : params) list_.add_param(t);
  for (ValType t : results) list_.add_result(t);
  list_.finish_group();
  const uint32_t canonical = list_[base].canonical;
  if (canonical == base) {
    publish(base);
    size_.store(list_.size(), std::memory_order_release);
    undo.release();
  }
  return TypeId(canonical);
}

Result<TypeId> TypeRegistry::intern_composite(CompositeKind kind, std::span<const FieldType> fields,
                                              std::optional<TypeId> super, bool is_final) {
  const std::lock_guard lock(mutex_);
  const uint32_t base = list_.size();
  if (base >= kMaxTypes) return fail(ErrorCode::limit_exceeded, "too many types in one engine");
  if (super && (list_[super->value].is_final || list_[super->value].kind != kind)) {
    return fail(ErrorCode::bad_argument, "bad argument: the supertype is final or of another kind");
  }
  if (super && list_[super->value].depth + 1 > UINT16_MAX)
    return fail(ErrorCode::limit_exceeded, "limit exceeded: depth of subtypes");
  ScopeExit undo([&] { list_.pop_group(); });
  list_.begin_group();
  list_.begin_type(kind, is_final, super ? std::optional(super->value) : std::nullopt);
  for (const FieldType& f : fields) list_.add_field(f);
  list_.finish_group();
  if (super && !list_.composite_matches(base, super->value)) {
    return fail(ErrorCode::bad_argument, "bad argument: the fields do not match the supertype's");
  }
  const uint32_t canonical = list_[base].canonical;
  if (canonical == base) {
    publish(base);
    size_.store(list_.size(), std::memory_order_release);
    undo.release();
  }
  return TypeId(canonical);
}

namespace {

bool abstract_matches(AbstractHeap sub, AbstractHeap super) {
  using enum AbstractHeap;
  if (sub == super) return true;
  switch (sub) {
    case nofunc: return super == func;
    case noextern: return super == extern_;
    case noexn: return super == exn;
    case none:
      return super == i31 || super == struct_ || super == array || super == eq || super == any;
    case i31:
    case struct_:
    case array: return super == eq || super == any;
    case eq: return super == any;
    default: return false;
  }
}

AbstractHeap abstract_of(CompositeKind kind) {
  switch (kind) {
    case CompositeKind::func: return AbstractHeap::func;
    case CompositeKind::struct_: return AbstractHeap::struct_;
    case CompositeKind::array: return AbstractHeap::array;
  }
  return AbstractHeap::any;
}

}  // namespace

bool TypeRegistry::matches(HeapType sub, HeapType super) const {
  if (sub == super) return true;
  if (super.is_concrete()) {
    if (sub.is_concrete()) return is_sub(sub.type_id(), super.type_id());
    const bool is_func = (*this)[super.type_id()].kind == CompositeKind::func;
    return sub.is(is_func ? AbstractHeap::nofunc : AbstractHeap::none);
  }
  const AbstractHeap from =
      sub.is_concrete() ? abstract_of((*this)[sub.type_id()].kind) : sub.abstract();
  return abstract_matches(from, super.abstract());
}

bool TypeRegistry::matches(ValType sub, ValType super) const {
  if (sub == super || sub.is_bottom()) return true;
  if (!sub.is_ref() || !super.is_ref()) return false;
  if (sub.nullable() && !super.nullable()) return false;
  return matches(sub.heap(), super.heap());
}

std::string TypeRegistry::describe(ValType type) const {
  constexpr std::string_view kNames[] = {"bottom", "i32", "i64", "f32", "f64",
                                         "v128",   "ref", "i8",  "i16"};
  constexpr std::string_view kHeaps[] = {"func", "nofunc", "extern", "noextern", "any", "none",
                                         "eq",   "i31",    "struct", "array",    "exn", "noexn"};
  if (!type.is_ref()) return std::string(kNames[static_cast<size_t>(type.kind())]);
  const HeapType heap = type.heap();
  if (heap.is_abstract()) {
    const std::string_view name = kHeaps[static_cast<size_t>(heap.abstract())];
    if (!type.nullable()) return fmt::format("(ref {})", name);
    // The short forms of the text format.
    switch (heap.abstract()) {
      case AbstractHeap::none: return "nullref";
      case AbstractHeap::nofunc: return "nullfuncref";
      case AbstractHeap::noextern: return "nullexternref";
      case AbstractHeap::noexn: return "nullexnref";
      default: return fmt::format("{}ref", name);
    }
  }
  const std::string_view null = type.nullable() ? "null " : "";
  // One level: the type's own text could be recursive.
  return fmt::format("(ref {}<type {}>)", null, heap.index());
}

std::string TypeRegistry::describe(TypeId id) const {
  const CanonicalType& t = (*this)[id];
  if (t.kind == CompositeKind::func) {
    std::string out = "func";
    const auto list = [&](std::string_view word, std::span<const ValType> types) {
      if (types.empty()) return;
      out += fmt::format(" ({}", word);
      for (ValType v : types) out += " " + describe(v);
      out += ")";
    };
    list("param", t.params);
    list("result", t.results);
    return out;
  }
  std::string out = t.kind == CompositeKind::array ? "array" : "struct";
  for (const FieldType& f : t.fields) {
    out += f.is_mutable ? " (mut " + describe(f.type) + ")" : " " + describe(f.type);
  }
  return out;
}

ValType canonicalize(ValType t, std::span<const TypeId> ids) {
  if (!t.is_ref() || t.heap().is_abstract()) return t;
  return ValType::ref(HeapType::concrete(ids[t.heap().index()]), t.nullable());
}

}  // namespace weft::runtime
