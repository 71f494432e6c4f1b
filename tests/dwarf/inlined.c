// Calls inside of calls, which -O2 puts into one function.
#include <stdio.h>
#include <stdlib.h>

__attribute__((always_inline)) static inline int divide(int a, int b) {
  return a / b;  // FRAME 0 divide inlined
}

__attribute__((always_inline)) static inline int half(int a, int zero) {
  int twice = a * 2;
  return divide(twice, zero) + 1;  // FRAME 1 half inlined
}

__attribute__((noinline)) int outer(int a, int zero) {
  int sum = 0;
  for (int i = 0; i < a; ++i) sum += i;
  return half(sum, zero) * 3;  // FRAME 2 outer
}

__attribute__((noinline)) int middle(const char* word) {
  int result = outer(10, atoi(word));  // FRAME 3 middle
  return result + 1;
}

int main(int argc, char** argv) {
  printf("before\n");
  (void)argv;
  int result = middle(argc > 5 ? "7" : "0");  // FRAME 4 main
  return result;
}
