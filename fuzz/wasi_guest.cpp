// The guest's text is made from the table of functions.
#include "wasi_guest.hpp"

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>

namespace weft::fuzz {
namespace {

constexpr WasiFunction kFunctions[] = {
#define WASI_FN(name, params, unstable) {#name, params},
#include "wasi/preview1.def"
#undef WASI_FN
};

struct World {
  Engine engine;
  Module module;
};

std::string guest_text() {
  std::string text = "(module\n";
  for (const WasiFunction& f : kFunctions) {
    std::string params, gets;
    for (size_t i = 0; i < f.params.size(); ++i) {
      params += f.params[i] == 'i' ? " i32" : " i64";
      gets += " local.get " + std::to_string(i);
    }
    const std::string name(f.name);
    const std::string result = name == "proc_exit" ? "" : " (result i32)";
    text += "(import \"wasi_snapshot_preview1\" \"" + name + "\" (func $" + name + " (param" +
            params + ")" + result + "))\n";
  }
  text += "(memory (export \"memory\") 1 1)\n";
  for (const WasiFunction& f : kFunctions) {
    std::string params, gets;
    for (size_t i = 0; i < f.params.size(); ++i) {
      params += f.params[i] == 'i' ? " i32" : " i64";
      gets += " local.get " + std::to_string(i);
    }
    const std::string name(f.name);
    text += "(func (export \"" + name + "\") (param" + params + ") (result i32)" + gets +
            " call $" + name + (name == "proc_exit" ? " i32.const 0" : "") + ")\n";
  }
  return text + ")";
}

World& world() {
  static World w = [] {
    Config config;
    config.epochs();
    Engine engine = Engine::make(std::move(config)).value();
    Module module = Module::compile(engine, guest_text()).value();
    return World{std::move(engine), std::move(module)};
  }();
  return w;
}

}  // namespace

std::span<const WasiFunction> wasi_functions() { return kFunctions; }

WasiGuest::WasiGuest(const std::string& writable, const std::string& read_only)
    : store_(Store::make(world().engine).value()) {
  constexpr std::string_view kInput = "standard input\nof the guest";
  WasiConfig config;
  config.arg("guest").env("KEY", "value").preopen(writable, "/rw").preopen(read_only, "/ro", true);
  // SAFETY: char and uint8_t have the same representation.
  config.stdin_bytes({reinterpret_cast<const uint8_t*>(kInput.data()), kInput.size()});
  if (!store_.set_wasi(std::move(config))) std::abort();
  Linker linker(world().engine);
  if (!linker.wasi()) std::abort();
  const auto instance = linker.instantiate(store_, world().module);
  if (!instance) std::abort();
  for (const WasiFunction& f : kFunctions) {
    functions_.push_back(instance->func(store_, f.name)->c_api());
  }
  memory_ = instance->memory(store_, "memory")->data(store_).value();
}

int WasiGuest::call(std::string_view name, std::span<const uint64_t> args) {
  size_t index = 0;
  while (kFunctions[index].name != name) ++index;
  const std::string_view params = kFunctions[index].params;
  if (params.size() != args.size()) std::abort();
  std::array<weft_val_t, 9> values{};
  for (size_t i = 0; i < args.size(); ++i) {
    values[i].kind = params[i] == 'i' ? WEFT_I32 : WEFT_I64;
    if (params[i] == 'i') {
      values[i].of.i32 = static_cast<int32_t>(static_cast<uint32_t>(args[i]));
    } else {
      values[i].of.i64 = static_cast<int64_t>(args[i]);
    }
  }
  if (waits_ && !store_.set_deadline(std::chrono::milliseconds(20))) std::abort();
  weft_val_t result{};
  weft_trap_t* trap = nullptr;
  if (weft_func_call(store_.c_api(), functions_[index], values.data(), args.size(), &result, 1,
                     &trap) != nullptr)
    std::abort();
  if (trap == nullptr) return result.of.i32;
  weft_trap_delete(trap);
  return -1;
}

void WasiGuest::put(uint32_t at, std::string_view text) {
  std::memcpy(memory_.data() + at, text.data(), text.size());
}
uint32_t WasiGuest::u32(uint32_t at) const {
  uint32_t value = 0;
  std::memcpy(&value, memory_.data() + at, 4);
  return value;
}
uint64_t WasiGuest::u64(uint32_t at) const {
  uint64_t value = 0;
  std::memcpy(&value, memory_.data() + at, 8);
  return value;
}
void WasiGuest::set_u32(uint32_t at, uint32_t value) {
  std::memcpy(memory_.data() + at, &value, 4);
}

}  // namespace weft::fuzz
