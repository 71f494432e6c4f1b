// An instance for each request: imports are checked once (InstancePre), instances come from a pool
// of fixed slots and go with their store, and no request sees what another left.
#include <cstdio>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // many_instances.wat
  weft_pool_config_t pool;
  weft_pool_config_init(&pool);
  pool.instances = 16;
  pool.memories = 16;
  pool.memory_bytes = 1 << 20;
  weft::Config config;
  config.pool(pool);
  const auto engine = weft::Engine::make(std::move(config)).value();
  const auto module = weft::Module::from_file(engine, argv[1]).value();
  weft::Linker linker(engine);
  linker.func("host", "id", [](weft::Caller& caller) { return *caller.store().data<int32_t>(); })
      .value();
  const auto pre = weft::InstancePre::make(linker, module).value();

  constexpr int32_t kRequests = 1000;
  int32_t fresh = 0;
  for (int32_t request = 0; request < kRequests; ++request) {
    auto store = weft::Store::with(engine, request).value();  // the store owns the number
    const auto instance = pre.instantiate(store).value();
    const auto handle = instance.get<int32_t(int32_t)>(store, "handle").value();
    fresh += handle(store, request).value() == request * 1000 + request + 1 ? 1 : 0;
  }
  std::printf("%d requests, each in an instance of its own, all fresh: %s\n", kRequests,
              fresh == kRequests ? "yes" : "no");
}
