// The WASI functions themselves: C++ functions over a Context and a guest's memory, independent of
// any engine. Pointers and lengths are the guest's, unchecked. Names, order and meaning:
// preview1/docs.md of WebAssembly/WASI.
#pragma once

#include <cstdint>

#include "wasi/context.hpp"
#include "wasi/guest_memory.hpp"
#include "wasi/outcome.hpp"

namespace weft::wasi {

using Ptr = uint32_t;   // an offset into guest memory
using Size = uint32_t;  // a length in guest memory
using Fd = uint32_t;    // a number of the guest's table

Outcome args_get(Context&, GuestMemory&, Ptr argv, Ptr buf);
Outcome args_sizes_get(Context&, GuestMemory&, Ptr count_out, Ptr size_out);
Outcome environ_get(Context&, GuestMemory&, Ptr environ, Ptr buf);
Outcome environ_sizes_get(Context&, GuestMemory&, Ptr count_out, Ptr size_out);

Outcome clock_res_get(Context&, GuestMemory&, uint32_t id, Ptr out);
Outcome clock_time_get(Context&, GuestMemory&, uint32_t id, uint64_t precision, Ptr out);

Outcome fd_advise(Context&, GuestMemory&, Fd, uint64_t offset, uint64_t len, uint32_t advice);
Outcome fd_allocate(Context&, GuestMemory&, Fd, uint64_t offset, uint64_t len);
Outcome fd_close(Context&, GuestMemory&, Fd);
Outcome fd_datasync(Context&, GuestMemory&, Fd);
Outcome fd_fdstat_get(Context&, GuestMemory&, Fd, Ptr out);
Outcome fd_fdstat_set_flags(Context&, GuestMemory&, Fd, uint32_t flags);
Outcome fd_fdstat_set_rights(Context&, GuestMemory&, Fd, uint64_t base, uint64_t inheriting);
Outcome fd_filestat_get(Context&, GuestMemory&, Fd, Ptr out);
Outcome fd_filestat_get0(Context&, GuestMemory&, Fd, Ptr out);
Outcome fd_filestat_set_size(Context&, GuestMemory&, Fd, uint64_t size);
Outcome fd_filestat_set_times(Context&, GuestMemory&, Fd, uint64_t atim, uint64_t mtim,
                              uint32_t fstflags);
Outcome fd_pread(Context&, GuestMemory&, Fd, Ptr iovs, Size iovs_len, uint64_t offset,
                 Ptr nread_out);
Outcome fd_prestat_get(Context&, GuestMemory&, Fd, Ptr out);
Outcome fd_prestat_dir_name(Context&, GuestMemory&, Fd, Ptr path, Size path_len);
Outcome fd_pwrite(Context&, GuestMemory&, Fd, Ptr iovs, Size iovs_len, uint64_t offset,
                  Ptr nwritten_out);
Outcome fd_read(Context&, GuestMemory&, Fd, Ptr iovs, Size iovs_len, Ptr nread_out);
Outcome fd_readdir(Context&, GuestMemory&, Fd, Ptr buf, Size buf_len, uint64_t cookie,
                   Ptr used_out);
Outcome fd_renumber(Context&, GuestMemory&, Fd from, Fd to);
Outcome fd_seek(Context&, GuestMemory&, Fd, uint64_t offset, uint32_t whence, Ptr out);
Outcome fd_seek0(Context&, GuestMemory&, Fd, uint64_t offset, uint32_t whence, Ptr out);
Outcome fd_sync(Context&, GuestMemory&, Fd);
Outcome fd_tell(Context&, GuestMemory&, Fd, Ptr out);
Outcome fd_write(Context&, GuestMemory&, Fd, Ptr iovs, Size iovs_len, Ptr nwritten_out);

Outcome path_create_directory(Context&, GuestMemory&, Fd, Ptr path, Size path_len);
Outcome path_filestat_get(Context&, GuestMemory&, Fd, uint32_t lookup, Ptr path, Size path_len,
                          Ptr out);
Outcome path_filestat_get0(Context&, GuestMemory&, Fd, uint32_t lookup, Ptr path, Size path_len,
                           Ptr out);
Outcome path_filestat_set_times(Context&, GuestMemory&, Fd, uint32_t lookup, Ptr path,
                                Size path_len, uint64_t atim, uint64_t mtim, uint32_t fstflags);
Outcome path_link(Context&, GuestMemory&, Fd old_fd, uint32_t lookup, Ptr old_path, Size old_len,
                  Fd new_fd, Ptr new_path, Size new_len);
Outcome path_open(Context&, GuestMemory&, Fd, uint32_t lookup, Ptr path, Size path_len,
                  uint32_t oflags, uint64_t base, uint64_t inheriting, uint32_t fdflags,
                  Ptr fd_out);
Outcome path_readlink(Context&, GuestMemory&, Fd, Ptr path, Size path_len, Ptr buf, Size buf_len,
                      Ptr used_out);
Outcome path_remove_directory(Context&, GuestMemory&, Fd, Ptr path, Size path_len);
Outcome path_rename(Context&, GuestMemory&, Fd old_fd, Ptr old_path, Size old_len, Fd new_fd,
                    Ptr new_path, Size new_len);
Outcome path_symlink(Context&, GuestMemory&, Ptr target, Size target_len, Fd, Ptr path,
                     Size path_len);
Outcome path_unlink_file(Context&, GuestMemory&, Fd, Ptr path, Size path_len);

Outcome poll_oneoff(Context&, GuestMemory&, Ptr in, Ptr out, Size count, Ptr nevents_out);
Outcome poll_oneoff0(Context&, GuestMemory&, Ptr in, Ptr out, Size count, Ptr nevents_out);

Outcome proc_exit(Context&, GuestMemory&, uint32_t code);
Outcome proc_raise(Context&, GuestMemory&, uint32_t signal);
Outcome sched_yield(Context&, GuestMemory&);
Outcome random_get(Context&, GuestMemory&, Ptr buf, Size len);

Outcome sock_accept(Context&, GuestMemory&, Fd, uint32_t fdflags, Ptr fd_out);
Outcome sock_recv(Context&, GuestMemory&, Fd, Ptr iovs, Size iovs_len, uint32_t flags,
                  Ptr nread_out, Ptr flags_out);
Outcome sock_send(Context&, GuestMemory&, Fd, Ptr iovs, Size iovs_len, uint32_t flags,
                  Ptr nwritten_out);
Outcome sock_shutdown(Context&, GuestMemory&, Fd, uint32_t how);

}  // namespace weft::wasi
