// From the host's stat to the guest's two filestat layouts, and times the other way.
#pragma once

#include <sys/stat.h>
#include <time.h>

#include "wasi/types.hpp"

namespace weft::wasi {

Filestat filestat_from(const struct stat& st, Filetype type);
Filestat0 older(const Filestat& stat);

/// The two timespecs of utimensat.
struct HostTimes {
  timespec atim_mtim[2];
};
HostTimes host_times(uint64_t atim, uint64_t mtim, uint32_t flags);

}  // namespace weft::wasi
