// The mix of a small embedded program: linked list search and sort, integer matrices, a state
// machine over text, and a CRC that ties the results together (the same kinds of work as the
// CoreMark benchmark; the code is our own).
#include "bench.h"

typedef struct Item {
  struct Item* next;
  int16_t key;
  int16_t index;
} Item;

enum { kItems = 200, kDim = 24, kText = 800 };
static Item items[kItems];
static Item* head;
static int16_t mat_a[kDim][kDim], mat_b[kDim][kDim];
static int32_t mat_c[kDim][kDim];
static char text[kText + 1];

static uint16_t crc16(uint16_t value, uint16_t crc) {
  for (int i = 0; i < 16; i++) {
    const uint16_t carry = (uint16_t)((value ^ crc) & 1u);
    crc = (uint16_t)(crc >> 1);
    value = (uint16_t)(value >> 1);
    if (carry) crc ^= 0xa001u;
  }
  return crc;
}

static int by_key(const Item* a, const Item* b) { return a->key - b->key; }
static int by_index(const Item* a, const Item* b) { return a->index - b->index; }

static Item* merge(Item* a, Item* b, int (*compare)(const Item*, const Item*)) {
  Item first, *tail = &first;
  while (a && b) {
    if (compare(a, b) <= 0) {
      tail->next = a;
      a = a->next;
    } else {
      tail->next = b;
      b = b->next;
    }
    tail = tail->next;
  }
  tail->next = a ? a : b;
  return first.next;
}

static Item* sort_list(Item* list, int (*compare)(const Item*, const Item*)) {
  if (!list || !list->next) return list;
  Item *slow = list, *fast = list->next;
  while (fast && fast->next) {
    slow = slow->next;
    fast = fast->next->next;
  }
  Item* back = slow->next;
  slow->next = NULL;
  return merge(sort_list(list, compare), sort_list(back, compare), compare);
}

static Item* reverse(Item* list) {
  Item* out = NULL;
  while (list) {
    Item* next = list->next;
    list->next = out;
    out = list;
    list = next;
  }
  return out;
}

static uint16_t run_list(int16_t needle, uint16_t crc) {
  for (int round = 0; round < 20; round++) {
    const Item* at = head;
    while (at && at->key != needle) at = at->next;
    crc = crc16(at ? (uint16_t)at->index : 0xffffu, crc);
    head = reverse(head);
    needle = (int16_t)((needle * 7 + 3) & 0x1ff);
  }
  head = sort_list(head, by_key);
  crc = crc16((uint16_t)head->index, crc);
  head = sort_list(head, by_index);
  return crc16((uint16_t)head->key, crc);
}

static uint16_t run_matrix(int16_t seed, uint16_t crc) {
  for (int i = 0; i < kDim; i++)
    for (int j = 0; j < kDim; j++) mat_a[i][j] = (int16_t)(mat_a[i][j] + seed);
  for (int i = 0; i < kDim; i++) {
    for (int j = 0; j < kDim; j++) {
      int32_t sum = 0;
      for (int k = 0; k < kDim; k++) {
        const int32_t product = mat_a[i][k] * mat_b[k][j];
        sum += ((product >> 2) & 0xf) * ((product >> 5) & 0x7f);
      }
      mat_c[i][j] = sum;
    }
  }
  int32_t total = 0, last = 0;
  for (int i = 0; i < kDim; i++) {
    for (int j = 0; j < kDim; j++) {
      total += mat_c[i][j] > last ? 10 : 1;
      last = mat_c[i][j];
    }
  }
  for (int i = 0; i < kDim; i++)
    for (int j = 0; j < kDim; j++) mat_a[i][j] = (int16_t)(mat_a[i][j] - seed);
  return crc16((uint16_t)total, crc);
}

enum State { kStart, kSign, kInt, kPoint, kExp, kExpSign, kExpInt, kBad, kStates };

static enum State step(enum State state, char c) {
  const int digit = c >= '0' && c <= '9';
  switch (state) {
    case kStart: return digit ? kInt : c == '+' || c == '-' ? kSign : c == '.' ? kPoint : kBad;
    case kSign: return digit ? kInt : c == '.' ? kPoint : kBad;
    case kInt: return digit ? kInt : c == '.' ? kPoint : c == 'e' || c == 'E' ? kExp : kBad;
    case kPoint: return digit ? kPoint : c == 'e' || c == 'E' ? kExp : kBad;
    case kExp: return digit ? kExpInt : c == '+' || c == '-' ? kExpSign : kBad;
    case kExpSign: return digit ? kExpInt : kBad;
    case kExpInt: return digit ? kExpInt : kBad;
    default: return kBad;
  }
}

static uint16_t run_states(uint16_t crc) {
  uint32_t visits[kStates] = {0};
  enum State state = kStart;
  for (const char* p = text; *p; p++) {
    if (*p == ',') {
      visits[state]++;
      state = kStart;
    } else {
      state = step(state, *p);
    }
  }
  for (int i = 0; i < kStates; i++) crc = crc16((uint16_t)visits[i], crc);
  return crc;
}

static void setup(void) {
  for (int i = 0; i < kItems; i++) {
    items[i].key = (int16_t)(bench_rand() & 0x1ff);
    items[i].index = (int16_t)i;
    items[i].next = i + 1 < kItems ? &items[i + 1] : NULL;
  }
  head = &items[0];
  for (int i = 0; i < kDim; i++) {
    for (int j = 0; j < kDim; j++) {
      mat_a[i][j] = (int16_t)(bench_rand() & 0xff);
      mat_b[i][j] = (int16_t)(bench_rand() & 0xff);
    }
  }
  static const char* const words[] = {"5012,",     "1234.500,", "-110.700,",
                                      "+0.64400,", "5.500e+3,", "-.123e-2,",
                                      "T0.3e-1F,", "-T.T++Tq,", "1T3.4e4z,"};
  size_t used = 0;
  while (used + 12 < kText) {
    const char* word = words[bench_rand() % 9];
    memcpy(text + used, word, strlen(word));
    used += strlen(word);
  }
}

static uint64_t kernel(uint32_t units) {
  uint16_t crc = 0;
  for (uint32_t u = 0; u < units; u++) {
    for (int i = 0; i < 20; i++) {
      crc = run_list((int16_t)((u + (uint32_t)i) & 0x1ff), crc);
      crc = run_matrix((int16_t)(i + 1), crc);
      crc = run_states(crc);
      text[(crc % (kText / 2)) + 1] ^= (char)(i & 1);
    }
  }
  return crc;
}

WORKLOAD(core, 400)
