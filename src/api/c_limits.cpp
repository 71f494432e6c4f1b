// weft.h: limits, the resource limiter, call hooks.
#include "api/objects.hpp"

using namespace weft;

namespace weft::api {

/// The embedder's callbacks as the runtime wants them.
class Limiter final : public runtime::ResourceLimiter {
 public:
  Limiter(const weft_limiter_t& c, void* env) : c_(c), env_(env) {}
  ~Limiter() override {
    if (c_.finalizer != nullptr) c_.finalizer(env_);
  }
  Limiter(const Limiter&) = delete;
  Limiter& operator=(const Limiter&) = delete;

  runtime::GrowthAnswer memory_growing(uint64_t current, uint64_t desired,
                                       std::optional<uint64_t> maximum) override {
    return c_.memory_growing == nullptr
               ? runtime::GrowthAnswer::allow
               : answer(c_.memory_growing(env_, current, desired, maximum.value_or(UINT64_MAX)));
  }
  runtime::GrowthAnswer table_growing(uint64_t current, uint64_t desired,
                                      std::optional<uint64_t> maximum) override {
    return c_.table_growing == nullptr
               ? runtime::GrowthAnswer::allow
               : answer(c_.table_growing(env_, current, desired, maximum.value_or(UINT64_MAX)));
  }
  runtime::GrowthAnswer heap_growing(uint64_t current, uint64_t desired) override {
    return c_.heap_growing == nullptr ? runtime::GrowthAnswer::allow
                                      : answer(c_.heap_growing(env_, current, desired));
  }
  runtime::GrowthAnswer instance_creating(uint64_t current, uint64_t desired) override {
    return c_.instance_creating == nullptr ? runtime::GrowthAnswer::allow
                                           : answer(c_.instance_creating(env_, current, desired));
  }
  void growth_failed(std::string_view reason) override {
    if (c_.growth_failed != nullptr) c_.growth_failed(env_, borrow(reason));
  }

 private:
  static runtime::GrowthAnswer answer(weft_growth_t g) {
    switch (g) {
      case WEFT_GROWTH_ALLOW: return runtime::GrowthAnswer::allow;
      case WEFT_GROWTH_TRAP: return runtime::GrowthAnswer::trap;
      default: return runtime::GrowthAnswer::refuse;
    }
  }
  weft_limiter_t c_;
  void* env_;
};

/// A call hook of the embedder.
struct Hook {
  weft_callhook_fn call;
  void* env;
  void (*finalizer)(void*);
  Hook(weft_callhook_fn c, void* e, void (*f)(void*)) : call(c), env(e), finalizer(f) {}
  ~Hook() {
    if (finalizer != nullptr) finalizer(env);
  }
  Hook(const Hook&) = delete;
  Hook& operator=(const Hook&) = delete;
};

static_assert(WEFT_CALLING_WASM == static_cast<int>(runtime::CallHook::calling_wasm));
static_assert(WEFT_RETURNING_FROM_HOST == static_cast<int>(runtime::CallHook::returning_from_host));

}  // namespace weft::api

extern "C" {

void weft_store_limit_heap(weft_store_t* s, uint64_t bytes) { s->store->limits.heap_bytes = bytes; }

void weft_store_trap_on_refused_growth(weft_store_t* s, bool on) {
  s->store->limits.trap_on_growth_failure = on;
}

weft_error_t* weft_store_set_limiter(weft_store_t* s, const weft_limiter_t* c, void* env) try {
  std::unique_ptr<runtime::ResourceLimiter> next;
  if (c != nullptr) next = std::make_unique<api::Limiter>(*c, env);
  s->store->limiter = next.get();
  s->limiter = std::move(next);  // the old one's finalizer runs now
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_store_set_call_hook(weft_store_t* s, weft_callhook_fn hook, void* env,
                                       void (*finalizer)(void*)) try {
  if (s->store->in_hook()) {
    return api::to_c(
        Error(ErrorCode::bad_argument, "bad argument: a hook cannot be replaced while it runs"));
  }
  if (hook == nullptr) {
    s->store->set_call_hook({});
    return nullptr;
  }
  auto owned = std::make_shared<api::Hook>(hook, env, nullptr);
  s->store->set_call_hook([owned](runtime::Store& store, runtime::CallHook at) {
    weft_error_t* error =
        owned->call(owned->env, &weft_store::of(store), static_cast<weft_callhook_t>(at));
    if (error == nullptr) return runtime::TrapCode::none;
    runtime::Caller caller(store, nullptr);
    return api::end_guest(caller, error);
  });
  owned->finalizer = finalizer;  // from here on nothing can fail
  return nullptr;
}
WEFT_OR_ERROR

}  // extern "C"
