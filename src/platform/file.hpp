// Whole files: read into a buffer that is written once, written so that a failure leaves the old
// file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "platform/os_error.hpp"

namespace weft::platform {

/// Bytes on the heap that were not zeroed before they were read.
struct FileBytes {
  std::unique_ptr<uint8_t[]> data;
  size_t size = 0;

  std::span<const uint8_t> bytes() const { return {data.get(), size}; }
};

/// Reads a file, pipe or device to its end. A directory is EISDIR, more than `max_bytes` EFBIG.
OsResult<FileBytes> read_file(const std::string& path,
                              size_t max_bytes = std::numeric_limits<size_t>::max());
/// The same from an open descriptor, which stays open.
OsResult<FileBytes> read_file(int fd, size_t max_bytes = std::numeric_limits<size_t>::max());

/// Replaces `path` in one step: readers see the old bytes or the new ones, never half of them.
OsResult<> write_file(const std::string& path, std::span<const uint8_t> bytes);

/// One line for a person: `cannot read "a.wasm": no such file`.
std::string describe_read_failure(const std::string& path, const OsError& error);

}  // namespace weft::platform
