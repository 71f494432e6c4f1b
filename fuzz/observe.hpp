// Runs a module in one configuration of the engine and tells what could be seen: results, traps,
// memories, globals, tables, fuel.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::fuzz {

/// A configuration. All that are compared must give the same observation.
struct Mode {
  const char* name;
  bool signals = true;
  bool guard_pages = true;
  unsigned translation = 1;  ///< As in engine/config.hpp: 0 eager, 1 lazy, 2 deferred.
  bool fused = true;
  bool epochs = false;
  unsigned gc_zeal = 0;
  uint64_t fuel = 0;      ///< Given at the start; 0: the engine does not count fuel.
  bool per_call = false;  ///< The fuel is given anew before each call.
  unsigned rounds = 4;    ///< How often each export is called, with other arguments each time.
};

/// The first mode of each group is what the others of the group are compared with.
struct Group {
  const char* name;
  std::span<const Mode> modes;
};
/// Configurations that have nothing to do with fuel; small amounts of fuel, which run out in the
/// middle.
std::span<const Group> groups();
/// Every configuration in which fuel might be counted differently, plenty of it and little.
std::span<const Group> fuel_groups();
/// For modules that need not end: fuel in all of them.
std::span<const Group> bounded_groups();

struct Observation {
  std::vector<std::string> lines;
  uint64_t calls = 0;      ///< Exported functions that ran, to their end or to a trap.
  uint64_t fuel = 0;       ///< What these calls used.
  bool exhausted = false;  ///< The stack's limit was met, which is not the same everywhere.
  bool refused = false;    ///< The module did not validate; the line says why.
  bool linked = false;
};

/// `portable`: lines that other engines can make (see fuzz/engines.py): NaNs without their bits,
/// kinds of traps instead of texts, memories by their CRC-32.
Observation observe(const Mode& mode, std::span<const uint8_t> module, bool portable = false);

/// Compares all modes of each group; prints the first difference to stderr. `executions` counts
/// calls of exported functions that were compared.
struct Verdict {
  bool same = true;
  bool refused = false;
  uint64_t executions = 0;
  uint64_t fuel = 0;  ///< Used in the first mode of each group.
  uint64_t hash = 0;  ///< Of all observations of each group's first mode.
};
Verdict compare(std::span<const uint8_t> module, std::span<const Group> in);
/// Runs the first mode of each group and compares nothing: for the hash. `executions` counts calls.
Verdict first_modes(std::span<const uint8_t> module, std::span<const Group> in);

}  // namespace weft::fuzz
