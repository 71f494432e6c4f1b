// Everything an embedder holds while it uses the C API, and the calls that a fuzzer makes with it.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

#include "weft/weft.h"
#include "world.hpp"

namespace weft::fuzz {

/// What two sessions on two threads share: engines, modules, and handles to stop each other's
/// guests.
struct ApiCommons {
  explicit ApiCommons(Choices& choices);
  ~ApiCommons();
  ApiCommons(const ApiCommons&) = delete;
  ApiCommons& operator=(const ApiCommons&) = delete;

  std::array<weft_engine_t*, 2> engines{};
  std::mutex mutex;
  std::vector<weft_module_t*> modules;
  std::vector<weft_interrupt_handle_t*> handles;
};

/// What a session may do. The numbers of the first calls are fixed: kept inputs are made of them.
enum class ApiScope : uint8_t {
  first,  ///< the first 36 calls
  wide,   ///< and those of api_insight.cpp
};

/// Two engines with different options, two stores, and whatever was made in them. Handles of stores
/// that are gone, and of the other store, stay in the lists: using them must be an error and no
/// more.
class ApiSession {
 public:
  explicit ApiSession(Choices& choices, ApiScope scope = ApiScope::first,
                      ApiCommons* commons = nullptr)
      : c_(choices), scope_(scope), commons_(commons) {}
  ~ApiSession();
  ApiSession(const ApiSession&) = delete;
  ApiSession& operator=(const ApiSession&) = delete;

  void run();

 private:
  friend ApiCommons;
  struct Store {
    weft_store_t* store = nullptr;
    unsigned busy = 0;  ///< Calls of host functions that are running: it cannot be deleted.
    std::vector<size_t> scopes;
    size_t kept_scopes = 0;  ///< Those opened outside of the host function that is running.
    weft_profile_t* profile = nullptr;
  };

  void step();
  void later_step(unsigned which);
  void delete_store(Store& s);
  void release_engine(unsigned which);
  void make_engine();
  void make_store();
  void make_module();
  void make_linker();
  void drop_something();
  void store_call();
  void instantiate();
  void link();
  void call();
  void call_unchecked();
  void typed_call();
  void make_item();
  void use_memory();
  void use_table();
  void use_global();
  void use_reference();
  void use_scope();
  void use_shared_memory();
  void read_module();
  // api_more.cpp
  void use_invocation();
  void use_objects();
  void use_exceptions();
  void use_roots();
  void free_instance();
  void limits_and_hooks();
  void serialize();
  void prepare_instance();
  void interrupt();

  // api_insight.cpp
  void use_types();
  void read_types(const weft_engine_t& engine, weft_type_t type);
  void use_text();
  void use_wasi();
  void use_raw_values();
  void use_profile();
  void use_deadline();
  void use_data();
  void use_frames();
  void read_frames(weft_frame_states_t* states);
  void exchange();

  static weft_error_t* host_function(void* self, weft_caller_t* caller, weft_raw_t* cells,
                                     size_t capacity);
  static void finalize(void* counter);
  static weft_engine_t* new_engine(Choices& c);
  /// Counts what is handed over with finalize.
  void* counted();
  static bool ok(weft_error_t* error);
  void look_at(weft_trap_t* trap);
  Store* any_store();
  weft_val_t any_value(weft_valkind_t kind);
  weft_valkind_t any_kind() { return static_cast<weft_valkind_t>(c_.below(WEFT_EXNREF + 1)); }
  weft_functype_t* any_type();
  void keep(const weft_extern_t& item);
  void keep(const weft_val_t& value);
  void keep_exports(const Store& s, weft_instance_t instance);
  void call_invocation(Store& s, size_t index, bool start);
  template <class T>
  T* pick(std::vector<T>& from) {
    return from.empty() ? nullptr : &from[c_.below(static_cast<unsigned>(from.size()))];
  }

  Choices& c_;
  const ApiScope scope_;
  ApiCommons* const commons_;
  std::array<weft_engine_t*, 2> engines_{};
  std::array<bool, 2> borrowed_{};  ///< The engine is one of commons_.
  std::array<Store, 2> stores_{};
  std::array<weft_linker_t*, 2> linkers_{};
  std::vector<weft_module_t*> modules_;
  std::vector<weft_shared_memory_t*> shared_;
  std::vector<weft_instance_t> instances_;
  std::vector<weft_func_t> funcs_;
  std::vector<weft_memory_t> memories_;
  std::vector<weft_table_t> tables_;
  std::vector<weft_global_t> globals_;
  std::vector<weft_extern_t> externs_;
  std::vector<weft_ref_t> refs_;
  struct Invocation {
    weft_invocation_t* invocation = nullptr;
    weft_func_t func{};
    bool running = false;  ///< A host function under it may not delete it.
  };
  std::vector<Invocation> invocations_;
  std::vector<weft_root_t> roots_;
  std::vector<weft_tag_t> tags_;
  std::vector<weft_interrupt_handle_t*> handles_;
  std::vector<weft_type_t> types_;
  weft_instance_pre_t* pre_ = nullptr;
  unsigned depth_ = 0;  ///< Of host functions that call the API.
  unsigned steps_ = 0;
  uint64_t handed_over_ = 0, finalized_ = 0;
};

}  // namespace weft::fuzz
