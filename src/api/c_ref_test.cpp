// References that are checked and then used.
#include <gtest/gtest.h>

#include <string_view>

#include "weft/weft.hpp"

namespace {

TEST(CRef, AsNonNullLooksAtTheValueThatWasMadeLast) {
  // The check read a slot whose store had been left out, because the value was taken from the
  // accumulator afterwards; the slot held an older reference.
  constexpr std::string_view kText = R"((module (type $a (array i8))
    (global $null (mut (ref null $a)) (ref.null $a))
    (func $f (export "f") (local $l (ref null $a)) (local $m funcref)
      (local.set $m (ref.func $f))
      (local.set $l (ref.as_non_null (global.get $null))))))";
  const weft::Engine engine = weft::Engine::make().value();
  weft::Store store = weft::Store::make(engine).value();
  weft::Linker linker(engine);
  const auto module = weft::Module::compile(engine, kText).value();
  const auto func = linker.instantiate(store, module).value().func(store, "f").value();
  const auto result = func.call(store, {});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message().find("null reference"), std::string_view::npos);
}

}  // namespace
