// Every row of wasm/numeric_cases.def through decoder, validator and interpreter, with operands as
// constants, as locals, and as results of other instructions: each comes to the operator another
// way.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/engine.hpp"
#include "engine/instantiate.hpp"
#include "engine/linker.hpp"
#include "wasm/numeric_cases.hpp"

namespace weft::engine {
namespace {

using wasm::CaseValue;
using wasm::NumericCase;
using wasm::SigType;

enum class Source { constant, local, computed };

std::string_view type_name(SigType type) {
  switch (type) {
    case SigType::i32: return "i32";
    case SigType::i64: return "i64";
    case SigType::f32: return "f32";
    case SigType::f64: return "f64";
    default: return "v128";
  }
}

/// The operand's bits, by way of integers: NaNs must arrive as they are.
std::string operand(SigType type, CaseValue v, Source source, size_t index) {
  std::string plain;
  if (source != Source::constant) {
    plain = fmt::format("(local.get {})", index);
  } else if (type == SigType::v128) {
    plain = fmt::format("(v128.const i64x2 {:#x} {:#x})", v.low, v.high);
  } else if (type == SigType::i32) {
    plain = fmt::format("(i32.const {:#x})", v.low);
  } else if (type == SigType::i64) {
    plain = fmt::format("(i64.const {:#x})", v.low);
  } else if (type == SigType::f32) {
    plain = fmt::format("(f32.reinterpret_i32 (i32.const {:#x}))", v.low);
  } else {
    plain = fmt::format("(f64.reinterpret_i64 (i64.const {:#x}))", v.low);
  }
  if (source != Source::computed) return plain;
  switch (type) {
    case SigType::i32: return fmt::format("(i32.xor {} (i32.const 0))", plain);
    case SigType::i64: return fmt::format("(i64.xor {} (i64.const 0))", plain);
    case SigType::f32: return fmt::format("(f32.neg (f32.neg {}))", plain);
    case SigType::f64: return fmt::format("(f64.neg (f64.neg {}))", plain);
    default: return fmt::format("(v128.not (v128.not {}))", plain);
  }
}

/// The immediate of lane operators is the case's last argument.
std::string immediate(const NumericCase& row) {
  const CaseValue last = row.args[row.arg_count - 1u];
  switch (wasm::shape(row.op)) {
    case wasm::Shape::extract_lane:
    case wasm::Shape::replace_lane: return fmt::format(" {}", last.low);
    case wasm::Shape::shuffle: {
      std::string lanes;
      for (unsigned n = 0; n < 16; ++n)
        lanes += fmt::format(" {}", (n < 8 ? last.low : last.high) >> (n % 8 * 8) & 0xff);
      return lanes;
    }
    default: return "";
  }
}

/// One function: the operator on operands from `sources`; a single result goes through a local if
/// `through_local`.
std::string function(const NumericCase& row, std::span<const Source> sources, bool through_local) {
  const auto& sig = wasm::sig(row.op);
  std::string params, results, operands;
  for (size_t i = 0; i < sig.param_count; ++i) {
    params += fmt::format(" {}", type_name(sig.params[i]));
    operands += " " + operand(sig.params[i], row.args[i], sources[i], i);
  }
  for (size_t i = 0; i < sig.result_count; ++i)
    results += fmt::format(" {}", type_name(sig.results[i]));
  std::string body = fmt::format("({}{}{})", to_string(row.op), immediate(row), operands);
  std::string local;
  if (through_local && sig.result_count == 1) {
    local = fmt::format("(local{})", results);
    body = fmt::format("(local.set {0} {1}) (local.get {0})", sig.param_count, body);
  }
  return fmt::format("(func (export \"f\") (param{}) (result{}) {} {})", params, results, local,
                     body);
}

void check(Engine& engine, const NumericCase& row, std::span<const Source> sources,
           bool through_local) {
  const std::string wat = "(module " + function(row, sources, through_local) + ")";
  SCOPED_TRACE(fmt::format("numeric_cases.def:{} {}", row.line, wat));
  auto module = CompiledModule::compile(engine, std::as_bytes(std::span(wat)));
  ASSERT_TRUE(module) << module.error().message;
  auto store = engine.new_store();
  Linker linker(engine);
  auto instance = linker.instantiate(*store, *module);
  ASSERT_TRUE(instance) << instance.message();
  const Func f = get_func(*store, instance.instance(), "f").value();
  const auto type = func_type(*store, f);
  std::vector<Value> params(type.params.size()), results(type.results.size());
  for (size_t i = 0; i < params.size(); ++i) {
    params[i].type = type.params[i];
    params[i].cell[0].bits = row.args[i].low;
    params[i].cell[1].bits = row.args[i].high;
  }
  auto outcome = engine::call(*store, f, params, results);
  if (row.expect == wasm::CaseExpect::trap) {
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.trap().code, row.trap);
    return;
  }
  ASSERT_TRUE(outcome) << outcome.trap().text();
  for (size_t i = 0; i < results.size(); ++i) {
    const bool vector = results[i].type == wasm::kV128;
    const CaseValue got{results[i].cell[0].bits, vector ? results[i].cell[1].bits : 0};
    EXPECT_TRUE(case_accepts(row, i, got)) << fmt::format("got {:#x}:{:#x}", got.high, got.low);
  }
}

TEST(Numeric, EveryCaseFromEverySource) {
  Engine engine = Engine::create({}).value();
  size_t checks = 0;
  for (const NumericCase& row : wasm::numeric_cases()) {
    const size_t n = wasm::sig(row.op).param_count;
    std::vector<Source> sources(n);
    for (const Source all : {Source::constant, Source::local, Source::computed}) {
      std::fill(sources.begin(), sources.end(), all);
      check(engine, row, sources, all == Source::local);
      ++checks;
    }
    for (const Source one : {Source::constant, Source::computed}) {
      for (size_t i = 0; n > 1 && i < n; ++i) {
        std::fill(sources.begin(), sources.end(), Source::local);
        sources[i] = one;
        check(engine, row, sources, one == Source::computed);
        ++checks;
      }
    }
    if (HasFatalFailure()) return;
  }
  EXPECT_GE(checks, 3 * wasm::numeric_cases().size());
  RecordProperty("checks", static_cast<int>(checks));
}

}  // namespace
}  // namespace weft::engine
