#include "platform/cpu.hpp"

#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)
#define _Bool bool  // the header of glibc 2.36 is C
#include <sys/platform/x86.h>
#undef _Bool
#endif

namespace weft::platform {

#if defined(CPU_FEATURE_ACTIVE)
// glibc has asked the processor before main; asking again (__builtin_cpu_supports) took 0.1 ms of
// each start where CPUID leaves a virtual machine.
bool cpu_has_sse42() { return CPU_FEATURE_ACTIVE(SSE4_2); }
bool cpu_has_fma() { return CPU_FEATURE_ACTIVE(AVX) && CPU_FEATURE_ACTIVE(FMA); }
#elif defined(__x86_64__)
bool cpu_has_sse42() { return __builtin_cpu_supports("sse4.2"); }
bool cpu_has_fma() { return __builtin_cpu_supports("avx") && __builtin_cpu_supports("fma"); }
#else
bool cpu_has_sse42() { return false; }
bool cpu_has_fma() { return false; }
#endif

}  // namespace weft::platform
