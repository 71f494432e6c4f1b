// Random functions must do the same in every form of the interpreter's code: results, globals,
// memory, traps with their place in the module, and fuel.
#include <cmath>
#include <cstring>

#include "generator.hpp"
#include "runtime/global.hpp"
#include "runtime/memory.hpp"
#include "world.hpp"

namespace weft::testing {
namespace {

constexpr uint64_t kFloatsFrom = 0x9000;
constexpr uint64_t kFloatsTo = 0xd000;

/// NaNs may differ in their payload.
uint64_t canonical32(uint32_t bits) {
  return std::isnan(std::bit_cast<float>(bits)) ? 0x7fc0'0000u : bits;
}
uint64_t canonical64(uint64_t bits) {
  return std::isnan(std::bit_cast<double>(bits)) ? 0x7ff8'0000'0000'0000u : bits;
}

uint64_t mix(uint64_t h, uint64_t v) { return (h ^ v) * 0x9e3779b97f4a7c15u + (h >> 29); }

struct Observed {
  TrapCode trap = TrapCode::none;
  uint64_t result = 0;
  uint64_t globals = 0;
  uint64_t memory = 0;  // without the floats
  uint32_t offset = 0;  // where it trapped
  uint64_t fuel = 0;
  bool operator==(const Observed&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Observed& o) {
  return out << "trap " << to_string(o.trap) << std::hex << " result " << o.result << " globals "
             << o.globals << " memory " << o.memory << " offset " << o.offset << std::dec
             << " fuel " << o.fuel;
}

constexpr uint64_t kArgs[][5] = {
    {0, 0, 0, 0, 0},
    {1, 0xffff'ffff, 0x8000'0000'0000'0000u, 0x3f80'0000, 0xbff0'0000'0000'0000u},
    {0x8000'0000, 37, ~uint64_t{0}, 0x7f80'0000, 0x4059'0000'0000'0000u},
    {12345, 0x7fff'ffff, 0x1'0000'0005u, 0xc2f6'e979, 0x41e0'0000'0010'0000u},
};

class Runner {
 public:
  Runner(const Mode& mode, const Bytes& bytes) : world_(mode), instance_(world_.load(bytes)) {
    memory_ = engine::get_memory(*world_.store, instance_, "m").value().object;
  }

  Observed run(unsigned index, unsigned row) {
    auto* const base = reinterpret_cast<unsigned char*>(memory_->base);
    for (uint64_t i = 0; i < 0x10000; ++i)
      base[i] = static_cast<unsigned char>(i * 37 + (i >> 8) * 11);
    for (uint64_t i = kFloatsFrom; i < kFloatsTo; i += 8) {
      const double value = static_cast<double>(static_cast<int64_t>(i % 509) - 250) / 3.0;
      std::memcpy(base + i, &value, 8);
    }
    Cell args[5];
    for (unsigned i = 0; i < 5; ++i) args[i].bits = kArgs[row][i];
    const uint64_t before = world_.mode.fuel ? world_.store->fuel() : 0;
    const engine::Func f = world_.func(instance_, "f" + std::to_string(index));
    const Outcome out = world_.call(f, args);
    Observed o;
    o.trap = out.trap;
    if (world_.mode.fuel) o.fuel = before - world_.store->fuel();
    if (out.trap == TrapCode::none) {
      const wasm::ValType t = engine::func_type(*world_.store, f).results[0];
      o.result = t == wasm::kF32   ? canonical32(static_cast<uint32_t>(out.cells[0].bits))
                 : t == wasm::kF64 ? canonical64(out.cells[0].bits)
                                   : out.cells[0].bits;
    } else if (!world_.last_trap.backtrace.frames.empty()) {
      o.offset = world_.last_trap.backtrace.frames[0].offset;
    }
    for (unsigned g = 0; g < 4; ++g) {
      const Value v =
          read_global(*world_.store,
                      get_global(*world_.store, instance_, "g" + std::to_string(g)).value())
              .value();
      o.globals = mix(o.globals, g == 2   ? canonical32(static_cast<uint32_t>(v.cell[0].bits))
                                 : g == 3 ? canonical64(v.cell[0].bits)
                                          : v.cell[0].bits);
    }
    for (uint64_t i = 0; i < 0x10000; i += 8) {
      uint64_t word = 0;
      std::memcpy(&word, base + i, 8);
      if (i < kFloatsFrom || i >= kFloatsTo) o.memory = mix(o.memory, word);
    }
    return o;
  }

 private:
  World world_;
  Instance instance_;
  runtime::Memory* memory_ = nullptr;
};

struct Totals {
  unsigned calls = 0, traps = 0;
};

/// Runs modules of `seed` in all modes; the first mode is the reference.
void compare(uint64_t seed, unsigned count, std::span<const Mode> modes, const Bytes& bytes,
             Totals& totals) {
  std::vector<Observed> expected;
  uint64_t fuel_known = false;
  std::vector<uint64_t> fuel;
  for (const Mode& mode : modes) {
    Runner runner(mode, bytes);
    size_t at = 0;
    for (unsigned f = 0; f < count; ++f) {
      for (unsigned row = 0; row < std::size(kArgs); ++row, ++at) {
        Observed o = runner.run(f, row);
        if (mode.fuel) {
          if (!fuel_known) fuel.push_back(o.fuel);
          ASSERT_EQ(o.fuel, fuel[at])
              << "fuel: seed " << seed << " f" << f << " row " << row << " " << mode.name();
          o.fuel = 0;
        }
        if (&mode == modes.data()) {
          expected.push_back(o);
          ++totals.calls;
          totals.traps += o.trap != TrapCode::none;
        }
        ASSERT_EQ(o, expected[at])
            << "seed " << seed << " f" << f << " row " << row << " " << mode.name();
      }
    }
    fuel_known = fuel_known || mode.fuel;
  }
}

constexpr Mode kModes[] = {
    {.checked = true, .fusion = false},
    {.checked = false, .fusion = true},
    {.checked = true, .fusion = true},
    {.checked = false, .fusion = false},
    {.checked = false, .fusion = true, .fuel = true, .epochs = true},
    {.checked = true, .fusion = false, .fuel = true},
};

TEST(Random, FormsOfCodeAgree) {
  constexpr unsigned kModules = 60;
  constexpr unsigned kFunctions = 50;
  Totals totals;
  for (uint64_t seed = 1; seed <= kModules && !HasFatalFailure(); ++seed) {
    compare(seed, kFunctions, kModes, assemble(random_module(seed, kFunctions)), totals);
  }
  EXPECT_GT(totals.traps, totals.calls / 100);  // both ends are met
  EXPECT_LT(totals.traps, totals.calls / 3) << totals.calls;
}

/// The same functions with 35 000 vectors before theirs: slots that do not fit 16 bits.
TEST(Random, FarFramesAgree) {
  constexpr unsigned kFunctions = 15;
  for (uint64_t seed = 101; seed <= 104; ++seed) {
    const Bytes near_bytes = assemble(random_module(seed, kFunctions));
    const Bytes far_bytes = assemble(random_module(seed, kFunctions, 35'000));
    for (const Mode& mode : tier_modes()) {
      Runner near_frames(mode, near_bytes);
      Runner far_frames(mode, far_bytes);
      for (unsigned f = 0; f < kFunctions; ++f) {
        for (unsigned row = 0; row < std::size(kArgs); ++row) {
          Observed expected = near_frames.run(f, row);
          Observed o = far_frames.run(f, row);
          o.offset = expected.offset = 0;
          ASSERT_EQ(o, expected) << "seed " << seed << " f" << f << " row " << row << " "
                                 << mode.name();
        }
      }
    }
  }
}

}  // namespace
}  // namespace weft::testing
