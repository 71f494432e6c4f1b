// Tables (spec 4.2.7): arrays of one cell per element. Growth can move them; code reloads base
// after anything that grows.
#pragma once

#include <optional>
#include <span>

#include "base/result.hpp"
#include "runtime/item_table.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

/// Owned by its store (standalone) or by its instance's tail. Used by the store's thread.
class Table : public VMTable {
 public:
  /// `type.element` is in canonical types.
  Table(Store& store, const TableType& type, ItemId id = {});
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  /// Makes `limits.min` elements of `init`. Asks limits and limiter.
  Result<> create(Cell init);
  /// table.grow: the old size, or nothing. By 0 asks no one. `trap` is set if the limiter wants a
  /// trap.
  std::optional<uint64_t> grow(uint64_t delta, Cell init, TrapCode& trap);

  const TableType& type() const { return type_; }
  std::span<Cell> cells() const { return {base, length}; }
  Store& store() const { return *store_; }
  ItemId id() const { return id_; }
  static Table& from(VMTable* t) {
    return *static_cast<Table*>(t);
  }  // SAFETY: every VMTable is a Table

 private:
  bool resize(uint64_t new_length, Cell init);

  TableType type_;
  Store* store_;
  ItemId id_;
  uint64_t capacity_ = 0;
};

}  // namespace weft::runtime
