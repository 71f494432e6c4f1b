// Every fused form against the sequence it stands for: the same function in fused and unfused,
// guarded and checked code.
#include "generator.hpp"
#include "world.hpp"

namespace weft::testing {
namespace {

/// Functions (param $l T) (param $p i32) (param $x T) (result T), with zero locals and a result
/// local of each type.
class Module {
 public:
  void add(const std::string& type, const std::string& body, bool integer_result = false) {
    const std::string result = integer_result ? "i32" : type;
    for (const bool pass : {false, true}) {
      text_ += "(func (export \"" + std::to_string(count_++) + "\") (param $l " + type +
               ") (param $p i32) (param $x " + type + ") (result " + result + ") (local $z " +
               type + ") (local $z32 i32) (local $r " + result + ")\n" + body +
               (pass ? " " + result + (result[0] == 'f' ? ".abs" : ".ctz")
                     : " local.set $r local.get $r") +
               ")\n";
      bodies_.push_back(type + ": " + body);
    }
  }
  /// The function as it is: control flow.
  void add_plain(const std::string& type, const std::string& body) {
    text_ += "(func (export \"" + std::to_string(count_++) + "\") (param $l " + type +
             ") (param $p i32) (param $x " + type + ") (result " + type + ") (local $z " + type +
             ") (local $r " + type + ")\n" + body + ")\n";
    bodies_.push_back(type + ": " + body);
  }
  void compare() {
    const Bytes bytes = assemble("(module (memory (export \"m\") 1)\n" + text_ + ")");
    std::vector<uint64_t> expected;
    for (const Mode mode : {Mode{.checked = true, .fusion = false}, Mode{.checked = true}, Mode{},
                            Mode{.fusion = false}, Mode{.fuel = true, .epochs = true}}) {
      SCOPED_TRACE(mode.name());
      World w(mode);
      const Instance instance = w.load(bytes);
      auto* const base = reinterpret_cast<unsigned char*>(
          get_memory(*w.store, instance, "m").value().object->base);
      for (unsigned i = 0; i < 65536; ++i)
        base[i] = static_cast<unsigned char>((i * 29 + 3) & 0x7b);  // no NaNs
      size_t at = 0;
      for (unsigned f = 0; f < count_; ++f) {
        Random random(f);
        const engine::Func func = w.func(instance, std::to_string(f));
        for (unsigned row = 0; row < 6; ++row, ++at) {
          const bool narrow = bodies_[f][1] == '3';
          const bool is_float = bodies_[f][0] == 'f';
          const auto value = [&]() -> uint64_t {
            uint64_t v = random.next();
            if (row % 3 == 0) v = v % 7;
            if (is_float)
              return narrow ? (v & 0x4fff'ffff) : (v & 0x4fff'ffff'ffff'ffffu);  // finite
            return narrow ? v & 0xffff'ffff : v;
          };
          std::vector<Cell> args = {Cell{value()}, Cell{random.below(60000)}, Cell{value()}};
          if (row == 4) args[2] = args[0];
          if (row == 5) args[1].bits = 65533;
          const Outcome out = w.call(func, args);
          const uint64_t got = out.trap == TrapCode::none
                                   ? out.cells[0].bits
                                   : 0xdead'0000 + static_cast<uint64_t>(out.trap);
          if (expected.size() == at) expected.push_back(got);
          ASSERT_EQ(got, expected[at]) << bodies_[f] << " row " << row;
        }
      }
    }
  }

 private:
  std::string text_;
  std::vector<std::string> bodies_;
  unsigned count_ = 0;
};

using Texts = std::vector<std::string>;

constexpr const char* kAddresses[] = {"local.get $p",
                                      "local.get $p local.get $z32 i32.or",
                                      "local.get $p i32.const 8 i32.add",
                                      "local.get $p local.get $p i32.add",
                                      "local.get $p local.get $z32 i32.or i32.const 4 i32.add",
                                      "local.get $p local.get $z32 i32.or local.get $p i32.add",
                                      "i32.const 16"};
constexpr const char* kCompares[] = {"eq",   "ne",   "lt_s", "lt_u", "gt_s",
                                     "gt_u", "le_s", "le_u", "ge_s", "ge_u"};

TEST(Fusion, LoadAndOperate) {
  Module m;
  for (const std::string t : {"i32", "i64", "f32", "f64"}) {
    const bool is_float = t[0] == 'f';
    const std::string left[] = {"local.get $l ", "local.get $l local.get $x " + t + ".add "};
    const std::vector<std::string> ops =
        is_float ? std::vector<std::string>{"add", "sub", "mul", "div"}
                 : std::vector<std::string>{"add", "sub", "mul", "and", "or", "xor"};
    for (const char* address : kAddresses) {
      for (const char* offset : {"", " offset=12", " offset=70000"}) {
        for (const std::string& load : is_float || t == "i64"
                                           ? std::vector<std::string>{".load"}
                                           : std::vector<std::string>{".load", ".load8_u"}) {
          const std::string loaded = std::string(address) + " " + t + load + offset + " ";
          m.add(t, loaded);
          for (const std::string& op : ops) {
            m.add(t, left[0] + loaded + t + "." + op);
            m.add(t, left[1] + loaded + t + "." + op);
            m.add(t, loaded + left[0] + t + "." + op);
          }
        }
      }
    }
  }
  for (const char* address : kAddresses) {
    for (const char* load : {"8_s", "8_u", "16_s", "16_u"}) {
      m.add("i32", std::string(address) + " i32.load" + load);
      m.add("i64", std::string(address) + " i64.load" + load);
    }
    m.add("i64", std::string(address) + " i64.load32_s");
    m.add("i64", std::string(address) + " i64.load32_u");
  }
  m.compare();
}

TEST(Fusion, ShiftsAndProducts) {
  Module m;
  for (const std::string t : {"i32", "i64"}) {
    for (const std::string op : {"add", "xor", "or"}) {
      for (const std::string shift : {"shl", "shr_u"}) {
        for (const std::string& y : Texts{"local.get $l ", "local.get $l local.get $x xor_ "}) {
          std::string shifted = y + t + ".const 13 " + t + "." + shift + " ";
          if (const size_t at = shifted.find("xor_"); at != std::string::npos)
            shifted.replace(at, 4, t + ".xor");
          for (const std::string z : {"local.get $x ", "_.const 77 "}) {
            const std::string other = z[0] == '_' ? t + z.substr(1) : z;
            m.add(t, other + shifted + t + "." + op);
            m.add(t, shifted + other + t + "." + op);
          }
        }
      }
    }
  }
  for (const std::string t : {"f32", "f64"}) {
    for (const std::string op : {"add", "sub"}) {
      for (const std::string& x :
           Texts{"local.get $l ", "local.get $l local.get $x " + t + ".add "}) {
        const std::string product = x + "local.get $x " + t + ".mul ";
        m.add(t, "local.get $l " + product + t + "." + op);
        m.add(t, product + "local.get $l " + t + "." + op);
        m.add(t, "local.get $l local.get $l " + t + ".add " + product + t + "." + op);
      }
    }
  }
  m.compare();
}

TEST(Fusion, CountersBranchesAndSelects) {
  Module m;
  for (const std::string t : {"i32", "i64"}) {
    for (const std::string compare : kCompares) {
      const std::string cmp = t + "." + compare + " ";
      for (const std::string& addend : Texts{"local.get $x ", t + ".const 5 ", t + ".const -1 "}) {
        for (const std::string& limit : Texts{"local.get $x ", t + ".const 40 ", t + ".const 0 "}) {
          m.add_plain(t, "block local.get $l " + addend + t + ".add local.tee $l " + limit + cmp +
                             "br_if 0 local.get $l " + t + ".const 1000 " + t +
                             ".add local.set $l end local.get $l");
          m.add_plain(t, "block local.get $l " + addend + t + ".add " + limit + cmp +
                             "i32.eqz br_if 0 local.get $l " + t + ".const 1000 " + t +
                             ".add local.set $l end local.get $l");
        }
      }
      for (const std::string& left :
           Texts{"local.get $l ", "local.get $l local.get $x " + t + ".xor "}) {
        for (const std::string& right : Texts{"local.get $x ", t + ".const 3 "}) {
          m.add(t,
                "local.get $p i32.const 1 i32.add i32.const 1 i32.sub local.get $z32 " + left +
                    right + cmp + "select",
                true);
          m.add(t, "local.get $p local.get $z32 " + left + right + cmp + "select", true);
        }
      }
    }
    for (const std::string& test : Texts{"", t + ".eqz i32.eqz ", t + ".eqz "}) {
      if (t == "i64" && test.empty()) continue;
      m.add_plain(t, "block local.get $l " + t + ".const -1 " + t + ".add local.tee $l " + test +
                         "br_if 0 " + t + ".const 7 return end local.get $l");
    }
  }
  m.add_plain("i32",
              "local.get $l i32.const 3 i32.add local.set $l local.get $x i32.const -9 i32.add "
              "local.set $x "
              "local.get $l local.get $x i32.mul");
  m.add_plain("i32",
              "local.get $l i32.const 40000 i32.add local.set $l local.get $l i32.const -9 i32.add "
              "local.set $l "
              "local.get $l local.get $x i32.mul");
  m.compare();
}

TEST(Bulk, MemoriesAndTables) {
  const Bytes bytes =
      assemble(R"((module (memory 1) (memory $n 1) (table $t 4 10 funcref) (table $u 4 funcref)
    (data $d "weft") (elem $e func $f $f) (elem declare func $f) (func $f (result i32) (i32.const 5))
    (func (export "memory") (result i32)
      (memory.fill (i32.const 8) (i32.const 7) (i32.const 4))
      (memory.init $d (i32.const 20) (i32.const 1) (i32.const 3)) (data.drop $d)
      (memory.copy $n 0 (i32.const 100) (i32.const 8) (i32.const 16))
      (i32.add (i32.load $n (i32.const 100)) (i32.load8_u $n (i32.const 114))))
    (func (export "init again") (memory.init $d (i32.const 20) (i32.const 1) (i32.const 3)))
    (func (export "table") (result i32)
      (table.fill $t (i32.const 0) (ref.func $f) (i32.const 2))
      (table.init $u $e (i32.const 1) (i32.const 0) (i32.const 2)) (elem.drop $e)
      (table.copy $t $u (i32.const 2) (i32.const 0) (i32.const 2))
      (table.set $t (i32.const 0) (ref.null func))
      (i32.add (i32.mul (table.grow $t (ref.func $f) (i32.const 3)) (i32.const 100)) (i32.add (table.size $t)
        (i32.add (i32.mul (ref.is_null (table.get $t (i32.const 0))) (i32.const 1000))
                 (i32.mul (ref.is_null (table.get $t (i32.const 2))) (i32.const 2000))))))
    (func (export "null") (param i32) (result i32) (ref.is_null (ref.as_non_null (table.get $u (local.get 0)))))
    (func (export "grow too far") (result i32) (table.grow $t (ref.null func) (i32.const 100)))
    (func (export "outside") (drop (table.get $t (i32.const 50))))))");
  for (const Mode& mode : all_modes()) {
    SCOPED_TRACE(mode.name());
    World w(mode);
    const Instance i = w.load(bytes);
    EXPECT_EQ(w.call_one(i, "memory"), 0x0707'0707u + 't');
    EXPECT_EQ(w.trap_of(i, "init again").code, TrapCode::memory_out_of_bounds);
    EXPECT_EQ(w.call_one(i, "table"), 400u + 7 + 1000 + 2000);
    EXPECT_EQ(w.call_one(i, "null", {1}), 0u);
    EXPECT_EQ(w.trap_of(i, "null", {0}).code, TrapCode::null_reference);
    EXPECT_EQ(w.call_one(i, "grow too far"), 0xffff'ffffu);
    EXPECT_EQ(w.trap_of(i, "outside").code, TrapCode::table_out_of_bounds);
  }
}

}  // namespace
}  // namespace weft::testing
