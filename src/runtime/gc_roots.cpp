#include "runtime/gc_roots.hpp"

#include "platform/stack_bounds.hpp"
#include "runtime/out_of_memory.hpp"
#include "runtime/store.hpp"

namespace weft::runtime {

GrowthAnswer StoreRoots::may_grow_heap(uint64_t current, uint64_t desired) {
  return store_.may_grow_heap(current, desired);
}
const TypeRegistry& StoreRoots::types() const { return store_.engine().types(); }

bool StoreRoots::finalizers_wait() {
  if (store_.context().stack_limit == ~uint64_t{0}) return false;  // no guest frame
  store_.crossing |= Store::kFinalizersAtCrossing;
  return true;
}

Result<HeapSpace> StoreRoots::take_space() {
  auto space = store_.engine().allocator().take_heap();
  // A guest that allocates ends with this error; a host that does reads it from the heap.
  if (!space) fail_with(store_, space.error());
  return space;
}
void StoreRoots::give_space(HeapSpace space) noexcept {
  store_.engine().allocator().give_heap(std::move(space));
}

bool StoreRoots::holds_objects(ValType type) const {
  return type.is_ref() && field_class(store_.engine().types(), type) == FieldClass::ref;
}

void StoreRoots::visit_table(Marker& marker, const Table& table) {
  if (!holds_objects(table.type().element)) return;
  for (const Cell& cell : table.cells()) marker.root(static_cast<Ref>(cell.bits));
}

void StoreRoots::visit_instance(Marker& marker, Instance& instance) {
  const binary::Module& m = instance.module();
  const auto visit_global = [&](size_t i) {
    const Global& global = instance.global(GlobalIdx(i));
    if (holds_objects(global.type().type)) marker.root(static_cast<Ref>(global.value[0].bits));
  };
  for (size_t i = m.imported_globals; i < m.globals.size(); ++i) visit_global(i);
  for (size_t i = m.imported_tables; i < m.tables.size(); ++i)
    visit_table(marker, instance.table(TableIdx(i)));
  for (size_t i = 0; i < instance.elems_.size(); ++i) {
    if (!holds_objects(instance.info().canonical(m.elems[i].type))) continue;
    for (const Cell& cell : instance.elems_[i].values) marker.root(static_cast<Ref>(cell.bits));
  }
}

// Host frames, builtins and (later) compiled code: every word between here and the thread's oldest
// frame. On a stack that is not the thread's own nothing is known; whoever switches stacks shows
// its stacks through TierState::visit_stacks.
[[gnu::noinline]] void StoreRoots::visit_native_stack(Marker& marker) {
  __builtin_unwind_init();  // callee-saved registers are stored into this frame
  volatile uint64_t lowest = 0;
  // SAFETY: an address of this frame below what was just stored, as a number.
  const auto here = reinterpret_cast<uintptr_t>(&lowest);
  const platform::StackBounds bounds = platform::current_stack_bounds();
  const uintptr_t frame = platform::current_stack_pointer();
  if (bounds.contains(frame))
    marker.native_words(here < frame && bounds.contains(here) ? here : frame, bounds.high);
}

void StoreRoots::visit_roots(Marker& marker) {
  // While no guest code runs, no live word of the native stack can be the only one that keeps an
  // object; a stale one must not keep an instance.
  if (excepted == nullptr || store_.context().stack_limit != ~uint64_t{0})
    visit_native_stack(marker);
  if (store_.interp != nullptr) store_.interp->visit_stacks(marker, store_.context());
  for (const auto& global : store_.globals_) {
    if (holds_objects(global->type().type)) marker.root(static_cast<Ref>(global->value[0].bits));
  }
  for (const auto& table : store_.tables_) visit_table(marker, *table);
  store_.for_each_instance([&](Instance& instance) {
    if (&instance != excepted) visit_instance(marker, instance);
  });
}

void StoreRoots::visit_excepted(Marker& marker) {
  if (excepted == nullptr) return;
  visit_native_stack(marker);
  visit_instance(marker, *excepted);
}

}  // namespace weft::runtime
