// What a crossing between host and guest costs in Weft: typed, unchecked and untyped calls, with
// and without looking the function up, host functions, and what they allocate.
// calls MODULES: the folder of calls.wat.
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <tuple>

#include <weft/weft.hpp>

#include "measure.hpp"

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

using bench::keep;

constexpr std::string_view kMore = R"((module
  (import "host" "caller" (func $caller (param i32) (result i32)))
  (import "host" "pair" (func $pair (param i64 f64) (result i64 f64)))
  (func (export "sum8") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    local.get 0 local.get 1 i32.add local.get 2 i32.add local.get 3 i32.add
    local.get 4 i32.add local.get 5 i32.add local.get 6 i32.add local.get 7 i32.add)
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

/// Times `run` and counts what one more round of it allocates, each call.
template <class F>
void report(const char* key, F&& run, double less = 0) {
  const double ns = bench::best_of_calls(run);
  constexpr int64_t kCalls = 1000;
  const uint64_t before = g_allocations;
  run(kCalls);
  const auto made = static_cast<double>(g_allocations - before);
  bench::row(key, ns - less, made / static_cast<double>(kCalls));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "bench/api/modules";
  const weft::Engine engine = weft::Engine::make().value();
  weft::Store store = weft::Store::make(engine).value();
  weft::Linker linker(engine);
  int64_t calls = 0;
  linker.func("host", "add", [](int32_t a, int32_t b) { return a + b; }).value();
  linker.func("host", "nop", [&calls] { ++calls; }).value();
  const auto caller = [](weft::Caller& c, int32_t a) {
    keep(c);
    return a + 1;
  };
  linker.func("host", "caller", caller).value();
  linker.func("host", "pair", [](int64_t a, double b) { return std::tuple(a + 1, b + 1); }).value();
  const weft::Module common = weft::Module::from_file(engine, folder + "/calls.wat").value();
  const weft::Module own = weft::Module::compile(engine, kMore).value();
  const weft::Instance instance = linker.instantiate(store, common).value();
  const weft::Instance more = linker.instantiate(store, own).value();

  const auto empty = instance.get<void()>(store, "empty").value();
  report("call_empty", [&](int64_t n) {
    for (int64_t i = 0; i < n; ++i) keep(empty(store).ok());
  });
  const auto add = instance.get<int32_t(int32_t, int32_t)>(store, "add").value();
  report("call_add", [&](int64_t n) {
    int32_t x = 0;
    for (int64_t i = 0; i < n; ++i) x = *add(store, x, 1);
    keep(x);
  });
  report("call_add_lookup", [&](int64_t n) {
    int32_t x = 0;
    for (int64_t i = 0; i < n; ++i)
      x = *(*instance.get<int32_t(int32_t, int32_t)>(store, "add"))(store, x, 1);
    keep(x);
  });
  using Sum8 = int32_t(int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t);
  const auto sum8 = more.get<Sum8>(store, "sum8").value();
  report("call_sum8", [&](int64_t n) {
    int32_t x = 0;
    for (int64_t i = 0; i < n; ++i) x = *sum8(store, x, 1, 2, 3, 4, 5, 6, 7);
    keep(x);
  });
  const weft::Func untyped = *instance.func(store, "add");
  report("call_unchecked", [&](int64_t n) {
    weft_raw_t cells[2];
    for (int64_t i = 0; i < n; ++i) {
      cells[0].bits = 1, cells[1].bits = 2;
      keep(weft_func_call_unchecked(store.c_api(), untyped.c_api(), cells, 2));
    }
  });
  report("call_untyped", [&](int64_t n) {
    weft_val_t args[2]{}, result{};
    args[0].kind = args[1].kind = WEFT_I32;
    weft_trap_t* trap = nullptr;
    for (int64_t i = 0; i < n; ++i)
      keep(weft_func_call(store.c_api(), untyped.c_api(), args, 2, &result, 1, &trap));
  });

  const auto run_loop = [&](const weft::TypedFunc<int32_t(int32_t)>& f) {
    return [&store, f](int64_t n) { keep(*f(store, static_cast<int32_t>(n))); };
  };
  const auto loop = instance.get<int32_t(int32_t)>(store, "loop").value();
  const double base = bench::best_of_calls(run_loop(loop));
  bench::row("guest_loop", base);
  for (const auto& [name, key, from] : {std::tuple("loop_nop", "host_empty", &instance),
                                        std::tuple("loop_add", "host_add", &instance),
                                        std::tuple("loop_caller", "host_caller", &more),
                                        std::tuple("loop_pair", "host_pair", &more)})
    report(key, run_loop(from->get<int32_t(int32_t)>(store, name).value()), base);
  return calls == 0 ? 1 : 0;
}
