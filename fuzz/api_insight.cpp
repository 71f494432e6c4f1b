// The latest calls of a session: types, text, WASI, raw values, profiles and traces, deadlines, the
// embedder's data, and what two sessions on two threads do to each other.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "api_session.hpp"
#include "generator.hpp"

namespace weft::fuzz {
namespace {

constexpr std::string_view kCommand = R"((module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1) (data (i32.const 0) "\10\00\00\00\08\00\00\00abcdefgh")
  (func (export "f0") (param i32) (result i32)
    (call $write (local.get 0) (i32.const 0) (i32.const 1) (i32.const 64)))
  (func (export "f1") (param i32) (result i32)
    (call $read (local.get 0) (i32.const 0) (i32.const 1) (i32.const 64)))
  (func (export "f2") (result i32)
    (i32.add (call $args (i32.const 128) (i32.const 512)) (call $env (i32.const 256) (i32.const 1024))))
  (func (export "f3") (param i32) (call $exit (local.get 0)))
  (func (export "add") (param i32) (result i32)
    (call $open (local.get 0) (i32.const 0) (i32.const 16) (i32.const 4) (i32.const 0)
      (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 80)))))";

}  // namespace

void ApiSession::read_types(const weft_engine_t& engine, weft_type_t type) {
  weft_typekind_t kind{};
  weft_functype_t* signature = nullptr;
  std::array<weft_fieldtype_t, 2> fields{};
  size_t count = 0;
  bool has = false;
  weft_type_t super{};
  weft_bytes_t text = weft_type_text(&engine, type);
  weft_bytes_delete(&text);
  if (!ok(weft_type_kind(&engine, type, &kind))) return;
  if (ok(weft_type_signature(&engine, type, &signature))) {
    const weft_valtype_t* exact = nullptr;
    const size_t params = weft_functype_param_types(signature, &exact);
    for (size_t i = 0; i < params; ++i) {
      weft_bytes_t one = weft_valtype_text(&engine, &exact[i]);
      weft_bytes_delete(&one);
    }
    (void)weft_functype_result_types(signature, &exact);
    weft_functype_delete(signature);
  }
  ok(weft_type_fields(&engine, type, fields.data(), fields.size(), &count));
  if (ok(weft_type_super(&engine, type, &has, &super)) && has) types_.push_back(super);
  const weft_valtype_t a = weft_valtype_defined(type, c_.chance(50), c_.chance(50));
  const weft_valtype_t b = weft_valtype_ref(static_cast<weft_heapkind_t>(c_.below(13)), true);
  (void)weft_valtype_matches(&engine, &a, &b);
}

void ApiSession::use_types() {
  weft_engine_t* engine = engines_[c_.below(2)];
  Store* s = any_store();
  weft_module_t** m = pick(modules_);
  weft_type_t type{};
  weft_externtype_t item{};
  switch (c_.below(6)) {
    case 0: {
      weft_functype_t* f = any_type();
      if (engine != nullptr && ok(weft_type_func(engine, f, &type))) types_.push_back(type);
      return weft_functype_delete(f);
    }
    case 1:
      if (m != nullptr && ok(weft_module_type(*m, c_.below(20), &type))) types_.push_back(type);
      return;
    case 2:
      if (m == nullptr) return;
      ok(weft_module_import_type(*m, c_.below(8), &item));
      ok(weft_module_export_type(*m, c_.below(8), &item));
      return;
    case 3:
      if (const weft_extern_t* e = pick(externs_); e != nullptr && s != nullptr)
        ok(weft_extern_type(s->store, e, &item));
      return;
    case 4: {  // made and called with exact types
      const weft_type_t* t = pick(types_);
      const weft_func_t* f = pick(funcs_);
      if (t == nullptr || s == nullptr || f == nullptr) return;
      const weft_valtype_t exact = weft_valtype_defined(*t, c_.chance(50), c_.chance(80));
      weft_typed_func_t typed{};
      ok(weft_func_typed_exact(s->store, *f, &exact, c_.below(2), &exact, c_.below(2), &typed));
      weft_functype_t* made = weft_functype_new_exact(&exact, 1, &exact, 1);
      weft_extern_t func{};
      func.kind = WEFT_EXTERN_FUNC;
      if (ok(weft_func_new(s->store, made, host_function, this, nullptr, &func.of.func)))
        keep(func);
      return weft_functype_delete(made);
    }
    default:
      if (const weft_type_t* t = pick(types_); t != nullptr && engine != nullptr)
        read_types(*engine, *t);
  }
}

void ApiSession::use_text() {
  std::vector<uint8_t> input(c_.below(80));
  for (uint8_t& b : input) b = c_.byte();
  std::vector<uint8_t> bytes = generate(input);
  if (c_.chance(20) && !bytes.empty()) bytes[c_.bits(2) % bytes.size()] = c_.byte();
  weft_bytes_t text{}, again{};
  if (!ok(weft_wasm_to_wat(bytes.data(), bytes.size(), c_.below(4), &text))) return;
  // SAFETY: char and uint8_t have the same representation.
  if (ok(weft_wat_to_wasm(reinterpret_cast<const char*>(text.data), text.size, &again)))
    weft_bytes_delete(&again);
  weft_bytes_delete(&text);
}

void ApiSession::use_wasi() {
  Store* s = any_store();
  if (s == nullptr) return;
  if (s->busy == 0 && c_.chance(60)) {
    weft_wasi_config_t* config = weft_wasi_config_new();
    std::array<char, 8> word{};
    for (char& letter : word) letter = static_cast<char>(c_.byte());
    for (unsigned i = c_.below(4); i > 0; --i) weft_wasi_arg(config, word.data(), c_.below(8));
    for (unsigned i = c_.below(3); i > 0; --i)
      weft_wasi_env(config, word.data(), c_.below(8), word.data(), c_.below(8));
    // SAFETY: char and uint8_t have the same representation.
    weft_wasi_stdin_bytes(config, reinterpret_cast<const uint8_t*>(word.data()), word.size());
    const auto take = [](void*, const uint8_t* data, size_t size) -> ptrdiff_t {
      return size != 0 && data[0] == 'x' ? -1 : static_cast<ptrdiff_t>(size);
    };
    weft_wasi_output(config, static_cast<int>(1 + c_.below(2)), take, nullptr);
    if (c_.chance(10)) weft_wasi_preopen(config, "/nowhere/at/all", "/", true);
    if (c_.chance(10)) {
      weft_wasi_config_delete(config);
    } else {
      ok(weft_store_set_wasi(s->store, config));
    }
  }
  weft_linker_t* linker = linkers_[c_.below(2)];
  weft_engine_t* engine = engines_[c_.below(2)];
  weft_module_t* module = nullptr;
  weft_instance_t instance{};
  weft_trap_t* trap = nullptr;
  if (linker == nullptr || engine == nullptr) return;
  ok(weft_linker_wasi(linker));
  // SAFETY: char and uint8_t have the same representation.
  if (!ok(weft_module_new(engine, reinterpret_cast<const uint8_t*>(kCommand.data()),
                          kCommand.size(), &module)))
    return;
  if (ok(weft_linker_instantiate(linker, s->store, module, &instance, &trap)))
    keep_exports(*s, instance);
  look_at(trap);
  weft_module_delete(module);
}

void ApiSession::use_raw_values() {
  Store* s = any_store();
  if (s == nullptr) return;
  const weft_valkind_t kind = any_kind();
  const weft_valtype_t type = weft_valtype_of(kind);
  const weft_val_t value = any_value(kind);
  std::array<weft_raw_t, 2> cells{};
  if (ok(weft_val_to_raw(s->store, &type, &value, cells.data())))
    keep(weft_val_from_raw(s->store, &type, cells.data()));
  weft_raw_t cell{};
  if (const weft_ref_t* r = pick(refs_); r != nullptr && weft_ref_to_raw(s->store, *r, &cell))
    refs_.push_back(weft_ref_from_raw(s->store, &cell));
  if (const weft_func_t* f = pick(funcs_); f != nullptr && weft_func_to_raw(s->store, *f, &cell)) {
    const weft_func_t back = weft_func_from_raw(s->store, &cell);
    if (back.store != 0) funcs_.push_back(back);
  }
  if (const weft_table_t* t = pick(tables_); t != nullptr)
    ok(weft_table_fill(s->store, *t, c_.below(5), c_.below(5), &value));
  static constexpr char kKind = 0;
  weft_ref_t made{};
  if (c_.chance(50)) {
    if (ok(weft_externref_new_kind(s->store, &kKind, counted(), finalize, &made))) {
      refs_.push_back(made);
    } else {
      --handed_over_;
    }
  }
  if (const weft_ref_t* r = pick(refs_); r != nullptr) {
    const void* const data = weft_externref_data(s->store, *r, &kKind);
    if (data != nullptr && data != &finalized_) std::abort();
  }
}

void ApiSession::use_profile() {
  Store* s = any_store();
  if (s == nullptr || s->busy != 0) return;
  if (s->profile != nullptr && c_.chance(60)) {
    (void)weft_profile_samples(s->profile);
    weft_bytes_t report = weft_profile_report(
        s->profile, static_cast<weft_profile_format_t>(c_.below(3)), "a title", 7);
    weft_bytes_delete(&report);
    weft_profile_delete(s->profile);
    s->profile = nullptr;
  } else if (s->profile == nullptr) {
    if (!ok(weft_profile_start(s->store, &s->profile))) s->profile = nullptr;
  }
  const auto line = [](void*, const char* text, size_t size) {
    if (size == 0 || std::memchr(text, '\n', size) != nullptr) std::abort();
  };
  if (c_.chance(30)) weft_store_trace(s->store, c_.below(4), line, nullptr);
}

void ApiSession::use_deadline() {
  Store* s = any_store();
  const weft_engine_t* engine = engines_[c_.below(2)];
  weft_pool_metrics_t used{};
  if (engine != nullptr) (void)weft_engine_pool_metrics(engine, &used);
  if (s != nullptr) ok(weft_store_set_deadline(s->store, c_.chance(30) ? 0 : c_.bits(2) * 100));
}

void ApiSession::use_data() {
  Store* s = any_store();
  if (s == nullptr) return;
  static constexpr char kKinds[2] = {};
  weft_store_set_data(s->store, &kKinds[c_.below(2)], counted(), finalize);
  const void* const data = weft_store_data_of(s->store, &kKinds[c_.below(2)]);
  if (data != nullptr && data != &finalized_) std::abort();
  if (weft_store_data(s->store) != &finalized_) std::abort();
}

void ApiSession::read_frames(weft_frame_states_t* states) {
  for (size_t i = 0; i <= weft_frame_states_count(states); ++i) {
    (void)weft_frame_states_frame(states, i);
    const weft_instance_t instance = weft_frame_states_instance(states, i);
    if (instance.store != 0 && instances_.size() < 40) instances_.push_back(instance);
    const weft_frame_value_t* values = nullptr;
    for (const auto read : {weft_frame_states_locals, weft_frame_states_operands}) {
      const size_t count = read(states, i, &values);
      for (size_t v = 0; v < count; ++v) {
        if (values[v].known && c_.chance(10)) keep(values[v].value);
      }
    }
  }
  weft_frame_states_delete(states);
}

void ApiSession::use_frames() {
  Store* s = any_store();
  if (s == nullptr) return;
  weft_frame_states_t* states = nullptr;
  if (ok(weft_store_frame_states(s->store, c_.below(20), &states))) read_frames(states);
  if (const Invocation* i = pick(invocations_); i != nullptr && !i->running) {
    if (ok(weft_invocation_frame_states(s->store, i->invocation, c_.below(20), &states)))
      read_frames(states);
  }
}

void ApiSession::exchange() {
  if (commons_ == nullptr) return;
  Store* s = any_store();
  weft_interrupt_handle_t* handle = nullptr;
  switch (c_.below(4)) {
    case 0: {
      weft_module_t** m = pick(modules_);
      const std::lock_guard lock(commons_->mutex);
      if (m != nullptr && commons_->modules.size() < 16)
        commons_->modules.push_back(weft_module_clone(*m));
      return;
    }
    case 1: {
      const std::lock_guard lock(commons_->mutex);
      if (weft_module_t** m = pick(commons_->modules); m != nullptr && modules_.size() < 12)
        modules_.push_back(weft_module_clone(*m));
      return;
    }
    case 2: {
      if (s == nullptr || !ok(weft_store_interrupt_handle(s->store, &handle))) return;
      const std::lock_guard lock(commons_->mutex);
      commons_->handles.push_back(handle);
      return;
    }
    default: {
      {
        const std::lock_guard lock(commons_->mutex);
        if (weft_interrupt_handle_t** h = pick(commons_->handles); h != nullptr) handle = *h;
      }
      if (handle == nullptr) return;
      (void)weft_interrupt_request(
          handle, c_.chance(50) ? WEFT_INTERRUPTION_SUSPEND : WEFT_INTERRUPTION_TRAP);
      if (c_.chance(30)) weft_interrupt_take_back(handle);
    }
  }
}

}  // namespace weft::fuzz
