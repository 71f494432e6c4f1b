// A plug-in host: plug-ins are loaded from text or binary, called with strings, limited in memory
// and time, and replaced while the host runs.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <tuple>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

/// One loaded version of a plug-in: a store of its own, so that nothing is left of it when it goes.
class Plugin {
 public:
  static weft::CallResult<Plugin> load(const weft::Engine& engine, const weft::Linker& linker,
                                       std::string_view source) {
    auto module = weft::Module::compile(engine, source);
    if (!module) return weft::Failure(module.take_error());
    auto store = weft::Store::make(engine);
    if (!store) return weft::Failure(store.take_error());
    weft_limits_t limits = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    limits.memory_bytes = 1 << 20;
    store->limits(limits);
    auto pre = weft::InstancePre::make(linker, *module);
    if (!pre) return weft::Failure(pre.take_error());
    auto instance = pre->instantiate(*store);
    if (!instance) return instance.take_error();
    return Plugin(std::move(*store), *instance);
  }

  weft::CallResult<std::string> greet(std::string_view name) {
    if (auto limited = store_.set_deadline(50ms); !limited)
      return weft::Failure(limited.take_error());
    const auto alloc = instance_.get<uint32_t(uint32_t)>(store_, "alloc");
    const auto greet =
        instance_.get<std::tuple<uint32_t, uint32_t>(uint32_t, uint32_t)>(store_, "greet");
    const auto memory = instance_.memory(store_, "memory");
    if (!alloc || !greet || !memory)
      return weft::Failure(weft::Error("not a plug-in for greetings"));
    const auto size = static_cast<uint32_t>(name.size());
    auto at = (*alloc)(store_, size);
    if (!at) return at.take_error();
    // What a plug-in says is checked: the room may lie outside its memory.
    if (auto copied = memory->copy_in(store_, *at, name); !copied)
      return weft::Failure(copied.take_error());
    auto greeting = (*greet)(store_, *at, size);
    if (!greeting) return greeting.take_error();
    auto text = memory->text(store_, std::get<0>(*greeting), std::get<1>(*greeting));
    if (!text) return weft::Failure(text.take_error());
    return std::move(*text);
  }

 private:
  Plugin(weft::Store store, weft::Instance instance)
      : store_(std::move(store)), instance_(instance) {}
  weft::Store store_;
  weft::Instance instance_;
};

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // plugin_host.wat
  std::ifstream file(argv[1]);
  std::string source(std::istreambuf_iterator<char>(file), {});

  weft::Config config;
  config.epochs();  // deadlines
  const auto engine = weft::Engine::make(std::move(config)).value();
  weft::Linker linker(engine);
  linker
      .func("host", "log",
            [](weft::Caller& caller, uint32_t address, uint32_t size) -> weft::Result<void> {
              const auto text = caller.text(address, size);
              if (!text) return weft::Error("log: the text does not lie in memory");
              std::printf("[plugin] %.*s\n", static_cast<int>(text->size()), text->data());
              return {};
            })
      .value();

  std::optional<Plugin> plugin = Plugin::load(engine, linker, source).value();
  std::printf("%s\n", plugin->greet("world").value().c_str());

  source.replace(source.find("Hello"), 5, "Howdy");  // somebody edits the file
  plugin.emplace(Plugin::load(engine, linker, source).value());
  std::printf("%s\n", plugin->greet("world").value().c_str());

  constexpr std::string_view kEndless = R"((module (memory (export "memory") 1)
    (func (export "alloc") (param i32) (result i32) (i32.const 0))
    (func (export "greet") (param i32 i32) (result i32 i32) (loop $l (br $l)) (unreachable))))";
  auto endless = Plugin::load(engine, linker, kEndless).value();
  const auto greeting = endless.greet("world");
  std::printf("a plug-in that never ends: %s\n", std::string(greeting.error().message()).c_str());
}
