// Any bytes: decoding and validating them ends, with a module or a specific error.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "weft/weft.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const weft::Engine engine = weft::Engine::make().value();
  const auto result = weft::Module::validate(engine, std::span(data, size));
  if (!result && result.error().message().empty()) std::abort();
  return 0;
}
