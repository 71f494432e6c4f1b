// Which dispatcher handlers are written for: tail calls where the compiler has them, else a loop.
// Both define the same names, so every handler exists once:
//   WX_HANDLER(name)  head of a handler        WX_BEGIN   first line of its body
//   WX_NEXT(n)        go on n bytes behind ip  WX_JUMP()  go on at ip        WX_GO(handler)
//   continue in another handler WX_TAKE(at)       go on where the offset at byte `at` leads
// The machine's registers are ip, fp, mem0, cx, acc (integers and references), facc (f32), dacc
// (f64), vacc (v128). ADR 0007.
#pragma once

#include <cstring>

#include "interp/bytecode.hpp"
#include "wasm/v128.hpp"

#if WEFT_PORTABLE_DISPATCH || defined(WEFT_SANITIZED) || !defined(__clang__) || !defined(__x86_64__)
#define WEFT_TAIL_DISPATCH 0
#include "interp/dispatch_loop.hpp"
#else
#define WEFT_TAIL_DISPATCH 1
#include "interp/dispatch_tail.hpp"
#endif

namespace weft::interp {

/// Of handlers that are part of no sequence; those that may be have a parameter of this name.
using Next = Dispatch;

// --- operand access: SAFETY: the emitter laid the operands out at these offsets (isa.def); ip is
// inside the code ---
inline uint32_t u16(const std::byte* ip, unsigned at) {
  uint16_t v;
  std::memcpy(&v, ip + at, 2);
  return v;
}
inline uint32_t u32(const std::byte* ip, unsigned at) {
  uint32_t v;
  std::memcpy(&v, ip + at, 4);
  return v;
}
inline uint64_t u64(const std::byte* ip, unsigned at) {
  uint64_t v;
  std::memcpy(&v, ip + at, 8);
  return v;
}
template <class T>
inline T* ptr(const std::byte* ip, unsigned at) {
  return reinterpret_cast<T*>(u64(ip, at));  // SAFETY: the emitter stored a T*
}
/// Where a jump goes: relative to the start of its instruction (in a branch table: to the entry).
inline const std::byte* jump(const std::byte* ip, unsigned at) {
  return ip + static_cast<int32_t>(u32(ip, at));
}
inline Cell* at_bytes(Cell* fp, uint32_t bytes) {
  // SAFETY: the emitter's frame offsets are multiples of 8 inside the frame.
  return reinterpret_cast<Cell*>(reinterpret_cast<std::byte*>(fp) + bytes);
}

}  // namespace weft::interp
