// Strings and arrays in and out of a guest: the guest says where there is room, the host copies
// with every access checked.
#include <array>
#include <cstdio>
#include <string_view>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // memory_and_strings.wat
  const auto engine = weft::Engine::make().value();
  const auto module = weft::Module::from_file(engine, argv[1]).value();
  auto store = weft::Store::make(engine).value();
  weft::Linker linker(engine);
  const auto instance = linker.instantiate(store, module).value();
  const auto memory = instance.memory(store, "memory").value();
  const auto alloc = instance.get<uint32_t(uint32_t)>(store, "alloc").value();

  constexpr std::string_view kText = "hello, guest";
  constexpr auto kSize = static_cast<uint32_t>(kText.size());
  const uint32_t text = alloc(store, kSize).value();
  memory.copy_in(store, text, kText).value();
  const auto shout = instance.get<void(uint32_t, uint32_t)>(store, "shout").value();
  shout(store, text, kSize).value();
  std::printf("%s\n", memory.text(store, text, kSize).value().c_str());

  constexpr std::array<double, 3> kNumbers{1.5, 2.25, 3};
  const uint32_t numbers = alloc(store, uint32_t{sizeof kNumbers}).value();
  for (size_t i = 0; i < kNumbers.size(); ++i)
    memory.write(store, numbers + i * sizeof(double), kNumbers[i]).value();
  const auto sum = instance.get<double(uint32_t, uint32_t)>(store, "sum").value();
  std::printf("sum %g\n", sum(store, numbers, uint32_t{kNumbers.size()}).value());

  const auto beyond = memory.read<uint32_t>(store, 65533);  // the last byte is at 65535
  std::printf("beyond the end: %s\n", std::string(beyond.error().message()).c_str());
}
