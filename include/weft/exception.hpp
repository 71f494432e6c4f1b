// Tags and exceptions of the guest: throwing them from host functions, reading those it did not
// catch.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "weft/func.hpp"

namespace weft {
inline namespace v0 {

/// The tag of exceptions: their identity, and what they carry. A value: copy it freely.
class Tag {
 public:
  /// Wraps the C handle.
  explicit Tag(weft_tag_t t) : tag_(t) {}
  /// A new tag whose exceptions carry these values: `Tag::make(store, {WEFT_I32})`. Error:
  /// wrong_store (a type of another engine).
  static Result<Tag> make(StoreRef store, std::vector<ValType> payload) {
    weft_tag_t tag{};
    const auto type = FuncType(std::move(payload), {}).c_api();
    if (weft_error_t* e = weft_tag_new(store.c_api(), type.get(), &tag)) return Error(e);
    return Tag(tag);
  }
  /// What its exceptions carry. Errors: wrong_store, freed.
  Result<std::vector<ValType>> payload(StoreRef store) const {
    weft_functype_t* type = nullptr;
    if (weft_error_t* e = weft_tag_type(store.c_api(), tag_, &type)) return Error(e);
    return FuncType(type).params();
  }
  /// Are they the same tag?
  bool same(StoreRef store, const Tag& other) const {
    return weft_tag_same(store.c_api(), tag_, other.tag_);
  }
  /// The C handle.
  weft_tag_t c_api() const { return tag_; }

 private:
  weft_tag_t tag_;
};

/// An exception of the guest as a value (exnref).
class ExnRef : public Ref {
 public:
  using Ref::Ref;
  /// An exception that carries `values`. Errors: wrong_store; bad_argument (number or types);
  /// limit_exceeded (the heap is full).
  static Result<ExnRef> make(StoreRef store, const Tag& tag, std::span<const Val> values) {
    weft_ref_t ref{};
    if (weft_error_t* e = weft_exception_new(store.c_api(), tag.c_api(),
                                             reinterpret_cast<const weft_val_t*>(values.data()),
                                             values.size(), &ref)) {
      return Error(e);
    }
    return ExnRef(ref);
  }
  /// As above: `ExnRef::make(store, tag, {1, 2.5})`.
  static Result<ExnRef> make(StoreRef store, const Tag& tag, std::initializer_list<Val> values) {
    return make(store, tag, std::span<const Val>(values.begin(), values.size()));
  }
  /// Its tag. Errors: wrong_store; bad_argument (null).
  Result<Tag> tag(StoreRef store) const {
    weft_tag_t tag{};
    if (weft_error_t* e = weft_exception_tag(store.c_api(), ref_, &tag)) return Error(e);
    return Tag(tag);
  }
  /// Is it an exception of that tag?
  bool is_a(StoreRef store, const Tag& other) const {
    const auto mine = tag(store);
    return mine.ok() && mine->same(store, other);
  }
  /// What it carries. Errors: wrong_store; bad_argument (null).
  Result<std::vector<Val>> values(StoreRef store) const {
    size_t count = 0;
    if (weft_error_t* e = weft_exception_values(store.c_api(), ref_, nullptr, 0, &count))
      return Error(e);
    std::vector<Val> out(count);
    if (weft_error_t* e = weft_exception_values(
            store.c_api(), ref_, reinterpret_cast<weft_val_t*>(out.data()), out.size(), &count)) {
      return Error(e);
    }
    return out;
  }
  /// Returned by a host function, throws it in the guest that called, which may catch it.
  Error thrown(StoreRef store) const { return Error(weft_error_throw(store.c_api(), ref_)); }

  /// The exception that ended a call because nobody in the guest caught it; nothing if the trap is
  /// something else. Ask before the store's next call.
  static std::optional<ExnRef> from(StoreRef store, const Trap& trap) {
    weft_ref_t ref{};
    if (!weft_trap_exception(trap.c_api(), store.c_api(), &ref)) return std::nullopt;
    return ExnRef(ref);
  }
};

/// exnref
template <>
struct WasmTypeOf<ExnRef> : detail::Reference<ExnRef, WEFT_EXNREF, WEFT_HEAP_EXN> {};

inline Val::Val(const ExnRef& r) : val_{} {
  val_.kind = WEFT_EXNREF;
  val_.of.ref = r.c_api();
}
inline ExnRef Val::exnref() const { return kind() == WEFT_EXNREF ? ExnRef(val_.of.ref) : ExnRef(); }

}  // namespace v0
}  // namespace weft
