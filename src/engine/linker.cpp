#include "engine/linker.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "engine/linker_definition.hpp"

namespace weft::engine {

using namespace wasm;  // NOLINT: the spec's vocabulary

namespace {

constinit std::atomic<uint64_t> g_next_definition_id{1};

std::string key_of(std::string_view module, std::string_view name) {
  // Names may hold any character, NUL too; the length keeps ("a", "\0b") and ("a\0", "b") apart.
  std::string key = std::to_string(module.size());
  key.append(":").append(module).append(name);
  return key;
}

std::shared_ptr<LinkerDefinition> new_definition(std::string_view module, std::string_view name) {
  auto d = std::make_shared<LinkerDefinition>();
  d->id = g_next_definition_id.fetch_add(1, std::memory_order_relaxed);
  d->module = module;
  d->name = name;
  return d;
}

TrapCode call_unknown_import(void* env, runtime::Caller& caller, runtime::Cell*) {
  return caller.fail(*static_cast<const std::string*>(env));
}

/// Stands in for an unknown function import; says which one when it is called.
std::shared_ptr<const LinkerDefinition> trap_definition(const runtime::ModuleInfo& info,
                                                        const binary::Import& import) {
  auto d = new_definition(import.module, import.name);
  HostFuncDef def;
  def.callback = call_unknown_import;
  def.env = std::make_shared<std::string>(
      fmt::format("unknown import: the guest called \"{}\".\"{}\", which is not defined",
                  import.module, import.name));
  d->func = std::move(def);
  d->func_type = info.func_type(FuncIdx(import.index));
  return d;
}

/// Type ids mean something only in their own engine.
Result<> check_engines(const Engine& linker, const CompiledModule& module) {
  if (module.engine().state() == linker.state()) return {};
  return fail(ErrorCode::wrong_store,
              "wrong store: the module was compiled for another engine than the linker's");
}
Result<> check_engines(const Engine& linker, const runtime::Store& store) {
  if (&store.engine() == linker.state().get()) return {};
  return fail(ErrorCode::wrong_store, "wrong store: the linker is of another engine");
}

}  // namespace

Result<Extern> materialize(runtime::Store& store,
                           const std::shared_ptr<const LinkerDefinition>& definition,
                           bool is_kept) {
  if (!definition->func) {
    if (definition->store_id != store.id()) {
      return fail(
          ErrorCode::wrong_store,
          fmt::format("wrong store: \"{}\".\"{}\" was defined with an item of another store",
                      definition->module, definition->name));
    }
    Extern out{store.find(definition->kind, definition->handle), store.id()};
    if (out.item.func == nullptr) {  // whichever member it is
      return fail(
          ErrorCode::freed,
          fmt::format("freed: \"{}\".\"{}\" was defined with an item of an instance that was "
                      "freed",
                      definition->module, definition->name));
    }
    return out;
  }
  runtime::VMFuncRef*& known = store.host_funcs_by_definition[definition->id];
  if (known == nullptr) {
    std::string full_name = definition->module + "." + definition->name;
    runtime::HostFunc& func =
        store.add_host_func(definition->func_type, definition->func->callback);
    func.env = definition->func->env.get();
    if (!is_kept) func.owner = definition->func->env;
    func.name = std::move(full_name);
    if (store.on_host_func != nullptr) store.on_host_func(store, func);
    known = &func.ref;
  }
  return Extern::of(Func{known, store.id()});
}

/// What was made from a table so far. Shared by copies of the linker: a definition's id stays the
/// same.
struct Linker::Table {
  FuncSource source;
  std::mutex mutex;
  std::unordered_map<std::string, Definition> made;
};

Linker::Linker(Engine engine) : engine_(std::move(engine)) {}

Result<> Linker::insert(std::string_view module, std::string_view name, Definition definition) {
  const auto twice = [&] {
    return fail(ErrorCode::bad_argument,
                fmt::format("bad argument: \"{}\".\"{}\" is defined twice", module, name));
  };
  if (!allow_shadowing_ && in_table(module, name)) return twice();
  auto [place, is_new] = definitions_.try_emplace(key_of(module, name), definition);
  if (is_new) return {};
  if (!allow_shadowing_) return twice();
  place->second = std::move(definition);
  return {};
}

bool Linker::in_table(std::string_view module, std::string_view name) const {
  const auto table = tables_.find(std::string(module));
  return table != tables_.end() && table->second->source(name).has_value();
}

Result<Linker::Definition> Linker::find(std::string_view module, std::string_view name) const {
  if (const auto it = definitions_.find(key_of(module, name)); it != definitions_.end())
    return it->second;
  const auto entry = tables_.find(std::string(module));
  if (entry == tables_.end()) return Definition();
  Table& table = *entry->second;
  const std::lock_guard lock(table.mutex);
  if (const auto it = table.made.find(std::string(name)); it != table.made.end()) return it->second;
  auto def = table.source(name);
  if (!def) return Definition();
  WEFT_ASSIGN(Definition made, new_func(module, name, std::move(*def)));
  return table.made.emplace(name, std::move(made)).first->second;
}

Result<Linker::Definition> Linker::new_func(std::string_view module, std::string_view name,
                                            HostFuncDef def) const {
  WEFT_ASSIGN(const TypeId type, engine_.types().intern_func(def.params, def.results));
  auto d = new_definition(module, name);
  d->func = std::move(def);
  d->func_type = type;
  return d;
}

Result<> Linker::define_func(std::string_view module, std::string_view name, HostFuncDef def) {
  WEFT_ASSIGN(Definition d, new_func(module, name, std::move(def)));
  return insert(module, name, std::move(d));
}

Result<> Linker::define_func(std::string_view module, std::string_view name,
                             std::span<const ValType> params, std::span<const ValType> results,
                             runtime::HostCallback callback, std::shared_ptr<void> env) {
  return define_func(module, name,
                     HostFuncDef{{params.begin(), params.end()},
                                 {results.begin(), results.end()},
                                 callback,
                                 std::move(env)});
}

Result<> Linker::define_table(std::string_view module, FuncSource source) {
  const auto again = [&](const auto& entry) {
    return entry.second->module == module && source(entry.second->name);
  };
  if (allow_shadowing_) {
    std::erase_if(definitions_, again);
  } else if (std::ranges::any_of(definitions_, again) || tables_.contains(std::string(module))) {
    return fail(ErrorCode::bad_argument,
                fmt::format("bad argument: functions of \"{}\" are defined twice", module));
  }
  auto table = std::make_shared<Table>();
  table->source = std::move(source);
  tables_[std::string(module)] = std::move(table);
  return {};
}

Result<> Linker::define(const runtime::Store& store, std::string_view module, std::string_view name,
                        Extern item) {
  if (item.store_id != store.id()) {
    return fail(
        ErrorCode::wrong_store,
        fmt::format("wrong store: the item given for \"{}\".\"{}\" belongs to another store",
                    module, name));
  }
  auto d = new_definition(module, name);
  d->kind = item.kind();
  d->store_id = item.store_id;
  d->handle = store.handle_of(item.item);
  return insert(module, name, std::move(d));
}

Result<> Linker::define_instance(runtime::Store& store, std::string_view module,
                                 Instance instance) {
  if (!instance.belongs_to(store)) {
    return fail(ErrorCode::wrong_store, "wrong store: the instance belongs to another store");
  }
  for (const binary::Export& e : instance.object->module().exports) {
    WEFT_TRY(define(store, module, e.name, Extern{instance.object->export_at(e), store.id()}));
  }
  return {};
}

Result<std::vector<Extern>> Linker::resolve(runtime::Store& store,
                                            const CompiledModule& module) const {
  WEFT_TRY(check_engines(engine_, module));
  WEFT_TRY(check_engines(engine_, store));
  const auto& imports = module.module().imports;
  std::vector<Extern> out;
  out.reserve(imports.size());
  std::string missing;
  for (const binary::Import& import : imports) {
    WEFT_ASSIGN(const Definition found, find(import.module, import.name));
    if (found != nullptr) {
      WEFT_ASSIGN(out.emplace_back(), materialize(store, found));
    } else if (unknown_as_traps_ && import.kind == ExternKind::func) {
      WEFT_ASSIGN(out.emplace_back(), materialize(store, trap_definition(module.info(), import)));
    } else {
      missing += fmt::format("{}\"{}\".\"{}\" ({})", missing.empty() ? "" : ", ", import.module,
                             import.name, describe_import(engine_, module.info(), import));
    }
  }
  if (!missing.empty()) return fail(ErrorCode::unlinkable, "unknown import: " + missing);
  return out;
}

InstantiateResult Linker::instantiate(runtime::Store& store, const CompiledModule& module) const {
  auto imports = resolve(store, module);
  if (!imports) return std::move(imports.error());
  return engine::instantiate(store, module, *imports);
}

Result<InstancePre> InstancePre::create(const Linker& linker, const CompiledModule& module) {
  WEFT_TRY(check_engines(linker.engine(), module));
  auto items = std::make_shared<Items>();
  std::string missing;
  for (const binary::Import& import : module.module().imports) {
    WEFT_ASSIGN(const Linker::Definition found, linker.find(import.module, import.name));
    if (found == nullptr && linker.unknown_as_traps_ && import.kind == ExternKind::func) {
      items->push_back(trap_definition(module.info(), import));
      continue;
    }
    const std::string what = fmt::format("\"{}\".\"{}\" ({})", import.module, import.name,
                                         describe_import(linker.engine(), module.info(), import));
    if (found == nullptr) {
      missing += (missing.empty() ? "" : ", ") + what;
      continue;
    }
    const LinkerDefinition& d = *found;
    if (!d.func) {
      return fail(ErrorCode::unlinkable,
                  fmt::format("incompatible import type: {} is an item of one store", what));
    }
    if (import.kind != ExternKind::func ||
        !linker.engine().types().is_sub(d.func_type,
                                        module.info().func_type(FuncIdx(import.index)))) {
      return fail(ErrorCode::unlinkable,
                  fmt::format("incompatible import type: {}, found {}", what,
                              linker.engine().types().describe(d.func_type)));
    }
    items->push_back(found);
  }
  if (!missing.empty()) return fail(ErrorCode::unlinkable, "unknown import: " + missing);
  return InstancePre(module, std::move(items));
}

InstantiateResult InstancePre::instantiate(runtime::Store& store) const {
  if (auto same = check_engines(module_.engine(), store); !same) return std::move(same.error());
  const std::shared_ptr<const Items>& items = items_->local();
  std::vector<runtime::Extern> imports;
  imports.reserve(items->size());
  // Once for all functions: counting each one's owner is what threads would wait for each other at.
  if (!items->empty()) store.keep(items);
  for (const auto& item : *items) {
    auto e = materialize(store, item, true);
    if (!e) return std::move(e.error());
    imports.push_back(e->item);
  }
  return instantiate_checked(store, module_, imports);
}

}  // namespace weft::engine
