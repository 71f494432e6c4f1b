// Runs every row of numeric_cases.def against the function of that name, and demands that every
// pure numeric opcode has a row.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "wasm/numeric.hpp"
#include "wasm/numeric_cases.hpp"
#include "wasm/numeric_simd.hpp"

namespace weft::wasm {
namespace {

struct Outcome {
  TrapCode trap = TrapCode::none;
  uint8_t count = 0;
  std::array<CaseValue, 2> values;
};

void unpack(CaseValue v, uint32_t& x) { x = static_cast<uint32_t>(v.low); }
void unpack(CaseValue v, uint64_t& x) { x = v.low; }
void unpack(CaseValue v, float& x) { x = std::bit_cast<float>(static_cast<uint32_t>(v.low)); }
void unpack(CaseValue v, double& x) { x = std::bit_cast<double>(v.low); }
void unpack(CaseValue v, V128& x) { x = V128::of(v.low, v.high); }

CaseValue packed(uint32_t x) { return {x, 0}; }
CaseValue packed(uint64_t x) { return {x, 0}; }
CaseValue packed(float x) { return {std::bit_cast<uint32_t>(x), 0}; }
CaseValue packed(double x) { return {std::bit_cast<uint64_t>(x), 0}; }
CaseValue packed(V128 x) { return {x.low(), x.high()}; }

template <class T>
void store(T value, Outcome& out) {
  out.count = 1;
  out.values[0] = packed(value);
}
template <class T>
void store(numeric::Trapping<T> value, Outcome& out) {
  out.trap = value.trap;
  if (value.ok()) store(value.value, out);
}
void store(numeric::Wide value, Outcome& out) {
  out.count = 2;
  out.values = {packed(value.low), packed(value.high)};
}

template <class T>
T unpacked(CaseValue v) {
  T x;
  unpack(v, x);
  return x;
}

template <class R, class... A, size_t... I>
Outcome apply(R (*function)(A...), const NumericCase& row, std::index_sequence<I...>) {
  EXPECT_EQ(row.arg_count, sizeof...(A));
  Outcome out;
  store(function(unpacked<A>(row.args[I])...), out);
  return out;
}
template <class R, class... A>
Outcome apply(R (*function)(A...), const NumericCase& row) {
  return apply(function, row, std::index_sequence_for<A...>{});
}

// WEFT_IF_PURE(shape)(x) is x if opcodes of the shape have a function in wasm/numeric*.hpp.
#define WEFT_SECOND(a, b, ...) b
#define WEFT_PROBE(...) WEFT_SECOND(__VA_ARGS__, WEFT_DROP, ~)
#define WEFT_IF_PURE(shape) WEFT_PROBE(WEFT_PURE_##shape)
#define WEFT_DROP(x)
#define WEFT_KEEP(x) x
#define WEFT_PURE_unary ~, WEFT_KEEP
#define WEFT_PURE_binary ~, WEFT_KEEP
#define WEFT_PURE_ternary ~, WEFT_KEEP
#define WEFT_PURE_wide_binary ~, WEFT_KEEP
#define WEFT_PURE_wide_mul ~, WEFT_KEEP
#define WEFT_PURE_extract_lane ~, WEFT_KEEP
#define WEFT_PURE_replace_lane ~, WEFT_KEEP
#define WEFT_PURE_shuffle ~, WEFT_KEEP

bool is_pure(Op op) {
  switch (op) {
#define WEFT_OP(id, text, prefix, code, imm, sig, shape, feature) \
  WEFT_IF_PURE(shape)(case Op::id : return true;)
#include "wasm/opcodes.def"
#undef WEFT_OP
    default: return false;
  }
}

Outcome run(const NumericCase& row) {
  switch (row.op) {
#define WEFT_OP(id, text, prefix, code, imm, sig, shape, feature) \
  WEFT_IF_PURE(shape)(case Op::id : return apply(&numeric::id, row);)
#include "wasm/opcodes.def"
#undef WEFT_OP
    default: ADD_FAILURE() << "no function for " << to_string(row.op); return {};
  }
}

TEST(Numeric, EveryCase) {
  for (const NumericCase& row : numeric_cases()) {
    const Outcome out = run(row);
    SCOPED_TRACE(testing::Message()
                 << "numeric_cases.def:" << row.line << " " << to_string(row.op) << std::hex
                 << " got " << out.values[0].high << ":" << out.values[0].low << " want "
                 << row.results[0].high << ":" << row.results[0].low);
    EXPECT_EQ(to_string(out.trap), to_string(row.trap));
    if (out.trap != TrapCode::none || row.trap != TrapCode::none) continue;
    ASSERT_EQ(out.count, row.result_count);
    for (size_t i = 0; i < out.count; ++i) EXPECT_TRUE(case_accepts(row, i, out.values[i]));
  }
}

TEST(Numeric, EveryPureOpcodeHasACase) {
  std::vector<bool> seen(kOpCount);
  for (const NumericCase& row : numeric_cases()) seen[static_cast<size_t>(row.op)] = true;
  for (size_t i = 0; i < kOpCount; ++i) {
    const Op op = static_cast<Op>(i);
    EXPECT_TRUE(seen[i] || !is_pure(op)) << to_string(op) << " has no row in numeric_cases.def";
  }
}

TEST(Numeric, RowsFitTheSignature) {
  for (const NumericCase& row : numeric_cases()) {
    const bool lane = imm(row.op) == Imm::lane || imm(row.op) == Imm::shuffle;
    EXPECT_EQ(row.arg_count, sig(row.op).param_count + lane) << "row " << row.line;
    if (row.trap == TrapCode::none) {
      EXPECT_EQ(row.result_count, sig(row.op).result_count) << "row " << row.line;
    }
  }
}

// The roundings are written by hand, so they are compared with the C library over the whole range
// of exponents; the operand order of signs, halves and neighbours comes from the bit patterns.
TEST(Numeric, RoundingAgreesWithTheLibrary) {
  const auto same32 = [](float a, float b) {
    return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) ||
           (numeric::is_arithmetic_nan(a) && numeric::is_nan(b));
  };
  for (uint64_t bits = 0; bits <= 0xffff'ffffu; bits += 4099) {
    const float x = std::bit_cast<float>(static_cast<uint32_t>(bits));
    ASSERT_TRUE(same32(numeric::f32_ceil(x), std::ceil(x))) << x;
    ASSERT_TRUE(same32(numeric::f32_floor(x), std::floor(x))) << x;
    ASSERT_TRUE(same32(numeric::f32_trunc(x), std::trunc(x))) << x;
    ASSERT_TRUE(same32(numeric::f32_nearest(x), std::nearbyint(x))) << x;
    ASSERT_TRUE(same32(numeric::f32_sqrt(x), std::sqrt(x))) << x;
  }
  const auto same64 = [](double a, double b) {
    return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b) ||
           (numeric::is_arithmetic_nan(a) && numeric::is_nan(b));
  };
  uint64_t bits = 1;
  for (int n = 0; n < 1'000'000; ++n) {
    bits = bits * 6364136223846793005u + 1442695040888963407u;
    // Half of the operands have exponents around the fraction boundary, where mistakes live.
    uint64_t pattern = bits;
    if (n & 1) {
      pattern = (bits & 0x800f'ffff'ffff'ffffu) | ((1020 + (bits >> 33) % 60) << 52);
      if (n & 2) pattern &= ~((uint64_t{1} << ((bits >> 40) % 53)) - 1);
    }
    const double x = std::bit_cast<double>(pattern);
    ASSERT_TRUE(same64(numeric::f64_ceil(x), std::ceil(x))) << x;
    ASSERT_TRUE(same64(numeric::f64_floor(x), std::floor(x))) << x;
    ASSERT_TRUE(same64(numeric::f64_trunc(x), std::trunc(x))) << x;
    ASSERT_TRUE(same64(numeric::f64_nearest(x), std::nearbyint(x))) << x;
    ASSERT_TRUE(same64(numeric::f64_sqrt(x), std::sqrt(x))) << x;
  }
}

// Vector lanes are computed without branches; they must mean what the scalar functions mean.
TEST(Numeric, VectorLanesAgreeWithScalars) {
  struct Row32 {
    const char* name;
    V128 (*vector)(V128);
    float (*scalar)(float);
  };
  struct Row64 {
    const char* name;
    V128 (*vector)(V128);
    double (*scalar)(double);
  };
  using namespace numeric;
  const Row32 kRows32[] = {{"ceil", f32x4_ceil, f32_ceil},
                           {"floor", f32x4_floor, f32_floor},
                           {"trunc", f32x4_trunc, f32_trunc},
                           {"nearest", f32x4_nearest, f32_nearest},
                           {"sqrt", f32x4_sqrt, f32_sqrt}};
  const Row64 kRows64[] = {{"ceil", f64x2_ceil, f64_ceil},
                           {"floor", f64x2_floor, f64_floor},
                           {"trunc", f64x2_trunc, f64_trunc},
                           {"nearest", f64x2_nearest, f64_nearest},
                           {"sqrt", f64x2_sqrt, f64_sqrt}};
  uint64_t state = 7;
  const auto next = [&state](int exponent_bits) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    uint64_t bits = state ^ (state >> 29);
    // Every other operand gets a small exponent, so that fractions and halves are common.
    if (bits & 4) {
      if (exponent_bits == 8) {
        bits = (bits & 0x807f'f000'807f'f000u) | (uint64_t{124 + bits % 30} << 23) |
               (uint64_t{124 + (bits >> 8) % 30} << 55);
      } else {
        bits = (bits & 0x800f'ffff'0000'0000u) | ((1020 + bits % 56) << 52);
      }
    }
    return bits;
  };
  const auto nan32 = [](uint32_t x) { return is_nan(float_of(x)) ? kCanonicalNan32 : x; };
  const auto nan64 = [](uint64_t x) { return is_nan(double_of(x)) ? kCanonicalNan64 : x; };
  for (int n = 0; n < 200'000; ++n) {
    const V128 a = V128::of(next(8), next(8));
    const V128 b = V128::of(next(8), n % 16 == 0 ? a.high() ^ 0x8000'0000'0000'0000u : next(8));
    const lanes::u32 x = a.as<lanes::u32>(), y = b.as<lanes::u32>();
    for (const Row32& row : kRows32) {
      const lanes::u32 got = row.vector(a).as<lanes::u32>();
      for (unsigned i = 0; i < 4; ++i) {
        ASSERT_EQ(nan32(got[i]), nan32(bits_of(row.scalar(float_of(x[i]))))) << row.name << x[i];
        ASSERT_EQ(is_arithmetic_nan(float_of(got[i])), is_nan(float_of(got[i])));
      }
    }
    const lanes::u32 least = f32x4_min(a, b).as<lanes::u32>();
    const lanes::u32 most = f32x4_max(a, b).as<lanes::u32>();
    for (unsigned i = 0; i < 4; ++i) {
      ASSERT_EQ(nan32(least[i]), nan32(bits_of(f32_min(float_of(x[i]), float_of(y[i])))));
      ASSERT_EQ(nan32(most[i]), nan32(bits_of(f32_max(float_of(x[i]), float_of(y[i])))));
    }
    const V128 c = V128::of(next(11), next(11));
    const V128 d = V128::of(next(11), n % 16 == 0 ? c.high() : next(11));
    const lanes::u64 u = c.as<lanes::u64>(), v = d.as<lanes::u64>();
    for (const Row64& row : kRows64) {
      const lanes::u64 got = row.vector(c).as<lanes::u64>();
      for (unsigned i = 0; i < 2; ++i) {
        ASSERT_EQ(nan64(got[i]), nan64(bits_of(row.scalar(double_of(u[i]))))) << row.name << u[i];
        ASSERT_EQ(is_arithmetic_nan(double_of(got[i])), is_nan(double_of(got[i])));
      }
    }
    const lanes::u64 low = f64x2_min(c, d).as<lanes::u64>();
    const lanes::u64 top = f64x2_max(c, d).as<lanes::u64>();
    for (unsigned i = 0; i < 2; ++i) {
      ASSERT_EQ(nan64(low[i]), nan64(bits_of(f64_min(double_of(u[i]), double_of(v[i])))));
      ASSERT_EQ(nan64(top[i]), nan64(bits_of(f64_max(double_of(u[i]), double_of(v[i])))));
    }
  }
}

TEST(Numeric, CanonicalizeNan) {
  using namespace numeric;
  EXPECT_EQ(bits_of(canonicalize_nan(float_of(0xffa1'2345u))), kCanonicalNan32);
  EXPECT_EQ(bits_of(canonicalize_nan(double_of(0xfff0'0000'0000'0001u))), kCanonicalNan64);
  EXPECT_EQ(bits_of(canonicalize_nan(-0.0f)), kSign32);
  EXPECT_EQ(bits_of(quiet(float_of(0xff80'0001u))), 0xffc0'0001u);
  EXPECT_TRUE(is_canonical_nan(float_of(0xffc0'0000u)));
  EXPECT_FALSE(is_canonical_nan(float_of(0xffc0'0001u)));
  EXPECT_FALSE(is_arithmetic_nan(float_of(0xffa0'0000u)));
  EXPECT_FALSE(is_nan(float_of(0x7f80'0000u)));
}

// Bytes 0xf0..0xff at an odd address, so that alignment is exercised too.
TEST(Numeric, VectorMemory) {
  using namespace numeric;
  uint8_t memory[17];
  for (unsigned n = 0; n < 16; ++n) memory[n + 1] = static_cast<uint8_t>(0xf0 + n);
  const uint8_t* at = memory + 1;
  const V128 ones = V128::of(0x1111'1111'1111'1111, 0x2222'2222'2222'2222);
  struct Row {
    const char* name;
    V128 got;
    uint64_t low, high;
  };
  const Row kRows[] = {
      {"load", v128_load(at), 0xf7f6f5f4f3f2f1f0, 0xfffefdfcfbfaf9f8},
      {"load8x8_s", v128_load8x8_s(at), 0xfff3fff2fff1fff0, 0xfff7fff6fff5fff4},
      {"load8x8_u", v128_load8x8_u(at), 0x00f300f200f100f0, 0x00f700f600f500f4},
      {"load16x4_s", v128_load16x4_s(at), 0xfffff3f2fffff1f0, 0xfffff7f6fffff5f4},
      {"load16x4_u", v128_load16x4_u(at), 0x0000f3f20000f1f0, 0x0000f7f60000f5f4},
      {"load32x2_s", v128_load32x2_s(at), 0xfffffffff3f2f1f0, 0xfffffffff7f6f5f4},
      {"load32x2_u", v128_load32x2_u(at), 0x00000000f3f2f1f0, 0x00000000f7f6f5f4},
      {"load8_splat", v128_load8_splat(at), 0xf0f0f0f0f0f0f0f0, 0xf0f0f0f0f0f0f0f0},
      {"load16_splat", v128_load16_splat(at), 0xf1f0f1f0f1f0f1f0, 0xf1f0f1f0f1f0f1f0},
      {"load32_splat", v128_load32_splat(at), 0xf3f2f1f0f3f2f1f0, 0xf3f2f1f0f3f2f1f0},
      {"load64_splat", v128_load64_splat(at), 0xf7f6f5f4f3f2f1f0, 0xf7f6f5f4f3f2f1f0},
      {"load32_zero", v128_load32_zero(at), 0xf3f2f1f0, 0},
      {"load64_zero", v128_load64_zero(at), 0xf7f6f5f4f3f2f1f0, 0},
      {"load8_lane", v128_load8_lane(at, ones, 15), 0x1111111111111111, 0xf022222222222222},
      {"load16_lane", v128_load16_lane(at, ones, 0), 0x111111111111f1f0, 0x2222222222222222},
      {"load32_lane", v128_load32_lane(at, ones, 2), 0x1111111111111111, 0x22222222f3f2f1f0},
      {"load64_lane", v128_load64_lane(at, ones, 1), 0x1111111111111111, 0xf7f6f5f4f3f2f1f0},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(row.got.low(), row.low) << row.name;
    EXPECT_EQ(row.got.high(), row.high) << row.name;
  }

  const V128 counted = V128::of(0x0706050403020100, 0x0f0e0d0c0b0a0908);
  struct Store {
    const char* name;
    void (*store)(uint8_t*, V128, uint32_t);
    uint32_t lane;
    unsigned bytes;
    uint8_t first;
  };
  const Store kStores[] = {
      {"store8_lane", v128_store8_lane, 9, 1, 9},
      {"store16_lane", v128_store16_lane, 3, 2, 6},
      {"store32_lane", v128_store32_lane, 2, 4, 8},
      {"store64_lane", v128_store64_lane, 1, 8, 8},
      {"store", [](uint8_t* to, V128 a, uint32_t) { v128_store(to, a); }, 0, 16, 0},
  };
  for (const Store& row : kStores) {
    std::memset(memory, 0xee, sizeof memory);
    row.store(memory + 1, counted, row.lane);
    for (unsigned n = 0; n < 16; ++n) {
      EXPECT_EQ(memory[n + 1], n < row.bytes ? row.first + n : 0xee) << row.name << " byte " << n;
    }
  }
}

}  // namespace
}  // namespace weft::wasm
