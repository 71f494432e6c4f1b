#include "wasi/context.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace weft::wasi {

namespace {

constexpr size_t kMaxStrings = size_t{1} << 30;  // the guest counts in 32 bits

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

// A File for a descriptor of the embedder, or of the system: its flags are shared with others and
// are left alone.
Errno describe(int fd, File& file) {
  struct stat st{};
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fstat(fd, &st) != 0) return errno_from_host(errno);
  file.type = filetype_of(fd, st.st_mode);
  file.channel = channel_of(st.st_mode);
  const int access = flags & O_ACCMODE;
  file.readable = access != O_WRONLY && (flags & O_PATH) == 0;
  file.writable = access != O_RDONLY && (flags & O_PATH) == 0;
  file.host_append = (flags & O_APPEND) != 0;
  if (file.host_append) file.flags |= fdflags::kAppend;
  if ((flags & O_NONBLOCK) != 0) file.flags |= fdflags::kNonblock;
  return Errno::success;
}

}  // namespace

void StringBlock::add(std::string_view text) {
  offsets.push_back(static_cast<uint32_t>(bytes.size()));
  bytes.append(text);
  bytes.push_back('\0');
}

ContextBuilder& ContextBuilder::arg(std::string_view text) {
  args_.emplace_back(text);
  return *this;
}

ContextBuilder& ContextBuilder::args(std::span<const std::string> texts) {
  args_.insert(args_.end(), texts.begin(), texts.end());
  return *this;
}

ContextBuilder& ContextBuilder::env(std::string_view name, std::string_view value) {
  if (name.empty() || name.find('=') != std::string_view::npos) {
    if (first_error_.empty())
      first_error_ = fmt::format("not a name of an environment variable: \"{}\"", name);
  }
  env_.push_back(fmt::format("{}={}", name, value));
  return *this;
}

ContextBuilder& ContextBuilder::preopen_dir(std::string host, std::string guest, DirAccess access) {
  dirs_.push_back({std::move(host), std::move(guest), access});
  return *this;
}

ContextBuilder& ContextBuilder::preopen_socket(int fd) {
  sockets_.emplace_back(fd);
  return *this;
}

ContextBuilder& ContextBuilder::stdio_fd(uint32_t guest_fd, int fd) {
  if (guest_fd < 3) {
    stdio_[guest_fd] = {fd, nullptr};
  } else if (first_error_.empty()) {
    first_error_ = fmt::format("descriptor {} is not one of the standard three", guest_fd);
  }
  return *this;
}

ContextBuilder& ContextBuilder::stdio_stream(uint32_t guest_fd, std::shared_ptr<Stream> stream) {
  if (guest_fd < 3) {
    stdio_[guest_fd] = {-1, std::move(stream)};
  } else if (first_error_.empty()) {
    first_error_ = fmt::format("descriptor {} is not one of the standard three", guest_fd);
  }
  return *this;
}

ContextBuilder& ContextBuilder::inherit_stdio() {
  for (uint32_t fd = 0; fd < 3; ++fd) stdio_fd(fd, static_cast<int>(fd));
  return *this;
}

ContextBuilder& ContextBuilder::clock(ClockSource* source) {
  clock_ = source;
  return *this;
}

ContextBuilder& ContextBuilder::random(RandomSource* source) {
  random_ = source;
  return *this;
}

ContextBuilder& ContextBuilder::interrupt(const Interrupt* interrupt) {
  interrupt_ = interrupt;
  return *this;
}

ContextBuilder& ContextBuilder::max_open_files(uint32_t count) {
  max_open_files_ = count;
  return *this;
}

ContextBuilder& ContextBuilder::lookup(Lookup lookup) {
  lookup_ = lookup;
  lookup_chosen_ = true;
  return *this;
}

Result<> ContextBuilder::fill_strings(Context& context) const {
  const auto fill = [](const std::vector<std::string>& from, StringBlock& to,
                       const char* what) -> Result<> {
    for (const std::string& text : from) {
      if (has_nul(text))
        return fail(ErrorCode::bad_argument, fmt::format("{} contains a NUL byte", what));
      if (to.bytes.size() + text.size() >= kMaxStrings) {
        return fail(ErrorCode::bad_argument,
                    fmt::format("more than {} bytes of {}", kMaxStrings, what));
      }
      to.add(text);
    }
    return {};
  };
  WEFT_TRY(fill(args_, context.args_, "an argument"));
  return fill(env_, context.env_, "an environment variable");
}

Result<> ContextBuilder::open_stdio(Context& context) const {
  for (uint32_t number = 0; number < 3; ++number) {
    const Stdio& given = stdio_[number];
    auto file = std::make_shared<File>();
    bool closed = false;
    if (given.fd >= 0) {
      // A descriptor the host itself has closed is closed for the guest too.
      if (const Errno error = describe(given.fd, *file); error == Errno::badf && given.fd < 3) {
        closed = true;
      } else if (error != Errno::success) {
        return fail(ErrorCode::bad_argument,
                    fmt::format("standard descriptor {}: host descriptor {} is not open", number,
                                given.fd));
      }
      file->host = HostFd(given.fd, false);
    } else {
      file->stream = given.stream != nullptr ? given.stream : null_stream();
      file->readable = file->writable = true;
    }
    if (closed) continue;
    if (file->channel == Channel::directory) {
      file->readable = file->writable = false;
    } else if (number == 0) {
      file->writable = false;
    } else {
      file->readable = false;
    }
    const Rights base = natural_rights(*file);
    context.fds_.place(number, {std::move(file), base, rights::kNone});
  }
  return {};
}

Result<> ContextBuilder::open_dirs(Context& context) const {
  uint32_t number = 3;
  for (const Dir& dir : dirs_) {
    const auto refuse = [&](std::string_view why) {
      return fail(ErrorCode::io,
                  fmt::format("cannot open directory \"{}\" for the guest path \"{}\": {}",
                              dir.host, dir.guest, why));
    };
    if (has_nul(dir.host) || has_nul(dir.guest)) return refuse("the name contains a NUL byte");
    if (dir.guest.empty() || dir.guest.size() >= kPathMax)
      return refuse("the guest path is empty or too long");
    HostFd fd(::open(dir.host.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) return refuse(std::strerror(errno));
    auto file = std::make_shared<File>();
    if (describe(fd.get(), *file) != Errno::success) return refuse(std::strerror(errno));
    file->host = std::move(fd);
    file->flags = 0;
    file->writable = false;
    file->read_only = dir.access == DirAccess::read_only;
    file->preopen = true;
    file->preopen_name = dir.guest;
    context.fds_.place(number++, {std::move(file), rights::kDirectory, rights::kAll});
  }
  return {};
}

Result<> ContextBuilder::adopt_sockets(Context& context) {
  auto number = static_cast<uint32_t>(3 + dirs_.size());
  for (HostFd& socket : sockets_) {
    auto file = std::make_shared<File>();
    if (describe(socket.get(), *file) != Errno::success || file->channel != Channel::socket) {
      return fail(ErrorCode::bad_argument,
                  fmt::format("host descriptor {} is not a socket", socket.get()));
    }
    ::fcntl(socket.get(), F_SETFD, FD_CLOEXEC);
    file->host = std::move(socket);
    context.fds_.place(number++, {std::move(file), rights::kSocket, rights::kSocket});
  }
  sockets_.clear();
  return {};
}

Result<std::unique_ptr<Context>> ContextBuilder::build() {
  if (!first_error_.empty()) return fail(ErrorCode::bad_argument, first_error_);
  if (3 + dirs_.size() + sockets_.size() > max_open_files_) {
    return fail(ErrorCode::limit_exceeded,
                fmt::format("{} directories and sockets are more than the limit of {} open files",
                            dirs_.size() + sockets_.size(), max_open_files_));
  }
  std::unique_ptr<Context> context(new Context(max_open_files_));
  context->lookup_ = lookup_chosen_              ? lookup_
                     : kernel_lookup_available() ? Lookup::kernel
                                                 : Lookup::portable;
  context->clock_ = clock_;
  context->random_ = random_;
  context->interrupt_ = interrupt_;
  WEFT_TRY(fill_strings(*context));
  WEFT_TRY(open_stdio(*context));
  WEFT_TRY(open_dirs(*context));
  WEFT_TRY(adopt_sockets(*context));
  return context;
}

}  // namespace weft::wasi
