// A WASI program as a plug-in: it sees one directory, read-only, and its output is a string of the
// host. Nothing else of the machine exists for it.
#include <unistd.h>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <weft/weft.hpp>

namespace {

/// Runs `_start`; the exit status.
int32_t run(const weft::Engine& engine, const weft::Module& module, weft::WasiConfig wasi) {
  auto store = weft::Store::make(engine).value();
  store.set_wasi(std::move(wasi)).value();
  weft::Linker linker(engine);
  linker.wasi().value();
  const auto instance = linker.instantiate(store, module).value();
  const auto done = instance.get<void()>(store, "_start").value()(store);
  int32_t status = 0;
  if (!done) done.error().trap()->exit_status(status);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // wasi_program.wat
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("weft-example-" + std::to_string(getpid()));
  fs::create_directory(folder);
  std::ofstream(folder / "note.txt") << "remember the milk";

  const auto engine = weft::Engine::make().value();
  const auto module = weft::Module::from_file(engine, argv[1]).value();
  std::string output;
  weft::WasiConfig wasi;
  wasi.preopen(folder.string(), "/notes", true);
  wasi.output(
      1,
      [](void* env, const uint8_t* data, size_t size) {
        static_cast<std::string*>(env)->append(reinterpret_cast<const char*>(data), size);
        return static_cast<ptrdiff_t>(size);
      },
      &output);
  run(engine, module, std::move(wasi));
  std::printf("the program wrote: %s\n", output.c_str());
  std::printf("without the directory it exits with status %d\n",
              run(engine, module, weft::WasiConfig()));
  fs::remove_all(folder);
}
