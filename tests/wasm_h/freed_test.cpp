// Names of wasm.h whose instance was freed with weft_instance_free: refused, never followed.
#include "world.hpp"

namespace wasm_h {
namespace {

constexpr std::string_view kWat = R"((module
  (memory (export "memory") 1)
  (table (export "table") 2 funcref)
  (global (export "global") (mut i32) (i32.const 5))
  (func (export "f") (param i32) (result i32) (local.get 0))
  (func (export "trap") (unreachable))
  (tag (export "tag"))))";
enum : size_t { kMemory, kTable, kGlobal, kF, kTrap, kTag };

struct Freed : World {
  /// The code of the refusal; -1: it is freed.
  int free(const wasm_instance_t* instance) {
    weft_error_t* const error =
        weft_instance_free(weft_wasm_store(store_), weft_wasm_instance(instance));
    const int code = error == nullptr ? -1 : static_cast<int>(weft_error_code(error));
    weft_error_delete(error);
    return code;
  }
};

TEST_F(Freed, EverythingOnItsNamesIsRefused) {
  const Instance instance = instantiate(kWat);
  const Exports e(instance);
  const Trap trap = try_call(e.func(kTrap), {});
  wasm_frame_t* const frame = wasm_trap_origin(trap.get());
  ASSERT_NE(frame, nullptr);
  EXPECT_TRUE(wasm_instance_same(wasm_frame_instance(frame), instance.get()));
  ASSERT_EQ(free(instance.get()), -1);

  EXPECT_EQ(free(instance.get()), WEFT_ERROR_FREED);
  std::vector<wasm_val_t> results(1);
  const Trap refused = try_call(e.func(kF), {i32(1)}, &results);
  ASSERT_NE(refused, nullptr);
  EXPECT_NE(message_of(refused.get()).find("freed"), std::string::npos);
  EXPECT_EQ(wasm_func_type(e.func(kF)), nullptr);
  EXPECT_EQ(wasm_func_param_arity(e.func(kF)), 0u);
  EXPECT_EQ(wasm_memory_data(e.memory(kMemory)), nullptr);
  EXPECT_EQ(wasm_memory_data_size(e.memory(kMemory)), 0u);
  EXPECT_FALSE(wasm_memory_grow(e.memory(kMemory), 1));
  EXPECT_EQ(wasm_table_get(e.table(kTable), 0), nullptr);
  EXPECT_EQ(wasm_table_size(e.table(kTable)), 0u);
  EXPECT_FALSE(wasm_table_set(e.table(kTable), 0, nullptr));
  wasm_val_t value = i32(7);
  wasm_global_set(e.global(kGlobal), &value);
  wasm_global_get(e.global(kGlobal), &value);
  EXPECT_EQ(wasm_global_type(e.global(kGlobal)), nullptr);
  Exports none(instance);
  EXPECT_EQ(none.size(), 0u);
  // In the words of weft.h it is refused as freed, too.
  for (const size_t i : {kMemory, kTable, kGlobal, kF, kTrap, kTag}) {
    const weft_extern_t item = weft_wasm_extern(e[i]);
    weft_externtype_t type;
    weft_error_t* const error = weft_extern_type(weft_wasm_store(store_), &item, &type);
    ASSERT_NE(error, nullptr) << i;
    EXPECT_EQ(weft_error_code(error), WEFT_ERROR_FREED) << i;
    weft_error_delete(error);
  }
  // As an import, as an argument, in a table.
  EXPECT_EQ(instantiate(R"((module (import "a" "f" (func (param i32) (result i32)))))", {e[kF]}),
            nullptr);
  EXPECT_EQ(instantiate(R"((module (import "a" "m" (memory 1))))", {e[kMemory]}), nullptr);
  const Instance other = instantiate(R"((module (table (export "t") 1 funcref)
    (func (export "take") (param funcref))))");
  const Exports theirs(other);
  EXPECT_FALSE(wasm_table_set(theirs.table(0), 0, wasm_func_as_ref(e.func(kF))));
  const Trap taken = try_call(theirs.func(1), {ref_val(wasm_func_as_ref(e.func(kF)))});
  ASSERT_NE(taken, nullptr);
  EXPECT_NE(message_of(taken.get()).find("freed"), std::string::npos);
  // The frame of a trap that is older.
  wasm_extern_vec_t exports;
  wasm_instance_exports(wasm_frame_instance(frame), &exports);
  EXPECT_EQ(exports.size, 0u);
  wasm_frame_delete(frame);
  wasm_frame_t* const late = wasm_trap_origin(trap.get());
  wasm_instance_exports(wasm_frame_instance(late), &exports);
  EXPECT_EQ(exports.size, 0u);
  wasm_frame_delete(late);
  // Copies are names of the same thing.
  const Func copy(wasm_func_copy(e.func(kF)));
  EXPECT_TRUE(wasm_func_same(copy.get(), e.func(kF)));
  EXPECT_FALSE(wasm_func_same(copy.get(), e.func(kTrap)));
}

TEST_F(Freed, ANewInstanceIsNotMistakenForIt) {
  int ended = 0;
  const auto count = [](void* n) { ++*static_cast<int*>(n); };
  for (int round = 0; round < 50; ++round) {
    const Instance first = instantiate(kWat);
    const Exports old(first);
    wasm_func_set_host_info_with_finalizer(old.func(kF), &ended, count);
    wasm_instance_set_host_info_with_finalizer(first.get(), &ended, count);
    EXPECT_EQ(wasm_func_get_host_info(old.func(kF)), &ended);
    ASSERT_EQ(free(first.get()), -1);
    const Instance second = instantiate(kWat);  // often at the same address
    const Exports e(second);
    EXPECT_FALSE(wasm_instance_same(first.get(), second.get()));
    EXPECT_EQ(wasm_instance_get_host_info(second.get()), nullptr);
    for (size_t i = 0; i < e.size(); ++i) {
      EXPECT_FALSE(wasm_extern_same(old[i], e[i])) << i;
      EXPECT_EQ(wasm_extern_get_host_info(e[i]), nullptr) << i;
    }
    EXPECT_EQ(call(e.func(kF), {i32(round)}, 1)[0].of.i32, round);
    // What is gone takes nothing more: it ends at once.
    const int before = ended;
    wasm_func_set_host_info_with_finalizer(old.func(kF), &ended, count);
    EXPECT_EQ(ended, before + 1);
    ASSERT_EQ(free(second.get()), -1);
  }
  delete_store();
  EXPECT_EQ(ended, 150);  // each once
}

TEST_F(Freed, WhatWasGivenAwayKeepsIt) {
  const Instance other = instantiate(R"((module (table (export "t") 2 funcref)
    (func (export "keep") (param funcref) (table.set (i32.const 1) (local.get 0)))
    (func (export "run") (param i32) (result i32)
      (call_indirect (param i32) (result i32) (local.get 0) (i32.const 1)))))");
  const Exports theirs(other);
  for (const bool by_call : {true, false}) {
    const Instance instance = instantiate(kWat);
    const Exports e(instance);
    if (by_call) {
      const Trap trap = try_call(theirs.func(1), {ref_val(wasm_func_as_ref(e.func(kF)))});
      ASSERT_EQ(trap, nullptr);
    } else {
      ASSERT_TRUE(wasm_table_set(theirs.table(0), 1, wasm_func_as_ref(e.func(kF))));
    }
    EXPECT_EQ(free(instance.get()), WEFT_ERROR_IN_USE);
    EXPECT_EQ(call(theirs.func(2), {i32(9)}, 1)[0].of.i32, 9);
    ASSERT_TRUE(wasm_table_set(theirs.table(0), 1, nullptr));
    EXPECT_EQ(free(instance.get()), -1);
  }
}

}  // namespace
}  // namespace wasm_h
