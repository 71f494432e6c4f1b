// The modules that the soak test instantiates, and what it does with an instance of each.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "weft/weft.hpp"

namespace weft::soak {

struct Guest {
  const char* name;
  std::string text;
  /// Uses a fresh instance; what is wrong, or an empty text.
  std::string (*use)(Store&, const Instance&);
};

/// The same ones for every engine: small, with tables, with a GC heap, with a data image, trapping
/// by a fault, suspended and dropped.
const std::vector<Guest>& guests();

/// The host functions that they import.
Linker linker_for(const Engine& engine);

}  // namespace weft::soak
