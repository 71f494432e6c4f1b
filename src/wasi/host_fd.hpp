// A host file descriptor that closes itself.
#pragma once

#include <unistd.h>

#include <utility>

namespace weft::wasi {

class HostFd {
 public:
  HostFd() = default;
  explicit HostFd(int fd, bool owned = true) : fd_(fd), owned_(owned) {}
  HostFd(HostFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)), owned_(other.owned_) {}
  HostFd& operator=(HostFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
      owned_ = other.owned_;
    }
    return *this;
  }
  HostFd(const HostFd&) = delete;
  HostFd& operator=(const HostFd&) = delete;
  ~HostFd() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  bool owned() const { return owned_; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0 && owned_) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
  bool owned_ = true;
};

}  // namespace weft::wasi
