// What the handles of wasm.h are: names of things in a store, types, modules, traps. ADR 0026.
#pragma once

#include <wasm_weft.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/objects.hpp"

namespace weft::api {

/// A pointer of the embedder's with its finalizer, which runs once.
class HostInfo {
 public:
  HostInfo() = default;
  ~HostInfo() { set(nullptr, nullptr); }
  HostInfo(const HostInfo&) = delete;
  HostInfo& operator=(const HostInfo&) = delete;

  /// Of which use of the address it is, where things are known by their address.
  uint64_t handle = 0;

  void* get() const { return data_; }
  void set(void* data, void (*finalize)(void*)) {
    void* const old = std::exchange(data_, data);
    if (auto* const last = std::exchange(finalize_, finalize); last != nullptr) last(old);
  }

 private:
  void* data_ = nullptr;
  void (*finalize_)(void*) = nullptr;
};

/// What wasm_store_t and all names of things in the store share. The store itself goes with
/// wasm_store_delete; what is left over asks alive() first.
struct WasmStore {
  weft_store_t* weft = nullptr;  ///< Null once deleted.
  /// Of functions, globals, tables, memories and instances: by address.
  std::unordered_map<const void*, std::unique_ptr<HostInfo>> infos;
  /// Globals that no GuestObject uses at the moment.
  std::vector<runtime::Global*> free_pins;
  uint32_t pins = 0;  ///< Globals made for GuestObjects; free_pins has room for all.
  std::string last_error;
  uint32_t calls = 0;   ///< Under way, nested.
  bool doomed = false;  ///< Deleted while calls were under way.

  WasmStore() = default;
  ~WasmStore() { destroy(); }
  WasmStore(const WasmStore&) = delete;
  WasmStore& operator=(const WasmStore&) = delete;

  bool alive() const { return weft != nullptr; }
  runtime::Store& store() const { return *weft->store; }
  const runtime::TypeRegistry& types() const { return store().engine().types(); }
  void destroy();
};
using WasmStorePtr = std::shared_ptr<WasmStore>;

/// While it lives the store cannot go.
class WasmCall {
 public:
  explicit WasmCall(WasmStorePtr state) : state_(std::move(state)) { ++state_->calls; }
  ~WasmCall() {
    if (--state_->calls == 0 && state_->doomed) state_->destroy();
  }
  WasmCall(const WasmCall&) = delete;
  WasmCall& operator=(const WasmCall&) = delete;

 private:
  WasmStorePtr state_;
};

enum class RefKind : uint8_t {
  func,
  global,
  table,
  memory,
  tag,
  instance,
  module,
  trap,
  foreign,
  guest,  // an object that the guest made
};

/// Things that live as long as there are names of them: modules, traps, foreign and guest objects.
struct WasmObject {
  WasmObject() = default;
  virtual ~WasmObject() = default;
  WasmObject(const WasmObject&) = delete;
  WasmObject& operator=(const WasmObject&) = delete;
  HostInfo info;
};
using WasmObjectPtr = std::shared_ptr<WasmObject>;

}  // namespace weft::api

/// A name. All names that are copies of each other, or that are got from the same place, have the
/// same `item` and `handle`.
struct wasm_ref_t {
  wasm_ref_t(weft::api::RefKind k, const void* i, weft::api::WasmStorePtr s,
             weft::api::WasmObjectPtr o, uint64_t h = 0)
      : kind(k), item(i), handle(h), store(std::move(s)), object(std::move(o)) {}
  wasm_ref_t(const wasm_ref_t&) = default;
  wasm_ref_t& operator=(const wasm_ref_t&) = delete;
  virtual ~wasm_ref_t() = default;

  const weft::api::RefKind kind;
  /// The runtime's object, which may be gone: see item_of(). Or `object`.
  const void* const item;
  const uint64_t handle;  ///< Of the runtime's object: stale if its instance was freed.
  const weft::api::WasmStorePtr store;
  const weft::api::WasmObjectPtr object;
};

struct wasm_extern_t : wasm_ref_t {
  using wasm_ref_t::wasm_ref_t;
};
struct wasm_func_t : wasm_extern_t {
  using wasm_extern_t::wasm_extern_t;
};
struct wasm_global_t : wasm_extern_t {
  using wasm_extern_t::wasm_extern_t;
};
struct wasm_table_t : wasm_extern_t {
  using wasm_extern_t::wasm_extern_t;
};
struct wasm_memory_t : wasm_extern_t {
  using wasm_extern_t::wasm_extern_t;
};
struct wasm_instance_t : wasm_ref_t {
  using wasm_ref_t::wasm_ref_t;
};
struct wasm_module_t : wasm_ref_t {
  using wasm_ref_t::wasm_ref_t;
};
struct wasm_trap_t : wasm_ref_t {
  using wasm_ref_t::wasm_ref_t;
  /// As with weft_trap: the one of api::wasm_out_of_memory_trap() stays.
  static void operator delete(wasm_trap_t* trap, std::destroying_delete_t);
  static void operator delete(void* place) { ::operator delete(place); }
};
struct wasm_foreign_t : wasm_ref_t {
  using wasm_ref_t::wasm_ref_t;
};

struct wasm_config_t {
  wasm_config_t() : config(weft_config_new()) {}
  ~wasm_config_t() { weft_config_delete(config); }
  wasm_config_t(const wasm_config_t&) = delete;
  wasm_config_t& operator=(const wasm_config_t&) = delete;
  weft_config_t* config;
};
struct wasm_engine_t {
  explicit wasm_engine_t(weft_engine_t* e) : engine(e) {}
  ~wasm_engine_t() { weft_engine_delete(engine); }
  wasm_engine_t(const wasm_engine_t&) = delete;
  wasm_engine_t& operator=(const wasm_engine_t&) = delete;
  weft_engine_t* engine;
};
struct wasm_store_t {
  weft::api::WasmStorePtr state;
};
struct wasm_shared_module_t {
  weft::engine::CompiledModule module;
};

struct wasm_valtype_t {
  wasm_valkind_t kind;
};
struct wasm_externtype_t {
  explicit wasm_externtype_t(wasm_externkind_t k) : kind(k) {}
  wasm_externtype_t(const wasm_externtype_t&) = delete;
  wasm_externtype_t& operator=(const wasm_externtype_t&) = delete;
  virtual ~wasm_externtype_t() = default;
  const wasm_externkind_t kind;
};
struct wasm_functype_t : wasm_externtype_t {
  /// Takes the vectors over.
  wasm_functype_t(const wasm_valtype_vec_t& p, const wasm_valtype_vec_t& r)
      : wasm_externtype_t(WASM_EXTERN_FUNC), params(p), results(r) {}
  ~wasm_functype_t() override {
    wasm_valtype_vec_delete(&params);
    wasm_valtype_vec_delete(&results);
  }
  wasm_valtype_vec_t params;
  wasm_valtype_vec_t results;
};
struct wasm_globaltype_t : wasm_externtype_t {
  wasm_globaltype_t(wasm_valtype_t c, wasm_mutability_t m)
      : wasm_externtype_t(WASM_EXTERN_GLOBAL), content(c), mutability(m) {}
  wasm_valtype_t content;
  wasm_mutability_t mutability;
};
struct wasm_tabletype_t : wasm_externtype_t {
  wasm_tabletype_t(wasm_valtype_t e, wasm_limits_t l)
      : wasm_externtype_t(WASM_EXTERN_TABLE), element(e), limits(l) {}
  wasm_valtype_t element;
  wasm_limits_t limits;
};
struct wasm_memorytype_t : wasm_externtype_t {
  explicit wasm_memorytype_t(wasm_limits_t l) : wasm_externtype_t(WASM_EXTERN_MEMORY), limits(l) {}
  wasm_limits_t limits;
};

namespace weft::api {

struct ModuleObject final : WasmObject {
  ~ModuleObject() override { weft_module_delete(module); }
  weft_module_t* module = nullptr;  ///< Set once this exists, so that it is never left over.
};

struct TrapObject final : WasmObject {
  engine::Trap trap;
  std::unique_ptr<weft_trap> weft;  ///< For weft_wasm_trap, made when it is first asked for.
};

/// Keeps an object of the guest alive: a global that the collector sees.
struct GuestObject final : WasmObject {
  GuestObject(WasmStorePtr s, runtime::Ref ref);
  ~GuestObject() override;
  runtime::Ref ref() const { return pin->value[0].as<runtime::Ref>(); }
  WasmStorePtr state;
  runtime::Global* pin;
};

// --- names (wasm_ref.cpp)
/// Of the type that belongs to the kind, so that every cast between names is one of C++ too.
wasm_ref_t* make_ref(RefKind kind, const void* item, const WasmStorePtr& store,
                     WasmObjectPtr object, uint64_t handle);
inline wasm_ref_t* clone(const wasm_ref_t* r) {
  return r == nullptr ? nullptr : make_ref(r->kind, r->item, r->store, r->object, r->handle);
}
/// `item` lives.
uint64_t handle_of_item(RefKind kind, const void* item, const WasmStore& store);
template <class T>
T* make_item(RefKind kind, const void* item, const WasmStorePtr& store) {
  return static_cast<T*>(make_ref(kind, item, store, nullptr, handle_of_item(kind, item, *store)));
}
template <class T>
T* make_object(RefKind kind, WasmObjectPtr object, const WasmStorePtr& store) {
  const void* const item = object.get();
  return static_cast<T*>(make_ref(kind, item, store, std::move(object), 0));
}
bool same(const wasm_ref_t* a, const wasm_ref_t* b);
void* host_info(const wasm_ref_t* r);
void set_host_info(wasm_ref_t* r, void* data, void (*finalize)(void*));
/// Does the runtime's object that it names still exist?
bool is_live(const wasm_ref_t* r);
/// The runtime's object, or null if its store or instance is gone. SAFETY: T must be what `kind`
/// says.
template <class T>
T* item_of(const wasm_ref_t* r) {
  return is_live(r) ? static_cast<T*>(const_cast<void*>(r->item)) : nullptr;
}
/// The item as the engine's handle; empty if it is gone.
template <class T>
engine::Handle<T> handle_of(const wasm_ref_t* r) {
  T* const item = item_of<T>(r);
  return {item, item != nullptr ? r->store->store().id() : 0};
}
engine::Extern to_extern(const wasm_extern_t* e);
wasm_extern_t* to_wasm(const WasmStorePtr& store, const runtime::Extern& item);

// --- types (wasm_types.cpp)
/// Nothing if there is no such kind.
std::optional<wasm::ValType> val_type(wasm_valkind_t kind);
/// `type` is canonical.
wasm_valkind_t kind_of(const runtime::TypeRegistry& types, wasm::ValType type);
wasm_limits_t to_wasm(const wasm::Limits& limits);
wasm::Limits from_wasm(const wasm_limits_t& limits);
wasm_functype_t* new_functype(const runtime::TypeRegistry& types, wasm::TypeId type);
wasm_globaltype_t* new_globaltype(const runtime::TypeRegistry& types, const wasm::GlobalType& type);
wasm_tabletype_t* new_tabletype(const runtime::TypeRegistry& types, const wasm::TableType& type);
wasm_memorytype_t* new_memorytype(const wasm::MemoryType& type);

// --- values (wasm_val.cpp)
/// A value for a place of this (canonical) type. Errors: bad_argument, wrong_store, limit_exceeded.
/// A reference is rooted in the present scope.
Result<engine::Value> to_value(WasmStore& store, const wasm_val_t& val, wasm::ValType type);
/// The same for a reference, which may be null.
Result<engine::Value> to_value(WasmStore& store, const wasm_ref_t* ref, wasm::ValType type);
/// Owned by the caller.
wasm_val_t to_val(const WasmStorePtr& store, const runtime::Cell* cells, wasm::ValType type);
wasm_ref_t* to_ref(const WasmStorePtr& store, runtime::Cell cell, wasm::ValType type);

// --- traps (wasm_trap.cpp)
wasm_trap_t* to_wasm(const WasmStorePtr& store, engine::Trap trap);
wasm_trap_t* to_wasm(const WasmStorePtr& store, const Error& error);
/// What a call that runs out of memory ends with: it exists beforehand, belongs to no store, and
/// deleting it does nothing.
wasm_trap_t* wasm_out_of_memory_trap() noexcept;
/// Ends a host function's call with this trap, which is taken over.
runtime::TrapCode end_call(runtime::Caller& caller, wasm_trap_t* trap);

/// Remembers why something was refused. Always null.
std::nullptr_t refuse(WasmStore& store, std::string message);
std::nullptr_t refuse(WasmStore& store, weft_error_t* error);
inline constexpr std::string_view kStoreGone = "wrong store: the store was deleted";
inline constexpr std::string_view kItemGone = "freed: the instance was freed";
/// Why a name names nothing.
inline std::string_view why_gone(const wasm_ref_t* r) {
  return r->store->alive() ? kItemGone : kStoreGone;
}

}  // namespace weft::api
