// Modules, stores and linkers of different engines are refused before anything of them is compared.
#include <gtest/gtest.h>

#include <string_view>

#include "weft/weft.hpp"

namespace {

constexpr std::string_view kText = R"((module
  (import "a" "f" (func (param (ref null struct)) (result i32)))
  (func (export "g") (param (ref null struct)) (result i32) (call 0 (local.get 0)))))";

weft_error_code_t take_code(weft_error_t* error) {
  EXPECT_NE(error, nullptr);
  const weft_error_code_t code = weft_error_code(error);
  weft_error_delete(error);
  return code;
}

TEST(CLinker, RefusesModulesAndStoresOfOtherEngines) {
  const weft::Engine engine = weft::Engine::make().value(), other = weft::Engine::make().value();
  // The other engine has no types, so that a type id of the first means nothing there.
  weft::Store store = weft::Store::make(engine).value(), others = weft::Store::make(other).value();
  const auto module = weft::Module::compile(engine, kText).value();
  weft_instance_t instance{};
  weft_trap_t* trap = nullptr;
  weft_linker_t* linker = weft_linker_new(engine.c_api());
  weft_linker_t* others_linker = weft_linker_new(other.c_api());
  EXPECT_EQ(
      take_code(weft_linker_instantiate(linker, others.c_api(), module.c_api(), &instance, &trap)),
      WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(take_code(weft_linker_instantiate(others_linker, store.c_api(), module.c_api(),
                                              &instance, &trap)),
            WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(take_code(weft_linker_instantiate(others_linker, others.c_api(), module.c_api(),
                                              &instance, &trap)),
            WEFT_ERROR_WRONG_STORE);
  weft_linker_delete(linker);
  weft_linker_delete(others_linker);

  weft_functype_t* type = weft_functype_new(nullptr, 0, nullptr, 0);
  weft_extern_t import{};
  import.kind = WEFT_EXTERN_FUNC;
  const auto nothing = [](void*, weft_caller_t*, weft_raw_t*, size_t) -> weft_error_t* {
    return nullptr;
  };
  ASSERT_EQ(weft_func_new(others.c_api(), type, nothing, nullptr, nullptr, &import.of.func),
            nullptr);
  weft_functype_delete(type);
  EXPECT_EQ(
      take_code(weft_instance_new(others.c_api(), module.c_api(), &import, 1, &instance, &trap)),
      WEFT_ERROR_WRONG_STORE);
}

TEST(CModule, InspectsFunctionsThatWereNotValidatedYet) {
  // i32.add on nothing, in an engine that validates at the first call.
  constexpr uint8_t kBytes[] = {0, 'a',  's', 'm', 1, 0, 0,  0, 1, 5, 1, 0x60, 0,
                                1, 0x7f, 3,   2,   1, 0, 10, 5, 1, 3, 0, 0x6a, 0x0b};
  weft::Config config;
  config.set("translation", 2);
  const weft::Engine engine = weft::Engine::make(std::move(config)).value();
  const auto module = weft::Module::compile(engine, std::span<const uint8_t>(kBytes)).value();
  const auto text = module.inspect(WEFT_INSPECT_BYTECODE);
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("type mismatch"), std::string::npos) << *text;
}

}  // namespace
