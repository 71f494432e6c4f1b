// Running code that nobody trusts: memory, time, work and depth are limited, and each limit is an
// ordinary failure.
#include <chrono>
#include <cstdio>
#include <string>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // limits.wat
  weft::Config config;
  config.fuel().epochs().set("interp_stack_max", 1 << 20);
  const auto engine = weft::Engine::make(std::move(config)).value();
  const auto module = weft::Module::from_file(engine, argv[1]).value();
  auto store = weft::Store::make(engine).value();
  weft_limits_t limits = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  limits.memory_bytes = 4 << 20;
  store.limits(limits);
  weft::Linker linker(engine);
  const auto instance = linker.instantiate(store, module).value();
  const auto print = [](const char* name, const weft::CallResult<void>& result) {
    const weft::Trap* trap = result.ok() ? nullptr : result.error().trap();
    std::printf("%s: %s\n", name, trap != nullptr ? std::string(trap->message()).c_str() : "done");
  };

  store.set_fuel(1'000'000).value();
  const auto grow = instance.get<int32_t(int32_t)>(store, "grow").value();
  std::printf("grow by 100 pages: %d\n", grow(store, 100).value());

  const auto spin = instance.get<void()>(store, "spin").value();
  print("spin", spin(store));  // a million units of work, then out of fuel

  store.set_fuel(UINT64_MAX / 4).value();
  store.set_deadline(20ms).value();
  print("spin", spin(store));  // 20 ms, then interrupted
  store.set_deadline(0ms).value();

  const auto recurse = instance.get<void()>(store, "recurse").value();
  print("recurse", recurse(store));

  store.set_fuel(1000).value();
  const auto sum_to = instance.get<int32_t(int32_t)>(store, "sum_to").value();
  const int32_t sum = sum_to(store, 10).value();
  std::printf("sum_to(10) = %d, fuel was %s\n", sum,
              store.fuel().value() < 1000 ? "burnt" : "not burnt");
}
