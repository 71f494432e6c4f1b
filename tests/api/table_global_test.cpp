// Tables and globals of the host: types, checks, references in them.
#include "world.hpp"

namespace weft_test {
namespace {

using weft::Global;
using weft::GlobalType;
using weft::Table;
using weft::TableType;
using weft::ValType;

TEST(Globals, AreTyped) {
  World w;
  Global g = Global::make(w.store, {WEFT_I64, true}, int64_t{5}).value();
  EXPECT_EQ(g.type(w.store).value(), (GlobalType{WEFT_I64, true}));
  EXPECT_EQ(g.get(w.store).value().i64(), 5);
  EXPECT_TRUE(g.set(w.store, int64_t{6}).ok());
  EXPECT_EQ(code_of(g.set(w.store, 6)), WEFT_ERROR_BAD_ARGUMENT);  // an i32
  EXPECT_EQ(g.get(w.store).value().i64(), 6);
  const Global fixed = Global::make(w.store, {WEFT_F64, false}, 1.5).value();
  EXPECT_EQ(code_of(fixed.set(w.store, 2.5)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(Global::make(w.store, {WEFT_F64, false}, 1.5f)), WEFT_ERROR_BAD_ARGUMENT);
  // A reference that may not be null.
  const GlobalType not_null{ValType::ref(WEFT_HEAP_EXTERN, false), true};
  EXPECT_EQ(code_of(Global::make(w.store, not_null, ExternRef())), WEFT_ERROR_BAD_ARGUMENT);
  const Global r = Global::make(w.store, not_null, ExternRef::make(w.store, 1).value()).value();
  EXPECT_EQ(r.type(w.store).value(), not_null);
  EXPECT_EQ(code_of(r.set(w.store, ExternRef())), WEFT_ERROR_BAD_ARGUMENT);
}

TEST(Globals, KeepTheirReferencesAlive) {
  World w;
  int live = 0;
  const Global g = Global::make(w.store, {WEFT_EXTERNREF, true}, ExternRef()).value();
  {
    const weft::RootScope scope(w.store);
    g.set(w.store, ExternRef::make(w.store, Counted(&live)).value()).value();
  }
  w.store.collect();
  EXPECT_EQ(live, 1);
  EXPECT_NE(g.get(w.store).value().externref().get<Counted>(w.store), nullptr);
}

TEST(Tables, AreTypedAndBounded) {
  World w;
  const Table t =
      Table::make(w.store, {.element = WEFT_EXTERNREF, .min = 2, .max = 5}, ExternRef()).value();
  EXPECT_EQ(t.type(w.store).value(), (TableType{.element = WEFT_EXTERNREF, .min = 2, .max = 5}));
  const ExternRef one = ExternRef::make(w.store, 1).value();
  EXPECT_TRUE(t.set(w.store, 1, one).ok());
  EXPECT_EQ(code_of(t.set(w.store, 2, one)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(t.get(w.store, 2)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(t.get(w.store, ~uint64_t{0})), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(t.set(w.store, 0, Val(Func()))), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(t.grow(w.store, 3, one).value(), 2u);
  EXPECT_EQ(code_of(t.grow(w.store, 1, one)), WEFT_ERROR_LIMIT_EXCEEDED);
  EXPECT_EQ(t.size(w.store).value(), 5u);
  EXPECT_EQ(t.get(w.store, 4).value().externref(), one);
  EXPECT_TRUE(t.get(w.store, 0).value().externref().is_null());
  EXPECT_TRUE(t.fill(w.store, 1, 4, ExternRef()).ok());
  EXPECT_TRUE(t.get(w.store, 4).value().externref().is_null());
  EXPECT_TRUE(t.fill(w.store, 5, 0, one).ok());
  EXPECT_EQ(code_of(t.fill(w.store, 4, 2, one)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(t.fill(w.store, 1, ~uint64_t{0}, one)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_TRUE(t.get(w.store, 4).value().externref().is_null());  // nothing was written
  EXPECT_EQ(code_of(Table::make(w.store, {.element = WEFT_I32}, 0)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(Table::make(w.store, {.min = 2, .max = 1}, Func())), WEFT_ERROR_BAD_ARGUMENT);
}

TEST(Tables, OfFunctionsAreCalledByTheGuest) {
  World w;
  const Func add = Func::make(w.store, [](int32_t x) { return x + 1; }).value();
  const Table t = Table::make(w.store, {.min = 2}, Func()).value();
  t.set(w.store, 1, add).value();
  w.linker.define(w.store, "h", "t", t).value();
  const Instance i = w.instantiate(R"((module (type $f (func (param i32) (result i32)))
    (table (import "h" "t") 2 funcref)
    (func (export "go") (param i32) (result i32)
      (call_indirect (type $f) (i32.const 41) (local.get 0)))))");
  const auto go = w.get<int32_t(int32_t)>(i, "go");
  EXPECT_EQ(*go(w.store, 1), 42);
  EXPECT_FALSE(go(w.store, 0).ok());  // null
  EXPECT_FALSE(go(w.store, 2).ok());  // past the end
  EXPECT_EQ(t.get(w.store, 1).value().func(), add);
}

TEST(Types, ImportsAndExportsAreDescribedExactly) {
  World w;
  const auto m = w.compile(R"((module
    (type $p (struct (field (mut i32)) (field i8)))
    (import "a" "f" (func (param i32 (ref null $p)) (result externref)))
    (import "a" "t" (table i64 1 9 (ref null func)))
    (import "a" "m" (memory 1 2 shared))
    (import "a" "g" (global (mut (ref null $p))))
    (tag (export "e") (param i64))))");
  const auto imports = m.imports();
  ASSERT_EQ(imports.size(), 4u);
  EXPECT_EQ(imports[0].module, "a");
  EXPECT_EQ(imports[0].name, "f");
  const weft::FuncType f = weft::signature_of(w.engine, *imports[0].type.func()).value();
  ASSERT_EQ(f.params().size(), 2u);
  const weft::DefinedType p = *f.params()[1].defined();
  EXPECT_EQ(weft::kind_of(w.engine, p).value(), WEFT_TYPE_STRUCT);
  const auto fields = weft::fields_of(w.engine, p).value();
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0], (weft::FieldType{WEFT_I32, true}));
  EXPECT_EQ(fields[1], weft::FieldType::i8(false));
  EXPECT_EQ(*imports[1].type.table(),
            (TableType{.element = WEFT_FUNCREF, .min = 1, .max = 9, .table64 = true}));
  EXPECT_EQ(*imports[2].type.memory(), (weft::MemoryType{.min = 1, .max = 2, .shared = true}));
  EXPECT_EQ(*imports[3].type.global(), (GlobalType{ValType::ref(p, true), true}));
  ASSERT_EQ(m.exports().size(), 1u);
  EXPECT_EQ(weft::signature_of(w.engine, m.exports()[0].type.tag()->payload).value().params()[0],
            ValType(WEFT_I64));
  // The same type, made by the host, is the same type.
  EXPECT_EQ(weft::StructType::make(w.engine, {{WEFT_I32}, weft::FieldType::i8(false)}).value(), p);
}

TEST(Types, AreOfOneEngine) {
  World w;
  World other;
  const auto theirs = weft::StructType::make(other.engine, {{WEFT_I32}}).value();
  EXPECT_EQ(code_of(weft::fields_of(w.engine, theirs)), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(code_of(weft::StructRef::make(w.store, theirs, {1})), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(code_of(weft::StructType::make(w.engine, {{ValType::ref(theirs, true)}})),
            WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(code_of(Func::make(
                w.store, weft::FuncType({ValType::ref(theirs, true)}, {}),
                [](Caller&, std::span<const Val>, std::span<Val>) -> Result<void> { return {}; })),
            WEFT_ERROR_WRONG_STORE);
  EXPECT_FALSE(weft::matches(w.engine, ValType::ref(theirs, true), WEFT_ANYREF));
  EXPECT_EQ(weft::to_text(w.engine, theirs), "");
  weft_typekind_t kind{};
  weft_error_t* e = weft_type_kind(w.engine.c_api(), {1u << 20, 5}, &kind);
  ASSERT_NE(e, nullptr);
  weft_error_delete(e);
}

TEST(Types, SubtypesAndText) {
  World w;
  using weft::FieldType;
  const FieldType base_fields[] = {{WEFT_I32, false}};
  const FieldType more_fields[] = {{WEFT_I32, false}, {WEFT_F64, true}};
  const FieldType wrong_fields[] = {{WEFT_I64, false}};
  const auto base = weft::StructType::make(w.engine, base_fields, std::nullopt, false).value();
  const auto more = weft::StructType::make(w.engine, more_fields, base).value();
  EXPECT_EQ(code_of(weft::StructType::make(w.engine, wrong_fields, base)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(weft::StructType::make(w.engine, more_fields, more)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(weft::super_of(w.engine, more).value(), base);
  EXPECT_EQ(weft::super_of(w.engine, base).value(), std::nullopt);
  EXPECT_TRUE(weft::matches(w.engine, ValType::ref(more, false), ValType::ref(base, true)));
  EXPECT_FALSE(weft::matches(w.engine, ValType::ref(base, false), ValType::ref(more, false)));
  EXPECT_TRUE(
      weft::matches(w.engine, ValType::ref(base, false), ValType::ref(WEFT_HEAP_EQ, false)));
  EXPECT_FALSE(weft::matches(w.engine, WEFT_ANYREF, WEFT_EXTERNREF));
  EXPECT_EQ(weft::to_text(w.engine, ValType::ref(WEFT_HEAP_STRUCT, true)), "structref");
  EXPECT_EQ(weft::to_text(w.engine, more), "struct i32 (mut f64)");
}

}  // namespace
}  // namespace weft_test
