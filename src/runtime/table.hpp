// Tables (spec 4.2.7): arrays of one cell per element. Growth can move them; code reloads base
// after anything that grows.
#pragma once

#include <optional>
#include <span>

#include "base/result.hpp"
#include "runtime/allocator.hpp"
#include "runtime/item_table.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

class Instance;
struct TableImage;

/// Owned by its store (standalone) or by its instance's tail. Used by the store's thread.
class Table : public VMTable {
 public:
  /// `type.element` is in canonical types.
  Table(Store& store, const TableType& type, ItemId id = {});
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  /// Makes `limits.min` elements of `init`. Asks limits and limiter.
  /// `inline_cells`, if not null, holds that many nulls and lives as long as the table.
  Result<> create(Cell init, Cell* inline_cells = nullptr);
  /// Its elements, null for now, are those of `image` until somebody changes them: each function
  /// reference is built when it is first asked for. The image must fit.
  void fill_lazily(Instance& owner, const TableImage& image) {
    filler_ = &owner;
    image_ = &image;
  }
  /// After this all cells are what they say.
  void settle() {
    if (image_ != nullptr) [[unlikely]]
      build_all();
  }
  /// One element. SAFETY: index < length.
  Cell at(uint64_t index) {
    if (base[index].bits == 0 && image_ != nullptr) [[unlikely]]
      return build(index);
    return base[index];
  }
  /// table.grow: the old size, or nothing. By 0 asks no one. `trap` is set if the limiter wants a
  /// trap.
  std::optional<uint64_t> grow(uint64_t delta, Cell init, TrapCode& trap);

  const TableType& type() const { return type_; }
  /// Some may be null that are yet to be built: settle() first, unless only objects matter.
  std::span<Cell> cells() const { return {base, length}; }
  bool is_lazy() const { return image_ != nullptr; }
  Store& store() const { return *store_; }
  ItemId id() const { return id_; }
  static Table& from(VMTable* t) {
    return *static_cast<Table*>(t);
  }  // SAFETY: every VMTable is a Table

 private:
  bool resize(uint64_t new_length, Cell init);
  Cell build(uint64_t index);
  void build_all();

  TableType type_;
  Store* store_;
  ItemId id_;
  TableSpace space_;  ///< Where its cells lie, if not inline.
  uint64_t capacity_ = 0;
  Instance* filler_ = nullptr;
  const TableImage* image_ = nullptr;
};

}  // namespace weft::runtime
