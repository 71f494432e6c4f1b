#include "engine/call.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "runtime/trap_exit.hpp"

namespace weft::engine {

using runtime::Cell;
using runtime::HostOutcome;

namespace {

Trap refusal(ErrorCode code, std::string message) {
  Trap t;
  t.kind = Trap::Kind::error;
  t.error_code = code;
  t.message = std::move(message);
  return t;
}

[[gnu::noinline]] CallResult call_failed(runtime::Store& store, TrapCode code) {
  return take_trap(store, code);
}

std::string trap_message(const runtime::TrapRecord& record) {
  std::string out(to_string(record.code));
  if (record.code == TrapCode::memory_out_of_bounds &&
      (record.fault_size != 0 || record.fault_address != 0)) {
    out += fmt::format(": memory fault at guest address {:#x} in linear memory of size {:#x}",
                       record.fault_address, record.fault_size);
  }
  return out;
}

void describe_exception(runtime::Store& store, Trap& trap) {
  runtime::Heap& heap = store.heap();
  trap.exception = heap.in_flight;
  trap.store_id = store.id();
  if (trap.exception == runtime::kNullRef) return;
  // A host function may keep it while it calls other guest code; the heap itself keeps the last
  // one.
  if (const auto* outer = runtime::Activation::newest();
      outer != nullptr && &outer->store() == &store.context()) {
    heap.root(trap.exception);
  }
  const runtime::Tag* tag = heap.exception(trap.exception).tag;
  trap.message +=
      fmt::format(": tag{}", store.engine().types().describe(tag->type).substr(4)  // without "func"
      );
}

}  // namespace

TrapCode pass_on(runtime::Caller& caller, Trap trap) {
  switch (trap.kind) {
    case Trap::Kind::error: {
      const TrapCode code = caller.fail(std::move(trap.message), std::move(trap.payload));
      caller.store().pending().host.code = trap.error_code;  // its class goes with it
      return code;
    }
    case Trap::Kind::exit: return caller.exit(trap.exit_code);
    case Trap::Kind::exception: return caller.raise(std::move(trap.payload));
    case Trap::Kind::trap: break;
  }
  if (trap.code == TrapCode::unhandled_exception) {
    // Whoever kept the trap may have kept it for too long, or brings it to another store.
    runtime::Store& store = caller.store();
    if (trap.exception != runtime::kNullRef &&
        (trap.store_id != store.id() ||
         !store.heap().has_type(trap.exception, wasm::AbstractHeap::exn)))
      return caller.fail(std::move(trap.message));
    store.heap().in_flight = trap.exception;
  }
  runtime::PendingTrap inner;
  inner.backtrace = std::move(trap.backtrace);
  inner.core_dump = std::move(trap.core_dump);
  return caller.pass_on(trap.code, std::move(inner));
}

Trap take_trap(runtime::Store& store, TrapCode code) {
  runtime::PendingTrap pending = store.take_pending();
  Trap out;
  out.code = code;
  out.backtrace = std::move(pending.backtrace);
  out.core_dump = std::move(pending.core_dump);
  if (wasm::is_guest_trap(code)) {
    pending.record.code = code;
    out.message = trap_message(pending.record);
    if (code == TrapCode::unhandled_exception) describe_exception(store, out);
    if (!pending.host.message.empty()) out.message += ": " + pending.host.message;
    return out;
  }
  out.payload = std::move(pending.host.payload);
  switch (pending.host.kind) {
    case HostOutcome::Kind::exit:
      out.kind = Trap::Kind::exit;
      out.exit_code = pending.host.exit_code;
      out.message = fmt::format("exit with status {}", out.exit_code);
      break;
    case HostOutcome::Kind::exception:
      out.kind = Trap::Kind::exception;
      out.message = "a host function threw an exception";
      break;
    case HostOutcome::Kind::error:
    case HostOutcome::Kind::none:
      out.kind = Trap::Kind::error;
      out.error_code = pending.host.code;
      out.message = std::move(pending.host.message);
      if (out.message.empty()) out.message = "a host function failed";
      break;
  }
  return out;
}

CallResult call_unchecked(runtime::Store& store, runtime::VMFuncRef* func, Cell* cells,
                          size_t capacity) {
  const TrapCode code = runtime::enter_guest(store, func, store.default_caller(), cells, capacity);
  if (code != TrapCode::none) [[unlikely]]
    return call_failed(store, code);
  return {};
}

CallResult call(runtime::Store& store, Func func, std::span<const Value> params,
                std::span<Value> results) {
  if (!func.belongs_to(store)) {
    return refusal(ErrorCode::wrong_store, "wrong store: the function belongs to another store");
  }
  const runtime::CanonicalType& type = func_type(store, func);
  if (params.size() != type.params.size()) {
    return refusal(ErrorCode::bad_argument,
                   fmt::format("expected {} arguments, got {}", type.params.size(), params.size()));
  }
  if (results.size() != type.results.size()) {
    return refusal(ErrorCode::bad_argument, fmt::format("expected room for {} results, got {}",
                                                        type.results.size(), results.size()));
  }
  for (size_t i = 0; i < params.size(); ++i) {
    if (value_matches(store, params[i], type.params[i])) continue;
    const runtime::TypeRegistry& types = store.engine().types();
    return refusal(ErrorCode::bad_argument,
                   fmt::format("type mismatch: argument {} must be {}, found {}", i,
                               types.describe(type.params[i]), types.describe(params[i].type)));
  }

  std::vector<Cell> cells = store.take_cells();
  cells.resize(std::max<size_t>(type.call_cells(), 1));
  size_t at = 0;
  for (const Value& v : params) {
    for (uint32_t k = 0; k < v.type.cells(); ++k) cells[at++] = v.cell[k];
  }
  CallResult outcome = call_unchecked(store, func.object, cells.data(), cells.size());
  if (outcome) {
    at = 0;
    for (size_t i = 0; i < results.size(); ++i) {
      results[i] = value_from_cells(cells.data() + at, type.results[i]);
      at += type.results[i].cells();
    }
  }
  store.give_cells(std::move(cells));
  return outcome;
}

Result<> check_signature(runtime::Store& store, Func func, std::span<const wasm::ValType> params,
                         std::span<const wasm::ValType> results) {
  if (!func.belongs_to(store)) {
    return fail(ErrorCode::wrong_store, "wrong store: the function belongs to another store");
  }
  const runtime::CanonicalType& type = func_type(store, func);
  runtime::TypeRegistry& types = store.engine().types();
  const auto match = [&](std::span<const wasm::ValType> sub, std::span<const wasm::ValType> super) {
    return std::ranges::equal(
        sub, super, [&](wasm::ValType a, wasm::ValType b) { return types.matches(a, b); });
  };
  if (match(params, type.params) && match(type.results, results)) return {};
  WEFT_ASSIGN(const wasm::TypeId asked, types.intern_func(params, results));
  return fail(ErrorCode::bad_argument,
              fmt::format("type mismatch: the function is {}, not {}",
                          types.describe(func.object->type), types.describe(asked)));
}

}  // namespace weft::engine
