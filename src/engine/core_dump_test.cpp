// Core dumps: what a trap leaves behind, read back as bytes of the format.
#include "engine/core_dump.hpp"

#include <gtest/gtest.h>

#include <string>

#include "binary/decoder.hpp"
#include "binary/reader.hpp"
#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/engine.hpp"
#include "engine/instantiate.hpp"

namespace weft::engine {
namespace {

/// Values as "i32:7", what is not known as "?"; lists in brackets.
std::string values(binary::Reader& r) {
  std::string out = "[";
  for (uint32_t n = r.u32(); n > 0 && r.ok(); --n) {
    switch (r.u8()) {
      case 0x01: out += "?"; break;
      case 0x7f: out += "i32:" + std::to_string(r.s32()); break;
      case 0x7e: out += "i64:" + std::to_string(r.s64()); break;
      case 0x7d: out += "f32:" + std::to_string(r.fixed32()); break;
      case 0x7c: r.skip(8), out += "f64"; break;
      default: return "bad kind of value";
    }
    if (n > 1) out += " ";
  }
  return out + "]";
}

/// The newest `max` frames of a dump: instance.function locals stack.
std::string frames_of(const std::vector<std::byte>& dump, size_t max = 16) {
  auto module = binary::decode_module(std::make_shared<const std::vector<std::byte>>(dump),
                                      wasm::FeatureSet::defaults());
  if (!module) return "not a module: " + module.error().message;
  for (const auto& section : (*module)->customs) {
    if (section.name != "corestack") continue;
    binary::Reader r((*module)->range(section.contents));
    r.u8();
    r.name();
    std::string out;
    for (uint32_t n = std::min<uint32_t>(r.u32(), static_cast<uint32_t>(max)); n > 0; --n) {
      r.u8();
      const uint32_t instance = r.u32();
      const uint32_t func = r.u32();
      r.u32();
      const std::string locals = values(r);
      out += std::to_string(instance) + "." + std::to_string(func) + " " + locals + " " +
             values(r) + "\n";
    }
    return r.ok() ? out : "broken";
  }
  return "no stack";
}

Config dumping(bool fusion_friendly = true) {
  Config config;
  config.core_dumps = true;
  config.guard_pages = fusion_friendly;
  return config;
}

/// Calls "run" and returns the trap.
Trap trap_of(std::string_view wat, const Config& config, std::vector<Value> args) {
  auto engine = Engine::create(config).value();
  auto store = engine.new_store();
  auto module = CompiledModule::compile(engine, std::as_bytes(std::span(wat)));
  if (!module) {
    ADD_FAILURE() << module.error().message;
    return {};
  }
  auto instance = instantiate(*store, *module, {});
  if (!instance) {
    ADD_FAILURE() << instance.message();
    return {};
  }
  auto result = call(*store, get_func(*store, instance.instance(), "run").value(), args, {});
  if (result) {
    ADD_FAILURE() << "no trap";
    return {};
  }
  return std::move(*result.take());
}

struct Row {
  const char* what;
  const char* wat;
  std::vector<Value> args;
  const char* frames;
};

TEST(CoreDump, FramesOfTraps) {
  const Row rows[] = {
      {"locals and an operand below",
       R"((module (func (export "run") (param i32 i64) (local f32)
         i64.const 9 (local.set 1 (i64.add (local.get 1) (i64.const 1)))
         (local.get 0) unreachable)))",
       {Value::i32(-5), Value::i64(41)},
       "0.0 [i32:-5 i64:42 f32:0] [i64:9 i32:-5]\n"},
      {"a call under way: its arguments are the callee's",
       R"((module
         (func $f (param i32 i32) (local i32) (local.set 2 (i32.const 3)) unreachable)
         (func (export "run") (param i32)
           (i32.const 77) (local.get 0) (i32.const 1) (call $f) drop)))",
       {Value::i32(6)},
       "0.0 [i32:6 i32:1 i32:3] []\n0.1 [i32:6] [i32:77]\n"},
      {"an alias of a local that has changed since",
       R"((module
         (func (export "run") (param i32)
           (local.get 0) (local.set 0 (i32.const 8)) (local.get 0) unreachable)))",
       {Value::i32(6)},
       "0.0 [i32:8] [i32:6 i32:8]\n"},
      {"division by zero",
       R"((module (func (export "run") (param i32 i32)
         (i32.const 4) (i32.div_s (local.get 0) (local.get 1)) drop drop)))",
       {Value::i32(10), Value::i32(0)},
       "0.0 [i32:10 i32:0] [i32:4 i32:10 i32:0]\n"},
      {"kinds that the format lacks",
       R"((module (func (export "run") (param externref) (local v128 f64)
         (v128.const i64x2 1 2) (ref.null func) unreachable)))",
       {Value::externref(0)},
       "0.0 [? ? f64] [? ?]\n"},
  };
  for (const Row& row : rows) {
    for (const bool guarded : {true, false})
      EXPECT_EQ(frames_of(trap_of(row.wat, dumping(guarded), row.args).core_dump), row.frames)
          << row.what;
  }
}

TEST(CoreDump, WhatAnInstructionHasAbsorbedIsNotGuessed) {
  // The sum is part of the load's address: it was never anywhere.
  const char* wat = R"((module (memory 1) (func (export "run") (param i32 i32)
    (i64.const 5) (i32.load offset=4 (i32.add (local.get 0) (local.get 1))) drop drop)))";
  const Trap trap = trap_of(wat, dumping(), {Value::i32(70000), Value::i32(-1000)});
  const std::string frames = frames_of(trap.core_dump);
  EXPECT_TRUE(frames == "0.0 [i32:70000 i32:-1000] [i64:5 ?]\n" ||
              frames == "0.0 [i32:70000 i32:-1000] [i64:5 i32:69000]\n")
      << frames;
}

TEST(CoreDump, DeepRecursionIsCutOff) {
  const Trap trap = trap_of(
      R"((module (func $f (export "run") (param i32) (call $f (i32.add (local.get 0) (i32.const 1))))))",
      dumping(), {Value::i32(0)});
  EXPECT_EQ(trap.code, TrapCode::call_stack_exhausted);
  const std::string frames = frames_of(trap.core_dump, 2);
  EXPECT_NE(frames.find("0.0 [i32:"), std::string::npos) << frames;
}

TEST(CoreDump, MemoriesAndGlobalsCanBeReadBack) {
  const char* wat = R"((module
    (memory 2) (memory i64 1 3) (global (mut i64) (i64.const 7)) (global (mut f64) (f64.const 1.5))
    (global externref (ref.null extern))
    (func (export "run")
      (i32.store8 (i32.const 131071) (i32.const 255))
      (i32.store16 1 (i64.const 4096) (i32.const 258))
      (global.set 0 (i64.const -1)) unreachable)))";
  const Trap trap = trap_of(wat, dumping(), {});
  // The dump is a module of its own: made into an instance, it has the memories and globals.
  auto engine = Engine::create({}).value();
  auto store = engine.new_store();
  auto module = CompiledModule::compile(engine, trap.core_dump);
  ASSERT_TRUE(module) << module.error().message;
  auto made = instantiate(*store, *module, {});
  ASSERT_TRUE(made) << made.message();
  runtime::Instance& instance = *made.instance().object;
  const auto first = instance.memory(wasm::MemoryIdx(0u)).bytes();
  ASSERT_EQ(first.size(), 131072u);
  EXPECT_EQ(first[131071], std::byte{255});
  EXPECT_EQ(first[0], std::byte{0});
  const auto second = instance.memory(wasm::MemoryIdx(1u)).bytes();
  ASSERT_EQ(second.size(), 65536u);
  EXPECT_EQ(second[4096], std::byte{2});
  EXPECT_EQ(second[4097], std::byte{1});
  EXPECT_EQ(instance.global(wasm::GlobalIdx(0u)).value[0].as<int64_t>(), -1);
  EXPECT_EQ(instance.global(wasm::GlobalIdx(1u)).value[0].as<double>(), 1.5);
}

TEST(CoreDump, OffUnlessAskedFor) {
  EXPECT_TRUE(trap_of(R"((module (func (export "run") unreachable)))", {}, {}).core_dump.empty());
}

}  // namespace
}  // namespace weft::engine
