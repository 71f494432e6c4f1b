// The way from the host, or from another tier, into interpreted code.
#pragma once

#include "interp/code_map.hpp"
#include "runtime/continuation.hpp"
#include "runtime/frame_state.hpp"
#include "runtime/module_info.hpp"

namespace weft::interp {

/// VMFuncRef::array_call of interpreted functions. Called by runtime's enter_guest, or by guest
/// code of other tiers.
TrapCode array_call(VMFuncRef* callee, VMContext* caller, Cell* cells, size_t capacity);

/// What an engine hands to instances: entries and code of `module`. `module` must outlive its users
/// (ModuleInfo::tier_owner).
TierCode tier_code(ModuleCode& module);

/// Once per engine: frame walker; registers the handlers with the fault resolver
/// (unless signals are off).
void install(EngineState& engine);

/// runtime::CollectFrames of this tier.
void collect_frames(const FrameAnchor& anchor, Backtrace& out);

/// runtime::CollectStates of this tier.
void collect_states(const FrameAnchor& anchor, std::vector<FrameState>& out, size_t max);

/// EngineState::refund_fuel of this tier (fuel_map.cpp).
void refund_fuel(Store& store, const FrameAnchor& anchor, bool before);

/// EngineState::make_continuation of this tier.
Result<std::unique_ptr<Continuation>> make_continuation(Store& store, VMFuncRef* func);

/// Offset in the module's bytes of the instruction at `ip`, which lies in `code`.
uint32_t module_offset(const FuncCode& code, const std::byte* ip);

}  // namespace weft::interp
