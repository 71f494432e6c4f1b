// Exceptions of the guest: thrown by host functions, caught as values, passed through.
#include <functional>
#include <optional>

#include "world.hpp"

namespace weft_test {
namespace {

using weft::Tag;

constexpr std::string_view kWat = R"((module
  (import "h" "tag" (tag $e (param i32 externref)))
  (import "h" "f" (func $f))
  (tag $own (export "own") (param i64))
  (func (export "throw") (param i64) (throw $own (local.get 0)))
  (func (export "catch") (result i32 externref)
    (block $h (result i32 externref) (try_table (catch $e $h) (call $f)) (i32.const -1) (ref.null extern)))
  (func (export "catch_ref") (result exnref)
    (block $h (result exnref) (try_table (catch_all_ref $h) (call $f)) (ref.null exn)))
  (func (export "pass") (call $f))))";

struct Exceptions : ::testing::Test {
  Exceptions() {
    tag = Tag::make(w.store, {WEFT_I32, WEFT_EXTERNREF}).value();
    w.linker.define(w.store, "h", "tag", *tag).value();
    w.linker.func("h", "f", [this](Caller& c) -> weft::CallResult<void> { return f(c); }).value();
    i = w.instantiate(kWat);
  }
  World w;
  std::optional<Tag> tag;
  std::optional<Instance> i;
  std::function<weft::CallResult<void>(Caller&)> f;
};

TEST_F(Exceptions, ThrownByAHostFunctionAreCaughtByTheGuest) {
  f = [this](Caller& c) -> weft::CallResult<void> {
    const ExternRef r = ExternRef::make(c.store(), 5).value();
    return weft::Failure(ExnRef::make(c.store(), *tag, {42, r}).value().thrown(c.store()));
  };
  const auto [n, r] = w.get<std::tuple<int32_t, ExternRef>()>(*i, "catch")(w.store).value();
  EXPECT_EQ(n, 42);
  EXPECT_EQ(*r.get<int>(w.store), 5);
  const ExnRef e = w.get<ExnRef()>(*i, "catch_ref")(w.store).value();
  EXPECT_TRUE(e.is_a(w.store, *tag));
  EXPECT_EQ(e.values(w.store).value()[0].i32(), 42);
  EXPECT_EQ(e.shape(w.store).value(), WEFT_REF_EXCEPTION);
}

TEST_F(Exceptions, NotCaughtAreValuesForTheHost) {
  const auto r = w.get<void(int64_t)>(*i, "throw")(w.store, 77);
  EXPECT_EQ(trap_of(r), kUnhandledException);
  const auto e = ExnRef::from(w.store, *r.error().trap());
  ASSERT_TRUE(e.has_value());
  EXPECT_FALSE(e->is_a(w.store, *tag));
  EXPECT_TRUE(e->is_a(w.store, *i->tag(w.store, "own")));
  EXPECT_EQ(e->values(w.store).value()[0].i64(), 77);
  w.store.collect();  // rooted since it was asked for
  EXPECT_EQ(e->values(w.store).value()[0].i64(), 77);
  weft::Store other = weft::Store::make(w.engine).value();
  EXPECT_FALSE(ExnRef::from(other, *r.error().trap()).has_value());
  // Another trap is no exception.
  f = [](Caller&) -> weft::CallResult<void> { return weft::Failure(weft::Error("no")); };
  EXPECT_FALSE(
      ExnRef::from(w.store, *w.get<void()>(*i, "pass")(w.store).error().trap()).has_value());
}

TEST_F(Exceptions, OfAnInnerCallGoOnToTheGuestOutside) {
  f = [this](Caller& c) -> weft::CallResult<void> {
    return i->get<void(int64_t)>(c.store(), "throw").value()(c.store(), 9);
  };
  const ExnRef e = w.get<ExnRef()>(*i, "catch_ref")(w.store).value();
  EXPECT_EQ(e.values(w.store).value()[0].i64(), 9);
  const auto r = w.get<void()>(*i, "pass")(w.store);
  EXPECT_EQ(trap_of(r), kUnhandledException);
  EXPECT_EQ(r.error().trap()->frame(0).func_index, 1u);  // "throw": the deepest backtrace
}

TEST_F(Exceptions, CanBeThrownAgain) {
  std::optional<ExnRef> first;
  f = [&](Caller& c) -> weft::CallResult<void> {
    const auto inner = i->get<void(int64_t)>(c.store(), "throw").value()(c.store(), 3);
    first = ExnRef::from(c.store(), *inner.error().trap());
    return weft::Failure(first->thrown(c.store()));
  };
  const ExnRef e = w.get<ExnRef()>(*i, "catch_ref")(w.store).value();
  EXPECT_EQ(e, *first);
}

TEST_F(Exceptions, AreChecked) {
  EXPECT_EQ(code_of(ExnRef::make(w.store, *tag, {1})), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(ExnRef::make(w.store, *tag, {1, 2})), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(ExnRef().values(w.store)), WEFT_ERROR_BAD_ARGUMENT);
  weft::Store other = weft::Store::make(w.engine).value();
  EXPECT_EQ(code_of(ExnRef::make(other, *tag, {1, ExternRef()})), WEFT_ERROR_WRONG_STORE);
  const ExnRef e = ExnRef::make(w.store, *tag, {1, ExternRef()}).value();
  EXPECT_EQ(code_of(e.values(other)), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(tag->payload(w.store).value().size(), 2u);
  // Throwing what is no exception, or another store's, is an error of the host function.
  f = [&](Caller& c) -> weft::CallResult<void> {
    return weft::Failure(ExnRef().thrown(c.store()));
  };
  EXPECT_NE(message_of(w.get<void()>(*i, "pass")(w.store)).find("not to an exception"),
            std::string::npos);
  f = [&](Caller&) -> weft::CallResult<void> { return weft::Failure(e.thrown(other)); };
  EXPECT_FALSE(w.get<void()>(*i, "pass")(w.store).ok());
}

}  // namespace
}  // namespace weft_test
