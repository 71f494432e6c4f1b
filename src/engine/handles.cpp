#include "engine/handles.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace weft::engine {

using namespace wasm;  // NOLINT: the spec's vocabulary

namespace {

std::unexpected<Error> wrong_store(std::string_view what) {
  return fail(ErrorCode::wrong_store,
              fmt::format("wrong store: the {} belongs to another store", what));
}

constexpr std::string_view kKindNames[] = {"function", "table", "memory", "global", "tag"};
std::string_view kind_name(ExternKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

}  // namespace

Extern Extern::of(Func f) {
  Extern e{.item = {}, .store_id = f.store_id};
  e.item.kind = ExternKind::func;
  e.item.func = f.object;
  return e;
}
Extern Extern::of(Memory m) {
  Extern e{.item = {}, .store_id = m.store_id};
  e.item.kind = ExternKind::memory;
  e.item.memory = m.object;
  return e;
}
Extern Extern::of(Table t) {
  Extern e{.item = {}, .store_id = t.store_id};
  e.item.kind = ExternKind::table;
  e.item.table = t.object;
  return e;
}
Extern Extern::of(Global g) {
  Extern e{.item = {}, .store_id = g.store_id};
  e.item.kind = ExternKind::global;
  e.item.global = g.object;
  return e;
}
Extern Extern::of(Tag t) {
  Extern e{.item = {}, .store_id = t.store_id};
  e.item.kind = ExternKind::tag;
  e.item.tag = t.object;
  return e;
}
Func Extern::func() const {
  return kind() == ExternKind::func ? Func{item.func, store_id} : Func{};
}
Memory Extern::memory() const {
  return kind() == ExternKind::memory ? Memory{item.memory, store_id} : Memory{};
}
Table Extern::table() const {
  return kind() == ExternKind::table ? Table{item.table, store_id} : Table{};
}
Global Extern::global() const {
  return kind() == ExternKind::global ? Global{item.global, store_id} : Global{};
}
Tag Extern::tag() const { return kind() == ExternKind::tag ? Tag{item.tag, store_id} : Tag{}; }

bool value_matches(runtime::Store& store, const Value& value, ValType type) {
  if (!type.is_ref() || !value.type.is_ref()) return value.type == type;
  const runtime::TypeRegistry& types = store.engine().types();
  const HeapType heap = type.heap();
  if (value.cell[0].bits == 0) {
    // A null of the same hierarchy: the value's own bottom type must match.
    return type.nullable() &&
           (types.matches(value.type.heap(), heap) || types.matches(heap, value.type.heap()));
  }
  const bool is_func = types.matches(value.type.heap(), AbstractHeap::func);
  if (is_func) {
    const auto* ref = value.cell[0].as<runtime::VMFuncRef*>();
    // From here on the store may hold it anywhere.
    if (ref->host == nullptr) runtime::Instance::from(ref->vmctx).share();
    return ref->vmctx->store == &store.context() &&
           types.matches(HeapType::concrete(ref->type), heap);
  }
  // The claimed type must be of the same hierarchy; what counts is the object.
  if (!types.matches(value.type.heap(), heap) && !types.matches(heap, value.type.heap()))
    return false;
  return store.heap().has_type(value.cell[0].as<runtime::Ref>(), heap);
}

Value value_from_cells(const runtime::Cell* cells, ValType type) {
  Value out{type, {}};
  out.cell[0] = cells[0];
  if (type.cells() == 2) out.cell[1] = cells[1];
  return out;
}

Result<Extern> get_export(runtime::Store& store, Instance instance, std::string_view name) {
  if (!instance.belongs_to(store)) return wrong_store("instance");
  Extern out{.item = {}, .store_id = store.id()};
  if (!instance.object->find_export(name, out.item)) {
    return fail(ErrorCode::not_found, fmt::format("unknown export \"{}\"", name));
  }
  return out;
}

namespace {

Result<Extern> get_kind(runtime::Store& store, Instance instance, std::string_view name,
                        ExternKind kind) {
  WEFT_ASSIGN(Extern e, get_export(store, instance, name));
  if (e.kind() != kind) {
    return fail(ErrorCode::not_found, fmt::format("export \"{}\" is a {}, not a {}", name,
                                                  kind_name(e.kind()), kind_name(kind)));
  }
  return e;
}

}  // namespace

Result<Func> get_func(runtime::Store& store, Instance instance, std::string_view name) {
  WEFT_ASSIGN(const Extern e, get_kind(store, instance, name, ExternKind::func));
  return e.func();
}
Result<Memory> get_memory(runtime::Store& store, Instance instance, std::string_view name) {
  WEFT_ASSIGN(const Extern e, get_kind(store, instance, name, ExternKind::memory));
  return e.memory();
}
Result<Table> get_table(runtime::Store& store, Instance instance, std::string_view name) {
  WEFT_ASSIGN(const Extern e, get_kind(store, instance, name, ExternKind::table));
  return e.table();
}
Result<Global> get_global(runtime::Store& store, Instance instance, std::string_view name) {
  WEFT_ASSIGN(const Extern e, get_kind(store, instance, name, ExternKind::global));
  return e.global();
}

Result<> free_instance(runtime::Store& store, Instance instance) {
  if (!instance.belongs_to(store)) return wrong_store("instance");
  return store.free_instance(*instance.object);
}

const runtime::CanonicalType& func_type(runtime::Store& store, Func func) {
  return store.engine().types()[func.object->type];
}

Result<Memory> new_memory(runtime::Store& store, const MemoryType& type) {
  if (type.limits.max && *type.limits.max < type.limits.min) {
    return fail(ErrorCode::bad_argument,
                "bad argument: the memory's minimum is larger than its maximum");
  }
  if (type.shared && !type.limits.max) {
    return fail(ErrorCode::bad_argument, "bad argument: a shared memory must have a maximum");
  }
  WEFT_ASSIGN(runtime::Memory* const memory, store.add_memory(type));
  return Memory{memory, store.id()};
}

namespace {

Result<> check_value(runtime::Store& store, const Value& value, ValType type,
                     std::string_view what) {
  if (value_matches(store, value, type)) return {};
  const runtime::TypeRegistry& types = store.engine().types();
  return fail(ErrorCode::bad_argument,
              fmt::format("type mismatch: {} must be {}, found {}", what, types.describe(type),
                          types.describe(value.type)));
}

}  // namespace

Result<Table> new_table(runtime::Store& store, const TableType& type, const Value& init) {
  if (!type.element.is_ref())
    return fail(ErrorCode::bad_argument, "bad argument: a table's elements are references");
  WEFT_TRY(check_value(store, init, type.element, "the table's elements"));
  if (type.limits.max && *type.limits.max < type.limits.min) {
    return fail(ErrorCode::bad_argument,
                "bad argument: the table's minimum is larger than its maximum");
  }
  WEFT_ASSIGN(runtime::Table* const table, store.add_table(type, init.cell[0]));
  return Table{table, store.id()};
}

Result<Global> new_global(runtime::Store& store, const GlobalType& type, const Value& value) {
  WEFT_TRY(check_value(store, value, type.type, "the global"));
  return Global{store.add_global(type, value.cell), store.id()};
}

Result<Func> new_func(runtime::Store& store, std::span<const ValType> params,
                      std::span<const ValType> results, runtime::HostCallback callback, void* env,
                      void (*finalize)(void*), std::string name) {
  WEFT_ASSIGN(const TypeId type, store.engine().types().intern_func(params, results));
  runtime::HostFunc& func = store.add_host_func(type, callback);
  func.env = env;
  func.finalize = finalize;
  func.name = std::move(name);
  if (store.on_host_func != nullptr) store.on_host_func(store, func);
  return Func{&func.ref, store.id()};
}

Result<Value> read_global(runtime::Store& store, Global global) {
  if (!global.belongs_to(store)) return wrong_store("global");
  return value_from_cells(global.object->value, global.object->type().type);
}

Result<> write_global(runtime::Store& store, Global global, const Value& value) {
  if (!global.belongs_to(store)) return wrong_store("global");
  const GlobalType& type = global.object->type();
  if (!type.is_mutable)
    return fail(ErrorCode::bad_argument, "bad argument: the global is immutable");
  WEFT_TRY(check_value(store, value, type.type, "the global"));
  global.object->value[0] = value.cell[0];
  if (type.type.cells() == 2) global.object->value[1] = value.cell[1];
  return {};
}

Result<Value> read_table(runtime::Store& store, Table table, uint64_t index) {
  if (!table.belongs_to(store)) return wrong_store("table");
  if (index >= table.object->length) {
    return fail(ErrorCode::bad_argument,
                fmt::format("bad argument: index {} is past the end of a table of {}", index,
                            table.object->length));
  }
  const runtime::Cell cell = table.object->at(index);
  return value_from_cells(&cell, table.object->type().element);
}

Result<> write_table(runtime::Store& store, Table table, uint64_t index, const Value& value) {
  if (!table.belongs_to(store)) return wrong_store("table");
  WEFT_TRY(check_value(store, value, table.object->type().element, "the table's elements"));
  if (index >= table.object->length) {
    return fail(ErrorCode::bad_argument,
                fmt::format("bad argument: index {} is past the end of a table of {}", index,
                            table.object->length));
  }
  table.object->settle();
  table.object->base[index] = value.cell[0];
  return {};
}

Result<> fill_table(runtime::Store& store, Table table, uint64_t index, uint64_t count,
                    const Value& value) {
  if (!table.belongs_to(store)) return wrong_store("table");
  WEFT_TRY(check_value(store, value, table.object->type().element, "the table's elements"));
  if (index > table.object->length || count > table.object->length - index) {
    return fail(ErrorCode::bad_argument,
                fmt::format("bad argument: {} elements from {} are past the end of a table of {}",
                            count, index, table.object->length));
  }
  std::fill_n(table.object->base + index, count, value.cell[0]);
  return {};
}

Result<uint64_t> grow_table(runtime::Store& store, Table table, uint64_t delta, const Value& init) {
  if (!table.belongs_to(store)) return wrong_store("table");
  WEFT_TRY(check_value(store, init, table.object->type().element, "the table's elements"));
  runtime::TrapCode trap{};
  const auto old = table.object->grow(delta, init.cell[0], trap);
  if (!old)
    return fail(ErrorCode::limit_exceeded,
                fmt::format("limit exceeded: the table cannot grow by {}", delta));
  return *old;
}

Result<uint64_t> grow_memory(runtime::Store& store, Memory memory, uint64_t delta_pages) {
  if (!memory.belongs_to(store)) return wrong_store("memory");
  runtime::TrapCode trap{};
  const auto old = memory.object->grow(delta_pages, trap);
  if (!old) {
    return fail(ErrorCode::limit_exceeded,
                fmt::format("limit exceeded: the memory cannot grow by {} pages", delta_pages));
  }
  return *old;
}

}  // namespace weft::engine
