// A generated module (generator.hpp) in every configuration of the interpreter: results, traps,
// memories, globals, tables and fuel must agree with those of the plainest one.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "generator.hpp"
#include "observe.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<uint8_t> module = weft::fuzz::generate({data, size});
  if (const char* path = std::getenv("WEFT_FUZZ_DUMP")) {
    if (FILE* f = std::fopen(path, "wb")) {
      std::fwrite(module.data(), 1, module.size(), f);
      std::fclose(f);
    }
  }
  const weft::fuzz::Verdict verdict = weft::fuzz::compare(module, weft::fuzz::groups());
  if (verdict.refused || !verdict.same) std::abort();
  return 0;
}
