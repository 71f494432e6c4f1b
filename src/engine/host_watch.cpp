#include "engine/host_watch.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace weft::engine {
namespace {

using runtime::Cell;
using runtime::TrapCode;

struct Watchers {
  std::vector<std::pair<uint32_t, HostWatcher>> list;
  uint32_t last = 0;
};

/// Stands in for a host function: its HostFunc's env.
struct Watched {
  runtime::HostCallback callback;
  void* env;
  void (*finalize)(void* env);
  const runtime::HostFunc* func;
  const runtime::CanonicalType* type;
  size_t arg_cells;
  std::shared_ptr<Watchers> watchers;

  static TrapCode call(void* self, runtime::Caller& caller, Cell* cells) {
    const Watched& w = *static_cast<const Watched*>(self);
    if (w.watchers->list.empty()) return w.callback(w.env, caller, cells);
    const std::vector<Cell> args(cells, cells + w.arg_cells);
    const TrapCode outcome = w.callback(w.env, caller, cells);
    const HostCall call{w.func->name, *w.type, args, cells, outcome, caller};
    for (const auto& [id, watcher] : w.watchers->list) watcher(call);
    return outcome;
  }
  static void end(void* self) {
    const std::unique_ptr<Watched> w(static_cast<Watched*>(self));
    if (w->finalize != nullptr) w->finalize(w->env);
  }
};

void watch(runtime::Store& store, runtime::HostFunc& func) {
  const runtime::CanonicalType& type = store.engine().types()[func.ref.type];
  size_t cells = 0;
  for (const wasm::ValType t : type.params) cells += t.cells();
  func.env = new Watched{func.callback,
                         func.env,
                         func.finalize,
                         &func,
                         &type,
                         cells,
                         std::static_pointer_cast<Watchers>(store.host_watchers)};
  func.callback = &Watched::call;
  func.finalize = &Watched::end;
}

}  // namespace

uint32_t watch_host_calls(runtime::Store& store, HostWatcher watcher) {
  if (store.host_watchers == nullptr) store.host_watchers = std::make_shared<Watchers>();
  auto& watchers = *static_cast<Watchers*>(store.host_watchers.get());
  watchers.list.emplace_back(++watchers.last, std::move(watcher));
  store.on_host_func = &watch;
  return watchers.last;
}

void unwatch_host_calls(runtime::Store& store, uint32_t watcher) {
  if (store.host_watchers == nullptr) return;
  auto& watchers = *static_cast<Watchers*>(store.host_watchers.get());
  std::erase_if(watchers.list, [watcher](const auto& w) { return w.first == watcher; });
  if (watchers.list.empty()) store.on_host_func = nullptr;
}

}  // namespace weft::engine
