#include "engine/invocation.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "runtime/trap_exit.hpp"

namespace weft::engine {

using runtime::Cell;
using runtime::VMResume;

namespace {

CallResult refusal(ErrorCode code, std::string message) {
  Trap t;
  t.kind = Trap::Kind::error;
  t.error_code = code;
  t.message = std::move(message);
  return t;
}

Suspension suspension_for(TrapCode code) {
  switch (code) {
    case TrapCode::none: return Suspension::none;
    case TrapCode::out_of_fuel: return Suspension::out_of_fuel;
    case TrapCode::interrupt: return Suspension::interrupt;
    default: return Suspension::host;
  }
}

}  // namespace

Invocation::Invocation(runtime::Store& store, Func func,
                       std::unique_ptr<runtime::Continuation> continuation)
    : store_(&store),
      func_(func),
      type_(&func_type(store, func)),
      continuation_(std::move(continuation)) {}

Result<Invocation> Invocation::create(runtime::Store& store, Func func) {
  if (!func.belongs_to(store)) {
    return fail(ErrorCode::wrong_store, "wrong store: the function belongs to another store");
  }
  std::unique_ptr<runtime::Continuation> continuation;
  if (func.object->code != nullptr) {
    WEFT_ASSIGN(continuation, store.engine().make_continuation(store, func.object));
  }
  return Invocation(store, func, std::move(continuation));
}

Invocation::~Invocation() { give_up(); }
Invocation::Invocation(Invocation&&) noexcept = default;
Invocation& Invocation::operator=(Invocation&& other) noexcept {
  if (this == &other) return *this;
  give_up();
  store_ = other.store_;
  func_ = other.func_;
  type_ = other.type_;
  continuation_ = std::move(other.continuation_);
  state_ = other.state_;
  suspension_ = other.suspension_;
  error_ = std::move(other.error_);
  results_ = std::move(other.results_);
  return *this;
}

/// What its frames were charged for and will not run is given back.
void Invocation::give_up() {
  if (continuation_ == nullptr || state_ != State::suspended) return;
  if (!continuation_->store_is_gone() && store_->engine().options().fuel) {
    store_->engine().refund_fuel(*store_, continuation_->anchor(),
                                 continuation_->kind() == VMResume::Kind::checkpoint);
  }
  continuation_.reset();
}

CallResult Invocation::run(Cell* cells, size_t capacity) {
  const TrapCode code =
      continuation_ != nullptr
          ? continuation_->run(store_->default_caller(), cells, capacity)
          : runtime::enter_guest(*store_, func_.object, store_->default_caller(), cells, capacity);
  if (continuation_ != nullptr && code == TrapCode::none) [[likely]] {
    suspension_ = suspension_for(continuation_->stopped());
    if (suspension_ != Suspension::none) {
      state_ = State::suspended;
      runtime::PendingTrap& pending = store_->pending();
      error_ = std::move(pending.host);
      pending.host = {};
      return {};
    }
  }
  suspension_ = Suspension::none;
  continuation_.reset();
  state_ = code == TrapCode::none ? State::finished : State::trapped;
  if (code != TrapCode::none) return take_trap(*store_, code);
  return {};
}

CallResult Invocation::start(Cell* cells, size_t capacity) {
  if (state_ != State::ready)
    return refusal(ErrorCode::bad_argument, "the invocation was started before");
  return run(cells, capacity);
}

CallResult Invocation::resume(Cell* cells, size_t capacity) {
  if (state_ != State::suspended)
    return refusal(ErrorCode::bad_argument, "the invocation is not suspended");
  return run(cells, capacity);
}

CallResult Invocation::start(std::span<const Value> params) {
  if (state_ != State::ready)
    return refusal(ErrorCode::bad_argument, "the invocation was started before");
  return run_values(params, false);
}

CallResult Invocation::resume(std::span<const Value> inputs) {
  if (state_ != State::suspended)
    return refusal(ErrorCode::bad_argument, "the invocation is not suspended");
  return run_values(inputs, true);
}

CallResult Invocation::run_values(std::span<const Value> values, bool resuming) {
  const runtime::CanonicalType& func = type();
  const auto types = resuming ? resume_types() : std::span<const wasm::ValType>(func.params);
  const std::string_view what = resuming ? "result of the host function" : "argument";
  if (values.size() != types.size()) {
    return refusal(ErrorCode::bad_argument,
                   fmt::format("expected {} {}s, got {}", types.size(), what, values.size()));
  }
  size_t needed = 1;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!value_matches(*store_, values[i], types[i])) {
      const runtime::TypeRegistry& registry = store_->engine().types();
      return refusal(ErrorCode::bad_argument,
                     fmt::format("type mismatch: {} {} must be {}, found {}", what, i,
                                 registry.describe(types[i]), registry.describe(values[i].type)));
    }
    needed += values[i].type.cells();
  }
  std::vector<Cell> cells = store_->take_cells();
  cells.resize(std::max<size_t>(func.call_cells(), needed));
  size_t at = 0;
  for (const Value& v : values) {
    for (uint32_t k = 0; k < v.type.cells(); ++k) cells[at++] = v.cell[k];
  }
  CallResult outcome = run(cells.data(), cells.size());
  if (state_ == State::finished) {
    at = 0;
    results_.clear();
    for (const wasm::ValType t : func.results) {
      results_.push_back(value_from_cells(cells.data() + at, t));
      at += t.cells();
    }
  }
  store_->give_cells(std::move(cells));
  return outcome;
}

std::span<const wasm::ValType> Invocation::resume_types() const {
  if (suspension_ != Suspension::host || continuation_->store_is_gone()) return {};
  return store_->engine().types()[continuation_->host()->type].results;
}

Func Invocation::host() const {
  if (suspension_ != Suspension::host || continuation_->store_is_gone()) return {};
  return {continuation_->host(), store_->id()};
}

runtime::Backtrace Invocation::frames() const {
  runtime::Backtrace out;
  if (state_ != State::suspended || continuation_->store_is_gone()) return out;
  const auto collect = store_->engine().collect_interp_frames;
  if (collect != nullptr) collect(continuation_->anchor(), out);
  return out;
}

std::vector<runtime::FrameState> Invocation::frame_states(size_t max) const {
  std::vector<runtime::FrameState> out;
  if (state_ != State::suspended || continuation_->store_is_gone() || max == 0) return out;
  const auto collect = store_->engine().collect_interp_states;
  if (collect != nullptr) collect(continuation_->anchor(), out, max);
  return out;
}

}  // namespace weft::engine
