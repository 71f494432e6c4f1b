// One thing an embedder does, through weft.h or wasm.h alone, in steps: prepared without faults,
// then done with them. A scenario's own code takes no memory while faults are armed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weft/weft.h"

namespace faults {

/// How an attempt ended.
struct Outcome {
  bool ok = true;
  bool trapped = false;  ///< The failure came as a trap.
  weft_error_code_t code{};
  int trap_code = 0;  ///< If it was a guest's trap.
  char text[240] = "";
};

/// What most scenarios are prepared with; the option "pool" is a pool of so many slots. Everything
/// is deleted by the destructor.
class World {
 public:
  struct Option {
    const char* name;
    uint64_t value;
  };
  World(std::initializer_list<Option> options, std::string_view wat);
  virtual ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// The module in a store of its own, instantiated without imports.
  void instantiate();
  weft_extern_t get(const char* name) const;

  weft_engine_t* engine = nullptr;
  weft_store_t* store = nullptr;
  weft_module_t* module = nullptr;
  std::vector<uint8_t> bytes;  ///< The module's, as wasm.
  std::string text;
  weft_instance_t instance{};
};

/// `attempt` must be repeatable in the same world. `expected`: what it gives when nothing fails.
struct Scenario {
  const char* name;
  World* (*prepare)();
  Outcome (*attempt)(World&);
  /// The attempt ends in this trap of the guest when nothing fails; 0: it succeeds.
  int trap = 0;
};

std::vector<Scenario> modules();    // scenarios_modules.cpp
std::vector<Scenario> instances();  // scenarios_instances.cpp
std::vector<Scenario> guests();     // scenarios_guests.cpp
std::vector<Scenario> hosts();      // scenarios_hosts.cpp
std::vector<Scenario> embedding();  // scenarios_embedding.cpp
std::vector<Scenario> wasm_h();     // scenarios_wasm_h.cpp

// --- writing attempts ---
Outcome success();
/// Takes the error or trap.
Outcome failed(weft_error_t* error);
Outcome failed(weft_trap_t* trap);
/// Something gave a wrong result although nothing failed.
Outcome wrong(const char* text);
/// Calls the export with i32s; `expected` is its one i32 result, if it has one.
Outcome call(World& world, const char* name, std::initializer_list<int32_t> args,
             const int32_t* expected = nullptr);
inline Outcome call(World& world, const char* name, int32_t expected,
                    std::initializer_list<int32_t> args = {}) {
  return call(world, name, args, &expected);
}

#define FAULTS_TRY(expr)                                                                    \
  do {                                                                                      \
    if (weft_error_t* weft_faults_error = (expr)) return faults::failed(weft_faults_error); \
  } while (false)
#define FAULTS_PASS(expr)                                                      \
  do {                                                                         \
    if (faults::Outcome weft_faults_outcome = (expr); !weft_faults_outcome.ok) \
      return weft_faults_outcome;                                              \
  } while (false)

}  // namespace faults
