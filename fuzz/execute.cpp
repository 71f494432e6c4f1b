// Any bytes that are a module without imports: instantiated, and every function called with zeros,
// within fuel and memory.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/weft.hpp"

namespace {

weft::Engine& engine() {
  static weft::Engine e = [] {
    weft::Config config;
    config.fuel();
    return weft::Engine::make(std::move(config)).value();
  }();
  return e;
}

/// Zeros for a function's parameters; false if one of them has no zero (a non-null reference).
bool zeros(weft::StoreRef store, weft_func_t func, std::vector<weft::Val>& out) {
  weft_functype_t* type = nullptr;
  if (weft_error_t* e = weft_func_type(store.c_api(), func, &type)) {
    weft_error_delete(e);
    return false;
  }
  const weft_valkind_t* kinds = nullptr;
  const size_t count = weft_functype_params(type, &kinds);
  bool ok = true;
  for (size_t i = 0; i < count; ++i) {
    weft_val_t v{};
    v.kind = kinds[i];
    ok = ok && kinds[i] <= WEFT_V128;
    out.emplace_back(v);
  }
  weft_functype_delete(type);
  return ok;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto module = weft::Module::compile(engine(), std::span(data, size));
  if (!module || module->import_count() != 0) return 0;
  auto store = weft::Store::make(engine()).value();
  weft_limits_t limits{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  limits.memory_bytes = 64u << 20;
  limits.table_elements = 10'000;
  store.limits(limits);
  if (!store.set_fuel(100'000)) std::abort();
  weft::Linker linker(engine());
  const auto instance = linker.instantiate(store, *module);
  if (!instance) return 0;
  for (size_t i = 0; i < module->export_count(); ++i) {
    const weft_export_desc_t e = module->export_at(i);
    const auto func = instance->func(store, std::string_view(e.name.data, e.name.size));
    std::vector<weft::Val> args;
    if (!func || !zeros(store, func->c_api(), args)) continue;
    if (!store.set_fuel(100'000)) std::abort();
    (void)func->call(store, args);
  }
  return 0;
}
