// Instances and what they export.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "weft/exception.hpp"
#include "weft/func.hpp"
#include "weft/global.hpp"
#include "weft/memory.hpp"
#include "weft/table.hpp"

namespace weft {
inline namespace v0 {

/// Anything that can be imported or exported.
class Extern {
 public:
  /// Wraps the C handle.
  explicit Extern(const weft_extern_t& e) : extern_(e) {}
  /// A function.
  Extern(const Func& f) : extern_{} {
    extern_.kind = WEFT_EXTERN_FUNC, extern_.of.func = f.c_api();
  }
  /// A table.
  Extern(const Table& t) : extern_{} {
    extern_.kind = WEFT_EXTERN_TABLE, extern_.of.table = t.c_api();
  }
  /// A memory.
  Extern(const Memory& m) : extern_{} {
    extern_.kind = WEFT_EXTERN_MEMORY, extern_.of.memory = m.c_api();
  }
  /// A global.
  Extern(const Global& g) : extern_{} {
    extern_.kind = WEFT_EXTERN_GLOBAL, extern_.of.global = g.c_api();
  }
  /// A tag.
  Extern(const Tag& t) : extern_{} { extern_.kind = WEFT_EXTERN_TAG, extern_.of.tag = t.c_api(); }

  /// What it is.
  weft_externkind_t kind() const { return extern_.kind; }
  /// Nothing if it is of another kind.
  std::optional<Func> func() const { return as<Func>(WEFT_EXTERN_FUNC, extern_.of.func); }
  /// Nothing if it is of another kind.
  std::optional<Table> table() const { return as<Table>(WEFT_EXTERN_TABLE, extern_.of.table); }
  /// Nothing if it is of another kind.
  std::optional<Memory> memory() const { return as<Memory>(WEFT_EXTERN_MEMORY, extern_.of.memory); }
  /// Nothing if it is of another kind.
  std::optional<Global> global() const { return as<Global>(WEFT_EXTERN_GLOBAL, extern_.of.global); }
  /// Nothing if it is of another kind.
  std::optional<Tag> tag() const { return as<Tag>(WEFT_EXTERN_TAG, extern_.of.tag); }
  /// Its type. Errors: wrong_store, freed.
  Result<ExternType> type(StoreRef store) const {
    weft_externtype_t type{};
    if (weft_error_t* e = weft_extern_type(store.c_api(), &extern_, &type)) return Error(e);
    return ExternType(type);
  }
  /// The C handle.
  const weft_extern_t& c_api() const { return extern_; }

 private:
  template <class T, class C>
  std::optional<T> as(weft_externkind_t kind, const C& of) const {
    if (extern_.kind != kind) return std::nullopt;
    return T(of);
  }
  weft_extern_t extern_;
};
static_assert(sizeof(Extern) == sizeof(weft_extern_t));

/// An instance of a module. A value: copy it freely. Lookups give nothing where there is no export
/// of that name and kind, or the instance is of another store.
class Instance {
 public:
  /// Wraps the C handle.
  explicit Instance(weft_instance_t i) : instance_(i) {}
  /// Instantiates with `imports` in the module's order. Errors: wrong_store, unlinkable,
  /// limit_exceeded, out_of_memory; traps of segments and of the start function.
  static CallResult<Instance> make(StoreRef store, const Module& module,
                                   std::span<const Extern> imports) {
    weft_instance_t instance{};
    weft_trap_t* trap = nullptr;
    // Extern is a weft_extern_t and nothing else (asserted above).
    if (weft_error_t* e = weft_instance_new(store.c_api(), module.c_api(),
                                            reinterpret_cast<const weft_extern_t*>(imports.data()),
                                            imports.size(), &instance, &trap)) {
      return Failure(Error(e));
    }
    if (trap != nullptr) return Failure(Trap(trap));
    return Instance(instance);
  }

  /// The export as a C handle.
  std::optional<weft_extern_t> export_of(StoreRef store, std::string_view name) const {
    weft_extern_t e{};
    if (!weft_instance_export(store.c_api(), instance_, name.data(), name.size(), &e))
      return std::nullopt;
    return e;
  }
  /// The export of that name.
  std::optional<Extern> get_export(StoreRef store, std::string_view name) const {
    const auto e = export_of(store, name);
    if (!e) return std::nullopt;
    return Extern(*e);
  }
  /// An exported function.
  std::optional<Func> func(StoreRef store, std::string_view name) const {
    const auto e = get_export(store, name);
    return e ? e->func() : std::nullopt;
  }
  /// An exported memory.
  std::optional<Memory> memory(StoreRef store, std::string_view name) const {
    const auto e = get_export(store, name);
    return e ? e->memory() : std::nullopt;
  }
  /// An exported global.
  std::optional<Global> global(StoreRef store, std::string_view name) const {
    const auto e = get_export(store, name);
    return e ? e->global() : std::nullopt;
  }
  /// An exported table.
  std::optional<Table> table(StoreRef store, std::string_view name) const {
    const auto e = get_export(store, name);
    return e ? e->table() : std::nullopt;
  }
  /// An exported tag.
  std::optional<Tag> tag(StoreRef store, std::string_view name) const {
    const auto e = get_export(store, name);
    return e ? e->tag() : std::nullopt;
  }
  /// `instance.get<int32_t(int32_t, int32_t)>(store, "add")`: an exported function, its signature
  /// checked once. Errors: not_found; bad_argument (another type).
  template <class Signature>
  Result<TypedFunc<Signature>> get(StoreRef store, std::string_view name) const {
    const auto f = func(store, name);
    if (!f) {
      const std::string text = "no exported function \"" + std::string(name) + "\"";
      return Error(weft_error_new_code(WEFT_ERROR_NOT_FOUND, text.data(), text.size()));
    }
    return f->template typed<Signature>(store);
  }
  /// The C handle.
  weft_instance_t c_api() const { return instance_; }

 private:
  weft_instance_t instance_;
};

}  // namespace v0
}  // namespace weft
