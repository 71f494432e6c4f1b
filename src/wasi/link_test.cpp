// WASI as imports of real modules: both generations, exit, interruption, missing pieces, exceptions
// of callbacks.
#include "wasi/link.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "engine/call.hpp"
#include "engine/compiled_module.hpp"

namespace weft::wasi {
namespace {

using engine::Trap;

// A program that writes "hello" through the given module's fd_write, then leaves with the written
// count as exit code.
std::string hello(const std::string& generation) {
  return R"((module
    (import ")" +
         generation + R"(" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import ")" +
         generation + R"(" "proc_exit" (func $proc_exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 8) "\10\00\00\00\05\00\00\00hello")
    (func (export "_start")
      (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 64))
      (if (then (call $proc_exit (i32.const 99))))
      (call $proc_exit (i32.load (i32.const 64)))
      (i32.store (i32.const 0) (i32.const 0xdead))
      unreachable)))";
}

struct Program {
  explicit Program(const std::string& text, ContextBuilder builder = {}) {
    auto made = engine::Engine::create();
    if (!made) throw std::runtime_error(made.error().message);
    engine.emplace(*made);
    store = engine->new_store();
    auto built = builder.build();
    if (!built) throw std::runtime_error(built.error().message);
    context = std::move(*built);
    engine::Linker linker(*engine);
    if (auto linked = add_to_linker(linker, context); !linked)
      throw std::runtime_error(linked.error().message);
    auto module = engine::CompiledModule::compile(*engine, std::as_bytes(std::span(text)));
    if (!module) throw std::runtime_error(module.error().message);
    auto instantiated = linker.instantiate(*store, *module);
    if (!instantiated) throw std::runtime_error(instantiated.message());
    instance = instantiated.instance();
  }

  std::unique_ptr<Trap> start(const char* name = "_start") {
    auto func = engine::get_func(*store, instance, name);
    if (!func) throw std::runtime_error(func.error().message);
    return engine::call(*store, *func, {}, {}).take();
  }

  std::optional<engine::Engine> engine;
  std::unique_ptr<runtime::Store> store;
  std::shared_ptr<Context> context;
  engine::Instance instance;
};

TEST(Link, BothGenerationsRunAndExitIsNoTrap) {
  for (const char* generation : {"wasi_snapshot_preview1", "wasi_unstable"}) {
    auto output = std::make_shared<BufferStream>();
    ContextBuilder builder;
    builder.stdio_stream(1, output);
    Program run(hello(generation), std::move(builder));
    const auto end = run.start();
    ASSERT_NE(end, nullptr) << generation;
    EXPECT_EQ(end->kind, Trap::Kind::exit) << generation << ": " << end->message;
    EXPECT_EQ(end->exit_code, 5U) << generation;
    EXPECT_EQ(output->text(), "hello") << generation;
    auto memory = engine::get_memory(*run.store, run.instance, "memory");
    ASSERT_TRUE(memory.has_value());
    EXPECT_EQ(static_cast<unsigned>(memory->object->bytes()[0]), 0U)
        << "guest code ran after proc_exit";
  }
}

TEST(Link, ExitUnwindsThroughNestedFrames) {
  Program run(R"((module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (func $deep (param i32)
      (if (i32.eqz (local.get 0)) (then (call $exit (i32.const 33))))
      (call $deep (i32.sub (local.get 0) (i32.const 1))))
    (func (export "_start") (call $deep (i32.const 50)))))");
  const auto end = run.start();
  ASSERT_NE(end, nullptr);
  EXPECT_EQ(end->kind, Trap::Kind::exit);
  EXPECT_EQ(end->exit_code, 33U);
}

TEST(Link, AnInterruptedSleepEndsTheCall) {
  auto token = CancelToken::create();
  ASSERT_TRUE(token.has_value());
  (*token)->set_deadline(monotonic_now() + 10'000'000);
  ContextBuilder builder;
  builder.interrupt(token->get());
  Program run(R"((module
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")
      (i32.store (i32.const 16) (i32.const 1))
      (i64.store (i32.const 24) (i64.const 3600000000000))
      (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))))",
              std::move(builder));
  const auto end = run.start();
  ASSERT_NE(end, nullptr);
  EXPECT_EQ(end->kind, Trap::Kind::trap);
  EXPECT_EQ(end->code, runtime::TrapCode::interrupt);
}

TEST(Link, WithoutAMemoryEveryPointerFaults) {
  Program run(R"((module
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (func (export "_start") (call $exit (call $sizes (i32.const 0) (i32.const 4))))))");
  const auto end = run.start();
  ASSERT_NE(end, nullptr);
  EXPECT_EQ(end->exit_code, static_cast<uint32_t>(Errno::fault));
}

TEST(Link, GrownMemoryIsSeen) {
  Program run(R"((module
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start")
      (if (i32.ne (call $random (i32.const 65536) (i32.const 8)) (i32.const 21)) (then unreachable))
      (drop (memory.grow (i32.const 1)))
      (call $exit (call $random (i32.const 65536) (i32.const 65536))))))");
  const auto end = run.start();
  ASSERT_NE(end, nullptr);
  EXPECT_EQ(end->kind, Trap::Kind::exit) << end->message;
  EXPECT_EQ(end->exit_code, 0U);
}

TEST(Link, AThrowingCallbackIsCarried) {
  ContextBuilder builder;
  builder.stdio_stream(1, callback_stream({}, [](std::span<const std::byte>) -> IoCount {
                         throw std::runtime_error("x");
                       }));
  Program run(hello("wasi_snapshot_preview1"), std::move(builder));
  const auto end = run.start();
  ASSERT_NE(end, nullptr);
  EXPECT_EQ(end->kind, Trap::Kind::exception);
  EXPECT_NE(end->payload, nullptr);
}

TEST(Link, AStoreWithoutContextIsAnError) {
  auto made = engine::Engine::create();
  ASSERT_TRUE(made.has_value());
  engine::Linker linker(*made);
  ASSERT_TRUE(
      add_to_linker(linker, [](runtime::Store&) -> Context* { return nullptr; }).has_value());
  const std::string text = hello("wasi_snapshot_preview1");
  auto module = engine::CompiledModule::compile(*made, std::as_bytes(std::span(text)));
  ASSERT_TRUE(module.has_value()) << module.error().message;
  auto store = made->new_store();
  auto instance = linker.instantiate(*store, *module);
  ASSERT_TRUE(instance.ok()) << instance.message();
  auto func = engine::get_func(*store, instance.instance(), "_start");
  ASSERT_TRUE(func.has_value());
  const auto end = engine::call(*store, *func, {}, {}).take();
  ASSERT_NE(end, nullptr);
  EXPECT_EQ(end->kind, Trap::Kind::error);
  EXPECT_EQ(end->message, "WASI is linked, but this store was given no WASI context");
}

TEST(Link, TwiceIsRefusedAndUnstableHasNoAccept) {
  auto made = engine::Engine::create();
  ASSERT_TRUE(made.has_value());
  engine::Linker linker(*made);
  const auto none = [](runtime::Store&) -> Context* { return nullptr; };
  ASSERT_TRUE(add_to_linker(linker, none).has_value());
  EXPECT_FALSE(add_to_linker(linker, none).has_value());
  const std::string text =
      R"((module (import "wasi_unstable" "sock_accept" (func (param i32 i32 i32) (result i32)))))";
  auto module = engine::CompiledModule::compile(*made, std::as_bytes(std::span(text)));
  ASSERT_TRUE(module.has_value());
  auto store = made->new_store();
  EXPECT_FALSE(linker.resolve(*store, *module).has_value());
}

}  // namespace
}  // namespace weft::wasi
