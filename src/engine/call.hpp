// Calling a function from the host: checked, checked once (typed), unchecked (MECHANISMS 1).
#pragma once

#include <span>

#include "engine/handles.hpp"
#include "engine/trap.hpp"

namespace weft::engine {

/// Checks store, counts, and the type of each parameter before anything runs; `results` must have
/// as many slots as the function has results; their types are set.
CallResult call(runtime::Store& store, Func func, std::span<const Value> params,
                std::span<Value> results);

/// Checks a signature once: ok if the function takes these parameters or more general ones, and
/// gives these results or more special ones.
Result<> check_signature(runtime::Store& store, Func func, std::span<const wasm::ValType> params,
                         std::span<const wasm::ValType> results);

/// The caller vouches for types, capacity (cells of params and of results) and the store.
CallResult call_unchecked(runtime::Store& store, runtime::VMFuncRef* func, runtime::Cell* cells,
                          size_t capacity);

/// The pending trap of a failed call as an object.
Trap take_trap(runtime::Store& store, TrapCode code);

/// In a host function: ends it as an inner guest call ended, with that call's backtrace. An
/// exception goes on to the handlers of the guest that called the host function. Return what this
/// returns.
TrapCode pass_on(runtime::Caller& caller, Trap trap);

}  // namespace weft::engine
