// Taking a path and its directory descriptor from a guest's call.
#pragma once

#include "wasi/access.hpp"
#include "wasi/guest_memory.hpp"
#include "wasi/sandbox.hpp"

namespace weft::wasi {

struct PathArgument : PathText {
  /// `fault`, `nametoolong`, or `inval` for an embedded NUL. The copy is NUL-terminated.
  Errno copy(const GuestMemory& memory, uint32_t path, uint32_t len) {
    if (!memory.contains(path, len)) return Errno::fault;
    if (len >= kPathMax) return Errno::nametoolong;
    if (len != 0) std::memcpy(text, memory.at(path), len);
    text[len] = '\0';
    length = len;
    return std::memchr(text, '\0', len) == nullptr ? Errno::success : Errno::inval;
  }
};

/// Finds a directory descriptor with the right: `badf`, `notdir`, `notcapable`.
inline Errno open_directory(Context& context, uint32_t fd, Rights needed, FdTable::Entry*& out) {
  FdTable::Entry* entry = context.fds().find(fd);
  if (entry == nullptr) return Errno::badf;
  if (entry->file->channel != Channel::directory) return Errno::notdir;
  if ((entry->base & needed) != needed) return Errno::notcapable;
  out = entry;
  return Errno::success;
}

}  // namespace weft::wasi
