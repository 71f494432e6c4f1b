// Calls of the host as text, one line each; those of WASI with the names and meaning of their
// parameters.
#pragma once

#include <string>

#include "engine/host_watch.hpp"

namespace weft::wasi {

/// True for the functions of WASI preview 1.
bool is_wasi_call(const engine::HostCall& call);

/// "fd_write(fd: 1, iovs: 0x3ff0, iovs_len: 1, nwritten: 0x3fec -> 13) = success", or for another
/// function "env.log(i32 1, i64 2) = i32 3". What failed ends in " = error: ...". Control
/// characters are escaped.
std::string describe_call(const engine::HostCall& call);

}  // namespace weft::wasi
