// The main function of a target without libFuzzer: replays the files named, or makes inputs from
// numbers.
//   FILE|DIRECTORY...                  each file once
//   --random FIRST COUNT [SECONDS]     inputs made from the numbers FIRST..., until COUNT or the
//   time is used up
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

unsigned long long done = 0;

void replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  std::fprintf(stderr, "%s\n", path.c_str());
  // SAFETY: char and uint8_t have the same representation.
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  ++done;
}

void random_inputs(unsigned long long first, unsigned long long count, double seconds) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<uint8_t> bytes;
  for (; done < count; ++done) {
    std::mt19937_64 random(first + done);
    bytes.resize(200 + random() % 3000);
    for (uint8_t& b : bytes) b = static_cast<uint8_t>(random());
    if (const char* path = std::getenv("WEFT_FUZZ_LAST")) {
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
    }
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    if (seconds > 0 &&
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() > seconds)
      break;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc >= 4 && std::strcmp(argv[1], "--random") == 0) {
    random_inputs(std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10),
                  argc > 4 ? std::strtod(argv[4], nullptr) : 0);
  } else {
    for (int i = 1; i < argc; ++i) {
      if (!std::filesystem::is_directory(argv[i])) {
        replay(argv[i]);
        continue;
      }
      for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
        if (entry.is_regular_file()) replay(entry.path());
      }
    }
  }
  std::printf("%llu inputs\n", done);
  return 0;
}
