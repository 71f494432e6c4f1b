// signals_test [--expected-failures LIST] [--case WORD] FILE...: runs scripts of the official suite
// in a process per case: with a profiler's timer, with foreign handlers for SIGSEGV from before us,
// from after us, and all together. Around each script, and out of a host function that a guest
// called, faults happen that are not ours.
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "foreign.hpp"
#include "wast/engine_host.hpp"
#include "wast/report.hpp"
#include "weft/weft.hpp"

namespace weft::signals {
namespace {

// The portable dispatcher, which sanitizers use too, checks bounds itself: guests do not fault.
#if WEFT_PORTABLE_DISPATCH || defined(WEFT_SANITIZED)
constexpr bool kGuestsFault = false;
#else
constexpr bool kGuestsFault = true;
#endif

struct Case {
  const char* name;
  bool profiled;
  std::optional<Style> first;  ///< Installed before us.
  std::optional<Style> last;   ///< Installed after us.
};
constexpr Style kFull = {"siginfo, own stack, mask", SA_SIGINFO | SA_ONSTACK, true};
constexpr Style kPlain = {"one argument", 0, false};
constexpr Style kNested = {"siginfo, not deferred", SA_SIGINFO | SA_NODEFER, true};
constexpr Style kBare = {"siginfo", SA_SIGINFO, false};
const Case kCases[] = {
    {"SIGPROF", true, std::nullopt, std::nullopt},
    {"handler before", false, kFull, std::nullopt},
    {"plain handler before", false, kPlain, std::nullopt},
    {"handler after", false, std::nullopt, kBare},
    {"handlers not deferred", false, kNested, kNested},
    {"SIGPROF, before, after", true, kNested, kFull},
};

struct Options {
  std::string expected_failures;
  std::string only;
  std::vector<std::string> files;
};

/// What the process of a case tells the first one; in memory that both have.
struct Told {
  wast::Tally tally;
  Counts counts;
  double processor_seconds = 0;
  char where[256] = {};  ///< The script that runs, or what was wrong.
  bool done = false;
};

/// A guest that faults by itself, and one that calls a host function that does.
class Probe {
 public:
  explicit Probe(const Case& c) : case_(c), engine_(Engine::make().value()) {}

  /// What is wrong, or null.
  const char* run(uint32_t round) {
    if (const char* wrong = foreign(round)) return wrong;
    Store store = Store::make(engine_).value();
    Linker linker(engine_);
    const char* in_guest = "the host function did not run";
    if (!linker.func("host", "fault", [&] { in_guest = foreign(round + 7); })) return "no linker";
    const Module module = Module::compile(engine_, R"((module
      (import "host" "fault" (func $fault)) (memory 1)
      (func (export "call") (param i32) (result i32)
        (call $fault) (i32.load (local.get 0)))))")
                              .value();
    const auto instance = linker.instantiate(store, module);
    if (!instance) return "no instance";
    const auto call = instance->get<int32_t(int32_t)>(store, "call").value();
    const auto good = call(store, 0);
    if (in_guest != nullptr) return in_guest;
    if (!good || *good != 0) return "the guest did not go on";
    const Counts before = counts();
    const auto bad = call(store, 1 << 20);
    if (bad || bad.error().trap() == nullptr) return "the guest's own fault is no trap";
    if (in_guest != nullptr) return in_guest;
    // Two faults: the host function's one in a page of the first handler, if there is one, and the
    // guest's.
    const uint64_t wanted = (case_.first ? 1u : 0u) + (kGuestsFault ? 1u : 0u);
    if (case_.last && counts().passed != before.passed + wanted)
      return "a fault came by another way";
    return nullptr;
  }

 private:
  const char* foreign(uint32_t round) const {
    const uint32_t offset = round * 40503 % 4096;
    if (case_.first) {
      if (const char* wrong = fault_of_first(offset)) return wrong;
    }
    return case_.last ? fault_of_last(offset) : nullptr;
  }
  const Case& case_;
  Engine engine_;
};

/// In a process of its own. Its handlers are installed before or after those of the first engine.
void run_case(const Case& c, const Options& options, wast::ExpectedFailures& expected, Told& told) {
  if (c.profiled && !start_profiling()) std::abort();
  if (c.first) install_first(*c.first);
  Probe probe(c);
  if (c.last) install_last(*c.last);
  wast::Report report;
  const wast::HostFactory make_host = [](wasm::FeatureSet f) { return wast::make_engine_host(f); };
  uint32_t round = 0;
  for (const std::string& file : options.files) {
    std::snprintf(told.where, sizeof told.where, "%s", file.c_str());
    wast::run_file(file, make_host, expected, report);
    told.tally = report.total();
    if (const char* wrong = probe.run(++round)) {
      std::printf("%s: after %s: %s\n", c.name, file.c_str(), wrong);
      ++told.tally.failed;
      break;
    }
  }
  for (const wast::Problem& p : report.problems) {
    std::printf("%s: %s:%u: %s: %s\n", c.name, p.file.c_str(), p.line, p.directive.c_str(),
                p.detail.c_str());
  }
  std::fflush(stdout);
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  told.processor_seconds = static_cast<double>(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
                           static_cast<double>(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
  told.counts = counts();
  told.done = true;
}

// ThreadSanitizer keeps signals back until a good moment.
#if defined(WEFT_SANITIZED)
constexpr double kLeastTicksPerSecond = 0.01;
#else
constexpr double kLeastTicksPerSecond = 20;
#endif

/// Did what the case is for take place at all?
const char* missing(const Case& c, const Told& told) {
  const auto ticks = static_cast<double>(told.counts.kernel);
  if (c.profiled && ticks < kLeastTicksPerSecond * told.processor_seconds)
    return "hardly any SIGPROF arrived";
  if (c.profiled && told.counts.timer == 0) return "no SIGPROF of the timer arrived";
  if (c.first && told.counts.own == 0) return "no foreign fault took place";
  if (kGuestsFault && c.last && told.counts.passed == 0) return "no fault was passed on to us";
  return nullptr;
}

void run_in_process(const Case& c, const Options& options, wast::ExpectedFailures& expected,
                    Told& told) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    run_case(c, options, expected, told);
    _exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) std::abort();
  const char* wrong = nullptr;
  if (WIFSIGNALED(status)) {
    wrong = strsignal(WTERMSIG(status));
  } else if (WEXITSTATUS(status) == kStranger) {
    wrong = "a fault that was not its own reached the first handler";
  } else if (!told.done) {
    wrong = "ended early";
  } else {
    wrong = missing(c, told);
  }
  if (wrong != nullptr) {
    std::printf("%s: %s (%s)\n", c.name, wrong, told.where);
    ++told.tally.failed;
  }
  std::printf(
      "%-24s %8llu passed %4llu failed %4llu skipped   processor %.1f s, SIGPROF %llu + %llu, "
      "foreign faults %llu, passed on to us %llu\n",
      c.name, static_cast<unsigned long long>(told.tally.passed),
      static_cast<unsigned long long>(told.tally.failed),
      static_cast<unsigned long long>(told.tally.skipped), told.processor_seconds,
      static_cast<unsigned long long>(told.counts.kernel),
      static_cast<unsigned long long>(told.counts.timer),
      static_cast<unsigned long long>(told.counts.own),
      static_cast<unsigned long long>(told.counts.passed));
}

int run(const Options& options) {
  std::ifstream list(options.expected_failures);
  const std::string text{std::istreambuf_iterator<char>(list), {}};
  wast::Tally total;
  for (const Case& c : kCases) {
    if (!options.only.empty() && std::string_view(c.name).find(options.only) == std::string::npos)
      continue;
    auto expected = wast::ExpectedFailures::parse(text);
    if (!expected) {
      std::fprintf(stderr, "%s: %s\n", options.expected_failures.c_str(),
                   expected.error().message.c_str());
      return 2;
    }
    void* const shared =
        mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) std::abort();
    Told& told = *new (shared) Told;
    run_in_process(c, options, *expected, told);
    total.passed += told.tally.passed;
    total.failed += told.tally.failed;
    total.skipped += told.tally.skipped;
    munmap(shared, sizeof(Told));
  }
  std::printf("%llu passed, %llu failed, %llu skipped\n",
              static_cast<unsigned long long>(total.passed),
              static_cast<unsigned long long>(total.failed),
              static_cast<unsigned long long>(total.skipped));
  return total.failed != 0 || total.passed == 0 ? 1 : 0;
}

}  // namespace
}  // namespace weft::signals

int main(int argc, char** argv) {
  weft::signals::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--expected-failures" && i + 1 < argc) {
      options.expected_failures = argv[++i];
    } else if (word == "--case" && i + 1 < argc) {
      options.only = argv[++i];
    } else {
      options.files.push_back(word);
    }
  }
  if (options.files.empty()) {
    std::fprintf(stderr, "usage: signals_test [--expected-failures LIST] [--case WORD] FILE...\n");
    return 2;
  }
  return run(options);
}
