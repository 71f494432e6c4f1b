#include "runtime/fault_handler.hpp"

#include <pthread.h>
#include <signal.h>
#include <ucontext.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "platform/virtual_memory.hpp"
#include "runtime/code_registry.hpp"
#include "runtime/store.hpp"
#include "runtime/trap_exit.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define WEFT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_ASAN 1
#endif
#endif
#if defined(WEFT_ASAN)
#include <sanitizer/asan_interface.h>
#endif

#if defined(__x86_64__)
extern "C" const char weft_guest_landing[];
#endif

namespace weft::runtime {

namespace {

constexpr std::array<int, 4> kSignals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
struct sigaction g_previous[kSignals.size()];  // written before the handlers are installed
std::atomic<bool> g_spent[kSignals.size()];    // a previous handler with SA_RESETHAND was called

#if defined(__x86_64__)
void read_registers(const ucontext_t& uc, uint64_t (&out)[32], uintptr_t& pc) {
  constexpr int kOrder[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                            REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  for (size_t i = 0; i < std::size(kOrder); ++i)
    out[i] = static_cast<uint64_t>(uc.uc_mcontext.gregs[kOrder[i]]);
  pc = static_cast<uintptr_t>(uc.uc_mcontext.gregs[REG_RIP]);
}

/// SAFETY: the stub noted its stack pointer in the activation; nothing between it and the faulting
/// code owns a destructor (trap_exit.hpp), so the frames in between can be dropped.
void land(ucontext_t& uc, Activation& activation, TrapCode code) {
  auto& gregs = uc.uc_mcontext.gregs;
#if defined(WEFT_ASAN)
  const auto sp = static_cast<uintptr_t>(gregs[REG_RSP]);
  const auto to = reinterpret_cast<uintptr_t>(activation.landing_sp);
  if (sp < to) __asan_unpoison_memory_region(reinterpret_cast<void*>(sp), to - sp);
#endif
  constexpr greg_t kDirectionFlag = 0x400;
  gregs[REG_RIP] = reinterpret_cast<greg_t>(weft_guest_landing);
  gregs[REG_RSP] = reinterpret_cast<greg_t>(activation.landing_sp);
  gregs[REG_RAX] = static_cast<greg_t>(code);
  gregs[REG_EFL] &= ~kDirectionFlag;
}
#elif defined(__aarch64__)
void read_registers(const ucontext_t& uc, uint64_t (&out)[32], uintptr_t& pc) {
  for (size_t i = 0; i < 31; ++i) out[i] = uc.uc_mcontext.regs[i];
  out[31] = uc.uc_mcontext.sp;
  pc = uc.uc_mcontext.pc;
}
void land(ucontext_t&, Activation& activation, TrapCode code) {
  siglongjmp(activation.landing, static_cast<int>(code));
}
#else
void read_registers(const ucontext_t&, uint64_t (&)[32], uintptr_t& pc) { pc = 0; }
void land(ucontext_t&, Activation& activation, TrapCode code) {
  siglongjmp(activation.landing, static_cast<int>(code));
}
#endif

/// Decision order: no activation -> not ours; pc in registered code and its resolver says so ->
/// ours; else not.
bool become_trap(int signal, const siginfo_t& info, ucontext_t& uc) {
  Activation* const activation = Activation::newest();
  if (activation == nullptr || info.si_code <= 0)
    return false;  // sent by kill() or the like: no fault of the guest
  uint64_t registers[32] = {};
  FaultInfo fault;
  fault.signal = signal;
  fault.registers = registers;
  read_registers(uc, registers, fault.pc);
  const CodeRange* const range = find_code(fault.pc);
  if (range == nullptr) return false;
  VMStoreContext& ctx = activation->store();
  fault.address = reinterpret_cast<uintptr_t>(info.si_addr);
  if (signal == SIGSEGV || signal == SIGBUS) {
    // SAFETY: the store's list of memories changes only outside of registered code, on this thread.
    if (Memory* memory = ctx.store->memory_at(fault.address)) {
      fault.in_memory = true;
      fault.guest_address = fault.address - reinterpret_cast<uintptr_t>(memory->base);
      fault.memory_size = length_of(*memory);
    }
  }
  const TrapCode code = range->resolve(fault, ctx, range->env);
  if (code == TrapCode::none) return false;
  ctx.trap.code = code;
  ctx.trap.fault_address = fault.guest_address;
  ctx.trap.fault_size = fault.memory_size;
  land(uc, *activation, code);
  return true;
}

void pass_to_previous(int signal, siginfo_t* info, void* context) {
  size_t i = 0;
  while (kSignals[i] != signal) ++i;
  const struct sigaction& previous = g_previous[i];
  bool is_function = (previous.sa_flags & SA_SIGINFO) != 0 ||
                     (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN);
  // One call and the default after it, as the kernel does: crash reporters return to the fault and
  // rely on it. SAFETY: relaxed, because the flag guards no other data.
  const bool once = is_function && (previous.sa_flags & static_cast<int>(SA_RESETHAND)) != 0;
  const bool spent = once && g_spent[i].exchange(true, std::memory_order_relaxed);
  if (spent) is_function = false;
  if (!is_function) {
    if (!spent && previous.sa_handler == SIG_IGN && info->si_code <= 0) return;
    // The default: back in the same instruction, the fault ends the process as if we had never been
    // here.
    struct sigaction fresh{};
    fresh.sa_handler = SIG_DFL;
    sigaction(signal, &fresh, nullptr);
    if (info->si_code <= 0) raise(signal);
    return;
  }
  sigset_t mask = previous.sa_mask;
  sigset_t old;
  if ((previous.sa_flags & SA_NODEFER) == 0) sigaddset(&mask, signal);
  pthread_sigmask(SIG_BLOCK, &mask, &old);
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else {
    previous.sa_handler(signal);
  }
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
}

void on_signal(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  if (!become_trap(signal, *info, *static_cast<ucontext_t*>(context)))
    pass_to_previous(signal, info, context);
  errno = saved_errno;
}

Result<> install_all() {
  for (size_t i = 0; i < kSignals.size(); ++i) {
    if (sigaction(kSignals[i], nullptr, &g_previous[i]) != 0) {
      return fail(ErrorCode::io,
                  std::string("cannot read a signal handler: ") + std::strerror(errno));
    }
  }
  struct sigaction action{};
  action.sa_sigaction = on_signal;
  // NODEFER: a landing does not return from the handler by the kernel, so the signal must not stay
  // blocked.
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const int signal : kSignals) {
    if (sigaction(signal, &action, nullptr) != 0) {
      return fail(ErrorCode::io,
                  std::string("cannot install a signal handler: ") + std::strerror(errno));
    }
  }
  return {};
}

/// The thread's own alternate stack; uninstalled and freed when the thread ends.
struct SignalStack {
  platform::Reservation memory;
  bool checked = false;
  ~SignalStack() {
    if (!memory) return;
    stack_t off{};
    off.ss_flags = SS_DISABLE;
    sigaltstack(&off, nullptr);
  }
};
thread_local SignalStack t_signal_stack;

}  // namespace

Result<> install_signal_handlers() {
  static std::mutex mutex;
  static bool installed = false;
  const std::lock_guard lock(mutex);
  if (installed) return {};
  WEFT_TRY(install_all());
  installed = true;
  return {};
}

void ensure_signal_stack() {
  SignalStack& own = t_signal_stack;
  if (own.checked) return;
  own.checked = true;
  constexpr size_t kNeeded =
      32u << 10;  // AVX-512 register state is 2.7 KiB; the rest is room for chained handlers
  stack_t present{};
  if (sigaltstack(nullptr, &present) != 0) return;
  if ((present.ss_flags & SS_DISABLE) == 0 && present.ss_size >= kNeeded) return;
  const size_t guard = platform::page_size();
  auto memory = platform::Reservation::reserve(guard + 2 * kNeeded);
  if (!memory || !memory->commit(guard, memory->size() - guard))
    return;  // faults use the thread's own stack then
  stack_t wanted{};
  wanted.ss_sp = memory->data() + guard;
  wanted.ss_size = memory->size() - guard;
  if (sigaltstack(&wanted, nullptr) == 0) own.memory = std::move(*memory);
}

}  // namespace weft::runtime
