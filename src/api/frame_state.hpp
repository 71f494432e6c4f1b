// Frames with their values at the C boundary.
#pragma once

#include "runtime/frame_state.hpp"
#include "weft/c/frame_state.h"

namespace weft::api {

/// A copy in the words of the C API, owned by the caller. References are rooted in the present
/// scope.
weft_frame_states_t* to_c(const runtime::Store& store,
                          const std::vector<runtime::FrameState>& frames);

}  // namespace weft::api
