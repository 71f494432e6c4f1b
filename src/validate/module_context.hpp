// What all bodies of a module are checked against, computed once and then only read: any thread may
// walk any body.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "binary/module.hpp"
#include "wasm/features.hpp"
#include "wasm/opcodes.hpp"

namespace weft::validate {

using namespace wasm;  // NOLINT: the spec's vocabulary

/// How the walker's inner loop treats a first byte. Everything that is not frequent is `other`.
enum class Rule : uint8_t {
  other,
  local_get,
  local_set,
  local_tee,
  i32_const,
  i64_const,
  load,
  store,
  unary,
  binary,
  br,
  br_if,
  call,
  global_get,
  block,
  end,
  drop,
};

struct ModuleContext {
  /// `module` must be decoded with the same features and outlive the context. To validate, call
  /// declare_funcs() next.
  ModuleContext(const binary::Module& module, FeatureSet features);
  /// For walking validated bodies again: there are no features to check.
  static ModuleContext trusted(const binary::Module& module) { return {module, FeatureSet::all()}; }

  /// Fills declared_funcs from exports, segments and constant expressions.
  void declare_funcs();
  bool is_declared(uint32_t func) const {
    return func < declared_funcs.size() && declared_funcs[func];
  }

  const binary::Module* module;
  FeatureSet features;
  ValType memory0;                ///< Address type of memory 0; bottom without a memory.
  std::array<Rule, 256> rules{};  ///< By first byte.
  std::vector<bool>
      declared_funcs;  ///< What ref.func in bodies may name: functions named outside bodies.
};

}  // namespace weft::validate
