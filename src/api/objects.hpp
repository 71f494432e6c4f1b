// What the opaque handles of weft.h are. Glue only: no policy lives in this folder.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/call.hpp"
#include "engine/compiled_module.hpp"
#include "engine/engine.hpp"
#include "engine/linker.hpp"
#include "engine/trap.hpp"
#include "wasi/context.hpp"
#include "weft/weft.h"

struct weft_error {
  enum class Kind : uint8_t { refusal, exit, trap };

  explicit weft_error(weft::Error e) : error(std::move(e)) {}
  ~weft_error() {
    if (finalizer != nullptr) finalizer(payload);
  }
  weft_error(const weft_error&) = delete;
  weft_error& operator=(const weft_error&) = delete;

  weft::Error error;
  Kind kind = Kind::refusal;
  int32_t exit_status = 0;
  const void* payload_kind = nullptr;
  void* payload = nullptr;
  void (*finalizer)(void*) = nullptr;
  std::unique_ptr<weft::engine::Trap> trap;  ///< trap: what the host function passes on.
};

struct weft_trap {
  weft::engine::Trap trap;
  std::unique_ptr<weft_error>
      refusal;  ///< For a host function's error without an object of its own.
  std::vector<std::string> frame_names;  ///< Function and module name of each frame.
};

struct weft_config {
  weft::engine::Config config;
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
};

struct weft_store {
  explicit weft_store(weft::engine::Engine e) : engine(std::move(e)) {}
  ~weft_store() {
    store.reset();
    if (finalizer != nullptr) finalizer(data);
  }
  weft_store(const weft_store&) = delete;
  weft_store& operator=(const weft_store&) = delete;

  weft::engine::Engine engine;
  std::unique_ptr<weft::wasi::Context> wasi;
  std::unique_ptr<weft::wasi::Interrupt> interrupt;
  std::unique_ptr<weft::runtime::Store> store;
  void* data = nullptr;
  void (*finalizer)(void*) = nullptr;

  static weft_store& of(weft::runtime::Store& s) { return *static_cast<weft_store*>(s.host_data); }
};

struct weft_functype {
  std::vector<weft_valkind_t> params;
  std::vector<weft_valkind_t> results;
};

struct weft_linker {
  weft::engine::Linker linker;
};

namespace weft::api {

inline weft_str_t borrow(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view view(const char* data, size_t size) { return {data, size}; }
inline weft_error_t* to_c(Error error) { return new weft_error(std::move(error)); }
weft_bytes_t to_bytes(std::string_view s);

wasm::ValType to_val_type(weft_valkind_t kind);
/// The kind of a type: references by their top type.
weft_valkind_t to_kind(wasm::ValType type);
std::vector<wasm::ValType> to_val_types(const weft_valkind_t* kinds, size_t count);

/// Handles to and fro. An `index` is the address of the store's object; the store id is checked by
/// engine/.
template <class C, class T>
C to_handle(engine::Handle<T> h) {
  return C{h.store_id, reinterpret_cast<uintptr_t>(h.object)};
}
template <class T, class C>
engine::Handle<T> from_handle(C c) {
  // SAFETY: only to_handle makes indices; the store id guards against those of other stores.
  return {reinterpret_cast<T*>(static_cast<uintptr_t>(c.index)), c.store};
}

weft_extern_t to_c(const engine::Extern& e);
Result<engine::Extern> from_c(const weft_extern_t& e);
Result<engine::Value> from_c(const runtime::Store& store, const weft_val_t& v);
weft_val_t to_c(const runtime::Store& store, const engine::Value& v);

/// A failed call: an error if it was refused before anything ran, else a trap.
weft_error_t* split(engine::Trap trap, weft_trap_t** out);
weft_trap_t* to_trap(engine::Trap trap);

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

}  // namespace weft::api

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
