// Dispatch by tail calls (clang, x86-64): each handler is a function whose arguments are the
// machine's registers and that jumps to the next one. preserve_none passes ip in r12, fp r13, mem0
// r14, cx r15, acc rdi, facc xmm0, dacc xmm1, vacc xmm2. ADR 0007.
#pragma once

#define WX_CC __attribute__((preserve_none))
#define WX_PARAMS                                                                               \
  [[maybe_unused]] const std::byte *ip, [[maybe_unused]] weft::runtime::Cell *fp,               \
      [[maybe_unused]] std::byte *mem0, [[maybe_unused]] weft::runtime::VMContext *cx,          \
      [[maybe_unused]] uint64_t acc, [[maybe_unused]] float facc, [[maybe_unused]] double dacc, \
      [[maybe_unused]] weft::wasm::lanes::u64 vacc
#define WX_ARGS ip, fp, mem0, cx, acc, facc, dacc, vacc
#define WX_SECTION __attribute__((section("weft_interp")))
#ifdef WEFT_SEQUENCES  // handlers of sequences: every part becomes part of one function
#define WX_INLINE __attribute__((always_inline))
#else
#define WX_INLINE
#endif
#define WX_HANDLER(name) \
  [[maybe_unused]] WX_SECTION WX_INLINE static WX_CC weft::wasm::TrapCode name(WX_PARAMS)
#define WX_COLD_HANDLER(name)                                                                   \
  [[maybe_unused, gnu::noinline, gnu::cold]] WX_SECTION static WX_CC weft::wasm::TrapCode name( \
      WX_PARAMS)
#define WX_BEGIN
#define WX_JUMP()                                                                              \
  do {                                                                                         \
    /* SAFETY: the first word of an instruction is the address of a handler. */                \
    [[clang::musttail]] return (*reinterpret_cast<const weft::interp::Handler*>(ip))(WX_ARGS); \
  } while (false)
#define WX_NEXT(n)                                \
  do {                                            \
    ip += (n);                                    \
    [[clang::musttail]] return Next::go(WX_ARGS); \
  } while (false)
#define WX_TAKE(at)    \
  do {                 \
    ip = jump(ip, at); \
    WX_JUMP();         \
  } while (false)
#define WX_GO(handler) [[clang::musttail]] return handler(WX_ARGS)
#define WX_FINISH(code) return code

// SAFETY: in a sequence, ip has come from the part before: it is in its register before the access.
#define WX_PIN_ACCESS() asm volatile("" : "+r"(ip))
// SAFETY: a fault's resolver reads ip from r12. These make ip's update depend on the loaded value,
// or come after the store, so that the compiler cannot advance it above the access. Tested for
// every load and store (tests/interp/memory_test.cpp).
#define WX_PIN_LOAD(value) asm volatile("" : "+r"(ip) : "r"(value))
#define WX_PIN_LOAD_F(value) asm volatile("" : "+r"(ip) : "x"(value))
#define WX_PIN_STORE() asm volatile("" : "+r"(ip) : : "memory")
// Keeps the compiler from merging the two ways out of a branch into one jump with a selected target
// (measured: a selected target makes every operand fetch wait for the compare).
#define WX_KEEP_BRANCH() asm volatile("")

namespace weft::interp {
using Handler = TrapCode(WX_CC*)(WX_PARAMS);

/// Where a handler goes on (WX_NEXT): at the handler that the next instruction names, or in the
/// handler of the next part of a sequence.
struct Dispatch {
  __attribute__((always_inline)) static WX_CC TrapCode go(WX_PARAMS) { WX_JUMP(); }
};
template <Handler kHandler>
struct Then {
  __attribute__((always_inline)) static WX_CC TrapCode go(WX_PARAMS) { WX_GO(kHandler); }
};

inline TrapCode run(WX_PARAMS) { return (*reinterpret_cast<const Handler*>(ip))(WX_ARGS); }
}  // namespace weft::interp
