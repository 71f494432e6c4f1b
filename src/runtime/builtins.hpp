// Instructions too large for a handler, as functions of every tier (spec 4.4.6-4.4.8, 4.6). All
// bounds are checked before anything is written; TrapCode::none is success. On out-of-bounds the
// store's trap record has address and size. Indices of memories, tables, segments and functions are
// those of the instance's module; validation vouches for them.
#pragma once

#include <cstdint>
#include <span>

#include "runtime/vmcontext.hpp"

namespace weft::runtime::builtins {

/// `result`: old size in pages, or all ones. Traps only if the limiter wants it. Reload base and
/// length afterwards.
TrapCode memory_grow(VMContext* ctx, uint32_t memory, uint64_t delta_pages, uint64_t& result);
TrapCode memory_init(VMContext* ctx, uint32_t memory, uint32_t segment, uint64_t dst, uint64_t src,
                     uint64_t len);
TrapCode memory_copy(VMContext* ctx, uint32_t dst_memory, uint32_t src_memory, uint64_t dst,
                     uint64_t src, uint64_t len);
TrapCode memory_fill(VMContext* ctx, uint32_t memory, uint64_t dst, uint32_t value, uint64_t len);
void data_drop(VMContext* ctx, uint32_t segment);

/// memory.atomic.wait on a shared memory; the address is aligned and in bounds.
struct AtomicWait {
  const std::byte* address;
  uint32_t bytes;  ///< 4 or 8
  uint64_t expected;
  int64_t timeout_ns;  ///< Negative: for ever.
};
/// `result`: 0 woken, 1 not equal, 2 timed out. Traps only if the store's epoch deadline passes
/// or someone interrupts meanwhile; resumed, the operator at `ip` waits once more.
TrapCode atomic_wait(VMContext* ctx, const AtomicWait& wait, const void* ip, uint32_t& result);

TrapCode table_get(VMContext* ctx, uint32_t table, uint64_t index, Cell& out);
TrapCode table_set(VMContext* ctx, uint32_t table, uint64_t index, Cell value);
/// `result`: old size, or all ones.
TrapCode table_grow(VMContext* ctx, uint32_t table, Cell init, uint64_t delta, uint64_t& result);
TrapCode table_fill(VMContext* ctx, uint32_t table, uint64_t index, Cell value, uint64_t len);
TrapCode table_copy(VMContext* ctx, uint32_t dst_table, uint32_t src_table, uint64_t dst,
                    uint64_t src, uint64_t len);
TrapCode table_init(VMContext* ctx, uint32_t table, uint32_t segment, uint64_t dst, uint64_t src,
                    uint64_t len);
/// The values of a passive segment, none if it was dropped; made when first asked for. Traps only
/// for want of memory.
TrapCode segment_values(VMContext* ctx, uint32_t segment, std::span<const Cell>& out);
void elem_drop(VMContext* ctx, uint32_t segment);

/// Never null; the same address every time.
VMFuncRef* ref_func(VMContext* ctx, uint32_t func);

/// call_indirect when `callee->type != expected`: TrapCode::none if it is a declared subtype.
TrapCode check_signature(VMContext* ctx, const VMFuncRef* callee, TypeId expected);

/// Slow path of the checks at function entries and loop headers: the engine's epoch has reached
/// epoch_deadline, or another thread has written 0 there. Hears the request, asks the store, moves
/// the deadline, or answers with a trap; if the call can then go on at `ip`, `resume` says so.
TrapCode epoch_expired(VMContext* ctx, VMResume::Kind kind, const void* ip);

/// A host function has ended with host_error: was that an error, and nothing stronger?
bool can_resume_host_error(VMContext* ctx);
/// A host function's wait was interrupted: shall it be possible to resume?
bool suspend_host_wait(VMContext* ctx);

}  // namespace weft::runtime::builtins
