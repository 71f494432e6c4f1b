// Runs the export "run" of a module with numbers and tells result, seconds inside it, and how much
// more memory the process had at its peak than before: run FILE NUMBERS...
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <weft/weft.hpp>

#include "measure.hpp"

namespace {

int fail(std::string_view why) {
  std::fprintf(stderr, "gc: %.*s\n", static_cast<int>(why.size()), why.data());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return fail("run FILE NUMBERS...");
  const weft::Engine engine = weft::Engine::make().value();
  weft::Store store = weft::Store::make(engine).value();
  const auto module = weft::Module::from_file(engine, argv[1]);
  if (!module) return fail(module.error().message());
  weft::Linker linker(engine);
  const auto instance = linker.instantiate(store, *module);
  if (!instance) return fail(instance.error().message());
  std::vector<weft::Val> args;
  for (int i = 2; i < argc; ++i) args.emplace_back(static_cast<int32_t>(std::atoi(argv[i])));
  const auto run = instance->func(store, "run");
  if (!run) return fail("no export \"run\"");
  const double before = bench::status_kib("VmRSS:");
  const auto start = std::chrono::steady_clock::now();
  const auto results = run->call(store, args);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!results.ok()) return fail(results.error().message());
  std::printf("{\"result\": \"%" PRId64 "\", \"seconds\": %.6f, \"peak_kib\": %.0f}\n",
              (*results)[0].i64(), seconds, bench::status_kib("VmHWM:") - before);
  return 0;
}
