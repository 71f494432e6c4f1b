#include "engine/host_watch.hpp"

#include <memory>
#include <vector>

namespace weft::engine {
namespace {

using runtime::Cell;
using runtime::TrapCode;

struct Watchers {
  std::vector<HostWatcher> list;
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
    const std::vector<Cell> args(cells, cells + w.arg_cells);
    const TrapCode outcome = w.callback(w.env, caller, cells);
    const HostCall call{w.func->name, *w.type, args, cells, outcome, caller};
    for (const HostWatcher& watcher : w.watchers->list) watcher(call);
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

void watch_host_calls(runtime::Store& store, HostWatcher watcher) {
  if (store.host_watchers == nullptr) store.host_watchers = std::make_shared<Watchers>();
  static_cast<Watchers*>(store.host_watchers.get())->list.push_back(std::move(watcher));
  store.on_host_func = &watch;
}

}  // namespace weft::engine
