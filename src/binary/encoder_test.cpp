// Types and structure written by the encoder are read back unchanged by the decoder's readers.
#include "binary/encoder.hpp"

#include <gtest/gtest.h>

#include "binary/read_types.hpp"
#include "binary/reader.hpp"

namespace weft::binary {
namespace {

std::vector<int> to_ints(std::span<const std::byte> bytes) {
  std::vector<int> out;
  for (std::byte b : bytes) out.push_back(std::to_integer<int>(b));
  return out;
}

TEST(Encoder, ValueTypesSurvive) {
  const ValType cases[] = {
      kI32,
      kI64,
      kF32,
      kF64,
      kV128,
      kFuncRef,
      kExternRef,
      kAnyRef,
      kExnRef,
      ValType::ref(AbstractHeap::none, true),
      ValType::ref(AbstractHeap::i31, false),
      ValType::ref(AbstractHeap::nofunc, false),
      ValType::ref(HeapType::concrete(0u), true),
      ValType::ref(HeapType::concrete(63u), false),
      ValType::ref(HeapType::concrete(64u), true),
      ValType::ref(HeapType::concrete(999'999u), false),
  };
  for (ValType t : cases) {
    Encoder e;
    e.write(t);
    Reader r(e.bytes());
    EXPECT_EQ(read_val_type(r, FeatureSet::all()), t) << t.bits();
    EXPECT_TRUE(r.ok() && r.at_end());
  }
}

TEST(Encoder, StorageTypesSurvive) {
  for (ValType t : {kI8, kI16, kI32, kAnyRef}) {
    for (bool is_mutable : {false, true}) {
      Encoder e;
      e.write(FieldType{t, is_mutable});
      Reader r(e.bytes());
      EXPECT_EQ(read_storage_type(r, FeatureSet::all()), t);
      EXPECT_EQ(read_mutability(r), is_mutable);
      EXPECT_TRUE(r.ok() && r.at_end());
    }
  }
}

TEST(Encoder, MemoryAndTableTypesSurvive) {
  const MemoryType memories[] = {
      {{0, {}}, AddressType::i32, false, 16},
      {{1, 65536}, AddressType::i32, true, 16},
      {{0, uint64_t{1} << 48}, AddressType::i64, false, 16},
      {{7, 70000}, AddressType::i32, false, 0},
      {{7, ~uint64_t{0}}, AddressType::i64, true, 0},
  };
  for (const MemoryType& m : memories) {
    Encoder e;
    e.write(m);
    Reader r(e.bytes());
    EXPECT_EQ(read_memory_type(r, FeatureSet::all()), m);
    EXPECT_TRUE(r.ok() && r.at_end());
  }
  const TableType tables[] = {
      {kFuncRef, {0, {}}, AddressType::i32},
      {kExternRef, {1, 20}, AddressType::i64},
      {ValType::ref(HeapType::concrete(5u), false), {3, 3}, AddressType::i32},
  };
  for (const TableType& t : tables) {
    Encoder e;
    e.write(t);
    Reader r(e.bytes());
    EXPECT_EQ(read_table_type(r, FeatureSet::all()), t);
    EXPECT_TRUE(r.ok() && r.at_end());
  }
}

TEST(Encoder, SizedPartsNest) {
  Encoder e;
  const auto section = e.begin_section(SectionId::code);
  e.u32(1);
  const auto body = e.begin_sized();
  for (int i = 0; i < 200; ++i) e.op(Op::nop);  // a size of two bytes
  e.end_sized(body);
  e.end_section(section);
  const auto bytes = to_ints(e.bytes());
  ASSERT_EQ(bytes.size(), 1u + 2 + 1 + 2 + 200);
  EXPECT_EQ((std::vector<int>(bytes.begin(), bytes.begin() + 7)),
            (std::vector<int>{10, 0xcb, 0x01, 1, 0xc8, 0x01, 0x01}));
}

TEST(Encoder, InstructionsOfEveryPrefix) {
  struct Case {
    Op op;
    std::vector<int> bytes;
  };
  const Case cases[] = {{Op::i32_add, {0x6a}},
                        {Op::struct_new, {0xfb, 0x00}},
                        {Op::memory_copy, {0xfc, 0x0a}},
                        {Op::i32x4_relaxed_dot_i8x16_i7x16_add_s, {0xfd, 0x93, 0x02}},
                        {Op::atomic_fence, {0xfe, 0x03}}};
  for (const Case& c : cases) {
    Encoder e;
    e.op(c.op);
    EXPECT_EQ(to_ints(e.bytes()), c.bytes) << to_string(c.op);
  }
  Encoder e;
  e.mem_arg(2, 0, 300);
  e.mem_arg(3, 5, 0);
  EXPECT_EQ(to_ints(e.bytes()), (std::vector<int>{2, 0xac, 0x02, 0x43, 5, 0}));
}

}  // namespace
}  // namespace weft::binary
