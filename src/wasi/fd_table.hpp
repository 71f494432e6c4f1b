// The guest's descriptor numbers. Numbers below 3 are never handed out again, the table has a
// limit, and a file stays alive while a call uses it even if a callback closes the number
// meanwhile.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "wasi/errno.hpp"
#include "wasi/file.hpp"
#include "wasi/rights.hpp"

namespace weft::wasi {

class FdTable {
 public:
  struct Entry {
    std::shared_ptr<File> file;  // null: the number is free
    Rights base = 0;
    Rights inheriting = 0;
  };

  explicit FdTable(uint32_t limit) : limit_(limit) {}

  /// Null if the number is not open. The pointer holds until the table changes.
  Entry* find(uint32_t fd) {
    return fd < entries_.size() && entries_[fd].file != nullptr ? &entries_[fd] : nullptr;
  }

  bool full() const { return open_ >= limit_; }

  /// The lowest free number from 3 on; `mfile` at the limit.
  Errno insert(Entry entry, uint32_t& fd);
  /// Puts an entry at a number that is free: for the first three and the preopens.
  void place(uint32_t fd, Entry entry);
  Errno close(uint32_t fd);
  /// Moves `from` onto `to`, which must be open and is closed. The same number twice is nothing.
  Errno renumber(uint32_t from, uint32_t to);
  uint32_t open_count() const { return open_; }

 private:
  std::vector<Entry> entries_;
  uint32_t limit_;
  uint32_t open_ = 0;
  uint32_t first_maybe_free_ = 3;  // no number in [3, this) is free
};

}  // namespace weft::wasi
