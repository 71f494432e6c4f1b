// The calls of a session: instances, functions, memories, tables, globals, references.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "api_session.hpp"

namespace weft::fuzz {

weft_val_t ApiSession::any_value(weft_valkind_t kind) {
  weft_val_t v{};
  v.kind = c_.chance(95) ? kind : any_kind();
  switch (v.kind) {
    case WEFT_I32: v.of.i32 = c_.byte(); break;
    case WEFT_I64: v.of.i64 = static_cast<int64_t>(c_.bits(8)); break;
    case WEFT_F32: v.of.f32 = c_.byte(); break;
    case WEFT_F64: v.of.f64 = c_.byte(); break;
    case WEFT_V128: v.of.v128[0] = c_.byte(); break;
    case WEFT_FUNCREF:
      if (weft_func_t* f = pick(funcs_); f != nullptr && c_.chance(60)) v.of.funcref = *f;
      break;
    default:
      if (weft_ref_t* r = pick(refs_); r != nullptr && c_.chance(70)) v.of.ref = *r;
      break;
  }
  return v;
}

weft_functype_t* ApiSession::any_type() {
  std::array<weft_valkind_t, 4> params{}, results{};
  const unsigned p = c_.below(5), r = c_.below(3);
  for (unsigned i = 0; i < p; ++i) params[i] = any_kind();
  for (unsigned i = 0; i < r; ++i) results[i] = any_kind();
  return weft_functype_new(params.data(), p, results.data(), r);
}

void ApiSession::store_call() {
  Store* s = any_store();
  if (s == nullptr) return;
  uint64_t fuel = 0;
  switch (c_.below(6)) {
    case 0: ok(weft_store_set_fuel(s->store, c_.below(3000))); return;
    case 1: ok(weft_store_fuel(s->store, &fuel)); return;
    case 2: ok(weft_store_set_epoch_deadline(s->store, 1 + c_.below(3))); return;
    case 3:
      for (weft_engine_t* e : engines_) {
        if (e != nullptr) weft_engine_increment_epoch(e);
      }
      return;
    case 4: {
      const weft_limits_t limits = {uint64_t{c_.byte()} << 16, c_.byte(), 60, 60, 60};
      return weft_store_limits(s->store, &limits);
    }
    default: weft_store_collect(s->store);
  }
}

void ApiSession::keep_exports(const Store& s, weft_instance_t instance) {
  instances_.push_back(instance);
  static constexpr const char* kNames[] = {
      "m",  "g",  "t",   "f",     "trap", "deep", "throw", "call", "grow", "store",
      "r",  "x",  "new", "keep",  "get",  "func", "s",     "add",  "f0",   "f1",
      "f2", "f3", "cb",  "m0",    "m1",   "m2",   "m3",    "t0",   "t1",   "t2",
      "g2", "g5", "g30", "bytes", "k",    "c",    "v",     "a",    "none", ""};
  for (const char* name : kNames) {
    weft_extern_t item{};
    if (weft_instance_export(s.store, instance, name, std::strlen(name), &item)) keep(item);
  }
  weft_extern_t item{};
  // The endless loop only where something ends it.
  uint64_t fuel = 0;
  if (weft_instance_export(s.store, instance, "loop", 4, &item) &&
      ok(weft_store_fuel(s.store, &fuel)))
    keep(item);
}

void ApiSession::instantiate() {
  Store* s = any_store();
  weft_module_t** m = pick(modules_);
  if (s == nullptr || m == nullptr) return;
  weft_instance_t instance{};
  weft_trap_t* trap = nullptr;
  weft_linker_t* linker = linkers_[c_.below(2)];
  weft_error_t* error = nullptr;
  if (linker != nullptr && c_.chance(70)) {
    error = weft_linker_instantiate(linker, s->store, *m, &instance, &trap);
  } else {
    std::vector<weft_extern_t> imports(weft_module_import_count(*m));
    if (externs_.empty() && !imports.empty()) return;
    for (weft_extern_t& i : imports) i = *pick(externs_);
    error = weft_instance_new(s->store, *m, imports.data(), imports.size(), &instance, &trap);
  }
  if (!ok(error)) return;
  if (trap != nullptr) return look_at(trap);
  keep_exports(*s, instance);
}

void ApiSession::link() {
  weft_linker_t* linker = linkers_[c_.below(2)];
  Store* s = any_store();
  if (linker == nullptr) return;
  static constexpr const char* kNames[] = {"f", "m", "t", "g", "none", "check", "k"};
  const char* name = kNames[c_.below(7)];
  const char* module = c_.chance(60) ? "a" : c_.chance(50) ? "host" : "lib";
  switch (c_.below(4)) {
    case 0: {
      weft_functype_t* type = any_type();
      // Refused: the linker keeps nothing, and the finalizer runs.
      ok(weft_linker_func(linker, module, std::strlen(module), name, std::strlen(name), type,
                          host_function, this, nullptr));
      return weft_functype_delete(type);
    }
    case 1:
      if (weft_extern_t* item = pick(externs_); item != nullptr && s != nullptr)
        ok(weft_linker_define(linker, s->store, module, std::strlen(module), name,
                              std::strlen(name), item));
      return;
    case 2:
      if (weft_instance_t* i = pick(instances_); i != nullptr && s != nullptr)
        ok(weft_linker_instance(linker, s->store, module, std::strlen(module), *i));
      return;
    default: {  // what the generated modules import
      const weft_valkind_t i32 = WEFT_I32;
      weft_functype_t* f = weft_functype_new(&i32, 1, &i32, 1);
      weft_functype_t* check = weft_functype_new(&i32, 1, nullptr, 0);
      ok(weft_linker_func(linker, "host", 4, "f", 1, f, host_function, this, nullptr));
      ok(weft_linker_func(linker, "host", 4, "check", 5, check, host_function, this, nullptr));
      weft_functype_delete(f);
      weft_functype_delete(check);
    }
  }
}

void ApiSession::call() {
  Store* s = any_store();
  const weft_func_t* f = pick(funcs_);
  if (s == nullptr || f == nullptr) return;
  weft_functype_t* type = nullptr;
  if (!ok(weft_func_type(s->store, *f, &type))) {
    weft_val_t none{};
    weft_trap_t* trap = nullptr;
    if (ok(weft_func_call(s->store, *f, nullptr, 0, &none, 0, &trap))) std::abort();
    return;
  }
  const weft_valkind_t* kinds = nullptr;
  std::vector<weft_val_t> args(weft_functype_params(type, &kinds));
  for (size_t i = 0; i < args.size(); ++i) args[i] = any_value(kinds[i]);
  if (c_.chance(3)) args.resize(c_.below(6));
  std::vector<weft_val_t> results(weft_functype_results(type, &kinds));
  weft_functype_delete(type);
  weft_trap_t* trap = nullptr;
  // The list may grow under a host function.
  const weft_func_t func = *f;
  ++s->busy;
  weft_error_t* error = weft_func_call(s->store, func, args.data(), args.size(), results.data(),
                                       results.size(), &trap);
  --s->busy;
  if (!ok(error)) return;
  if (trap != nullptr) return look_at(trap);
  for (const weft_val_t& v : results) keep(v);
}

void ApiSession::call_unchecked() {
  Store* s = any_store();
  const weft_func_t* f = pick(funcs_);
  if (s == nullptr || f == nullptr) return;
  weft_functype_t* type = nullptr;
  if (!ok(weft_func_type(s->store, *f, &type))) return;
  const weft_valkind_t* kinds = nullptr;
  bool numbers =
      true;  // the caller vouches for references: zeros are nulls, but they may not be allowed
  const size_t params = weft_functype_params(type, &kinds);
  for (size_t i = 0; i < params; ++i) numbers &= kinds[i] <= WEFT_V128;
  // Results may be more than parameters.
  weft_functype_delete(type);
  if (!numbers) return;
  std::array<weft_raw_t, 64> cells{};
  for (size_t i = 0; i < params * 2; ++i) cells[i].bits = c_.byte();
  const weft_func_t func = *f;
  ++s->busy;
  weft_trap_t* trap = weft_func_call_unchecked(s->store, func, cells.data(), cells.size());
  --s->busy;
  look_at(trap);
}

void ApiSession::typed_call() {
  Store* s = any_store();
  const weft_func_t* f = pick(funcs_);
  if (s == nullptr || f == nullptr) return;
  constexpr std::array<weft_valkind_t, 2> kParams = {WEFT_I32, WEFT_I64};
  const size_t params = c_.below(3), results = c_.below(2);
  weft_typed_func_t typed{};
  if (!ok(weft_func_typed(s->store, *f, kParams.data(), params, &kParams[c_.below(2)], results,
                          &typed)))
    return;
  std::array<weft_raw_t, 4> cells{};
  ++s->busy;
  weft_trap_t* trap = weft_typed_call(s->store, typed, cells.data(), cells.size());
  --s->busy;
  look_at(trap);
}

void ApiSession::make_item() {
  Store* s = any_store();
  if (s == nullptr) return;
  weft_extern_t item{};
  switch (c_.below(4)) {
    case 0: {
      item.kind = WEFT_EXTERN_FUNC;
      weft_functype_t* type = any_type();
      if (ok(weft_func_new(s->store, type, host_function, this, nullptr, &item.of.func)))
        keep(item);
      return weft_functype_delete(type);
    }
    case 1:
      item.kind = WEFT_EXTERN_MEMORY;
      if (ok(weft_memory_new(s->store, c_.below(4), c_.below(5), c_.chance(30), c_.chance(20),
                             &item.of.memory)))
        keep(item);
      return;
    case 2: {
      item.kind = WEFT_EXTERN_TABLE;
      const weft_valkind_t kind = any_kind();
      const weft_val_t init = any_value(kind);
      if (ok(weft_table_new(s->store, kind, c_.below(6), c_.below(9), c_.chance(30), &init,
                            &item.of.table)))
        keep(item);
      return;
    }
    default: {
      item.kind = WEFT_EXTERN_GLOBAL;
      const weft_valkind_t kind = any_kind();
      const weft_val_t init = any_value(kind);
      if (ok(weft_global_new(s->store, kind, c_.chance(70), &init, &item.of.global))) keep(item);
    }
  }
}

void ApiSession::use_memory() {
  Store* s = any_store();
  const weft_memory_t* m = pick(memories_);
  if (s == nullptr || m == nullptr) return;
  uint64_t old = 0, bytes = 0;
  uint8_t* base = nullptr;
  if (c_.chance(40)) ok(weft_memory_grow(s->store, *m, c_.below(3), &old));
  if (ok(weft_memory_data(s->store, *m, &base, &bytes)) && bytes != 0) base[bytes - 1] ^= 1;
}

void ApiSession::use_table() {
  Store* s = any_store();
  const weft_table_t* t = pick(tables_);
  if (s == nullptr || t == nullptr) return;
  uint64_t size = 0;
  weft_val_t v = any_value(c_.chance(50) ? WEFT_FUNCREF : WEFT_EXTERNREF);
  switch (c_.below(4)) {
    case 0: ok(weft_table_size(s->store, *t, &size)); return;
    case 1:
      if (ok(weft_table_get(s->store, *t, c_.below(8), &v))) keep(v);
      return;
    case 2: ok(weft_table_set(s->store, *t, c_.below(8), &v)); return;
    default: ok(weft_table_grow(s->store, *t, c_.below(4), &v, &size));
  }
}

void ApiSession::use_global() {
  Store* s = any_store();
  const weft_global_t* g = pick(globals_);
  if (s == nullptr || g == nullptr) return;
  weft_val_t v{};
  if (!ok(weft_global_get(s->store, *g, &v))) return;
  keep(v);
  v = any_value(v.kind);
  if (c_.chance(70)) ok(weft_global_set(s->store, *g, &v));
}

void ApiSession::use_reference() {
  Store* s = any_store();
  if (s == nullptr) return;
  weft_ref_t made{};
  void* value = nullptr;
  weft_refshape_t shape{};
  const weft_ref_t* r = pick(refs_);
  switch (c_.below(3)) {
    case 0:
      if (ok(weft_externref_new(s->store, counted(), finalize, &made))) {
        refs_.push_back(made);
      } else {
        --handed_over_;
      }
      return;
    case 1:
      if (r != nullptr && ok(weft_externref_get(s->store, *r, &value)) && value != &finalized_)
        std::abort();
      return;
    default:
      if (r != nullptr) ok(weft_ref_shape(s->store, *r, &shape));
  }
}

void ApiSession::use_scope() {
  Store* s = any_store();
  if (s == nullptr) return;
  if (c_.chance(60) && s->scopes.size() < 10) {
    s->scopes.push_back(weft_scope_open(s->store));
  } else if (s->scopes.size() > s->kept_scopes) {
    weft_scope_close(s->store, s->scopes.back());
    s->scopes.pop_back();
    // References of the scope must not be used any more.
    refs_.clear();
  }
}

void ApiSession::use_shared_memory() {
  weft_engine_t* engine = engines_[c_.below(2)];
  Store* s = any_store();
  weft_shared_memory_t* made = nullptr;
  switch (c_.below(4)) {
    case 0:
      if (engine == nullptr ||
          !ok(weft_shared_memory_new(engine, c_.below(3), c_.below(4), c_.chance(30), &made)))
        return;
      break;
    case 1:
      if (shared_.empty()) return;
      made = weft_shared_memory_clone(*pick(shared_));
      break;
    case 2: {
      const weft_memory_t* m = pick(memories_);
      if (s == nullptr || m == nullptr || !ok(weft_memory_share(s->store, *m, &made))) return;
      break;
    }
    default: {
      weft_extern_t item{};
      item.kind = WEFT_EXTERN_MEMORY;
      if (s != nullptr && !shared_.empty() &&
          ok(weft_memory_from_shared(s->store, *pick(shared_), &item.of.memory)))
        keep(item);
      return;
    }
  }
  shared_.push_back(made);
}

void ApiSession::read_module() {
  weft_module_t** m = pick(modules_);
  if (m == nullptr) return;
  for (size_t i = 0; i < weft_module_import_count(*m); ++i) (void)weft_module_import(*m, i);
  for (size_t i = 0; i < weft_module_export_count(*m); ++i) (void)weft_module_export(*m, i);
  weft_bytes_t text{};
  if (c_.chance(20) && ok(weft_module_inspect(*m, c_.byte(), c_.below(6), &text)))
    weft_bytes_delete(&text);
}

}  // namespace weft::fuzz
