// Core dumps: the state of a store as a module that post-mortem tools read (the tool conventions'
// Coredump.md, with the frame's instance). ADR 0027.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "runtime/store.hpp"

namespace weft::engine {

/// Frames are cut off behind this many, newest first.
inline constexpr size_t kCoreDumpFrames = 4096;

/// The store as it stands: frames with locals and operands, instances, memories (runs of zeros left
/// out), globals. `program`: what the dump says it is of. On the store's thread, in a host function
/// or before a trap unwinds.
std::vector<std::byte> core_dump(const runtime::Store& store, std::string_view program);

/// Makes a dump whenever the guest traps (Config::core_dumps): Trap::core_dump.
void dump_traps(runtime::Store& store);

}  // namespace weft::engine
