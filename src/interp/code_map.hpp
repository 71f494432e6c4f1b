// The bytecode of one module: a FuncCode per defined function, translated at the first call.
// Entries are published by an atomic store; readers take no lock. Shared by all instances of the
// module on all threads.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "base/result.hpp"
#include "binary/module.hpp"
#include "interp/bytecode.hpp"
#include "interp/frame_map.hpp"
#include "interp/fuel_map.hpp"
#include "runtime/memory_check.hpp"
#include "wasm/features.hpp"

namespace weft::interp {

class Translator;

struct Options {
  bool checked = false;   ///< Explicit bounds checks instead of guard pages.
  bool fusion = true;     ///< Combine instructions; off for tests that compare with the parts.
  bool fuel = false;      ///< Count fuel.
  bool epochs = false;    ///< Check the epoch at function entries and loop headers.
  bool validate = false;  ///< Bodies were not validated at load: do it when translating.
  bool canonical_nans = false;  ///< Every NaN that arithmetic gives is the positive canonical one.
  bool memory_check = false;    ///< Check accesses against the guest's heap; without fusion.
  bool native_relaxed = false;  ///< Relaxed vector operators as the processor does them.
  wasm::FeatureSet features = wasm::FeatureSet::defaults();  ///< For `validate`.
};

class ModuleCode {
 public:
  ModuleCode(std::shared_ptr<const binary::Module> module, const Options& options);
  ~ModuleCode();
  ModuleCode(const ModuleCode&) = delete;
  ModuleCode& operator=(const ModuleCode&) = delete;

  const binary::Module& module() const { return *module_; }
  const Options& options() const { return options_; }
  /// With `memory_check`; else none.
  AllocatorFunc allocator_func(FuncIdx f) const;
  /// Of a defined function; same address always. Thread-safe.
  FuncCode* function(FuncIdx f) { return &functions_[f.value - module_->imported_funcs]; }
  std::span<FuncCode> functions() { return {functions_.get(), module_->defined_funcs()}; }

  /// Translates now if it is not translated yet. Thread-safe.
  Result<const std::byte*> translate(FuncCode& code);
  /// Where locals and operands of a translated function are at the operator at `offset` (bytes in
  /// the module). Empty if no code was made for it. Thread-safe.
  FrameMap map_frame(const FuncCode& code, uint32_t offset);
  /// Of a translated function that counts fuel; made when first asked for. Null: no memory, or
  /// nothing is counted. Thread-safe.
  const FuelMap* fuel_map(const FuncCode& code);
  /// Every function (eager mode). The first error stops.
  Result<> translate_all();

 private:
  std::shared_ptr<const binary::Module> module_;
  Options options_;
  std::vector<AllocatorRow> allocator_;
  std::unique_ptr<FuncCode[]> functions_;
  std::mutex mutex_;                                        // one translation at a time per module
  std::unordered_map<const FuncCode*, FuelMap> fuel_maps_;  // guarded by mutex_
  std::unique_ptr<Translator> translator_;                  // its buffers; guarded by mutex_
};

/// Bytes of the largest frame of all functions that were translated in this process.
uint32_t largest_frame();

/// The function whose translated code holds `ip`, or null. For backtraces: takes a lock.
const FuncCode* find_function(const std::byte* ip);

/// The one instruction that every function without code enters, and the one that leaves to the
/// host.
const std::byte* translate_entry();
const std::byte* exit_entry();

}  // namespace weft::interp
