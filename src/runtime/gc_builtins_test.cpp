// Builtins on structs, arrays and casts: results, traps, their order; with a collection at every
// allocation.
#include "runtime/gc_builtins.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/testing.hpp"

namespace weft::runtime {
namespace {

using builtins::CastKind;

struct GcBuiltinsTest : ::testing::Test {
  std::shared_ptr<EngineState> engine = testing::make_engine({.gc_zeal = 1});
  Store store{engine};
  VMContext* ctx = nullptr;
  // Types of the module.
  enum : uint32_t { func, pair, mixed, bytes, halfs, refs, vectors, funcs, base, derived, longs };

  GcBuiltinsTest() {
    testing::ModuleBuilder b;
    b.func_type({}, {});
    const auto define = [&](CompositeKind kind, std::vector<ValType> fields, bool final = true,
                            std::optional<uint32_t> super = {}) {
      TypeList& t = b.module().types;
      t.begin_group();
      t.begin_type(kind, final, super);
      for (ValType v : fields) t.add_field({v, true});
      t.finish_group();
    };
    define(CompositeKind::struct_, {kAnyRef, kI32});
    define(CompositeKind::struct_, {kI8, kV128, kI16, kFuncRef, kF64, kAnyRef});
    define(CompositeKind::array, {kI8});
    define(CompositeKind::array, {kI16});
    define(CompositeKind::array, {kAnyRef});
    define(CompositeKind::array, {kV128});
    define(CompositeKind::array, {kFuncRef});
    define(CompositeKind::struct_, {kI32}, false);
    define(CompositeKind::struct_, {kI32, kI64}, true, base);
    define(CompositeKind::array, {kI64});
    b.func(func, nullptr);
    b.passive_data("0123456789");
    b.passive_elem({0, 0, 0});
    ctx = &(*store.add_instance(b.finish(*engine), {}))->vmctx();
  }
  Heap& heap() { return store.heap(); }
  /// Rooted in the present scope.
  template <class Make>
  Ref make(Make&& make) {
    Ref r = kNullRef;
    EXPECT_EQ(make(r), TrapCode::none);
    heap().root(r);
    return r;
  }
  Ref new_array(uint32_t type, uint32_t length) {
    return make([&](Ref& r) { return builtins::array_new_default(ctx, type, length, r); });
  }
  Ref new_pair(Ref first, uint32_t second) {
    const Cell fields[] = {Cell{first}, Cell{second}};
    return make([&](Ref& r) { return builtins::struct_new(ctx, pair, fields, r); });
  }
  uint64_t element(Ref array, uint32_t index, bool sign_extend = false) {
    const uint32_t log2 = heap().header(array).element_log2();
    Cell out[2];
    builtins::load_field(ctx, array,
                         {static_cast<uint32_t>(8 + (uint64_t{index} << log2)),
                          static_cast<uint8_t>(log2), sign_extend},
                         out);
    return out[0].bits;
  }
};

TEST_F(GcBuiltinsTest, StructsHoldWhatWasPutInThem) {
  const Ref inner = new_pair(make_i31(5), 77);
  const Cell fields[] = {
      Cell{0x1ff},   Cell{1},    Cell{2}, Cell{0x18000}, Cell{0xabcdef0123456789},
      Cell::of(2.5), Cell{inner}};
  const Ref r = make([&](Ref& out) { return builtins::struct_new(ctx, mixed, fields, out); });
  for (int i = 0; i < 10; ++i) new_array(bytes, 100);
  const StructLayout& layout = heap().layouts().of(ctx->type_ids[mixed]);
  const uint64_t expected[] = {0xff, 1, 0x8000, 0xabcdef0123456789, Cell::of(2.5).bits, inner};
  for (size_t i = 0; i < std::size(expected); ++i) {
    Cell out[2];
    const auto log2 = static_cast<uint8_t>(log2_bytes(layout.fields[i].cls));
    builtins::load_field(ctx, r, {layout.fields[i].offset, log2, false}, out);
    EXPECT_EQ(out[0].bits, expected[i]) << i;
    if (i == 1) {
      EXPECT_EQ(out[1].bits, 2u);
    }
    if (i == 2) {
      builtins::load_field(ctx, r, {layout.fields[i].offset, log2, true}, out);
      EXPECT_EQ(out[0].bits, 0xffff8000u);
    }
  }
  const Cell value{42};
  builtins::store_field(ctx, r, {layout.fields[0].offset, 0, false}, &value);
  Cell out[2];
  builtins::load_field(ctx, r, {layout.fields[0].offset, 0, true}, out);
  EXPECT_EQ(out[0].bits, 42u);
}

TEST_F(GcBuiltinsTest, DefaultsAreZeroInReusedMemory) {
  for (int round = 0; round < 200; ++round) {
    const RootScope scope(heap());
    const Ref s = make([&](Ref& r) { return builtins::struct_new_default(ctx, mixed, r); });
    const Ref a = new_array(longs, static_cast<uint32_t>(round));
    for (uint32_t at = 8; at < heap().header(s).bytes(); ++at)
      ASSERT_EQ(heap().at(s)[at], std::byte{0});
    for (uint32_t i = 0; i < static_cast<uint32_t>(round); ++i) ASSERT_EQ(element(a, i), 0u);
  }
}

struct RangeCase {
  uint32_t at, length, size;
  bool fits;
};
const RangeCase kRanges[] = {
    {0, 0, 0, true},     {0, 1, 0, false},      {1, 0, 0, false},        {10, 0, 10, true},
    {11, 0, 10, false},  {9, 1, 10, true},      {9, 2, 10, false},       {0, ~0u, 10, false},
    {~0u, 1, 10, false}, {~0u, ~0u, 10, false}, {2, ~0u - 1, 10, false},
};

TEST_F(GcBuiltinsTest, RangesAreCheckedBeforeAnythingIsWritten) {
  for (const RangeCase& c : kRanges) {
    SCOPED_TRACE(std::to_string(c.at) + "+" + std::to_string(c.length) + " of " +
                 std::to_string(c.size));
    const RootScope scope(heap());
    const Ref a = new_array(bytes, c.size);
    const Ref big = new_array(bytes, 1000);
    const TrapCode expected = c.fits ? TrapCode::none : TrapCode::array_out_of_bounds;
    const Cell value{7};
    EXPECT_EQ(builtins::array_fill(ctx, a, c.at, &value, c.length), expected);
    if (!c.fits) {
      for (uint32_t i = 0; i < c.size; ++i) EXPECT_EQ(element(a, i), 0u);
    }
    EXPECT_EQ(builtins::array_copy(ctx, a, c.at, big, 0, c.length), expected);
    EXPECT_EQ(builtins::array_copy(ctx, big, 0, a, c.at, c.length), expected);
    if (c.size == 10) {  // the data segment's size
      Ref made = kNullRef;
      const TrapCode memory = c.fits ? TrapCode::none : TrapCode::memory_out_of_bounds;
      EXPECT_EQ(builtins::array_new_data(ctx, bytes, 0, c.at, c.length, made), memory);
      EXPECT_EQ(builtins::array_init_data(ctx, 0, big, 0, c.at, c.length),
                c.length > 1000 ? TrapCode::array_out_of_bounds : memory);
      EXPECT_EQ(builtins::array_init_data(ctx, 0, a, c.at, 0, c.length), expected);
    }
  }
}

TEST_F(GcBuiltinsTest, NullArraysTrapFirst) {
  const Ref a = new_array(bytes, 4);
  const Cell value{};
  EXPECT_EQ(builtins::array_fill(ctx, kNullRef, ~0u, &value, ~0u), TrapCode::null_array_reference);
  EXPECT_EQ(builtins::array_copy(ctx, kNullRef, ~0u, a, 0, 1), TrapCode::null_array_reference);
  EXPECT_EQ(builtins::array_copy(ctx, a, ~0u, kNullRef, 0, 1), TrapCode::null_array_reference);
  EXPECT_EQ(builtins::array_init_data(ctx, 0, kNullRef, 0, 99, 1), TrapCode::null_array_reference);
  EXPECT_EQ(builtins::array_init_elem(ctx, 0, kNullRef, 0, 99, 1), TrapCode::null_array_reference);
}

TEST_F(GcBuiltinsTest, SegmentsBecomeElements) {
  const Ref text = make([&](Ref& r) { return builtins::array_new_data(ctx, halfs, 0, 2, 3, r); });
  EXPECT_EQ(element(text, 0), 0x3332u);
  EXPECT_EQ(element(text, 2), 0x3736u);
  const Ref table = make([&](Ref& r) { return builtins::array_new_elem(ctx, funcs, 0, 1, 2, r); });
  EXPECT_EQ(element(table, 1), reinterpret_cast<uint64_t>(ctx->instance->func_ref(FuncIdx(0u))));
  Ref none = kNullRef;
  EXPECT_EQ(builtins::array_new_elem(ctx, funcs, 0, 2, 2, none), TrapCode::table_out_of_bounds);
  ctx->instance->drop_elem(0);
  ctx->instance->drop_data(0);
  EXPECT_EQ(builtins::array_new_elem(ctx, funcs, 0, 0, 1, none), TrapCode::table_out_of_bounds);
  EXPECT_EQ(builtins::array_new_elem(ctx, funcs, 0, 0, 0, none), TrapCode::none);
  EXPECT_EQ(builtins::array_new_data(ctx, halfs, 0, 0, 1, none), TrapCode::memory_out_of_bounds);
  EXPECT_EQ(builtins::array_new_data(ctx, halfs, 0, 0, 0, none), TrapCode::none);
}

TEST_F(GcBuiltinsTest, CopiesOverlapBothWays) {
  for (const uint32_t type : {bytes, halfs, longs}) {
    const Ref a = new_array(type, 10);
    const auto reset = [&] {
      for (uint32_t i = 0; i < 10; ++i) {
        const Cell v{i};
        builtins::array_fill(ctx, a, i, &v, 1);
      }
    };
    reset();
    EXPECT_EQ(builtins::array_copy(ctx, a, 2, a, 0, 8), TrapCode::none);
    for (uint32_t i = 2; i < 10; ++i) EXPECT_EQ(element(a, i), i - 2);
    reset();
    EXPECT_EQ(builtins::array_copy(ctx, a, 0, a, 2, 8), TrapCode::none);
    for (uint32_t i = 0; i < 8; ++i) EXPECT_EQ(element(a, i), i + 2);
  }
}

TEST_F(GcBuiltinsTest, FixedAndFilledArraysOfEveryWidth) {
  const Cell values[] = {Cell{1}, Cell{2}, Cell{3}, Cell{4}};
  const Ref vector =
      make([&](Ref& r) { return builtins::array_new_fixed(ctx, vectors, values, 2, r); });
  EXPECT_EQ(element(vector, 1), 3u);
  const Ref filled = make([&](Ref& r) { return builtins::array_new(ctx, vectors, values, 3, r); });
  EXPECT_EQ(element(filled, 2), 1u);
  const Ref narrow =
      make([&](Ref& r) { return builtins::array_new_fixed(ctx, halfs, values, 4, r); });
  EXPECT_EQ(element(narrow, 3), 4u);
  const Cell minus{0xffff'ffff};
  const Ref signed_ = make([&](Ref& r) { return builtins::array_new(ctx, bytes, &minus, 5, r); });
  EXPECT_EQ(element(signed_, 4), 0xffu);
  EXPECT_EQ(element(signed_, 4, true), 0xffff'ffffu);
}

TEST_F(GcBuiltinsTest, TooLargeArraysAreRefused) {
  Ref out = kNullRef;
  EXPECT_EQ(builtins::array_new_default(ctx, longs, ~0u, out), TrapCode::allocation_too_large);
  EXPECT_EQ(builtins::array_new_default(ctx, bytes, ~0u, out), TrapCode::allocation_too_large);
  store.limits.heap_bytes = 1u << 20;
  EXPECT_EQ(builtins::array_new_default(ctx, bytes, 2u << 20, out), TrapCode::allocation_too_large);
  store.limits.trap_on_growth_failure = true;
  EXPECT_EQ(builtins::array_new_default(ctx, bytes, 2u << 20, out), TrapCode::growth_limited);
  EXPECT_EQ(builtins::array_new_default(ctx, bytes, 1000, out), TrapCode::none);
}

TEST_F(GcBuiltinsTest, CastsLookAtTheObject) {
  struct Subject {
    const char* name;
    Ref ref;
    std::vector<CastKind> kinds;
    std::vector<uint32_t> types;
  };
  const Cell one[] = {Cell{1}, Cell{2}};
  const Subject subjects[] = {
      {"i31", make_i31(3), {CastKind::eq, CastKind::i31}, {}},
      {"base",
       make([&](Ref& r) { return builtins::struct_new(ctx, base, one, r); }),
       {CastKind::eq, CastKind::struct_},
       {base}},
      {"derived",
       make([&](Ref& r) { return builtins::struct_new(ctx, derived, one, r); }),
       {CastKind::eq, CastKind::struct_},
       {base, derived}},
      {"array", new_array(bytes, 1), {CastKind::eq, CastKind::array}, {bytes}},
      {"host", heap().add_host_value({}), {}, {}},
  };
  for (const Subject& s : subjects) {
    SCOPED_TRACE(s.name);
    EXPECT_TRUE(builtins::cast_matches(ctx, s.ref, CastKind::always, 0));
    EXPECT_FALSE(builtins::cast_matches(ctx, s.ref, CastKind::never, 0));
    for (const CastKind k : {CastKind::eq, CastKind::i31, CastKind::struct_, CastKind::array}) {
      EXPECT_EQ(builtins::cast_matches(ctx, s.ref, k, 0),
                std::ranges::find(s.kinds, k) != s.kinds.end());
    }
    for (const uint32_t t :
         {uint32_t{pair}, uint32_t{bytes}, uint32_t{halfs}, uint32_t{base}, uint32_t{derived}}) {
      const bool expected = std::ranges::find(s.types, t) != s.types.end();
      EXPECT_EQ(builtins::cast_matches(ctx, s.ref, CastKind::object, t), expected) << t;
      EXPECT_EQ(heap().has_type(s.ref, HeapType::concrete(ctx->type_ids[t])), expected) << t;
    }
    EXPECT_TRUE(heap().has_type(s.ref, AbstractHeap::extern_));
    EXPECT_FALSE(heap().has_type(s.ref, AbstractHeap::exn));
  }
  const auto f = reinterpret_cast<uint64_t>(ctx->instance->func_ref(FuncIdx(0u)));
  EXPECT_TRUE(builtins::cast_matches(ctx, f, CastKind::func, func));
  EXPECT_FALSE(heap().has_type(8, AbstractHeap::any));
}

TEST_F(GcBuiltinsTest, ElementsKeepObjectsAlive) {
  const size_t scope = heap().open_scope();
  const Ref list = new_array(refs, 50);
  for (uint32_t i = 0; i < 50; ++i) {
    const RootScope inner(heap());
    const Cell value{new_pair(make_i31(i), i)};
    builtins::array_fill(ctx, list, i, &value, 1);
  }
  heap().close_scope(scope);
  const Cell global[] = {Cell{list}};
  store.add_global({kAnyRef, true}, global);
  for (int i = 0; i < 100; ++i) {
    const RootScope inner(heap());
    new_pair(kNullRef, 1);
  }
  for (uint32_t i = 0; i < 50; ++i) {
    Cell out[2];
    builtins::load_field(ctx, static_cast<Ref>(element(list, i)), {12, 2, false}, out);
    EXPECT_EQ(out[0].bits, i);
  }
}

}  // namespace
}  // namespace weft::runtime
