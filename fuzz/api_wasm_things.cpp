// The standard C API, called at random: globals, tables, memories, names, host info, traps, types,
// and what Weft adds.
#include <array>
#include <cstdlib>
#include <utility>

#include "api_wasm.hpp"

namespace weft::fuzz {

wasm_valkind_t WasmSession::any_kind() {
  static constexpr wasm_valkind_t kKinds[] = {WASM_I32,         WASM_I64,        WASM_F32,
                                              WASM_F64,         WASM_EXTERNREF,  WASM_FUNCREF,
                                              WEFT_WASM_ANYREF, WEFT_WASM_EXNREF};
  return kKinds[c_.below(8)];
}

wasm_valtype_t* WasmSession::any_valtype() {
  wasm_valtype_t* const made = wasm_valtype_new(c_.chance(95) ? any_kind() : WEFT_WASM_V128);
  if (made == nullptr) std::abort();
  return made;
}

wasm_functype_t* WasmSession::any_functype() {
  wasm_valtype_vec_t params, results;
  wasm_valtype_vec_new_uninitialized(&params, c_.below(4));
  for (size_t i = 0; i < params.size; ++i) params.data[i] = any_valtype();
  wasm_valtype_vec_new_uninitialized(&results, c_.below(3));
  for (size_t i = 0; i < results.size; ++i) results.data[i] = any_valtype();
  return wasm_functype_new(&params, &results);
}

wasm_ref_t* WasmSession::any_ref() {
  switch (c_.below(4)) {
    case 0: return nullptr;
    case 1: {
      wasm_extern_t* const e = pick(externs_);
      return e == nullptr ? nullptr : wasm_ref_copy(wasm_extern_as_ref(e));
    }
    case 2: {
      wasm_instance_t* const i = pick(instances_);
      return i == nullptr ? nullptr : wasm_ref_copy(wasm_instance_as_ref(i));
    }
    default: {
      const wasm_ref_t* const r = pick(refs_);
      return r == nullptr ? nullptr : wasm_ref_copy(r);
    }
  }
}

wasm_val_t WasmSession::any_value(wasm_valkind_t kind) {
  wasm_val_t v{};
  v.kind = c_.chance(97) ? kind : any_kind();
  if (wasm_valkind_is_ref(v.kind)) {
    v.of.ref = any_ref();
  } else {
    v.of.i64 = c_.byte();
  }
  return v;
}

void WasmSession::look_at(wasm_trap_t* trap) {
  if (trap == nullptr) return;
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  if (message.size == 0 || message.data[message.size - 1] != 0) std::abort();
  wasm_name_delete(&message);
  if (wasm_frame_t* origin = wasm_trap_origin(trap); origin != nullptr) {
    (void)wasm_frame_func_offset(origin);
    wasm_frame_delete(origin);
  }
  wasm_frame_vec_t frames;
  wasm_trap_trace(trap, &frames);
  for (size_t i = 0; i < frames.size && i < 20; ++i) {
    wasm_frame_t* const one = wasm_frame_copy(frames.data[i]);
    (void)wasm_frame_func_index(one);
    (void)wasm_frame_module_offset(one);
    if (const wasm_instance_t* in = wasm_frame_instance(one);
        in != nullptr && instances_.size() < 30 && c_.chance(10))
      instances_.push_back(wasm_instance_copy(in));
    wasm_frame_delete(one);
  }
  wasm_frame_vec_delete(&frames);
  if (const weft_trap_t* own = weft_wasm_trap(trap); own != nullptr) (void)weft_trap_code(own);
  if (traps_.size() < 8 && c_.chance(30)) {
    traps_.push_back(trap);
  } else {
    wasm_trap_delete(trap);
  }
}

void WasmSession::keep(wasm_extern_t* item) {
  if (externs_.size() < 100) {
    externs_.push_back(item);
  } else {
    wasm_extern_delete(item);
  }
}

void WasmSession::keep_made(const wasm_extern_t* item) { keep(wasm_extern_copy(item)); }

void WasmSession::keep(wasm_ref_t* ref) {
  if (refs_.size() < 60) {
    refs_.push_back(ref);
  } else {
    wasm_ref_delete(ref);
  }
}

void WasmSession::use_global() {
  wasm_store_t* const s = any_store();
  if (s != nullptr && c_.chance(50)) {
    wasm_valtype_t* const content = any_valtype();
    const wasm_valkind_t kind = wasm_valtype_kind(content);
    wasm_globaltype_t* const type =
        wasm_globaltype_new(content, c_.chance(70) ? WASM_VAR : WASM_CONST);
    wasm_val_t init = any_value(kind);
    if (wasm_global_t* made = wasm_global_new(s, type, &init); made != nullptr) {
      keep_made(wasm_global_as_extern(made));
      wasm_global_delete(made);
    }
    wasm_val_delete(&init);
    wasm_globaltype_delete(type);
  }
  wasm_extern_t* const e = pick(externs_);
  wasm_global_t* const g = e == nullptr ? nullptr : wasm_extern_as_global(e);
  if (g == nullptr) return;
  wasm_val_t value{};
  wasm_global_get(g, &value);
  const wasm_valkind_t kind = value.kind;
  wasm_val_delete(&value);
  value = any_value(kind);
  wasm_global_set(g, &value);
  wasm_val_delete(&value);
  if (wasm_globaltype_t* type = wasm_global_type(g); type != nullptr) wasm_globaltype_delete(type);
}

void WasmSession::use_table() {
  wasm_store_t* const s = any_store();
  wasm_ref_t* const init = any_ref();
  if (s != nullptr && c_.chance(40)) {
    const wasm_limits_t limits = any_limits();
    wasm_tabletype_t* const type = wasm_tabletype_new(any_valtype(), &limits);
    if (wasm_table_t* made = wasm_table_new(s, type, init); made != nullptr) {
      keep_made(wasm_table_as_extern(made));
      wasm_table_delete(made);
    }
    wasm_tabletype_delete(type);
  }
  wasm_extern_t* const e = pick(externs_);
  wasm_table_t* const t = e == nullptr ? nullptr : wasm_extern_as_table(e);
  if (t != nullptr) {
    wasm_table_set(t, c_.below(8), init);
    if (c_.chance(40)) wasm_table_grow(t, c_.below(4), init);
    if (wasm_ref_t* r = wasm_table_get(t, c_.below(8)); r != nullptr) keep(r);
    if (wasm_table_size(t) > 1000) std::abort();
    if (wasm_tabletype_t* type = wasm_table_type(t); type != nullptr) wasm_tabletype_delete(type);
  }
  if (init != nullptr) wasm_ref_delete(init);
}

void WasmSession::use_memory() {
  wasm_store_t* const s = any_store();
  if (s != nullptr && c_.chance(40)) {
    const wasm_limits_t limits = any_limits();
    wasm_memorytype_t* const type = wasm_memorytype_new(&limits);
    if (wasm_memory_t* made = wasm_memory_new(s, type); made != nullptr) {
      keep_made(wasm_memory_as_extern(made));
      wasm_memory_delete(made);
    }
    wasm_memorytype_delete(type);
  }
  wasm_extern_t* const e = pick(externs_);
  wasm_memory_t* const m = e == nullptr ? nullptr : wasm_extern_as_memory(e);
  if (m == nullptr) return;
  if (c_.chance(40)) wasm_memory_grow(m, c_.below(3));
  const size_t size = wasm_memory_data_size(m);
  if (size > wasm_memory_size(m) * MEMORY_PAGE_SIZE) std::abort();
  if (size != 0) wasm_memory_data(m)[size - 1] ^= 1;
  if (wasm_memorytype_t* type = wasm_memory_type(m); type != nullptr) wasm_memorytype_delete(type);
}

void WasmSession::make_foreign() {
  wasm_store_t* const s = any_store();
  if (s == nullptr) return;
  wasm_foreign_t* const made = wasm_foreign_new(s);
  if (made == nullptr) return;
  if (c_.chance(50)) wasm_foreign_set_host_info_with_finalizer(made, counted(), finalize);
  keep(wasm_ref_copy(wasm_foreign_as_ref(made)));
  wasm_foreign_delete(made);
}

void WasmSession::use_names() {
  wasm_ref_t* const a = any_ref();
  wasm_ref_t* const b = any_ref();
  if (a != nullptr) {
    wasm_ref_t* const copy = wasm_ref_copy(a);
    if (!wasm_ref_same(a, copy)) std::abort();
    wasm_ref_delete(copy);
    if (wasm_extern_t* e = wasm_ref_as_extern(a); e != nullptr) {
      if (wasm_externtype_t* type = wasm_extern_type(e); type != nullptr) {
        wasm_externtype_t* const again = wasm_externtype_copy(type);
        (void)wasm_externtype_as_functype(again);
        wasm_externtype_delete(again);
        wasm_externtype_delete(type);
      }
      keep_made(e);
    } else if (const wasm_instance_t* i = wasm_ref_as_instance(a); i != nullptr) {
      keep_exports(i);
    }
    (void)wasm_ref_as_foreign(a);
  }
  if (a != nullptr && b != nullptr && wasm_ref_same(a, b) != wasm_ref_same(b, a)) std::abort();
  if (b != nullptr) wasm_ref_delete(b);
  if (a != nullptr) wasm_ref_delete(a);
}

void WasmSession::use_host_info() {
  wasm_ref_t* const a = any_ref();
  if (a == nullptr) return;
  const void* const info = wasm_ref_get_host_info(a);
  if (info != nullptr && info != &finalized_) std::abort();
  if (c_.chance(60)) {
    wasm_ref_set_host_info_with_finalizer(a, counted(), finalize);
  } else {
    wasm_ref_set_host_info(a, c_.chance(50) ? &finalized_ : nullptr);
  }
  wasm_ref_delete(a);
}

void WasmSession::use_traps() {
  wasm_store_t* const s = any_store();
  if (s != nullptr) {
    wasm_message_t message;
    wasm_name_new_from_string_nt(&message, "of the embedder's");
    if (wasm_trap_t* made = wasm_trap_new(s, &message); made != nullptr) look_at(made);
    wasm_name_delete(&message);
  }
  const wasm_trap_t* const t = pick(traps_);
  if (t == nullptr) return;
  wasm_trap_t* const copy = wasm_trap_copy(t);
  if (!wasm_trap_same(t, copy)) std::abort();
  keep(wasm_ref_copy(wasm_trap_as_ref(copy)));
  look_at(copy);
}

void WasmSession::use_types() {
  wasm_functype_t* const f = any_functype();
  wasm_functype_t* const copy = wasm_functype_copy(f);
  wasm_externtype_t* const as = wasm_functype_as_externtype(copy);
  if (wasm_externtype_as_globaltype(as) != nullptr || wasm_externtype_as_functype(as) != copy)
    std::abort();
  wasm_name_t module, name;
  wasm_name_new_from_string(&module, "m");
  wasm_name_copy(&name, &module);
  wasm_importtype_t* const import = wasm_importtype_new(&module, &name, as);
  std::array<wasm_importtype_t*, 2> both = {import, wasm_importtype_copy(import)};
  wasm_importtype_vec_t list;
  wasm_importtype_vec_new(&list, both.size(), both.data());
  wasm_importtype_vec_delete(&list);
  wasm_functype_vec_t types;
  wasm_functype_vec_new_uninitialized(&types, 3);
  types.data[0] = f;
  types.data[1] = nullptr;
  types.data[2] = any_functype();
  wasm_functype_vec_t more;
  wasm_functype_vec_copy(&more, &types);
  wasm_functype_vec_delete(&types);
  wasm_functype_vec_delete(&more);
}

void WasmSession::use_extension() {
  wasm_store_t* const s = any_store();
  if (s == nullptr) return;
  weft_store_t* const store = weft_wasm_store(s);
  switch (c_.below(6)) {
    case 0: weft_error_delete(weft_store_set_fuel(store, c_.below(3000))); return;
    case 1:
      if (engine_ != nullptr) weft_engine_increment_epoch(weft_wasm_engine(engine_));
      weft_error_delete(weft_store_set_epoch_deadline(store, 1 + c_.below(3)));
      return;
    case 2: return weft_store_collect(store);
    case 3: {
      const wasm_extern_t* const e = pick(externs_);
      if (e == nullptr) return;
      const weft_extern_t plain = weft_wasm_extern(e);
      if (wasm_extern_t* again = weft_wasm_extern_new(s, &plain); again != nullptr) {
        if (!wasm_extern_same(e, again)) std::abort();
        keep(again);
      }
      return;
    }
    case 4: {
      const wasm_instance_t* const i = pick(instances_);
      if (i == nullptr) return;
      const weft_instance_t plain = weft_wasm_instance(i);
      if (wasm_instance_t* again = weft_wasm_instance_new(s, plain); again != nullptr) {
        keep_exports(again);
        wasm_instance_delete(again);
      }
      return;
    }
    default: (void)weft_wasm_last_error(s);
  }
}

void WasmSession::drop_something() {
  switch (c_.below(6)) {
    case 0: return wasm_module_delete(take(modules_));
    case 1: return wasm_shared_module_delete(take(shared_));
    case 2: return wasm_instance_delete(take(instances_));
    case 3: return wasm_extern_delete(take(externs_));
    case 4: return wasm_ref_delete(take(refs_));
    default: return wasm_trap_delete(take(traps_));
  }
}

}  // namespace weft::fuzz
