// The smallest useful program, for start-up time and memory: one line of output through stdio.
#include <stdio.h>

int main(void) {
  puts("hello");
  return 0;
}
