// Ending an instance before its store: only when it is proven that nothing refers to it. Most
// instances are proven by what their module cannot do; for the others the whole store is searched.
// ADR 0023.
#include <algorithm>
#include <string>

#include "base/wrapping.hpp"
#include "runtime/store.hpp"
#include "runtime/trap_exit.hpp"

namespace weft::runtime {

namespace {

/// Searches what a store holds for addresses in one instance's block; stacks and objects aside.
class Search {
 public:
  explicit Search(Instance& wanted)
      // SAFETY: addresses as numbers.
      : wanted_(wanted),
        begin_(reinterpret_cast<uintptr_t>(&wanted)),
        bytes_(wanted.block_bytes()) {}

  /// What of `other` refers to the wanted one, or nothing.
  std::string in_instance(Instance& other) {
    if (&other == &wanted_) return {};
    const binary::Module& m = other.module();
    const VMContext& ctx = other.vmctx();
    const std::string who = describe(other);
    const auto imports = [&](auto* const* items, uint32_t count) {
      return std::any_of(items, items + count, [&](const auto* item) { return inside(item); });
    };
    if (imports(ctx.funcs, m.imported_funcs) || imports(ctx.memories, m.imported_memories) ||
        imports(ctx.tables, m.imported_tables) || imports(ctx.globals, m.imported_globals))
      return "an import of " + who;
    for (uint32_t i = 0; i < m.imported_tags; ++i) {
      if (inside(&other.tag(TagIdx(i)))) return "an import of " + who;
    }
    for (auto i = m.imported_globals; i < m.globals.size(); ++i) {
      if (in_global(other.global(GlobalIdx(i)))) return "a global of " + who;
    }
    for (auto i = m.imported_tables; i < m.tables.size(); ++i) {
      if (in_table(other.table(TableIdx(i)))) return "a table of " + who;
    }
    if (other.has_elem_value([&](Cell c) { return inside(c.bits); }))
      return "an element segment of " + who;
    return {};
  }
  bool in_global(const Global& global) const {
    return global.type().type.is_ref() && inside(global.value[0].bits);
  }
  bool in_table(const Table& table) const {
    return std::ranges::any_of(table.cells(), [&](Cell c) { return inside(c.bits); });
  }
  /// The guest's newest frame, and where outer calls left it.
  bool is_running(const VMStoreContext& ctx) const {
    bool found = false;
    visit_anchors(ctx, [&](const FrameAnchor& anchor) { found |= inside(anchor.vmctx); });
    return found;
  }
  bool on_stacks(Heap& heap, const TierState* stacks, const VMStoreContext& ctx) const {
    return stacks != nullptr && heap.is_on_stacks(*stacks, ctx, begin_, bytes_);
  }
  Heap::Referrer in_heap(Heap& heap) const { return heap.find_referrer(begin_, bytes_); }

 private:
  // SAFETY: addresses as numbers.
  bool inside(uint64_t address) const { return wrapping_sub(address, begin_) < bytes_; }
  bool inside(const void* p) const { return inside(reinterpret_cast<uintptr_t>(p)); }
  static std::string describe(const Instance& instance) {
    std::string name = instance.info().display_name();
    return "instance " + std::to_string(instance.slot()) +
           (name.empty() ? std::string() : " (" + name + ")");
  }

  Instance& wanted_;
  const uintptr_t begin_;
  const uint64_t bytes_;
};

}  // namespace

std::string Store::find_referrer(Instance& instance, bool could_be_anywhere) {
  Search search(instance);
  if (in_hook_) return "a call hook that is running";
  if (search.is_running(ctx_)) return "a running call";
  if (!could_be_anywhere)
    return search.on_stacks(heap_, interp.get(), ctx_) ? "a running or suspended call" : "";
  for (const auto& global : globals_) {
    if (search.in_global(*global)) return "a global of the store";
  }
  for (const auto& table : tables_) {
    if (search.in_table(*table)) return "a table of the store";
  }
  std::string found;
  for_each_instance([&](Instance& other) {
    if (found.empty()) found = search.in_instance(other);
  });
  if (!found.empty()) return found;
  gc_roots_.excepted = &instance;
  const Heap::Referrer in_heap = search.in_heap(heap_);
  gc_roots_.excepted = nullptr;
  switch (in_heap) {
    case Heap::Referrer::stack: return "a running or suspended call";
    case Heap::Referrer::object: return "an object on the store's heap";
    case Heap::Referrer::none: break;
  }
  return {};
}

Result<> Store::free_instance(Instance& instance) {
  // The usual case, without a search: no code runs or waits in this store, and nothing of the
  // instance was ever given away.
  const bool idle = ctx_.stack_limit == ~uint64_t{0} && !in_hook_ &&
                    (interp == nullptr || !interp->has_suspended());
  const bool could_be_anywhere = instance.is_shared() || !instance.info().is_closed;
  if (!idle || could_be_anywhere) {
    const std::string referrer = find_referrer(instance, could_be_anywhere);
    if (!referrer.empty()) {
      return fail(ErrorCode::in_use,
                  "in use: the instance cannot be freed, " + referrer + " refers to it");
    }
  }
  remove_instance(instance);
  return {};
}

}  // namespace weft::runtime
