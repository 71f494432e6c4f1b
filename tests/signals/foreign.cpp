#include "foreign.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace weft::signals {
namespace {

std::atomic<uint64_t> g_own, g_passed, g_kernel, g_timer;

/// One foreign handler: its page, how it was installed, what it saw last.
struct Handler {
  std::byte* page = nullptr;
  Style style{};
  struct sigaction previous{};
  siginfo_t info{};
  int signal = 0;
  bool has_context = false;
  sigset_t mask{};
};
// Written before its handler is installed; the rest by the handler, on the thread that faults for
// it.
Handler g_first, g_last;

size_t page_size() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }
bool is_in(const Handler& h, const void* address) {
  const auto at = reinterpret_cast<uintptr_t>(address);
  const auto begin = reinterpret_cast<uintptr_t>(h.page);
  return at >= begin && at < begin + page_size();
}

/// In the handler: note everything, make the page readable; the access succeeds then.
void answer(Handler& h, int signal, const siginfo_t* info, const void* context) {
  h.signal = signal;
  if (info != nullptr) h.info = *info;
  h.has_context = context != nullptr;
  pthread_sigmask(SIG_BLOCK, nullptr, &h.mask);
  mprotect(h.page, page_size(), PROT_READ);
}

void on_first(int signal, siginfo_t* info, void* context) {
  if (!is_in(g_first, info->si_addr)) _exit(kStranger);
  ++g_own;
  answer(g_first, signal, info, context);
}
void on_first_plain(int signal) {
  ++g_own;
  answer(g_first, signal, nullptr, nullptr);
}
void on_last(int signal, siginfo_t* info, void* context) {
  if (is_in(g_last, info->si_addr)) return answer(g_last, signal, info, context);
  ++g_passed;
  if ((g_last.previous.sa_flags & SA_SIGINFO) == 0) _exit(kStranger);  // ours takes three arguments
  g_last.previous.sa_sigaction(signal, info, context);
}
void on_profile(int, siginfo_t* info, void*) { ++(info->si_code == SI_TIMER ? g_timer : g_kernel); }

void install(Handler& h, const Style& style) {
  void* const page = mmap(nullptr, page_size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) std::abort();
  h.page = static_cast<std::byte*>(page);
  h.style = style;
  struct sigaction action{};
  action.sa_flags = style.flags;
  if (&h == &g_last) {
    action.sa_sigaction = on_last;
  } else if ((style.flags & SA_SIGINFO) != 0) {
    action.sa_sigaction = on_first;
  } else {
    action.sa_handler = on_first_plain;
  }
  sigemptyset(&action.sa_mask);
  if (style.mask_usr1) sigaddset(&action.sa_mask, SIGUSR1);
  if (sigaction(SIGSEGV, &action, &h.previous) != 0) std::abort();
}

const char* fault(Handler& h, uint32_t offset) {
  mprotect(h.page, page_size(), PROT_NONE);
  h.signal = 0;
  h.info = {};
  h.has_context = false;
  const volatile std::byte* const at = h.page + offset;
  (void)*at;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (h.signal != SIGSEGV) return "the handler was not called with SIGSEGV";
  if ((h.style.flags & SA_SIGINFO) != 0) {
    if (h.info.si_signo != SIGSEGV) return "si_signo is another one";
    if (h.info.si_code != SEGV_ACCERR) return "si_code is another one";
    if (h.info.si_addr != h.page + offset) return "si_addr is another one";
    if (!h.has_context) return "there is no context";
  }
#if !defined(WEFT_SANITIZED)  // ThreadSanitizer calls handlers with a mask of its own
  // What the kernel blocked for a handler that passes a fault on stays blocked in those it is
  // passed to.
  const auto blocked_for = [&](bool (*blocks)(const Style&)) {
    return blocks(h.style) || (&h == &g_first && g_last.page != nullptr && blocks(g_last.style));
  };
  if ((sigismember(&h.mask, SIGUSR1) == 1) !=
      blocked_for([](const Style& s) { return s.mask_usr1; }))
    return "its mask was not in force";
  if ((sigismember(&h.mask, SIGSEGV) == 1) !=
      blocked_for([](const Style& s) { return (s.flags & SA_NODEFER) == 0; }))
    return "SA_NODEFER was not obeyed";
#endif
  sigset_t now;
  pthread_sigmask(SIG_BLOCK, nullptr, &now);
  if (sigismember(&now, SIGUSR1) == 1 || sigismember(&now, SIGSEGV) == 1)
    return "signals are blocked after it";
  return nullptr;
}

}  // namespace

Counts counts() { return {g_own, g_passed, g_kernel, g_timer}; }

bool start_profiling() {
  struct sigaction action{};
  action.sa_sigaction = on_profile;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGPROF, &action, nullptr) != 0) return false;
  const itimerval processor{{0, 1000}, {0, 1000}};
  if (setitimer(ITIMER_PROF, &processor, nullptr) != 0) return false;
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGPROF;
  event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
  timer_t timer{};
  const itimerspec real{{0, 1000000}, {0, 1000000}};
  return timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
         timer_settime(timer, 0, &real, nullptr) == 0;
}

void install_first(const Style& style) { install(g_first, style); }
void install_last(const Style& style) { install(g_last, style); }
const char* fault_of_first(uint32_t offset) { return fault(g_first, offset); }
const char* fault_of_last(uint32_t offset) { return fault(g_last, offset); }

}  // namespace weft::signals
