// The WASI functions as imports: wasi_snapshot_preview1 and wasi_unstable, defined in an engine's
// Linker.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "engine/linker.hpp"
#include "wasi/context.hpp"

namespace weft::wasi {

/// Finds the Context of a store; null means the store has none, and every WASI call in it fails
/// with an error. Called on the store's thread, once per WASI call: it must be quick, and must not
/// throw.
using ContextOf = Context* (*)(runtime::Store& store);

/// Defines all functions of both modules, once for all stores. Errors: bad_argument (a name is
/// defined already). proc_exit ends the guest's call as an exit (engine::Trap::Kind::exit), an
/// interrupted wait as TrapCode::interrupt.
Result<> add_to_linker(engine::Linker& linker, ContextOf context_of);

/// The same with one context, which the linker keeps alive. For one store at a time.
Result<> add_to_linker(engine::Linker& linker, std::shared_ptr<Context> context);

}  // namespace weft::wasi
