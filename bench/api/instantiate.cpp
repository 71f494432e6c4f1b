// What an instance costs: instantiate + drop, on demand and pooled, in one store and with a store
// of its own, with one call and without, on one thread and on two; and what a live one takes.
// `./dev bench api` prints the table; with `--json` one object per line; arguments: a substring of
// the rows wanted, then `--module FILE` for a big module.
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include <weft/weft.hpp>

namespace {

using Clock = std::chrono::steady_clock;

// The small module of the peers' figures: 1 page, table of 4, 1 import, 1 data segment.
constexpr std::string_view kSmall = R"((module
  (import "host" "nop" (func $nop))
  (memory (export "memory") 1)
  (table 4 funcref)
  (elem (i32.const 0) $f $g)
  (data (i32.const 16) "hello, world")
  (global $x (mut i32) (i32.const 7))
  (func $f (export "f") (result i32)
    (global.set $x (i32.add (global.get $x) (i32.const 1)))
    (i32.store (i32.const 1024) (global.get $x))
    (global.get $x))
  (func $g (export "g") (call $nop))))";

template <class T>
T must(weft::Result<T> r) {
  if (!r) {
    std::fprintf(stderr, "bench: %s\n", std::string(r.error().message()).c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}
void check(weft_error_t* e) {
  if (e == nullptr) return;
  const weft_str_t text = weft_error_message(e);
  std::fprintf(stderr, "bench: %.*s\n", static_cast<int>(text.size), text.data);
  std::exit(1);
}

/// Nanoseconds per call of `body`, the best of some batches.
template <class F>
double best_ns(F&& body, int batches = 9, double batch_ms = 20) {
  body();
  uint64_t per_batch = 1;
  double best = 1e300;
  for (int i = 0; i < batches;) {
    const auto start = Clock::now();
    for (uint64_t k = 0; k < per_batch; ++k) body();
    const double ns = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
    if (ns < batch_ms * 1e6) {
      per_batch *= 2;
      continue;
    }
    best = std::min(best, ns / static_cast<double>(per_batch));
    ++i;
  }
  return best;
}

bool g_json = false;
std::string g_filter;

bool wanted(const char* name) {
  return std::string_view(name).find(g_filter) != std::string_view::npos;
}
void row(const char* name, double value, const char* unit) {
  if (g_json) {
    std::printf("{\"name\": \"%s\", \"value\": %.3f, \"unit\": \"%s\"}\n", name, value, unit);
  } else {
    std::printf("%-52s %12.2f %s\n", name, value, unit);
  }
  std::fflush(stdout);
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
      std::atomic<double> cpu{0};
      std::vector<std::thread> all;
      const auto work = [&] {
        ++ready;
        while (ready.load() < threads) {
        }
        const double start = thread_seconds();
        for (int i = 0; i < kEach; ++i) with_store(engine, prepared, call);
        cpu.fetch_add(thread_seconds() - start);
      };
      const auto start = Clock::now();
      for (int t = 1; t < threads; ++t) all.emplace_back(work);
      work();
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

/// Bytes of `key` in /proc/self/status.
double status_bytes(const char* key) {
  FILE* f = std::fopen("/proc/self/status", "r");
  if (f == nullptr) return 0;
  char line[256];
  double kib = 0;
  while (std::fgets(line, sizeof line, f) != nullptr) {
    if (std::strncmp(line, key, std::strlen(key)) == 0)
      kib = std::strtod(line + std::strlen(key) + 1, nullptr);
  }
  std::fclose(f);
  return kib * 1024;
}

void live(const char* name, const weft::Engine& engine, const weft::Module& module, int count,
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
  const double each = (status_bytes("VmRSS:") - rss) / count;
  const double each_table = (status_bytes("VmPTE:") - tables) / count;
  row((std::string(name) + ", resident bytes each").c_str(), each, "bytes");
  row((std::string(name) + ", page tables each").c_str(), each_table, "bytes");
  for (weft_store_t* s : stores) weft_store_delete(s);
}

void measure(bool pooled, const std::string& big) {
  const std::string kind = pooled ? "pooled" : "on demand";
  const weft::Engine engine = new_engine(pooled);
  const weft::Module module = must(weft::Module::compile(engine, kSmall));
  const Prepared prepared(engine, module);
  const auto time = [&](const std::string& name, auto&& body, int batches = 9) {
    if (wanted(name.c_str())) row(name.c_str(), best_ns(body, batches) / 1000, "us");
  };
  time("instantiate + drop, small, " + kind + ", store each",
       [&] { with_store(engine, prepared, false); });
  time("instantiate + call + drop, small, " + kind + ", store each",
       [&] { with_store(engine, prepared, true); });
  weft_store_t* store = nullptr;
  check(weft_store_new(engine.c_api(), nullptr, nullptr, &store));
  time("instantiate + free, small, " + kind + ", one store", [&] {
    const weft_instance_t instance = prepared.instantiate(store);
    check(weft_instance_free(store, instance));
  });
  weft_store_delete(store);
  const std::string scaling = "two threads against one, small, " + kind;
  if (wanted(scaling.c_str())) {
    for (const bool call : {false, true}) {
      const Scaling found = two_threads(engine, prepared, call);
      const std::string name = scaling + (call ? ", with a call" : "");
      row(name.c_str(), found.wall, "x");
      row((name + ", by processor time").c_str(), found.cpu, "x");
    }
  }
  if (!big.empty()) {
    const weft::Module large = must(weft::Module::from_file(engine, big));
    const Prepared ready(engine, large);
    time("instantiate + drop, big, " + kind + ", store each",
         [&] { with_store(engine, ready, false); });
  }
}

void measure_live() {
  constexpr int kLive = 100000;
  const std::string_view kBare = "(module (func (export \"f\") (result i32) (i32.const 1)))";
  {
    const weft::Engine engine = new_engine(false);
    const weft::Module module = must(weft::Module::compile(engine, kBare));
    live("100 000 live, no memory, on demand, store each", engine, module, kLive, true);
    const weft::Module small = must(weft::Module::compile(engine, kSmall));
    live("100 000 live, small (1 page touched), on demand, one store", engine, small, kLive, false);
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
  const weft::Module small = must(weft::Module::compile(engine, kSmall));
  live("100 000 live, small (1 page touched), pooled, store each", engine, small, kLive, true);
}

}  // namespace

int main(int argc, char** argv) {
  std::string big;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--json") {
      g_json = true;
    } else if (arg == "--module" && i + 1 < argc) {
      big = argv[++i];
    } else {
      g_filter = arg;
    }
  }
  measure(false, big);
  measure(true, big);
  if (wanted("live")) measure_live();
  return 0;
}
