// wasi-libc (2022) has no setjmp: programs that only include the header compile, programs that jump
// do not link.
#pragma once
typedef int jmp_buf[1];
