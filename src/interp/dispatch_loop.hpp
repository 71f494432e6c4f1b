// Dispatch by a loop that calls one handler after the other, registers in a struct: any compiler,
// sanitizers. Memory is always accessed with explicit checks here. ADR 0007.
#pragma once

namespace weft::interp {

struct Registers {
  const std::byte* ip;
  Cell* fp;
  std::byte* mem0;
  VMContext* cx;
  uint64_t acc;
  float facc;
  double dacc;
  wasm::lanes::u64 vacc;
};
/// What a handler returns: kContinue, or a TrapCode to leave with.
inline constexpr unsigned kContinue = 0x100;
using Handler = unsigned (*)(Registers&);

/// Where a handler goes on (WX_NEXT): at the handler that the next instruction names, or in the
/// handler of the next part of a sequence.
struct Dispatch {
  static unsigned go(Registers&) { return kContinue; }
};
template <Handler kHandler>
struct Then {
  static unsigned go(Registers& regs) { return kHandler(regs); }
};

}  // namespace weft::interp

#define WX_CC
#define WX_PARAMS weft::interp::Registers& regs
#define WX_ARGS regs
#define WX_SECTION
#define WX_HANDLER(name) [[maybe_unused]] static unsigned name(WX_PARAMS)
#define WX_COLD_HANDLER(name) [[maybe_unused]] static unsigned name(WX_PARAMS)
#define WX_BEGIN                                            \
  [[maybe_unused]] const std::byte*& ip = regs.ip;          \
  [[maybe_unused]] weft::runtime::Cell*& fp = regs.fp;      \
  [[maybe_unused]] std::byte*& mem0 = regs.mem0;            \
  [[maybe_unused]] weft::runtime::VMContext*& cx = regs.cx; \
  [[maybe_unused]] uint64_t& acc = regs.acc;                \
  [[maybe_unused]] float& facc = regs.facc;                 \
  [[maybe_unused]] double& dacc = regs.dacc;                \
  [[maybe_unused]] weft::wasm::lanes::u64& vacc = regs.vacc;
#define WX_JUMP() return weft::interp::kContinue
#define WX_NEXT(n)            \
  do {                        \
    ip += (n);                \
    return Next::go(WX_ARGS); \
  } while (false)
#define WX_TAKE(at)                 \
  do {                              \
    ip = jump(ip, at);              \
    return weft::interp::kContinue; \
  } while (false)
#define WX_GO(handler) return handler(regs)
#define WX_FINISH(code) return static_cast<unsigned>(code)
#define WX_PIN_ACCESS() static_cast<void>(0)
#define WX_PIN_LOAD(value) static_cast<void>(value)
#define WX_PIN_LOAD_F(value) static_cast<void>(value)
#define WX_PIN_STORE() static_cast<void>(0)
#define WX_KEEP_BRANCH() static_cast<void>(0)

namespace weft::interp {
inline TrapCode run(const std::byte* ip, Cell* fp, std::byte* mem0, VMContext* cx, uint64_t acc,
                    float facc, double dacc, wasm::lanes::u64 vacc) {
  Registers regs{ip, fp, mem0, cx, acc, facc, dacc, vacc};
  unsigned status;
  do {
    // SAFETY: the first word of an instruction is the address of a handler.
    status = (*reinterpret_cast<const Handler*>(regs.ip))(regs);
  } while (status == kContinue);
  return static_cast<TrapCode>(status);
}
}  // namespace weft::interp
