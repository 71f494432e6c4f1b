// Looking at calls of host functions: for traces and profiles. What is not watched pays nothing: a
// watched function is another function. ADR 0028.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "runtime/host_func.hpp"
#include "runtime/store.hpp"

namespace weft::engine {

/// A call of a host function that has ended.
struct HostCall {
  std::string_view name;  ///< "module.name"; may be empty.
  const runtime::CanonicalType& type;
  std::span<const runtime::Cell> args;  ///< As they were before.
  const runtime::Cell* results;         ///< If `outcome` is none.
  runtime::TrapCode outcome;
  runtime::Caller& caller;
};
using HostWatcher = std::function<void(const HostCall&)>;

/// Every function of the host that is made or linked in `store` from now on is watched, by all
/// watchers in turn. Returns what unwatch_host_calls wants.
uint32_t watch_host_calls(runtime::Store& store, HostWatcher watcher);
/// The watcher is not called any more. Not from inside one.
void unwatch_host_calls(runtime::Store& store, uint32_t watcher);

}  // namespace weft::engine
