#include "engine/trap.hpp"

namespace weft::engine {

std::string Trap::text() const {
  std::string out = message;
  if (!backtrace.empty()) out += "\nwasm backtrace:\n" + backtrace.text();
  return out;
}

}  // namespace weft::engine
