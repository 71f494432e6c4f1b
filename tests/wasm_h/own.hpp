// Owners for what wasm.h gives away.
#pragma once

#include <memory>

#include "wasm_weft.h"

namespace wasm_h {

template <auto Delete>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Delete(p);
  }
};
template <class T, auto Delete>
using Own = std::unique_ptr<T, Deleter<Delete>>;

using Module = Own<wasm_module_t, wasm_module_delete>;
using Instance = Own<wasm_instance_t, wasm_instance_delete>;
using Func = Own<wasm_func_t, wasm_func_delete>;
using Global = Own<wasm_global_t, wasm_global_delete>;
using Table = Own<wasm_table_t, wasm_table_delete>;
using Memory = Own<wasm_memory_t, wasm_memory_delete>;
using Trap = Own<wasm_trap_t, wasm_trap_delete>;
using Ref = Own<wasm_ref_t, wasm_ref_delete>;
using Foreign = Own<wasm_foreign_t, wasm_foreign_delete>;
using FuncType = Own<wasm_functype_t, wasm_functype_delete>;
using ExternType = Own<wasm_externtype_t, wasm_externtype_delete>;
using Engine = Own<wasm_engine_t, wasm_engine_delete>;
using Store = Own<wasm_store_t, wasm_store_delete>;

}  // namespace wasm_h
