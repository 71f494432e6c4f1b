// A trap below a callback that the C library calls through the table.
#include <stdlib.h>

int numbers[] = {3, 1, 2};

__attribute__((noinline)) void give_up(void) {
  __builtin_trap();  // FRAME 0 give_up
}

int compare(const void* a, const void* b) {
  const int left = *(const int*)a;
  const int right = *(const int*)b;
  if (left + right == 3) give_up();  // FRAME 1 compare
  return left - right;
}

int main(void) {
  qsort(numbers, 3, sizeof numbers[0], compare);
  return numbers[0];
}
