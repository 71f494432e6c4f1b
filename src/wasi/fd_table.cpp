#include "wasi/fd_table.hpp"

#include <utility>

#include "base/check.hpp"

namespace weft::wasi {

Errno FdTable::insert(Entry entry, uint32_t& fd) {
  if (full()) return Errno::mfile;
  uint32_t at = first_maybe_free_;
  while (find(at) != nullptr) ++at;
  place(at, std::move(entry));
  first_maybe_free_ = at + 1;
  fd = at;
  return Errno::success;
}

void FdTable::place(uint32_t fd, Entry entry) {
  WEFT_CHECK(find(fd) == nullptr && entry.file != nullptr);
  if (fd >= entries_.size()) entries_.resize(fd + 1);
  entries_[fd] = std::move(entry);
  ++open_;
}

Errno FdTable::close(uint32_t fd) {
  if (find(fd) == nullptr) return Errno::badf;
  Entry gone = std::exchange(entries_[fd], Entry{});
  --open_;
  if (fd >= 3 && fd < first_maybe_free_) first_maybe_free_ = fd;
  return Errno::success;
}

Errno FdTable::renumber(uint32_t from, uint32_t to) {
  if (find(from) == nullptr || find(to) == nullptr) return Errno::badf;
  if (from == to) return Errno::success;
  Entry gone = std::exchange(entries_[to], std::exchange(entries_[from], Entry{}));
  --open_;
  if (from >= 3 && from < first_maybe_free_) first_maybe_free_ = from;
  return Errno::success;
}

}  // namespace weft::wasi
