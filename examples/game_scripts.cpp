// Scripts that wait without a thread of their own: `wait` suspends the guest's call, and a
// scheduler resumes it when its tick has come. Between ticks nothing runs, and the store is open.
#include <cstdio>
#include <string_view>
#include <vector>
#include <weft/weft.hpp>

struct Script {
  weft::Invocation call;
  int32_t wakes_at = 0;
};

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // game_scripts.wat
  const auto engine = weft::Engine::make().value();
  const auto module = weft::Module::from_file(engine, argv[1]).value();
  auto store = weft::Store::make(engine).value();

  int32_t tick = 0;
  int32_t wakes_at = 0;  // what the script that is running asks for
  weft::Linker linker(engine);
  linker
      .func("world", "wait",
            [&](int32_t ticks) -> weft::Result<int32_t> {
              wakes_at = tick + ticks;
              return weft::pending();  // suspends the script
            })
      .value();
  linker
      .func("world", "say",
            [&](weft::Caller& caller, uint32_t address, uint32_t size) {
              const auto text = caller.text(address, size).value_or("(nothing)");
              std::printf("tick %d: %.*s\n", tick, static_cast<int>(text.size()), text.data());
            })
      .value();
  const auto instance = linker.instantiate(store, module).value();

  std::vector<Script> scripts;
  for (const char* name : {"gate", "goblins", "bell"}) {
    auto call = weft::Invocation::make(store, *instance.func(store, name)).value();
    call.start(store).value();  // until its first wait
    scripts.push_back({std::move(call), wakes_at});
  }
  while (!scripts.empty()) {
    ++tick;
    for (Script& script : scripts) {
      if (script.wakes_at != tick) continue;
      script.call.resume(store, {weft::Val(tick)}).value();  // what `wait` returns
      script.wakes_at = wakes_at;
    }
    std::erase_if(scripts, [](const Script& script) {
      return script.call.state() == weft::Invocation::State::finished;
    });
  }
  std::printf("all scripts have ended\n");
}
