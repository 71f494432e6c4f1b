#include "wasi/stat.hpp"

#include <algorithm>
#include <limits>

namespace weft::wasi {

namespace {

constexpr uint64_t kSecond = 1'000'000'000;

uint64_t nanoseconds(const timespec& time) {
  if (time.tv_sec < 0) return 0;  // before 1970: the guest's clock has no such moment
  return static_cast<uint64_t>(time.tv_sec) * kSecond + static_cast<uint64_t>(time.tv_nsec);
}

timespec chosen(uint64_t time, bool given, bool now) {
  if (now) return {.tv_sec = 0, .tv_nsec = UTIME_NOW};
  if (!given) return {.tv_sec = 0, .tv_nsec = UTIME_OMIT};
  return {.tv_sec = static_cast<time_t>(time / kSecond),
          .tv_nsec = static_cast<long>(time % kSecond)};
}

}  // namespace

Filestat filestat_from(const struct stat& st, Filetype type) {
  Filestat out{};
  out.dev = st.st_dev;
  out.ino = st.st_ino;
  out.filetype = type;
  out.nlink = st.st_nlink;
  out.size = static_cast<uint64_t>(st.st_size);
  out.atim = nanoseconds(st.st_atim);
  out.mtim = nanoseconds(st.st_mtim);
  out.ctim = nanoseconds(st.st_ctim);
  return out;
}

Filestat0 older(const Filestat& stat) {
  Filestat0 out{};
  out.dev = stat.dev;
  out.ino = stat.ino;
  out.filetype = stat.filetype;
  out.nlink =
      static_cast<uint32_t>(std::min<uint64_t>(stat.nlink, std::numeric_limits<uint32_t>::max()));
  out.size = stat.size;
  out.atim = stat.atim;
  out.mtim = stat.mtim;
  out.ctim = stat.ctim;
  return out;
}

HostTimes host_times(uint64_t atim, uint64_t mtim, uint32_t flags) {
  return {{chosen(atim, (flags & fstflags::kAtim) != 0, (flags & fstflags::kAtimNow) != 0),
           chosen(mtim, (flags & fstflags::kMtim) != 0, (flags & fstflags::kMtimNow) != 0)}};
}

}  // namespace weft::wasi
