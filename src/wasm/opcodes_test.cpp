// The opcode table's own invariants, and spot checks of encodings against the specification.

#include "wasm/opcodes.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "wasm/traps.hpp"

namespace weft::wasm {
namespace {

std::string id_of_row(size_t i) {
  static const char* const kIds[] = {
#define WEFT_OP(id, text, prefix, code, imm, sig, shape, feature) #id,
#include "wasm/opcodes.def"
#undef WEFT_OP
  };
  return kIds[i];
}

TEST(Opcodes, SortedByEncoding) {
  for (size_t i = 1; i < kOpCount; ++i) {
    const auto a = std::pair(kOps[i - 1].prefix, kOps[i - 1].code);
    const auto b = std::pair(kOps[i].prefix, kOps[i].code);
    EXPECT_LT(a, b) << id_of_row(i);
  }
}

TEST(Opcodes, EveryRowDecodesToItself) {
  for (size_t i = 0; i < kOpCount; ++i) {
    const OpInfo& row = kOps[i];
    const Op op = row.prefix == 0 ? decode_single(static_cast<uint8_t>(row.code))
                                  : decode_prefixed(row.prefix, row.code);
    EXPECT_EQ(op, static_cast<Op>(i)) << id_of_row(i);
  }
}

TEST(Opcodes, NothingElseDecodes) {
  size_t found = 0;
  for (unsigned byte = 0; byte < 256; ++byte) {
    found += decode_single(static_cast<uint8_t>(byte)) != Op::invalid_;
    for (uint32_t code = 0; code < 0x400; ++code) {
      found += decode_prefixed(static_cast<uint8_t>(byte), code) != Op::invalid_;
    }
    EXPECT_EQ(decode_prefixed(static_cast<uint8_t>(byte), 0xffff'ffff), Op::invalid_);
    EXPECT_EQ(decode_prefixed(static_cast<uint8_t>(byte), 0x1'0000), Op::invalid_);
  }
  EXPECT_EQ(found, kOpCount);
  for (unsigned byte = 0xfb; byte <= 0xfe; ++byte) {
    EXPECT_TRUE(is_prefix(static_cast<uint8_t>(byte)));
    EXPECT_EQ(decode_single(static_cast<uint8_t>(byte)), Op::invalid_);
  }
  EXPECT_FALSE(is_prefix(0xfa));
  EXPECT_FALSE(is_prefix(0xff));
}

TEST(Opcodes, TextAndIdAgree) {
  const std::set<std::string> kSuffixed = {"select_t", "ref_test_null", "ref_cast_null"};
  for (size_t i = 0; i < kOpCount; ++i) {
    std::string from_text(kOps[i].text);
    for (char& c : from_text) c = c == '.' ? '_' : c;
    std::string id = id_of_row(i);
    if (id.back() == '_') id.pop_back();
    const Op op = static_cast<Op>(i);
    if (kSuffixed.contains(id)) {
      EXPECT_TRUE(id.starts_with(from_text));
      EXPECT_NE(op_from_text(kOps[i].text), op);
      EXPECT_EQ(to_string(op_from_text(kOps[i].text)), kOps[i].text);
    } else {
      EXPECT_EQ(id, from_text);
      EXPECT_EQ(op_from_text(kOps[i].text), op);
    }
  }
}

TEST(Opcodes, UnknownTexts) {
  for (const char* text :
       {"", "i32", "i32.", "i32.addd", "I32.ADD", "i32_add", "if_", "<invalid>"}) {
    EXPECT_EQ(op_from_text(text), Op::invalid_) << text;
  }
}

// Spec appendix "Index of Instructions"; the proposals' overviews for the last rows.
TEST(Opcodes, Encodings) {
  struct Row {
    Op op;
    uint8_t prefix;
    uint16_t code;
  };
  const Row kRows[] = {
      {Op::unreachable, 0, 0x00},
      {Op::try_table, 0, 0x1f},
      {Op::select_t, 0, 0x1c},
      {Op::i32_add, 0, 0x6a},
      {Op::f64_reinterpret_i64, 0, 0xbf},
      {Op::i64_extend32_s, 0, 0xc4},
      {Op::br_on_non_null, 0, 0xd6},
      {Op::i31_get_u, 0xfb, 0x1e},
      {Op::ref_cast_null, 0xfb, 0x17},
      {Op::table_fill, 0xfc, 0x11},
      {Op::v128_const, 0xfd, 0x0c},
      {Op::f64x2_convert_low_i32x4_u, 0xfd, 0xff},
      {Op::i32x4_relaxed_dot_i8x16_i7x16_add_s, 0xfd, 0x113},
      {Op::delegate, 0, 0x18},
      {Op::i64_add128, 0xfc, 0x13},
      {Op::i64_mul_wide_u, 0xfc, 0x16},
      {Op::atomic_fence, 0xfe, 0x03},
      {Op::i64_atomic_rmw32_cmpxchg_u, 0xfe, 0x4e},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(info(row.op).prefix, row.prefix) << to_string(row.op);
    EXPECT_EQ(info(row.op).code, row.code) << to_string(row.op);
  }
}

TEST(Opcodes, Signatures) {
  const Sig& add = sig(Op::i32_add);
  EXPECT_FALSE(add.special);
  EXPECT_EQ(add.param_count, 2);
  EXPECT_EQ(add.result_count, 1);
  EXPECT_EQ(add.params[1], SigType::i32);

  const Sig& wide = sig(Op::i64_add128);
  EXPECT_EQ(wide.param_count, 4);
  EXPECT_EQ(wide.result_count, 2);

  const Sig& store = sig(Op::f64_store);
  EXPECT_EQ(store.result_count, 0);
  EXPECT_EQ(store.params[0], SigType::address);
  EXPECT_EQ(store.params[1], SigType::f64);

  EXPECT_TRUE(sig(Op::call).special);
  EXPECT_FALSE(sig(Op::nop).special);
}

/// How many operands and results a shape stands for; emitters rely on it.
TEST(Opcodes, ShapesFitTheirSignatures) {
  struct Row {
    Shape shape;
    uint8_t params, results;
  };
  const Row kRows[] = {
      {Shape::constant, 0, 1},      {Shape::unary, 1, 1},          {Shape::binary, 2, 1},
      {Shape::ternary, 3, 1},       {Shape::load, 1, 1},           {Shape::store, 2, 0},
      {Shape::load_lane, 2, 1},     {Shape::store_lane, 2, 0},     {Shape::extract_lane, 1, 1},
      {Shape::replace_lane, 2, 1},  {Shape::shuffle, 2, 1},        {Shape::wide_binary, 4, 2},
      {Shape::wide_mul, 2, 2},      {Shape::atomic_load, 1, 1},    {Shape::atomic_store, 2, 0},
      {Shape::atomic_rmw, 2, 1},    {Shape::atomic_cmpxchg, 3, 1}, {Shape::atomic_wait, 3, 1},
      {Shape::atomic_notify, 2, 1}, {Shape::atomic_fence, 0, 0},
  };
  for (size_t i = 0; i < kOpCount; ++i) {
    for (const Row& row : kRows) {
      if (kOps[i].shape != row.shape) continue;
      EXPECT_FALSE(kOps[i].sig.special) << kOps[i].text;
      EXPECT_EQ(kOps[i].sig.param_count, row.params) << kOps[i].text;
      EXPECT_EQ(kOps[i].sig.result_count, row.results) << kOps[i].text;
    }
  }
}

TEST(Opcodes, AccessWidths) {
  struct Row {
    Op op;
    unsigned bytes;
  };
  const Row kRows[] = {
      {Op::i32_load, 4},
      {Op::i64_load, 8},
      {Op::f32_store, 4},
      {Op::f64_load, 8},
      {Op::i32_load8_s, 1},
      {Op::i64_store32, 4},
      {Op::v128_load, 16},
      {Op::v128_load8x8_s, 8},
      {Op::v128_load32x2_u, 8},
      {Op::v128_load8_splat, 1},
      {Op::v128_load64_zero, 8},
      {Op::v128_store16_lane, 2},
      {Op::i32_atomic_load, 4},
      {Op::i64_atomic_rmw_add, 8},
      {Op::i64_atomic_rmw16_cmpxchg_u, 2},
      {Op::memory_atomic_wait32, 4},
      {Op::memory_atomic_wait64, 8},
      {Op::memory_atomic_notify, 4},
      {Op::i32_add, 0},
      {Op::memory_copy, 0},
      {Op::atomic_fence, 0},
  };
  for (const Row& row : kRows) EXPECT_EQ(access_bytes(row.op), row.bytes) << to_string(row.op);
  for (const OpInfo& row : kOps) {
    const bool has_memarg = row.imm == Imm::memarg || row.imm == Imm::memarg_lane;
    EXPECT_EQ(row.access_bytes != 0, has_memarg) << row.text;
    if (has_memarg) {
      EXPECT_EQ(row.access_bytes & (row.access_bytes - 1), 0) << row.text;
    }
  }
  EXPECT_EQ(natural_align_log2(Op::v128_load), 4);
  EXPECT_EQ(natural_align_log2(Op::i32_load8_u), 0);
}

TEST(Opcodes, Floats) {
  EXPECT_TRUE(uses_floats(Op::f32_const));
  EXPECT_TRUE(uses_floats(Op::f64_store));
  EXPECT_TRUE(uses_floats(Op::i32_trunc_sat_f64_u));
  EXPECT_TRUE(uses_floats(Op::i32x4_trunc_sat_f32x4_s));
  EXPECT_TRUE(uses_floats(Op::f64x2_eq));
  EXPECT_FALSE(uses_floats(Op::i64_load));
  EXPECT_FALSE(uses_floats(Op::i8x16_add));
}

TEST(Features, SetOperations) {
  const FeatureSet none;
  EXPECT_TRUE(none.has(Feature::mvp));
  EXPECT_FALSE(none.has(Feature::gc));
  EXPECT_TRUE(none.with(Feature::gc).has(Feature::gc));
  EXPECT_FALSE(FeatureSet::all().without(Feature::floats).has(Feature::floats));
  EXPECT_TRUE(FeatureSet::all().without(Feature::mvp).has(Feature::mvp));
  EXPECT_EQ(FeatureSet::defaults(), FeatureSet::all());
  EXPECT_NE(FeatureSet::all().without(Feature::simd).bits(), FeatureSet::all().bits());
}

TEST(Features, Texts) {
  std::set<std::string_view> texts;
  for (const FeatureInfo& feature : kFeatures) {
    EXPECT_TRUE(texts.insert(feature.cli_text).second) << feature.cli_text;
    Feature f{};
    EXPECT_TRUE(feature_from_text(feature.cli_text, f));
    EXPECT_EQ(to_string(f), feature.cli_text);
  }
  Feature f{};
  EXPECT_FALSE(feature_from_text("no-such-thing", f));
}

// The official suite compares messages by prefix: its texts must begin ours.
TEST(Traps, TextsAndNumbers) {
  std::set<int> numbers;
  std::set<std::string_view> texts;
#define WEFT_TRAP(id, number, text)                  \
  EXPECT_TRUE(numbers.insert(number).second) << #id; \
  EXPECT_TRUE(texts.insert(text).second) << #id;     \
  EXPECT_EQ(to_string(TrapCode::id), text);          \
  EXPECT_EQ(id_of(TrapCode::id), #id);               \
  EXPECT_TRUE(is_guest_trap(TrapCode::id));          \
  EXPECT_TRUE(number > 0 && number < 254) << #id;
#include "wasm/traps.def"
#undef WEFT_TRAP
  EXPECT_FALSE(is_guest_trap(TrapCode::none));
  EXPECT_FALSE(is_guest_trap(TrapCode::host_error));
  EXPECT_FALSE(is_guest_trap(TrapCode::host_exception));
}

}  // namespace
}  // namespace weft::wasm
