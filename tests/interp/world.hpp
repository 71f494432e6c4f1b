// An engine, a store and a linker for one configuration of the interpreter, with the fusion switch
// that engines do not have. Remembers which instructions of isa.def were in functions that ran
// (coverage_test.cpp).
#pragma once

#include <gtest/gtest.h>

#include <bitset>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/instantiate.hpp"
#include "engine/linker.hpp"
#include "interp/code_map.hpp"

namespace weft::testing {

using engine::Config;
using engine::Instance;
using engine::Trap;
using engine::Value;
using runtime::Cell;
using runtime::TrapCode;

struct Mode {
  bool checked = false;
  bool fusion = true;
  bool fuel = false;
  bool epochs = false;
  std::string name() const;
};
std::span<const Mode> all_modes();   ///< The 16 combinations.
std::span<const Mode> tier_modes();  ///< {guarded, checked} x {fused, unfused}.

using Bytes = std::vector<std::byte>;
/// The module's bytes; a failed test and an empty module if it does not parse.
Bytes assemble(std::string_view wat);

struct Outcome {
  TrapCode trap = TrapCode::none;
  std::vector<Cell> cells;
};

class World {
 public:
  explicit World(const Mode& mode = {}, Config config = {});
  ~World();

  engine::CompiledModule compile(const Bytes& bytes);
  Instance load(const Bytes& bytes);
  Instance load(std::string_view wat) { return load(assemble(wat)); }

  engine::Func func(Instance instance, std::string_view name);
  /// Cells in, cells out; a trap's code instead, with the whole trap in last_trap.
  Outcome call(engine::Func func, std::span<const Cell> args);
  Outcome call(Instance instance, std::string_view name, std::initializer_list<uint64_t> args = {});
  uint64_t call_one(Instance instance, std::string_view name,
                    std::initializer_list<uint64_t> args = {});
  Trap trap_of(Instance instance, std::string_view name, std::initializer_list<uint64_t> args = {});

  Mode mode;
  engine::Engine engine;
  std::unique_ptr<runtime::Store> store;
  engine::Linker linker;
  Trap last_trap;

 private:
  struct Tier;
  std::vector<std::shared_ptr<Tier>> tiers_;
};

/// Instructions seen so far, by handler.
std::bitset<interp::kCodeCount>& seen_codes();

}  // namespace weft::testing
