// Modules as text through the C and C++ API.
#include <gtest/gtest.h>

#include "weft/engine.hpp"
#include "weft/text.hpp"

namespace {

constexpr std::string_view kText = R"((module $m
  (type (;0;) (func (param i32 i32) (result i32)))
  (export "add" (func $add))
  (func $add (;0;) (type 0) (param $a i32) (param $b i32) (result i32)
    local.get $a
    local.get $b
    i32.add
  ))
)";

TEST(Text, ComesBack) {
  const auto wasm = weft::wat_to_wasm(kText);
  ASSERT_TRUE(wasm) << wasm.error().message();
  const auto text = weft::wasm_to_wat(*wasm);
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_EQ(*text, kText);
  const auto folded = weft::wasm_to_wat(*wasm, WEFT_WAT_FOLD);
  ASSERT_TRUE(folded);
  EXPECT_NE(folded->find("(i32.add (local.get $a) (local.get $b))"), std::string::npos) << *folded;
  EXPECT_EQ(*weft::wat_to_wasm(*folded), *wasm);
  const auto numbers = weft::wasm_to_wat(*wasm, WEFT_WAT_NO_NAMES | WEFT_WAT_FOLD);
  ASSERT_TRUE(numbers);
  EXPECT_NE(numbers->find("(i32.add (local.get 0) (local.get 1))"), std::string::npos) << *numbers;
}

TEST(Text, RefusesWhatIsNoModule) {
  const uint8_t bytes[] = {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 9};
  const auto text = weft::wasm_to_wat(bytes);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code(), WEFT_ERROR_MALFORMED);
  EXPECT_EQ(text.error().offset(), 9u);
  const auto wasm = weft::wat_to_wasm("(module (func i32.cosnt))");
  ASSERT_FALSE(wasm);
  EXPECT_TRUE(wasm.error().message().starts_with("unknown operator i32.cosnt (line 1, column 15)"));
}

TEST(Text, InvalidModulesShowThePlace) {
  const auto engine = weft::Engine::make();
  ASSERT_TRUE(engine);
  const auto module =
      weft::Module::compile(*engine, "(module\n  (func (result i32)\n    f32.const 1))");
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().code(), WEFT_ERROR_INVALID);
  EXPECT_NE(module.error().message().find(
                "(line 3, column 16)\n 3 |     f32.const 1))\n   |                ^"),
            std::string_view::npos)
      << module.error().message();
}

}  // namespace
