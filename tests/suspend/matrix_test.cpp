// The whole matrix of MECHANISMS 6: {root, nested} x {plain, tail call} x {host ok, error, throws}
// x {same, other instance} x {resume, resume wrong, drop}, for each kind of call, in every form of
// code.
#include <optional>

#include "engine/invocation.hpp"
#include "world.hpp"

namespace weft::testing {
namespace {

using engine::Invocation;
using engine::Suspension;

enum class Does { ok, error, final_error, raise, exit };
enum class Then { resume, resume_wrong, drop };

struct Case {
  bool nested = false;
  bool tail = false;
  std::string_view how;  // the kind of call
  bool other = false;
  Does does = Does::ok;
  Then then = Then::resume;
  std::string name() const {
    constexpr std::string_view kDoes[] = {"ok", "error", "final error", "raise", "exit"};
    constexpr std::string_view kThen[] = {"resume", "resume wrong", "drop"};
    std::string out = nested ? "nested " : "root ";
    out += tail ? "tail " : "plain ";
    out += std::string(how) + (other ? " other " : " same ");
    out += kDoes[static_cast<size_t>(does)];
    return out + ", " + std::string(kThen[static_cast<size_t>(then)]);
  }
};

struct Host {
  Does does = Does::ok;
  int calls = 0;
};

TrapCode host_callback(void* env, runtime::Caller& caller, Cell* cells) {
  Host& host = *static_cast<Host*>(env);
  ++host.calls;
  switch (host.does) {
    case Does::ok: cells[0] = Cell::of(cells[0].as<int32_t>() + 1); return TrapCode::none;
    case Does::error: return caller.fail("not now", std::make_shared<int>(42));
    case Does::final_error: {
      const TrapCode code = caller.fail("never");
      caller.store().pending().host.final = true;
      return code;
    }
    case Does::raise: return caller.raise(std::make_shared<int>(43));
    case Does::exit: return caller.exit(3);
  }
  return TrapCode::unreachable;
}

/// The call of $h in the given way.
std::string call_of(const Case& c) {
  const std::string tail = c.tail ? "return_" : "";
  if (c.how == "call") return "(" + tail + "call $h (local.get 0))";
  if (c.how == "call_indirect")
    return "(" + tail + "call_indirect (type $t) (local.get 0) (i32.const 0))";
  return "(" + tail + "call_ref $t (local.get 0) (ref.func $h))";
}

std::string function(const Case& c, std::string_view name) {
  const std::string call = call_of(c);
  return "(func (export \"" + std::string(name) + "\") (type $t) " +
         (c.tail ? call : "(i32.add " + call + " (i32.const 1000))") + ")";
}

constexpr std::string_view kHead = R"((module (type $t (func (param i32) (result i32)))
  (import "env" "h" (func $h (type $t)))
  (table 1 funcref) (elem (i32.const 0) func $h)
  (func (export "six") (result i32) (i32.const 6)) )";

/// The instance whose "run" is called.
Instance build(World& w, const Case& c) {
  const std::string head(kHead);
  if (!c.nested && !c.other) return w.load(head + function(c, "run") + ")");
  if (!c.nested) {
    // The root function belongs to another instance than the one it was exported from.
    const Instance owner = w.load(head + function(c, "run") + ")");
    EXPECT_TRUE(w.linker.define_instance(*w.store, "owner", owner));
    return w.load(R"((module (import "owner" "run" (func $run (param i32) (result i32)))
      (func (export "six") (result i32) (i32.const 6)) (export "run" (func $run))))");
  }
  const std::string outer =
      R"((func (export "run") (type $t) (i32.mul (call $inner (local.get 0)) (i32.const 2))))";
  if (!c.other) {
    std::string inner = function(c, "inner");
    inner.replace(0, 5, "(func $inner");
    return w.load(head + inner + outer + ")");
  }
  const Instance owner = w.load(head + function(c, "inner") + ")");
  EXPECT_TRUE(w.linker.define_instance(*w.store, "owner", owner));
  return w.load(R"((module (type $t (func (param i32) (result i32)))
    (import "owner" "inner" (func $inner (type $t)))
    (func (export "six") (result i32) (i32.const 6)) )" +
                outer + ")");
}

int32_t expected(const Case& c, int32_t from_host) {
  const int32_t inner = c.tail ? from_host : from_host + 1000;
  return c.nested ? inner * 2 : inner;
}

void check(const Mode& mode, const Case& c) {
  World w(mode);
  auto host = std::make_shared<Host>();
  host->does = c.does;
  ASSERT_TRUE(w.linker.define_func("env", "h", std::vector{wasm::kI32}, std::vector{wasm::kI32},
                                   host_callback, host));
  const Instance instance = build(w, c);
  const engine::Func run = w.func(instance, "run");
  std::optional<Invocation> call = Invocation::create(*w.store, run).value();
  const Value five[] = {Value::i32(5)};
  auto outcome = call->start(five);
  if (c.does == Does::ok) {
    ASSERT_TRUE(outcome.ok());
    ASSERT_EQ(call->state(), Invocation::State::finished);
    ASSERT_EQ(call->results().size(), 1u);
    EXPECT_EQ(call->results()[0].cell[0].as<int32_t>(), expected(c, 6));
    EXPECT_FALSE(call->resume(five).ok());
    return;
  }
  const bool resumable = c.does == Does::error && (c.nested || !c.tail);
  if (!resumable) {
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(call->state(), Invocation::State::trapped);
    const Trap& trap = outcome.trap();
    switch (c.does) {
      case Does::raise:
        EXPECT_EQ(trap.kind, Trap::Kind::exception);
        EXPECT_EQ(*static_cast<int*>(trap.payload.get()), 43);
        break;
      case Does::exit: EXPECT_EQ(trap.exit_code, 3u); break;
      case Does::final_error: EXPECT_EQ(trap.message, "never"); break;
      default: EXPECT_EQ(trap.message, "not now");
    }
    EXPECT_FALSE(call->resume(five).ok());
    EXPECT_EQ(w.call_one(instance, "six"), 6u);
    return;
  }
  ASSERT_TRUE(outcome.ok()) << outcome.trap().text();
  ASSERT_EQ(call->state(), Invocation::State::suspended);
  EXPECT_EQ(call->suspension(), Suspension::host);
  EXPECT_EQ(call->host_error().message, "not now");
  EXPECT_EQ(*static_cast<int*>(call->host_error().payload.get()), 42);
  EXPECT_NE(call->host().object->host, nullptr);
  ASSERT_EQ(call->resume_types().size(), 1u);
  EXPECT_EQ(call->resume_types()[0], wasm::kI32);
  // A frame that made a tail call is gone.
  EXPECT_EQ(call->frames().frames.size(), c.nested && !c.tail ? 2u : 1u);
  EXPECT_EQ(w.call_one(instance, "six"), 6u);  // the store is open meanwhile
  EXPECT_FALSE(call->start(five).ok());
  if (c.then == Then::resume_wrong) {
    const Value wrong[] = {Value::i64(5)};
    const Value two[] = {Value::i32(5), Value::i32(5)};
    EXPECT_EQ(call->resume(wrong).trap().kind, Trap::Kind::error);
    EXPECT_EQ(call->resume(two).trap().kind, Trap::Kind::error);
    EXPECT_EQ(call->resume(std::span<const Value>{}).trap().kind, Trap::Kind::error);
    ASSERT_EQ(call->state(), Invocation::State::suspended);
  }
  if (c.then == Then::drop) {
    call.reset();
    EXPECT_EQ(host.use_count(), 3);  // here, linker, store: nothing of the call is left
  } else {
    const Value result[] = {Value::i32(77)};
    auto second = call->resume(result);
    ASSERT_TRUE(second.ok()) << second.trap().text();
    ASSERT_EQ(call->state(), Invocation::State::finished);
    EXPECT_EQ(call->results()[0].cell[0].as<int32_t>(), expected(c, 77));
    EXPECT_EQ(host->calls, 1);
  }
  EXPECT_EQ(w.call_one(instance, "six"), 6u);
}

TEST(Matrix, EveryRowInEveryForm) {
  unsigned rows = 0;
  for (const Mode& mode : all_modes()) {
    for (unsigned bits = 0; bits < 8; ++bits) {
      for (const std::string_view how : {"call", "call_indirect", "call_ref"}) {
        for (const Does does :
             {Does::ok, Does::error, Does::final_error, Does::raise, Does::exit}) {
          for (const Then then : {Then::resume, Then::resume_wrong, Then::drop}) {
            const Case c{(bits & 1) != 0, (bits & 2) != 0, how, (bits & 4) != 0, does, then};
            SCOPED_TRACE(mode.name() + ": " + c.name());
            check(mode, c);
            if (::testing::Test::HasFailure()) return;
            ++rows;
          }
        }
      }
    }
  }
  EXPECT_EQ(rows, 16u * 8 * 3 * 5 * 3);
}

TEST(Matrix, ARootThatIsAHostFunctionIsNotResumable) {
  World w;
  auto host = std::make_shared<Host>();
  host->does = Does::error;
  ASSERT_TRUE(w.linker.define_func("env", "h", std::vector{wasm::kI32}, std::vector{wasm::kI32},
                                   host_callback, host));
  const Instance i = w.load(
      R"((module (import "env" "h" (func $h (param i32) (result i32))) (export "h" (func $h))))");
  Invocation call = Invocation::create(*w.store, w.func(i, "h")).value();
  const Value five[] = {Value::i32(5)};
  EXPECT_EQ(call.start(five).trap().message, "not now");
  EXPECT_EQ(call.state(), Invocation::State::trapped);
  host->does = Does::ok;
  Invocation again = Invocation::create(*w.store, w.func(i, "h")).value();
  ASSERT_TRUE(again.start(five).ok());
  EXPECT_EQ(again.results()[0].cell[0].as<int32_t>(), 6);
}

TEST(Matrix, WrongStoresAreRefused) {
  World w;
  World other;
  const Instance i = w.load(R"((module (func (export "f") (param externref))))");
  EXPECT_EQ(Invocation::create(*other.store, w.func(i, "f")).error().code, ErrorCode::wrong_store);
  Invocation call = Invocation::create(*w.store, w.func(i, "f")).value();
  const Value none[] = {Value::i32(1)};
  EXPECT_FALSE(call.start(none).ok());
  EXPECT_EQ(call.state(), Invocation::State::ready);  // checked before anything ran
}

}  // namespace
}  // namespace weft::testing
