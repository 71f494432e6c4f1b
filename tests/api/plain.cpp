// The C++ API without exceptions and run-time type information: everything instantiates, links and
// works; errors are values.
#include <cstdio>
#include <memory>
#include <tuple>
#include <weft/weft.hpp>

namespace {

int g_failures = 0;
void check(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "failed: %s\n", what);
  ++g_failures;
}
#define CHECK(condition) check((condition), #condition)

struct Object {
  std::unique_ptr<int> value;
};

struct Limiter final : weft::ResourceLimiter {
  weft::Growth memory_growing(uint64_t, uint64_t desired,
                              std::optional<uint64_t>) noexcept override {
    return desired > 2 * 65536 ? weft::Growth::refuse : weft::Growth::allow;
  }
};

constexpr const char* kWat = R"((module
  (import "h" "add" (func $add (param i32 i32) (result i32)))
  (import "h" "fail" (func $fail (result i64)))
  (import "h" "object" (func $object (param externref) (result externref i32)))
  (memory (export "memory") 1)
  (func (export "add") (param i32 i32) (result i32) (call $add (local.get 0) (local.get 1)))
  (func (export "fail") (result i64) call $fail)
  (func (export "object") (param externref) (result externref i32) (call $object (local.get 0)))
  (func (export "grow") (result i32) (memory.grow (i32.const 2)))))";

}  // namespace

int main() {
#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "this test is to be built without exceptions and run-time type information"
#endif
  auto engine = weft::Engine::make();
  CHECK(engine.ok());
  auto store = weft::Store::make(*engine);
  CHECK(store.ok());
  weft::Linker linker(*engine);
  CHECK(linker
            .func("h", "add",
                  [](weft::Caller& c, int32_t a, int32_t b) {
                    return c.view().write<int32_t>(0, a) ? a + b : -1;
                  })
            .ok());
  CHECK(linker.func("h", "fail", []() -> weft::Result<int64_t> { return weft::Error("no"); }).ok());
  CHECK(linker
            .func("h", "object",
                  [](weft::Caller& c, weft::ExternRef r) {
                    Object* const o = r.get<Object>(c.store());
                    return std::tuple(r, o == nullptr ? -1 : *o->value);
                  })
            .ok());
  auto module = weft::Module::compile(*engine, kWat);
  CHECK(module.ok());
  auto instance = linker.instantiate(*store, *module);
  CHECK(instance.ok());
  if (g_failures != 0) return 1;
  auto add = instance->get<int32_t(int32_t, int32_t)>(*store, "add");
  CHECK(add.ok() && *(*add)(*store, 20, 22) == 42);
  CHECK(instance->memory(*store, "memory")->read<int32_t>(*store, 0).value() == 20);
  auto fail = instance->get<int64_t()>(*store, "fail");
  const auto failed = (*fail)(*store);
  CHECK(!failed.ok() && failed.error().message() == "no");
  auto ref = weft::ExternRef::make(*store, Object{std::make_unique<int>(7)});
  auto object =
      instance->get<std::tuple<weft::ExternRef, int32_t>(weft::ExternRef)>(*store, "object");
  const auto both = (*object)(*store, *ref);
  CHECK(both.ok() && std::get<1>(*both) == 7 && std::get<0>(*both) == *ref);
  CHECK(store->set_limiter(std::make_unique<Limiter>()).ok());
  CHECK(*(*instance->get<int32_t()>(*store, "grow"))(*store) == -1);
  CHECK(store->call_hook([](weft::StoreRef, weft::CallHook) {}).ok());
  CHECK(*(*add)(*store, 1, 2) == 3);
  CHECK(!instance->get<float()>(*store, "add").ok());
  return g_failures == 0 ? 0 : 1;
}
