// Weft for C++20: everything. Header-only over the C ABI of <weft/weft.h>; works without exceptions
// and RTTI.
#pragma once

#include "weft/caller.hpp"
#include "weft/engine.hpp"
#include "weft/exception.hpp"
#include "weft/func.hpp"
#include "weft/gc.hpp"
#include "weft/global.hpp"
#include "weft/host_func.hpp"
#include "weft/instance.hpp"
#include "weft/limiter.hpp"
#include "weft/linker.hpp"
#include "weft/memory.hpp"
#include "weft/ref.hpp"
#include "weft/result.hpp"
#include "weft/store.hpp"
#include "weft/table.hpp"
#include "weft/text.hpp"
#include "weft/types.hpp"
#include "weft/val.hpp"
#include "weft/wasi.hpp"
