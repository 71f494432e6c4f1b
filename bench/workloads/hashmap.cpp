// A template hash map with open addressing, used as a word counter and as an integer map: C++ code
// with small inlined members, unpredictable branches and scattered loads.
#include "bench.h"

namespace {

template <typename Key, typename Value>
struct Traits;

template <typename Value>
struct Traits<uint64_t, Value> {
  static uint64_t hash(uint64_t key) {
    key ^= key >> 33;
    key *= 0xff51afd7ed558ccdu;
    return key ^ (key >> 29);
  }
  static bool equal(uint64_t a, uint64_t b) { return a == b; }
};

struct Word {
  const char* data;
  uint32_t length;
};

template <typename Value>
struct Traits<Word, Value> {
  static uint64_t hash(const Word& word) {
    uint64_t h = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < word.length; i++)
      h = (h ^ (unsigned char)word.data[i]) * 0x100000001b3u;
    return h ^ (h >> 31);
  }
  static bool equal(const Word& a, const Word& b) {
    if (a.length != b.length) return false;
    for (uint32_t i = 0; i < a.length; i++)
      if (a.data[i] != b.data[i]) return false;
    return true;
  }
};

template <typename Key, typename Value>
class HashMap {
 public:
  HashMap() : slots_(new Slot[16]()), mask_(15) {}
  ~HashMap() { delete[] slots_; }
  HashMap(const HashMap&) = delete;
  HashMap& operator=(const HashMap&) = delete;

  Value& operator[](const Key& key) {
    if (used_ * 4 >= (mask_ + 1) * 3) grow();
    Slot* slot = find_slot(key);
    if (!slot->used) {
      slot->used = true;
      slot->key = key;
      used_++;
    }
    return slot->value;
  }
  const Value* find(const Key& key) const {
    const Slot* slot = find_slot(key);
    return slot->used ? &slot->value : nullptr;
  }
  uint32_t size() const { return used_; }

 private:
  struct Slot {
    Key key;
    Value value;
    bool used;
  };
  Slot* find_slot(const Key& key) const {
    uint32_t at = (uint32_t)Traits<Key, Value>::hash(key) & mask_;
    while (slots_[at].used && !Traits<Key, Value>::equal(slots_[at].key, key))
      at = (at + 1) & mask_;
    return &slots_[at];
  }
  void grow() {
    Slot* old = slots_;
    const uint32_t count = mask_ + 1;
    mask_ = count * 2 - 1;
    slots_ = new Slot[count * 2]();
    for (uint32_t i = 0; i < count; i++)
      if (old[i].used) *find_slot(old[i].key) = old[i];
    delete[] old;
  }

  Slot* slots_;
  uint32_t mask_;
  uint32_t used_ = 0;
};

char text[40000];

}  // namespace

static void setup() {
  size_t at = 0;
  while (at + 12 < sizeof text) {
    const uint64_t letters = 1 + bench_rand() % 3;
    for (uint64_t i = 0; i < letters * 2; i++)
      text[at++] = (char)('a' + bench_rand() % (4 + i * 2));
    text[at++] = ' ';
  }
  while (at < sizeof text) text[at++] = ' ';
}

static uint64_t kernel(uint32_t units) {
  uint64_t sum = 0;
  for (uint32_t u = 0; u < units; u++) {
    HashMap<Word, uint32_t> words;
    for (uint32_t start = 0; start < sizeof text;) {
      uint32_t end = start;
      while (text[end] != ' ') end++;
      if (end > start) words[Word{text + start, end - start}]++;
      start = end + 1;
    }
    HashMap<uint64_t, uint64_t> numbers;
    uint64_t x = u + 1;
    for (int i = 0; i < 12000; i++) {
      x = x * 6364136223846793005u + 1442695040888963407u;
      numbers[(x >> 40) & 0x1fff] += x & 0xff;
      if (const uint64_t* hit = numbers.find(x >> 51)) sum += *hit;
    }
    sum = bench_mix(sum, words.size() + numbers.size());
    text[(x >> 33) % 20000] ^= 1;
    for (uint32_t i = 0; i < 20000; i++)
      if (text[i] == '!') text[i] = ' ';
  }
  return sum;
}

WORKLOAD(hashmap, 200)
