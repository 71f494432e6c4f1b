// A bytecode interpreter (switch dispatch over a register machine) running a prime counter: an
// interpreter inside the engine under test.
#include "bench.h"

enum Op {
  kConst,
  kMove,
  kAdd,
  kSub,
  kMul,
  kRem,
  kLess,
  kEqual,
  kJump,
  kJumpIf,
  kJumpUnless,
  kLoad,
  kStore,
  kHalt
};

typedef struct {
  uint8_t op, a, b, c;
  int32_t imm;
} Code;

static int64_t heap[1024];

// r0 limit, r1 candidate, r2 divisor, r3..r6 scratch, r7 count.
static const Code program[] = {
    {kConst, 1, 0, 0, 2},        //  0  candidate = 2
    {kConst, 7, 0, 0, 0},        //  1  count = 0
    {kLess, 3, 1, 0, 0},         //  2  outer: candidate < limit?
    {kJumpUnless, 3, 0, 0, 21},  //  3
    {kConst, 2, 0, 0, 2},        //  4  divisor = 2
    {kMul, 3, 2, 2, 0},          //  5  inner: divisor * divisor
    {kLess, 4, 1, 3, 0},         //  6  candidate < square?
    {kJumpIf, 4, 0, 0, 13},      //  7  prime
    {kRem, 5, 1, 2, 0},          //  8
    {kConst, 6, 0, 0, 0},        //  9
    {kEqual, 4, 5, 6, 0},        // 10
    {kJumpIf, 4, 0, 0, 18},      // 11  composite
    {kJump, 0, 0, 0, 15},        // 12  next divisor
    {kStore, 7, 1, 0, 0},        // 13  heap[count & 1023] = candidate
    {kJump, 0, 0, 0, 17},        // 14
    {kConst, 6, 0, 0, 1},        // 15
    {kJump, 0, 0, 0, 22},        // 16
    {kConst, 8, 0, 0, 1},        // 17  count++
    {kConst, 6, 0, 0, 1},        // 18
    {kAdd, 7, 7, 8, 0},          // 19
    {kJump, 0, 0, 0, 24},        // 20
    {kHalt, 7, 0, 0, 0},         // 21
    {kAdd, 2, 2, 6, 0},          // 22  divisor++
    {kJump, 0, 0, 0, 5},         // 23
    {kConst, 8, 0, 0, 0},        // 24
    {kAdd, 1, 1, 6, 0},          // 25  candidate++
    {kLoad, 9, 7, 0, 0},         // 26
    {kMove, 10, 9, 0, 0},        // 27
    {kJump, 0, 0, 0, 2},         // 28
};

static int64_t run(const Code* code, int64_t limit) {
  int64_t r[16] = {0};
  r[0] = limit;
  for (const Code* pc = code;;) {
    const Code i = *pc++;
    switch ((enum Op)i.op) {
      case kConst: r[i.a] = i.imm; break;
      case kMove: r[i.a] = r[i.b]; break;
      case kAdd: r[i.a] = r[i.b] + r[i.c]; break;
      case kSub: r[i.a] = r[i.b] - r[i.c]; break;
      case kMul: r[i.a] = r[i.b] * r[i.c]; break;
      case kRem: r[i.a] = (int64_t)((uint32_t)r[i.b] % (uint32_t)r[i.c]); break;
      case kLess: r[i.a] = r[i.b] < r[i.c]; break;
      case kEqual: r[i.a] = r[i.b] == r[i.c]; break;
      case kJump: pc = code + i.imm; break;
      case kJumpIf:
        if (r[i.a]) pc = code + i.imm;
        break;
      case kJumpUnless:
        if (!r[i.a]) pc = code + i.imm;
        break;
      case kLoad: r[i.a] = heap[r[i.b] & 1023]; break;
      case kStore: heap[r[i.a] & 1023] = r[i.b]; break;
      case kHalt: return r[i.a];
    }
  }
}

static const Code* volatile program_start = program;
static void setup(void) {}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++)
    sum = bench_mix(sum, (uint64_t)run(program_start, 2000 + (int64_t)(u % 16)));
  return sum ^ (uint64_t)heap[100];
}

WORKLOAD(vm, 900)
