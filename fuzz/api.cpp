// Any calls of the C API in any order, with handles of the wrong store, of stores that are gone,
// from inside host functions; everything is dropped in any order in the end. Sanitizers judge.
#include <cstdint>

#include "api_session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  weft::fuzz::Choices choices({data, size});
  weft::fuzz::ApiSession session(choices);
  session.run();
  return 0;
}
