// Every scenario, every kind of resource, every N: the Nth request fails alone, then all from the
// Nth on. What must hold each time: an error of a class that says so, or the result as if nothing
// had failed; then the same in the same store without faults; in the end nothing is left over.
//   faults_test [WORDS...]   scenarios whose names contain one of the words
//   WEFT_FAULTS_TRACE=1      prints where each refused request came from
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>

#include "injector.hpp"
#include "scenario.hpp"

namespace faults {
namespace {

struct Totals {
  uint64_t injected = 0;
  uint64_t refused = 0;   // ended as an error
  uint64_t absorbed = 0;  // ended as if nothing had failed
  int failures = 0;
};

bool may_refuse_with(const Outcome& o, Resource kind) {
  if (o.code == WEFT_ERROR_OUT_OF_MEMORY) return true;
  // A stack or heap that cannot be had is a trap of the guest; threads and files have own classes.
  constexpr int kCallStackExhausted = 5, kAllocationTooLarge = 21;
  static_cast<void>(kCallStackExhausted);
  static_cast<void>(kAllocationTooLarge);
  if (o.trapped && std::strstr(o.text, "call stack exhausted") != nullptr) return true;
  if (o.trapped && std::strstr(o.text, "allocation") != nullptr) return true;
  if (o.code == WEFT_ERROR_LIMIT_EXCEEDED) return true;  // growth that was refused
  return kind != Resource::memory && o.code == WEFT_ERROR_IO;
}

class Run {
 public:
  Run(const Scenario& scenario, Totals& totals) : scenario_(scenario), totals_(totals) {}

  void all() {
    for (int i = 0; i < 2; ++i) {  // twice: what the process keeps for ever is made in the first
      const std::unique_ptr<World> world(scenario_.prepare());
      check_normal(*world, "without faults");
      check_normal(*world, "again");
    }
    for (const Resource kind :
         {Resource::memory, Resource::map, Resource::protect, Resource::memfd, Resource::thread}) {
      for (const bool forever : {false, true}) {
        for (uint64_t n = 1; failures_ < 5; ++n) {
          if (!one(kind, n, forever)) break;
        }
      }
    }
  }

 private:
  /// False: there are fewer than n requests.
  bool one(Resource kind, uint64_t n, bool forever) {
    const Held before = held();
    const uint64_t mark = block_mark();
    kind_ = kind;
    n_ = n;
    forever_ = forever;
    bool hit = false;
    {
      const std::unique_ptr<World> world(scenario_.prepare());
      arm(kind, n, forever);
      const Outcome outcome = scenario_.attempt(*world);
      disarm();
      hit = fired();
      judge(outcome, hit);
      if (hit) check_normal(*world, "after the fault, in the same store");
    }
    if (const Held after = held(); after != before) {
      fail("left over: %lld blocks, %lld bytes of mappings, %lld files",
           static_cast<long long>(after.blocks - before.blocks),
           static_cast<long long>(after.mapped_bytes - before.mapped_bytes),
           static_cast<long long>(after.files - before.files));
      report_blocks_since(mark);
    }
    if (hit) ++totals_.injected;
    return hit;
  }

  bool is_normal(const Outcome& o) const {
    return scenario_.trap == 0 ? o.ok : o.trapped && o.trap_code == scenario_.trap;
  }

  void judge(const Outcome& o, bool hit) {
    if (is_normal(o)) {
      if (hit) ++totals_.absorbed;
      return;
    }
    ++totals_.refused;
    if (!hit) {
      fail("no fault, but: %s", o.text);
    } else if (o.ok) {
      fail("ended well where it should not%s", "");
    } else if (std::strncmp(o.text, "WRONG", 5) == 0 || !may_refuse_with(o, kind_)) {
      fail("unexpected error of class %d: %s", static_cast<int>(o.code), o.text);
    }
  }

  void check_normal(World& world, const char* when) {
    const Outcome o = scenario_.attempt(world);
    if (!is_normal(o)) fail("%s: %s", when, o.ok ? "ended well where it should not" : o.text);
  }

  template <class... Args>
  void fail(const char* format, Args... args) {
    ++failures_;
    ++totals_.failures;
    std::printf("%s, %s request %llu%s: ", scenario_.name, name_of(kind_),
                static_cast<unsigned long long>(n_), forever_ ? " and all later" : "");
    std::printf(format, args...);
    std::printf("\n");
    std::fflush(stdout);
  }

  const Scenario& scenario_;
  Totals& totals_;
  Resource kind_{};
  uint64_t n_ = 0;
  bool forever_ = false;
  int failures_ = 0;
};

bool wanted(const char* name, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strstr(name, argv[i]) != nullptr) return true;
  }
  return argc == 1;
}

}  // namespace
}  // namespace faults

int main(int argc, char** argv) {
  using namespace faults;
  int passed = 0;
  int failed = 0;
  Totals totals;
  for (const auto& group : {modules(), instances(), guests(), hosts(), embedding(), wasm_h()}) {
    for (const Scenario& scenario : group) {
      if (!wanted(scenario.name, argc, argv)) continue;
      const int before = totals.failures;
      const uint64_t injected = totals.injected;
      const auto start = std::chrono::steady_clock::now();
      std::printf("[ RUN      ] faults.%s\n", scenario.name);
      std::fflush(stdout);
      Run(scenario, totals).all();
      const double seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const bool ok = totals.failures == before;
      ++(ok ? passed : failed);
      std::printf("%s faults.%s (%llu faults, %.2f s)\n", ok ? "[       OK ]" : "[  FAILED  ]",
                  scenario.name, static_cast<unsigned long long>(totals.injected - injected),
                  seconds);
    }
  }
  std::printf("%llu faults injected: %llu refused with an error, %llu without effect\n",
              static_cast<unsigned long long>(totals.injected),
              static_cast<unsigned long long>(totals.refused),
              static_cast<unsigned long long>(totals.absorbed));
  std::printf("[==========] %d tests ran.\n[  PASSED  ] %d tests.\n", passed + failed, passed);
  if (failed != 0) std::printf("[  FAILED  ] %d tests, listed above.\n", failed);
  return failed == 0 && passed != 0 ? 0 : 1;
}
