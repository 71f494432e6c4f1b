// Calls that act on a name: create, remove, rename, link, symlink, readlink, filestat by path.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "wasi/access.hpp"
#include "wasi/path_arguments.hpp"
#include "wasi/preview1.hpp"
#include "wasi/stat.hpp"

namespace weft::wasi {

namespace {

Errno result_of(int returned) { return returned == 0 ? Errno::success : errno_from_host(errno); }

// One path argument that names an entry: its directory descriptor, its text, and where it leads.
class NamedEntry {
 public:
  Errno open(Context& context, const GuestMemory& memory, Fd fd, Rights needed, Ptr path, Size len,
             PlaceFor purpose, bool changes) {
    if (const Errno error = text_.copy(memory, path, len); error != Errno::success) return error;
    FdTable::Entry* entry = nullptr;
    if (const Errno error = open_directory(context, fd, needed, entry); error != Errno::success)
      return error;
    // Found first, refused then: a missing directory on the way is ENOENT, as on a read-only file
    // system.
    const Errno found = find_place(context.lookup(), entry->file->fd(), text_, purpose, place_);
    if (found == Errno::success && changes && entry->file->read_only) return Errno::rofs;
    return found;
  }
  int dir() const { return place_.dir; }
  const char* name() const { return place_.name; }

 private:
  PathArgument text_;
  Place place_;
};

bool is_single_name(const PathText& path) {
  return path.length != 0 && std::memchr(path.text, '/', path.length) == nullptr &&
         std::strcmp(path.text, "..") != 0;
}

// What stat (following) or lstat of a path gives, without leaving the directory.
Errno stat_path(Lookup lookup, int root, PathText& path, bool follow, struct stat& st) {
  if (is_single_name(path)) {  // the usual case in one call: a name here that is no link, or whose
                               // link is not followed
    if (::fstatat(root, path.text, &st, AT_SYMLINK_NOFOLLOW) != 0) return errno_from_host(errno);
    if (!follow || !S_ISLNK(st.st_mode)) return Errno::success;
  }
  if (follow) {
    const int found = open_beneath(lookup, root, path.text, O_PATH, 0);
    if (found < 0) return errno_from_host(-found);
    const HostFd fd(found);
    return result_of(::fstat(fd.get(), &st));
  }
  Place place;
  if (const Errno error = find_place(lookup, root, path, PlaceFor::lookup, place);
      error != Errno::success)
    return error;
  return result_of(::fstatat(place.dir, place.name, &st, AT_SYMLINK_NOFOLLOW));
}

template <class Record>
Outcome filestat_get(Context& context, GuestMemory& memory, Fd fd, uint32_t lookup, Ptr path,
                     Size len, Ptr out, Record (*convert)(const Filestat&)) {
  if ((lookup & ~kLookupSymlinkFollow) != 0) return Errno::inval;
  PathArgument text;
  if (const Errno error = text.copy(memory, path, len); error != Errno::success) return error;
  FdTable::Entry* entry = nullptr;
  if (const Errno error = open_directory(context, fd, rights::path_filestat_get, entry);
      error != Errno::success)
    return error;
  struct stat st{};
  const Errno error = stat_path(context.lookup(), entry->file->fd(), text, lookup != 0, st);
  if (error != Errno::success) return error;
  return memory.write(out, convert(filestat_from(st, filetype_of(st.st_mode)))) ? Errno::success
                                                                                : Errno::fault;
}

Filestat same(const Filestat& stat) { return stat; }

// utimensat on a descriptor opened with O_PATH: by the empty path since Linux 5.8, by /proc before.
Errno set_times_of(int fd, const timespec* times) {
  if (::utimensat(fd, "", times, AT_EMPTY_PATH) == 0) return Errno::success;
  if (errno != EINVAL && errno != ENOENT) return errno_from_host(errno);
  char link[32];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  return result_of(::utimensat(AT_FDCWD, link, times, 0));
}

}  // namespace

Outcome path_create_directory(Context& context, GuestMemory& memory, Fd fd, Ptr path,
                              Size path_len) {
  NamedEntry entry;
  const Errno error = entry.open(context, memory, fd, rights::path_create_directory, path, path_len,
                                 PlaceFor::change, true);
  if (error != Errno::success) return error;
  return result_of(::mkdirat(entry.dir(), entry.name(), 0777));
}

Outcome path_filestat_get(Context& context, GuestMemory& memory, Fd fd, uint32_t lookup, Ptr path,
                          Size path_len, Ptr out) {
  return filestat_get(context, memory, fd, lookup, path, path_len, out, same);
}

Outcome path_filestat_get0(Context& context, GuestMemory& memory, Fd fd, uint32_t lookup, Ptr path,
                           Size path_len, Ptr out) {
  return filestat_get(context, memory, fd, lookup, path, path_len, out, older);
}

Outcome path_filestat_set_times(Context& context, GuestMemory& memory, Fd fd, uint32_t lookup,
                                Ptr path, Size path_len, uint64_t atim, uint64_t mtim,
                                uint32_t flags) {
  if ((lookup & ~kLookupSymlinkFollow) != 0 || bad_fstflags(flags)) return Errno::inval;
  const HostTimes times = host_times(atim, mtim, flags);
  if (lookup == 0) {
    NamedEntry entry;
    const Errno error = entry.open(context, memory, fd, rights::path_filestat_set_times, path,
                                   path_len, PlaceFor::lookup, true);
    if (error != Errno::success) return error;
    return result_of(::utimensat(entry.dir(), entry.name(), times.atim_mtim, AT_SYMLINK_NOFOLLOW));
  }
  PathArgument text;
  if (const Errno error = text.copy(memory, path, path_len); error != Errno::success) return error;
  FdTable::Entry* entry = nullptr;
  const Errno error = open_directory(context, fd, rights::path_filestat_set_times, entry);
  if (error != Errno::success) return error;
  const int found = open_beneath(context.lookup(), entry->file->fd(), text.text, O_PATH, 0);
  if (found < 0) return errno_from_host(-found);
  const HostFd target(found);
  return entry->file->read_only ? Errno::rofs : set_times_of(target.get(), times.atim_mtim);
}

// Following the source is refused, as POSIX lets us and wasi-libc expects; both ends must lie in
// writable preopens, or a link would give a second, writable name to a file of a read-only one.
Outcome path_link(Context& context, GuestMemory& memory, Fd old_fd, uint32_t lookup, Ptr old_path,
                  Size old_len, Fd new_fd, Ptr new_path, Size new_len) {
  if (lookup != 0) return Errno::inval;
  NamedEntry from;
  NamedEntry to;
  Errno error = from.open(context, memory, old_fd, rights::path_link_source, old_path, old_len,
                          PlaceFor::lookup, true);
  if (error != Errno::success) return error;
  error = to.open(context, memory, new_fd, rights::path_link_target, new_path, new_len,
                  PlaceFor::change, true);
  if (error != Errno::success) return error;
  return result_of(::linkat(from.dir(), from.name(), to.dir(), to.name(), 0));
}

Outcome path_readlink(Context& context, GuestMemory& memory, Fd fd, Ptr path, Size path_len,
                      Ptr buf, Size buf_len, Ptr used_out) {
  if (!memory.contains(buf, buf_len) || !memory.contains(used_out, sizeof(Size)))
    return Errno::fault;
  NamedEntry entry;
  const Errno error = entry.open(context, memory, fd, rights::path_readlink, path, path_len,
                                 PlaceFor::lookup, false);
  if (error != Errno::success) return error;
  char target[kPathMax];
  const ssize_t length = ::readlinkat(entry.dir(), entry.name(), target, sizeof target);
  if (length < 0) return errno_from_host(errno);
  const auto used = static_cast<Size>(std::min<size_t>(static_cast<size_t>(length), buf_len));
  if (!memory.write_bytes(buf, target, used)) return Errno::fault;
  return memory.write(used_out, used) ? Errno::success : Errno::fault;
}

Outcome path_remove_directory(Context& context, GuestMemory& memory, Fd fd, Ptr path,
                              Size path_len) {
  NamedEntry entry;
  const Errno error = entry.open(context, memory, fd, rights::path_remove_directory, path, path_len,
                                 PlaceFor::change, true);
  if (error != Errno::success) return error;
  return result_of(::unlinkat(entry.dir(), entry.name(), AT_REMOVEDIR));
}

Outcome path_rename(Context& context, GuestMemory& memory, Fd old_fd, Ptr old_path, Size old_len,
                    Fd new_fd, Ptr new_path, Size new_len) {
  NamedEntry from;
  NamedEntry to;
  Errno error = from.open(context, memory, old_fd, rights::path_rename_source, old_path, old_len,
                          PlaceFor::change, true);
  if (error != Errno::success) return error;
  error = to.open(context, memory, new_fd, rights::path_rename_target, new_path, new_len,
                  PlaceFor::change, true);
  if (error != Errno::success) return error;
  return result_of(::renameat(from.dir(), from.name(), to.dir(), to.name()));
}

// A relative target may say anything: it is checked when it is used. An absolute one could only
// ever lead outside.
Outcome path_symlink(Context& context, GuestMemory& memory, Ptr target, Size target_len, Fd fd,
                     Ptr path, Size path_len) {
  PathArgument to;
  if (const Errno error = to.copy(memory, target, target_len); error != Errno::success)
    return error;
  NamedEntry entry;
  const Errno error =
      entry.open(context, memory, fd, rights::path_symlink, path, path_len, PlaceFor::change, true);
  if (error != Errno::success) return error;
  if (to.length == 0) return Errno::noent;
  if (to.text[0] == '/') return Errno::perm;
  if (::symlinkat(to.text, entry.dir(), entry.name()) == 0) return Errno::success;
  const int why = errno;
  const size_t name_len = std::strlen(entry.name());
  if (why == EEXIST && name_len != 0 && entry.name()[name_len - 1] == '/') {
    // "file/" cannot exist; Linux says EEXIST where POSIX says ENOTDIR.
    char bare[kPathMax];
    size_t end = name_len;
    while (end > 0 && entry.name()[end - 1] == '/') --end;
    std::memcpy(bare, entry.name(), end);
    bare[end] = '\0';
    struct stat st{};
    if (::fstatat(entry.dir(), bare, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode))
      return Errno::notdir;
  }
  return errno_from_host(why);
}

Outcome path_unlink_file(Context& context, GuestMemory& memory, Fd fd, Ptr path, Size path_len) {
  NamedEntry entry;
  const Errno error = entry.open(context, memory, fd, rights::path_unlink_file, path, path_len,
                                 PlaceFor::change, true);
  if (error != Errno::success) return error;
  return result_of(::unlinkat(entry.dir(), entry.name(), 0));
}

}  // namespace weft::wasi
