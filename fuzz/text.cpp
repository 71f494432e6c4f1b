// Any text: assembling it ends, with a module or a specific error, never in the decoder's arms as
// malformed.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "weft/weft.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const weft::Engine engine = weft::Engine::make().value();
  if (size >= 4 &&
      std::string_view(reinterpret_cast<const char*>(data), 4) == std::string_view("\0asm", 4)) {
    return 0;  // that is fuzz_module's
  }
  const auto result =
      weft::Module::compile(engine, std::string_view(reinterpret_cast<const char*>(data), size));
  if (!result && result.error().message().empty()) std::abort();
  return 0;
}
