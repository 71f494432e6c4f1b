// wasm.h: all its functions exist; vectors own; descriptions of types say what they were made of.
#include "symbols.h"
#include "world.hpp"

namespace wasm_h {
namespace {

TEST(WasmH, HasAll306Functions) { EXPECT_EQ(distinct_functions(), WASM_H_FUNCTIONS); }
TEST(WasmH, MacrosWorkInC) { EXPECT_TRUE(values_in_c()); }

TEST(WasmH, VectorsOfBytesCopy) {
  wasm_name_t name;
  wasm_name_new_from_string(&name, "abc");
  wasm_name_t copy;
  wasm_name_copy(&copy, &name);
  EXPECT_NE(copy.data, name.data);
  name.data[0] = 'x';
  EXPECT_EQ(text_of(copy), "abc");
  wasm_name_delete(&name);
  wasm_name_delete(&copy);
  wasm_name_new_from_string_nt(&name, "abc");
  EXPECT_EQ(name.size, 4u);
  wasm_name_delete(&name);
  wasm_name_new_empty(&name);
  EXPECT_EQ(name.size, 0u);
  wasm_name_delete(&name);
}

TEST(WasmH, VectorsOfObjectsOwnThem) {
  wasm_valtype_vec_t partly;
  wasm_valtype_vec_new_uninitialized(&partly, 3);
  partly.data[1] = wasm_valtype_new_f32();  // the others stay null
  wasm_valtype_vec_t copy;
  wasm_valtype_vec_copy(&copy, &partly);
  ASSERT_EQ(copy.size, 3u);
  EXPECT_EQ(copy.data[0], nullptr);
  EXPECT_NE(copy.data[1], partly.data[1]);
  EXPECT_EQ(wasm_valtype_kind(copy.data[1]), WASM_F32);
  wasm_valtype_vec_delete(&partly);
  wasm_valtype_vec_delete(&copy);
}

TEST(WasmH, ValueTypesHaveKinds) {
  for (const wasm_valkind_t kind :
       {WASM_I32, WASM_I64, WASM_F32, WASM_F64, WASM_EXTERNREF, WASM_FUNCREF}) {
    const Own<wasm_valtype_t, wasm_valtype_delete> type(wasm_valtype_new(kind));
    EXPECT_EQ(wasm_valtype_kind(type.get()), kind);
    EXPECT_EQ(wasm_valtype_is_num(type.get()), kind < WASM_EXTERNREF);
    EXPECT_NE(wasm_valtype_is_num(type.get()), wasm_valtype_is_ref(type.get()));
  }
  EXPECT_EQ(wasm_valtype_new(17), nullptr);
}

TEST(WasmH, FunctionTypesOfEachArity) {
  const auto i = [] { return wasm_valtype_new_i32(); };
  const struct {
    wasm_functype_t* type;
    size_t params, results;
  } rows[] = {
      {wasm_functype_new_0_0(), 0, 0},
      {wasm_functype_new_1_0(i()), 1, 0},
      {wasm_functype_new_2_0(i(), i()), 2, 0},
      {wasm_functype_new_3_0(i(), i(), i()), 3, 0},
      {wasm_functype_new_0_1(i()), 0, 1},
      {wasm_functype_new_1_1(i(), i()), 1, 1},
      {wasm_functype_new_2_1(i(), i(), i()), 2, 1},
      {wasm_functype_new_3_1(i(), i(), i(), i()), 3, 1},
      {wasm_functype_new_0_2(i(), i()), 0, 2},
      {wasm_functype_new_1_2(i(), i(), i()), 1, 2},
      {wasm_functype_new_2_2(i(), i(), i(), i()), 2, 2},
      {wasm_functype_new_3_2(i(), i(), i(), i(), i()), 3, 2},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(wasm_functype_params(row.type)->size, row.params);
    EXPECT_EQ(wasm_functype_results(row.type)->size, row.results);
    wasm_functype_delete(row.type);
  }
}

TEST(WasmH, ExternTypesCastToTheirOwnKindOnly) {
  const wasm_limits_t limits = {2, 7};
  wasm_externtype_t* const all[] = {
      wasm_functype_as_externtype(func_type({WASM_I32, WASM_F64}, {WASM_FUNCREF}).release()),
      wasm_globaltype_as_externtype(wasm_globaltype_new(wasm_valtype_new_i64(), WASM_VAR)),
      wasm_tabletype_as_externtype(wasm_tabletype_new(wasm_valtype_new_funcref(), &limits)),
      wasm_memorytype_as_externtype(wasm_memorytype_new(&limits)),
  };
  for (wasm_externkind_t k = 0; k < 4; ++k) {
    const ExternType type(all[k]);
    const ExternType copy(wasm_externtype_copy(type.get()));
    for (wasm_externtype_t* t : {type.get(), copy.get()}) {
      EXPECT_EQ(wasm_externtype_kind(t), k);
      EXPECT_EQ(wasm_externtype_as_functype(t) != nullptr, k == WASM_EXTERN_FUNC);
      EXPECT_EQ(wasm_externtype_as_globaltype(t) != nullptr, k == WASM_EXTERN_GLOBAL);
      EXPECT_EQ(wasm_externtype_as_tabletype(t) != nullptr, k == WASM_EXTERN_TABLE);
      EXPECT_EQ(wasm_externtype_as_memorytype_const(t) != nullptr, k == WASM_EXTERN_MEMORY);
    }
    if (k == WASM_EXTERN_FUNC) {
      const wasm_functype_t* f = wasm_externtype_as_functype_const(copy.get());
      ASSERT_EQ(wasm_functype_params(f)->size, 2u);
      EXPECT_EQ(wasm_valtype_kind(wasm_functype_params(f)->data[1]), WASM_F64);
      EXPECT_EQ(wasm_valtype_kind(wasm_functype_results(f)->data[0]), WASM_FUNCREF);
    } else if (k == WASM_EXTERN_GLOBAL) {
      const wasm_globaltype_t* g = wasm_externtype_as_globaltype_const(copy.get());
      EXPECT_EQ(wasm_valtype_kind(wasm_globaltype_content(g)), WASM_I64);
      EXPECT_EQ(wasm_globaltype_mutability(g), WASM_VAR);
    } else if (k == WASM_EXTERN_TABLE) {
      EXPECT_EQ(wasm_tabletype_limits(wasm_externtype_as_tabletype_const(copy.get()))->max, 7u);
    } else {
      EXPECT_EQ(wasm_memorytype_limits(wasm_externtype_as_memorytype(copy.get()))->min, 2u);
    }
  }
}

TEST(WasmH, ImportAndExportTypesOwnTheirParts) {
  wasm_name_t module, name, other;
  wasm_name_new_from_string(&module, "env");
  wasm_name_new_from_string(&name, "f");
  wasm_name_new_from_string(&other, "g");
  wasm_importtype_t* const import =
      wasm_importtype_new(&module, &name, wasm_functype_as_externtype(wasm_functype_new_0_0()));
  wasm_importtype_t* const copy = wasm_importtype_copy(import);
  wasm_importtype_delete(import);
  EXPECT_EQ(text_of(*wasm_importtype_module(copy)), "env");
  EXPECT_EQ(text_of(*wasm_importtype_name(copy)), "f");
  EXPECT_EQ(wasm_externtype_kind(wasm_importtype_type(copy)), WASM_EXTERN_FUNC);
  wasm_importtype_delete(copy);
  const wasm_limits_t limits = {1, wasm_limits_max_default};
  wasm_exporttype_t* const exported =
      wasm_exporttype_new(&other, wasm_memorytype_as_externtype(wasm_memorytype_new(&limits)));
  EXPECT_EQ(text_of(*wasm_exporttype_name(exported)), "g");
  EXPECT_EQ(wasm_externtype_kind(wasm_exporttype_type(exported)), WASM_EXTERN_MEMORY);
  wasm_exporttype_delete(exported);
}

using Reflect = World;

constexpr std::string_view kReflected = R"((module
  (import "env" "f" (func (param i32 externref) (result f64)))
  (import "env" "g" (global (mut i64)))
  (import "env" "t" (table 1 5 funcref))
  (import "env" "m" (memory 2))
  (func (export "out") (param f32) (result i32 i64) i32.const 1 i64.const 2)
  (global (export "const") i32 (i32.const 3))
  (table (export "refs") 4 externref)
  (memory (export "mem") 1 3)))";

TEST_F(Reflect, ModulesSayWhatTheyImportAndExport) {
  const Module m = module(kReflected);
  wasm_importtype_vec_t imports;
  wasm_module_imports(m.get(), &imports);
  ASSERT_EQ(imports.size, 4u);
  constexpr wasm_externkind_t kKinds[] = {WASM_EXTERN_FUNC, WASM_EXTERN_GLOBAL, WASM_EXTERN_TABLE,
                                          WASM_EXTERN_MEMORY};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(text_of(*wasm_importtype_module(imports.data[i])), "env");
    EXPECT_EQ(text_of(*wasm_importtype_name(imports.data[i])), std::string(1, "fgtm"[i]));
    EXPECT_EQ(wasm_externtype_kind(wasm_importtype_type(imports.data[i])), kKinds[i]);
  }
  const wasm_functype_t* const f =
      wasm_externtype_as_functype_const(wasm_importtype_type(imports.data[0]));
  EXPECT_EQ(wasm_valtype_kind(wasm_functype_params(f)->data[1]), WASM_EXTERNREF);
  EXPECT_EQ(wasm_valtype_kind(wasm_functype_results(f)->data[0]), WASM_F64);
  const wasm_limits_t* const memory = wasm_memorytype_limits(
      wasm_externtype_as_memorytype_const(wasm_importtype_type(imports.data[3])));
  EXPECT_EQ(memory->min, 2u);
  EXPECT_EQ(memory->max, wasm_limits_max_default);
  wasm_importtype_vec_delete(&imports);

  wasm_exporttype_vec_t exports;
  wasm_module_exports(m.get(), &exports);
  ASSERT_EQ(exports.size, 4u);
  EXPECT_EQ(text_of(*wasm_exporttype_name(exports.data[0])), "out");
  const wasm_functype_t* const out =
      wasm_externtype_as_functype_const(wasm_exporttype_type(exports.data[0]));
  EXPECT_EQ(wasm_functype_results(out)->size, 2u);
  const wasm_globaltype_t* const g =
      wasm_externtype_as_globaltype_const(wasm_exporttype_type(exports.data[1]));
  EXPECT_EQ(wasm_globaltype_mutability(g), WASM_CONST);
  const wasm_tabletype_t* const t =
      wasm_externtype_as_tabletype_const(wasm_exporttype_type(exports.data[2]));
  EXPECT_EQ(wasm_valtype_kind(wasm_tabletype_element(t)), WASM_EXTERNREF);
  EXPECT_EQ(wasm_tabletype_limits(t)->min, 4u);
  wasm_exporttype_vec_delete(&exports);
}

TEST_F(Reflect, ExportsOfAnInstanceHaveTheTypesOfItsModule) {
  const Module m = module(R"((module
    (func (export "f") (param i32)) (table (export "t") 2 9 funcref) (memory (export "m") 1 4)
    (global (export "g") (mut f32) (f32.const 1)) (tag (export "e") (param i32))))");
  const Instance i = instantiate(m);
  ASSERT_NE(i, nullptr);
  const Exports exports(i);
  wasm_exporttype_vec_t types;
  wasm_module_exports(m.get(), &types);
  ASSERT_EQ(types.size, exports.size());
  for (size_t k = 0; k < types.size; ++k) {
    const ExternType type(wasm_extern_type(exports[k]));
    EXPECT_EQ(wasm_externtype_kind(type.get()), wasm_extern_kind(exports[k]));
    EXPECT_EQ(wasm_externtype_kind(type.get()),
              wasm_externtype_kind(wasm_exporttype_type(types.data[k])));
  }
  EXPECT_EQ(wasm_extern_kind(exports[4]), WEFT_WASM_EXTERN_TAG);
  wasm_exporttype_vec_delete(&types);
  EXPECT_NE(exports.func(0), nullptr);
  EXPECT_EQ(exports.global(0), nullptr);
  EXPECT_EQ(wasm_func_param_arity(exports.func(0)), 1u);
  EXPECT_EQ(wasm_func_result_arity(exports.func(0)), 0u);
}

}  // namespace
}  // namespace wasm_h
