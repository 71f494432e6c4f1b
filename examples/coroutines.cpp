// Guest calls in C++20 coroutines: a host function answers later, from an event loop, and meanwhile
// other guest calls of the same store run.
#include <coroutine>
#include <cstdio>
#include <deque>
#include <exception>
#include <functional>
#include <weft/weft.hpp>

/// A coroutine that starts at once and belongs to nobody.
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

Task sum(weft::Store& store, weft::Func func, int32_t keys) {
  auto result = co_await weft::call_async<int32_t(int32_t)>(store, func, keys);
  std::printf("%d key%s: %d\n", keys, keys == 1 ? "" : "s", result.value());
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // coroutines.wat
  const auto engine = weft::Engine::make().value();
  const auto module = weft::Module::from_file(engine, argv[1]).value();
  auto store = weft::Store::make(engine).value();

  std::deque<std::function<void()>> events;  // the database's answers on their way
  int asked = 0;
  weft::Linker linker(engine);
  linker
      .func("db", "get",
            [&](int32_t key) -> weft::Result<int32_t> {
              const auto answer = weft::defer();  // any thread may complete it
              if (!answer) return weft::Error("not called by a coroutine");
              ++asked;
              events.push_back([answer = *answer, key] { answer.complete(10 * key); });
              return weft::pending();
            })
      .value();
  const auto instance = linker.instantiate(store, module).value();
  const weft::Func func = instance.func(store, "sum").value();

  sum(store, func, 3);
  sum(store, func, 1);
  std::printf("both calls wait\n");
  while (!events.empty()) {
    const auto event = std::move(events.front());
    events.pop_front();
    event();
  }
  std::printf("the database was asked for %d keys\n", asked);
}
