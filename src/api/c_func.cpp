// weft.h: functions, calls, callers.
#include <array>

#include "api/objects.hpp"
#include "api/types.hpp"
#include "runtime/out_of_memory.hpp"
#include "runtime/trap_exit.hpp"

using namespace weft;

namespace weft::api {

runtime::TrapCode Callback::run(void* env, runtime::Caller& caller, runtime::Cell* cells) {
  const auto& self = *static_cast<const Callback*>(env);
  // SAFETY: weft_raw_t and Cell are the same 8 bytes; weft_caller_t is runtime::Caller by another
  // name.
  weft_error_t* error = self.call(self.env, reinterpret_cast<weft_caller_t*>(&caller),
                                  reinterpret_cast<weft_raw_t*>(cells), self.capacity);
  if (error == nullptr) [[likely]]
    return runtime::TrapCode::none;
  return end_guest(caller, error);
}

runtime::TrapCode end_guest(runtime::Caller& caller, weft_error_t* error) {
  if (error->kind == weft_error::Kind::pending) return caller.fail(error->error.message);
  if (error->is_shared) return runtime::fail_out_of_memory(caller.store());
  std::shared_ptr<weft_error> owned(error);
  if (owned->kind == weft_error::Kind::exit)
    return caller.exit(static_cast<uint32_t>(owned->exit_status));
  if (owned->kind == weft_error::Kind::trap)
    return engine::pass_on(caller, std::move(*owned->trap));
  if (owned->kind == weft_error::Kind::wasm_exception) {
    runtime::Store& store = caller.store();
    const weft_ref_t ref = owned->exception;
    if (ref.store == store.id() && store.heap().has_type(ref.handle, wasm::AbstractHeap::exn)) {
      store.pending() = {};
      store.heap().in_flight = ref.handle;
      return runtime::TrapCode::unhandled_exception;
    }
    return caller.fail("a host function threw a reference that is not to an exception");
  }
  const runtime::TrapCode code = caller.fail(owned->error.message, owned);
  caller.store().pending().host.final = owned->final;
  return code;
}

}  // namespace weft::api

namespace {

runtime::Caller& from_c(weft_caller_t* caller) {
  return *reinterpret_cast<runtime::Caller*>(caller);
}

[[gnu::cold, gnu::noinline]] weft_trap_t* failed(runtime::Store& store, runtime::TrapCode code) {
  return api::to_trap(engine::take_trap(store, code));
}

weft_trap_t* call_raw(weft_store_t* s, runtime::VMFuncRef* func, weft_raw_t* cells,
                      size_t capacity) {
  runtime::Store& store = *s->store;
  const runtime::TrapCode code = runtime::enter_guest(
      store, func, store.default_caller(), reinterpret_cast<runtime::Cell*>(cells), capacity);
  if (code == runtime::TrapCode::none) [[likely]]
    return nullptr;
  return failed(store, code);
}

/// Why a handle names no function of this store.
[[gnu::cold, gnu::noinline]] weft_trap_t* no_function(const weft_store_t* s, uint64_t store) {
  engine::Trap trap;
  trap.kind = engine::Trap::Kind::error;
  if (store == s->store->id()) {
    Error error = api::freed_handle().error();
    trap.error_code = error.code;
    trap.message = std::move(error.message);
  } else {
    trap.error_code = ErrorCode::wrong_store;
    trap.message = "function of another store";
  }
  return api::to_trap(std::move(trap));
}

/// Null: no_function() tells why.
runtime::VMFuncRef* find_func(const weft_store_t* s, uint64_t store, uint64_t handle) {
  if (store != s->store->id()) [[unlikely]]
    return nullptr;
  return s->store->find_func(handle);
}

}  // namespace

extern "C" {

weft_error_t* weft_func_new(weft_store_t* s, const weft_functype_t* type, weft_callback_t callback,
                            void* env, void (*finalizer)(void*), weft_func_t* out) try {
  api::Owned given(env, finalizer);
  WEFT_REFUSE_NULL(type);
  WEFT_ASSIGN_C(const api::Signature signature, api::from_c(s->store->engine().types(), *type));
  auto owned = std::make_unique<api::Callback>(callback, env, finalizer, api::cells_needed(*type));
  given.release();
  WEFT_ASSIGN_C(
      const engine::Func func,
      engine::new_func(*s->store, signature.params, signature.results, &api::Callback::run,
                       owned.get(), [](void* p) { delete static_cast<api::Callback*>(p); }));
  owned.release();
  *out = api::to_handle<weft_func_t>(*s->store, func);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_func_type(const weft_store_t* s, weft_func_t f, weft_functype_t** out) try {
  WEFT_ASSIGN_C(const engine::Func func, api::from_handle<runtime::VMFuncRef>(*s->store, f));
  if (!func.belongs_to(*s->store))
    return api::to_c(Error(ErrorCode::wrong_store, "function of another store"));
  *out = api::to_functype(s->store->engine().types(), engine::func_type(*s->store, func));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_func_call(weft_store_t* s, weft_func_t f, const weft_val_t* args,
                             size_t arg_count, weft_val_t* results, size_t result_count,
                             weft_trap_t** trap) try {
  *trap = nullptr;
  WEFT_ASSIGN_C(const engine::Func func, api::from_handle<runtime::VMFuncRef>(*s->store, f));
  std::array<engine::Value, 16> few;  // most calls need no allocation
  std::vector<engine::Value> many;
  std::span<engine::Value> values(few);
  if (arg_count + result_count > few.size()) {
    many.resize(arg_count + result_count);
    values = many;
  }
  for (size_t i = 0; i < arg_count; ++i) {
    WEFT_ASSIGN_C(values[i], api::from_c(*s->store, args[i]));
  }
  const auto in = values.first(arg_count);
  const auto out = values.subspan(arg_count, result_count);
  auto result = engine::call(*s->store, func, in, out);
  if (!result.ok()) return api::split(std::move(*result.take()), trap);
  for (size_t i = 0; i < result_count; ++i) results[i] = api::to_c(*s->store, out[i]);
  return nullptr;
}
WEFT_OR_ERROR

weft_trap_t* weft_func_call_unchecked(weft_store_t* s, weft_func_t f, weft_raw_t* cells,
                                      size_t capacity) try {
  runtime::VMFuncRef* const func = find_func(s, f.store, f.index);
  if (func == nullptr) [[unlikely]]
    return no_function(s, f.store);
  return call_raw(s, func, cells, capacity);
}
WEFT_OR_TRAP

weft_error_t* weft_func_typed(const weft_store_t* s, weft_func_t f, const weft_valkind_t* params,
                              size_t param_count, const weft_valkind_t* results,
                              size_t result_count, weft_typed_func_t* out) try {
  WEFT_ASSIGN_C(const engine::Func func, api::from_handle<runtime::VMFuncRef>(*s->store, f));
  WEFT_TRY_C(engine::check_signature(*s->store, func, api::to_val_types(params, param_count),
                                     api::to_val_types(results, result_count)));
  *out = {f.store, f.index};
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_func_typed_exact(const weft_store_t* s, weft_func_t f,
                                    const weft_valtype_t* params, size_t param_count,
                                    const weft_valtype_t* results, size_t result_count,
                                    weft_typed_func_t* out) try {
  const runtime::TypeRegistry& types = s->store->engine().types();
  WEFT_ASSIGN_C(const engine::Func func, api::from_handle<runtime::VMFuncRef>(*s->store, f));
  WEFT_ASSIGN_C(const auto wanted_params, api::from_c(types, params, param_count));
  WEFT_ASSIGN_C(const auto wanted_results, api::from_c(types, results, result_count));
  WEFT_TRY_C(engine::check_signature(*s->store, func, wanted_params, wanted_results));
  *out = {f.store, f.index};
  return nullptr;
}
WEFT_OR_ERROR

weft_trap_t* weft_typed_call(weft_store_t* s, weft_typed_func_t f, weft_raw_t* cells,
                             size_t capacity) try {
  runtime::VMFuncRef* const func = find_func(s, f.store, f.func);
  if (func == nullptr) [[unlikely]]
    return no_function(s, f.store);
  return call_raw(s, func, cells, capacity);
}
WEFT_OR_TRAP

weft_store_t* weft_caller_store(weft_caller_t* caller) {
  return &weft_store::of(from_c(caller).store());
}

bool weft_caller_instance(weft_caller_t* caller, weft_instance_t* out) {
  const runtime::Caller& c = from_c(caller);
  if (c.instance() == nullptr) return false;
  *out = {c.store().id(), c.store().handle_of(*c.instance())};
  return true;
}

bool weft_caller_export(weft_caller_t* caller, const char* name, size_t size,
                        weft_extern_t* out) try {
  runtime::Caller& c = from_c(caller);
  engine::Extern e;
  if (!c.find_export(api::view(name, size), e.item)) return false;
  e.store_id = c.store().id();
  *out = api::to_c(c.store(), e);
  return true;
}
WEFT_OR_RETURN(false)

bool weft_caller_memory(weft_caller_t* caller, const char* name, size_t size, uint8_t** base,
                        uint64_t* bytes) {
  runtime::Memory* memory = from_c(caller).memory(api::view(name, size));
  if (memory == nullptr) return false;
  *base = reinterpret_cast<uint8_t*>(memory->base);
  *bytes = length_of(*memory);
  return true;
}

}  // extern "C"
