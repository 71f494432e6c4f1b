// The standard C API, called at random: engines, stores, modules, instances, calls, callbacks.
#include "api_wasm.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "generator.hpp"

namespace weft::fuzz {
namespace {

constexpr std::string_view kTexts[] = {
    R"((module (memory (export "m") 1 2) (global (export "g") (mut i32) (i32.const 1))
      (table (export "t") 2 8 funcref) (tag (export "e") (param i32))
      (func $f (export "f") (param i32 i64) (result i64) local.get 0 i64.extend_i32_u local.get 1 i64.add)
      (func (export "trap") unreachable) (func (export "deep") call 2) (elem (i32.const 0) $f)
      (func (export "throw") (throw 0 (i32.const 3)))))",
    R"((module (import "a" "f" (func (param i32 i64) (result i64))) (import "a" "m" (memory 1))
      (import "a" "t" (table 2 funcref)) (import "a" "g" (global (mut i32)))
      (func (export "call") (param i32) (result i64) local.get 0 i64.const 5 call 0)
      (func (export "grow") (result i32) i32.const 1 memory.grow)
      (func (export "store") (param i32) local.get 0 i32.const 7 i32.store)))",
    R"((module (type $s (struct (field (mut i32)) (field (mut anyref))))
      (global (export "r") (mut externref) (ref.null extern)) (table (export "x") 4 externref)
      (func (export "new") (param i32) (result anyref) local.get 0 ref.null any struct.new $s)
      (func (export "keep") (param externref) local.get 0 global.set 0)
      (func (export "get") (result externref) global.get 0)
      (func (export "pass") (param externref funcref) (result funcref externref)
        local.get 1 local.get 0)
      (func (export "func") (result funcref) ref.func 0)))",
    R"((module (import "a" "cb" (func $cb (param externref) (result externref)))
      (func (export "f") (param externref) (result externref) local.get 0 call $cb)
      (func (export "nested") (param externref) (result externref) local.get 0 call $cb call $cb)))",
    R"((module (import "a" "start" (func $s)) (memory 1) (start $s) (data (i32.const 65530) "abcd")))",
    R"((module (memory 1) (data (i32.const 65535) "ab")))",
    R"((module (func (export "bad") (result i32))))"};

wasm_externkind_t kind_of(wasm_importtype_t* import) {
  return wasm_externtype_kind(wasm_importtype_type(import));
}

}  // namespace

void WasmSession::finalize(void* counter) { ++*static_cast<uint64_t*>(counter); }

void* WasmSession::counted() {
  ++handed_over_;
  return &finalized_;
}

void WasmSession::make_engine() {
  wasm_config_t* config = wasm_config_new();
  weft_config_t* const options = weft_wasm_config(config);
  const unsigned bits = c_.byte();
  for (const auto& [name, value] :
       {std::pair("fuel", bits & 1), std::pair("epochs", (bits >> 1) & 1),
        std::pair("guard_pages", (bits >> 2) & 1), std::pair("translation", c_.below(3)),
        std::pair("gc_zeal", c_.below(4)), std::pair("parallelism", 1u),
        std::pair("interp_stack_max", 1u << 20)})
    weft_error_delete(weft_config_set(options, name, value));
  wasm_engine_delete(engine_);  // its stores keep what they need
  engine_ = wasm_engine_new_with_config(config);
}

void WasmSession::make_store() {
  if (engine_ == nullptr) return;
  wasm_store_t*& s = stores_[c_.below(2)];
  wasm_store_delete(std::exchange(s, nullptr));
  s = wasm_store_new(engine_);
  if (s == nullptr) return;
  weft_store_t* const store = weft_wasm_store(s);
  const weft_limits_t limits = {1 << 22, 1000, 50, 50, 50};
  weft_store_limits(store, &limits);
  weft_store_limit_heap(store, 1 << 20);
  weft_error_delete(weft_store_set_fuel(store, 20000));
  weft_error_delete(weft_store_set_epoch_deadline(store, 2));
}

void WasmSession::drop_store() {
  // In a callback it goes when the outermost call returns.
  wasm_store_delete(std::exchange(stores_[c_.below(2)], nullptr));
}

void WasmSession::make_module() {
  wasm_store_t* const s = any_store();
  if (s == nullptr || modules_.size() > 12) return;
  wasm_module_t* made = nullptr;
  const unsigned kind = c_.below(9);
  if (kind < std::size(kTexts)) {
    weft_error_delete(weft_wasm_module_new(s, kTexts[kind].data(), kTexts[kind].size(), &made));
  } else {
    std::vector<uint8_t> input(c_.below(100));
    for (uint8_t& b : input) b = c_.byte();
    const std::vector<uint8_t> bytes = kind == 7 ? library() : generate(input);
    wasm_byte_vec_t binary;
    // SAFETY: char and uint8_t have the same representation.
    wasm_byte_vec_new(&binary, bytes.size(), reinterpret_cast<const char*>(bytes.data()));
    if (c_.chance(10) && binary.size != 0)
      binary.data[c_.bits(2) % binary.size] = static_cast<char>(c_.byte());
    made = wasm_module_new(s, &binary);
    if (wasm_module_validate(s, &binary) && made == nullptr) std::abort();
    wasm_byte_vec_delete(&binary);
  }
  if (made != nullptr) modules_.push_back(made);
}

void WasmSession::read_module() {
  const wasm_module_t* const m = pick(modules_);
  if (m == nullptr) return;
  wasm_importtype_vec_t imports;
  wasm_module_imports(m, &imports);
  for (size_t i = 0; i < imports.size; ++i) (void)wasm_importtype_name(imports.data[i]);
  wasm_importtype_vec_t copy;
  wasm_importtype_vec_copy(&copy, &imports);
  wasm_importtype_vec_delete(&imports);
  wasm_importtype_vec_delete(&copy);
  wasm_exporttype_vec_t exports;
  wasm_module_exports(m, &exports);
  for (size_t i = 0; i < exports.size; ++i) (void)wasm_exporttype_type(exports.data[i]);
  wasm_exporttype_vec_delete(&exports);
}

void WasmSession::share_module() {
  wasm_store_t* const s = any_store();
  if (const wasm_module_t* m = pick(modules_); m != nullptr) {
    if (c_.chance(50) && shared_.size() < 6) {
      if (wasm_shared_module_t* made = wasm_module_share(m); made != nullptr)
        shared_.push_back(made);
    }
    wasm_byte_vec_t bytes;
    wasm_module_serialize(m, &bytes);
    if (bytes.size != 0 && c_.chance(30))
      bytes.data[c_.bits(2) % bytes.size] = static_cast<char>(c_.byte());
    if (s != nullptr && modules_.size() < 12) {
      if (wasm_module_t* made = wasm_module_deserialize(s, &bytes); made != nullptr)
        modules_.push_back(made);
    }
    wasm_byte_vec_delete(&bytes);
  }
  const wasm_shared_module_t* const shared = pick(shared_);
  if (shared == nullptr || s == nullptr || modules_.size() > 12) return;
  if (wasm_module_t* made = wasm_module_obtain(s, shared); made != nullptr)
    modules_.push_back(made);
}

void WasmSession::keep_exports(const wasm_instance_t* instance) {
  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  for (size_t i = 0; i < exports.size; ++i) keep(std::exchange(exports.data[i], nullptr));
  wasm_extern_vec_delete(&exports);
}

void WasmSession::instantiate() {
  wasm_store_t* const s = any_store();
  const wasm_module_t* const m = pick(modules_);
  if (s == nullptr || m == nullptr || instances_.size() > 30) return;
  wasm_importtype_vec_t imports;
  wasm_module_imports(m, &imports);
  std::vector<wasm_extern_t*> given(imports.size);
  for (size_t i = 0; i < given.size(); ++i) {
    // Most of the time of the right kind, at least.
    for (unsigned tries = 0; tries < 6; ++tries) {
      given[i] = pick(externs_);
      if (given[i] == nullptr || wasm_extern_kind(given[i]) == kind_of(imports.data[i])) break;
    }
    // The start function may drop the name that is given.
    if (given[i] != nullptr) given[i] = wasm_extern_copy(given[i]);
  }
  wasm_importtype_vec_delete(&imports);
  const wasm_extern_vec_t list = {given.size(), given.data()};
  wasm_module_t* const mine = wasm_module_copy(m);
  wasm_trap_t* trap = nullptr;
  wasm_instance_t* const made = wasm_instance_new(s, mine, &list, c_.chance(80) ? &trap : nullptr);
  wasm_module_delete(mine);
  for (wasm_extern_t* e : given) wasm_extern_delete(e);
  look_at(trap);
  if (made == nullptr) return;
  keep_exports(made);
  instances_.push_back(made);
}

void WasmSession::call() {
  const wasm_extern_t* const e = pick(externs_);
  if (e == nullptr || wasm_extern_as_func_const(e) == nullptr) return;
  wasm_func_t* const f = wasm_func_copy(wasm_extern_as_func_const(e));
  wasm_functype_t* const type = wasm_func_type(f);
  std::vector<wasm_val_t> args, results;
  if (type != nullptr) {  // else its store is gone
    const wasm_valtype_vec_t* const params = wasm_functype_params(type);
    for (size_t i = 0; i < params->size; ++i)
      args.push_back(any_value(wasm_valtype_kind(params->data[i])));
    results.resize(wasm_functype_results(type)->size);
    if (wasm_func_param_arity(f) != args.size() || wasm_func_result_arity(f) != results.size())
      std::abort();
    wasm_functype_delete(type);
  }
  if (c_.chance(3)) results.resize(c_.below(3));
  if (c_.chance(3)) args.push_back(any_value(WASM_I32));
  const wasm_val_vec_t in = {args.size(), args.data()};
  wasm_val_vec_t out = {results.size(), results.data()};
  wasm_trap_t* const trap = wasm_func_call(f, &in, &out);
  wasm_func_delete(f);
  for (wasm_val_t& v : args) wasm_val_delete(&v);
  if (trap != nullptr) return look_at(trap);
  for (wasm_val_t& v : results) {
    if (wasm_valkind_is_ref(v.kind) && v.of.ref != nullptr && c_.chance(80)) {
      keep(v.of.ref);
    } else {
      wasm_val_delete(&v);
    }
  }
}

wasm_trap_t* WasmSession::callback(void* env, const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  const auto& mine = *static_cast<const Callback*>(env);
  WasmSession& self = *mine.session;
  if (results->size != mine.results.size()) std::abort();
  if (args->size != 0 && wasm_valkind_is_ref(args->data[0].kind)) {
    wasm_val_t copy;
    wasm_val_copy(&copy, &args->data[0]);
    if (copy.of.ref != nullptr) self.keep(copy.of.ref);
  }
  if (self.depth_ < 2) {
    ++self.depth_;
    for (unsigned i = self.c_.below(3); i > 0; --i) self.step();
    --self.depth_;
  }
  wasm_store_t* const s = self.any_store();
  if (s != nullptr && self.c_.chance(10)) {
    const wasm_message_t message = {7, const_cast<char*>("refused")};
    return wasm_trap_new(s, &message);
  }
  if (self.c_.chance(5)) return self.take(self.traps_);
  for (size_t i = 0; i < results->size; ++i)
    results->data[i] = self.any_value(self.c_.chance(95) ? mine.results[i] : self.any_kind());
  return nullptr;
}

void WasmSession::make_func() {
  wasm_store_t* const s = any_store();
  if (s == nullptr) return;
  wasm_functype_t* const type =
      c_.chance(60) ? any_functype()
      : c_.chance(50)
          ? wasm_functype_new_0_0()
          : wasm_functype_new_1_1(wasm_valtype_new_externref(), wasm_valtype_new_externref());
  wasm_func_t* made = nullptr;
  if (c_.chance(20)) {
    made = wasm_func_new(s, type, [](const wasm_val_vec_t*, wasm_val_vec_t*) -> wasm_trap_t* {
      return nullptr;  // results stay as they were given
    });
  } else {
    auto own = std::make_unique<Callback>(Callback{this, {}});
    const wasm_valtype_vec_t* const results = wasm_functype_results(type);
    for (size_t i = 0; i < results->size; ++i)
      own->results.push_back(wasm_valtype_kind(results->data[i]));
    // Its finalizer must not count: it is given the callback.
    made = wasm_func_new_with_env(s, type, callback, own.get(), nullptr);
    callbacks_.push_back(std::move(own));
  }
  wasm_functype_delete(type);
  if (made == nullptr) return;
  keep_made(wasm_func_as_extern(made));
  wasm_func_delete(made);
}

void WasmSession::step() {
  ++steps_;
  switch (c_.below(28)) {
    case 0: return make_store();
    case 1: return c_.chance(30) ? drop_store() : make_engine();
    case 2:
    case 3: return make_module();
    case 4: return read_module();
    case 5: return share_module();
    case 6:
    case 7:
    case 8: return instantiate();
    case 9:
    case 10:
    case 11:
    case 12:
    case 13: return call();
    case 14:
    case 15: return make_func();
    case 16: return use_global();
    case 17: return use_table();
    case 18: return use_memory();
    case 19: return make_foreign();
    case 20: return use_names();
    case 21: return use_host_info();
    case 22: return use_traps();
    case 23: return use_types();
    case 24:
    case 25: return use_extension();
    default: return drop_something();
  }
}

void WasmSession::run() {
  make_engine();
  for (unsigned i = 0; i < 2; ++i) {
    make_store();
    make_module();
    make_func();
  }
  while (!c_.empty() && steps_ < 300) step();
}

WasmSession::~WasmSession() {
  std::array<unsigned, 9> order = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  c_.shuffle(order);
  for (const unsigned what : order) {
    switch (what) {
      case 0: wasm_engine_delete(engine_); break;
      case 1:
      case 2: wasm_store_delete(std::exchange(stores_[what - 1], nullptr)); break;
      case 3:
        for (wasm_module_t* m : modules_) wasm_module_delete(m);
        break;
      case 4:
        for (wasm_shared_module_t* m : shared_) wasm_shared_module_delete(m);
        break;
      case 5:
        for (wasm_instance_t* i : instances_) wasm_instance_delete(i);
        break;
      case 6:
        for (wasm_extern_t* e : externs_) wasm_extern_delete(e);
        break;
      case 7:
        for (wasm_ref_t* r : refs_) wasm_ref_delete(r);
        break;
      default:
        for (wasm_trap_t* t : traps_) wasm_trap_delete(t);
    }
  }
  if (finalized_ != handed_over_) {
    std::fprintf(stderr, "api: %llu finalizers of %llu ran (wasm.h)\n",
                 static_cast<unsigned long long>(finalized_),
                 static_cast<unsigned long long>(handed_over_));
    std::abort();
  }
}

}  // namespace weft::fuzz
