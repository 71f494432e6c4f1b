// One function body at a time: expressions of a wanted type and statements, chosen from the opcode
// table by its signature column where that says everything, and by hand for the other instructions.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "world.hpp"

namespace weft::fuzz {

class FunctionGenerator {
 public:
  FunctionGenerator(Choices& choices, const World& world, unsigned self, Writer& out)
      : c_(choices), world_(world), self_(self), w_(out) {}
  void run();

 private:
  // function_generator.cpp
  void expr(Type t, unsigned depth);
  void leaf(Type t);
  void constant(Type t);
  bool special(Type t, unsigned depth);
  bool special_number(Type t, unsigned depth);
  void statement(unsigned depth);
  void statements(unsigned depth, unsigned most);
  void canonical_nan(const wasm::OpInfo& op);

  // generate_memory.cpp: accesses, bulk instructions, tables
  void table_op(const wasm::OpInfo& op, unsigned depth);
  void operands(const wasm::OpInfo& op, unsigned memory, unsigned depth);
  void memarg(const wasm::OpInfo& op, unsigned memory);
  void address(unsigned memory, unsigned bytes, bool aligned, unsigned depth);
  void small(unsigned limit, unsigned depth);
  void small_address(unsigned memory, unsigned limit, unsigned depth);
  void statement_bulk(unsigned depth);
  void memory_number(Type t, const wasm::OpInfo& op, unsigned depth);
  void table_number(unsigned depth);

  // generate_references.cpp: references, structs, arrays
  bool special_reference(Type t, unsigned depth);
  void any_reference(unsigned depth);
  void new_struct(unsigned depth);
  void new_array(unsigned array, unsigned depth);
  void cast_to(Type t, unsigned depth);
  void branch_cast_to(Type t, unsigned depth);
  void non_null(Type t, unsigned depth);
  void reference_number(unsigned depth);
  void test_reference(unsigned depth);
  void array_element(unsigned array, unsigned depth);
  void statement_gc(unsigned depth);

  // generate_control.cpp: blocks, branches, exceptions, calls
  void structured(Type t, unsigned depth);
  void two_values(Type t, unsigned depth);
  void catching(Type t, unsigned depth);
  void legacy_catching(Type t, unsigned depth);
  void throwing(unsigned depth);
  void rethrowing(unsigned depth);
  void statement_control(unsigned depth);
  void leave(unsigned depth);
  void pay();
  void call(unsigned depth, bool tail);
  bool call_for(Type t, unsigned depth);
  void call_number(unsigned depth);

  void op(wasm::Op o);
  void op(wasm::Op o, std::initializer_list<unsigned> immediates) {
    op(o);
    for (const unsigned i : immediates) w_.u(i);
  }
  void i32(int32_t value) { op(wasm::Op::i32_const), w_.s(value); }
  bool has(wasm::Feature f) const { return world_.flavor.features.has(f); }
  unsigned local(Type t) { return first_local_ + t * 2u + c_.below(2); }
  unsigned global(Type t) { return kFirstGlobal + t * kGlobalsOfType + c_.below(kGlobalsOfType); }
  const Signature& type() const { return world_.functions[self_]; }
  unsigned function_count() const { return static_cast<unsigned>(world_.functions.size()); }
  /// A block: `carries` is what a branch to it takes, a Type, kNothing, or kNoBranch.
  void open(wasm::Op o, Type t) { op(o), write_type(w_, t), labels_.push_back(t); }
  void open(wasm::Op o) { op(o), w_.byte(0x40), labels_.push_back(kNothing); }
  void open(wasm::Op o, unsigned type_index) {
    op(o), w_.s(type_index), labels_.push_back(kNoBranch);
  }
  void close() { labels_.pop_back(), op(wasm::Op::end); }

  static constexpr int kNoBranch = -1;
  static constexpr int kNothing = -2;

  Choices& c_;
  const World& world_;
  unsigned self_;
  Writer& w_;
  unsigned first_local_ = 0;
  std::vector<int> labels_;
  unsigned budget_ = 400;
};

}  // namespace weft::fuzz
