// The rows of `./dev bench api` for Wasmtime through its C API, unchecked calls, which is what its
// C++ API makes of typed ones. wasmtime LIBRARY MODULES [BIG.wasm]: the library is opened at run
// time; of its functions that are not of wasm.h, only what is used here is declared.
#include <dlfcn.h>

#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "measure.hpp"
#include "wasm.h"

namespace {

// The shapes of Wasmtime's C API (stable since version 20; checked with 50).
struct Func {
  uint64_t store;
  void* inside;
};
struct Extern {
  uint8_t kind;
  union {
    Func func;
    unsigned char other[64];
  } of;
};
struct InstanceId {
  uint64_t store;
  size_t inside;
};
union Raw {
  int32_t i32;
  int64_t i64;
  uint8_t v128[16];
};
struct Context;
struct Linker;
struct Pre;
struct Module;
struct StoreOf;
struct Problem;
using Callback = wasm_trap_t* (*)(void* env, void* caller, Raw* values, size_t count);

void* g_library = nullptr;

/// A function of the library; the name is looked up once.
template <class F>
F* find(const char* name) {
  void* const found = dlsym(g_library, name);
  if (found == nullptr) bench::fail(std::string("Wasmtime has no ") + name);
  return reinterpret_cast<F*>(found);
}

struct Api {
#define WEFT_BENCH_OWN(name, type) std::type_identity_t<type>* name = find<type>("wasmtime_" #name)
#define WEFT_BENCH_STANDARD(name) \
  decltype(&::wasm_##name) name = find<decltype(::wasm_##name)>("wasm_" #name)
  WEFT_BENCH_STANDARD(config_new);
  WEFT_BENCH_STANDARD(engine_new_with_config);
  WEFT_BENCH_STANDARD(valtype_new);
  WEFT_BENCH_STANDARD(valtype_vec_new);
  WEFT_BENCH_STANDARD(functype_new);
  WEFT_BENCH_STANDARD(byte_vec_delete);
  WEFT_BENCH_OWN(error_message, void(const Problem*, wasm_byte_vec_t*));
  WEFT_BENCH_OWN(module_new, Problem*(wasm_engine_t*, const uint8_t*, size_t, Module**));
  WEFT_BENCH_OWN(linker_new, Linker*(wasm_engine_t*));
  WEFT_BENCH_OWN(linker_define_func_unchecked,
                 Problem*(Linker*, const char*, size_t, const char*, size_t, const wasm_functype_t*,
                          Callback, void*, void (*)(void*)));
  WEFT_BENCH_OWN(linker_define_unknown_imports_as_traps, Problem*(Linker*, Module*));
  WEFT_BENCH_OWN(linker_instantiate_pre, Problem*(const Linker*, const Module*, Pre**));
  WEFT_BENCH_OWN(instance_pre_instantiate,
                 Problem*(const Pre*, Context*, InstanceId*, wasm_trap_t**));
  WEFT_BENCH_OWN(store_new, StoreOf*(wasm_engine_t*, void*, void (*)(void*)));
  WEFT_BENCH_OWN(store_context, Context*(StoreOf*));
  WEFT_BENCH_OWN(store_delete, void(StoreOf*));
  WEFT_BENCH_OWN(instance_export_get,
                 bool(Context*, const InstanceId*, const char*, size_t, Extern*));
  WEFT_BENCH_OWN(func_call_unchecked, Problem*(Context*, const Func*, Raw*, size_t, wasm_trap_t**));
  WEFT_BENCH_OWN(pooling_allocation_config_new, void*());
  WEFT_BENCH_OWN(pooling_allocation_strategy_set, void(wasm_config_t*, const void*));
#undef WEFT_BENCH_OWN
#undef WEFT_BENCH_STANDARD

  void check(const Problem* p) const {
    if (p == nullptr) return;
    wasm_byte_vec_t text{};
    error_message(p, &text);
    bench::fail({text.data, text.size});
  }
};

struct World {
  World(const Api& api, bool pooled) : a(api) {
    wasm_config_t* config = a.config_new();
    if (pooled) a.pooling_allocation_strategy_set(config, a.pooling_allocation_config_new());
    engine = a.engine_new_with_config(config);
    linker = a.linker_new(engine);
  }
  wasm_functype_t* type(size_t params, size_t results) const {
    wasm_valtype_t* list[2] = {a.valtype_new(WASM_I32), a.valtype_new(WASM_I32)};
    wasm_valtype_t* one[1] = {a.valtype_new(WASM_I32)};
    wasm_valtype_vec_t p, r;
    a.valtype_vec_new(&p, params, list);
    a.valtype_vec_new(&r, results, one);
    return a.functype_new(&p, &r);
  }
  void define(std::string_view name, size_t params, size_t results, Callback f) const {
    a.check(a.linker_define_func_unchecked(linker, "host", 4, name.data(), name.size(),
                                           type(params, results), f, nullptr, nullptr));
  }
  Pre* prepare(const std::string& path, bool unknown = false) const {
    const std::vector<uint8_t> bytes = bench::read_file(path);
    Module* module = nullptr;
    Pre* pre = nullptr;
    a.check(a.module_new(engine, bytes.data(), bytes.size(), &module));
    if (unknown) a.check(a.linker_define_unknown_imports_as_traps(linker, module));
    a.check(a.linker_instantiate_pre(linker, module, &pre));
    return pre;
  }
  Func func(Context* context, const InstanceId& instance, const char* name) const {
    Extern item{};
    if (!a.instance_export_get(context, &instance, name, std::strlen(name), &item))
      bench::fail("no such export");
    return item.of.func;
  }
  void once(const Pre* pre, const char* call) const {
    StoreOf* store = a.store_new(engine, nullptr, nullptr);
    Context* context = a.store_context(store);
    InstanceId instance{};
    wasm_trap_t* trap = nullptr;
    a.check(a.instance_pre_instantiate(pre, context, &instance, &trap));
    if (call != nullptr) {
      const Func f = func(context, instance, call);
      Raw value{};
      a.check(a.func_call_unchecked(context, &f, &value, 1, &trap));
    }
    if (trap != nullptr) bench::fail("a trap");
    a.store_delete(store);
  }

  const Api& a;
  wasm_engine_t* engine = nullptr;
  Linker* linker = nullptr;
};

wasm_trap_t* add(void*, void*, Raw* v, size_t) {
  v[0].i32 = v[0].i32 + v[1].i32;
  return nullptr;
}
wasm_trap_t* nop(void*, void*, Raw*, size_t) { return nullptr; }

void measure_calls(const Api& api, const std::string& folder) {
  const World w(api, false);
  w.define("add", 2, 1, add);
  w.define("nop", 0, 0, nop);
  const Pre* const pre = w.prepare(folder + "/calls.wasm");
  StoreOf* store = api.store_new(w.engine, nullptr, nullptr);
  Context* context = api.store_context(store);
  InstanceId instance{};
  wasm_trap_t* trap = nullptr;
  api.check(api.instance_pre_instantiate(pre, context, &instance, &trap));
  const Func empty = w.func(context, instance, "empty");
  bench::row("call_empty", bench::best_of_calls([&](int64_t n) {
               Raw v{};
               for (int64_t i = 0; i < n; ++i)
                 bench::keep(api.func_call_unchecked(context, &empty, &v, 1, &trap));
             }));
  const auto call_add = [&](const Func& f, int32_t x) {
    Raw v[2]{};
    v[0].i32 = x, v[1].i32 = 1;
    api.check(api.func_call_unchecked(context, &f, v, 2, &trap));
    return v[0].i32;
  };
  const Func known = w.func(context, instance, "add");
  bench::row("call_add", bench::best_of_calls([&](int64_t n) {
               int32_t x = 0;
               for (int64_t i = 0; i < n; ++i) x = call_add(known, x);
               bench::keep(x);
             }));
  bench::row("call_add_lookup", bench::best_of_calls([&](int64_t n) {
               int32_t x = 0;
               for (int64_t i = 0; i < n; ++i) x = call_add(w.func(context, instance, "add"), x);
               bench::keep(x);
             }));
  double base = 0;
  for (const auto& [name, key] :
       {std::tuple("loop", "guest_loop"), std::tuple("loop_nop", "host_empty"),
        std::tuple("loop_add", "host_add")}) {
    const Func f = w.func(context, instance, name);
    const double ns = bench::best_of_calls([&](int64_t n) {
      Raw v{};
      v.i32 = static_cast<int32_t>(n);
      api.check(api.func_call_unchecked(context, &f, &v, 1, &trap));
    });
    bench::row(key, ns - base);
    if (base == 0) base = ns;
  }
  api.store_delete(store);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) bench::fail("wasmtime LIBRARY MODULES [BIG.wasm]");
  g_library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (g_library == nullptr) bench::fail(dlerror());
  const std::string folder = argv[2];
  const Api api;
  measure_calls(api, folder);
  for (const bool pooled : {false, true}) {
    const World w(api, pooled);
    w.define("nop", 0, 0, nop);
    const Pre* const pre = w.prepare(folder + "/small.wasm");
    const std::string kind = pooled ? "pooled" : "demand";
    bench::row("inst_" + kind, bench::best_of_batches([&] { w.once(pre, nullptr); }));
    bench::row("inst_" + kind + "_call", bench::best_of_batches([&] { w.once(pre, "f"); }));
  }
  if (argc > 3) {
    const World w(api, false);
    const Pre* const pre = w.prepare(argv[3], true);
    bench::row("big_demand", bench::best_of_batches([&] { w.once(pre, nullptr); }));
  }
  return 0;
}
