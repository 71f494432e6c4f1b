#include "runtime/table.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/bits.hpp"
#include "runtime/store.hpp"
#include "wasm/limits.hpp"

namespace weft::runtime {

Table::Table(Store& store, const TableType& type, ItemId id)
    : VMTable{nullptr, 0}, type_(type), store_(&store), id_(id) {}

Table::~Table() { std::free(base); }

Result<> Table::create(Cell init) {
  const uint64_t min = type_.limits.min;
  if (store_->may_grow_table(0, min, type_.limits.max) != GrowthAnswer::allow) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: table of " + std::to_string(min) +
                                               " elements is larger than the store allows");
  }
  if (min > limits::kTableAllocatedElements || !resize(min, init)) {
    store_->growth_failed("out of memory");
    return fail(ErrorCode::out_of_memory,
                "out of memory: table of " + std::to_string(min) + " elements");
  }
  return {};
}

bool Table::resize(uint64_t new_length, Cell init) {
  if (new_length > capacity_) {
    Cell* grown = nullptr;
    uint64_t new_capacity = new_length;
    if (base == nullptr) {
      // calloc: a large table of nulls costs no memory until it is written.
      grown = static_cast<Cell*>(std::calloc(new_length, sizeof(Cell)));
    } else {
      new_capacity = std::max(new_length, std::min(capacity_ * 2, limits::kTableAllocatedElements));
      // SAFETY: cells are trivially copyable.
      grown =
          static_cast<Cell*>(std::realloc(static_cast<void*>(base), new_capacity * sizeof(Cell)));
    }
    if (grown == nullptr) return false;
    if (base != nullptr || init.bits != 0) std::fill(grown + length, grown + new_length, init);
    base = grown;
    capacity_ = new_capacity;
  } else {
    std::fill(base + length, base + new_length, init);
  }
  length = new_length;
  return true;
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
