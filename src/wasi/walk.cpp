// The portable half of the sandbox: one openat with O_NOFOLLOW per component, links read and
// followed by hand, ".." by going back to a directory already visited. A directory moved away
// meanwhile is still the one we came through, so no rename can lead outside.
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "wasi/sandbox.hpp"

namespace weft::wasi {

namespace {

constexpr int kMaxLinks = 40;     // as Linux
constexpr size_t kKeptOpen = 32;  // descriptors held for the way back; deeper ones are opened again
constexpr int kStep = O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC;

class Walk {
 public:
  Walk(int root, const char* path) : root_(root), rest_(path) {}

  int run(int flags, mode_t mode);

 private:
  struct Level {
    std::string name;
    HostFd fd;  // invalid once dropped to keep few open
  };

  // The directory reached so far, or a negated errno.
  int current();
  int reopen();
  void push(std::string name, int fd);
  int descend(const std::string& name);
  int open_last(const std::string& name, bool slashes, int flags, mode_t mode);
  int dot(std::string_view name);
  // If `name` is a link: puts its target before the rest and returns 0. A negated errno otherwise;
  // `otherwise` if no link.
  int follow(int dir, const std::string& name, int otherwise);

  int root_;
  std::string rest_;  // what is still to be walked, from at_
  size_t at_ = 0;
  std::vector<Level> levels_;  // free of links and dots
  int links_ = 0;
  bool followed_ = false;
};

int Walk::current() {
  if (levels_.empty()) return root_;
  return levels_.back().fd.valid() ? levels_.back().fd.get() : reopen();
}

int Walk::reopen() {
  int dir = root_;
  for (size_t i = 0; i < levels_.size(); ++i) {
    const int fd = ::openat(dir, levels_[i].name.c_str(), kStep);
    if (fd < 0) return -errno;
    levels_[i].fd = HostFd(fd);
    dir = fd;
    if (i >= kKeptOpen) levels_[i - kKeptOpen].fd.reset();
  }
  return dir;
}

void Walk::push(std::string name, int fd) {
  levels_.push_back({std::move(name), HostFd(fd)});
  if (levels_.size() > kKeptOpen) levels_[levels_.size() - 1 - kKeptOpen].fd.reset();
}

int Walk::follow(int dir, const std::string& name, int otherwise) {
  char target[kPathMax];
  const ssize_t length = ::readlinkat(dir, name.c_str(), target, sizeof target);
  if (length < 0) return errno == EINVAL ? -otherwise : -errno;
  if (length == 0) return -ENOENT;
  const std::string_view text(target, static_cast<size_t>(length));
  struct statfs where{};
  if (::fstatfs(dir, &where) == 0 && where.f_type == PROC_SUPER_MAGIC &&
      (text.front() == '/' || text.find(':') != std::string_view::npos)) {
    return -ELOOP;  // a magic link: its text is not where it leads
  }
  if (links_++ >= kMaxLinks) return -ELOOP;
  if (text.front() == '/') return -EPERM;
  rest_ = std::string(text) + rest_.substr(at_);
  at_ = 0;
  followed_ = true;
  return 0;
}

// Going through "." or ".." needs the right to search the directory, as any name does.
int Walk::dot(std::string_view name) {
  const int dir = current();
  if (dir < 0 && !levels_.empty()) return dir;
  const int fd = ::openat(dir, ".", O_PATH | O_CLOEXEC);
  if (fd < 0) return -errno;
  ::close(fd);
  if (name == ".") return 0;
  if (levels_.empty()) return -EPERM;
  levels_.pop_back();
  return 0;
}

int Walk::descend(const std::string& name) {
  const int dir = current();
  if (dir < 0 && !levels_.empty()) return dir;
  const int fd = ::openat(dir, name.c_str(), kStep);
  if (fd >= 0) {
    push(name, fd);
    return 0;
  }
  return errno == ENOTDIR || errno == ELOOP ? follow(dir, name, ENOTDIR) : -errno;
}

int Walk::open_last(const std::string& name, bool slashes, int flags, mode_t mode) {
  const int dir = current();
  if (dir < 0 && !levels_.empty()) return dir;
  if ((flags & O_CREAT) != 0 && slashes) return -EISDIR;
  const bool exclusive = (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0;
  const bool following = !exclusive && ((flags & O_NOFOLLOW) == 0 || slashes);
  const int how = flags | O_NOFOLLOW | O_CLOEXEC | (slashes ? O_DIRECTORY : 0);
  const int fd = ::openat(dir, name.c_str(), how, mode);
  if (fd < 0) {
    const int why = errno;
    return following && (why == ELOOP || why == ENOTDIR) ? follow(dir, name, why) : -why;
  }
  if (following && (how & O_PATH) != 0) {  // O_PATH opens the link itself instead of refusing
    struct stat st{};
    if (::fstat(fd, &st) == 0 && S_ISLNK(st.st_mode)) {
      ::close(fd);
      return follow(dir, name, ELOOP);
    }
  }
  return fd;
}

int Walk::run(int flags, mode_t mode) {
  if (rest_.empty()) return -ENOENT;
  if (rest_.front() == '/') return -EPERM;
  for (;;) {
    while (at_ < rest_.size() && rest_[at_] == '/') ++at_;
    const size_t begin = at_;
    while (at_ < rest_.size() && rest_[at_] != '/') ++at_;
    const std::string name = rest_.substr(begin, at_ - begin);
    const bool slashes = at_ < rest_.size();
    const bool last = rest_.find_first_not_of('/', at_) == std::string::npos;
    if (name == "." || name == "..") {
      if (const int refused = dot(name); refused < 0) return refused;
      if (!last) continue;
      const int dir = current();
      if (dir < 0 && !levels_.empty()) return dir;
      const int fd = ::openat(dir, ".", flags | O_CLOEXEC, mode);
      return fd < 0 ? -errno : fd;
    }
    followed_ = false;
    const int step = last ? open_last(name, slashes, flags, mode) : descend(name);
    if (step < 0) return step;
    if (last && !followed_) return step;
  }
}

}  // namespace

int walk_beneath(int root, const char* path, int flags, mode_t mode) {
  return Walk(root, path).run(flags, mode);
}

}  // namespace weft::wasi
