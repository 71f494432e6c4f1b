// Tables of a store.
#pragma once

#include "weft/func.hpp"

namespace weft {
inline namespace v0 {

/// A table of references. A value: copy it freely. Errors of all members: wrong_store, freed.
class Table {
 public:
  /// Wraps the C handle.
  explicit Table(weft_table_t t) : table_(t) {}
  /// A table of the host's, full of `init`, to be imported by modules. Errors: bad_argument (the
  /// value is not of the type; minimum above maximum), limit_exceeded, out_of_memory.
  static Result<Table> make(StoreRef store, const TableType& type, const Val& init) {
    weft_table_t table{};
    const weft_tabletype_t t = detail::to_c(type);
    if (weft_error_t* e = weft_table_new_exact(store.c_api(), &t, &init.c_api(), &table))
      return Error(e);
    return Table(table);
  }
  /// Its type; `min` is the present size.
  Result<TableType> type(StoreRef store) const {
    weft_tabletype_t type{};
    if (weft_error_t* e = weft_table_type(store.c_api(), table_, &type)) return Error(e);
    return detail::from_c(type);
  }
  /// In elements.
  Result<uint64_t> size(StoreRef store) const {
    uint64_t n = 0;
    if (weft_error_t* e = weft_table_size(store.c_api(), table_, &n)) return Error(e);
    return n;
  }
  /// Error: bad_argument (past the end).
  Result<Val> get(StoreRef store, uint64_t index) const {
    weft_val_t v{};
    if (weft_error_t* e = weft_table_get(store.c_api(), table_, index, &v)) return Error(e);
    return Val(v);
  }
  /// Error: bad_argument (past the end, or a value of another type).
  Result<void> set(StoreRef store, uint64_t index, const Val& v) const {
    return detail::check(weft_table_set(store.c_api(), table_, index, &v.c_api()));
  }
  /// Sets `count` elements, all or none. Error: bad_argument (past the end, or of another type).
  Result<void> fill(StoreRef store, uint64_t index, uint64_t count, const Val& v) const {
    return detail::check(weft_table_fill(store.c_api(), table_, index, count, &v.c_api()));
  }
  /// By `delta` elements, which are `init`; gives the size before. Errors: bad_argument (another
  /// type), limit_exceeded.
  Result<uint64_t> grow(StoreRef store, uint64_t delta, const Val& init) const {
    uint64_t old = 0;
    if (weft_error_t* e = weft_table_grow(store.c_api(), table_, delta, &init.c_api(), &old)) {
      return Error(e);
    }
    return old;
  }
  /// The C handle.
  weft_table_t c_api() const { return table_; }

 private:
  weft_table_t table_;
};

}  // namespace v0
}  // namespace weft
