// Making and dropping: engines, stores, modules, linkers; host functions; the end of a session.
#include "api_session.hpp"

#include <algorithm>
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
      (func (export "loop") (loop (br 0)))
      (func (export "throw") (throw 0 (i32.const 3)))))",
    R"((module (import "a" "f" (func (param i32 i64) (result i64))) (import "a" "m" (memory 1))
      (import "a" "t" (table 2 funcref)) (import "a" "g" (global (mut i32)))
      (func (export "call") (param i32) (result i64) local.get 0 i64.const 5 call 0)
      (func (export "grow") (result i32) i32.const 1 memory.grow)
      (func (export "store") (param i32) local.get 0 i32.const 7 i32.store)))",
    R"((module (type $s (struct (field (mut i32)) (field (mut anyref)))) (type $a (array (mut i8)))
      (global (export "r") (mut anyref) (ref.null any)) (table (export "x") 4 externref)
      (func (export "new") (param i32) (result anyref) local.get 0 global.get 0 struct.new $s)
      (func (export "keep") (param anyref) local.get 0 global.set 0)
      (func (export "bytes") (param i32) (result anyref) local.get 0 array.new_default $a)
      (func (export "get") (param externref) (result externref) local.get 0)
      (func (export "func") (result funcref) ref.func 0)))",
    R"((module (memory (export "s") 1 2 shared) (func (export "add") (result i32)
      i32.const 8 i32.const 1 i32.atomic.rmw.add)))",
    R"((module (func (export "bad") (result i32))))",
    R"((module (import "a" "none" (func))))"};

weft_limits_t small_limits() { return {1 << 22, 1000, 50, 50, 50}; }

}  // namespace

void ApiSession::finalize(void* counter) { ++*static_cast<uint64_t*>(counter); }

void* ApiSession::counted() {
  ++handed_over_;
  return &finalized_;
}

bool ApiSession::ok(weft_error_t* error) {
  if (error == nullptr) return true;
  if (weft_error_message(error).size == 0) std::abort();
  (void)weft_error_code(error);
  weft_error_delete(error);
  return false;
}

void ApiSession::look_at(weft_trap_t* trap) {
  if (trap == nullptr) return;
  if (weft_trap_message(trap).size == 0) std::abort();
  for (size_t i = 0; i < weft_trap_frame_count(trap); ++i) (void)weft_trap_frame(trap, i);
  const uint8_t* dump = nullptr;
  (void)weft_trap_core_dump(trap, &dump);
  int32_t status = 0;
  if (weft_trap_exit_status(trap, &status) && weft_trap_code(trap) != 0) std::abort();
  if (weft_error_t* refused = weft_trap_refused(trap)) ok(refused);
  if (const weft_error_t* host = weft_trap_host_error(trap)) (void)weft_error_message(host);
  if (weft_trap_frame_count(trap) != 0 && weft_trap_source_count(trap, 0) != 0) std::abort();
  weft_bytes_t text = weft_trap_backtrace(trap);
  weft_bytes_delete(&text);
  weft_trap_delete(trap);
}

ApiSession::Store* ApiSession::any_store() {
  Store& s = stores_[c_.below(2)];
  return s.store == nullptr ? nullptr : &s;
}

weft_engine_t* ApiSession::new_engine(Choices& c) {
  weft_config_t* config = weft_config_new();
  const unsigned bits = c.byte();
  ok(weft_config_set(config, "fuel", bits & 1));
  ok(weft_config_set(config, "epochs", (bits >> 1) & 1));
  ok(weft_config_set(config, "guard_pages", (bits >> 2) & 1));
  ok(weft_config_set(config, "translation", c.below(3)));
  ok(weft_config_set(config, "gc_zeal", c.below(4)));
  ok(weft_config_set(config, "parallelism", 1));
  ok(weft_config_set(config, "interp_stack_max",
                     1 << 20));  // backtraces of deep recursion take time
  if ((bits & 96) == 96) {
    weft_pool_config_t pool;
    weft_pool_config_init(&pool);
    pool.instances = 1 + c.below(6), pool.memories = c.below(6), pool.tables = c.below(6);
    pool.memory_bytes = uint64_t{1} << (16 + c.below(5));
    pool.guards = c.chance(50);
    if ((bits & 128) != 0) pool.stacks = 1 + c.below(6), pool.gc_heaps = 1 + c.below(3);
    ok(weft_config_pool(config, &pool));
  }
  if ((bits & 8) != 0) ok(weft_config_set(config, "no such option", 1));
  if ((bits & 16) != 0) ok(weft_config_feature(config, "simd", false));
  if ((bits & 128) != 0) {
    ok(weft_config_set(config, "core_dumps", 1));
    ok(weft_config_set(config, "memory_check", 1));
  }
  weft_engine_t* engine = nullptr;
  return ok(weft_engine_new(config, &engine)) ? engine : nullptr;
}

void ApiSession::release_engine(unsigned which) {
  weft_engine_t* const engine = std::exchange(engines_[which], nullptr);
  if (!std::exchange(borrowed_[which], false)) weft_engine_delete(engine);
}

void ApiSession::make_engine() {
  const unsigned which = c_.below(2);
  release_engine(which);
  borrowed_[which] = commons_ != nullptr && c_.chance(80);
  engines_[which] = borrowed_[which] ? commons_->engines[c_.below(2)] : new_engine(c_);
}

ApiCommons::ApiCommons(Choices& choices) {
  for (weft_engine_t*& e : engines) e = ApiSession::new_engine(choices);
}

ApiCommons::~ApiCommons() {
  for (weft_engine_t* e : engines) weft_engine_delete(e);
  for (weft_module_t* m : modules) weft_module_delete(m);
  for (weft_interrupt_handle_t* h : handles) weft_interrupt_handle_delete(h);
}

void ApiSession::delete_store(Store& s) {
  weft_profile_delete(std::exchange(s.profile, nullptr));
  weft_store_delete(s.store);
  s = {};
}

void ApiSession::make_store() {
  weft_engine_t* engine = engines_[c_.below(2)];
  Store& s = stores_[c_.below(2)];
  if (engine == nullptr || s.busy != 0) return;
  if (s.store != nullptr) delete_store(s);
  if (!ok(weft_store_new(engine, counted(), finalize, &s.store))) std::abort();
  const weft_limits_t limits = small_limits();
  weft_store_limits(s.store, &limits);
  // Without fuel or a deadline the guest's loop does not end: one of them, or no loop.
  ok(weft_store_set_fuel(s.store, 2000));
  ok(weft_store_set_epoch_deadline(s.store, 2));
  weft_store_limit_heap(s.store, 1 << 20);
}

void ApiSession::make_module() {
  weft_engine_t* engine = engines_[c_.below(2)];
  if (engine == nullptr || modules_.size() > 12) return;
  std::vector<uint8_t> bytes;
  const unsigned kind = c_.below(10);
  if (kind < std::size(kTexts)) {
    bytes.assign(kTexts[kind].begin(), kTexts[kind].end());
  } else if (kind == 6) {
    bytes = library();
  } else {
    std::vector<uint8_t> input(c_.below(120));
    for (uint8_t& b : input) b = c_.byte();
    bytes = generate(input);
    if (kind == 9 && !bytes.empty()) bytes[c_.bits(2) % bytes.size()] = c_.byte();
  }
  weft_module_t* module = nullptr;
  const bool made = ok(weft_module_new(engine, bytes.data(), bytes.size(), &module));
  if (made) modules_.push_back(module);
  // The other way round is right: an engine may leave the validation of functions for later.
  if (ok(weft_module_validate(engine, bytes.data(), bytes.size())) && !made) std::abort();
  if (made && c_.chance(20)) modules_.push_back(weft_module_clone(module));
}

void ApiSession::make_linker() {
  weft_engine_t* engine = engines_[c_.below(2)];
  weft_linker_t*& linker = linkers_[c_.below(2)];
  if (engine == nullptr) return;
  weft_linker_delete(linker);
  linker = weft_linker_new(engine);
}

void ApiSession::drop_something() {
  const unsigned which = c_.below(2);
  switch (c_.below(5)) {
    case 0:
      if (!modules_.empty()) {
        const size_t i = c_.below(static_cast<unsigned>(modules_.size()));
        weft_module_delete(modules_[i]);
        modules_.erase(modules_.begin() + static_cast<std::ptrdiff_t>(i));
      }
      return;
    case 1: weft_linker_delete(std::exchange(linkers_[which], nullptr)); return;
    case 2: return release_engine(which);
    case 3:
      if (stores_[which].busy != 0 || stores_[which].store == nullptr) return;
      return delete_store(stores_[which]);
    default:
      if (!shared_.empty()) {
        weft_shared_memory_delete(shared_.back());
        shared_.pop_back();
      }
  }
}

weft_error_t* ApiSession::host_function(void* env, weft_caller_t* caller, weft_raw_t* cells,
                                        size_t capacity) {
  auto& self = *static_cast<ApiSession*>(env);
  for (size_t i = 0; i < capacity; ++i) cells[i].bits = 0;
  Store* mine = nullptr;
  for (Store& s : self.stores_) {
    if (s.store == weft_caller_store(caller)) mine = &s;
  }
  if (mine == nullptr) std::abort();
  uint8_t* base = nullptr;
  uint64_t bytes = 0;
  if (weft_caller_memory(caller, "m", 1, &base, &bytes) && bytes != 0)
    base[bytes - 1] = static_cast<uint8_t>(base[0] + 1);
  if (self.depth_ >= 2) return nullptr;
  ++self.depth_, ++mine->busy;
  const size_t outer = std::exchange(mine->kept_scopes, mine->scopes.size());
  for (unsigned i = self.c_.below(3); i > 0; --i) self.step();
  while (mine->scopes.size() > mine->kept_scopes) {
    weft_scope_close(mine->store, mine->scopes.back());
    mine->scopes.pop_back();
  }
  mine->kept_scopes = outer;
  --self.depth_, --mine->busy;
  if (self.c_.chance(10)) return weft_error_new("refused", 7);
  if (self.c_.chance(15)) return weft_error_pending();
  if (weft_ref_t* r = self.pick(self.refs_); r != nullptr && self.c_.chance(15))
    return weft_error_throw(mine->store, *r);
  if (self.c_.chance(5)) {
    weft_error_t* error = weft_error_new("final", 5);
    weft_error_set_final(error);
    return error;
  }
  if (self.c_.chance(5)) return weft_error_exit(3);
  return nullptr;
}

void ApiSession::keep(const weft_extern_t& item) {
  externs_.push_back(item);
  switch (item.kind) {
    case WEFT_EXTERN_FUNC: return funcs_.push_back(item.of.func);
    case WEFT_EXTERN_TABLE: return tables_.push_back(item.of.table);
    case WEFT_EXTERN_MEMORY: return memories_.push_back(item.of.memory);
    case WEFT_EXTERN_GLOBAL: return globals_.push_back(item.of.global);
    case WEFT_EXTERN_TAG: return tags_.push_back(item.of.tag);
    default: return;
  }
}

void ApiSession::keep(const weft_val_t& value) {
  switch (value.kind) {
    case WEFT_FUNCREF:
      if (value.of.funcref.store != 0) funcs_.push_back(value.of.funcref);
      return;
    case WEFT_EXTERNREF:
    case WEFT_ANYREF:
    case WEFT_EXNREF: refs_.push_back(value.of.ref); return;
    default: return;
  }
}

void ApiSession::step() {
  ++steps_;
  const unsigned which = c_.below(scope_ == ApiScope::wide ? 46 : 36);
  if (which >= 36) return later_step(which);
  switch (which) {
    case 0: return make_engine();
    case 1: return make_store();
    case 2:
    case 3: return make_module();
    case 4: return make_linker();
    case 5: return drop_something();
    case 6: return store_call();
    case 7:
    case 8: return instantiate();
    case 9: return link();
    case 10:
    case 11:
    case 12:
    case 13: return call();
    case 14: return call_unchecked();
    case 15: return typed_call();
    case 16: return make_item();
    case 17: return use_memory();
    case 18: return use_table();
    case 19: return use_global();
    case 20: return use_reference();
    case 21: return use_scope();
    case 22: return use_shared_memory();
    case 23:
    case 24:
    case 25: return use_invocation();
    case 26:
    case 27: return use_objects();
    case 28: return use_exceptions();
    case 29: return use_roots();
    case 30: return free_instance();
    case 31: return limits_and_hooks();
    case 32: return serialize();
    case 33: return prepare_instance();
    case 34: return interrupt();
    default: return read_module();
  }
}

void ApiSession::later_step(unsigned which) {
  switch (which) {
    case 36: return use_types();
    case 37: return use_text();
    case 38: return use_wasi();
    case 39: return use_raw_values();
    case 40: return use_profile();
    case 41: return use_deadline();
    case 42: return use_data();
    case 43: return use_frames();
    default: return exchange();
  }
}

void ApiSession::run() {
  for (unsigned i = 0; i < 2; ++i) {
    make_engine();
    make_store();
    make_linker();
    make_module();
  }
  while (!c_.empty() && steps_ < 300) step();
}

ApiSession::~ApiSession() {
  // In any order.
  std::vector<unsigned> order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  c_.shuffle(order);
  for (const unsigned what : order) {
    switch (what) {
      case 0:
      case 1: release_engine(what); break;
      case 2:
      case 3:
        if (stores_[what - 2].store != nullptr) delete_store(stores_[what - 2]);
        break;
      case 4:
      case 5: weft_linker_delete(std::exchange(linkers_[what - 4], nullptr)); break;
      case 6:
        for (weft_module_t* m : modules_) weft_module_delete(m);
        break;
      case 7:
        for (weft_shared_memory_t* m : shared_) weft_shared_memory_delete(m);
        break;
      case 8:
        for (const Invocation& i : invocations_) weft_invocation_delete(i.invocation);
        break;
      default:
        for (weft_interrupt_handle_t* h : handles_) weft_interrupt_handle_delete(h);
        weft_instance_pre_delete(pre_);
    }
  }
  if (finalized_ != handed_over_) {
    std::fprintf(stderr, "api: %llu finalizers of %llu ran\n",
                 static_cast<unsigned long long>(finalized_),
                 static_cast<unsigned long long>(handed_over_));
    std::abort();
  }
}

}  // namespace weft::fuzz
