// Serialized modules and modules in pieces: same behaviour, hostile bytes refused.
#include "scale.hpp"

namespace weft::scale {
namespace {

constexpr std::string_view kText = R"((module
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (memory 1) (data $d "passive") (data (i32.const 0) "active")
  (table 3 funcref) (elem (i32.const 0) $f)
  (func $f (export "f") (param i32) (result i32)
    (memory.init $d (i32.const 10) (i32.const 0) (i32.const 7))
    (call $add (local.get 0) (i32.load8_u (i32.const 10))))
  (func (export "nothing"))))";

std::span<const uint8_t> bytes_of(const std::string& s) {
  return {reinterpret_cast<const uint8_t*>(s.data()), s.size()};
}

std::string wasm_of(std::string_view text) {
  const std::vector<uint8_t> bytes = must(wat_to_wasm(text));
  return {bytes.begin(), bytes.end()};
}

int32_t run(const Engine& engine, const Module& module) {
  Linker linker(engine);
  must(linker.func("host", "add", [](int32_t a, int32_t b) { return a + b; }));
  Store store = must(Store::make(engine));
  const Instance instance = *linker.instantiate(store, module);
  return *must(instance.get<int32_t(int32_t)>(store, "f"))(store, 1000);
}

TEST(Serialize, ComesBackTheSame) {
  const Engine engine = must(Engine::make());
  const Module module = must(Module::compile(engine, kText));
  const std::string bytes = must(serialize(module));
  EXPECT_EQ(bytes, must(serialize(module)));
  const Engine other = must(Engine::make());
  EXPECT_EQ(run(other, must(deserialize(other, bytes_of(bytes)))), 1112);
  EXPECT_EQ(run(other, must(deserialize_trusted(other, bytes_of(bytes)))), 1112);
  EXPECT_EQ(run(other, must(Module::compile(other, bytes_of(bytes)))), 1112);
}

TEST(Serialize, DamageIsRefused) {
  const Engine engine = must(Engine::make());
  const std::string good = must(serialize(must(Module::compile(engine, kText))));
  for (size_t at = 0; at < good.size(); ++at) {
    for (const int bit : {0, 3, 7}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      for (const bool trusted : {false, true}) {
        const auto module = trusted ? deserialize_trusted(engine, bytes_of(bad))
                                    : deserialize(engine, bytes_of(bad));
        ASSERT_FALSE(module) << "byte " << at << " bit " << bit;
        const auto code = module.error().code();
        EXPECT_TRUE(code == WEFT_ERROR_MALFORMED || code == WEFT_ERROR_UNSUPPORTED);
      }
    }
  }
  for (size_t size = 0; size < good.size(); ++size)
    ASSERT_FALSE(deserialize_trusted(engine, bytes_of(good.substr(0, size))));
  EXPECT_FALSE(deserialize_trusted(engine, bytes_of(good + "x")));
}

TEST(Serialize, OtherProposalsAreRefused) {
  const Engine engine = must(Engine::make());
  const std::string bytes = must(serialize(must(Module::compile(engine, "(module)"))));
  Config config;
  config.feature("simd", false);
  const Engine less = must(Engine::make(std::move(config)));
  const auto module = deserialize(less, bytes_of(bytes));
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().code(), WEFT_ERROR_UNSUPPORTED);
}

TEST(Builder, TakesChunksOfAnySize) {
  const Engine engine = must(Engine::make());
  const std::string wasm = wasm_of(kText);
  for (const size_t chunk : {size_t{1}, size_t{2}, size_t{7}, size_t{64}, wasm.size()}) {
    SCOPED_TRACE(chunk);
    ModuleBuilder builder = must(ModuleBuilder::make(engine));
    for (size_t at = 0; at < wasm.size(); at += chunk)
      must(builder.write(bytes_of(wasm).subspan(at, std::min(chunk, wasm.size() - at))));
    EXPECT_EQ(run(engine, must(builder.finish())), 1112);
    EXPECT_FALSE(builder.finish());
  }
}

/// How many bytes it took until the builder refused; 0 if it never did, not even at the end.
size_t refused_after(const Engine& engine, const std::string& wasm) {
  ModuleBuilder builder = must(ModuleBuilder::make(engine));
  for (size_t at = 0; at < wasm.size(); ++at) {
    if (!builder.write(bytes_of(wasm).subspan(at, 1))) return at + 1;
  }
  return builder.finish() ? 0 : wasm.size() + 1;
}

TEST(Builder, ErrorsComeEarly) {
  const Engine engine = must(Engine::make());
  EXPECT_EQ(refused_after(engine, std::string("\0asn\1\0\0\0", 8)), 4u);
  EXPECT_EQ(refused_after(engine, std::string("\0asm\2\0\0\0", 8)), 5u);
  // A definition that is wrong shows when the code section begins; a body when it is complete.
  const std::string good = wasm_of(R"((module
    (func (export "f") (result i32) (i32.const 1)) (func (export "g")) (data "0123456789")))");
  EXPECT_EQ(refused_after(engine, good), 0u);
  const size_t body = good.find("\x41\x01\x0b");
  ASSERT_NE(body, std::string::npos);
  std::string bad = good;
  bad[body] = '\x42';  // i64.const where an i32 is wanted
  const size_t after = refused_after(engine, bad);
  EXPECT_GT(after, body);
  EXPECT_LT(after, good.size() - 10);
  std::string unknown = good;
  const size_t exported = good.find("\x01g");
  ASSERT_NE(exported, std::string::npos);
  unknown[exported + 3] = 9;  // no such function
  EXPECT_LT(refused_after(engine, unknown), body);
}

TEST(Builder, EndsLikeCompileForEveryTruncationAndFlip) {
  const Engine engine = must(Engine::make());
  const std::string good = wasm_of(kText);
  for (size_t at = 0; at < good.size(); ++at) {
    for (const int bit : {0, 1, 6}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      const bool whole = static_cast<bool>(Module::compile(engine, bytes_of(bad)));
      EXPECT_EQ(refused_after(engine, bad) == 0, whole) << "byte " << at << " bit " << bit;
    }
    const std::string cut = good.substr(0, at);
    EXPECT_EQ(refused_after(engine, cut) == 0,
              static_cast<bool>(Module::compile(engine, bytes_of(cut))))
        << at;
  }
}

}  // namespace
}  // namespace weft::scale
