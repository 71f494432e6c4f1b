// Tables of host functions: made when imported, found once, no name twice.
#include "engine/linker.hpp"

#include <gtest/gtest.h>

#include "engine/call.hpp"
#include "engine/compiled_module.hpp"

namespace weft::engine {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TrapCode give_seven(void*, runtime::Caller&, runtime::Cell* cells) {
  cells[0].set(uint32_t{7});
  return TrapCode::none;
}

/// "seven" is in the table and nothing else; counts how often it was asked for a function that it
/// has.
FuncSource seven(int& made) {
  return [&made](std::string_view name) -> std::optional<HostFuncDef> {
    if (name != "seven") return std::nullopt;
    ++made;
    return HostFuncDef{{}, {wasm::kI32}, give_seven, nullptr};
  };
}

constexpr std::string_view kUser = R"((module (import "env" "seven" (func $f (result i32)))
                                              (func (export "f") (result i32) (call $f))))";

int32_t call_f(runtime::Store& store, Instance instance) {
  std::vector<Value> results(1);
  EXPECT_TRUE(call(store, get_func(store, instance, "f").value(), {}, results).ok());
  return results[0].cell[0].as<int32_t>();
}

TEST(LinkerTable, MakesAFunctionWhenItIsImported) {
  const Engine engine = Engine::create({}).value();
  Linker linker(engine);
  int made = 0;
  ASSERT_TRUE(linker.define_table("env", seven(made)));
  EXPECT_EQ(made, 0);
  const auto module = CompiledModule::compile(engine, bytes_of(kUser)).value();
  const auto store = engine.new_store();
  const Linker copy = linker;  // shares what was made
  auto first = linker.instantiate(*store, module);
  auto second = copy.instantiate(*store, module);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(made, 1);
  EXPECT_EQ(call_f(*store, first.instance()), 7);
  EXPECT_EQ(first.instance().object->func_ref(wasm::FuncIdx(0u)),
            second.instance().object->func_ref(wasm::FuncIdx(0u)));
  EXPECT_TRUE(InstancePre::create(linker, module));

  const auto other =
      CompiledModule::compile(engine, bytes_of(R"((module (import "env" "eight" (func))))"))
          .value();
  EXPECT_EQ(linker.instantiate(*store, other).message(),
            "unknown import: \"env\".\"eight\" (func)");
}

TEST(LinkerTable, RefusesTheSameNameTwice) {
  const Engine engine = Engine::create({}).value();
  int made = 0;
  Linker table_first(engine);
  ASSERT_TRUE(table_first.define_table("env", seven(made)));
  EXPECT_EQ(table_first.define_table("env", seven(made)).error().code, ErrorCode::bad_argument);
  EXPECT_EQ(table_first.define_func("env", "seven", {}).error().code, ErrorCode::bad_argument);
  EXPECT_TRUE(table_first.define_func("env", "eight", {}));

  Linker func_first(engine);
  ASSERT_TRUE(func_first.define_func("env", "seven", {}));
  EXPECT_EQ(func_first.define_table("env", seven(made)).error().code, ErrorCode::bad_argument);
  EXPECT_TRUE(func_first.define_table("other", seven(made)));
}

TEST(LinkerTable, TheLastOneCountsWithShadowing) {
  const Engine engine = Engine::create({}).value();
  const auto module = CompiledModule::compile(engine, bytes_of(kUser)).value();
  const auto store = engine.new_store();
  int made = 0;
  Linker linker(engine);
  linker.allow_shadowing(true);
  const HostFuncDef nine{{},
                         {wasm::kI32},
                         [](void*, runtime::Caller&, runtime::Cell* cells) {
                           cells[0].set(uint32_t{9});
                           return TrapCode::none;
                         },
                         nullptr};
  ASSERT_TRUE(linker.define_func("env", "seven", nine));
  ASSERT_TRUE(linker.define_table("env", seven(made)));
  auto r = linker.instantiate(*store, module);
  ASSERT_TRUE(r.ok());
  EXPECT_EQ(call_f(*store, r.instance()), 7);
  ASSERT_TRUE(linker.define_func("env", "seven", nine));
  r = linker.instantiate(*store, module);
  ASSERT_TRUE(r.ok());
  EXPECT_EQ(call_f(*store, r.instance()), 9);
}

}  // namespace
}  // namespace weft::engine
