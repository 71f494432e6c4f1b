// What it costs to suspend a call in a host function and to resume it: with raw cells (what the
// engine itself takes), through the checked C API, through the C++ API; and a whole invocation that
// is made, runs to its end and goes. suspend MODULES: the folder of suspend.wat.
#include <cstdint>
#include <string>

#include <weft/weft.hpp>

#include "measure.hpp"

namespace {

void check(weft_error_t* e) {
  if (e == nullptr) return;
  const weft_str_t text = weft_error_message(e);
  bench::fail({text.data, text.size});
}

void none(const weft_trap_t* trap) {
  if (trap != nullptr) bench::fail("a trap");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "bench/api/modules";
  const weft::Engine engine = weft::Engine::make().value();
  weft::Store store = weft::Store::make(engine).value();
  weft::Linker linker(engine);
  linker.func("host", "wait", [](int32_t) -> weft::Result<int32_t> { return weft::pending(); })
      .value();
  const weft::Module module = weft::Module::from_file(engine, folder + "/suspend.wat").value();
  const weft::Instance instance = linker.instantiate(store, module).value();
  const weft::Func run = *instance.func(store, "run");
  weft_store_t* const s = store.c_api();
  constexpr int kCalls = 5000;
  constexpr int kRounds = 200;
  {
    weft_invocation_t* one = nullptr;
    check(weft_invocation_new(s, run.c_api(), &one));
    weft_raw_t cell{};
    none(weft_invocation_start_unchecked(s, one, &cell, 1));
    const auto raw = [&](int64_t n) {
      for (int64_t i = 0; i < n; ++i) {
        cell.bits = 1;
        none(weft_invocation_resume_unchecked(s, one, &cell, 1));
      }
    };
    bench::row("suspend_raw", bench::best_of_calls(raw, kCalls, kRounds));
    const auto checked = [&](int64_t n) {
      weft_val_t value{};
      weft_trap_t* trap = nullptr;
      for (int64_t i = 0; i < n; ++i) {
        check(weft_invocation_resume(s, one, &value, 1, &trap));
        none(trap);
      }
    };
    bench::row("suspend_c", bench::best_of_calls(checked, kCalls, kRounds));
    if (weft_invocation_state(one) != WEFT_INVOCATION_SUSPENDED) bench::fail("not suspended");
    weft_invocation_delete(one);
  }
  {
    weft::Invocation one = weft::Invocation::make(store, run).value();
    if (*one.start(store, {weft::Val(int32_t{1})}) != weft::Invocation::State::suspended)
      bench::fail("not suspended");
    const auto resume = [&](int64_t n) {
      for (int64_t i = 0; i < n; ++i) {
        if (*one.resume(store, {weft::Val(int32_t{1})}) != weft::Invocation::State::suspended)
          bench::fail("not suspended");
      }
    };
    bench::row("suspend_cpp", bench::best_of_calls(resume, kCalls, kRounds));
  }
  const weft::Func once = *instance.func(store, "once");
  const auto whole = [&](int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      weft::Invocation one = weft::Invocation::make(store, once).value();
      if (*one.start(store, {weft::Val(int32_t{1})}) != weft::Invocation::State::finished)
        bench::fail("not finished");
    }
  };
  bench::row("invocation_whole", bench::best_of_calls(whole, kCalls, kRounds));
  return 0;
}
