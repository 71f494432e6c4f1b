// Names for things in a store: an address and the id of its store. Every use is checked against the
// store it is used with. Valid as long as the store. ErrorCode::wrong_store where they do not
// belong together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "runtime/store.hpp"

namespace weft::engine {

template <class T>
struct Handle {
  T* object = nullptr;
  uint64_t store_id = 0;

  explicit operator bool() const { return object != nullptr; }
  bool belongs_to(const runtime::Store& store) const {
    return object != nullptr && store_id == store.id();
  }
  bool operator==(const Handle&) const = default;
};

using Func = Handle<runtime::VMFuncRef>;
using Memory = Handle<runtime::Memory>;
using Table = Handle<runtime::Table>;
using Global = Handle<runtime::Global>;
using Tag = Handle<runtime::Tag>;
using Instance = Handle<runtime::Instance>;

/// Any import or export.
struct Extern {
  runtime::Extern item;
  uint64_t store_id = 0;

  wasm::ExternKind kind() const { return item.kind; }
  static Extern of(Func f);
  static Extern of(Memory m);
  static Extern of(Table t);
  static Extern of(Global g);
  static Extern of(Tag t);
  // An empty handle if it is of another kind.
  Func func() const;
  Memory memory() const;
  Table table() const;
  Global global() const;
  Tag tag() const;
};

/// A typed value at the API's border. Reference types are canonical; null funcref and null handles
/// are all zero.
struct Value {
  wasm::ValType type = wasm::kI32;
  runtime::Cell cell[2] = {};

  static Value i32(int32_t v) { return {wasm::kI32, {runtime::Cell::of(v), {}}}; }
  static Value i64(int64_t v) { return {wasm::kI64, {runtime::Cell::of(v), {}}}; }
  static Value f32(float v) { return {wasm::kF32, {runtime::Cell::of(v), {}}}; }
  static Value f64(double v) { return {wasm::kF64, {runtime::Cell::of(v), {}}}; }
  static Value func(runtime::VMFuncRef* f) { return {wasm::kFuncRef, {runtime::Cell::of(f), {}}}; }
  static Value externref(runtime::Ref r) { return {wasm::kExternRef, {runtime::Cell::of(r), {}}}; }
};

/// Does this value, with what is in it, fit the type? References are checked dynamically (a
/// funcref's own type counts).
bool value_matches(runtime::Store& store, const Value& value, wasm::ValType type);
/// A value of type `type` from cells.
Value value_from_cells(const runtime::Cell* cells, wasm::ValType type);

// --- exports
// --------------------------------------------------------------------------------------------------------
Result<Extern> get_export(runtime::Store& store, Instance instance, std::string_view name);
/// Errors: wrong_store, not_found (no such export, or of another kind).
Result<Func> get_func(runtime::Store& store, Instance instance, std::string_view name);
Result<Memory> get_memory(runtime::Store& store, Instance instance, std::string_view name);
Result<Table> get_table(runtime::Store& store, Instance instance, std::string_view name);
Result<Global> get_global(runtime::Store& store, Instance instance, std::string_view name);

/// Ends the instance now; its handles are stale then. Errors: wrong_store, in_use (something refers
/// to it: the message says what; it stays as it was). ADR 0023.
Result<> free_instance(runtime::Store& store, Instance instance);

/// The function's type; canonical. SAFETY: the handle must belong to the store.
const runtime::CanonicalType& func_type(runtime::Store& store, Func func);

// --- what the host makes and changes
// --------------------------------------------------------------------------------
/// `type` is in canonical types.
Result<Memory> new_memory(runtime::Store& store, const wasm::MemoryType& type);
Result<Table> new_table(runtime::Store& store, const wasm::TableType& type, const Value& init);
Result<Global> new_global(runtime::Store& store, const wasm::GlobalType& type, const Value& value);
Result<Func> new_func(runtime::Store& store, std::span<const wasm::ValType> params,
                      std::span<const wasm::ValType> results, runtime::HostCallback callback,
                      void* env, void (*finalize)(void*), std::string name = {});
Result<Value> read_global(runtime::Store& store, Global global);
Result<> write_global(runtime::Store& store, Global global, const Value& value);
Result<Value> read_table(runtime::Store& store, Table table, uint64_t index);
Result<> write_table(runtime::Store& store, Table table, uint64_t index, const Value& value);
/// All or none.
Result<> fill_table(runtime::Store& store, Table table, uint64_t index, uint64_t count,
                    const Value& value);
/// The old size. Errors: limit_exceeded.
Result<uint64_t> grow_table(runtime::Store& store, Table table, uint64_t delta, const Value& init);
Result<uint64_t> grow_memory(runtime::Store& store, Memory memory, uint64_t delta_pages);

}  // namespace weft::engine
