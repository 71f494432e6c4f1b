#include "runtime/type_registry.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace weft::runtime {
namespace {

TypeList func_list(std::vector<ValType> params, std::vector<ValType> results) {
  TypeList t;
  t.begin_group();
  t.begin_type(CompositeKind::func, true, std::nullopt);
  for (ValType v : params) t.add_param(v);
  for (ValType v : results) t.add_result(v);
  t.finish_group();
  return t;
}

TEST(TypeRegistry, EqualTypesOfDifferentModulesAreOne) {
  TypeRegistry r;
  const auto a = r.intern(func_list({kI32, kV128}, {kI64})).value();
  const auto b = r.intern(func_list({kF32}, {})).value();
  const auto c = r.intern(func_list({kI32, kV128}, {kI64})).value();
  const TypeId d = r.intern_func(std::vector{kF32}, {}).value();
  EXPECT_EQ(a[0], c[0]);
  EXPECT_EQ(b[0], d);
  EXPECT_NE(a[0], b[0]);
  EXPECT_EQ(r.size(), 2u);
  EXPECT_EQ(r[a[0]].params.size(), 2u);
  EXPECT_EQ(r[a[0]].results[0], kI64);
  EXPECT_EQ(r[a[0]].param_cells, 3u);
  EXPECT_EQ(r[a[0]].call_cells(), 3u);
  EXPECT_EQ(r.describe(a[0]), "func (param i32 v128) (result i64)");
}

/// rec group: $list = struct (ref null $list) i32, preceded by `before` other types, so that
/// indices differ.
TypeList recursive_list(int before, bool is_mutable) {
  TypeList t;
  for (int i = 0; i < before; ++i) {
    t.begin_group();
    t.begin_type(CompositeKind::func, true, std::nullopt);
    for (int k = 0; k <= i; ++k) t.add_param(kI32);
    t.finish_group();
  }
  t.begin_group();
  t.begin_type(CompositeKind::struct_, true, std::nullopt);
  t.add_field({ValType::ref(HeapType::concrete(t.size() - 1), true), is_mutable});
  t.add_field({kI32, false});
  t.finish_group();
  return t;
}

TEST(TypeRegistry, RecursionGroupsAreComparedRolled) {
  TypeRegistry r;
  const TypeId a = r.intern(recursive_list(0, false)).value().back();
  const TypeId b = r.intern(recursive_list(3, false)).value().back();
  const TypeId c = r.intern(recursive_list(3, true)).value().back();
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_EQ(r[a].fields[0].type.heap().type_id(), a);
}

TEST(TypeRegistry, SubtypingByDisplay) {
  TypeList t;
  for (uint32_t i = 0; i < 4; ++i) {
    t.begin_group();
    t.begin_type(CompositeKind::struct_, false, i == 0 ? std::nullopt : std::optional(i - 1));
    for (uint32_t k = 0; k < i; ++k) t.add_field({kI32, false});
    t.finish_group();
  }
  t.begin_group();
  t.begin_type(CompositeKind::struct_, false, 0);
  t.add_field({kI64, false});
  t.finish_group();
  TypeRegistry r;
  const auto ids = r.intern(t).value();
  for (uint32_t sub = 0; sub < 4; ++sub) {
    for (uint32_t super = 0; super < 4; ++super) {
      EXPECT_EQ(r.is_sub(ids[sub], ids[super]), super <= sub) << sub << " <: " << super;
    }
  }
  EXPECT_TRUE(r.is_sub(ids[4], ids[0]));
  EXPECT_FALSE(r.is_sub(ids[4], ids[1]));
  const auto ref = [&](size_t i) { return ValType::ref(HeapType::concrete(ids[i]), false); };
  EXPECT_TRUE(r.matches(ref(3), ref(1)));
  EXPECT_TRUE(r.matches(ref(3), kAnyRef));
  EXPECT_TRUE(r.matches(ref(3), ValType::ref(AbstractHeap::eq, true)));
  EXPECT_FALSE(r.matches(ref(3), kFuncRef));
  EXPECT_FALSE(r.matches(kAnyRef, ref(0)));
  EXPECT_TRUE(r.matches(ValType::ref(AbstractHeap::none, false), ref(2)));
  EXPECT_FALSE(r.matches(ValType::ref(AbstractHeap::none, true), ref(2)));
}

TEST(TypeRegistry, ThreadsAgree) {
  TypeRegistry r;
  std::vector<std::vector<TypeId>> got(4);
  std::vector<std::thread> threads;
  for (auto& out : got) {
    threads.emplace_back([&r, &out] {
      for (int i = 0; i < 600; ++i) {
        const std::vector<ValType> params(static_cast<size_t>(i % 300), kI32);
        out.push_back(r.intern_func(params, {}).value());
        EXPECT_EQ(r[out.back()].params.size(), params.size());
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(r.size(), 300u);
  for (const auto& out : got) EXPECT_EQ(out, got[0]);
}

}  // namespace
}  // namespace weft::runtime
