// Invocations that outlive their store: they can be asked, and have nothing to tell.
#include <gtest/gtest.h>

#include <string_view>

#include "weft/weft.hpp"

namespace {

TEST(CInvocation, TellsNothingAfterItsStore) {
  constexpr std::string_view kText = R"((module (import "a" "f" (func (param i32) (result i32)))
    (func (export "g") (result i32) (call 0 (i32.const 1)))))";
  const weft::Engine engine = weft::Engine::make().value();
  const auto module = weft::Module::compile(engine, kText).value();
  const weft_valkind_t i32 = WEFT_I32;
  weft_functype_t* type = weft_functype_new(&i32, 1, &i32, 1);
  weft_linker_t* linker = weft_linker_new(engine.c_api());
  const auto pending = [](void*, weft_caller_t*, weft_raw_t*, size_t) {
    return weft_error_pending();
  };
  ASSERT_EQ(weft_linker_func(linker, "a", 1, "f", 1, type, pending, nullptr, nullptr), nullptr);
  weft_functype_delete(type);

  weft_store_t* store = nullptr;
  ASSERT_EQ(weft_store_new(engine.c_api(), nullptr, nullptr, &store), nullptr);
  weft_instance_t instance{};
  weft_trap_t* trap = nullptr;
  ASSERT_EQ(weft_linker_instantiate(linker, store, module.c_api(), &instance, &trap), nullptr);
  weft_linker_delete(linker);
  weft_extern_t g{};
  ASSERT_TRUE(weft_instance_export(store, instance, "g", 1, &g));
  weft_invocation_t* invocation = nullptr;
  ASSERT_EQ(weft_invocation_new(store, g.of.func, &invocation), nullptr);
  ASSERT_EQ(weft_invocation_start(store, invocation, nullptr, 0, &trap), nullptr);
  ASSERT_EQ(weft_invocation_suspension(invocation), WEFT_SUSPENSION_HOST);
  weft_valkind_t kind{};
  EXPECT_EQ(weft_invocation_resume_types(invocation, &kind, 1), 1u);

  weft_store_delete(store);
  weft_func_t host{};
  EXPECT_EQ(weft_invocation_resume_types(invocation, &kind, 1), 0u);
  EXPECT_FALSE(weft_invocation_host(invocation, &host));
  EXPECT_EQ(weft_invocation_frame_count(invocation), 0u);
  weft_invocation_delete(invocation);
}

}  // namespace
