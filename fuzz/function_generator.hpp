// One function body at a time: expressions of a wanted type and statements, chosen from the opcode
// table by its signature column where that says everything, and by hand for the other instructions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "module_writer.hpp"
#include "wasm/opcodes.hpp"

namespace weft::fuzz {

/// The types of values. struct_ and array_ are (ref null 0) and (ref null 2) of the module's types.
enum Type : uint8_t {
  kI32,
  kI64,
  kF32,
  kF64,
  kV128,
  kFuncRef,
  kExternRef,
  kAnyRef,
  kEqRef,
  kI31Ref,
  kStruct,
  kArray,
  kExnRef,
  kTypes
};
inline constexpr unsigned kGlobalsOfType = 2;
inline constexpr unsigned kFirstFuncType = 7;
inline constexpr int kSteps = 400;

void write_type(Writer& w, Type t);
void write_zero(Writer& w, Type t);

/// The input as a sequence of decisions; zeros when it is used up.
class Choices {
 public:
  explicit Choices(std::span<const uint8_t> input) : left_(input) {}
  bool empty() const { return left_.empty(); }
  uint8_t byte() {
    if (left_.empty()) return 0;
    const uint8_t b = left_.front();
    left_ = left_.subspan(1);
    return b;
  }
  uint64_t bits(unsigned bytes) {
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; ++i) v = v << 8 | byte();
    return v;
  }
  unsigned below(unsigned n) { return n <= 256 ? byte() % n : static_cast<unsigned>(bits(2)) % n; }
  bool chance(unsigned percent) { return byte() * 100u < percent * 256u; }

 private:
  std::span<const uint8_t> left_;
};

struct Signature {
  std::vector<Type> params;
  std::vector<Type> results;
};

struct World {
  std::vector<Signature> functions;
};

class FunctionGenerator {
 public:
  FunctionGenerator(Choices& choices, const World& world, unsigned self, Writer& out)
      : c_(choices), world_(world), self_(self), w_(out) {}
  void run();

 private:
  void expr(Type t, unsigned depth);
  void leaf(Type t);
  void constant(Type t);
  void table_op(const wasm::OpInfo& op, unsigned depth);
  void operands(const wasm::OpInfo& op, unsigned memory, unsigned depth);
  void memarg(const wasm::OpInfo& op, unsigned memory);
  void address(unsigned memory, unsigned bytes, bool aligned, unsigned depth);
  bool special(Type t, unsigned depth);
  bool special_number(Type t, unsigned depth);
  bool special_reference(Type t, unsigned depth);
  void structured(Type t, unsigned depth);
  void catching(Type t, unsigned depth);
  void statement(unsigned depth);
  void statements(unsigned depth, unsigned most);
  void statement_gc(unsigned depth);
  void statement_bulk(unsigned depth);
  void statement_control(unsigned depth);
  void leave(unsigned depth);
  void pay();
  void call(unsigned depth, bool tail);
  void small(unsigned limit, unsigned depth);
  void op(wasm::Op o);
  void block_type(Type t);
  unsigned local(Type t) { return first_local_ + t * 2u + c_.below(2); }
  unsigned global(Type t) { return 1u + t * kGlobalsOfType + c_.below(kGlobalsOfType); }
  const Signature& type() const { return world_.functions[self_]; }

  Choices& c_;
  const World& world_;
  unsigned self_;
  Writer& w_;
  unsigned first_local_ = 0;
  unsigned scratch_ = 0;     // locals of call_results
  std::vector<int> labels_;  // what a branch to each carries: a Type, or -1
  unsigned budget_ = 400;
};

}  // namespace weft::fuzz
