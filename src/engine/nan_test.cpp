// The options canonical_nans and relaxed_simd_deterministic (ADR 0020): every operator that can
// give a NaN, from NaNs of many kinds, used in many ways; and every relaxed operator both ways.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <set>

#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/engine.hpp"
#include "engine/instantiate.hpp"
#include "engine/linker.hpp"
#include "platform/cpu.hpp"
#include "wasm/opcodes.hpp"
#include "wasm/v128.hpp"

namespace weft::engine {
namespace {

using wasm::Op;
using wasm::SigType;
using wasm::V128;

/// How the result is used: each way is another form of the instruction behind it.
enum class Use { returned, local, computed, stored };

/// What an operator makes of floats. Written down here once more, not asked of the emitter.
enum class Makes { bits, f32, f64, f32x4, f64x2 };

Makes makes(Op op) {
  const std::string name(to_string(op));
  const auto& sig = wasm::sig(op);
  const auto shape = wasm::shape(op);
  if (shape != wasm::Shape::unary && shape != wasm::Shape::binary && shape != wasm::Shape::ternary)
    return Makes::bits;
  const std::string what = name.substr(name.find('.') + 1);
  // Handle bits, compare, or come from integers, which have no NaN.
  static const std::set<std::string> kBits = {
      "abs", "neg",   "copysign",        "pmin",           "pmax", "eq", "ne", "lt", "gt", "le",
      "ge",  "splat", "reinterpret_i32", "reinterpret_i64"};
  if (kBits.contains(what) || what.starts_with("convert_")) return Makes::bits;
  if (name.starts_with("f32x4.")) return Makes::f32x4;
  if (name.starts_with("f64x2.")) return Makes::f64x2;
  if (sig.result_count == 1 && sig.results[0] == SigType::f32) return Makes::f32;
  if (sig.result_count == 1 && sig.results[0] == SigType::f64) return Makes::f64;
  return Makes::bits;
}

class Guest {
 public:
  Guest(const Engine& engine, const std::string& wat) : store_(engine.new_store()) {
    Linker linker(engine);
    auto module = CompiledModule::compile(engine, std::as_bytes(std::span(wat)));
    if (!module) {
      ADD_FAILURE() << module.error().message << "\n" << wat;
      return;
    }
    auto made = linker.instantiate(*store_, *module);
    if (!made) {
      ADD_FAILURE() << made.message();
      return;
    }
    func_ = get_func(*store_, made.instance(), "f").value();
  }
  /// All operands are given as vectors; what the function takes is made of their low parts.
  V128 call(std::span<const V128> operands) {
    std::vector<Value> params;
    for (const V128& v : operands) {
      Value p{wasm::kV128, {}};
      p.cell[0].bits = v.low();
      p.cell[1].bits = v.high();
      params.push_back(p);
    }
    std::vector<Value> results(1);
    auto outcome = engine::call(*store_, func_, params, results);
    EXPECT_TRUE(outcome.ok());
    return V128::of(results[0].cell[0].bits, results[0].cell[1].bits);
  }

 private:
  std::unique_ptr<runtime::Store> store_;
  Func func_;
};

std::string_view text(SigType type) {
  return type == SigType::f32 ? "f32" : type == SigType::f64 ? "f64" : "v128";
}

/// A function from vectors to a vector around the operator.
std::string module_for(Op op, Use use) {
  const auto& sig = wasm::sig(op);
  std::string params, operands;
  for (size_t i = 0; i < sig.param_count; ++i) {
    params += " v128";
    const std::string vector = fmt::format("(local.get {})", i);
    const std::string_view type = text(sig.params[i]);
    operands += sig.params[i] == SigType::v128 ? " " + vector
                                               : fmt::format(" ({}x{}.extract_lane 0 {})", type,
                                                             type == "f32" ? 4 : 2, vector);
  }
  const std::string_view type = text(sig.results[0]);
  std::string value = fmt::format("({}{})", to_string(op), operands);
  std::string before;
  switch (use) {
    case Use::returned: break;
    case Use::local:
      before = fmt::format("(local.set $x {})", value);
      value = "(local.get $x)";
      break;
    case Use::computed:
      value = type == "v128" ? fmt::format("(v128.not (v128.not {}))", value)
                             : fmt::format("({0}.neg ({0}.neg {1}))", type, value);
      break;
    case Use::stored:
      before = fmt::format("({}.store (i32.const 16) {})", type, value);
      value = fmt::format("({}.load (i32.const 16))", type);
      break;
  }
  if (type != "v128") value = fmt::format("({}x{}.splat {})", type, type == "f32" ? 4 : 2, value);
  return fmt::format(
      "(module (memory 1) (func (export \"f\") (param{}) (result v128) (local $x {}) {} {}))",
      params, type, before, value);
}

template <class T>
V128 lanes(T a, T b) {
  if constexpr (sizeof(T) == 4)
    return V128::of(uint64_t{b} << 32 | a, uint64_t{a} << 32 | b);
  else
    return V128::of(a, b);
}

/// NaNs with payloads and signs, signalling ones too, and what makes NaNs of numbers.
const V128 kOperands[] = {
    lanes<uint32_t>(0x7fa0'0001, 0xffc1'2345),
    lanes<uint32_t>(0xffa0'0001, 0x7fff'ffff),
    lanes<uint32_t>(0x7f80'0000, 0xff80'0000),  // infinities
    lanes<uint32_t>(0xff80'0000, 0x0000'0000),
    lanes<uint32_t>(0x0000'0000, 0x8000'0000),
    lanes<uint32_t>(0xbf80'0000, 0x3f80'0000),  // -1, 1
    lanes<uint64_t>(0x7ff4'0000'0000'0001, 0xfff8'1234'5678'9abc),
    lanes<uint64_t>(0xfff4'0000'0000'0001, 0x7fff'ffff'ffff'ffff),
    lanes<uint64_t>(0x7ff0'0000'0000'0000, 0xfff0'0000'0000'0000),
    lanes<uint64_t>(0xbff0'0000'0000'0000, 0x8000'0000'0000'0000),
};

/// How many lanes are NaNs; fails if one is not canonical.
size_t check_lanes(Makes made, V128 v) {
  size_t nans = 0;
  const auto lane32 = [&](uint32_t bits) {
    if ((bits & 0x7fff'ffff) <= 0x7f80'0000) return;
    ++nans;
    EXPECT_EQ(bits, 0x7fc0'0000u);
  };
  const auto lane64 = [&](uint64_t bits) {
    if ((bits & ~(uint64_t{1} << 63)) <= 0x7ff0'0000'0000'0000) return;
    ++nans;
    EXPECT_EQ(bits, 0x7ff8'0000'0000'0000u);
  };
  for (const uint64_t word : {v.low(), v.high()}) {
    if (made == Makes::f32 || made == Makes::f32x4) {
      lane32(static_cast<uint32_t>(word));
      lane32(static_cast<uint32_t>(word >> 32));
    } else {
      lane64(word);
    }
  }
  return nans;
}

void check_operator(const Engine& engine, Op op, Makes made, Use use) {
  const std::string wat = module_for(op, use);
  SCOPED_TRACE(wat);
  Guest guest(engine, wat);
  const size_t n = wasm::sig(op).param_count;
  size_t nans = 0;
  std::vector<V128> operands(n);
  constexpr size_t kCount = std::size(kOperands);
  for (size_t i = 0; i < kCount * kCount; ++i) {
    operands[0] = kOperands[i % kCount];
    if (n > 1) operands[1] = kOperands[i / kCount];
    if (n > 2) operands[2] = kOperands[(i * 7 + 3) % kCount];
    nans += check_lanes(made, guest.call(operands));
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(nans, 0u) << "no NaN came of it";
}

TEST(CanonicalNans, OfEveryOperatorInEveryUse) {
  size_t operators = 0;
  for (const bool native : {false, true}) {
    Config config;
    config.canonical_nans = true;
    config.relaxed_simd_deterministic = !native;
    const Engine engine = Engine::create(config).value();
    for (size_t i = 0; i < wasm::kOpCount; ++i) {
      const Op op = static_cast<Op>(i);
      const Makes made = makes(op);
      if (made == Makes::bits) continue;
      ++operators;
      for (const Use use : {Use::returned, Use::local, Use::computed, Use::stored})
        check_operator(engine, op, made, use);
      if (HasFailure()) return;
    }
  }
  // Arithmetic of 4 kinds of lanes (11 each), two conversions of scalars, two of vectors, 8
  // relaxed.
  EXPECT_EQ(operators, 2 * (4 * 11 + 4 + 8u));
}

TEST(CanonicalNans, AreNotMadeOtherwise) {
  const Engine engine = Engine::create({}).value();
  Guest guest(engine, module_for(Op::f32_add, Use::returned));
  const V128 nan = lanes<uint32_t>(0x7fc1'2345, 0x7fc1'2345);
  const V128 operands[] = {nan, lanes<uint32_t>(0x3f80'0000, 0x3f80'0000)};
  EXPECT_EQ(static_cast<uint32_t>(guest.call(operands).low()), 0x7fc1'2345u);
}

/// A relaxed operator on operands where the choices show: the deterministic profile's result
/// first, then the others that are allowed, lane by lane of the given width.
struct Relaxed {
  Op op;
  V128 a, b, c;
  unsigned lane_bytes;
  std::vector<V128> allowed;
};

V128 f32s(float x) {
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  return lanes<uint32_t>(bits, bits);
}
V128 f64s(double x) {
  const auto bits = std::bit_cast<uint64_t>(x);
  return V128::of(bits, bits);
}
V128 same(uint64_t word) { return V128::of(word, word); }

std::vector<Relaxed> relaxed_rows() {
  const float e = 1.0f + 0x1p-12f;  // e * e does not fit
  const double d = 1.0 + 0x1p-30;
  const float two = e * e - 1.0f;  // two roundings
  volatile float product = e * e;
  volatile double wide = d * d;
  const float fused = std::fma(e, e, -1.0f);
  const float zero = std::fma(-e, e, 1.0f);
  const double fused64 = std::fma(d, d, -1.0);
  static_cast<void>(two);
  const V128 nan = lanes<uint32_t>(0x7fc0'0000, 0x7fc0'0000);
  const V128 nan64 = same(0x7ff8'0000'0000'0000);
  return {
      {Op::f32x4_relaxed_madd,
       f32s(e),
       f32s(e),
       f32s(-1.0f),
       4,
       {f32s(product - 1.0f), f32s(fused)}},
      {Op::f32x4_relaxed_nmadd,
       f32s(e),
       f32s(e),
       f32s(1.0f),
       4,
       {f32s(1.0f - product), f32s(zero)}},
      {Op::f64x2_relaxed_madd, f64s(d), f64s(d), f64s(-1.0), 8, {f64s(wide - 1.0), f64s(fused64)}},
      {Op::f64x2_relaxed_nmadd, f64s(d), f64s(d), f64s(1.0), 8, {f64s(1.0 - wide), f64s(-fused64)}},
      {Op::f32x4_relaxed_min, nan, f32s(1), {}, 4, {nan, f32s(1)}},
      {Op::f32x4_relaxed_min, f32s(-0.0f), f32s(0.0f), {}, 4, {f32s(-0.0f), f32s(0.0f)}},
      {Op::f32x4_relaxed_max, f32s(1), nan, {}, 4, {nan, f32s(1)}},
      {Op::f64x2_relaxed_min, f64s(1), nan64, {}, 8, {nan64, f64s(1)}},
      {Op::f64x2_relaxed_max, f64s(-0.0), f64s(0.0), {}, 8, {f64s(0.0), f64s(-0.0)}},
      {Op::i8x16_relaxed_swizzle,
       V128::of(0x0706050403020100, 0x0f0e0d0c0b0a0908),
       V128::of(0x8f'10'1f'7f'00'0f'80'ff, 0x0102030405060708),
       {},
       1,
       {V128::of(0x00'00'00'00'00'0f'00'00, 0x0102030405060708),
        V128::of(0x00'00'0f'0f'00'0f'00'00, 0x0102030405060708)}},
      {Op::i32x4_relaxed_trunc_f32x4_s,
       f32s(3e9f),
       {},
       {},
       4,
       {same(0x7fffffff7fffffff), same(0x8000000080000000)}},
      {Op::i32x4_relaxed_trunc_f32x4_s, nan, {}, {}, 4, {same(0), same(0x8000000080000000)}},
      {Op::i32x4_relaxed_trunc_f32x4_s, f32s(-2.75f), {}, {}, 4, {same(0xfffffffefffffffe)}},
      {Op::i32x4_relaxed_trunc_f32x4_u, f32s(3e9f), {}, {}, 4, {same(0xb2d05e00b2d05e00)}},
      {Op::i32x4_relaxed_trunc_f64x2_s_zero,
       f64s(1e10),
       {},
       {},
       4,
       {V128::of(0x7fffffff7fffffff, 0), V128::of(0x8000000080000000, 0)}},
      {Op::i32x4_relaxed_trunc_f64x2_u_zero,
       f64s(3e9),
       {},
       {},
       4,
       {V128::of(0xb2d05e00b2d05e00, 0)}},
      {Op::i16x8_relaxed_q15mulr_s,
       same(0x8000'8000'4000'8000),
       same(0x8000'4000'4000'8000),
       {},
       2,
       {same(0x7fff'c000'2000'7fff), same(0x8000'c000'2000'8000)}},
      {Op::i16x8_relaxed_dot_i8x16_i7x16_s,
       same(0x7f7f'8080'0102'8080),
       same(0x7f7f'7f7f'0304'8080),
       {},
       2,
       {same(0x7e02'8100'000b'8000), same(0x7e02'8100'000b'7fff)}},
      {Op::i8x16_relaxed_laneselect,
       same(0x1111111111111111),
       same(0x2222222222222222),
       same(0xff00ff00ff00ff00),
       {},
       {same(0x1122112211221122)}},
  };
}

void check_relaxed(const Relaxed& row, bool deterministic) {
  Config config;
  config.relaxed_simd_deterministic = deterministic;
  const Engine engine = Engine::create(config).value();
  for (const Use use : {Use::returned, Use::local, Use::stored}) {
    Guest guest(engine, module_for(row.op, use));
    const V128 operands[] = {row.a, row.b, row.c};
    const V128 got = guest.call(std::span(operands).first(wasm::sig(row.op).param_count));
    const auto describe = [&] {
      return fmt::format("{}: {:#x}:{:#x}", to_string(row.op), got.high(), got.low());
    };
    if (deterministic) {
      EXPECT_EQ(got, row.allowed[0]) << describe();
      continue;
    }
    const auto* const bytes = reinterpret_cast<const uint8_t*>(&got);
    const unsigned width = row.lane_bytes == 0 ? 16 : row.lane_bytes;
    for (unsigned lane = 0; lane < 16; lane += width) {
      const bool fits = std::ranges::any_of(row.allowed, [&](const V128& v) {
        return std::memcmp(reinterpret_cast<const uint8_t*>(&v) + lane, bytes + lane, width) == 0;
      });
      EXPECT_TRUE(fits) << describe() << " at byte " << lane;
    }
  }
}

TEST(RelaxedSimd, IsDeterministicOrOneOfTheChoices) {
  for (const Relaxed& row : relaxed_rows()) {
    check_relaxed(row, true);
    check_relaxed(row, false);
  }
}

#if defined(__x86_64__)
TEST(RelaxedSimd, FusesWhereTheProcessorDoes) {
  if (!platform::cpu_has_fma()) GTEST_SKIP() << "the processor has no fused multiply-add";
  Config config;
  config.relaxed_simd_deterministic = false;
  const Engine engine = Engine::create(config).value();
  for (const Relaxed& row : relaxed_rows()) {
    if (row.c == V128{} || row.allowed.size() != 2) continue;
    Guest guest(engine, module_for(row.op, Use::returned));
    const V128 operands[] = {row.a, row.b, row.c};
    EXPECT_EQ(guest.call(operands), row.allowed[1]) << to_string(row.op);
    EXPECT_FALSE(row.allowed[0] == row.allowed[1]) << "these operands show no difference";
  }
}
#endif

}  // namespace
}  // namespace weft::engine
