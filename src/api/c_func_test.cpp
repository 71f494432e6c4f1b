// weft_func_type and calls with references of a module's own types.
#include <gtest/gtest.h>

#include <string_view>

#include "weft/weft.hpp"

namespace {

TEST(CFunc, KindsOfConcreteReferencesAreThoseOfTheirTopType) {
  constexpr std::string_view kText = R"((module
    (type $s (struct (field i32))) (type $a (array i8)) (type $f (func (result i32)))
    (func (export "f") (param (ref null $s) (ref null $a) (ref null $f)) (result i32)
      (ref.is_null (local.get 0)))))";
  const weft::Engine engine = weft::Engine::make().value();
  weft::Store store = weft::Store::make(engine).value();
  weft::Linker linker(engine);
  const auto module = weft::Module::compile(engine, kText).value();
  const auto func = linker.instantiate(store, module).value().func(store, "f").value();

  weft_functype_t* type = nullptr;
  ASSERT_EQ(weft_func_type(store.c_api(), func.c_api(), &type), nullptr);
  const weft_valkind_t* kinds = nullptr;
  ASSERT_EQ(weft_functype_params(type, &kinds), 3u);
  EXPECT_EQ(kinds[0], WEFT_ANYREF);
  EXPECT_EQ(kinds[1], WEFT_ANYREF);
  EXPECT_EQ(kinds[2], WEFT_FUNCREF);

  // Nulls of these kinds are arguments.
  weft_val_t args[3] = {}, result{};
  for (int i = 0; i < 3; ++i) args[i].kind = kinds[i];
  weft_trap_t* trap = nullptr;
  EXPECT_EQ(weft_func_call(store.c_api(), func.c_api(), args, 3, &result, 1, &trap), nullptr);
  EXPECT_EQ(trap, nullptr);
  EXPECT_EQ(result.of.i32, 1);
  weft_functype_delete(type);
}

TEST(CFunc, TheCodeOfATrapIsZeroUnlessTheGuestTrapped) {
  const weft::Engine engine = weft::Engine::make().value();
  weft::Store store = weft::Store::make(engine).value();
  weft::Linker linker(engine);
  const auto call = [&](weft_callback_t host) {
    weft_functype_t* type = weft_functype_new(nullptr, 0, nullptr, 0);
    weft_func_t func{};
    EXPECT_EQ(weft_func_new(store.c_api(), type, host, nullptr, nullptr, &func), nullptr);
    weft_functype_delete(type);
    weft_trap_t* trap = nullptr;
    EXPECT_EQ(weft_func_call(store.c_api(), func, nullptr, 0, nullptr, 0, &trap), nullptr);
    EXPECT_NE(trap, nullptr);
    const weft_trap_code_t code = weft_trap_code(trap);
    weft_trap_delete(trap);
    return code;
  };
  EXPECT_EQ(call([](void*, weft_caller_t*, weft_raw_t*, size_t) { return weft_error_exit(3); }), 0);
  EXPECT_EQ(
      call([](void*, weft_caller_t*, weft_raw_t*, size_t) { return weft_error_new("no", 2); }), 0);
}

}  // namespace
