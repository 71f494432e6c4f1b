// Makes the Nth request for a resource fail, and counts what is held, so that a leak is noticed
// exactly. Stands in front of operator new and of what the linker wraps (CMakeLists.txt).
#pragma once

#include <cstddef>
#include <cstdint>

namespace faults {

enum class Resource : uint8_t { memory, map, protect, memfd, thread };
constexpr size_t kResources = 5;
const char* name_of(Resource);

/// What of the library's is held now.
struct Held {
  int64_t blocks = 0;
  int64_t mapped_bytes = 0;
  int64_t files = 0;
  bool operator==(const Held&) const = default;
};
Held held();

/// From now on the request number `n` (from 1) of that kind fails, and with `forever` all later
/// ones of it too. Requests of other kinds, and of the scenario's own steps between pause() and
/// resume(), succeed.
void arm(Resource kind, uint64_t n, bool forever);
/// How many requests of the kind there were since arm().
uint64_t disarm();
/// Did one fail since arm()?
bool fired();

/// Where the oldest block made after `since` blocks were made comes from: its number, or 0.
void report_blocks_since(uint64_t mark);
uint64_t block_mark();

}  // namespace faults
