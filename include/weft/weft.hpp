// Weft for C++20: everything. Header-only over the C ABI of <weft/weft.h>; works without exceptions
// and RTTI.
#pragma once

#include "weft/engine.hpp"
#include "weft/linker.hpp"
#include "weft/result.hpp"
#include "weft/store.hpp"
#include "weft/val.hpp"
#include "weft/wasi.hpp"
