#include "wasi/link.hpp"

#include <array>
#include <exception>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/host_func.hpp"
#include "runtime/memory.hpp"
#include "runtime/store.hpp"
#include "wasi/preview1.hpp"

namespace weft::wasi {

namespace {

using runtime::Caller;
using runtime::Cell;
using runtime::TrapCode;

// What the linker hands to every adapter.
struct Link {
  ContextOf context_of = nullptr;
  std::shared_ptr<Context> context;

  Context* find(runtime::Store& store) const {
    return context_of != nullptr ? context_of(store) : context.get();
  }
};

GuestMemory::View view_of(void* memory) {
  auto* found = static_cast<runtime::Memory*>(memory);
  // SAFETY: another thread may grow a shared memory; its base stays, and a length once seen stays
  // committed.
  return {found->base, __atomic_load_n(&found->length, __ATOMIC_ACQUIRE)};
}

// The exported memory "memory" of the caller; an empty one if there is none, so that every pointer
// faults.
GuestMemory memory_of(Context& context, Caller& caller) {
  CallerMemory& last = context.caller_memory();
  if (last.instance != caller.instance() || last.store_id != caller.store().id()) {
    last = {caller.store().id(), caller.instance(), caller.memory()};
  }
  if (last.memory == nullptr) return GuestMemory({});
  return GuestMemory(view_of(last.memory), view_of, last.memory);
}

template <class... Args, size_t... I>
Outcome apply(Outcome (*function)(Context&, GuestMemory&, Args...), Context& context,
              GuestMemory& memory, const Cell* cells, std::index_sequence<I...>) {
  return function(context, memory, cells[I].template as<Args>()...);
}

template <class... Args>
Outcome apply(Outcome (*function)(Context&, GuestMemory&, Args...), Context& context,
              GuestMemory& memory, const Cell* cells) {
  return apply(function, context, memory, cells, std::index_sequence_for<Args...>());
}

template <auto function>
TrapCode adapter(void* env, Caller& caller, Cell* cells) {
  Context* context = static_cast<const Link*>(env)->find(caller.store());
  if (context == nullptr)
    return caller.fail("WASI is linked, but this store was given no WASI context");
  try {
    GuestMemory memory = memory_of(*context, caller);
    const Outcome outcome = apply(function, *context, memory, cells);
    switch (outcome.kind()) {
      case Outcome::Kind::done:
        // proc_exit has no result; its cell is a parameter's and may be overwritten all the same.
        cells[0].set(static_cast<uint32_t>(outcome.error()));
        return TrapCode::none;
      case Outcome::Kind::exit: return caller.exit(outcome.exit_code());
      case Outcome::Kind::interrupted: break;
    }
    return TrapCode::interrupt;
  } catch (const std::bad_alloc&) {
    cells[0].set(static_cast<uint32_t>(Errno::nomem));
    return TrapCode::none;
  } catch (...) {  // a callback of the embedder threw: carried over the guest's frames
    return caller.raise(std::make_shared<std::exception_ptr>(std::current_exception()));
  }
}

struct Row {
  const char* name;
  const char* params;
  bool returns;
  runtime::HostCallback preview1;
  runtime::HostCallback unstable;  // null: not in wasi_unstable
};

constexpr bool returns(const char* name) { return std::string_view(name) != "proc_exit"; }

constexpr Row kRows[] = {
#define WASI_FN(name, params, older) {#name, params, returns(#name), adapter<name>, adapter<older>},
#define WASI_FN_NEW(name, params) {#name, params, returns(#name), adapter<name>, nullptr},
#include "wasi/preview1.def"
#undef WASI_FN_NEW
#undef WASI_FN
};

/// The row as a function of one of the two module names; nothing if `name` is not one of theirs.
std::optional<engine::HostFuncDef> find_row(std::string_view name, bool unstable,
                                            const std::shared_ptr<Link>& link) {
  for (const Row& row : kRows) {
    if (name != row.name || (unstable && row.unstable == nullptr)) continue;
    engine::HostFuncDef def;
    for (const char* letter = row.params; *letter != '\0'; ++letter)
      def.params.push_back(*letter == 'I' ? wasm::kI64 : wasm::kI32);
    if (row.returns) def.results.push_back(wasm::kI32);
    def.callback = unstable ? row.unstable : row.preview1;
    def.env = link;
    return def;
  }
  return std::nullopt;
}

Result<> define_all(engine::Linker& linker, const std::shared_ptr<Link>& link) {
  WEFT_TRY(linker.define_table("wasi_snapshot_preview1", [link](std::string_view name) {
    return find_row(name, false, link);
  }));
  return linker.define_table("wasi_unstable",
                             [link](std::string_view name) { return find_row(name, true, link); });
}

}  // namespace

Result<> add_to_linker(engine::Linker& linker, ContextOf context_of) {
  auto link = std::make_shared<Link>();
  link->context_of = context_of;
  return define_all(linker, link);
}

Result<> add_to_linker(engine::Linker& linker, std::shared_ptr<Context> context) {
  auto link = std::make_shared<Link>();
  link->context = std::move(context);
  return define_all(linker, link);
}

}  // namespace weft::wasi
