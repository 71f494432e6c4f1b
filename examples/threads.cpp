// Threads: engine and module are shared by all, each thread has a store and an instance of its own,
// and one shared memory is in all of them.
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // threads.wat
  const auto engine = weft::Engine::make().value();
  const auto module = weft::Module::from_file(engine, argv[1]).value();
  weft_shared_memory_t* shared = nullptr;
  if (weft_shared_memory_new(engine.c_api(), 1, 1, false, &shared) != nullptr) return 1;

  const auto count = [&] {
    auto store = weft::Store::make(engine).value();
    weft_memory_t memory{};
    if (weft_memory_from_shared(store.c_api(), shared, &memory) != nullptr) return;
    weft::Linker linker(engine);
    linker.define(store, "host", "memory", weft::Memory(memory)).value();
    const auto instance = linker.instantiate(store, module).value();
    instance.get<void(int32_t)>(store, "count").value()(store, 10000).value();
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(count);
  for (std::thread& thread : threads) thread.join();

  auto store = weft::Store::make(engine).value();
  weft_memory_t memory{};
  if (weft_memory_from_shared(store.c_api(), shared, &memory) != nullptr) return 1;
  std::printf("4 threads counted to %d\n", weft::Memory(memory).read<int32_t>(store, 0).value());
  weft_shared_memory_delete(shared);
}
