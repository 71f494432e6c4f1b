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
  std::optional<HostFuncDef> func;  ///< Else `item`.
  wasm::TypeId func_type;
  Extern item;
};

/// The definition as an item of this store. Error: wrong_store.
Result<Extern> materialize(runtime::Store& store,
                           const std::shared_ptr<const LinkerDefinition>& definition);

}  // namespace weft::engine
