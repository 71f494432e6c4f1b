// Instances whose functions a suspended or merely created invocation needs are not freed.
#include "engine/invocation.hpp"
#include "world.hpp"

namespace weft::testing {
namespace {

using engine::Invocation;

TEST(Free, NotWhileACallNeedsIt) {
  World w;
  const auto fail = [](void*, runtime::Caller& caller, Cell*) { return caller.fail("later"); };
  ASSERT_TRUE(w.linker.define_func("env", "f", {}, {}, fail, nullptr));
  const Instance leaf = w.load(R"((module (import "env" "f" (func $f))
    (func (export "run") (call $f) (call $f))))");
  {
    Invocation call = Invocation::create(*w.store, w.func(leaf, "run")).value();
    EXPECT_EQ(w.store->free_instance(*leaf.object).error().code, ErrorCode::in_use);
    ASSERT_TRUE(call.start(std::span<const Value>{}).ok());
    ASSERT_EQ(call.state(), Invocation::State::suspended);
    EXPECT_EQ(w.store->free_instance(*leaf.object).error().code, ErrorCode::in_use);
  }
  EXPECT_TRUE(w.store->free_instance(*leaf.object));
}

}  // namespace
}  // namespace weft::testing
