// The generator makes every instruction of the opcode table: read back from the modules with the
// decoder, not taken from the generator's word.
#include <gtest/gtest.h>

#include <array>
#include <bitset>
#include <random>
#include <string>
#include <vector>

#include "binary/decoder.hpp"
#include "binary/instruction_reader.hpp"
#include "generator.hpp"
#include "weft/weft.hpp"

namespace weft::fuzz {
namespace {

std::vector<uint8_t> module_of(unsigned seed, const Flavor& flavor = {}) {
  std::mt19937_64 random(seed);
  std::vector<uint8_t> bytes(100 + random() % 3000);
  for (uint8_t& b : bytes) b = static_cast<uint8_t>(random());
  return generate(bytes, flavor);
}

void read_body(std::span<const std::byte> code, std::bitset<wasm::kOpCount>& seen) {
  binary::Reader r(code);
  const uint32_t runs = r.u32();
  for (uint32_t i = 0; i < runs; ++i) {
    r.u32();
    if (r.u8() == 0x63) r.s33();
  }
  while (!r.at_end()) {
    const wasm::Op op = binary::read_opcode(r, wasm::FeatureSet::all());
    ASSERT_NE(op, wasm::Op::invalid_);
    seen.set(static_cast<size_t>(op));
    binary::skip_immediates(r, op, wasm::FeatureSet::all());
  }
}

TEST(Generator, MakesEveryInstruction) {
  std::bitset<wasm::kOpCount> seen;
  for (unsigned seed = 1; seed <= 3000 && !seen.all(); ++seed) {
    const std::vector<uint8_t> bytes = module_of(seed);
    const auto module =
        binary::decode_module(std::as_bytes(std::span(bytes)), wasm::FeatureSet::all());
    ASSERT_TRUE(module.has_value()) << "seed " << seed << ": " << module.error().message;
    for (const binary::ByteRange& body : (*module)->code) read_body((*module)->range(body), seen);
  }
  // No exceptions so far: an opcode that cannot be generated would be listed here with its reason.
  for (size_t i = 0; i < wasm::kOpCount; ++i) {
    EXPECT_TRUE(seen[i]) << wasm::kOps[i].text << " is never generated";
  }
}

TEST(Generator, ModulesAreValid) {
  const Engine engine = Engine::make().value();
  Flavor portable;
  portable.portable = true;
  portable.features = wasm::FeatureSet::all()
                          .without(wasm::Feature::custom_page_sizes)
                          .without(wasm::Feature::relaxed_simd)
                          .without(wasm::Feature::legacy_exceptions)
                          .without(wasm::Feature::wide_arithmetic);
  for (unsigned seed = 1; seed <= 400; ++seed) {
    for (const Flavor& flavor : {Flavor{}, portable}) {
      const auto valid = Module::validate(engine, module_of(seed, flavor));
      ASSERT_TRUE(valid) << "seed " << seed << ": " << valid.error().message();
    }
  }
  EXPECT_TRUE(Module::validate(engine, library()));
}

TEST(Generator, TheSameInputGivesTheSameModule) {
  EXPECT_EQ(module_of(7), module_of(7));
  EXPECT_NE(module_of(7), module_of(8));
}

}  // namespace
}  // namespace weft::fuzz
