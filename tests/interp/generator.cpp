#include "generator.hpp"

#include <array>
#include <string_view>

namespace weft::testing {
namespace {

enum Type : unsigned { kI32, kI64, kF32, kF64 };
constexpr std::array<std::string_view, 4> kNames = {"i32", "i64", "f32", "f64"};
constexpr std::array<std::string_view, 15> kIntBinary = {
    "add",   "sub",  "mul",  "and",   "or",    "xor",   "shl",  "shr_s",
    "shr_u", "rotl", "rotr", "div_s", "div_u", "rem_s", "rem_u"};
constexpr std::array<std::string_view, 10> kIntCompare = {"eq",   "ne",   "lt_s", "lt_u", "gt_s",
                                                          "gt_u", "le_s", "le_u", "ge_s", "ge_u"};
constexpr std::array<std::string_view, 6> kFloatCompare = {"eq", "ne", "lt", "gt", "le", "ge"};
constexpr std::array<std::string_view, 6> kFloatBinary = {"add", "sub", "mul", "div", "min", "max"};
constexpr std::array<std::string_view, 7> kFloatUnary = {"abs",   "neg",   "sqrt",   "ceil",
                                                         "floor", "trunc", "nearest"};
constexpr std::array<int64_t, 14> kInteresting = {
    0, 1, -1, 2, 7, 8, 255, 256, 32767, 32768, -32768, 65535, 2147483647, -2147483648};
constexpr unsigned kLocals = 4;    // of each type, beside the parameters
constexpr unsigned kPointers = 3;  // i32 below 0x4000 plus what loops add

class Function {
 public:
  Function(uint64_t seed, unsigned index, unsigned padding)
      : random_(seed), index_(index), padding_(padding) {}

  std::string text() {
    const auto result = static_cast<Type>(random_.below(4));
    std::string head = "(func $f" + std::to_string(index_) + " (export \"f" +
                       std::to_string(index_) +
                       "\") (param $a0 i32) (param $a1 i32) (param $a2 i64) (param $a3 f32) (param "
                       "$a4 f64) (result " +
                       std::string(kNames[result]) + ")";
    if (padding_ != 0) {
      head += " (local";
      for (unsigned i = 0; i < padding_; ++i) head += " v128";
      head += ")";
    }
    for (unsigned t = 0; t < 4; ++t) {
      for (unsigned i = 0; i < kLocals; ++i)
        head += " (local $" + std::string(kNames[t]) + std::to_string(i) + " " +
                std::string(kNames[t]) + ")";
    }
    for (unsigned i = 0; i < kPointers; ++i) head += " (local $p" + std::to_string(i) + " i32)";
    for (unsigned i = 0; i < 4; ++i)
      head += " (local $c" + std::to_string(i) + " i32) (local $d" + std::to_string(i) + " i64)";
    budget_ = 60 + static_cast<int>(random_.below(120));
    statements(3 + random_.below(6), 0);
    expression(result, 4);
    return head + "\n" + body_ + ")\n";
  }

 private:
  void put(std::string_view s) { body_ += s, body_ += ' '; }
  void op(Type t, std::string_view name) { put(std::string(kNames[t]) + "." + std::string(name)); }
  template <size_t N>
  std::string_view pick(const std::array<std::string_view, N>& from) {
    return from[random_.below(N)];
  }

  void constant(Type t) {
    put(std::string(kNames[t]) + ".const");
    if (t == kI32 || t == kI64) {
      int64_t v = random_.chance(60) ? kInteresting[random_.below(kInteresting.size())]
                                     : static_cast<int64_t>(random_.next());
      if (t == kI32) v = static_cast<int32_t>(v);
      return put(std::to_string(v));
    }
    constexpr std::array<std::string_view, 8> kFloats = {"0",       "-0",        "1",    "-1.5",
                                                         "0x1p-20", "12345.678", "-3e9", "inf"};
    put(pick(kFloats));
  }
  std::string local(Type t) {
    if (random_.chance(25)) {
      constexpr std::array<std::string_view, 4> kParams = {"$a0", "$a2", "$a3", "$a4"};
      return std::string(t == kI32 && random_.chance(50) ? "$a1" : kParams[t]);
    }
    return "$" + std::string(kNames[t]) + std::to_string(random_.below(kLocals));
  }
  std::string pointer() { return "$p" + std::to_string(random_.below(kPointers)); }

  /// An address of integers; with `far` perhaps out of bounds.
  void address() {
    put("local.get " + pointer());
    switch (random_.below(8)) {
      case 0: return put("i32.const " + std::to_string(random_.below(0x1000)) + " i32.add");
      case 1: return put("local.get " + pointer() + " i32.add");
      case 2:
        return put("i32.const " + std::to_string(random_.below(0x800)) +
                   " i32.const 2 i32.shl i32.add");
      case 3: return put("local.get $c0 i32.const 3 i32.shl i32.add");
      case 4: return put("i32.const 64 i32.add i32.const -8 i32.add");
      case 5: return put("local.get " + pointer() + " i32.or local.get " + pointer() + " i32.add");
      default: return;
    }
  }
  std::string offset() {
    switch (random_.below(40)) {
      case 0: return " offset=65535";
      case 1: return " offset=0x10000";
      case 2: return " offset=0xffffffff";
      default: return random_.chance(50) ? "" : " offset=" + std::to_string(random_.below(0x200));
    }
  }
  void float_address() {
    put("local.get " + pointer() + " i32.const 0x3ff8 i32.and");
    if (random_.chance(50))
      put("local.get $c0 i32.const 3 i32.shl i32.const 0x1ff8 i32.and i32.add i32.const 0x3ff8 "
          "i32.and");
  }
  void load(Type t) {
    constexpr std::array<std::string_view, 5> kLoads32 = {"load", "load8_s", "load8_u", "load16_s",
                                                          "load16_u"};
    constexpr std::array<std::string_view, 7> kLoads64 = {
        "load", "load8_s", "load8_u", "load16_s", "load16_u", "load32_s", "load32_u"};
    if (t == kF32 || t == kF64) {
      float_address();
      return put(std::string(kNames[t]) + ".load offset=0x9000");
    }
    address();
    put(std::string(kNames[t]) + "." + std::string(t == kI32 ? pick(kLoads32) : pick(kLoads64)) +
        offset());
  }

  void expression(Type t, unsigned depth) {
    if (depth == 0 || --budget_ < 0) return leaf(t);
    switch (random_.below(14)) {
      case 0: return leaf(t);
      case 1: expression(t, depth - 1), put("local.tee " + local_to_set(t)); return;
      case 2: return select(t, depth - 1);
      case 3: return load(t);
      case 4: {
        condition(depth - 1);
        put("if (result " + std::string(kNames[t]) + ")");
        expression(t, depth - 1), put("else"), expression(t, depth - 1), put("end");
        return;
      }
      case 5: {
        put("block (result " + std::string(kNames[t]) + ")");
        expression(t, depth - 1), condition(depth - 1), put("br_if 0");
        if (random_.chance(50)) put("drop"), expression(t, depth - 1);
        put("end");
        return;
      }
      default: return t == kI32 || t == kI64 ? integer(t, depth - 1) : floating(t, depth - 1);
    }
  }
  void leaf(Type t) {
    switch (random_.below(8)) {
      case 0:
      case 1: return constant(t);
      case 2: return put("global.get $g" + std::to_string(t));
      case 3: return load(t);
      default: return put("local.get " + local(t));
    }
  }
  std::string local_to_set(Type t) {
    return "$" + std::string(kNames[t]) + std::to_string(random_.below(kLocals));
  }
  void select(Type t, unsigned depth) {
    if (random_.chance(60)) {
      leaf(t), leaf(t);
    } else {
      expression(t, depth), expression(t, depth);
    }
    condition(depth);
    put("select");
  }
  void integer(Type t, unsigned depth) {
    switch (random_.below(12)) {
      case 0: {
        constexpr std::array<std::string_view, 5> kUnary = {"clz", "ctz", "popcnt", "extend8_s",
                                                            "extend16_s"};
        expression(t, depth);
        return op(t, t == kI64 && random_.chance(15) ? "extend32_s" : pick(kUnary));
      }
      case 1:
        if (t == kI32) return condition(depth);
        expression(kI32, depth);
        return op(kI64, random_.chance(50) ? "extend_i32_s" : "extend_i32_u");
      case 2:
        if (t == kI32) return expression(kI64, depth), put("i32.wrap_i64");
        expression(kI64, depth), put("call $helper");
        return;
      case 3: {
        const Type from = random_.chance(50) ? kF32 : kF64;
        expression(from, depth);
        return op(t, "trunc_sat_" + std::string(kNames[from]) + (random_.chance(50) ? "_s" : "_u"));
      }
      case 4:  // a shift, or an operator and a shift: what hashes are made of
        expression(t, depth), leaf(t), constant(t), op(t, random_.chance(50) ? "shl" : "shr_u");
        return op(t, random_.chance(50) ? "xor" : "add");
      default: break;
    }
    const std::string_view name = pick(kIntBinary);
    expression(t, depth);
    if (random_.chance(30)) {
      constant(t);
    } else {
      expression(t, depth);
    }
    if ((name.starts_with("div") || name.starts_with("rem")) && random_.chance(90))
      put(std::string(kNames[t]) + ".const 7"), op(t, "or");
    op(t, name);
  }
  void floating(Type t, unsigned depth) {
    switch (random_.below(8)) {
      case 0: expression(t, depth); return op(t, pick(kFloatUnary));
      case 1: {
        const Type from = random_.chance(50) ? kI32 : kI64;
        expression(from, depth);
        return op(t, "convert_" + std::string(kNames[from]) + (random_.chance(50) ? "_s" : "_u"));
      }
      case 2:
        expression(t == kF32 ? kF64 : kF32, depth);
        return op(t, t == kF32 ? "demote_f64" : "promote_f32");
      case 3:
        leaf(t), leaf(t), leaf(t), op(t, "mul");
        return op(t, random_.chance(50) ? "add" : "sub");
      case 4:
        expression(t, depth), leaf(t), op(t, "mul"), leaf(t);
        return op(t, random_.chance(50) ? "add" : "sub");
      default: expression(t, depth), expression(t, depth); return op(t, pick(kFloatBinary));
    }
  }
  /// An i32 that is tested: mostly a compare.
  void condition(unsigned depth) {
    const unsigned kind = random_.below(10);
    if (kind == 0) return expression(kI32, depth);
    const auto t = static_cast<Type>(kind < 5 ? kI32 : kind < 7 ? kI64 : kind < 8 ? kF32 : kF64);
    if (kind == 1 || kind == 5) {
      expression(t, depth), op(t, "eqz");
    } else {
      expression(t, depth);
      if (random_.chance(40)) {
        constant(t);
      } else {
        expression(t, depth == 0 ? 0 : depth - 1);
      }
      op(t, t == kI32 || t == kI64 ? pick(kIntCompare) : pick(kFloatCompare));
    }
    for (unsigned n = random_.below(5); n >= 3; --n) op(kI32, "eqz");
  }

  void statements(unsigned count, unsigned depth) {
    for (; count != 0; --count) statement(depth);
  }
  void statement(unsigned depth) {
    if (--budget_ < 0) return;
    const auto t = static_cast<Type>(random_.below(4));
    switch (random_.below(14)) {
      case 0:
      case 1:
      case 2: expression(t, 3), put("local.set " + local_to_set(t)); return;
      case 3: expression(t, 2), put("global.set $g" + std::to_string(t)); return;
      case 4: expression(kI32, 2), put("i32.const 0x3fff i32.and local.set " + pointer()); return;
      case 5:
      case 6: return store(t);
      case 7: return steps();
      case 8:
        condition(2), put("if"), statements(1 + random_.below(2), depth + 1);
        if (random_.chance(60)) put("else"), statements(1 + random_.below(2), depth + 1);
        return put("end");
      case 9:
        put("block"), statements(1, depth + 1), condition(2), put("br_if 0"),
            statements(1 + random_.below(2), depth + 1);
        return put("end");
      case 10: return table(depth);
      case 11: expression(t, 2), put("drop"); return;
      default:
        if (depth < 3) loop(depth);
        return;
    }
  }
  void store(Type t) {
    constexpr std::array<std::string_view, 3> kStores32 = {"store", "store8", "store16"};
    constexpr std::array<std::string_view, 4> kStores64 = {"store", "store8", "store16", "store32"};
    if (t == kF32 || t == kF64) {
      float_address(), expression(t, 2);
      return put(std::string(kNames[t]) + ".store offset=0x9000");
    }
    address();
    // Stay among the integers: addresses are below 0x4000 + 0x4000 but for the out-of-bounds ones.
    put("i32.const 0x3fff i32.and");
    if (random_.chance(50)) put("local.get " + pointer() + " i32.const 0xfff i32.and i32.add");
    if (random_.chance(50)) {
      leaf(t);
    } else {
      expression(t, 2);
    }
    put(std::string(kNames[t]) + "." + std::string(t == kI32 ? pick(kStores32) : pick(kStores64)) +
        (random_.chance(3) ? " offset=0xfffffff0"
                           : " offset=" + std::to_string(random_.below(0x100))));
  }
  /// Counters one after the other: what loops end with.
  void steps() {
    for (unsigned n = 1 + random_.below(3); n != 0; --n) {
      const std::string p = random_.chance(60) ? "$i32" + std::to_string(random_.below(kLocals))
                                               : "$i32" + std::to_string(0);
      put("local.get " + p + " i32.const " +
          std::to_string(static_cast<int>(random_.below(70000)) - 35000));
      put(random_.chance(80) ? "i32.add" : "i32.sub");
      put("local.set " + p);
    }
  }
  void table(unsigned depth) {
    const bool value = random_.chance(50);
    const auto t = static_cast<Type>(random_.below(4));
    const std::string block = value ? "block (result " + std::string(kNames[t]) + ")" : "block";
    put(block), put(block), put(block);
    if (value && random_.chance(40)) expression(kI32, 1), put("drop");
    if (value) expression(t, 2);
    expression(kI32, 2);
    if (random_.chance(70)) put("i32.const 3 i32.and");
    put(random_.chance(50) ? "br_table 0 1 2" : "br_table 2 0 1 1 0");
    put("end");
    if (value) put("drop");
    statements(1, depth + 1);
    if (value) expression(t, 1);
    put("end");
    if (value) put("drop"), expression(t, 1);
    put("end");
    if (value) put("local.set " + local_to_set(t));
  }
  void loop(unsigned depth) {
    const std::string c = "$c" + std::to_string(depth);
    const std::string d = "$d" + std::to_string(depth);
    const unsigned shape = random_.below(6);
    const std::string n = std::to_string(2 + random_.below(9));
    put(shape == 1 || shape == 2 ? "i32.const " + n + " local.set " + c
                                 : "i32.const 0 local.set " + c);
    put(shape == 3 ? "i64.const " + n + " local.set " + d : "i64.const 0 local.set " + d);
    put("loop");
    statements(1 + random_.below(3), depth + 1);
    const std::string up = "local.get " + c + " i32.const 1 i32.add local.tee " + c;
    switch (shape) {
      case 0:
        put(up + " i32.const " + n + (random_.chance(50) ? " i32.lt_s" : " i32.lt_u") + " br_if 0");
        break;
      case 1: put("local.get " + c + " i32.const -1 i32.add local.tee " + c + " br_if 0"); break;
      case 2:
        put("local.get " + c + " i32.const 1 i32.sub local.tee " + c +
            " i32.const 0 i32.gt_s br_if 0");
        break;
      case 3:
        put("local.get " + d + " i64.const -1 i64.add local.tee " + d +
            " i64.const 0 i64.ne br_if 0");
        break;
      case 4:
        put("local.get " + d + " i64.const 1 i64.add local.tee " + d + " i64.const " + n +
            " i64.ge_u i32.eqz br_if 0");
        break;
      default: put(up + " i32.const " + n + " i32.eq if else br 1 end"); break;
    }
    put("end");
  }

  Random random_;
  unsigned index_;
  unsigned padding_;
  std::string body_;
  int budget_ = 0;
};

}  // namespace

std::string random_module(uint64_t seed, unsigned count, unsigned padding) {
  std::string out =
      "(module (memory (export \"m\") 1)\n"
      "(global $g0 (export \"g0\") (mut i32) (i32.const 5)) (global $g1 (export \"g1\") (mut i64) "
      "(i64.const -9))\n"
      "(global $g2 (export \"g2\") (mut f32) (f32.const 1.5)) (global $g3 (export \"g3\") (mut "
      "f64) (f64.const -2.25))\n"
      "(func $helper (param i64) (result i64) (i64.xor (local.get 0) (i64.shl (local.get 0) "
      "(i64.const 13))))\n";
  Random random(seed);
  for (unsigned i = 0; i < count; ++i) out += Function(random.next(), i, padding).text();
  return out + ")";
}

}  // namespace weft::testing
