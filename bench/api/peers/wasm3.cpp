// The rows of `./dev bench api` for wasm3: compiled together with wasm3's own sources, wherever
// they are. wasm3 MODULES; the folder has the modules as bytes. wasm3 has no modules that instances
// share, so an instance is a runtime and a parse.
#include <string>
#include <tuple>

#include "measure.hpp"
#include "wasm3.h"

namespace {

void check(M3Result r) {
  if (r != nullptr) bench::fail(r);
}

const void* host_add(IM3Runtime, IM3ImportContext, uint64_t* sp, void*) {
  *reinterpret_cast<int32_t*>(sp) =
      *reinterpret_cast<int32_t*>(sp + 1) + *reinterpret_cast<int32_t*>(sp + 2);
  return nullptr;
}
const void* host_nop(IM3Runtime, IM3ImportContext, uint64_t*, void*) { return nullptr; }

struct Instance {
  Instance(IM3Environment environment, const std::vector<uint8_t>& bytes,
           const char* const signature)
      : runtime(m3_NewRuntime(environment, 64 * 1024, nullptr)) {
    IM3Module module = nullptr;
    check(m3_ParseModule(environment, &module, bytes.data(), static_cast<uint32_t>(bytes.size())));
    check(m3_LoadModule(runtime, module));
    if (signature != nullptr) check(m3_LinkRawFunction(module, "host", "add", signature, host_add));
    check(m3_LinkRawFunction(module, "host", "nop", "v()", host_nop));
  }
  ~Instance() { m3_FreeRuntime(runtime); }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  IM3Function find(const char* name) const {
    IM3Function f = nullptr;
    check(m3_FindFunction(&f, runtime, name));
    return f;
  }
  IM3Runtime runtime;
};

int32_t call_add(IM3Function f, int32_t a, int32_t b) {
  const void* args[] = {&a, &b};
  int32_t out = 0;
  const void* results[] = {&out};
  check(m3_Call(f, 2, args));
  check(m3_GetResults(f, 1, results));
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : ".";
  IM3Environment environment = m3_NewEnvironment();
  const std::vector<uint8_t> calls = bench::read_file(folder + "/calls.wasm");
  const std::vector<uint8_t> small = bench::read_file(folder + "/small.wasm");
  {
    const Instance instance(environment, calls, "i(ii)");
    IM3Function empty = instance.find("empty");
    bench::row("call_empty", bench::best_of_calls([&](int64_t n) {
                 for (int64_t i = 0; i < n; ++i) bench::keep(m3_Call(empty, 0, nullptr));
               }));
    IM3Function add = instance.find("add");
    bench::row("call_add", bench::best_of_calls([&](int64_t n) {
                 int32_t x = 0;
                 for (int64_t i = 0; i < n; ++i) x = call_add(add, x, 1);
                 bench::keep(x);
               }));
    bench::row("call_add_lookup", bench::best_of_calls([&](int64_t n) {
                 int32_t x = 0;
                 for (int64_t i = 0; i < n; ++i) x = call_add(instance.find("add"), x, 1);
                 bench::keep(x);
               }));
    double base = 0;
    for (const auto& [name, key] :
         {std::tuple("loop", "guest_loop"), std::tuple("loop_nop", "host_empty"),
          std::tuple("loop_add", "host_add")}) {
      IM3Function f = instance.find(name);
      const double ns = bench::best_of_calls([&](int64_t n) {
        const auto count = static_cast<int32_t>(n);
        const void* args[] = {&count};
        check(m3_Call(f, 1, args));
      });
      bench::row(key, ns - base);
      if (base == 0) base = ns;
    }
  }
  bench::row("inst_demand", bench::best_of_batches([&] {
               const Instance one(environment, small, nullptr);
               bench::keep(one.runtime);
             }));
  bench::row("inst_demand_call", bench::best_of_batches([&] {
               const Instance one(environment, small, nullptr);
               check(m3_Call(one.find("f"), 0, nullptr));
             }));
  m3_FreeEnvironment(environment);
  return 0;
}
