// The families of handlers, each in its own translation unit.
#pragma once

#include "interp/bytecode.hpp"

namespace weft::interp {

/// Each family enters its handlers.
void install_i32(HandlerTable& table);
void install_i64(HandlerTable& table);
void install_float(HandlerTable& table);
void install_convert(HandlerTable& table);
void install_branch_int(HandlerTable& table);
void install_branch_float(HandlerTable& table);
void install_memory_guarded(HandlerTable& table);
void install_memory_checked(HandlerTable& table);
void install_control(HandlerTable& table);
void install_call(HandlerTable& table);
void install_bulk(HandlerTable& table);
void install_gc(HandlerTable& table);
void install_exception(HandlerTable& table);
void install_atomic(HandlerTable& table);
void install_fused(HandlerTable& table);
void install_load_op_guarded(HandlerTable& table);
void install_load_op_checked(HandlerTable& table);
/// isa_sequences.def; guarded only: with explicit checks, there is little to gain.
void install_sequences(HandlerTable& table);
/// Vectors. The families that gain from SSE4.2 exist a second time for processors that have it
/// (isa.cpp chooses).
void install_simd_narrow(HandlerTable& table);
void install_simd_wide(HandlerTable& table);
void install_simd_misc(HandlerTable& table);
void install_simd_narrow_v2(HandlerTable& table);
void install_simd_wide_v2(HandlerTable& table);
void install_simd_misc_v2(HandlerTable& table);
/// With FMA, for what gains from that.
void install_simd_native(HandlerTable& table);
void install_simd_native_v2(HandlerTable& table);
void install_simd_native_v3(HandlerTable& table);
void install_simd_general(HandlerTable& table);
void install_simd_memory_guarded(HandlerTable& table);
void install_simd_memory_checked(HandlerTable& table);

}  // namespace weft::interp
