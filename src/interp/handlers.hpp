// What handlers of every family share: reading operands by form, writing results, leaving with a
// trap. Included only by the handlers_*.cpp; everything here has internal linkage so that each
// family is its own code.
#pragma once

#include <bit>
#include <type_traits>

#include "interp/dispatch.hpp"
#include "interp/handler_families.hpp"
#include "wasm/numeric.hpp"

namespace weft::interp {

namespace {

enum class Src { s, a, i };
inline constexpr bool kWriteSlot = true;
inline constexpr bool kTransient = false;

template <class T>
inline T from_bits(uint64_t bits) {
  if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<float>(static_cast<uint32_t>(bits));
  } else if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<double>(bits);
  } else {
    return static_cast<T>(bits);
  }
}
template <class T>
inline uint64_t to_bits(T v) {
  if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<uint32_t>(v);
  } else if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<uint64_t>(v);
  } else {
    return static_cast<uint64_t>(static_cast<std::make_unsigned_t<T>>(v));
  }
}

/// The slot whose number is at byte `at`.
inline Cell& slot(const std::byte* ip, Cell* fp, unsigned at) { return fp[u16(ip, at)]; }

template <Src kSrc, class T>
inline T operand(const std::byte* ip, Cell* fp, uint64_t acc, float facc, double dacc,
                 unsigned slot_at, unsigned imm_at) {
  if constexpr (kSrc == Src::s) {
    return from_bits<T>(slot(ip, fp, slot_at).bits);
  } else if constexpr (kSrc == Src::i) {
    if constexpr (sizeof(T) == 4) {
      return from_bits<T>(u32(ip, imm_at));
    } else {
      return from_bits<T>(u64(ip, imm_at));
    }
  } else if constexpr (std::is_same_v<T, float>) {
    return facc;
  } else if constexpr (std::is_same_v<T, double>) {
    return dacc;
  } else {
    return static_cast<T>(acc);
  }
}

/// Result to the accumulator of its class and, unless transient, to the slot at byte 8.
template <bool kSlot, class T>
inline void result(T v, const std::byte* ip, Cell* fp, uint64_t& acc, float& facc, double& dacc) {
  if constexpr (std::is_same_v<T, float>) {
    facc = v;
  } else if constexpr (std::is_same_v<T, double>) {
    dacc = v;
  } else {
    acc = to_bits(v);
  }
  if constexpr (kSlot) slot(ip, fp, 8).bits = to_bits(v);
}
#define WX_OPERAND(src, T, slot_at, imm_at) \
  operand<src, T>(ip, fp, acc, facc, dacc, slot_at, imm_at)
#define WX_RESULT(kSlot, v) result<kSlot>(v, ip, fp, acc, facc, dacc)

/// Leaves with the trap in acc; ip is at the instruction that trapped.
WX_COLD_HANDLER(leave) {
  WX_BEGIN
  VMStoreContext& store = *cx->store;
  store.interp_ip = ip;
  store.interp_fp = fp;
  store.interp_vmctx = cx;
  store.trap.code = static_cast<TrapCode>(acc);
  WX_FINISH(static_cast<TrapCode>(acc));
}
#define WX_TRAP(code)                  \
  do {                                 \
    acc = static_cast<uint64_t>(code); \
    WX_GO(leave);                      \
  } while (false)

template <class F>
struct Signature;
template <class R, class A>
struct Signature<R (*)(A)> {
  using Result = R;
  using First = A;
};
template <class R, class A, class B>
struct Signature<R (*)(A, B)> {
  using Result = R;
  using First = A;
  using Second = B;
};
template <class T>
inline constexpr bool kTraps = false;
template <class T>
inline constexpr bool kTraps<wasm::numeric::Trapping<T>> = true;

template <auto Fn, Src kLeft, Src kRight, bool kSlot, class Next>
WX_HANDLER(binary) {
  WX_BEGIN
  using F = Signature<decltype(Fn)>;
  using A = typename F::First;
  constexpr unsigned kImmAt = sizeof(A) == 4 ? 12 : 16;
  constexpr bool kImm = kLeft == Src::i || kRight == Src::i;
  const A left = WX_OPERAND(kLeft, A, 10, kImmAt);
  const A right = WX_OPERAND(kRight, A, kLeft == Src::i ? 10 : 12, kImmAt);
  const auto r = Fn(left, right);
  if constexpr (kTraps<typename F::Result>) {
    if (!r.ok()) [[unlikely]]
      WX_TRAP(r.trap);
    WX_RESULT(kSlot, r.value);
  } else {
    WX_RESULT(kSlot, r);
  }
  WX_NEXT(kImm && sizeof(A) == 8 ? 24 : 16);
}

template <auto Fn, Src kSrc, bool kSlot, class Next>
WX_HANDLER(unary) {
  WX_BEGIN
  using F = Signature<decltype(Fn)>;
  const auto r = Fn(WX_OPERAND(kSrc, typename F::First, 10, 0));
  if constexpr (kTraps<typename F::Result>) {
    if (!r.ok()) [[unlikely]]
      WX_TRAP(r.trap);
    WX_RESULT(kSlot, r.value);
  } else {
    WX_RESULT(kSlot, r);
  }
  WX_NEXT(16);
}

/// Branches if Fn(left, right) == kSense.
template <auto Fn, Src kLeft, Src kRight, bool kSense, class Next>
WX_HANDLER(branch) {
  WX_BEGIN
  using A = typename Signature<decltype(Fn)>::First;
  const A left = WX_OPERAND(kLeft, A, 8, 16);
  const A right = WX_OPERAND(kRight, A, 10, 16);
  if ((Fn(left, right) != 0) == kSense) {
    WX_TAKE(12);
  }
  WX_KEEP_BRANCH();
  WX_NEXT(kRight == Src::i ? 24 : 16);
}

// WX_FAMILY(name) { rows }: the list weft_handlers_name (handler_families.hpp). Its function is
// never called; it is where the compiler names handlers to the assembler. SAFETY: what is assembled
// are HandlerRows; pushed and popped, the section around stays what it is.
#define WX_FAMILY(name) WX_LIST(name)
#define WX_LIST(name) WX_LIST_(name, "weft_handlers_" #name)
#define WX_LIST_(name, symbol)                                                               \
  static void name##_rows();                                                                 \
  [[gnu::used]] static void name##_family() {                                                \
    WX_ROW(".globl " symbol "\n.hidden " symbol "\n.type " symbol ", @object\n" symbol ":"); \
    name##_rows();                                                                           \
    WX_ROW(".long 0\n.short %c0", "i"(HandlerRow::kEnd));                                    \
  }                                                                                          \
  [[gnu::always_inline]] inline void name##_rows()
#define WX_ROW(text, ...)                                                                  \
  asm volatile(".pushsection .rodata.weft_handlers,\"a\",@progbits\n" text "\n.popsection" \
               :                                                                           \
               : __VA_ARGS__)
#define WX_PUT_AT(place, ...) \
  WX_ROW(".long %c0 - .\n.short %c1", "i"(__VA_ARGS__), "i"(static_cast<int>(place)))
#define WX_PUT(id, ...) WX_PUT_AT(Code::id, &__VA_ARGS__)
// A handler that may be part of a sequence: its template, and the arguments but for Next.
#ifndef WEFT_SEQUENCES
#define WX_CHAIN(id, handler, ...) WX_PUT(id, handler<__VA_ARGS__ __VA_OPT__(, ) Dispatch>);
#else
template <Code kCode, class Next>
struct Part;
#define WX_CHAIN(id, handler, ...)                                                 \
  template <class Next>                                                            \
  struct Part<Code::id, Next> {                                                    \
    static constexpr Handler kHandler = &handler<__VA_ARGS__ __VA_OPT__(, ) Next>; \
  };
#endif
#define WX_PUT_BIN(op, l, r)                                                        \
  WX_CHAIN(op##_##l##r##_r, binary, &wasm::numeric::op, Src::l, Src::r, kWriteSlot) \
  WX_CHAIN(op##_##l##r##_t, binary, &wasm::numeric::op, Src::l, Src::r, kTransient)
#define WEFT_BIN4(w, op) \
  WX_PUT_BIN(op, s, s) WX_PUT_BIN(op, s, i) WX_PUT_BIN(op, a, s) WX_PUT_BIN(op, a, i)
#define WEFT_BIN6(w, op) WEFT_BIN4(w, op) WX_PUT_BIN(op, s, a) WX_PUT_BIN(op, i, s)
#define WX_PUT_UN(op, s)                                                \
  WX_CHAIN(op##_##s##_r, unary, &wasm::numeric::op, Src::s, kWriteSlot) \
  WX_CHAIN(op##_##s##_t, unary, &wasm::numeric::op, Src::s, kTransient)
#define WEFT_UN2(op) WX_PUT_UN(op, s) WX_PUT_UN(op, a)

}  // namespace
}  // namespace weft::interp
