// Generated modules, or those of a folder, in all configurations, until a time or a number of
// executions is reached. Without sanitizers: thousands of executions a millisecond.
//   --seed N           first number that a module is made from (1)
//   --modules N        end after so many modules
//   --executions N     end after so many executions
//   --seconds N        end after so many seconds
//   --hashes FILE      one line per module: its number and a hash of what was observed
//   --keep FOLDER      where modules that differ are written (build/fuzz)
//   --emit FILE        write the first module and end
//   --fuel             only configurations that count fuel; tells how much was used, too
//   --plain            only the first configuration of each group, for --hashes
//   --show             print what is observed instead of comparing
//   FILES...           these modules instead of generated ones, with bounded fuel
// The last line tells the numbers; the status is 1 if anything differed.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "generator.hpp"
#include "observe.hpp"

namespace {

struct Options {
  uint64_t seed = 1, modules = UINT64_MAX, executions = UINT64_MAX;
  double seconds = 1e18;
  bool show = false, plain = false, fuel = false;
  std::string hashes, emit, keep = "build/fuzz";
  std::vector<std::string> files;
};

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto next = [&] { return i + 1 < argc ? argv[++i] : ""; };
    if (word == "--seed") {
      o.seed = std::strtoull(next(), nullptr, 10);
    } else if (word == "--modules") {
      o.modules = std::strtoull(next(), nullptr, 10);
    } else if (word == "--executions") {
      o.executions = std::strtoull(next(), nullptr, 10);
    } else if (word == "--seconds") {
      o.seconds = std::strtod(next(), nullptr);
    } else if (word == "--show") {
      o.show = true;
    } else if (word == "--fuel") {
      o.fuel = true;
    } else if (word == "--plain") {
      o.plain = true;
    } else if (word == "--hashes") {
      o.hashes = next();
    } else if (word == "--emit") {
      o.emit = next();
    } else if (word == "--keep") {
      o.keep = next();
    } else {
      o.files.push_back(word);
    }
  }
  return o;
}

void write(const std::string& path, const std::vector<uint8_t>& bytes) {
  // SAFETY: char and uint8_t have the same representation.
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

struct Totals {
  uint64_t modules = 0, refused = 0, executions = 0, findings = 0, fuel = 0;
};

void one(const Options& o, Totals& totals, const std::string& name,
         const std::vector<uint8_t>& module, bool generated, FILE* hashes) {
  const auto groups = !generated ? weft::fuzz::bounded_groups()
                      : o.fuel   ? weft::fuzz::fuel_groups()
                                 : weft::fuzz::groups();
  if (o.show) {
    const auto seen = weft::fuzz::observe(groups.front().modes.front(), module);
    for (const std::string& line : seen.lines) std::printf("%s\n", line.c_str());
    ++totals.modules;
    return;
  }
  const auto verdict =
      o.plain ? weft::fuzz::first_modes(module, groups) : weft::fuzz::compare(module, groups);
  ++totals.modules;
  totals.executions += verdict.executions;
  totals.fuel += verdict.fuel;
  if (verdict.refused) ++totals.refused;
  if (hashes != nullptr) {
    std::fprintf(hashes, "%s %016llx\n", name.c_str(),
                 static_cast<unsigned long long>(verdict.hash));
  }
  if (verdict.same && !(generated && verdict.refused)) return;
  ++totals.findings;
  const std::string path = o.keep + "/differs-" + name + ".wasm";
  if (generated) write(path, module);
  std::printf("DIFFERS: module %s%s%s\n", name.c_str(), generated ? ", kept in " : "",
              generated ? path.c_str() : "");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const Options o = parse(argc, argv);
  FILE* hashes = o.hashes.empty() ? nullptr : std::fopen(o.hashes.c_str(), "w");
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  Totals totals;
  const auto more = [&] {
    return totals.modules < o.modules && totals.executions < o.executions && elapsed() < o.seconds;
  };
  if (!o.files.empty()) {
    for (const std::string& path : o.files) {
      if (!more()) break;
      std::ifstream file(path, std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
      one(o, totals, path, {bytes.begin(), bytes.end()}, false, hashes);
    }
  } else {
    std::vector<uint8_t> bytes;
    for (uint64_t seed = o.seed; more(); ++seed) {
      std::mt19937_64 random(seed);
      bytes.resize(100 + random() % 1500);
      for (uint8_t& b : bytes) b = static_cast<uint8_t>(random());
      if (!o.emit.empty()) {
        write(o.emit, weft::fuzz::generate(bytes));
        return 0;
      }
      one(o, totals, std::to_string(seed), weft::fuzz::generate(bytes), true, hashes);
    }
  }
  if (hashes != nullptr) std::fclose(hashes);
  if (o.fuel) {
    size_t modes = 0;
    for (const weft::fuzz::Group& group : weft::fuzz::fuel_groups()) modes += group.modes.size();
    std::printf("fuel: %llu used by the calls of one configuration; %zu configurations compared\n",
                static_cast<unsigned long long>(totals.fuel), modes);
  }
  std::printf("%llu modules, %llu refused, %llu executions, %llu findings, %.1f s\n",
              static_cast<unsigned long long>(totals.modules),
              static_cast<unsigned long long>(totals.refused),
              static_cast<unsigned long long>(totals.executions),
              static_cast<unsigned long long>(totals.findings), elapsed());
  return totals.findings == 0 ? 0 : 1;
}
