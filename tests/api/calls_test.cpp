// Calling from the host: untyped, typed, unchecked (MECHANISMS 1), and what must be refused before
// anything runs.
#include <limits>
#include <numeric>
#include <vector>

#include "world.hpp"

namespace weft_test {
namespace {

constexpr std::string_view kWat = R"((module
  (global $calls (export "calls") (mut i32) (i32.const 0))
  (func $note (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
  (func (export "add") (param i32 i32) (result i32)
    call $note (i32.add (local.get 0) (local.get 1)))
  (func (export "swap") (param i64 f32) (result f32 i64)
    call $note (local.get 1) (local.get 0))
  (func (export "ext") (param externref) (result externref) call $note (local.get 0))
  (func (export "fn") (param funcref) (result funcref) call $note (local.get 0))
  (func (export "neg") (result i32) (i32.const -1))
  (func (export "nan") (result f32) (f32.reinterpret_i32 (i32.const 0x7fa00001)))
  (func (export "vec") (param v128) (result v128) (i64x2.add (local.get 0) (local.get 0)))
  (func (export "trap") (result i32) unreachable)
  (func $id (param i32) (result i32) (local.get 0))
  (func (export "get_id") (result (ref func)) (ref.func $id))
  (elem declare func $id)
))";

struct Calls : ::testing::Test {
  World w;
  Instance i = w.instantiate(kWat);
  int32_t calls() { return i.global(w.store, "calls")->get(w.store).value().i32(); }
  Func func(std::string_view name) { return *i.func(w.store, name); }
};

TEST_F(Calls, UntypedCallChecksTheNumberOfParameters) {
  const auto r = func("add").call(w.store, {1});
  EXPECT_EQ(code_of(r), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(message_of(r), "expected 2 arguments, got 1");
  EXPECT_EQ(code_of(func("add").call(w.store, {1, 2, 3})), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(calls(), 0);
}

TEST_F(Calls, UntypedCallChecksTheNumberOfResultSlots) {
  std::vector<Val> room(2, Val(int64_t{77}));
  const Val args[] = {1, 2};
  const auto r = func("add").call(w.store, args, room);
  EXPECT_EQ(code_of(r), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(room[0].i64(), 77);  // untouched
  EXPECT_EQ(calls(), 0);
}

TEST_F(Calls, UntypedCallChecksTheTypeOfEachParameter) {
  for (const Val& wrong :
       {Val(int64_t{1}), Val(1.0f), Val(1.0), Val(weft::V128{}), Val(ExternRef()), Val(Func())}) {
    const auto r = func("add").call(w.store, {1, wrong});
    EXPECT_EQ(code_of(r), WEFT_ERROR_BAD_ARGUMENT);
    EXPECT_NE(message_of(r).find("argument 1 must be i32"), std::string::npos) << message_of(r);
  }
  EXPECT_EQ(code_of(func("ext").call(w.store, {Val(Func())})), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(calls(), 0);
}

TEST_F(Calls, UntypedCallRefusesReferencesOfAnotherStore) {
  weft::Store other = weft::Store::make(w.engine).value();
  const ExternRef foreign = ExternRef::make(other, 5).value();
  EXPECT_EQ(code_of(func("ext").call(w.store, {foreign})), WEFT_ERROR_WRONG_STORE);
  const Func theirs = Func::make(other, [] {}).value();
  EXPECT_EQ(code_of(func("fn").call(w.store, {theirs})), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(calls(), 0);
}

TEST_F(Calls, UntypedCallWritesResultsByType) {
  const auto r = func("swap").call(w.store, {int64_t{-5}, 2.5f}).value();
  ASSERT_EQ(r.size(), 2u);
  EXPECT_EQ(r[0].kind(), WEFT_F32);
  EXPECT_EQ(r[0].f32(), 2.5f);
  EXPECT_EQ(r[1].i64(), -5);
}

TEST_F(Calls, ReferenceParametersSurviveACollectionAtEveryAllocation) {
  World zeal(std::move(weft::Config().set("gc_zeal", 1)));
  const Instance inst = zeal.instantiate(R"((module
    (type $s (struct (field externref)))
    (func (export "f") (param externref) (result externref)
      (drop (struct.new $s (local.get 0))) (drop (struct.new_default $s))
      (struct.get $s 0 (struct.new $s (local.get 0))))))");
  const Func f = *inst.func(zeal.store, "f");
  for (int k = 0; k < 20; ++k) {
    const ExternRef in = ExternRef::make(zeal.store, k).value();
    const auto out = f.call(zeal.store, {in}).value();
    ASSERT_NE(out[0].externref().get<int>(zeal.store), nullptr);
    EXPECT_EQ(*out[0].externref().get<int>(zeal.store), k);
  }
}

TEST_F(Calls, ANestedUntypedCallMakesABufferOfItsOwn) {
  // The host function, called by an untyped call, calls untyped itself and then uses its arguments.
  Func* outer = nullptr;
  w.linker
      .func("h", "nest",
            [&](Caller& c, int32_t n) -> weft::CallResult<int32_t> {
              if (n == 0) return 0;
              auto inner = outer->call(c.store(), {Val(n - 1)});
              if (!inner) return inner.take_error();
              return n + (*inner)[0].i32();
            })
      .value();
  const Instance inst = w.instantiate(R"((module
    (import "h" "nest" (func $n (param i32) (result i32)))
    (func (export "f") (param i32) (result i32) (call $n (local.get 0)))))");
  Func f = *inst.func(w.store, "f");
  outer = &f;
  EXPECT_EQ(f.call(w.store, {Val(20)}).value()[0].i32(), 210);
}

TEST_F(Calls, UncheckedCallTakesRawCells) {
  weft_raw_t cells[2]{};
  cells[0].bits = 40;
  cells[1].bits = 2;
  EXPECT_EQ(weft_func_call_unchecked(w.store.c_api(), func("add").c_api(), cells, 2), nullptr);
  EXPECT_EQ(cells[0].i32, 42);
  weft_trap_t* trap = weft_func_call_unchecked(w.store.c_api(), func("trap").c_api(), cells, 2);
  ASSERT_NE(trap, nullptr);
  EXPECT_EQ(weft_trap_code(trap), kUnreachable);
  weft_trap_delete(trap);
}

TEST_F(Calls, ResultsOverwriteParametersFromSlotZero) {
  weft_raw_t cells[2]{};
  cells[0].bits = 0x1122334455667788;
  cells[1].f32 = 2.5f;
  EXPECT_EQ(weft_func_call_unchecked(w.store.c_api(), func("swap").c_api(), cells, 2), nullptr);
  EXPECT_EQ(cells[0].f32, 2.5f);
  EXPECT_EQ(cells[1].i64, 0x1122334455667788);
}

TEST_F(Calls, RawNarrowValuesAreZeroExtended) {
  weft_raw_t cell{};
  cell.bits = ~uint64_t{0};
  EXPECT_EQ(weft_func_call_unchecked(w.store.c_api(), func("neg").c_api(), &cell, 1), nullptr);
  EXPECT_EQ(cell.bits, 0xffffffffu);
  cell.bits = ~uint64_t{0};
  EXPECT_EQ(weft_func_call_unchecked(w.store.c_api(), func("nan").c_api(), &cell, 1), nullptr);
  EXPECT_EQ(cell.bits, 0x7fa00001u);  // the payload of the NaN is kept
  EXPECT_EQ(*w.get<int32_t()>(i, "neg")(w.store), -1);
  EXPECT_EQ(*w.get<uint32_t()>(i, "neg")(w.store), 0xffffffffu);
}

TEST_F(Calls, NullReferencesAreAllZero) {
  weft_raw_t cell{};
  EXPECT_EQ(weft_func_call_unchecked(w.store.c_api(), func("ext").c_api(), &cell, 1), nullptr);
  EXPECT_EQ(cell.bits, 0u);
  EXPECT_TRUE(w.get<ExternRef(ExternRef)>(i, "ext")(w.store, ExternRef()).value().is_null());
  EXPECT_TRUE(w.get<Func(Func)>(i, "fn")(w.store, Func()).value().is_null());
}

TEST_F(Calls, TypedCallComparesSignaturesOnce) {
  EXPECT_EQ(*w.get<int32_t(int32_t, int32_t)>(i, "add")(w.store, 2, 3), 5);
  const auto wrong = i.get<int64_t(int32_t, int32_t)>(w.store, "add");
  EXPECT_EQ(code_of(wrong), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_NE(message_of(wrong).find("i64"), std::string::npos) << message_of(wrong);
  EXPECT_EQ(code_of(i.get<int32_t(int32_t)>(w.store, "add")), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(i.get<void(int32_t, int32_t)>(w.store, "add")), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(i.get<void()>(w.store, "nothing")), WEFT_ERROR_NOT_FOUND);
  EXPECT_EQ(code_of(i.get<void()>(w.store, "calls")), WEFT_ERROR_NOT_FOUND);  // a global
}

TEST_F(Calls, TypedCallFitsWithSubtyping) {
  // (ref func) fits where funcref is asked for.
  const Func id = w.get<Func()>(i, "get_id")(w.store).value();
  EXPECT_EQ(id.typed<int32_t(int32_t)>(w.store).value()(w.store, 7).value(), 7);
}

TEST_F(Calls, TypedCallChecksOnlyTheStore) {
  weft::Store other = weft::Store::make(w.engine).value();
  const auto add = w.get<int32_t(int32_t, int32_t)>(i, "add");
  EXPECT_EQ(code_of(add(other, 1, 2)), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(code_of(func("add").typed<int32_t(int32_t, int32_t)>(other)), WEFT_ERROR_WRONG_STORE);
  weft::Store theirs = weft::Store::make(w.engine).value();
  const ExternRef foreign = ExternRef::make(theirs, 1).value();
  EXPECT_EQ(code_of(w.get<ExternRef(ExternRef)>(i, "ext")(w.store, foreign)),
            WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(calls(), 0);
}

TEST_F(Calls, TypedCallOfEveryKind) {
  const auto [f, n] = w.get<std::tuple<float, int64_t>(int64_t, float)>(i, "swap")(
                           w.store, std::numeric_limits<int64_t>::min(), 0.5f)
                          .value();
  EXPECT_EQ(f, 0.5f);
  EXPECT_EQ(n, std::numeric_limits<int64_t>::min());
  weft::V128 v;
  v.bytes[0] = 3;
  v.bytes[8] = 5;
  v = w.get<weft::V128(weft::V128)>(i, "vec")(w.store, v).value();
  EXPECT_EQ(v.bytes[0], 6);
  EXPECT_EQ(v.bytes[8], 10);
  EXPECT_EQ(trap_of(w.get<int32_t()>(i, "trap")(w.store)), kUnreachable);
}

/// n parameters, n results, in order; every value must arrive where it belongs.
void pass_many(size_t n) {
  World w;
  std::string params;
  std::string gets;
  for (size_t k = 0; k < n; ++k) {
    const char* const types[] = {"i32", "i64", "f32", "f64", "v128", "externref"};
    params += std::string(" ") + types[k % 6];
    gets += "(local.get " + std::to_string(k) + ")";
  }
  std::vector<weft::ValType> types;
  std::vector<Val> args;
  for (size_t k = 0; k < n; ++k) {
    const weft_valkind_t kinds[] = {WEFT_I32, WEFT_I64,  WEFT_F32,
                                    WEFT_F64, WEFT_V128, WEFT_EXTERNREF};
    types.emplace_back(kinds[k % 6]);
    weft::V128 v;
    v.bytes[15] = static_cast<uint8_t>(k);
    switch (k % 6) {
      case 0: args.emplace_back(static_cast<int32_t>(k)); break;
      case 1: args.emplace_back(static_cast<int64_t>(k)); break;
      case 2: args.emplace_back(static_cast<float>(k)); break;
      case 3: args.emplace_back(static_cast<double>(k)); break;
      case 4: args.emplace_back(v); break;
      default: args.emplace_back(ExternRef::make(w.store, k).value()); break;
    }
  }
  size_t host_saw = 0;
  w.linker
      .func("h", "id", weft::FuncType(types, types),
            [&](Caller&, std::span<const Val> in, std::span<Val> out) -> Result<void> {
              host_saw = in.size();
              std::copy(in.begin(), in.end(), out.begin());
              return {};
            })
      .value();
  const Instance i = w.instantiate("(module (import \"h\" \"id\" (func $id (param" + params +
                                   ") (result" + params + "))) (func (export \"f\") (param" +
                                   params + ") (result" + params + ") " + gets + " (call $id)))");
  const auto out = i.func(w.store, "f")->call(w.store, args).value();
  ASSERT_EQ(out.size(), n);
  EXPECT_EQ(host_saw, n);
  for (size_t k = 0; k < n; ++k) {
    ASSERT_EQ(out[k].kind(), args[k].kind()) << k;
    switch (k % 6) {
      case 0: ASSERT_EQ(out[k].i32(), static_cast<int32_t>(k)); break;
      case 1: ASSERT_EQ(out[k].i64(), static_cast<int64_t>(k)); break;
      case 2: ASSERT_EQ(out[k].f32(), static_cast<float>(k)); break;
      case 3: ASSERT_EQ(out[k].f64(), static_cast<double>(k)); break;
      case 4: ASSERT_EQ(out[k].v128().bytes[15], static_cast<uint8_t>(k)); break;
      default: ASSERT_EQ(*out[k].externref().get<size_t>(w.store), k); break;
    }
  }
}

TEST(ManyValues, MoreThan128ParametersAndResults) {
  for (const size_t n : {16u, 17u, 128u, 129u, 300u, 1000u}) {
    SCOPED_TRACE(n);
    pass_many(n);
  }
}

TEST_F(Calls, TheTypeOfAFunctionCanBeRead) {
  const weft::FuncType t = func("swap").type(w.store).value();
  EXPECT_EQ(t, weft::FuncType({WEFT_I64, WEFT_F32}, {WEFT_F32, WEFT_I64}));
  const weft::FuncType g = func("get_id").type(w.store).value();
  EXPECT_EQ(g.results()[0], weft::ValType::ref(WEFT_HEAP_FUNC, false));
}

}  // namespace
}  // namespace weft_test
