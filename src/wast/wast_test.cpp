// Scripts against a host made of answers: the runner's verdicts, without an engine.
#include <gtest/gtest.h>

#include <map>

#include "wast/expected_failures.hpp"
#include "wast/runner.hpp"

namespace weft::wast {
namespace {

using Kind = wasm::ValType::Kind;

Value i32(uint32_t v) {
  Value value;
  value.bits[0] = v;
  return value;
}
Value f32(uint32_t bits) {
  Value value = i32(bits);
  value.kind = Kind::f32;
  return value;
}
Value ref(RefShape shape, uint64_t number = 0) {
  Value value;
  value.kind = Kind::ref;
  value.shape = shape;
  value.number = number;
  return value;
}

/// Checks modules for real; calls are answered from a table by the function's name.
class FakeHost final : public ScriptHost {
 public:
  bool executes() const override { return true; }
  Outcome<ModuleId> compile(std::span<const std::byte> bytes) override {
    return check_->compile(bytes);
  }
  Outcome<InstanceId> instantiate(ModuleId) override {
    if (fail_next) {
      const Failure failure = *fail_next;
      fail_next.reset();
      return std::unexpected(failure);
    }
    return instances++;
  }
  void register_instance(std::string_view name, InstanceId instance) override {
    registered[std::string(name)] = instance;
  }
  Outcome<std::vector<Value>> invoke(InstanceId instance, std::string_view name,
                                     std::span<const Value> args) override {
    last_instance = instance;
    if (name == "echo") return std::vector<Value>(args.begin(), args.end());
    const auto answer = answers.find(std::string(name));
    if (answer == answers.end())
      return std::unexpected(Failure{FailureKind::other, "no such function"});
    return answer->second;
  }
  Outcome<Value> global(InstanceId, std::string_view) override { return i32(42); }

  std::map<std::string, Outcome<std::vector<Value>>> answers;
  std::optional<Failure> fail_next;
  std::map<std::string, InstanceId> registered;
  InstanceId instances = 0;
  InstanceId last_instance = 0;

 private:
  std::unique_ptr<ScriptHost> check_ = make_check_host(wasm::FeatureSet::all());
};

Outcome<std::vector<Value>> fails(FailureKind kind, std::string message) {
  return std::unexpected(Failure{kind, std::move(message)});
}

void add_answers(FakeHost& host) {
  host.answers.emplace("one", std::vector<Value>{i32(1)});
  host.answers.emplace("none", std::vector<Value>{});
  host.answers.emplace("qnan", std::vector<Value>{f32(0xffc00000)});
  host.answers.emplace("payload", std::vector<Value>{f32(0x7fc00001)});
  host.answers.emplace("snan", std::vector<Value>{f32(0x7f800001)});
  host.answers.emplace("minus_zero", std::vector<Value>{f32(0x80000000)});
  host.answers.emplace("null", std::vector<Value>{ref(RefShape::null)});
  host.answers.emplace("extern7", std::vector<Value>{ref(RefShape::extern_, 7)});
  host.answers.emplace("i31", std::vector<Value>{ref(RefShape::i31)});
  host.answers.emplace("func", std::vector<Value>{ref(RefShape::func)});
  host.answers.emplace("trap", fails(FailureKind::trap, "integer divide by zero: 1 / 0"));
  host.answers.emplace("deep", fails(FailureKind::exhaustion, "call stack exhausted"));
  host.answers.emplace("throw", fails(FailureKind::exception, "unhandled exception"));
  host.answers.emplace("later", fails(FailureKind::unsupported, "simd is not executable yet"));
}

TEST(Runner, Verdicts) {
  using enum Verdict;
  struct Case {
    const char* command;
    Verdict verdict;
  };
  const Case cases[] = {
      {R"((invoke "one"))", passed},
      {R"((invoke "trap"))", failed},
      {R"((assert_return (invoke "one") (i32.const 1)))", passed},
      {R"((assert_return (invoke "one") (i32.const 2)))", failed},
      {R"((assert_return (invoke "one") (i64.const 1)))", failed},
      {R"((assert_return (invoke "one")))", failed},
      {R"((assert_return (invoke "none")))", passed},
      {R"((assert_return (invoke "trap")))", failed},
      {R"((assert_return (invoke "later")))", skipped},
      {R"((assert_return (get "g") (i32.const 42)))", passed},
      {R"((assert_return (invoke "one") (either (i32.const 3) (i32.const 1))))", passed},
      {R"((assert_return (invoke "one") (either (i32.const 3) (i32.const 4))))", failed},
      {R"((assert_return (invoke "qnan") (f32.const nan:canonical)))", passed},
      {R"((assert_return (invoke "qnan") (f32.const nan:arithmetic)))", passed},
      {R"((assert_return (invoke "qnan") (f32.const -nan)))", passed},
      {R"((assert_return (invoke "qnan") (f32.const nan)))", failed},
      {R"((assert_return (invoke "payload") (f32.const nan:canonical)))", failed},
      {R"((assert_return (invoke "payload") (f32.const nan:arithmetic)))", passed},
      {R"((assert_return (invoke "payload") (f32.const nan:0x400001)))", passed},
      {R"((assert_return (invoke "snan") (f32.const nan:arithmetic)))", failed},
      {R"((assert_return (invoke "minus_zero") (f32.const -0)))", passed},
      {R"((assert_return (invoke "minus_zero") (f32.const 0)))", failed},
      {R"((assert_return (invoke "null") (ref.null)))", passed},
      {R"((assert_return (invoke "null") (ref.null extern)))", passed},
      {R"((assert_return (invoke "null") (ref.extern)))", failed},
      {R"((assert_return (invoke "null") (ref)))", failed},
      {R"((assert_return (invoke "extern7") (ref.extern 7)))", passed},
      {R"((assert_return (invoke "extern7") (ref.extern 8)))", failed},
      {R"((assert_return (invoke "extern7") (ref.extern)))", passed},
      {R"((assert_return (invoke "i31") (ref.eq)))", passed},
      {R"((assert_return (invoke "i31") (ref.struct)))", failed},
      {R"((assert_return (invoke "func") (ref.func)))", passed},
      {R"((assert_return (invoke "echo" (v128.const i16x8 1 2 3 4 5 6 7 -1)) (v128.const i32x4 0x20001 0x40003 0x60005 0xffff0007)))",
       passed},
      {R"((assert_return (invoke "echo" (v128.const f32x4 nan 1 2 3)) (v128.const f32x4 nan:canonical 1 2 3)))",
       passed},
      {R"((assert_return (invoke "echo" (v128.const f64x2 1 2)) (v128.const f64x2 1 nan:canonical)))",
       failed},
      {R"((assert_return (invoke "echo" (ref.extern 0) (f64.const 0x1p-1)) (ref.extern 0) (f64.const 0.5)))",
       passed},
      {R"((assert_trap (invoke "trap") "integer divide by zero"))", passed},
      {R"((assert_trap (invoke "trap") "unreachable"))", failed},
      {R"((assert_trap (invoke "deep") "call stack exhausted"))", failed},
      {R"((assert_trap (invoke "one") "unreachable"))", failed},
      {R"((assert_exhaustion (invoke "deep") "call stack exhausted"))", passed},
      {R"((assert_exhaustion (invoke "trap") "call stack exhausted"))", failed},
      {R"((assert_exception (invoke "throw")))", passed},
      {R"((assert_exception (invoke "trap")))", failed},
      {R"s((assert_malformed (module quote "(func") "unexpected end"))s", passed},
      {R"s((assert_malformed (module quote "(func)") "unexpected end"))s", failed},
      {R"((assert_malformed (module binary "\00asm") "unexpected end"))", passed},
      {R"((assert_malformed (module binary "\00asm\01\00\00\00") "unexpected end"))", failed},
      {R"s((assert_malformed (module quote "(func (result i32))") "type mismatch"))s", failed},
      {R"((assert_invalid (module (func (result i32))) "type mismatch"))", passed},
      {R"s((assert_invalid (module quote "(func (result i32))") "type mismatch"))s", passed},
      {R"((assert_invalid (module) "type mismatch"))", failed},
      {R"s((assert_invalid (module quote "(func br $x)") "unknown label"))s", failed},
      {R"((assert_invalid (module binary "\00asm") "unexpected end"))", failed},
      {R"((assert_unlinkable (module) "unknown import"))", failed},
      {R"((module $M binary "\00asm" "\01\00\00\00"))", passed},
      {R"((module definition $D (memory 65536)))", passed},
      {R"((module instance $I $D))", passed},
      {R"((module instance $I $missing))", failed},
      {R"((register "m" $M))", passed},
      {R"((register "n" $I))", passed},
      {R"((thread $T (shared (module $M)) (invoke "one") (wait $T)))", skipped},
  };
  std::string source = "(module)\n";
  for (const Case& c : cases) source += std::string(c.command) + "\n";
  const auto script = parse_script(source);
  ASSERT_TRUE(script.has_value()) << script.error().message;
  ASSERT_EQ(script->commands.size(), std::size(cases) + 1);
  FakeHost host;
  add_answers(host);
  Runner runner(*script, host, wasm::FeatureSet::all());
  EXPECT_EQ(runner.run(script->commands[0]).verdict, passed);
  for (size_t i = 0; i < std::size(cases); ++i) {
    const CommandResult result = runner.run(script->commands[i + 1]);
    EXPECT_EQ(result.verdict, cases[i].verdict) << cases[i].command << "\n" << result.detail;
    EXPECT_EQ(script->commands[i + 1].line, i + 2);
  }
}

TEST(Runner, NamesOfInstancesPersistAndAreRebound) {
  const auto script =
      parse_script(R"((module $A) (module $B) (invoke $A "none") (invoke "none") (module $A)
    (invoke $A "none") (assert_trap (module) "x") (invoke "none") (register "last") (invoke $C "none"))");
  ASSERT_TRUE(script.has_value());
  FakeHost host;
  add_answers(host);
  Runner runner(*script, host, wasm::FeatureSet::all());
  const uint32_t expected[] = {0, 0, 0, 1, 1, 2, 2, 2};
  for (size_t i = 0; i < script->commands.size(); ++i) {
    if (script->commands[i].kind == CommandKind::assert_trap)
      host.fail_next = Failure{FailureKind::trap, "x"};
    const CommandResult result = runner.run(script->commands[i]);
    EXPECT_EQ(result.verdict, i + 1 == script->commands.size() ? Verdict::failed : Verdict::passed)
        << result.detail;
    if (i < std::size(expected)) EXPECT_EQ(host.last_instance, expected[i]) << i;
  }
  EXPECT_EQ(host.registered["last"], 2u);
}

TEST(Runner, WhatNeedsAMissingInstanceIsSkippedWithItsReason) {
  const auto script =
      parse_script(R"((module $A) (invoke "one") (register "a") (module) (invoke $A "one"))");
  ASSERT_TRUE(script.has_value());
  FakeHost host;
  host.fail_next = Failure{FailureKind::unsupported, "simd is not executable yet"};
  Runner runner(*script, host, wasm::FeatureSet::all());
  for (const Command& command : script->commands) {
    const CommandResult result = runner.run(command);
    const bool is_second_module = &command == &script->commands[3];
    EXPECT_EQ(result.verdict, is_second_module ? Verdict::passed : Verdict::skipped)
        << result.detail;
    if (!is_second_module)
      EXPECT_NE(result.detail.find("simd"), std::string::npos) << result.detail;
  }
}

TEST(Runner, WhatFollowsAnActionThatCouldNotRunIsNotHeldAgainstTheEngine) {
  const auto script =
      parse_script(R"((module) (assert_return (invoke "one") (i32.const 2)) (invoke "later")
    (assert_return (invoke "one") (i32.const 2)) (assert_return (invoke "one") (i32.const 1)) (assert_invalid (module) "x"))");
  ASSERT_TRUE(script.has_value());
  FakeHost host;
  add_answers(host);
  Runner runner(*script, host, wasm::FeatureSet::all());
  using enum Verdict;
  const Verdict expected[] = {passed, failed, skipped, skipped, passed, failed};
  for (size_t i = 0; i < std::size(expected); ++i)
    EXPECT_EQ(runner.run(script->commands[i]).verdict, expected[i]) << i;
}

TEST(Script, BareFieldsAreOneModule) {
  const auto script = parse_script("(func) (memory 0) (func (export \"f\"))");
  ASSERT_TRUE(script.has_value());
  ASSERT_EQ(script->commands.size(), 1u);
  FakeHost host;
  Runner runner(*script, host, wasm::FeatureSet::all());
  EXPECT_EQ(runner.run(script->commands[0]).verdict, Verdict::passed);
}

TEST(Script, RefusesWhatIsNoScript) {
  for (const char* text : {"(nonsense)", "(assert_return)", "(assert_return (invoke 1))",
                           "(invoke \"f\" (i32.const x))", "(module", ")", "x",
                           "(assert_return (invoke \"f\") (f32.const nan:wrong))"}) {
    EXPECT_FALSE(parse_script(text).has_value()) << text;
  }
}

TEST(ExpectedFailures, LinesWinOverFiles) {
  auto list =
      ExpectedFailures::parse("# comment\n\na.wast:3 three\na.wast all\ndir/b.wast:1  one\n");
  ASSERT_TRUE(list.has_value());
  bool whole_file = false;
  EXPECT_EQ(list->entry("x/a.wast", 3, whole_file)->reason, "three");
  EXPECT_FALSE(whole_file);
  EXPECT_EQ(list->entry("a.wast", 4, whole_file)->reason, "all");
  EXPECT_TRUE(whole_file);
  EXPECT_EQ(list->entry("x/dir/b.wast", 1, whole_file)->reason, "one");
  EXPECT_EQ(list->entry("b.wast", 1, whole_file), nullptr);
  EXPECT_EQ(list->entry("ba.wast", 3, whole_file), nullptr);
  EXPECT_FALSE(ExpectedFailures::parse("a.wast").has_value());
}

}  // namespace
}  // namespace weft::wast
