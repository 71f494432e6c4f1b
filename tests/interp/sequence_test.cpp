// Every row of isa_sequences.def against its parts: the same words with random operands, run once
// with the parts' handlers and once with the sequence's. Results, accumulators, memory, the way a
// branch goes, and where a trap is reported must agree.
#include <cstring>

#include "generator.hpp"
#include "interp/disasm.hpp"
#include "interp/sequences.hpp"
#include "world.hpp"

namespace weft::testing {
namespace {

using interp::Code;
using interp::Sequence;

constexpr unsigned kParams = 16;
constexpr unsigned kHeader = kParams;
constexpr unsigned kAccs = kHeader + interp::kHeaderCells;  // slots for acc, facc, dacc
constexpr unsigned kLanding = kAccs + 3;                    // which way was taken
constexpr unsigned kScratch = kLanding + 1;                 // three
constexpr unsigned kResults = kLanding + 1;
constexpr unsigned kFiller = 200;

/// A function whose code has a place in the offset map every two words.
std::string host_module() {
  std::string wat = "(module (memory (export \"m\") 1)";
  for (unsigned i = 0; i < 4; ++i)
    wat += "(global (export \"g" + std::to_string(i) + "\") (mut i64) (i64.const 0))";
  wat += "(func (export \"f\") (param";
  for (unsigned i = 0; i < kParams; ++i) wat += " i64";
  wat += ") (result";
  for (unsigned i = 0; i < kResults; ++i) wat += " i64";
  wat += ") (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)\n";
  for (unsigned i = 0; i < kFiller; ++i) wat += "local.get 0 local.set 1\n";
  for (unsigned i = 0; i < kResults; ++i) wat += "local.get 0 ";
  return wat + "))";
}

class Assembler {
 public:
  explicit Assembler(bool checked) : handlers_(interp::handlers(checked)) {}
  size_t emit(Code code) {
    const size_t at = words.size();
    words.resize(at + interp::info(code).bytes / 8u);
    words[at] = handlers_.word[static_cast<size_t>(code)];
    return at;
  }
  template <class T>
  void put(size_t at, size_t byte, T value) {
    // SAFETY: an operand's place, as isa.def lays it out.
    std::memcpy(reinterpret_cast<std::byte*>(words.data() + at) + byte, &value, sizeof(T));
  }
  void emit_end() {
    put(emit(Code::mov_i), 8, uint16_t{kAccs});
    put(emit(Code::mov_f), 8, uint16_t{kAccs + 1});
    put(emit(Code::mov_d), 8, uint16_t{kAccs + 2});
    const size_t at = emit(Code::ret_n);
    put(at, 8, uint16_t{kHeader});
    put(at, 12, uint32_t{0});
    put(at, 16, uint32_t{kResults});
  }
  void emit_landing(uint32_t number) {
    const size_t at = emit(Code::const32);
    put(at, 8, uint16_t{kLanding});
    put(at, 12, number);
    emit_end();
  }
  std::vector<uint64_t> words;

 private:
  const interp::HandlerTable& handlers_;
};

uint64_t random_value(Random& random) {
  const unsigned kind = random.below(8);
  if (kind < 5) return random.below(kind == 0 ? 8 : 60000);
  return random.next() &
         (kind == 5 ? 0x4fff'ffffu : 0x4fff'ffff'4fff'ffffu);  // no NaN of either size
}

struct Program {
  std::vector<uint64_t> words;
  size_t first = 0;  ///< Of the sequence.
};

Program program_of(const Sequence& sequence, Random& random) {
  Assembler a(false);
  for (const Code set : {Code::i64_add_ss_r, Code::f32_add_ss_r, Code::f64_add_ss_r}) {
    const size_t at = a.emit(set);
    a.put(at, 8, static_cast<uint16_t>(kScratch + random.below(3)));
    a.put(at, 10, static_cast<uint16_t>(random.below(kParams)));
    a.put(at, 12, static_cast<uint16_t>(random.below(kParams)));
  }
  Program program;
  program.first = a.words.size();
  struct Branch {
    size_t from;   // byte the offset counts from
    size_t field;  // byte of the offset
  };
  std::vector<Branch> branches;
  for (uint32_t part = 0; part < sequence.count; ++part) {
    const Code code = sequence.parts[part];
    const size_t at = a.emit(code);
    std::string_view fields = interp::info(code).fields;
    while (!fields.empty()) {
      const size_t space = std::min(fields.find(' '), fields.size());
      const auto byte = static_cast<size_t>(std::stoul(std::string(fields.substr(1, space - 1))));
      switch (fields[0]) {
        case 'd':
        case 's': a.put(at, byte, static_cast<uint16_t>(random.below(kParams))); break;
        case 'w': a.put(at, byte, static_cast<uint32_t>(random_value(random))); break;
        case 'q': a.put(at, byte, random_value(random)); break;
        case 'o':
          a.put(at, byte,
                static_cast<uint16_t>(random.chance(90) ? random.below(64) : random.next()));
          break;
        case 'n': a.put(at, byte, random.below(4)); break;
        case 'j': branches.push_back({at * 8, at * 8 + byte}); break;
        case 't': {
          const uint32_t last = random.below(3);
          a.put(at, byte, last);
          for (uint32_t i = 0; i <= last; ++i) {
            const size_t field = at * 8 + byte + 4 + size_t{4} * i;
            a.words.resize(std::max(a.words.size(), field / 8 + 1));
            branches.push_back({field, field});
          }
          break;
        }
        default: ADD_FAILURE() << "an operand that sequences have not had yet: " << fields;
      }
      fields.remove_prefix(std::min(space + 1, fields.size()));
    }
  }
  a.emit_landing(1);
  for (uint32_t i = 0; i < branches.size(); ++i) {
    const auto distance = static_cast<int32_t>(a.words.size() * 8 - branches[i].from);
    a.put(0, branches[i].field, distance);
    a.emit_landing(2 + i);
  }
  program.words = a.words;
  return program;
}

struct Observed {
  TrapCode trap = TrapCode::none;
  std::string text;
  std::vector<uint64_t> cells;
  std::vector<std::byte> memory;
  bool operator==(const Observed&) const = default;
};

std::string name_of(const Sequence& sequence) {
  std::string name;
  for (uint32_t i = 0; i < sequence.count; ++i)
    name += std::string(i == 0 ? "" : "; ") + std::string(interp::info(sequence.parts[i]).name);
  return name;
}

TEST(Sequences, EachDoesWhatItsPartsDo) {
  constexpr size_t kWindow = 65536;
  World w(Mode{.fusion = false, .epochs = true});
  // Where a sequence begins with a check, every third round finds it due, and goes on.
  w.store->on_epoch = [](runtime::Store&) {
    return runtime::EpochAnswer{.trap = false, .extend_by = 1000};
  };
  auto compiled = w.compile(assemble(host_module()));
  auto made = w.linker.instantiate(*w.store, compiled);
  ASSERT_TRUE(made);
  const Instance instance = made.instance();
  const engine::Func func = w.func(instance, "f");
  std::vector<Cell> zeros(kParams);
  ASSERT_EQ(w.call(func, zeros).trap, TrapCode::none);  // translates
  const runtime::TierCode& tier = compiled.info().guarded;
  auto* const code =
      static_cast<interp::FuncCode*>(tier.code(tier.env, wasm::FuncIdx(uint32_t{0})));
  auto* const memory =
      reinterpret_cast<std::byte*>(get_memory(*w.store, instance, "m").value().object->base);
  std::vector<runtime::Cell*> globals;
  for (unsigned i = 0; i < 4; ++i)
    globals.push_back(
        &get_global(*w.store, instance, "g" + std::to_string(i)).value().object->value[0]);
  const std::vector<uint64_t> own(code->words.get(), code->words.get() + code->word_count);
  std::vector<std::byte> image(kWindow);
  Random filler(1);
  for (std::byte& b : image) b = static_cast<std::byte>(filler.next() & 0x4f);

  const interp::HandlerTable& handlers = interp::handlers(false);
  unsigned rows = 0;
  unsigned trapped = 0;
  for (size_t c = 0; c < interp::kCodeCount; ++c) {
    for (const Sequence& sequence : interp::sequences_from(static_cast<Code>(c))) {
      ++rows;
      ASSERT_EQ(static_cast<size_t>(sequence.parts[0]), c);
      SCOPED_TRACE(name_of(sequence));
      ASSERT_NE(handlers.sequence[sequence.row], 0u);
      Random random(sequence.row);
      for (unsigned round = 0; round < 60; ++round) {
        const Program program = program_of(sequence, random);
        ASSERT_LT(program.words.size(), code->word_count);
        std::vector<Cell> args(kParams);
        for (Cell& cell : args) cell.bits = random_value(random);
        const auto run = [&](interp::HandlerWord first) {
          std::copy(program.words.begin(), program.words.end(), code->words.get());
          code->words[program.first] = first;
          std::memcpy(memory, image.data(), kWindow);
          w.store->set_epoch_deadline(round % 3 == 0 ? 0 : 1000);
          for (size_t i = 0; i < globals.size(); ++i) globals[i]->bits = i * 1000;
          const Outcome out = w.call(func, args);
          Observed seen;
          seen.trap = out.trap;
          if (out.trap != TrapCode::none) seen.text = w.last_trap.text();
          for (const Cell& cell : out.cells) seen.cells.push_back(cell.bits);
          for (const Cell* global : globals) seen.cells.push_back(global->bits);
          seen.memory.assign(memory, memory + kWindow);
          return seen;
        };
        const Observed parts = run(program.words[program.first]);
        const Observed whole = run(handlers.sequence[sequence.row]);
        trapped += parts.trap != TrapCode::none;
        ASSERT_EQ(parts.trap, whole.trap);
        ASSERT_EQ(parts.text, whole.text);
        ASSERT_EQ(parts.cells, whole.cells);
        ASSERT_TRUE(parts.memory == whole.memory);
      }
    }
  }
  std::copy(own.begin(), own.end(), code->words.get());
  EXPECT_EQ(rows, interp::sequences().size());
  EXPECT_GT(trapped, 100u);  // the places of faults are part of what is compared
}

/// A branch may lead to any part: the words of all of them stay what they are.
TEST(Sequences, CanBeEnteredInTheMiddle) {
  const char* const wat = R"((module (func (export "f") (param $n i32) (result i32)
    (local $a i32) (local $b i32)
    local.get $n i32.const 5 i32.add local.set $a
    (loop $again
      local.get $a local.set $b
      local.get $b i32.const 3 i32.add local.set $a
      local.get $n i32.const -1 i32.add local.tee $n
      br_if $again)
    local.get $a local.get $b i32.mul)))";
  World fused;
  World plain(Mode{.fusion = false});
  const engine::CompiledModule compiled = fused.compile(assemble(wat));
  const Instance f = fused.linker.instantiate(*fused.store, compiled).instance();
  const Instance p = plain.load(wat);
  for (const uint64_t n : {1u, 2u, 3u, 100u})
    EXPECT_EQ(fused.call_one(f, "f", {n}), plain.call_one(p, "f", {n}));
  // The loop's header stands inside a sequence, or this tests nothing.
  const runtime::TierCode& tier = compiled.info().guarded;
  const auto* const code =
      static_cast<interp::FuncCode*>(tier.code(tier.env, wasm::FuncIdx(uint32_t{0})));
  const interp::HandlerTable& handlers = interp::handlers(false);
  unsigned linked = 0;
  for (uint32_t word = 0; word < code->word_count; ++word) {
    for (const Sequence& sequence : interp::sequences())
      linked += code->words[word] == handlers.sequence[sequence.row];
  }
  EXPECT_GT(linked, 1u) << interp::disassemble(*code);
}

}  // namespace
}  // namespace weft::testing
