// The first embedded call: compile, instantiate, get a typed function, call it.
#include <cstdio>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // first_call.wat
  const auto engine = weft::Engine::make().value();
  const auto module = weft::Module::from_file(engine, argv[1]).value();
  auto store = weft::Store::make(engine).value();
  weft::Linker linker(engine);
  const auto instance = linker.instantiate(store, module).value();

  const auto add = instance.get<int32_t(int32_t, int32_t)>(store, "add").value();
  std::printf("2 + 3 = %d\n", add(store, 2, 3).value());
}
