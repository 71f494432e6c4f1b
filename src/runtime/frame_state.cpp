#include "runtime/frame_state.hpp"

#include "runtime/store.hpp"
#include "runtime/trap_exit.hpp"

namespace weft::runtime {

std::vector<FrameState> capture_frame_states(const Store& store, size_t max) {
  std::vector<FrameState> out;
  const CollectStates collect = store.engine().collect_interp_states;
  if (collect == nullptr) return out;
  visit_anchors(store.context(), [&](const FrameAnchor& anchor) {
    if (out.size() < max) collect(anchor, out, max);
  });
  return out;
}

}  // namespace weft::runtime
