// Standard input and output that are not host descriptors: C++ callbacks, buffers in memory,
// nothing at all.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "wasi/errno.hpp"

namespace weft::wasi {

/// The result of one transfer: how many bytes, or why none.
struct IoCount {
  Errno error = Errno::success;
  size_t count = 0;
};

/// A byte stream given by the embedder. Calls come from the thread that runs the guest; a stream
/// may call back into the store (the guest's memory is looked up again afterwards). Buffers are at
/// most kChunk bytes.
class Stream {
 public:
  static constexpr size_t kChunk = 8192;

  virtual ~Stream() = default;
  /// Fills at most `to.size()` bytes; 0 bytes is the end of the stream.
  virtual IoCount read(std::span<std::byte> to);
  /// Takes at most `from.size()` bytes.
  virtual IoCount write(std::span<const std::byte> from);
  /// What fd_sync does.
  virtual Errno flush() { return Errno::success; }
  /// How many bytes a read would give without waiting, as far as is known; 0 if not.
  virtual uint64_t available() const { return 0; }
};

/// Reads as empty, swallows what is written.
std::shared_ptr<Stream> null_stream();

/// Reads the given bytes, once.
std::shared_ptr<Stream> bytes_stream(std::string bytes);

/// Keeps what is written, up to `limit` bytes; past it a write fails with `nospc`.
class BufferStream final : public Stream {
 public:
  explicit BufferStream(size_t limit = size_t{64} << 20) : limit_(limit) {}
  IoCount write(std::span<const std::byte> from) override;
  std::string_view text() const { return text_; }

 private:
  std::string text_;
  size_t limit_;
};

using ReadCallback = std::function<IoCount(std::span<std::byte>)>;
using WriteCallback = std::function<IoCount(std::span<const std::byte>)>;

/// Either callback may be empty: then that direction fails with `badf`.
std::shared_ptr<Stream> callback_stream(ReadCallback read, WriteCallback write);

}  // namespace weft::wasi
