// What the opaque handles of weft.h are. Glue only: no policy lives in this folder.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.hpp"
#include "dwarf/debug_info.hpp"
#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/engine.hpp"
#include "engine/linker.hpp"
#include "engine/trap.hpp"
#include "wasi/context.hpp"
#include "weft/weft.h"

struct weft_error {
  enum class Kind : uint8_t { refusal, exit, trap, wasm_exception, pending };

  explicit weft_error(weft::Error e) : error(std::move(e)) {}
  ~weft_error() {
    if (finalizer != nullptr) finalizer(payload);
  }
  weft_error(const weft_error&) = delete;
  weft_error& operator=(const weft_error&) = delete;
  /// Whoever deletes one may have got the shared one of api::out_of_memory(), which stays.
  static void operator delete(weft_error* error, std::destroying_delete_t);
  static void operator delete(void* place) { ::operator delete(place); }

  weft::Error error;
  Kind kind = Kind::refusal;
  bool is_shared = false;  ///< Exists before it is needed, belongs to nobody.
  bool final = false;      ///< The call that it ends cannot be resumed.
  int32_t exit_status = 0;
  const void* payload_kind = nullptr;
  void* payload = nullptr;
  void (*finalizer)(void*) = nullptr;
  std::unique_ptr<weft::engine::Trap> trap;  ///< trap: what the host function passes on.
  weft_ref_t exception{};                    ///< wasm_exception: what it throws.
};

struct weft_trap {
  weft_trap() = default;
  ~weft_trap() = default;
  weft_trap(const weft_trap&) = delete;
  weft_trap& operator=(const weft_trap&) = delete;
  /// As with errors: the one of api::out_of_memory_trap() stays.
  static void operator delete(weft_trap* trap, std::destroying_delete_t);
  static void operator delete(void* place) { ::operator delete(place); }

  weft::engine::Trap trap;
  bool is_shared = false;
  std::unique_ptr<weft_error>
      refusal;  ///< For a host function's error without an object of its own.
  std::vector<std::string> frame_names;  ///< Function and module name of each frame.
  mutable std::once_flag sources_once;
  mutable std::vector<std::vector<weft::dwarf::SourceFrame>> sources;  ///< Of each frame.
};

struct weft_config {
  weft::engine::Config config;
  bool exhausted = false;  ///< There was no memory to make it; every use says so.
};

struct weft_engine {
  weft::engine::Engine engine;
};

struct weft_module {
  struct Texts {
    std::once_flag once;
    std::vector<std::string> imports;
    std::vector<std::string> exports;
  };
  weft::engine::CompiledModule module;
  std::shared_ptr<Texts> texts = std::make_shared<Texts>();
  std::atomic<uint32_t> owners{1};  ///< A clone is one more owner, so it cannot fail.
};

struct weft_store {
  explicit weft_store(weft::engine::Engine e) : engine(std::move(e)) {}
  ~weft_store() {
    if (store != nullptr) store->close();  // finalizers still find the store
    store.reset();
    if (finalizer != nullptr) finalizer(data);
    if (more.finalizer != nullptr) more.finalizer(more.data);
  }
  weft_store(const weft_store&) = delete;
  weft_store& operator=(const weft_store&) = delete;

  weft::engine::Engine engine;
  std::unique_ptr<weft::wasi::Context> wasi;
  std::unique_ptr<weft::wasi::Interrupt> interrupt;
  std::unique_ptr<weft::runtime::Store> store;
  void* data = nullptr;
  void (*finalizer)(void*) = nullptr;
  std::unique_ptr<weft::runtime::ResourceLimiter> limiter;
  struct Data {
    const void* kind = nullptr;
    void* data = nullptr;
    void (*finalizer)(void*) = nullptr;
  };
  Data more;                 ///< weft_store_set_data
  bool is_profiled = false;  ///< Its epoch deadline is a profile's, and says nothing.

  static weft_store& of(weft::runtime::Store& s) { return *static_cast<weft_store*>(s.host_data); }
};

struct weft_functype {
  std::vector<weft_valkind_t> params;
  std::vector<weft_valkind_t> results;
  std::vector<weft_valtype_t> param_types;
  std::vector<weft_valtype_t> result_types;
};

struct weft_linker {
  weft::engine::Linker linker;
};

namespace weft::api {

inline weft_str_t borrow(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view view(const char* data, size_t size) { return {data, size}; }

/// Something of the embedder's that was given away with its finalizer: called, unless release().
class Owned {
 public:
  Owned(void* data, void (*finalizer)(void*)) : data_(data), finalizer_(finalizer) {}
  ~Owned() {
    if (finalizer_ != nullptr) finalizer_(data_);
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  /// Has a new owner.
  void release() { finalizer_ = nullptr; }

 private:
  void* data_;
  void (*finalizer_)(void*);
};

// --- running out of memory (ADR 0019) ---
/// The error of class out_of_memory that exists before it is needed. Deleting it does nothing.
weft_error_t* out_of_memory() noexcept;
/// The same as a trap.
weft_trap_t* out_of_memory_trap() noexcept;
/// In a handler: goes on if the exception says that there is no memory, else throws it again.
void expect_out_of_memory();

inline weft_error_t* to_c(Error error) { return new weft_error(std::move(error)); }
weft_bytes_t to_bytes(std::string_view s);

wasm::ValType to_val_type(weft_valkind_t kind);
/// The kind of a type: references by their top type.
weft_valkind_t to_kind(wasm::ValType type);
/// The same where types are canonical: structs and arrays are told from functions.
weft_valkind_t to_kind(const runtime::Store& store, wasm::ValType type);
std::vector<wasm::ValType> to_val_types(const weft_valkind_t* kinds, size_t count);

// Handles to and fro. An `index` is a number that the store looks up (runtime/item_table.hpp), so
// that any value is safe: what belonged to a freed instance is ErrorCode::freed. A handle of
// another store comes back without an object; engine/ refuses it where it is used.
std::unexpected<Error> freed_handle();
template <class C, class T>
C to_handle(const runtime::Store& store, engine::Handle<T> h) {
  if constexpr (std::is_same_v<T, runtime::VMFuncRef> || std::is_same_v<T, runtime::Instance>) {
    return C{h.store_id, store.handle_of(*h.object)};
  } else if constexpr (std::is_same_v<T, runtime::Tag>) {
    return C{h.store_id, store.handle_of(h.object->id)};
  } else {
    return C{h.store_id, store.handle_of(h.object->id())};
  }
}
template <class T, class C>
Result<engine::Handle<T>> from_handle(const runtime::Store& store, C c) {
  if (c.store != store.id()) return engine::Handle<T>{nullptr, c.store};
  T* object = nullptr;
  if constexpr (std::is_same_v<T, runtime::VMFuncRef>) {
    object = store.find_func(c.index);
  } else if constexpr (std::is_same_v<T, runtime::Instance>) {
    object = store.find_instance(c.index);
  } else if constexpr (std::is_same_v<T, runtime::Memory>) {
    object = store.find(wasm::ExternKind::memory, c.index).memory;
  } else if constexpr (std::is_same_v<T, runtime::Table>) {
    object = store.find(wasm::ExternKind::table, c.index).table;
  } else if constexpr (std::is_same_v<T, runtime::Global>) {
    object = store.find(wasm::ExternKind::global, c.index).global;
  } else {
    static_assert(std::is_same_v<T, runtime::Tag>);
    object = store.find(wasm::ExternKind::tag, c.index).tag;
  }
  if (object == nullptr) return freed_handle();
  return engine::Handle<T>{object, c.store};
}

weft_extern_t to_c(const runtime::Store& store, const engine::Extern& e);
Result<engine::Extern> from_c(const runtime::Store& store, const weft_extern_t& e);
Result<engine::Value> from_c(const runtime::Store& store, const weft_val_t& v);
weft_val_t to_c(const runtime::Store& store, const engine::Value& v);

/// A failed call: an error if it was refused before anything ran, else a trap.
weft_error_t* split(engine::Trap trap, weft_trap_t** out);
weft_trap_t* to_trap(engine::Trap trap);

/// An instance, or why there is none.
weft_error_t* finish(const weft_store_t& s, engine::InstantiateResult result, weft_instance_t* out,
                     weft_trap_t** trap);

/// The embedder's callback as the runtime wants it.
struct Callback {
  weft_callback_t call = nullptr;
  void* env = nullptr;
  void (*finalizer)(void*) = nullptr;
  size_t capacity = 0;

  Callback(weft_callback_t c, void* e, void (*f)(void*), size_t cells)
      : call(c), env(e), finalizer(f), capacity(cells) {}
  ~Callback() {
    if (finalizer != nullptr) finalizer(env);
  }
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;

  static runtime::TrapCode run(void* env, runtime::Caller& caller, runtime::Cell* cells);
};
size_t cells_needed(const weft_functype_t& type);
/// Ends the guest's call as the embedder's error says; takes it.
runtime::TrapCode end_guest(runtime::Caller& caller, weft_error_t* error);

}  // namespace weft::api

// Behind the `try {...}` that is the body of a C function: what is returned where memory runs out.
// tools/check_guards.py sees to it that every function which can allocate has one.
#define WEFT_OR_RETURN(...)            \
  catch (...) {                        \
    weft::api::expect_out_of_memory(); \
    return __VA_ARGS__;                \
  }
#define WEFT_OR_ERROR WEFT_OR_RETURN(weft::api::out_of_memory())
#define WEFT_OR_TRAP WEFT_OR_RETURN(weft::api::out_of_memory_trap())
#define WEFT_OR_NULL WEFT_OR_RETURN(nullptr)
/// A handle that could not be made is NULL; who gets it passed on says why.
#define WEFT_REFUSE_NULL(handle) \
  if ((handle) == nullptr) return weft::api::out_of_memory()

#define WEFT_TRY_C(expr)                                          \
  do {                                                            \
    if (auto weft_try_result = (expr); !weft_try_result)          \
      return weft::api::to_c(std::move(weft_try_result.error())); \
  } while (false)
#define WEFT_ASSIGN_C(decl, expr) WEFT_ASSIGN_C_(WEFT_CONCAT(weft_result_, __LINE__), decl, expr)
#define WEFT_ASSIGN_C_(tmp, decl, expr)                     \
  auto tmp = (expr);                                        \
  if (!tmp) return weft::api::to_c(std::move(tmp.error())); \
  decl = std::move(*tmp)
