// A small backtracking pattern matcher (literals, '.', classes, '*', '+', '?', anchors) over
// generated log lines.
#include "bench.h"

static char text[32768];

static void setup(void) {
  static const char* const words[] = {"GET",      "POST",       "index",   "error",      "user42",
                                      "10.0.0.7", "warn:",      "a@b.org", "2026-11-21", "timeout",
                                      "xyzzy",    "cache-miss", "id=9931", "ok"};
  size_t at = 0;
  while (at + 24 < sizeof text) {
    const char* word = words[bench_rand() % 14];
    const size_t length = strlen(word);
    memcpy(text + at, word, length);
    at += length;
    text[at++] = bench_rand() % 9 == 0 ? '\n' : ' ';
  }
  text[at] = 0;
}

// Length of the atom at `p`: one character, an escape, or a class in brackets.
static int atom_length(const char* p) {
  if (*p == '\\') return 2;
  if (*p != '[') return 1;
  int n = 1;
  while (p[n] && p[n] != ']') n++;
  return n + 1;
}

static int atom_matches(const char* p, char c) {
  if (c == 0 || c == '\n') return 0;
  if (*p == '.') return 1;
  if (*p == '\\') {
    if (p[1] == 'd') return c >= '0' && c <= '9';
    if (p[1] == 'w')
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return p[1] == c;
  }
  if (*p != '[') return *p == c;
  int inverted = p[1] == '^', hit = 0;
  for (p += 1 + inverted; *p && *p != ']'; p++) {
    if (p[1] == '-' && p[2] != ']') {
      hit |= c >= p[0] && c <= p[2];
      p += 2;
    } else {
      hit |= *p == c;
    }
  }
  return hit != inverted;
}

// End of the match of `p` at `s`, or NULL.
static const char* match(const char* p, const char* s) {
  for (;;) {
    if (*p == 0) return s;
    if (*p == '$' && p[1] == 0) return *s == 0 || *s == '\n' ? s : NULL;
    const int length = atom_length(p);
    const char quantifier = p[length];
    if (quantifier == '*' || quantifier == '+' || quantifier == '?') {
      const int least = quantifier == '+', most = quantifier == '?' ? 1 : 1 << 20;
      int count = 0;
      while (count < most && atom_matches(p, s[count])) count++;
      for (; count >= least; count--) {
        const char* end = match(p + length + 1, s + count);
        if (end) return end;
      }
      return NULL;
    }
    if (!atom_matches(p, *s)) return NULL;
    p += length;
    s++;
  }
}

static uint64_t kernel(uint32_t units) {
  static const char* const patterns[] = {
      "[a-z]+@[a-z]+\\.org", "\\d+\\.\\d+\\.\\d+\\.\\d+",
      "er*or [^ ]*",         "\\d\\d\\d\\d-\\d\\d-\\d\\d.*timeout",
      "id=\\d+ ?\\w*$",      "c.*-m[a-i]s+"};
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    const char* pattern = patterns[u % 6];
    uint32_t found = 0, total = 0;
    for (const char* s = text; *s;) {
      const char* end = match(pattern, s);
      if (end && end > s) {
        found++;
        total += (uint32_t)(end - s);
        s = end;
      } else {
        s++;
      }
    }
    hash = bench_mix(hash, (uint64_t)found << 32 | total);
  }
  return hash;
}

WORKLOAD(regex, 900)
