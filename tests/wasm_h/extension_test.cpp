// wasm_weft.h: what Weft adds to wasm.h.
#include "world.hpp"

namespace wasm_h {
namespace {

wasm_config_t* config_with(std::initializer_list<const char*> options) {
  wasm_config_t* const config = wasm_config_new();
  for (const char* const option : options) {
    weft_error_t* const error = weft_config_set(weft_wasm_config(config), option, 1);
    EXPECT_EQ(error, nullptr) << option;
    weft_error_delete(error);
  }
  return config;
}

class Extension : public World {
 protected:
  Extension() : World(config_with({"fuel", "epochs"})) {
    weft_error_delete(weft_store_set_fuel(weft_wasm_store(store_), 1000000000));
    weft_error_delete(weft_store_set_epoch_deadline(weft_wasm_store(store_), 1000000));
  }
};

constexpr std::string_view kLoop = R"((module $looper
  (memory (export "m") 1)
  (func $spin (export "spin") (loop $l br $l))))";

TEST_F(Extension, FuelEndsALoop) {
  const Instance i = instantiate(kLoop);
  const Exports exports(i);
  ASSERT_EQ(weft_store_set_fuel(weft_wasm_store(store_), 1000), nullptr);
  const Trap trap = try_call(exports.func(1), {});
  ASSERT_NE(trap, nullptr);
  EXPECT_NE(message_of(trap.get()).find("fuel"), std::string::npos);
}

TEST_F(Extension, ADeadlineEndsALoop) {
  const Instance i = instantiate(kLoop);
  const Exports exports(i);
  ASSERT_EQ(weft_store_set_deadline(weft_wasm_store(store_), 1000000), nullptr);
  const Trap trap = try_call(exports.func(1), {});
  ASSERT_NE(trap, nullptr);
  const weft_trap_t* const details = weft_wasm_trap(trap.get());
  ASSERT_EQ(weft_trap_frame_count(details), 1u);
  const weft_frame_t frame = weft_trap_frame(details, 0);
  EXPECT_EQ(std::string(frame.func_name.data, frame.func_name.size), "spin");
  weft_bytes_t text = weft_trap_backtrace(details);
  EXPECT_NE(std::string(reinterpret_cast<const char*>(text.data), text.size).find("looper!spin"),
            std::string::npos);
  weft_bytes_delete(&text);
}

TEST_F(Extension, AnEpochEndsALoop) {
  const Instance i = instantiate(kLoop);
  const Exports exports(i);
  ASSERT_EQ(weft_store_set_epoch_deadline(weft_wasm_store(store_), 1), nullptr);
  weft_engine_increment_epoch(weft_wasm_engine(engine_));
  EXPECT_NE(try_call(exports.func(1), {}), nullptr);
}

TEST_F(Extension, LimitsHoldForWasmHToo) {
  const Instance i = instantiate(kLoop);
  const Exports exports(i);
  const weft_limits_t limits = {3 * 65536, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  weft_store_limits(weft_wasm_store(store_), &limits);
  EXPECT_TRUE(wasm_memory_grow(exports.memory(0), 2));
  EXPECT_FALSE(wasm_memory_grow(exports.memory(0), 1));
  EXPECT_NE(last_error(), "");
}

TEST_F(Extension, TheTextFormatSaysWhereItIsWrong) {
  const std::string_view wat = "(module\n  (func i32.ad))";
  wasm_module_t* out = nullptr;
  weft_error_t* const error = weft_wasm_module_new(store_, wat.data(), wat.size(), &out);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(out, nullptr);
  const weft_str_t text = weft_error_message(error);
  EXPECT_NE(std::string(text.data, text.size).find("i32.ad"), std::string::npos);
  weft_error_delete(error);
}

TEST_F(Extension, AWasiProgramRuns) {
  std::string output;
  const auto write = [](void* env, const uint8_t* data, size_t size) {
    static_cast<std::string*>(env)->append(reinterpret_cast<const char*>(data), size);
    return static_cast<ptrdiff_t>(size);
  };
  weft_wasi_config_t* const wasi = weft_wasi_config_new();
  weft_wasi_output(wasi, 1, write, &output);
  ASSERT_EQ(weft_store_set_wasi(weft_wasm_store(store_), wasi), nullptr);
  weft_linker_t* const linker = weft_linker_new(weft_wasm_engine(engine_));
  ASSERT_EQ(weft_linker_wasi(linker), nullptr);
  const Module m = module(R"((module
    (import "wasi_snapshot_preview1" "fd_write"
      (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\10\00\00\00\03\00\00\00") (data (i32.const 16) "hi\0a")
    (func (export "_start")
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))
      (call $exit (i32.const 7)))))");
  wasm_instance_t* instance = nullptr;
  wasm_trap_t* trap = nullptr;
  ASSERT_EQ(weft_wasm_instantiate(store_, linker, m.get(), &instance, &trap), nullptr);
  ASSERT_EQ(trap, nullptr);
  const Instance i(instance);
  const Exports exports(i);
  const Trap end = try_call(exports.func(1), {});
  ASSERT_NE(end, nullptr);
  int32_t status = 0;
  EXPECT_TRUE(weft_trap_exit_status(weft_wasm_trap(end.get()), &status));
  EXPECT_EQ(status, 7);
  EXPECT_EQ(output, "hi\n");

  const Module bad = module(R"((module (import "nowhere" "f" (func))))");
  weft_error_t* const error = weft_wasm_instantiate(store_, linker, bad.get(), &instance, &trap);
  EXPECT_NE(error, nullptr);
  EXPECT_EQ(instance, nullptr);
  weft_error_delete(error);
  const Module traps = module("(module (func $s unreachable) (start $s))");
  EXPECT_EQ(weft_wasm_instantiate(store_, linker, traps.get(), &instance, &trap), nullptr);
  EXPECT_EQ(instance, nullptr);
  const Trap owned(trap);
  EXPECT_NE(trap, nullptr);
  weft_linker_delete(linker);
}

TEST_F(Extension, ThingsGoToWeftHAndBack) {
  const Instance i = instantiate(kLoop);
  const Exports exports(i);
  for (size_t k = 0; k < exports.size(); ++k) {
    const weft_extern_t there = weft_wasm_extern(exports[k]);
    const Own<wasm_extern_t, wasm_extern_delete> back(weft_wasm_extern_new(store_, &there));
    ASSERT_NE(back, nullptr);
    EXPECT_TRUE(wasm_extern_same(back.get(), exports[k]));
  }
  const Instance again(weft_wasm_instance_new(store_, weft_wasm_instance(i.get())));
  EXPECT_TRUE(wasm_instance_same(again.get(), i.get()));
  weft_extern_t found;
  EXPECT_TRUE(weft_instance_export(weft_wasm_store(store_), weft_wasm_instance(i.get()), "spin", 4,
                                   &found));
  EXPECT_EQ(weft_module_export_count(weft_wasm_module(module(kLoop).get())), 2u);

  wasm_store_t* const other = wasm_store_new(engine_);
  EXPECT_EQ(weft_wasm_extern_new(other, &found), nullptr);
  EXPECT_EQ(weft_wasm_instance_new(other, weft_wasm_instance(i.get())), nullptr);
  wasm_store_delete(other);
}

TEST_F(Extension, V128IsATypeWithoutValues) {
  const Instance i = instantiate(R"((module
    (global (export "g") v128 (v128.const i64x2 11 22))
    (func (export "f") (param v128)) (func (export "r") (result v128) global.get 0)))");
  const Exports exports(i);
  const FuncType type(wasm_func_type(exports.func(1)));
  EXPECT_EQ(wasm_valtype_kind(wasm_functype_params(type.get())->data[0]), WEFT_WASM_V128);
  wasm_val_t v;
  wasm_global_get(exports.global(0), &v);
  EXPECT_EQ(v.kind, WEFT_WASM_V128);
  EXPECT_EQ(v.of.i64, 11);
  EXPECT_NE(try_call(exports.func(1), {v}), nullptr);
  EXPECT_EQ(call(exports.func(2), {}, 1)[0].of.i64, 11);
}

TEST_F(Extension, AnOptionOutOfRangeMakesNoEngine) {
  wasm_config_t* const config = wasm_config_new();
  weft_error_delete(weft_config_set(weft_wasm_config(config), "interp_stack_max", 1));
  wasm_engine_t* const engine = wasm_engine_new_with_config(config);
  EXPECT_EQ(engine, nullptr) << "no room for a frame";
  wasm_engine_delete(engine);
}

}  // namespace
}  // namespace wasm_h
