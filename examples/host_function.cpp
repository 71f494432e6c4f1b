// Host functions from lambdas: types are deduced, a leading Caller& reads the guest's memory with
// bounds checked.
#include <cstdio>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // host_function.wat
  const auto engine = weft::Engine::make().value();
  const auto module = weft::Module::from_file(engine, argv[1]).value();
  auto store = weft::Store::make(engine).value();

  weft::Linker linker(engine);
  linker.func("host", "twice", [](int32_t n) { return 2 * n; }).value();
  linker
      .func("host", "print",
            [](weft::Caller& caller, uint32_t address, uint32_t size) -> weft::Result<void> {
              const auto text = caller.text(address, size);
              if (!text) return weft::Error("print: the text does not lie in memory");
              std::printf("%.*s\n", static_cast<int>(text->size()), text->data());
              return {};
            })
      .value();

  const auto instance = linker.instantiate(store, module).value();
  const auto run = instance.get<int32_t()>(store, "run").value();
  std::printf("run gives %d\n", run(store).value());
}
