// weft.h: invocations, interruption, what happens at an epoch deadline.
#include <array>
#include <optional>

#include "api/frame_state.hpp"
#include "api/objects.hpp"
#include "engine/invocation.hpp"
#include "platform/clock.hpp"
#include "weft/c/invocation.h"

using namespace weft;

struct weft_invocation {
  weft_invocation(uint64_t id, engine::Invocation i) : store(id), invocation(std::move(i)) {}
  uint64_t store;
  engine::Invocation invocation;
  std::optional<runtime::Backtrace> frames;  ///< Asked for since it was suspended.
  std::vector<std::string> frame_names;      ///< Function and module name of each.
  std::vector<weft_val_t> results;
};

struct weft_interrupt_handle {
  std::shared_ptr<runtime::InterruptState> state;
};

namespace {

/// An error that exists before it is needed (Callback::run looks for its kind).
weft_error* pending_error() {
  static weft_error* const error = [] {
    auto* e = new weft_error(Error(ErrorCode::host, "pending"));
    e->kind = weft_error::Kind::pending;
    e->is_shared = true;
    return e;
  }();
  return error;
}

weft_error_t* wrong_store() {
  return api::to_c(Error(ErrorCode::wrong_store, "wrong store: invocation of another store"));
}

weft_error_t* needs_epochs() {
  return api::to_c(
      Error(ErrorCode::bad_config, "bad configuration: interruption needs an engine with epochs"));
}

using Run = engine::CallResult (engine::Invocation::*)(std::span<const engine::Value>);

weft_error_t* run_checked(weft_store_t* s, weft_invocation_t* i, const weft_val_t* vals,
                          size_t count, weft_trap_t** trap, Run run) {
  *trap = nullptr;
  if (i->store != s->store->id()) return wrong_store();
  std::array<engine::Value, 16> few;  // most need no allocation
  std::vector<engine::Value> many;
  std::span<engine::Value> values(few);
  if (count > few.size()) {
    many.resize(count);
    values = many;
  }
  for (size_t k = 0; k < count; ++k) {
    WEFT_ASSIGN_C(values[k], api::from_c(*s->store, vals[k]));
  }
  i->frames.reset();  // if it is refused they are found once more
  auto outcome = (i->invocation.*run)(values.first(count));
  if (!outcome.ok()) return api::split(std::move(*outcome.take()), trap);
  if (i->invocation.state() == engine::Invocation::State::finished) {
    i->results.clear();
    for (const engine::Value& v : i->invocation.results())
      i->results.push_back(api::to_c(*s->store, v));
  }
  return nullptr;
}

using RunUnchecked = engine::CallResult (engine::Invocation::*)(runtime::Cell*, size_t);

weft_trap_t* run_unchecked(weft_store_t* s, weft_invocation_t* i, weft_raw_t* cells,
                           size_t capacity, RunUnchecked run) {
  if (i->store != s->store->id()) [[unlikely]] {
    engine::Trap trap;
    trap.kind = engine::Trap::Kind::error;
    trap.error_code = ErrorCode::wrong_store;
    trap.message = "wrong store: invocation of another store";
    return api::to_trap(std::move(trap));
  }
  if (i->frames) [[unlikely]]
    i->frames.reset();
  // SAFETY: weft_raw_t and Cell are the same 8 bytes.
  auto outcome = (i->invocation.*run)(reinterpret_cast<runtime::Cell*>(cells), capacity);
  if (!outcome.ok()) return api::to_trap(std::move(*outcome.take()));
  return nullptr;
}

const runtime::Backtrace& frames_of(weft_invocation_t& i) {
  if (!i.frames) {
    runtime::Backtrace frames = i.invocation.frames();
    i.frame_names.clear();
    for (const runtime::BacktraceFrame& f : frames.frames) {
      i.frame_names.push_back(f.module->func_name(f.func));
      i.frame_names.push_back(f.module->display_name());
    }
    i.frames = std::move(frames);  // when each has its names
  }
  return *i.frames;
}

runtime::EpochAnswer answer_for(weft_epoch_action_t action, uint64_t ticks) {
  return {action != WEFT_EPOCH_CONTINUE, ticks, action == WEFT_EPOCH_SUSPEND};
}

}  // namespace

extern "C" {

weft_error_t* weft_invocation_new(weft_store_t* s, weft_func_t f, weft_invocation_t** out) try {
  WEFT_ASSIGN_C(const engine::Func func, api::from_handle<runtime::VMFuncRef>(*s->store, f));
  WEFT_ASSIGN_C(engine::Invocation invocation, engine::Invocation::create(*s->store, func));
  *out = new weft_invocation(s->store->id(), std::move(invocation));
  return nullptr;
}
WEFT_OR_ERROR

void weft_invocation_delete(weft_invocation_t* i) { delete i; }

weft_error_t* weft_invocation_start(weft_store_t* s, weft_invocation_t* i, const weft_val_t* args,
                                    size_t count, weft_trap_t** trap) try {
  return run_checked(s, i, args, count, trap, &engine::Invocation::start);
}
WEFT_OR_ERROR

weft_error_t* weft_invocation_resume(weft_store_t* s, weft_invocation_t* i, const weft_val_t* vals,
                                     size_t count, weft_trap_t** trap) try {
  return run_checked(s, i, vals, count, trap, &engine::Invocation::resume);
}
WEFT_OR_ERROR

weft_trap_t* weft_invocation_start_unchecked(weft_store_t* s, weft_invocation_t* i,
                                             weft_raw_t* cells, size_t capacity) try {
  return run_unchecked(s, i, cells, capacity, &engine::Invocation::start);
}
WEFT_OR_TRAP

weft_trap_t* weft_invocation_resume_unchecked(weft_store_t* s, weft_invocation_t* i,
                                              weft_raw_t* cells, size_t capacity) try {
  return run_unchecked(s, i, cells, capacity, &engine::Invocation::resume);
}
WEFT_OR_TRAP

weft_invocation_state_t weft_invocation_state(const weft_invocation_t* i) {
  return static_cast<weft_invocation_state_t>(i->invocation.state());
}

weft_suspension_t weft_invocation_suspension(const weft_invocation_t* i) {
  return static_cast<weft_suspension_t>(i->invocation.suspension());
}

size_t weft_invocation_results(const weft_invocation_t* i, weft_val_t* out, size_t count) {
  for (size_t k = 0; k < count && k < i->results.size(); ++k) out[k] = i->results[k];
  return i->results.size();
}

size_t weft_invocation_resume_types(const weft_invocation_t* i, weft_valkind_t* out, size_t count) {
  const auto types = i->invocation.resume_types();
  for (size_t k = 0; k < count && k < types.size(); ++k)
    out[k] = api::to_kind(i->invocation.store(), types[k]);
  return types.size();
}

bool weft_invocation_host(const weft_invocation_t* i, weft_func_t* out) {
  const engine::Func host = i->invocation.host();
  if (!host) return false;
  *out = api::to_handle<weft_func_t>(i->invocation.store(), host);
  return true;
}

const weft_error_t* weft_invocation_host_error(const weft_invocation_t* i) {
  if (i->invocation.suspension() != engine::Suspension::host) return nullptr;
  // SAFETY: host functions of this API leave a weft_error (end_guest), others nothing of theirs.
  return static_cast<const weft_error*>(i->invocation.host_error().payload.get());
}

size_t weft_invocation_frame_count(weft_invocation_t* i) try { return frames_of(*i).frames.size(); }
WEFT_OR_RETURN(0)

weft_frame_t weft_invocation_frame(weft_invocation_t* i, size_t index) try {
  const auto& frames = frames_of(*i).frames;
  if (index >= frames.size()) return {};
  return {frames[index].func.value, frames[index].offset, api::borrow(i->frame_names[index * 2]),
          api::borrow(i->frame_names[index * 2 + 1])};
}
WEFT_OR_RETURN({})

weft_error_t* weft_invocation_frame_states(weft_store_t* s, const weft_invocation_t* i, size_t max,
                                           weft_frame_states_t** out) try {
  if (i->store != s->store->id()) return wrong_store();
  *out = api::to_c(*s->store, i->invocation.frame_states(max));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_error_pending(void) try { return pending_error(); }
WEFT_OR_ERROR

void weft_error_set_final(weft_error_t* e) {
  if (!e->is_shared) e->final = true;
}

weft_error_t* weft_store_interrupt_handle(weft_store_t* s, weft_interrupt_handle_t** out) try {
  if (!s->engine.config().epochs) return needs_epochs();
  *out = new weft_interrupt_handle{s->store->interrupt_state()};
  return nullptr;
}
WEFT_OR_ERROR

void weft_interrupt_handle_delete(weft_interrupt_handle_t* h) { delete h; }

bool weft_interrupt_request(weft_interrupt_handle_t* h, weft_interruption_t what) {
  return h->state->ask(what == WEFT_INTERRUPTION_SUSPEND ? runtime::Interruption::suspend
                                                         : runtime::Interruption::trap);
}

void weft_interrupt_take_back(weft_interrupt_handle_t* h) { h->state->take_back(); }

weft_error_t* weft_store_set_epoch_action(weft_store_t* s, weft_epoch_action_t action) try {
  if (!s->engine.config().epochs) return needs_epochs();
  if (action != WEFT_EPOCH_TRAP && action != WEFT_EPOCH_SUSPEND)
    return api::to_c(Error(ErrorCode::bad_argument, "epoch action: only a callback can continue"));
  s->store->on_epoch = [action](runtime::Store&) { return answer_for(action, 0); };
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_store_set_epoch_callback(weft_store_t* s, weft_epoch_callback_t callback,
                                            void* env, void (*finalizer)(void*)) try {
  auto owned = std::make_shared<api::Owned>(env, finalizer);
  if (!s->engine.config().epochs) return needs_epochs();
  s->store->on_epoch = [callback, env, owned = std::move(owned)](runtime::Store& store) {
    uint64_t ticks = 0;
    const weft_epoch_action_t action = callback(env, &weft_store::of(store), &ticks);
    return answer_for(action, ticks);
  };
  return nullptr;
}
WEFT_OR_ERROR

bool weft_caller_interrupted(weft_caller_t* caller) {
  // SAFETY: weft_caller_t is runtime::Caller by another name.
  runtime::Store& store = reinterpret_cast<runtime::Caller*>(caller)->store();
  if (store.interruption() != runtime::Interruption::none) return true;
  if (store.epoch_due() && !weft_store::of(store).is_profiled) return true;
  return store.deadline_ns != UINT64_MAX && platform::monotonic_ns() >= store.deadline_ns;
}

uint64_t weft_caller_deadline(weft_caller_t* caller) {
  // SAFETY: as above.
  return reinterpret_cast<runtime::Caller*>(caller)->store().deadline_ns;
}

}  // extern "C"

static_assert(WEFT_INVOCATION_SUSPENDED == static_cast<int>(engine::Invocation::State::suspended));
static_assert(WEFT_SUSPENSION_INTERRUPTED == static_cast<int>(engine::Suspension::interrupt));
static_assert(WEFT_SUSPENSION_HOST == static_cast<int>(engine::Suspension::host));
