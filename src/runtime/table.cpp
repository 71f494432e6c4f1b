#include "runtime/table.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/bits.hpp"
#include "runtime/instance.hpp"
#include "runtime/store.hpp"
#include "wasm/limits.hpp"

namespace weft::runtime {

Table::Table(Store& store, const TableType& type, ItemId id)
    : VMTable{nullptr, 0}, type_(type), store_(&store), id_(id) {}

Table::~Table() {
  if (space_.base != nullptr) store_->engine().allocator().give_table(space_, length);
}

Result<> Table::create(Cell init, Cell* inline_cells) {
  const uint64_t min = type_.limits.min;
  if (store_->may_grow_table(0, min, type_.limits.max) != GrowthAnswer::allow) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: table of " + std::to_string(min) +
                                               " elements is larger than the store allows");
  }
  if (inline_cells != nullptr) {
    base = inline_cells;
    capacity_ = min;
  } else if (min != 0) {
    if (min > limits::kTableAllocatedElements) {
      store_->growth_failed("out of memory");
      return fail(ErrorCode::out_of_memory,
                  "out of memory: table of " + std::to_string(min) + " elements");
    }
    auto space = store_->engine().allocator().take_table(min);
    if (!space) {
      store_->growth_failed(space.error().message);
      return std::unexpected(std::move(space.error()));
    }
    space_ = *space;
    base = space_.base;
    capacity_ = space_.capacity;
  }
  if (init.bits != 0) std::fill(base, base + min, init);
  length = min;
  return {};
}

bool Table::resize(uint64_t new_length, Cell init) {
  if (new_length > capacity_) {
    Allocator& allocator = store_->engine().allocator();
    const uint64_t roomy =
        std::max(new_length, std::min(capacity_ * 2, limits::kTableAllocatedElements));
    auto larger = allocator.take_table(roomy);
    if (!larger && roomy != new_length) larger = allocator.take_table(new_length);
    if (!larger) return false;
    std::copy(base, base + length, larger->base);
    if (space_.base != nullptr) allocator.give_table(space_, length);
    space_ = *larger;
    base = space_.base;
    capacity_ = space_.capacity;
  }
  std::fill(base + length, base + new_length, init);
  length = new_length;
  return true;
}

Cell Table::build(uint64_t index) {
  if (index >= image_->funcs.size() || image_->funcs[index] == 0) return {};
  base[index] = Cell::of(filler_->func_ref(FuncIdx(image_->funcs[index] - 1)));
  return base[index];
}

void Table::build_all() {
  for (uint64_t i = 0; i < image_->funcs.size(); ++i) {
    if (base[i].bits == 0) build(i);
  }
  image_ = nullptr;
}

std::optional<uint64_t> Table::grow(uint64_t delta, Cell init, TrapCode& trap) {
  const uint64_t old = length;
  if (delta == 0) return old;
  const uint64_t desired = saturating_add(old, delta);
  switch (store_->may_grow_table(old, desired, type_.limits.max)) {
    case GrowthAnswer::allow: break;
    case GrowthAnswer::refuse: return std::nullopt;
    case GrowthAnswer::trap: trap = TrapCode::growth_limited; return std::nullopt;
  }
  const uint64_t maximum =
      std::min(type_.limits.max.value_or(~uint64_t{0}), limits::kTableAllocatedElements);
  const char* reason = nullptr;
  if (desired > maximum) {
    reason = "maximum size of the table exceeded";
  } else if (!resize(desired, init)) {
    reason = "out of memory";
  }
  if (reason == nullptr) return old;
  store_->growth_failed(reason);
  if (store_->limits.trap_on_growth_failure) trap = TrapCode::growth_limited;
  return std::nullopt;
}

}  // namespace weft::runtime
