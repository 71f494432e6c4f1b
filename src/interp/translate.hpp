// Lazy translation of a function's bytes to bytecode, at its first call.
#pragma once

#include <cstddef>

#include "interp/bytecode.hpp"

namespace weft::interp {

/// Code of `code`, made by the first caller (others wait); its frame_bytes are valid then. Null on
/// failure: the store's pending outcome has the message (an instruction that is not supported yet,
/// or a body that deferred validation refuses).
const std::byte* translate_function(FuncCode& code, VMContext* cx);

}  // namespace weft::interp
