// Uses of the C library's heap, right and wrong; the first argument says which.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void* volatile kept;
static char statics[64];

static void* hide(void* p) {
  kept = p;
  return kept;
}

static void overflow_read(void) {
  char* p = hide(malloc(10));
  memset(p, 1, 10);
  printf("%d\n", p[10]);
}
static void overflow_write(void) {
  char* p = hide(malloc(24));
  p[24] = 1;
}
static void overflow_word(void) {
  int* p = hide(malloc(5 * sizeof(int)));
  for (int i = 0; i <= 5; ++i) p[i] = i;
}
static void underflow(void) {
  char* p = hide(malloc(10));
  p[-1] = 1;
}
static void overflow_calloc(void) {
  short* p = hide(calloc(7, sizeof(short)));
  p[7] = 1;
}
static void overflow_realloc(void) {
  char* p = hide(realloc(malloc(100), 30));
  p[30] = 1;
}
static void overflow_aligned(void) {
  char* p = hide(aligned_alloc(64, 128));
  p[128] = 1;
}
static void overflow_memset(void) {
  char* p = hide(malloc(1000));
  volatile size_t n = 1001;
  memset(p, 0, n);
}
static void after_free(void) {
  int* p = hide(malloc(40));
  p[3] = 5;
  free(p);
  p = kept;
  printf("%d\n", p[3]);
}
static void after_realloc(void) {
  char* p = hide(malloc(16));
  void* pin = malloc(16);
  char* q = realloc(p, 5000);
  *(char*)kept = 1;
  printf("%p %p\n", pin, (void*)q);
}
static void double_free(void) {
  void* p = hide(malloc(33));
  void* pin = malloc(8);
  free(p);
  free(kept);
  free(pin);
}
static void free_inside(void) {
  char* p = hide(malloc(64));
  free((char*)hide(p + 16));
}
static void free_static(void) { free(hide(statics + 16)); }
static void realloc_freed(void) {
  void* p = hide(malloc(33));
  free(p);
  printf("%p\n", realloc(kept, 10));
}
static void never_allocated(void) {
  char* p = hide(malloc(8));
  printf("%d\n", p[5000]);
}

// Everything a correct program may do.
static void clean(void) {
  enum { kBlocks = 500 };
  static char* blocks[kBlocks];
  static size_t sizes[kBlocks];
  uint32_t random = 1;
  for (int round = 0; round < 20000; ++round) {
    random = random * 1664525 + 1013904223;
    const unsigned i = (random >> 8) % kBlocks;
    const size_t size = (random >> 20) % 12 == 0 ? (random >> 12) % 70000 : (random >> 12) % 300;
    switch ((random >> 4) % 6) {
      case 0:
        free(blocks[i]);
        blocks[i] = malloc(size);
        break;
      case 1:
        free(blocks[i]);
        blocks[i] = calloc(size, 1);
        break;
      case 2: blocks[i] = realloc(blocks[i], size == 0 ? 1 : size); break;
      case 3:
        free(blocks[i]);
        blocks[i] = aligned_alloc(32, size);
        break;
      case 4: {
        void* p = NULL;
        free(blocks[i]);
        if (posix_memalign(&p, 16, size) != 0) abort();
        blocks[i] = p;
        break;
      }
      default: free(blocks[i]); blocks[i] = NULL;
    }
    sizes[i] = blocks[i] == NULL ? 0 : size;
    if (blocks[i] != NULL && sizes[i] != 0) {
      memset(blocks[i], (int)(random >> 24), sizes[i]);
      blocks[i][sizes[i] - 1] = 0;
      if (strlen(blocks[i]) >= sizes[i]) abort();
      char* copy = strdup(blocks[i]);
      if (strcmp(copy, blocks[i]) != 0 || strchr(copy, 1) == copy + sizes[i]) abort();
      free(copy);
    }
  }
  if (realloc(hide(malloc(10)), SIZE_MAX - 1000) != NULL) abort();
  ((char*)kept)[9] = 1;
  free(kept);
  free(malloc(0));
  free(NULL);
  char* text = NULL;
  size_t length = 0;
  FILE* file = open_memstream(&text, &length);
  for (int i = 0; i < 1000; ++i) fprintf(file, "%d ", i);
  fclose(file);
  printf("clean %zu\n", length);
  free(text);
}

int main(int argc, char** argv) {
  static const struct {
    const char* name;
    void (*run)(void);
  } kCases[] = {
#define CASE(name) {#name, name},
      CASE(overflow_read) CASE(overflow_write) CASE(overflow_word) CASE(underflow)
          CASE(overflow_calloc) CASE(overflow_realloc) CASE(overflow_aligned) CASE(overflow_memset)
              CASE(after_free) CASE(after_realloc) CASE(double_free) CASE(free_inside)
                  CASE(free_static) CASE(realloc_freed) CASE(never_allocated) CASE(clean)};
  for (size_t i = 0; i < sizeof kCases / sizeof *kCases; ++i) {
    if (argc > 1 && strcmp(argv[1], kCases[i].name) == 0) {
      kCases[i].run();
      return 0;
    }
  }
  return 2;
}
