// What an emitter sees: the same calls from a validating and from a trusted walk, operands on top
// when it is called, and homes that follow from the types below. Scripts of single functions pin
// the order of calls.
#include <gtest/gtest.h>

#include <string>

#include "binary/decoder.hpp"
#include "text/parser.hpp"
#include "validate/function_walker.hpp"
#include "validate/module_validator.hpp"
#include "validate/rich_module.hpp"

namespace weft::validate {
namespace {

/// Writes a line per call. A value is the number of the call that made it, a label the number of
/// its frame.
class TraceEmitter {
 public:
  struct Value {
    uint32_t made_by = 0;
  };
  struct Label {
    uint32_t number = 0;
  };
  using State = WalkState<Value, Label>;
  using Frame = ControlFrame<Label>;

  std::string text;
  bool homes_are_right = true;

  void begin_function(State& s) {
    state_ = &s;
    line("begin");
  }
  void end_function() { line("end_function"); }
  bool failed() const { return false; }
  Error take_error() const { return {ErrorCode::limit_exceeded, "none"}; }
  Value home(ValType, uint32_t cell) {
    if (cell != state_->cells()) homes_are_right = false;
    return {1'000'000 + cell};
  }

  Value constant(Op op, Immediate imm) { return made(op, imm.low); }
  Value unary(Op op) { return made(op); }
  Value binary(Op op) { return made(op); }
  Value ternary(Op op) { return made(op); }
  Value load(Op op, MemArg m) { return made(op, m.offset); }
  void store(Op op, MemArg m) { made(op, m.offset); }
  Value load_lane(Op op, MemArg m, uint32_t) { return made(op, m.offset); }
  void store_lane(Op op, MemArg m, uint32_t) { made(op, m.offset); }
  Value extract_lane(Op op, uint32_t n) { return made(op, n); }
  Value replace_lane(Op op, uint32_t n) { return made(op, n); }
  Value shuffle(const uint8_t* lanes) { return made(Op::i8x16_shuffle, lanes[15]); }
  void wide(Op op) { made(op); }
  Value atomic_load(Op op, MemArg m) { return made(op, m.offset); }
  void atomic_store(Op op, MemArg m) { made(op, m.offset); }
  Value atomic_rmw(Op op, MemArg m) { return made(op, m.offset); }
  void atomic_fence() { line("fence"); }
  void drop() { line("drop"); }
  Value select(ValType) { return made(Op::select); }
  Value local_get(uint32_t n) { return made(Op::local_get, n); }
  void local_set(uint32_t n) { made(Op::local_set, n); }
  Value local_tee(uint32_t n) { return made(Op::local_tee, n); }
  Value global_get(uint32_t n) { return made(Op::global_get, n); }
  void global_set(uint32_t n) { made(Op::global_set, n); }
  Value memory_size(uint32_t n) { return made(Op::memory_size, n); }
  Value memory_grow(uint32_t n) { return made(Op::memory_grow, n); }
  void bulk(Op op, Indices ix) { made(op, ix.a * 100 + ix.b); }
  Value table_get(uint32_t n) { return made(Op::table_get, n); }
  void table_set(uint32_t n) { made(Op::table_set, n); }
  Value table_size(uint32_t n) { return made(Op::table_size, n); }
  Value table_grow(uint32_t n) { return made(Op::table_grow, n); }
  Value ref_null(ValType) { return made(Op::ref_null); }
  Value ref_func(uint32_t n) { return made(Op::ref_func, n); }
  Value ref_as_non_null() { return made(Op::ref_as_non_null); }
  void gc(Op op, Indices ix, ValType) { made(op, ix.a * 100 + ix.b); }
  void unreachable() { line("unreachable"); }
  void begin_block(Frame& f) { open("block", f); }
  void begin_loop(Frame& f) { open("loop", f); }
  void begin_if(Frame& f) { open("if", f); }
  void begin_else(Frame& f, bool live) { close("else", f, live); }
  void end_block(Frame& f, bool live) { close("end", f, live); }
  void branch(uint32_t n) { made(Op::br, n); }
  void branch_if(uint32_t n) { made(Op::br_if, n); }
  void branch_table(std::span<const uint32_t> d) { made(Op::br_table, d.size() * 100 + d.back()); }
  void return_() { line("return"); }
  void branch_on_null(uint32_t n) { made(Op::br_on_null, n); }
  void branch_on_non_null(uint32_t n) { made(Op::br_on_non_null, n); }
  void branch_on_cast(uint32_t n, ValType, bool fails) {
    made(fails ? Op::br_on_cast_fail : Op::br_on_cast, n);
  }
  void call(uint32_t n) { made(Op::call, n); }
  void call_indirect(Indices ix) { made(Op::call_indirect, ix.a); }
  void call_ref(uint32_t n) { made(Op::call_ref, n); }
  void return_call(uint32_t n) { made(Op::return_call, n); }
  void return_call_indirect(Indices ix) { made(Op::return_call_indirect, ix.a); }
  void return_call_ref(uint32_t n) { made(Op::return_call_ref, n); }
  void throw_(uint32_t n) { made(Op::throw_, n); }
  void throw_ref() { line("throw_ref"); }
  void begin_try_table(Frame& f, std::span<const CatchClause> c) {
    open("try_table" + std::to_string(c.size()), f);
  }
  void begin_try(Frame& f) { open("try", f); }
  void begin_catch(Frame& f, uint32_t, bool live) { close("catch", f, live); }
  void begin_catch_all(Frame& f, bool live) { close("catch_all", f, live); }
  void rethrow(uint32_t n) { made(Op::rethrow, n); }
  void end_delegate(Frame& f, uint32_t, bool live) { close("delegate", f, live); }

 private:
  void line(std::string_view what) {
    text += std::to_string(state_->offset) + "-" + std::to_string(state_->next_offset) + " " +
            std::string(what) + " [";
    uint32_t cell = 0;
    for (const auto& o : state_->operands) {
      if (o.cell != cell) homes_are_right = false;
      cell = o.cell + o.type.cells();
      text += " " + std::to_string(o.type.bits()) + "@" + std::to_string(o.value.made_by);
    }
    if (cell > state_->max_cells) homes_are_right = false;
    text += " ]\n";
  }
  Value made(Op op, uint64_t detail = 0) {
    line(std::string(to_string(op)) + " " + std::to_string(detail));
    return {++calls_};
  }
  void open(std::string_view what, Frame& f) {
    f.label.number = ++calls_;
    if (&f != &state_->frame(0)) homes_are_right = false;
    line(std::string(what) + " #" + std::to_string(f.label.number));
  }
  void close(std::string_view what, Frame& f, bool live) {
    line(std::string(what) + " #" + std::to_string(f.label.number) + (live ? " live" : " dead"));
  }

  State* state_ = nullptr;
  uint32_t calls_ = 0;
};
static_assert(Emitter<TraceEmitter>);

struct Parsed {
  std::vector<std::byte> bytes;
  std::unique_ptr<binary::Module> module;
};

Parsed parse(std::string_view text) {
  Parsed p;
  auto bytes = text::parse_module(text);
  if (!bytes) {
    ADD_FAILURE() << bytes.error().message;
    return p;
  }
  p.bytes = std::move(*bytes);
  auto m = binary::decode_module(p.bytes, FeatureSet::all());
  if (m) p.module = std::move(*m);
  return p;
}

TEST(Trace, TrustedAndValidatingWalksSeeTheSame) {
  const Parsed p = parse(kRichModule);
  ASSERT_TRUE(p.module);
  ModuleContext context(*p.module, FeatureSet::all());
  ASSERT_TRUE(validate_definitions(context).has_value());
  const ModuleContext trusted_context = ModuleContext::trusted(*p.module);
  for (uint32_t f = p.module->imported_funcs; f < p.module->funcs.size(); ++f) {
    TraceEmitter checked;
    TraceEmitter trusted;
    FunctionWalker<TraceEmitter> checking(context, checked);
    FunctionWalker<TraceEmitter, WalkMode::trusted> trusting(trusted_context, trusted);
    const auto r = checking.walk(FuncIdx(f));
    ASSERT_TRUE(r.has_value()) << r.error().message;
    ASSERT_TRUE(trusting.walk(FuncIdx(f)).has_value());
    EXPECT_EQ(checked.text, trusted.text) << f;
    EXPECT_TRUE(checked.homes_are_right && trusted.homes_are_right) << f << "\n" << checked.text;
  }
}

std::string trace(std::string_view function) {
  const Parsed p = parse("(module " + std::string(function) + ")");
  if (!p.module) return "no module";
  const ModuleContext context(*p.module, FeatureSet::all());
  TraceEmitter e;
  FunctionWalker<TraceEmitter> walker(context, e);
  const auto r = walker.walk(FuncIdx(p.module->imported_funcs));
  EXPECT_TRUE(r.has_value()) << r.error().message;
  EXPECT_TRUE(e.homes_are_right) << e.text;
  // Only the calls: offsets and operands are compared above.
  std::string calls;
  for (size_t at = 0; at < e.text.size();) {
    const size_t end = e.text.find('\n', at);
    const size_t first = e.text.find(' ', at) + 1;
    if (!calls.empty()) calls += "; ";
    calls += e.text.substr(first, e.text.find(" [", first) - first);
    at = end + 1;
  }
  return calls;
}

TEST(Trace, CallsInOrder) {
  EXPECT_EQ(trace("(func (param i32) (result i32) local.get 0 i32.const 7 i32.add)"),
            "begin; local.get 0; i32.const 7; i32.add 0; end #0 live; end_function");
  EXPECT_EQ(
      trace("(func (param i32) (if (local.get 0) (then nop) (else return)))"),
      "begin; local.get 0; if #2; else #2 live; return; end #2 dead; end #0 live; end_function");
  EXPECT_EQ(trace("(func (block (br 0) (drop (i32.const 1)) (block (nop))))"),
            "begin; block #1; br 0; end #1 dead; end #0 live; end_function");
  EXPECT_EQ(trace("(func (loop (br_if 0 (i32.const 1))))"),
            "begin; loop #1; i32.const 1; br_if 0; end #1 live; end #0 live; end_function");
  EXPECT_EQ(trace("(func (unreachable) (if (then (call 0)) (else (call 0))) (call 0))"),
            "begin; unreachable; end #0 dead; end_function");
}

}  // namespace
}  // namespace weft::validate
