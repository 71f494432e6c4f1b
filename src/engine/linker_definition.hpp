// One entry of a linker: a host function for any store, or an item of one store.
#pragma once

#include <optional>
#include <string>

#include "engine/linker.hpp"

namespace weft::engine {

/// Immutable once inserted; shared by the linker and what was made from it.
struct LinkerDefinition {
  uint64_t id = 0;  ///< Unique in the process: stores find the function they already made from it.
  std::string module;
  std::string name;
  std::optional<HostFuncDef> func;
  wasm::TypeId func_type;
  // Else an item of one store, by handle: its instance may be freed before the linker goes.
  wasm::ExternKind kind = wasm::ExternKind::func;
  uint64_t store_id = 0;
  uint64_t handle = 0;
};

/// The definition as an item of this store. Errors: wrong_store, freed. If `is_kept`, the
/// store keeps the definition already (Store::keep), else a function that is made owns its
/// environment.
Result<Extern> materialize(runtime::Store& store,
                           const std::shared_ptr<const LinkerDefinition>& definition,
                           bool is_kept = false);

}  // namespace weft::engine
