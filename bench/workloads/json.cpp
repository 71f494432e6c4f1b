// A JSON parser that builds a tree in an arena, a query over the tree and a writer: recursion,
// branches on bytes, small objects, string building.
#include "bench.h"

namespace {

class Arena {
 public:
  void* take(size_t bytes) {
    used_ = (used_ + 7) & ~(size_t)7;
    void* at = space_ + used_;
    used_ += bytes;
    if (used_ > sizeof space_) abort();
    return at;
  }
  void reset() { used_ = 0; }

 private:
  alignas(8) char space_[1 << 21];
  size_t used_ = 0;
};

Arena arena;

struct Value {
  enum Kind : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject } kind;
  Value* next;
  const char* key;
  uint32_t key_length;
  uint32_t length;
  double number;
  union {
    const char* string;
    Value* first;
  };
};

class Parser {
 public:
  Parser(const char* text, size_t length) : at_(text), end_(text + length) {}
  Value* value() {
    skip();
    Value* v = static_cast<Value*>(arena.take(sizeof(Value)));
    *v = Value{};
    if (at_ == end_) abort();
    switch (*at_) {
      case '{': list(v, Value::kObject, '}'); break;
      case '[': list(v, Value::kArray, ']'); break;
      case '"':
        v->kind = Value::kString;
        v->string = string(&v->length);
        break;
      case 't':
      case 'f':
        v->kind = Value::kBool;
        v->number = *at_ == 't';
        at_ += *at_ == 't' ? 4 : 5;
        break;
      case 'n': at_ += 4; break;
      default: v->kind = Value::kNumber; v->number = number();
    }
    return v;
  }

 private:
  void skip() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) at_++;
  }
  void list(Value* v, Value::Kind kind, char close) {
    v->kind = kind;
    at_++;
    Value** tail = &v->first;
    for (skip(); *at_ != close; skip()) {
      const char* key = nullptr;
      uint32_t key_length = 0;
      if (kind == Value::kObject) {
        key = string(&key_length);
        skip();
        at_++;
      }
      Value* element = value();
      element->key = key;
      element->key_length = key_length;
      *tail = element;
      tail = &element->next;
      v->length++;
      skip();
      if (*at_ == ',') at_++;
    }
    at_++;
  }
  const char* string(uint32_t* length) {
    at_++;
    char* out = static_cast<char*>(arena.take((size_t)64));
    uint32_t n = 0;
    while (*at_ != '"') {
      if (*at_ == '\\') at_++;
      if (n < 63) out[n++] = *at_;
      at_++;
    }
    at_++;
    *length = n;
    return out;
  }
  double number() {
    bool negative = *at_ == '-';
    if (negative) at_++;
    double v = 0, scale = 1;
    while (at_ < end_ && *at_ >= '0' && *at_ <= '9') v = v * 10 + (*at_++ - '0');
    if (at_ < end_ && *at_ == '.') {
      for (at_++; *at_ >= '0' && *at_ <= '9'; at_++) {
        v = v * 10 + (*at_ - '0');
        scale *= 10;
      }
    }
    return negative ? -v / scale : v / scale;
  }

  const char* at_;
  const char* end_;
};

char document[24000];
size_t document_length;
char output[64000];

class Writer {
 public:
  size_t write(const Value* v) {
    n_ = 0;
    emit(v);
    return n_;
  }

 private:
  void put(char c) { output[n_++] = c; }
  void quoted(const char* s, uint32_t length) {
    put('"');
    for (uint32_t i = 0; i < length; i++) {
      if (s[i] == '"' || s[i] == '\\') put('\\');
      put(s[i]);
    }
    put('"');
  }
  void integer(int64_t v) {
    char digits[24];
    int n = 0;
    if (v < 0) {
      put('-');
      v = -v;
    }
    do digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    while (n > 0) put(digits[--n]);
  }
  void emit(const Value* v) {
    switch (v->kind) {
      case Value::kNull: put('n'); break;
      case Value::kBool: put(v->number != 0 ? 't' : 'f'); break;
      case Value::kNumber: integer((int64_t)(v->number * 1000)); break;
      case Value::kString: quoted(v->string, v->length); break;
      case Value::kArray:
      case Value::kObject:
        put(v->kind == Value::kArray ? '[' : '{');
        for (const Value* e = v->first; e; e = e->next) {
          if (e->key) {
            quoted(e->key, e->key_length);
            put(':');
          }
          emit(e);
          if (e->next) put(',');
        }
        put(v->kind == Value::kArray ? ']' : '}');
    }
  }
  size_t n_ = 0;
};

void add(const char* s) {
  const size_t length = strlen(s);
  memcpy(document + document_length, s, length);
  document_length += length;
}

}  // namespace

static void setup() {
  char line[256];
  add("[\n");
  for (int i = 0; i < 150; i++) {
    snprintf(line, sizeof line,
             "  {\"id\": %d, \"name\": \"item \\\"%d\\\"\", \"price\": %d.%02d, \"tags\": "
             "[\"a%d\", \"b\"], "
             "\"stock\": %s, \"parent\": null, \"at\": {\"x\": -%d, \"y\": %d}}%s\n",
             i, i * 7, i % 90, i % 100, i % 5, i % 3 ? "true" : "false", i * 3, i * 11,
             i < 149 ? "," : "");
    add(line);
  }
  add("]\n");
}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    arena.reset();
    Value* root = Parser(document, document_length).value();
    double total = 0;
    for (const Value* item = root->first; item; item = item->next)
      for (const Value* field = item->first; field; field = field->next)
        if (field->key_length == 5 && memcmp(field->key, "price", 5) == 0) total += field->number;
    const size_t written = Writer().write(root);
    hash = bench_mix(hash, bench_bits(total) ^ written ^ (uint64_t)output[u % written]);
    root->first->first->number = u;
  }
  return hash;
}

WORKLOAD(json, 4000)
