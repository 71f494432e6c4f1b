// What a guest is given: arguments, environment, directories, standard streams, clocks, randomness,
// and how it is stopped. Whatever the builder was not told about does not exist for the guest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wasi/fd_table.hpp"
#include "wasi/interrupt.hpp"
#include "wasi/sandbox.hpp"
#include "wasi/stream.hpp"

namespace weft::wasi {

/// Where the time comes from, if not from the host. Values are nanoseconds.
class ClockSource {
 public:
  virtual ~ClockSource() = default;
  virtual uint64_t now(ClockId clock) = 0;
  virtual uint64_t resolution(ClockId clock) = 0;
};

/// Where random bytes come from, if not from the host.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void fill(std::span<std::byte> bytes) = 0;
};

enum class DirAccess : uint8_t { read_write, read_only };

/// Strings as the guest gets them: one block of NUL-terminated texts and where each begins.
struct StringBlock {
  std::string bytes;
  std::vector<uint32_t> offsets;
  void add(std::string_view text);
};

/// What the host's kernel was found to be able to do; looked at once each.
struct HostAbilities {
  bool append_flag = true;    // pwritev2 with RWF_APPEND
  bool nosignal_flag = true;  // pwritev2 with RWF_NOSIGNAL
};

/// Where the caller's memory was found last time. Instances live as long as their store, and store
/// ids are not reused.
struct CallerMemory {
  uint64_t store_id = ~uint64_t{0};
  const void* instance = nullptr;
  void* memory = nullptr;
};

/// The WASI state of one guest. Used by one thread at a time; `Interrupt` is what other threads may
/// touch.
class Context {
 public:
  FdTable& fds() { return fds_; }
  const StringBlock& args() const { return args_; }
  const StringBlock& env() const { return env_; }
  Lookup lookup() const { return lookup_; }
  ClockSource* clock() const { return clock_; }
  RandomSource* random() const { return random_; }
  /// Null if nothing can interrupt now.
  const Interrupt* interrupt() const {
    return interrupt_ != nullptr && interrupt_->armed() ? interrupt_ : nullptr;
  }
  /// Borrowed; must outlive its use here. Null: waits end only by themselves.
  void set_interrupt(const Interrupt* interrupt) { interrupt_ = interrupt; }
  HostAbilities& abilities() { return abilities_; }
  CallerMemory& caller_memory() { return caller_memory_; }  // for link.cpp

 private:
  friend class ContextBuilder;
  explicit Context(uint32_t max_open_files) : fds_(max_open_files) {}

  FdTable fds_;
  StringBlock args_;
  StringBlock env_;
  Lookup lookup_ = Lookup::portable;
  ClockSource* clock_ = nullptr;
  RandomSource* random_ = nullptr;
  const Interrupt* interrupt_ = nullptr;
  HostAbilities abilities_;
  CallerMemory caller_memory_;
};

/// Collects what a guest may have. Errors are reported by `build`, so calls can be chained.
/// Default: no arguments, no environment, no directories, empty standard input, output that goes
/// nowhere.
class ContextBuilder {
 public:
  ContextBuilder& arg(std::string_view text);
  ContextBuilder& args(std::span<const std::string> texts);
  ContextBuilder& env(std::string_view name, std::string_view value);

  /// Makes the host directory visible as `guest`. With read_only nothing in it can be changed
  /// through it by any means.
  ContextBuilder& preopen_dir(std::string host, std::string guest,
                              DirAccess access = DirAccess::read_write);
  /// Passes in a connected or listening socket; taken over (closed with the context). Numbered
  /// behind the directories.
  ContextBuilder& preopen_socket(int fd);

  /// Descriptor 0, 1 or 2 of the guest is the host's descriptor `fd`, which stays the embedder's.
  ContextBuilder& stdio_fd(uint32_t guest_fd, int fd);
  /// Descriptor 0, 1 or 2 of the guest is a stream of C++.
  ContextBuilder& stdio_stream(uint32_t guest_fd, std::shared_ptr<Stream> stream);
  /// The guest shares standard input, output and error with this process.
  ContextBuilder& inherit_stdio();

  /// Borrowed; must outlive the context.
  ContextBuilder& clock(ClockSource* source);
  ContextBuilder& random(RandomSource* source);
  ContextBuilder& interrupt(const Interrupt* interrupt);
  /// How many descriptors a guest may have open at once, the standard three included.
  ContextBuilder& max_open_files(uint32_t count);
  /// How paths are resolved; by default the kernel's way where it exists.
  ContextBuilder& lookup(Lookup lookup);

  /// `bad_argument`: a NUL in a string, a wrong variable name or descriptor; `io`: a directory that
  /// cannot be opened.
  Result<std::unique_ptr<Context>> build();

 private:
  struct Dir {
    std::string host;
    std::string guest;
    DirAccess access;
  };
  struct Stdio {
    int fd = -1;
    std::shared_ptr<Stream> stream;
  };

  Result<> fill_strings(Context& context) const;
  Result<> open_stdio(Context& context) const;
  Result<> open_dirs(Context& context) const;
  Result<> adopt_sockets(Context& context);

  std::vector<std::string> args_;
  std::vector<std::string> env_;
  std::vector<Dir> dirs_;
  std::vector<HostFd> sockets_;
  Stdio stdio_[3];
  std::string first_error_;
  ClockSource* clock_ = nullptr;
  RandomSource* random_ = nullptr;
  const Interrupt* interrupt_ = nullptr;
  uint32_t max_open_files_ =
      512;  // below the usual soft limit of 1024, so a guest cannot starve its host
  bool lookup_chosen_ = false;
  Lookup lookup_ = Lookup::kernel;
};

}  // namespace weft::wasi
