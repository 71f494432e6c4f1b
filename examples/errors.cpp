// What can go wrong, and who says so: a module that cannot be loaded or linked is an Error, a guest
// that misbehaves is a Trap with a backtrace, a host function's error comes back as it was, and a
// C++ exception is carried over the guest.
#include <cstdio>
#include <stdexcept>
#include <string>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // errors.wat
  const auto engine = weft::Engine::make().value();
  const auto broken = weft::Module::compile(engine, "(module (func (export \"f\") oops))");
  const std::string why(broken.error().message());
  std::printf("not a module: %s\n", why.substr(0, why.find('\n')).c_str());

  const auto module = weft::Module::from_file(engine, argv[1]).value();
  auto store = weft::Store::make(engine).value();
  weft::Linker linker(engine);
  const auto unlinked = linker.instantiate(store, module);
  std::printf("not linked: %s\n", std::string(unlinked.error().message()).c_str());

  linker
      .func("host", "price",
            [](int32_t item) -> weft::Result<int32_t> {
              if (item == 7) return weft::Error("no item 7");
              if (item == 8) throw std::runtime_error("out of stock");
              return item * 10;
            })
      .value();
  const auto instance = linker.instantiate(store, module).value();

  const auto share = instance.get<int32_t(int32_t)>(store, "share").value();
  const auto nobody = share(store, 0);
  const weft::Trap& trap = *nobody.error().trap();
  std::printf("trap: %s\n", std::string(trap.message()).c_str());
  for (size_t i = 0; i < trap.frame_count(); ++i)
    std::printf("  in %s\n", std::string(trap.frame(i).func_name).c_str());

  const auto order = instance.get<int32_t(int32_t)>(store, "order").value();
  const auto missing = order(store, 7);
  std::printf("host error: %s\n", std::string(missing.error().message()).c_str());
  const auto sold_out = order(store, 8);
  try {
    sold_out.error().trap()->rethrow_host_exception();
  } catch (const std::runtime_error& e) {
    std::printf("carried: %s\n", e.what());
  }
}
