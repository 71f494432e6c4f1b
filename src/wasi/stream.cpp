#include "wasi/stream.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace weft::wasi {

IoCount Stream::read(std::span<std::byte>) { return {Errno::badf, 0}; }
IoCount Stream::write(std::span<const std::byte>) { return {Errno::badf, 0}; }

namespace {

class NullStream final : public Stream {
 public:
  IoCount read(std::span<std::byte>) override { return {}; }
  IoCount write(std::span<const std::byte> from) override { return {Errno::success, from.size()}; }
};

class BytesStream final : public Stream {
 public:
  explicit BytesStream(std::string bytes) : bytes_(std::move(bytes)) {}

  IoCount read(std::span<std::byte> to) override {
    const size_t count = std::min(to.size(), bytes_.size() - at_);
    if (count != 0) std::memcpy(to.data(), bytes_.data() + at_, count);
    at_ += count;
    return {Errno::success, count};
  }

  uint64_t available() const override { return bytes_.size() - at_; }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

class CallbackStream final : public Stream {
 public:
  CallbackStream(ReadCallback read, WriteCallback write)
      : read_(std::move(read)), write_(std::move(write)) {}

  IoCount read(std::span<std::byte> to) override {
    return clamp(read_ ? read_(to) : IoCount{Errno::badf, 0}, to.size());
  }

  IoCount write(std::span<const std::byte> from) override {
    return clamp(write_ ? write_(from) : IoCount{Errno::badf, 0}, from.size());
  }

 private:
  // A callback that claims more than it was offered must not make us read past the buffer.
  static IoCount clamp(IoCount io, size_t most) { return {io.error, std::min(io.count, most)}; }

  ReadCallback read_;
  WriteCallback write_;
};

}  // namespace

std::shared_ptr<Stream> null_stream() { return std::make_shared<NullStream>(); }

std::shared_ptr<Stream> bytes_stream(std::string bytes) {
  return std::make_shared<BytesStream>(std::move(bytes));
}

IoCount BufferStream::write(std::span<const std::byte> from) {
  const size_t count = std::min(from.size(), limit_ - text_.size());
  if (count == 0 && !from.empty()) return {Errno::nospc, 0};
  for (const std::byte b : from.first(count)) text_.push_back(static_cast<char>(b));
  return {Errno::success, count};
}

std::shared_ptr<Stream> callback_stream(ReadCallback read, WriteCallback write) {
  return std::make_shared<CallbackStream>(std::move(read), std::move(write));
}

}  // namespace weft::wasi
