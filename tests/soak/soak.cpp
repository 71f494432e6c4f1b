// soak_test [--seconds N] [--threads N]: threads make, call and drop instances, stores, modules and
// now and then engines, on demand and from pools. Nothing crashes, every result is right, and the
// resident memory after a tenth of the time is that at the end (5 %; from 30 seconds on, and not
// with sanitizers, which keep memory themselves).
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <numeric>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "guests.hpp"

namespace weft::soak {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kGuests = 6;
constexpr double kAllowedGrowth = 0.05;
constexpr int kLeastSecondsToMeasure = 30;
#if defined(WEFT_SANITIZED)
constexpr bool kMeasure = false;
#else
constexpr bool kMeasure = true;
#endif

template <class T>
T must(Result<T> r) {
  if (!r) {
    std::fprintf(stderr, "soak: %s\n", std::string(r.error().message()).c_str());
    std::abort();
  }
  return std::move(*r);
}

/// One engine with all guests, compiled and prepared.
struct World {
  explicit World(Engine e) : engine(std::move(e)) {
    const Linker linker = linker_for(engine);
    for (const Guest& g : guests()) {
      modules.push_back(must(Module::compile(engine, g.text)));
      prepared.push_back(must(InstancePre::make(linker, modules.back())));
    }
  }
  Engine engine;
  std::vector<Module> modules;
  std::vector<InstancePre> prepared;
};

Engine make_engine(bool pooled, bool guards, uint32_t slots) {
  Config config;
  if (pooled) {
    weft_pool_config_t pool;
    weft_pool_config_init(&pool);
    pool.instances = slots;
    pool.memories = slots;
    pool.tables = slots;
    pool.memory_bytes = guards ? uint64_t{1} << 32 : 2u << 20;
    pool.guards = guards;
    // Slots that wait for others to be cleared with them are memory that comes and goes.
    pool.batch = guards ? 1 : 2;
    config.pool(pool);
  }
  return must(Engine::make(std::move(config)));
}

struct Soak {
  std::vector<World> worlds;
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> failures{0};
  std::array<std::atomic<uint64_t>, kGuests> instances{};
  std::atomic<uint64_t> stores{0}, modules{0}, engines{0}, threads{0};
  std::mutex mutex;  // of the output and of what follows
  std::condition_variable changed;
  uint32_t resting = 0;
  bool pause = false;

  /// In a worker that holds nothing: waits for the end of a pause.
  void rest() {
    std::unique_lock lock(mutex);
    if (!pause) return;
    ++resting;
    changed.notify_all();
    changed.wait(lock, [this] { return !pause; });
    --resting;
  }
  /// Calls `f` while all `count` workers rest.
  template <class F>
  void while_all_rest(uint32_t count, F f) {
    std::unique_lock lock(mutex);
    pause = true;
    changed.wait(lock, [&] { return resting == count; });
    f();
    pause = false;
    changed.notify_all();
  }
  void fail(const char* guest, const std::string& what) {
    if (++failures > 20) return;
    const std::lock_guard lock(mutex);
    std::printf("%s: %s\n", guest, what.c_str());
  }
};

/// One thread's part.
class Worker {
 public:
  Worker(Soak& soak, uint32_t seed) : soak_(soak), random_(seed) {}

  void store_of_some_instances() {
    const World& world = soak_.worlds[next() % soak_.worlds.size()];
    if (next() % 4096 == 0) {
      const World own(make_engine(next() % 2 == 0, false, 8));
      ++soak_.engines;
      return use(own);
    }
    use(world);
  }

 private:
  void use(const World& world) {
    Store store = must(Store::make(world.engine));
    ++soak_.stores;

    for (uint32_t left = 1 + next() % 3; left > 0; --left) {
      const size_t which = next() % kGuests;
      const auto instance = make(world, which, store);
      if (!instance)
        return soak_.fail(guests()[which].name, std::string(instance.error().message()));
      ++soak_.instances[which];
      if (next() % 8 == 0) continue;  // dropped as it was made
      const std::string wrong = guests()[which].use(store, *instance);
      if (!wrong.empty()) soak_.fail(guests()[which].name, wrong);
      if (next() % 2 == 0) {
        if (const auto freed = free_instance(store, *instance); !freed)
          soak_.fail(guests()[which].name, std::string(freed.error().message()));
      }
    }
  }
  CallResult<Instance> make(const World& world, size_t which, Store& store) {
    switch (next() % 32) {
      case 0: {
        ++soak_.modules;
        const Module own = must(Module::compile(world.engine, guests()[which].text));
        return linker_for(world.engine).instantiate(store, own);
      }
      case 1:
      case 2: return linker_for(world.engine).instantiate(store, world.modules[which]);
      default: return world.prepared[which].instantiate(store);
    }
  }
  uint32_t next() {
    random_ = random_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>(random_ >> 33);
  }
  Soak& soak_;
  uint64_t random_;
};

/// A place among the threads: now and then its thread ends and another one takes over.
void run_place(Soak& soak, uint32_t place) {
  for (uint32_t turn = 0; !soak.stop; ++turn) {
    ++soak.threads;
    std::thread([&soak, seed = place * 1000003 + turn] {
      Worker worker(soak, seed);
      const auto end = Clock::now() + std::chrono::seconds(3);
      while (!soak.stop && Clock::now() < end) {
        soak.rest();
        worker.store_of_some_instances();
      }
    }).join();
  }
}

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  uint64_t all = 0, resident = 0;
  statm >> all >> resident;
  return static_cast<double>(resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE))) / (1 << 20);
}

constexpr size_t kReadings = 200;
/// The resident memory, read kReadings times until the time is over, in MiB.
struct Readings {
  std::vector<double> as_it_is;
  std::vector<double> held;  ///< After malloc gave back what nobody has.
};
Readings watch(Soak& soak, uint32_t threads, std::chrono::seconds time) {
  const auto begin = Clock::now();
  Readings readings;
  for (size_t i = 1; i <= kReadings; ++i) {
    std::this_thread::sleep_until(begin + std::chrono::nanoseconds(time) * i / kReadings);
    soak.while_all_rest(threads, [&] {
      readings.as_it_is.push_back(resident_mib());
      if (kMeasure) malloc_trim(0);
      readings.held.push_back(resident_mib());
    });
  }
  return readings;
}
void show(const char* title, const std::vector<double>& readings) {
  std::printf("%s, MiB:", title);
  for (size_t i = 9; i < readings.size(); i += 10) std::printf(" %.1f", readings[i]);
  std::printf("\n");
}
/// Of the readings of a fifth of the time, from `begin` (0 to 1) on: one alone says little, because
/// what happens to be kept for the next user differs by a tenth.
double mean(const std::vector<double>& readings, double begin) {
  constexpr size_t kCount = kReadings / 5;
  const auto first = readings.begin() + static_cast<ptrdiff_t>(begin * kReadings);
  return std::accumulate(first, first + kCount, 0.0) / kCount;
}

int run(int seconds, uint32_t threads) {
  Soak soak;
  soak.worlds.emplace_back(make_engine(false, true, 0));
  soak.worlds.emplace_back(make_engine(true, true, 4 * threads));
  soak.worlds.emplace_back(make_engine(true, false, 4 * threads));
  std::vector<std::thread> places;
  for (uint32_t i = 0; i < threads; ++i) places.emplace_back([&soak, i] { run_place(soak, i); });
  const Readings readings = watch(soak, threads, std::chrono::seconds(seconds));
  soak.stop = true;
  for (std::thread& t : places) t.join();

  uint64_t all = 0;
  std::printf("%u threads (%llu in turn), %d s:", threads,
              static_cast<unsigned long long>(soak.threads), seconds);
  for (size_t i = 0; i < kGuests; ++i) {
    const uint64_t n = soak.instances[i];
    all += n;
    std::printf(" %s %llu", guests()[i].name, static_cast<unsigned long long>(n));
    if (n == 0) ++soak.failures;  // a run that did nothing proves nothing
  }
  std::printf("\n%llu instances (%llu a second), %llu stores, %llu modules, %llu engines\n",
              static_cast<unsigned long long>(all),
              static_cast<unsigned long long>(all / static_cast<uint64_t>(seconds)),
              static_cast<unsigned long long>(soak.stores),
              static_cast<unsigned long long>(soak.modules),
              static_cast<unsigned long long>(soak.engines));
  show("resident", readings.as_it_is);
  show("held    ", readings.held);
  const double early = mean(readings.held, 0.1);
  const double late = mean(readings.held, 0.8);
  const double growth = late / early - 1;
  std::printf("held from 10 to 30 %%: %.1f MiB, from 80 %% to the end: %.1f MiB (%+.1f %%)\n",
              early, late, 100 * growth);
  bool good = soak.failures == 0;
  if (kMeasure && seconds >= kLeastSecondsToMeasure && growth >= kAllowedGrowth) {
    std::printf("soak: the resident memory grows\n");
    good = false;
  }
  std::printf("soak: %s\n", good ? "good" : "FAILED");
  return good ? 0 : 1;
}

}  // namespace
}  // namespace weft::soak

int main(int argc, char** argv) {
  int seconds = 600, threads = 24;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view word = argv[i];
    const int number = i + 1 < argc ? std::atoi(argv[i + 1]) : 0;
    if (number <= 0 || number > 1000000 || (word != "--seconds" && word != "--threads")) {
      std::fprintf(stderr, "usage: soak_test [--seconds N] [--threads N]\n");
      return 2;
    }
    (word == "--seconds" ? seconds : threads) = number;
  }
  return weft::soak::run(seconds, static_cast<uint32_t>(threads));
}
