// Every load and store in every address form, guarded and checked, of memory 0 and of the others:
// the value, and out of bounds the trap, the guest address, the memory's size and the place in the
// module.
#include <algorithm>
#include <array>
#include <cstdio>

#include "binary/instruction_reader.hpp"
#include "runtime/memory.hpp"
#include "world.hpp"

namespace weft::testing {
namespace {

using wasm::Op;

struct Access {
  const char* text;
  const char* type;
  unsigned bytes;
  bool is_signed;
};
constexpr Access kLoads[] = {
    {"i32.load", "i32", 4, false},     {"i32.load8_s", "i32", 1, true},
    {"i32.load8_u", "i32", 1, false},  {"i32.load16_s", "i32", 2, true},
    {"i32.load16_u", "i32", 2, false}, {"i64.load", "i64", 8, false},
    {"i64.load8_s", "i64", 1, true},   {"i64.load8_u", "i64", 1, false},
    {"i64.load16_s", "i64", 2, true},  {"i64.load16_u", "i64", 2, false},
    {"i64.load32_s", "i64", 4, true},  {"i64.load32_u", "i64", 4, false},
    {"f32.load", "f32", 4, false},     {"f64.load", "f64", 8, false},
};
constexpr Access kStores[] = {
    {"i32.store", "i32", 4, false},   {"i32.store8", "i32", 1, false},
    {"i32.store16", "i32", 2, false}, {"i64.store", "i64", 8, false},
    {"i64.store8", "i64", 1, false},  {"i64.store16", "i64", 2, false},
    {"i64.store32", "i64", 4, false}, {"f32.store", "f32", 4, false},
    {"f64.store", "f64", 8, false},
};

/// How the address is made of the parameters $a and $b; for constants text is made per address.
struct AddressForm {
  const char* name;
  const char* text;
  bool two;  // $b is added
  uint32_t constant;
};
constexpr AddressForm kForms[] = {
    {"slot", "local.get $a", false, 0},
    {"acc", "local.get $a local.get $z or", false, 0},
    {"slot+slot", "local.get $a local.get $b add", true, 0},
    {"acc+slot", "local.get $a local.get $z or local.get $b add", true, 0},
    {"slot+acc", "local.get $a local.get $b local.get $z or add", true, 0},
    {"slot+const", "local.get $a const 1000 add", false, 1000},
    {"acc+const", "local.get $a local.get $z or const 1000 add", false, 1000},
    {"stored", "local.get $a local.get $z or local.get $z local.get $z xor drop", false, 0},
};
constexpr uint32_t kOffsets[] = {0, 24, 0xffff, 0x10000};

struct MemoryKind {
  const char* name;
  const char* decls;    // "m" is the memory under test
  const char* index;    // in the instruction
  const char* address;  // its type
  uint64_t size;
};
const MemoryKind kMemories[] = {
    {"memory 0", "(memory (export \"m\") 3)", "", "i32", 3 * 65536},
    {"memory 0, one page at most", "(memory (export \"m\") 3 3)", "", "i32", 3 * 65536},
    {"memory 1", "(memory 1) (memory (export \"m\") 3)", "1 ", "i32", 3 * 65536},
    {"memory64", "(memory (export \"m\") i64 3)", "", "i64", 3 * 65536},
    {"memory64 1", "(memory 1) (memory (export \"m\") i64 3)", "1 ", "i64", 3 * 65536},
    {"byte pages", "(memory (export \"m\") 150001 (pagesize 1))", "", "i32", 150001},
};

std::string typed(std::string_view text, std::string_view type) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (word == "or" || word == "add" || word == "xor" || word == "const")
      out += std::string(type) + ".";
    out += std::string(word) + " ";
    at = end + 1;
  }
  return out;
}

/// `value`: text that puts the value to be stored; empty for a load. `after`: instructions behind a
/// load.
std::string function(const std::string& name, const MemoryKind& m, const Access& access,
                     const std::string& address, uint32_t offset, const std::string& value,
                     const std::string& after = "") {
  std::string out = "(func (export \"" + name + "\") (param $a " + m.address + ") (param $b " +
                    m.address + ") (param $v " + access.type + ")";
  if (value.empty()) out += std::string(" (result ") + access.type + ")";
  out += std::string(" (local $z ") + m.address + ") (local $zv " + access.type + ")\n" + address +
         " " + value + " ";
  return out + access.text + " " + m.index + "offset=" + std::to_string(offset) + " " + after +
         ")\n";
}

/// Where in the module the one load or store of a function is.
uint32_t access_offset(const binary::Module& module, wasm::FuncIdx f) {
  const binary::ByteRange body = module.body(f);
  binary::Reader r(module.range(body), body.offset);
  for (uint32_t runs = r.u32(); runs != 0; --runs) r.u32(), r.u8();
  while (true) {
    const uint32_t at = r.offset();
    const Op op = binary::read_opcode(r, wasm::FeatureSet::all());
    if (op == Op::invalid_ || !r.ok()) return 0;
    if (wasm::access_bytes(op) != 0) return at;
    binary::skip_immediates(r, op, wasm::FeatureSet::all());
  }
}

uint64_t pattern(uint64_t i) { return (i * 167 + 0x91) & 0xff; }
uint64_t expected_load(const Access& access, uint64_t at) {
  uint64_t v = 0;
  for (unsigned i = 0; i < access.bytes; ++i) v |= pattern(at + i) << (8 * i);
  if (access.is_signed && ((v >> (8 * access.bytes - 1)) & 1) != 0)
    v |= ~uint64_t{0} << (8 * access.bytes - 1) << 1;
  return access.type[1] == '3' ? v & 0xffff'ffff : v;
}
/// Arguments so that the sum of the form's parts is `index`.
std::array<uint64_t, 2> split(const AddressForm& form, const MemoryKind& m, uint64_t index) {
  const uint64_t mask = m.address[1] == '3' ? 0xffff'ffff : ~uint64_t{0};
  if (form.two) return {(index - 77'777) & mask, 77'777};
  return {(index - form.constant) & mask, 0};
}

class Memories : public ::testing::Test {
 protected:
  void load(World& w, const Bytes& bytes) {
    instance = w.load(bytes);
    memory = get_memory(*w.store, instance, "m").value().object;
  }
  void fill() {
    auto* const base = reinterpret_cast<unsigned char*>(memory->base);
    for (uint64_t i = 0; i < memory->length; ++i) base[i] = static_cast<unsigned char>(pattern(i));
  }
  void expect_out_of_bounds(World& w, const std::string& name, const std::vector<Cell>& args,
                            uint64_t address, uint64_t size) {
    const engine::Func f = w.func(instance, name);
    ASSERT_EQ(w.call(f, args).trap, TrapCode::memory_out_of_bounds) << name << " " << address;
    // An explicit check knows where the access begins, a guard page the first byte that it could
    // not touch.
    const auto text = [size](uint64_t at) {
      char out[128];
      std::snprintf(out, sizeof out,
                    "memory fault at guest address 0x%llx in linear memory of size 0x%llx",
                    static_cast<unsigned long long>(at), static_cast<unsigned long long>(size));
      return std::string(out);
    };
    const std::string& message = w.last_trap.message;
    ASSERT_TRUE(message.ends_with(text(address)) ||
                (!w.mode.checked && message.ends_with(text(std::max(address, size)))))
        << name << ": " << message << ", not " << text(address);
    ASSERT_EQ(w.last_trap.backtrace.frames.size(), 1u) << name;
    const auto& frame = w.last_trap.backtrace.frames[0];
    ASSERT_EQ(frame.offset, access_offset(*frame.module->module, frame.func)) << name;
  }
  Instance instance;
  runtime::Memory* memory = nullptr;
};

TEST_F(Memories, LoadsInEveryForm) {
  for (const MemoryKind& m : kMemories) {
    std::string wat = std::string("(module ") + m.decls;
    for (const Access& access : kLoads) {
      for (const uint32_t offset : kOffsets) {
        for (const AddressForm& form : kForms) {
          const std::string base =
              std::string(access.text) + " " + form.name + " " + std::to_string(offset);
          const std::string address = typed(form.text, m.address);
          wat += function(base + " returned", m, access, address, offset, "");
          wat += function(base + " passed on", m, access, address, offset, "",
                          access.type[0] == 'f' ? std::string(access.type) + ".abs"
                                                : std::string(access.type) + ".clz");
          // The operator that a load is fused with; the left operand is zero, in a slot or just
          // computed.
          const std::string add = std::string(access.type) + ".add";
          wat += function(base + " added", m, access, "local.get $zv " + address, offset, "", add);
          const std::string left =
              "local.get $zv local.get $zv " + std::string(access.type) + ".mul ";
          wat += function(base + " added to a result", m, access, left + address, offset, "", add);
        }
        wat += function(std::string(access.text) + " constant " + std::to_string(offset), m, access,
                        std::string(m.address) + ".const 4096", offset, "");
        wat += function(std::string(access.text) + " far constant " + std::to_string(offset), m,
                        access, std::string(m.address) + ".const 0xfffffff0", offset, "");
      }
    }
    const Bytes bytes = assemble(wat + ")");
    for (const Mode& mode : tier_modes()) {
      SCOPED_TRACE(std::string(m.name) + ", " + mode.name());
      World w(mode);
      load(w, bytes);
      fill();
      for (const Access& access : kLoads) {
        const bool is_float = access.type[0] == 'f';
        for (const uint32_t offset : kOffsets) {
          for (const AddressForm& form : kForms) {
            const std::string base =
                std::string(access.text) + " " + form.name + " " + std::to_string(offset);
            const uint64_t last = m.size - access.bytes - offset;
            for (const uint64_t index : {uint64_t{1003}, last}) {
              const auto [a, b] = split(form, m, index);
              const std::vector<Cell> args = {Cell{a}, Cell{b}, Cell{0}};
              const uint64_t expected = expected_load(access, index + offset);
              const Outcome returned = w.call(w.func(instance, base + " returned"), args);
              ASSERT_EQ(returned.trap, TrapCode::none) << base;
              ASSERT_EQ(returned.cells[0].bits, expected) << base;
              const Outcome passed = w.call(w.func(instance, base + " passed on"), args);
              ASSERT_EQ(passed.trap, TrapCode::none) << base;
              if (!is_float) {
                const auto zeros =
                    static_cast<uint64_t>(expected == 0 ? 64 : __builtin_clzll(expected));
                ASSERT_EQ(passed.cells[0].bits, access.type[1] == '3' ? zeros - 32 : zeros) << base;
              } else {
                ASSERT_EQ(passed.cells[0].bits, expected & ~(uint64_t{1} << (access.bytes * 8 - 1)))
                    << base;
              }
              for (const char* use : {" added", " added to a result"}) {
                const Outcome added = w.call(w.func(instance, base + use), args);
                ASSERT_EQ(added.trap, TrapCode::none) << base << use;
                ASSERT_EQ(added.cells[0].bits, expected) << base << use;
              }
            }
            for (const char* use : {" returned", " passed on", " added", " added to a result"}) {
              for (const uint64_t index :
                   {last + 1, uint64_t{0xffff'fff0}, uint64_t{0x8000'0000}}) {
                const auto [a, b] = split(form, m, index);
                expect_out_of_bounds(w, base + use, {Cell{a}, Cell{b}, Cell{0}}, index + offset,
                                     m.size);
                if (HasFatalFailure()) return;
              }
            }
          }
          const std::string constant =
              std::string(access.text) + " constant " + std::to_string(offset);
          ASSERT_EQ(w.call(w.func(instance, constant), std::vector<Cell>(3)).cells.at(0).bits,
                    expected_load(access, 4096 + offset));
          expect_out_of_bounds(w,
                               std::string(access.text) + " far constant " + std::to_string(offset),
                               std::vector<Cell>(3), 0xffff'fff0 + uint64_t{offset}, m.size);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST_F(Memories, StoresInEveryForm) {
  struct ValueForm {
    const char* name;
    std::string (*text)(const Access&);
  };
  static constexpr uint64_t kValue = 0x4142'4344'c546'c748u;
  const ValueForm values[] = {
      {"local", [](const Access&) -> std::string { return "local.get $v"; }},
      {"acc",
       [](const Access& a) -> std::string {
         const std::string t = a.type;
         if (t == "f32") return "local.get $v i32.reinterpret_f32 f32.reinterpret_i32";
         if (t == "f64") return "local.get $v i64.reinterpret_f64 f64.reinterpret_i64";
         return "local.get $v local.get $zv " + t + ".or";
       }},
      {"constant",
       [](const Access& a) -> std::string {
         const std::string t = a.type;
         if (t == "f32") return "i32.const 0xc546c748 f32.reinterpret_i32";
         if (t == "f64") return "i64.const 0x41424344c546c748 f64.reinterpret_i64";
         return t == "i32" ? "i32.const 0xc546c748" : "i64.const 0x41424344c546c748";
       }},
      {"float constant",
       [](const Access& a) -> std::string {
         const std::string t = a.type;
         if (t == "f32") return "f32.const -0x1.8d8e9p+11";
         if (t == "f64") return "f64.const 0x1.24344c546c748p+21";
         return t == "i32" ? "i32.const 0xc546c748" : "i64.const 0x41424344c546c748";
       }},
  };
  for (const MemoryKind& m : kMemories) {
    std::string wat = std::string("(module ") + m.decls;
    for (const Access& access : kStores) {
      for (const uint32_t offset : kOffsets) {
        for (const ValueForm& value : values) {
          const std::string tail = std::string(" ") + value.name + " " + std::to_string(offset);
          for (const AddressForm& form : kForms) {
            wat += function(std::string(access.text) + " " + form.name + tail, m, access,
                            typed(form.text, m.address), offset, value.text(access));
          }
          wat += function(std::string(access.text) + " at a constant" + tail, m, access,
                          std::string(m.address) + ".const 4096", offset, value.text(access));
        }
      }
    }
    const Bytes bytes = assemble(wat + ")");
    for (const Mode& mode : tier_modes()) {
      SCOPED_TRACE(std::string(m.name) + ", " + mode.name());
      World w(mode);
      load(w, bytes);
      fill();
      for (const Access& access : kStores) {
        const uint64_t bits = access.type[1] == '3' ? kValue & 0xffff'ffff : kValue;
        const auto check = [&](const std::string& name, uint64_t a, uint64_t b, uint64_t at) {
          const Outcome out =
              w.call(w.func(instance, name), std::vector<Cell>{Cell{a}, Cell{b}, Cell{bits}});
          ASSERT_EQ(out.trap, TrapCode::none) << name;
          auto* const base = reinterpret_cast<unsigned char*>(memory->base);
          for (unsigned i = 0; i < access.bytes; ++i) {
            ASSERT_EQ(base[at + i], (bits >> (8 * i)) & 0xff) << name;
            base[at + i] = static_cast<unsigned char>(pattern(at + i));
          }
          ASSERT_EQ(base[at - 1], pattern(at - 1)) << name;  // `at` is never 0
          if (at + access.bytes < m.size) {
            ASSERT_EQ(base[at + access.bytes], pattern(at + access.bytes)) << name;
          }
        };
        for (const uint32_t offset : kOffsets) {
          for (const ValueForm& value : values) {
            const std::string tail = std::string(" ") + value.name + " " + std::to_string(offset);
            for (const AddressForm& form : kForms) {
              const std::string name = std::string(access.text) + " " + form.name + tail;
              const uint64_t last = m.size - access.bytes - offset;
              for (const uint64_t index : {uint64_t{1003}, last}) {
                const auto [a, b] = split(form, m, index);
                check(name, a, b, index + offset);
                if (HasFatalFailure()) return;
              }
              for (const uint64_t index : {last + 1, uint64_t{0xffff'fff0}}) {
                const auto [a, b] = split(form, m, index);
                expect_out_of_bounds(w, name, {Cell{a}, Cell{b}, Cell{bits}}, index + offset,
                                     m.size);
                if (HasFatalFailure()) return;
              }
            }
            check(std::string(access.text) + " at a constant" + tail, 0, 0, 4096 + offset);
            if (HasFatalFailure()) return;
          }
        }
      }
      // Nothing else was written.
      for (uint64_t i = 0; i < m.size; ++i)
        ASSERT_EQ(static_cast<uint64_t>(memory->base[i]), pattern(i)) << i;
    }
  }
}

TEST_F(Memories, GrowMovesTheBounds) {
  const Bytes bytes = assemble(R"((module (memory (export "m") 1 40)
    (func (export "f") (param i32) (result i32) (local $i i32)
      (loop $l
        (drop (memory.grow (i32.const 1)))
        (i32.store (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 4)) (local.get $i))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get 0))))
      (i32.load (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 4))))
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))))");
  for (const Mode& mode : all_modes()) {
    SCOPED_TRACE(mode.name());
    World w(mode);
    load(w, bytes);
    EXPECT_EQ(w.trap_of(instance, "load", {65536}).code, TrapCode::memory_out_of_bounds);
    EXPECT_EQ(w.call_one(instance, "f", {20}), 19u);
    EXPECT_EQ(w.call_one(instance, "load", {65536 * 2 - 4}), 0u);
    EXPECT_EQ(w.trap_of(instance, "load", {65536 * 21}).code, TrapCode::memory_out_of_bounds);
  }
}

}  // namespace
}  // namespace weft::testing
