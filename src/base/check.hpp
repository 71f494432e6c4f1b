// WEFT_CHECK: an impossible state is our bug; stop before memory safety is lost. Kept in release.
#pragma once

namespace weft {

/// Called before the process is stopped; the embedder may log. Must not return into guest code.
using PanicHook = void (*)(const char* condition, const char* file, int line);
void set_panic_hook(PanicHook hook);
[[noreturn]] void panic(const char* condition, const char* file, int line);

}  // namespace weft

#define WEFT_CHECK(cond) \
  (__builtin_expect(!!(cond), 1) ? (void)0 : ::weft::panic(#cond, __FILE__, __LINE__))

#ifdef NDEBUG
#define WEFT_DCHECK(cond) ((void)sizeof(!(cond)))
#else
#define WEFT_DCHECK(cond) WEFT_CHECK(cond)
#endif
