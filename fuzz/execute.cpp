// A generated module (generator.hpp) in every configuration of the interpreter: results, traps,
// memories and globals must agree with those of the plainest one.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/objects.hpp"
#include "generator.hpp"
#include "interp/code_map.hpp"
#include "interp/enter.hpp"
#include "weft/weft.hpp"

namespace {

struct Mode {
  const char* name;
  bool signals, guard_pages, eager, fuel, fused;
  uint32_t gc_zeal;
};
constexpr std::array<Mode, 7> kModes = {{
    {"guarded lazy unfused", true, true, false, false, false, 0},
    {"guarded lazy", true, true, false, false, true, 0},
    {"guarded eager", true, true, true, false, true, 0},
    {"no guard pages", true, false, false, false, true, 0},
    {"no signals, unfused", false, false, false, false, false, 0},
    {"no signals, fuel", false, false, true, true, true, 0},
    {"gc zeal, fuel", true, true, false, true, true, 3},
}};

weft::Engine& engine_of(const Mode& mode) {
  static std::array<std::unique_ptr<weft::Engine>, kModes.size()> engines;
  auto& e = engines[static_cast<size_t>(&mode - kModes.data())];
  if (!e) {
    weft::Config config;
    config.set("signals", mode.signals)
        .set("guard_pages", mode.guard_pages)
        .set("translation", mode.eager ? 1 : 0);
    config.set("gc_zeal", mode.gc_zeal).fuel(mode.fuel);
    e = std::make_unique<weft::Engine>(weft::Engine::make(std::move(config)).value());
  }
  return *e;
}

/// Engines have no switch for fusion: the module's code is replaced before anything has used it.
struct Unfused {
  weft::interp::ModuleCode guarded, checked;
};
void unfuse(const weft::Module& module) {
  auto& info = const_cast<weft::runtime::ModuleInfo&>(module.c_api()->module.info());
  weft::interp::Options options;
  options.fusion = false;
  options.features = weft::wasm::FeatureSet::all();
  weft::interp::Options checked = options;
  checked.checked = true;
  auto code = std::shared_ptr<Unfused>(new Unfused{{info.module, options}, {info.module, checked}});
  const bool was_guarded = info.guarded.env != info.checked.env;
  info.guarded = weft::interp::tier_code(was_guarded ? code->guarded : code->checked);
  info.checked = weft::interp::tier_code(code->checked);
  info.tier_owner = code;
}

std::string text(const weft_val_t& v) {
  std::array<char, 64> out{};
  uint64_t low = 0, high = 0;
  if (v.kind == WEFT_V128) {
    std::memcpy(&low, &v.of, 8);
    std::memcpy(&high, reinterpret_cast<const char*>(&v.of) + 8, 8);
  } else if (v.kind == WEFT_I32 || v.kind == WEFT_F32) {
    uint32_t bits = 0;
    std::memcpy(&bits, &v.of, 4);
    low = bits;
  } else if (v.kind == WEFT_I64 || v.kind == WEFT_F64) {
    std::memcpy(&low, &v.of, 8);
  }
  std::snprintf(out.data(), out.size(), " %d:%llx:%llx", static_cast<int>(v.kind),
                static_cast<unsigned long long>(high), static_cast<unsigned long long>(low));
  return out.data();
}

uint64_t hash(std::span<const uint8_t> bytes) {
  uint64_t h = 0xcbf29ce484222325;
  for (const uint8_t b : bytes) h = (h ^ b) * 0x100000001b3;
  return h;
}

struct Observed {
  std::vector<std::string> lines;
  bool exhausted = false;  ///< A limit of its own kind (stack): what follows may differ.
};

void observe_state(weft::Store& store, const weft::Module& module, const weft::Instance& instance,
                   std::string& line) {
  for (size_t i = 0; i < module.export_count(); ++i) {
    const auto e = module.export_at(i);
    const std::string_view name(e.name.data, e.name.size);
    if (name.starts_with('m')) {
      const auto bytes = instance.memory(store, name)->data(store).value();
      line += " m:" + std::to_string(bytes.size()) + ":" + std::to_string(hash(bytes));
    } else if (name.starts_with('g')) {
      line += text(instance.global(store, name)->get(store).value().c_api());
    }
  }
}

Observed observe(const Mode& mode, std::span<const uint8_t> bytes) {
  auto module = weft::Module::compile(engine_of(mode), bytes);
  Observed out;
  if (!module) {
    out.lines.push_back("refused: " + std::string(module.error().message()));
    return out;
  }
  if (!mode.fused) unfuse(*module);
  auto store = weft::Store::make(engine_of(mode)).value();
  if (mode.fuel && !store.set_fuel(uint64_t{1} << 50)) std::abort();
  weft::Linker linker(engine_of(mode));
  const auto instance = linker.instantiate(store, *module);
  if (!instance) {
    out.lines.push_back("not instantiated");
    return out;
  }
  for (unsigned round = 0; round < 2; ++round) {
    for (size_t i = 0; i < module->export_count() && module->export_at(i).kind == WEFT_EXTERN_FUNC;
         ++i) {
      const auto e = module->export_at(i);
      const auto func = instance->func(store, std::string_view(e.name.data, e.name.size));
      weft_functype_t* type = nullptr;
      if (weft_func_type(store.c_api(), func->c_api(), &type) != nullptr) std::abort();
      const weft_valkind_t* kinds = nullptr;
      std::vector<weft::Val> args;
      const size_t count = weft_functype_params(type, &kinds);
      for (size_t p = 0; p < count; ++p) {
        weft_val_t v{};
        v.kind = kinds[p];
        if (kinds[p] == WEFT_I32) v.of.i32 = static_cast<int32_t>(round * 0x12345 + p);
        if (kinds[p] == WEFT_F64) v.of.f64 = round == 0 ? -0.0 : 1e9 + static_cast<double>(p);
        args.emplace_back(v);
      }
      weft_functype_delete(type);
      const auto result = func->call(store, args);
      std::string line(e.name.data, e.name.size);
      if (result) {
        for (const weft::Val& v : *result) line += text(v.c_api());
      } else {
        // Only the phrase: which address of an access is named differs between guard pages and
        // checks.
        const std::string_view message = result.error().message();
        line += " failed: " + std::string(message.substr(0, message.find(':')));
        out.exhausted |=
            result.error().message().find("call stack exhausted") != std::string_view::npos;
      }
      observe_state(store, *module, *instance, line);
      out.lines.push_back(std::move(line));
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<uint8_t> module = weft::fuzz::generate({data, size});
  if (const char* path = std::getenv("WEFT_FUZZ_DUMP")) {
    if (FILE* f = std::fopen(path, "wb")) {
      std::fwrite(module.data(), 1, module.size(), f);
      std::fclose(f);
    }
  }
  Observed expected;
  for (const Mode& mode : kModes) {
    Observed seen = observe(mode, module);
    if (seen.lines.size() == 1 && seen.lines[0].starts_with("refused")) {
      std::fprintf(stderr, "a generated module was %s\n", seen.lines[0].c_str());
      std::abort();
    }
    if (&mode == kModes.data()) expected = std::move(seen);
    if (expected.exhausted) return 0;
    if (&mode == kModes.data() || seen.exhausted) continue;
    if (seen.lines == expected.lines) continue;
    for (size_t i = 0; i < std::max(seen.lines.size(), expected.lines.size()); ++i) {
      const std::string want = i < expected.lines.size() ? expected.lines[i] : "nothing";
      const std::string got = i < seen.lines.size() ? seen.lines[i] : "nothing";
      if (want != got)
        std::fprintf(stderr, "%s: %s\n  in mode \"%s\": %s\n", kModes[0].name, want.c_str(),
                     mode.name, got.c_str());
    }
    std::abort();
  }
  return 0;
}
