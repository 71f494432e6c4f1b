// Which machine code is guest code: ranges with a resolver that decides whether a fault in them is
// a trap. Process-wide; registration takes a lock, lookup is lock-free and async-signal-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/vmcontext.hpp"

namespace weft::runtime {

/// A hardware fault, as the signal handler saw it.
struct FaultInfo {
  int signal = 0;
  uintptr_t pc = 0;
  uintptr_t address = 0;      ///< si_addr
  const uint64_t* registers;  ///< x86-64: hardware order rax rcx rdx rbx rsp rbp rsi rdi r8..r15.
                              ///< AArch64: x0..x30, sp.
  bool in_memory = false;  ///< `address` lies in the reservation of a memory of the running store:
  uint64_t guest_address = 0;  ///<   ... its offset from the memory's base
  uint64_t memory_size = 0;    ///<   ... and the memory's size in bytes
};
namespace x86 {
enum Register : uint8_t {
  rax,
  rcx,
  rdx,
  rbx,
  rsp,
  rbp,
  rsi,
  rdi,
  r8,
  r9,
  r10,
  r11,
  r12,
  r13,
  r14,
  r15
};
}

/// Decides in the signal handler: returns the trap (and records the interpreter's ip, fp, vmctx in
/// `store`), or TrapCode::none: not ours. trap.fault_address and fault_size are already filled when
/// in_memory. Async-signal-safe.
using FaultResolver = TrapCode (*)(const FaultInfo& fault, VMStoreContext& store, void* env);

struct CodeRange {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  FaultResolver resolve = nullptr;
  void* env = nullptr;
};

/// Idempotent for an equal range. Ranges must not overlap. The code must stay where it is until
/// removed.
void register_code(const CodeRange& range);
/// No guest may run in it any more.
void unregister_code(uintptr_t begin);
/// Null if `pc` is not guest code. Async-signal-safe.
const CodeRange* find_code(uintptr_t pc);

}  // namespace weft::runtime
