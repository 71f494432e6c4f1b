// The checks that nearly every function begins with: is the number open, does it have the right.
#pragma once

#include "wasi/context.hpp"

namespace weft::wasi {

/// Finds `fd` and checks `needed`; `badf` or `notcapable`.
inline Errno open_entry(Context& context, uint32_t fd, Rights needed, FdTable::Entry*& out) {
  FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr) return Errno::badf;
  if ((entry->base & needed) != needed) return Errno::notcapable;
  out = entry;
  return Errno::success;
}

/// True if both halves of one time are given, or a bit nobody knows.
inline bool bad_fstflags(uint32_t flags) {
  return (flags & ~fstflags::kAll) != 0 ||
         (flags & (fstflags::kAtim | fstflags::kAtimNow)) ==
             (fstflags::kAtim | fstflags::kAtimNow) ||
         (flags & (fstflags::kMtim | fstflags::kMtimNow)) == (fstflags::kMtim | fstflags::kMtimNow);
}

}  // namespace weft::wasi
