// wasm.h: functions: callbacks and calls.
#include <array>

#include "api/wasm_families.hpp"
#include "base/scope_exit.hpp"

using namespace weft;

namespace weft::api {

namespace {

/// Room for the values of a call; most calls need no allocation.
template <class T>
class Room {
 public:
  explicit Room(size_t size) : size_(size) {
    if (size > few_.size()) many_.resize(size);
  }
  T* data() { return many_.empty() ? few_.data() : many_.data(); }
  std::span<T> span() { return {data(), size_}; }

 private:
  size_t size_;
  std::array<T, 8> few_{};
  std::vector<T> many_;
};

/// The embedder's callback, of either form.
struct WasmCallback {
  std::weak_ptr<WasmStore> state;  ///< The store owns this.
  wasm::TypeId type;
  wasm_func_callback_t plain = nullptr;
  wasm_func_callback_with_env_t with_env = nullptr;
  void* env = nullptr;
  void (*finalizer)(void*) = nullptr;

  WasmCallback() = default;
  ~WasmCallback() {
    if (finalizer != nullptr) finalizer(env);
  }
  WasmCallback(const WasmCallback&) = delete;
  WasmCallback& operator=(const WasmCallback&) = delete;

  wasm_trap_t* call(const wasm_val_vec_t* args, wasm_val_vec_t* results) const {
    return plain != nullptr ? plain(args, results) : with_env(env, args, results);
  }
  static runtime::TrapCode run(void* self, runtime::Caller& caller, runtime::Cell* cells);
};

/// Values of a callback that this side owns.
class Vals {
 public:
  explicit Vals(size_t size) : room_(size), vec_{size, room_.data()} {}
  ~Vals() {
    for (wasm_val_t& v : room_.span()) wasm_val_delete(&v);
  }
  Vals(const Vals&) = delete;
  Vals& operator=(const Vals&) = delete;
  wasm_val_vec_t* vec() { return &vec_; }
  wasm_val_t& operator[](size_t i) { return vec_.data[i]; }

 private:
  Room<wasm_val_t> room_;
  wasm_val_vec_t vec_;
};

runtime::TrapCode WasmCallback::run(void* self, runtime::Caller& caller, runtime::Cell* cells) {
  const auto& callback = *static_cast<const WasmCallback*>(self);
  const WasmStorePtr state = callback.state.lock();
  if (state == nullptr || !state->alive()) return caller.fail(std::string(kStoreGone));
  const WasmCall under_way(state);
  const runtime::CanonicalType& type = state->types()[callback.type];
  Vals args(type.params.size());
  for (size_t i = 0; i < type.params.size(); ++i)
    args[i] = to_val(state, cells + i, type.params[i]);
  Vals results(type.results.size());
  for (size_t i = 0; i < type.results.size(); ++i)
    results[i].kind = kind_of(state->types(), type.results[i]);
  if (wasm_trap_t* const trap = callback.call(args.vec(), results.vec()))
    return end_call(caller, trap);
  for (size_t i = 0; i < type.results.size(); ++i) {
    auto value = to_value(*state, results[i], type.results[i]);
    if (!value) {
      engine::Trap trap;
      trap.kind = engine::Trap::Kind::error;
      trap.error_code = value.error().code;
      trap.message = "result of a host function: " + value.error().message;
      return engine::pass_on(caller, std::move(trap));
    }
    cells[i] = value->cell[0];
  }
  return runtime::TrapCode::none;
}

/// Types of values, if each fits a cell.
Result<std::vector<wasm::ValType>> types_of(const wasm_valtype_vec_t& list) {
  std::vector<wasm::ValType> out;
  for (size_t i = 0; i < list.size; ++i) {
    const auto type = list.data[i] == nullptr ? std::nullopt : val_type(list.data[i]->kind);
    if (!type || type->cells() != 1)
      return fail(ErrorCode::unsupported, "unsupported: a value that wasm_val_t cannot hold");
    out.push_back(*type);
  }
  return out;
}

wasm_func_t* new_func(const WasmStorePtr& state, const wasm_functype_t* type,
                      std::unique_ptr<WasmCallback> callback) {
  const auto make = [&]() -> Result<engine::Func> {
    WEFT_ASSIGN(const std::vector<wasm::ValType> params, types_of(type->params));
    WEFT_ASSIGN(const std::vector<wasm::ValType> results, types_of(type->results));
    return engine::new_func(state->store(), params, results, &WasmCallback::run, callback.get(),
                            [](void* p) { delete static_cast<WasmCallback*>(p); });
  };
  auto made = make();
  if (!made) return refuse(*state, std::move(made.error().message));
  callback->state = state;
  callback->type = made->object->type;
  callback.release();
  return make_item<wasm_func_t>(RefKind::func, made->object, state);
}

wasm_trap_t* refuse_call(const WasmStorePtr& state, std::string message) {
  return to_wasm(state, Error(ErrorCode::bad_argument, std::move(message)));
}

const runtime::CanonicalType* type_of(const wasm_func_t* f) {
  const auto* const ref = item_of<runtime::VMFuncRef>(f);
  return ref == nullptr ? nullptr : &f->store->types()[ref->type];
}

wasm_trap_t* call(const WasmStorePtr& state, const wasm_func_t* f, std::span<const wasm_val_t> args,
                  std::span<wasm_val_t> results) {
  auto* const ref = item_of<runtime::VMFuncRef>(f);
  if (ref == nullptr) return refuse_call(state, std::string(why_gone(f)));
  const runtime::CanonicalType& type = state->types()[ref->type];
  if (args.size() != type.params.size()) {
    return refuse_call(state, "bad argument: expected " + std::to_string(type.params.size()) +
                                  " arguments, got " + std::to_string(args.size()));
  }
  const WasmCall under_way(state);
  const runtime::RootScope scope(state->store().heap());  // what is handed out has names that root
  Room<runtime::Cell> cells(std::max<size_t>(type.call_cells(), 1));
  for (size_t i = 0; i < args.size(); ++i) {
    auto value = to_value(*state, args[i], type.params[i]);  // of one cell, or refused
    if (!value) return to_wasm(state, value.error());
    cells.data()[i] = value->cell[0];
  }
  auto outcome = engine::call_unchecked(state->store(), ref, cells.data(), cells.span().size());
  if (!outcome) return to_wasm(state, std::move(*outcome.take()));
  const runtime::Cell* cell = cells.data();
  const size_t count = std::min(results.size(), type.results.size());
  size_t made = 0;  // a name may find no memory: then there are no results
  const ScopeExit take_back([&] {
    for (wasm_val_t& v : results.first(made)) wasm_val_delete(&v), v = WASM_INIT_VAL;
  });
  for (; made < count; ++made) {
    results[made] = to_val(state, cell, type.results[made]);
    cell += type.results[made].cells();
  }
  made = 0;
  return nullptr;
}

}  // namespace

}  // namespace weft::api

extern "C" {

wasm_func_t* wasm_func_new(wasm_store_t* store, const wasm_functype_t* type,
                           wasm_func_callback_t call) try {
  auto callback = std::make_unique<api::WasmCallback>();
  callback->plain = call;
  return api::new_func(store->state, type, std::move(callback));
}
WEFT_OR_NULL

wasm_func_t* wasm_func_new_with_env(wasm_store_t* store, const wasm_functype_t* type,
                                    wasm_func_callback_with_env_t call, void* env,
                                    void (*finalizer)(void*)) try {
  api::Owned owned(env, finalizer);
  auto callback = std::make_unique<api::WasmCallback>();
  callback->with_env = call;
  callback->env = env;
  callback->finalizer = finalizer;
  owned.release();
  return api::new_func(store->state, type, std::move(callback));
}
WEFT_OR_NULL

wasm_functype_t* wasm_func_type(const wasm_func_t* f) try {
  const auto* const ref = api::item_of<runtime::VMFuncRef>(f);
  return ref == nullptr ? nullptr : api::new_functype(f->store->types(), ref->type);
}
WEFT_OR_NULL

size_t wasm_func_param_arity(const wasm_func_t* f) {
  const runtime::CanonicalType* const type = api::type_of(f);
  return type == nullptr ? 0 : type->params.size();
}

size_t wasm_func_result_arity(const wasm_func_t* f) {
  const runtime::CanonicalType* const type = api::type_of(f);
  return type == nullptr ? 0 : type->results.size();
}

wasm_trap_t* wasm_func_call(const wasm_func_t* f, const wasm_val_vec_t* args,
                            wasm_val_vec_t* results) {
  const api::WasmStorePtr state = f->store;  // the callee may delete `f`
  const auto in =
      args == nullptr ? std::span<const wasm_val_t>() : std::span(args->data, args->size);
  const auto out =
      results == nullptr ? std::span<wasm_val_t>() : std::span(results->data, results->size);
  try {
    return api::call(state, f, in, out);
  } catch (...) {
    api::expect_out_of_memory();
    return api::wasm_out_of_memory_trap();
  }
}

}  // extern "C"
