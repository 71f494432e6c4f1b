// What a crossing between host and guest costs: typed, unchecked and untyped calls, host functions,
// and whether they allocate. `./dev bench api` prints the table; with `--json` one object per line.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include <weft/weft.hpp>

namespace {

uint64_t g_allocations = 0;

}  // namespace

// Counts what the measured path allocates (the bar is: nothing).
void* operator new(size_t size) {
  ++g_allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  std::abort();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }

namespace {

constexpr std::string_view kModule = R"((module
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (import "host" "nop" (func $nop))
  (import "host" "caller" (func $caller (param i32) (result i32)))
  (import "host" "pair" (func $pair (param i64 f64) (result i64 f64)))
  (func (export "empty"))
  (func (export "add") (param i32 i32) (result i32)
    local.get 0 local.get 1 i32.add)
  (func (export "sum8") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    local.get 0 local.get 1 i32.add local.get 2 i32.add local.get 3 i32.add
    local.get 4 i32.add local.get 5 i32.add local.get 6 i32.add local.get 7 i32.add)
  (func (export "loop") (param $n i32) (result i32) (local $x i32)
    loop $l
      (local.set $x (i32.add (local.get $x) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $x)
  (func (export "loop_add") (param $n i32) (result i32) (local $x i32)
    loop $l
      (local.set $x (call $add (local.get $x) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $x)
  (func (export "loop_nop") (param $n i32) (result i32)
    loop $l
      call $nop
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $n)
  (func (export "loop_caller") (param $n i32) (result i32) (local $x i32)
    loop $l
      (local.set $x (call $caller (local.get $x)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $x)
  (func (export "loop_pair") (param $n i32) (result i32) (local $a i64) (local $b f64)
    loop $l
      (call $pair (local.get $a) (local.get $b))
      local.set $b
      local.set $a
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $n)
))";

struct Measured {
  double nanoseconds;
  double allocations;
};

/// The best of many short rounds: what disturbs only makes it slower, and rarely hits all of them.
template <class F>
Measured measure(F&& run) {
  constexpr int64_t kCalls = 20'000;
  Measured best{1e9, 1e9};
  for (int round = 0; round < 400; ++round) {
    const uint64_t allocated = g_allocations;
    const auto start = std::chrono::steady_clock::now();
    run(kCalls);
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    const auto n = static_cast<double>(kCalls);
    best.nanoseconds = std::min(best.nanoseconds, spent.count() / n);
    best.allocations =
        std::min(best.allocations, static_cast<double>(g_allocations - allocated) / n);
  }
  return best;
}

bool g_json = false;

void report(const char* name, Measured m, double bar) {
  if (g_json) {
    std::printf("{\"name\":\"%s\",\"ns\":%.2f,\"allocations\":%.3f,\"bar\":%.1f}\n", name,
                m.nanoseconds, m.allocations, bar);
    return;
  }
  std::printf("%-44s %8.2f ns %8.2f alloc", name, m.nanoseconds, m.allocations);
  if (bar > 0) std::printf("   bar %5.1f ns%s", bar, m.nanoseconds <= bar ? "" : "  MISSED");
  std::printf("\n");
}

template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) g_json |= std::strcmp(argv[i], "--json") == 0;
  const weft::Engine engine = weft::Engine::make().value();
  weft::Store store = weft::Store::make(engine).value();
  const weft::Module module = weft::Module::compile(engine, kModule).value();
  weft::Linker linker(engine);
  int64_t calls = 0;
  linker.func("host", "add", [](int32_t a, int32_t b) { return a + b; }).value();
  linker.func("host", "nop", [&calls] { ++calls; }).value();
  linker
      .func("host", "caller",
            [](weft::Caller& c, int32_t a) {
              keep(c);
              return a + 1;
            })
      .value();
  linker.func("host", "pair", [](int64_t a, double b) { return std::tuple(a + 1, b + 1); }).value();
  const weft::Instance instance = linker.instantiate(store, module).value();

  const auto empty = instance.get<void()>(store, "empty").value();
  report("host -> guest, typed, ()", measure([&](int64_t n) {
           for (int64_t i = 0; i < n; ++i) keep(empty(store).ok());
         }),
         20);
  const auto add = instance.get<int32_t(int32_t, int32_t)>(store, "add").value();
  report("host -> guest, typed, (i32 i32) -> i32", measure([&](int64_t n) {
           int32_t x = 0;
           for (int64_t i = 0; i < n; ++i) x = *add(store, x, 1);
           keep(x);
         }),
         20);
  const auto sum8 =
      instance
          .get<int32_t(int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t)>(
              store, "sum8")
          .value();
  report("host -> guest, typed, 8 x i32 -> i32", measure([&](int64_t n) {
           int32_t x = 0;
           for (int64_t i = 0; i < n; ++i) x = *sum8(store, x, 1, 2, 3, 4, 5, 6, 7);
           keep(x);
         }),
         0);
  const weft::Func untyped = *instance.func(store, "add");
  report("host -> guest, unchecked (C)", measure([&](int64_t n) {
           weft_raw_t cells[2];
           for (int64_t i = 0; i < n; ++i) {
             cells[0].bits = 1, cells[1].bits = 2;
             keep(weft_func_call_unchecked(store.c_api(), untyped.c_api(), cells, 2));
           }
         }),
         0);
  report("host -> guest, untyped (C)", measure([&](int64_t n) {
           weft_val_t args[2]{}, result{};
           args[0].kind = args[1].kind = WEFT_I32;
           weft_trap_t* trap = nullptr;
           for (int64_t i = 0; i < n; ++i)
             keep(weft_func_call(store.c_api(), untyped.c_api(), args, 2, &result, 1, &trap));
         }),
         0);

  const auto loop_of = [&](const char* name) {
    return instance.get<int32_t(int32_t)>(store, name).value();
  };
  const auto run_loop = [&](const weft::TypedFunc<int32_t(int32_t)>& f) {
    return measure([&](int64_t n) { keep(*f(store, static_cast<int32_t>(n))); });
  };
  const Measured base = run_loop(loop_of("loop"));
  report("(the guest's loop alone)", base, 0);
  for (const auto& [name, what, bar] :
       {std::tuple("loop_nop", "guest -> host, lambda, ()", 8.0),
        std::tuple("loop_add", "guest -> host, lambda, (i32 i32) -> i32", 8.0),
        std::tuple("loop_caller", "guest -> host, lambda, (Caller&, i32) -> i32", 0.0),
        std::tuple("loop_pair", "guest -> host, lambda, (i64 f64) -> (i64 f64)", 0.0)}) {
    Measured m = run_loop(loop_of(name));
    m.nanoseconds -= base.nanoseconds;
    report(what, m, bar);
  }
  return calls == 0 ? 1 : 0;
}
