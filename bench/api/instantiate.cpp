// What an instance costs in Weft: instantiate + drop, on demand and pooled, with a store of its own
// and in one store, with one call and without, on one thread and on two; and what a live one takes.
// instantiate MODULES [BIG.wasm]: the folder of small.wat, and a big module.
#include <time.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include <weft/weft.hpp>

#include "measure.hpp"

namespace {

using bench::Clock;

template <class T>
T must(weft::Result<T> r) {
  if (!r) {
    bench::fail(r.error().message());
  }
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}
void check(weft_error_t* e) {
  if (e == nullptr) return;
  const weft_str_t text = weft_error_message(e);
  bench::fail({text.data, text.size});
}

weft::Engine new_engine(bool pooled) {
  weft::Config config;
  if (pooled) {
    weft_pool_config_t pool;
    weft_pool_config_init(&pool);
    pool.instances = 1000;
    pool.memories = 1000;
    config.pool(pool);
  }
  return must(weft::Engine::make(std::move(config)));
}

/// A linker's imports checked once, for many stores.
struct Prepared {
  Prepared(const weft::Engine& engine, const weft::Module& module) {
    weft::Linker linker(engine);
    must(linker.func("host", "nop", [] {}));
    if (module.import_count() > 1) must(linker.wasi());
    check(weft_instance_pre_new(linker.c_api(), module.c_api(), &pre));
  }
  ~Prepared() { weft_instance_pre_delete(pre); }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  weft_instance_t instantiate(weft_store_t* store) const {
    weft_instance_t instance{};
    weft_trap_t* trap = nullptr;
    check(weft_instance_pre_instantiate(pre, store, &instance, &trap));
    if (trap != nullptr) std::exit(1);
    return instance;
  }
  weft_instance_pre_t* pre = nullptr;
};

void with_store(const weft::Engine& engine, const Prepared& prepared, bool call) {
  weft_store_t* store = nullptr;
  check(weft_store_new(engine.c_api(), nullptr, nullptr, &store));
  const weft_instance_t instance = prepared.instantiate(store);
  if (call) {
    weft_extern_t f{};
    if (!weft_instance_export(store, instance, "f", 1, &f)) std::exit(1);
    weft_raw_t cell{};
    if (weft_func_call_unchecked(store, f.of.func, &cell, 1) != nullptr || cell.i32 != 8)
      std::exit(1);
  }
  weft_store_delete(store);
}

double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

struct Scaling {
  double wall = 0;  ///< Throughput of two threads over that of one.
  double cpu =
      0;  ///< The same by the processor time of each instance: holds on a busy machine too.
};

Scaling two_threads(const weft::Engine& engine, const Prepared& prepared, bool call) {
  struct Best {
    double wall = 1e300;
    double cpu = 1e300;
  };
  const auto run = [&](int threads) {
    constexpr int kEach = 20000;
    Best best;
    for (int round = 0; round < 9; ++round) {
      std::atomic<int> ready{0};
      std::atomic<bool> go{false};
      std::atomic<double> cpu{0};
      std::vector<std::thread> all;
      const auto work = [&] {
        ++ready;
        while (!go.load()) {
        }
        const double start = thread_seconds();
        for (int i = 0; i < kEach; ++i) with_store(engine, prepared, call);
        cpu.fetch_add(thread_seconds() - start);
      };
      for (int t = 0; t < threads; ++t) all.emplace_back(work);
      while (ready.load() < threads) std::this_thread::yield();
      const auto start = Clock::now();
      go = true;
      for (std::thread& t : all) t.join();
      best.wall = std::min(best.wall, std::chrono::duration<double>(Clock::now() - start).count());
      best.cpu = std::min(best.cpu, cpu.load() / threads);
    }
    return best;
  };
  const Best one = run(1);
  const Best two = run(2);
  return {2 * one.wall / two.wall, 2 * one.cpu / two.cpu};
}

double status_bytes(const char* key) { return bench::status_kib(key) * 1024; }

/// Bytes that each of `count` instances takes of the process: resident, and page tables beside.
void live(const std::string& key, const weft::Engine& engine, const weft::Module& module, int count,
          bool own_store) {
  const Prepared prepared(engine, module);
  std::vector<weft_store_t*> stores;
  const double rss = status_bytes("VmRSS:");
  const double tables = status_bytes("VmPTE:");
  for (int i = 0; i < count; ++i) {
    if (own_store || stores.empty()) {
      weft_store_t* store = nullptr;
      check(weft_store_new(engine.c_api(), nullptr, nullptr, &store));
      const weft_limits_t limits{UINT64_MAX, UINT64_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
      weft_store_limits(store, &limits);
      stores.push_back(store);
    }
    prepared.instantiate(stores.back());
  }
  bench::row(key, (status_bytes("VmRSS:") - rss) / count);
  bench::row(key + "_tables", (status_bytes("VmPTE:") - tables) / count);
  for (weft_store_t* s : stores) weft_store_delete(s);
}

void measure(bool pooled, const std::string& folder, const std::string& big) {
  const std::string kind = pooled ? "pooled" : "demand";
  const weft::Engine engine = new_engine(pooled);
  const weft::Module module = must(weft::Module::from_file(engine, folder + "/small.wat"));
  const Prepared prepared(engine, module);
  bench::row("inst_" + kind, bench::best_of_batches([&] { with_store(engine, prepared, false); }));
  bench::row("inst_" + kind + "_call",
             bench::best_of_batches([&] { with_store(engine, prepared, true); }));
  weft_store_t* store = nullptr;
  check(weft_store_new(engine.c_api(), nullptr, nullptr, &store));
  bench::row("inst_" + kind + "_one_store", bench::best_of_batches([&] {
               const weft_instance_t instance = prepared.instantiate(store);
               check(weft_instance_free(store, instance));
             }));
  weft_store_delete(store);
  const Scaling found = two_threads(engine, prepared, true);
  bench::row("threads_" + kind, found.wall);
  bench::row("threads_" + kind + "_cpu", found.cpu);
  if (!big.empty()) {
    const weft::Module large = must(weft::Module::from_file(engine, big));
    const Prepared ready(engine, large);
    bench::row("big_" + kind, bench::best_of_batches([&] { with_store(engine, ready, false); }));
  }
}

void measure_live(const std::string& folder) {
  constexpr int kLive = 100000;
  constexpr std::string_view kBare = "(module (func (export \"f\") (result i32) (i32.const 1)))";
  {
    const weft::Engine engine = new_engine(false);
    live("live_bare", engine, must(weft::Module::compile(engine, kBare)), kLive, true);
    live("live_one_store", engine, must(weft::Module::from_file(engine, folder + "/small.wat")),
         kLive, false);
  }
  weft::Config config;
  weft_pool_config_t pool;
  weft_pool_config_init(&pool);
  pool.instances = kLive;
  pool.memories = kLive;
  pool.memory_bytes = 1u << 20;
  pool.guards = false;  // 8 GiB of addresses each would be more than a process has
  config.pool(pool);
  const weft::Engine engine = must(weft::Engine::make(std::move(config)));
  live("live_pooled", engine, must(weft::Module::from_file(engine, folder + "/small.wat")), kLive,
       true);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "bench/api/modules";
  const std::string big = argc > 2 ? argv[2] : "";
  measure(false, folder, big);
  measure(true, folder, big);
  measure_live(folder);
  return 0;
}
