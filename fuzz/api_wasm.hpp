// What an embedder holds that uses the standard C API, and the calls that a fuzzer makes with it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "wasm_weft.h"
#include "world.hpp"

namespace weft::fuzz {

/// One engine, two stores, and names of whatever was made in them, also of stores that are gone.
/// Ownership is as wasm.h has it; apart from that anything may be given to anything.
class WasmSession {
 public:
  explicit WasmSession(Choices& choices) : c_(choices) {}
  ~WasmSession();
  WasmSession(const WasmSession&) = delete;
  WasmSession& operator=(const WasmSession&) = delete;

  void run();

 private:
  /// What a callback is given; lives as long as the session.
  struct Callback {
    WasmSession* session;
    std::vector<wasm_valkind_t> results;
  };

  void step();
  void make_engine();
  void make_store();
  void drop_store();
  void make_module();
  void read_module();
  void share_module();
  void instantiate();
  void call();
  void make_func();
  void use_global();
  void use_table();
  void use_memory();
  void make_foreign();
  void use_names();
  void use_host_info();
  void use_traps();
  void use_types();
  void use_extension();
  void drop_something();

  static wasm_trap_t* callback(void* env, const wasm_val_vec_t* args, wasm_val_vec_t* results);
  static void finalize(void* counter);
  void* counted();
  wasm_store_t* any_store() { return stores_[c_.below(2)]; }
  wasm_valkind_t any_kind();
  wasm_valtype_t* any_valtype();
  wasm_functype_t* any_functype();
  wasm_val_t any_value(wasm_valkind_t kind);
  wasm_ref_t* any_ref();
  wasm_limits_t any_limits() { return {c_.below(4), c_.chance(60) ? c_.below(8) : UINT32_MAX}; }
  void look_at(wasm_trap_t* trap);
  void keep(wasm_extern_t* item);
  void keep(wasm_ref_t* ref);
  void keep_exports(const wasm_instance_t* instance);
  void keep_made(const wasm_extern_t* item);
  template <class T>
  T* pick(const std::vector<T*>& from) {
    return from.empty() ? nullptr : from[c_.below(static_cast<unsigned>(from.size()))];
  }
  template <class T>
  T* take(std::vector<T*>& from) {
    if (from.empty()) return nullptr;
    const auto at = from.begin() + c_.below(static_cast<unsigned>(from.size()));
    T* const out = *at;
    from.erase(at);
    return out;
  }

  Choices& c_;
  wasm_engine_t* engine_ = nullptr;
  std::array<wasm_store_t*, 2> stores_{};
  std::vector<wasm_module_t*> modules_;
  std::vector<wasm_shared_module_t*> shared_;
  std::vector<wasm_instance_t*> instances_;
  std::vector<wasm_extern_t*> externs_;
  std::vector<wasm_ref_t*> refs_;
  std::vector<wasm_trap_t*> traps_;
  std::vector<std::unique_ptr<Callback>> callbacks_;
  unsigned depth_ = 0;  ///< Of callbacks that call the API.
  unsigned steps_ = 0;
  uint64_t handed_over_ = 0, finalized_ = 0;
};

}  // namespace weft::fuzz
