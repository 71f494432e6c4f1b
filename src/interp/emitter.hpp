// The interpreter's emitter: turns well-typed operators into bytecode in one pass. ADR 0014
// (frames), 0008 (instructions).
//
// An operand is at its home slot, an alias of a local, or a constant; `local.get` and constants
// emit nothing. Beside that the emitter knows which slot's value each accumulator holds: an
// instruction that uses a value just made reads the accumulator, and if the value was a temporary
// its producer is turned into the form that does not store it. At labels and calls nothing is in
// accumulators only (the canonical frame state).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "interp/bytecode.hpp"
#include "interp/code_map.hpp"
#include "interp/compare_rows.hpp"
#include "interp/frame_map.hpp"
#include "interp/fuel_map.hpp"
#include "interp/struct_places.hpp"
#include "validate/emitter.hpp"

namespace weft::interp {

struct Sequence;

using validate::FrameKind;
using validate::Immediate;
using validate::Indices;
using validate::MemArg;

/// What the emitter knows of an operand, beside its cell.
struct Value {
  enum class Kind : uint8_t { home, local, constant };
  Kind kind = Kind::home;
  uint32_t local = 0;  ///< local: its index
  uint64_t bits = 0;   ///< constant
};

/// Half-word index of a branch's offset field, chained; 0 = end. The low bit of a link marks an
/// entry of a branch table.
struct Label {
  uint32_t target = 0;  ///< loop: word index of the header
  uint32_t fixups = 0;
  // Exceptions (emitter_exception.cpp); numbers in the catch table, + 1.
  uint32_t catches = 0;     ///< Chain of the clauses that go here.
  uint32_t region = 0;      ///< The region that is this block's body.
  uint32_t last_entry = 0;  ///< Last clause of that region.
  uint32_t caught = 0;      ///< Legacy: the clause whose arm this is.
  // Which locals have been set (emitter_locals.cpp): how many of assigned_ ...
  uint32_t assigned = 0;          ///< ... before the block,
  uint32_t assigned_exit = ~0u;   ///< ... at least, at every branch to its end,
  uint32_t assigned_least = ~0u;  ///< ... at least, at every end of a block in it.
  // Fuel (emitter_fuel.cpp).
  uint32_t fuel = 0;               ///< The charge that counts what is in front of the block.
  uint32_t escape = ~uint32_t{0};  ///< The outermost frame that something in it leaves to.
};

using State = validate::WalkState<Value, Label>;
using Operand = validate::Operand<Value>;
using Frame = validate::ControlFrame<Label>;

/// Classes of accumulators.
enum class Class : uint8_t { i, f, d, v };
inline constexpr size_t kClasses = 4;

class InterpEmitter {
 public:
  using Value = interp::Value;
  using Label = interp::Label;

  explicit InterpEmitter(ModuleCode& module) : module_(module), options_(module.options()) {}

  // --- results ---
  bool failed() const { return error_.has_value(); }
  Error take_error() { return std::move(*error_); }
  /// Moves the code to `code`; the buffers stay for the next function.
  void finish(FuncCode& code);
  /// The body must be walked once more: only now is it known how many slots its frame needs.
  bool needs_slots() {
    const bool more = caught_used_ > caught_slots_;
    caught_slots_ = more ? caught_used_ : 0;
    return more;
  }

  /// What is walked from here on is mapped at one operator, not kept; null: translated again.
  void set_mapper(FrameMapper* mapper) { mapper_ = mapper; }
  void finish_map();

  /// What is charged for is noted there, if not null; then fuel_map() makes the map of what was
  /// walked last.
  void set_fuel_marks(std::vector<FuelMark>* marks) { fuel_marks_ = marks; }
  void forget_fuel_marks() {
    if (fuel_marks_ != nullptr) fuel_marks_->clear();
  }
  FuelMap fuel_map(std::span<const FuelMark> marks) const;

  // --- the concept of validate/emitter.hpp, in its order ---
  void begin_function(State& state);
  void end_function() {}
  Value home(ValType, uint32_t) { return {}; }

  Value constant(Op op, Immediate imm);
  Value unary(Op op);
  Value binary(Op op);
  Value ternary(Op op);
  Value load(Op op, MemArg m);
  void store(Op op, MemArg m);
  Value load_lane(Op op, MemArg m, uint32_t lane);
  void store_lane(Op op, MemArg m, uint32_t lane);
  Value extract_lane(Op op, uint32_t lane);
  Value replace_lane(Op op, uint32_t lane);
  Value shuffle(const uint8_t* lanes);
  void wide(Op op);
  Value atomic_load(Op op, MemArg m);
  void atomic_store(Op op, MemArg m);
  Value atomic_rmw(Op op, MemArg m);
  void atomic_fence();

  void drop() {}
  Value select(ValType type);
  Value local_get(uint32_t local);
  void local_set(uint32_t local);
  Value local_tee(uint32_t local);
  Value global_get(uint32_t global);
  void global_set(uint32_t global);

  Value memory_size(uint32_t memory);
  Value memory_grow(uint32_t memory);
  void bulk(Op op, Indices ix);
  Value table_get(uint32_t table);
  void table_set(uint32_t table);
  Value table_size(uint32_t table);
  Value table_grow(uint32_t table);

  Value ref_null(ValType) {
    charge();
    return constant_value(0);
  }
  Value ref_func(uint32_t func);
  Value ref_as_non_null();
  void gc(Op op, Indices ix, ValType type);

  void unreachable();
  void begin_block(Frame& frame);
  void begin_loop(Frame& frame);
  void begin_if(Frame& frame);
  void begin_else(Frame& frame, bool live);
  void end_block(Frame& frame, bool live);
  void branch(uint32_t depth);
  void branch_if(uint32_t depth);
  void branch_table(std::span<const uint32_t> depths);
  void return_();
  void branch_on_null(uint32_t depth);
  void branch_on_non_null(uint32_t depth);
  void branch_on_cast(uint32_t depth, ValType type, bool on_fail);

  void call(uint32_t func);
  void call_indirect(Indices ix);
  void call_ref(uint32_t type);
  void return_call(uint32_t func);
  void return_call_indirect(Indices ix);
  void return_call_ref(uint32_t type);

  void throw_(uint32_t tag);
  void throw_ref();
  void begin_try_table(Frame& frame, std::span<const validate::CatchClause> clauses);
  void begin_try(Frame& frame);
  void begin_catch(Frame& frame, uint32_t tag, bool live);
  void begin_catch_all(Frame& frame, bool live);
  void rethrow(uint32_t depth);
  void end_delegate(Frame& frame, uint32_t depth, bool live);

 private:
  friend struct GcEmission;
  // --- code buffer (emitter.cpp) ---
  /// What an accumulator holds: the value of a slot.
  struct Acc {
    uint32_t slot = kNoSlot;
    uint32_t pos = 0;        ///< Word index of the instruction that made it.
    Code code = Code::nop;   ///< That instruction.
    bool droppable = false;  ///< Its store can be dropped: it has a twin, and the slot is a
                             ///< temporary not yet read.
  };
  struct AccSet {
    Acc of[kClasses];
  };
  /// An instruction in the present basic block that a later one may absorb.
  struct Record {
    uint32_t pos = 0;
    Code code = Code::nop;
    AccSet before;  ///< Accumulators before it.
  };
  /// Where an operand is read from.
  struct Place {
    enum class Kind : uint8_t { s, a, i };
    Kind kind = Kind::s;
    uint32_t slot = 0;
    uint64_t bits = 0;
  };
  struct Emitted {
    uint32_t pos;
    Code code;
  };
  /// A branch's offset field (a link, as in Label) and where it leads.
  struct Jump {
    uint32_t link;
    uint32_t target;
  };
  struct OffsetMark {
    uint32_t pos;
    uint32_t offset;
  };
  static constexpr uint32_t kNoSlot = ~uint32_t{0};

  uint32_t pos() const { return static_cast<uint32_t>(words_.size()); }
  uint32_t emit(Code code);  ///< Appends with operands zero; returns its position.
  void put16(uint32_t at, unsigned byte, uint32_t v);
  void put32(uint32_t at, unsigned byte, uint32_t v);
  void put64(uint32_t at, unsigned byte, uint64_t v);
  uint32_t get16(uint32_t at, unsigned byte) const;
  uint32_t get32(uint32_t at, unsigned byte) const;
  uint64_t get64(uint32_t at, unsigned byte) const;
  void set_code(uint32_t at, Code code);
  void rewind();  ///< Takes back the last recorded instruction and its effect on the accumulators.
  void forget_records() {
    record_count_ = 0;
    block_ = emitted_.size();
  }
  void forget_accs() { accs_ = {}; }
  void barrier() { forget_records(), forget_accs(); }
  Record& last(unsigned n = 0) { return records_[record_count_ - 1 - n]; }
  Value unsupported(Op op);
  void fail(ErrorCode code, std::string message);

  // --- values (emitter.cpp) ---
  static Value constant_value(uint64_t bits) { return {Value::Kind::constant, 0, bits}; }
  static Class class_of(ValType type);
  uint32_t home_slot(uint32_t cell) const { return home_base_ + cell; }
  uint32_t slot_of(const Operand& o) const;       ///< Of a home or local.
  Place place(const Operand& o) const;            ///< Accumulator if it is there.
  Place use(const Operand& o, unsigned scratch);  ///< place(), in 16 bits.
  Place use_slot(const Operand& o,
                 unsigned scratch);  ///< A slot in any case: constants are stored to the home.
  uint32_t to_slot(const Operand& o, unsigned scratch) { return use_slot(o, scratch).slot; }
  void take(const Operand& o,
            Place p);        ///< The operand is consumed from p: drops the store of a temporary.
  void to_home(Operand& o);  ///< The canonical state of one operand.
  void to_homes(std::span<Operand> operands);
  void move(uint32_t dst, const Operand& o, uint32_t cells);  ///< dst <- operand
  void move_slot(uint32_t dst, uint32_t src);
  void move_constant(uint32_t dst, uint64_t bits);
  void flush_aliases() { flush_aliases_below(state_->operands.size()); }
  void flush_aliases_below(
      size_t operands);  ///< Aliased locals below a block's start go to their homes.
  void save_aliases(uint32_t local, size_t operands);  ///< Before `local` changes.
  void overwritten(uint32_t slot);                     ///< Accumulators no longer mirror it.
  Value define(Class cls, uint32_t at, uint32_t slot,
               bool droppable);                          ///< The result of the instruction at `at`.
  Value produce(Class cls, uint32_t at, uint32_t cell);  ///< define() for a result at its home.
  Value produce_slot(uint32_t at,
                     uint32_t cell);  ///< The same for handlers that leave no accumulator.
  uint32_t narrow(uint32_t slot,
                  unsigned scratch);   ///< Reading: a 16-bit slot number for any slot.
  uint32_t narrow_dst(uint32_t slot);  ///< Writing: pair with widen_dst behind the instruction.
  void widen_dst(uint32_t slot);
  bool far() const { return far_; }
  void set_local(uint32_t local);
  bool retarget(const Operand& o, uint32_t slot);
  void charge(uint32_t cost = 1);      ///< Fuel of the present stretch of code (emitter_fuel.cpp).
  void need_cells(uint32_t cell_end);  ///< The frame must reach at least to this operand cell.
  bool made_by_last(const Operand& o, Class cls) const;
  bool fusing() const { return options_.fusion && record_count_ != 0; }

  // --- plain operators (emitter_plain.cpp) ---
  struct BinaryRow {
    Code base = Code::nop;  ///< form ss, result r
    Op op = Op::invalid_;
    uint8_t imm_bytes = 0;
    bool six = false;  ///< Has the forms sa and is.
  };
  static BinaryRow binary_row(Op op);
  static Code unary_row(Op op);
  // emitter_nan.cpp
  Value plain_unary(Op op);
  Value plain_binary(Op op);
  Value plain_ternary(Op op);
  /// Behind `op`, whose result is `value` with its home at `cell`: makes it canonical if it may be
  /// a NaN.
  Value canonical(Op op, Value value, uint32_t cell);
  /// First form of a relaxed operator as the processor does it; nop: no different.
  static Code native_row(Op op);
  Value emit_binary(const BinaryRow& row, const Operand& l, const Operand& r, Class result);
  bool plain_memory(const MemArg& m) const;
  Value emit_constant_select(const Operand& a, const Operand& b, bool first);
  bool emit_load(Code base, const Operand& addr, MemArg m, uint32_t& at);
  Value load_general(Op op, MemArg m);
  void store_general(Op op, MemArg m);

  // --- vectors (emitter_simd.cpp); operands of two cells, `slot` is the first ---
  struct VectorRow {
    Code base = Code::nop;  ///< first form, result r
    bool constant = false;  ///< Has the forms si and ai.
  };
  static VectorRow vector_row(Op op);
  VectorRow chosen_row(Op op);
  Place use_vector(const Operand& o, unsigned scratch);
  uint32_t narrow_vector(uint32_t slot, unsigned scratch);
  uint32_t vector_slot(const Operand& o, unsigned scratch) {
    return narrow_vector(slot_of(o), scratch);
  }
  Value produce_vector(uint32_t at, uint32_t cell);
  void move_vector(uint32_t dst, uint32_t src);
  std::optional<Value> fuse_vector_multiply(Op op, const Operand& z, bool product_left,
                                            uint32_t cell);
  std::optional<Value> fuse_vector_rotate(const Operand& l, const Operand& r);
  std::optional<Value> take_constant_vector(Code base, const Operand& l, const Operand& r);
  Value vector_constant(Immediate imm);
  Value vector_unary(Op op);
  Value vector_binary(Op op);
  Value vector_shift(Code base);
  Value vector_load(Op op, MemArg m);
  void vector_store(Op op, MemArg m);
  Value vector_load_general(Op op, MemArg m, uint32_t lane);
  void vector_store_general(Op op, MemArg m, uint32_t lane);
  Value vector_select(const Operand& a, const Operand& b, const Operand& cond);
  Value vector_global_get(uint32_t global);
  void vector_global_set(uint32_t global);

  // --- fusions (fuse.cpp): each returns true if it has absorbed earlier instructions ---
  std::optional<Value> fuse_unary(Op op);
  std::optional<Value> fuse_binary(Op op);
  std::optional<Value> fuse_load(Code base, Class cls, MemArg m);
  bool fuse_store(Code base, Code float_base, MemArg m);
  std::optional<Value> fuse_load_op(Op op, const Operand& l, uint32_t cell);
  std::optional<Value> fuse_shift_op(Op op, const Operand& z, uint32_t cell);
  std::optional<Value> fuse_multiply(Op op, const Operand& z, bool product_left, uint32_t cell);
  std::optional<Value> fuse_select(const Operand& a, const Operand& b, const Operand& c);
  std::optional<uint32_t> fuse_add_branch(Code branch, bool has_imm, uint64_t imm, uint32_t other);
  void fuse_increment();
  std::optional<Place> unwrap(const Operand& o);
  bool sink_address(const Operand& addr, const Operand& value, const Place& pv, Code base,
                    Code float_base, MemArg m);
  bool may_write(const Emitted& e, uint32_t slot) const;
  void remove(size_t index);  ///< Takes an instruction of 16 bytes out of the present block.

  // --- locals that need no zero (emitter_locals.cpp) ---
  struct SlotRange {
    uint32_t begin = 0;
    uint32_t end = 0;
  };
  static constexpr uint8_t kAssigned = 1;   ///< On every way to here.
  static constexpr uint8_t kNeedsZero = 2;  ///< Is read where it may not have been set.
  static constexpr uint8_t kEverSet = 4;    ///< Somewhere before here in the body.
  void begin_locals();
  void assign(uint32_t local);
  void forget_assigned(uint32_t count);
  void open_locals(Frame& frame) { frame.label.assigned = static_cast<uint32_t>(assigned_.size()); }
  void leave_locals(Frame& target);  ///< Something branches to the end of `target`.
  void close_locals(const Frame& frame, bool live);
  SlotRange zeroed() const;
  void trim_enter(FuncCode& code);

  // --- control (emitter_control.cpp) ---
  uint32_t emit_condition(const Operand& cond, bool sense);  ///< Field index of the branch.
  uint32_t emit_compare_branch(const CompareRow& row, Code code, bool sense);
  uint32_t emit_cast_branch(uint32_t slot, ValType type, bool sense);  // emit_gc.cpp
  uint32_t emit_null_branch(uint32_t slot, bool if_null);
  void link(Label& label, uint32_t field, bool table_entry);
  void jump_to(Frame& frame, uint32_t field, bool table_entry = false);
  void patch(uint32_t link, uint32_t target);
  void bind(Label& label);
  const Sequence* sequence_at(size_t at) const;
  void link_sequences();  ///< isa_sequences.def (fuse.cpp).
  void thread_jumps();    ///< Branches to branches lead to where those lead.
  bool in_place(const Frame& frame, std::span<const Operand> operands) const;
  void move_results(const Frame& frame, std::span<Operand> operands);
  template <class EmitBranch>
  void conditional(uint32_t depth, std::span<Operand> carried, EmitBranch&& emit_branch);
  void emit_return(std::span<Operand> results);
  void emit_return_from_homes();
  void keep_stores();  ///< A value on the other side of a branch needs its slot.

  uint32_t emit_atomic(Code code, Op op, MemArg m);  // emitter_atomic.cpp

  // --- the memory-access checker (emitter_check.cpp) ---
  /// Before the access of `op` at `address`.
  void check_access(const Operand& address, Op op, MemArg m, bool write) {
    if (options_.memory_check) [[unlikely]]
      emit_check(address, m, wasm::access_bytes(op), write, nullptr);
  }
  void emit_check(const Operand& address, MemArg m, uint32_t bytes, bool write,
                  const Operand* length);
  void check_bulk(Op op, Indices ix);
  void enter_allocator();
  void leave_allocator(uint32_t slot);
  void return_from_tail_call(size_t taken);

  // --- fuel (emitter_fuel.cpp) ---
  void open_fuel(Frame& frame);         ///< A block begins.
  void escape_to(const Frame& target);  ///< Something leaves the innermost block to `target`.
  void escape_all() { escape_to(state_->frames[0]); }
  void close_fuel(const Frame& frame, bool goes_on);  ///< It ends; `goes_on`: its end is reached.

  // --- the state at one operator (emitter_map.cpp) ---
  void map_state();                               ///< Before its first instruction.
  void map_absorbed(uint32_t at);                 ///< The instruction at `at` is taken back.
  void map_removed(uint32_t at, uint32_t words);  ///< The same, out of the middle.
  void map_call(size_t consumed);                 ///< It is a call of so many operands.

  // --- exceptions (emitter_exception.cpp) ---
  struct OpenRegion {
    uint32_t region;  ///< + 1
    uint32_t frames;  ///< Control frames up to its own.
  };
  void open_region(Frame& frame);
  void close_region(Frame& frame);
  uint32_t add_entry(Label& label, const CatchEntry& entry);
  void bind_catches(Label& label);
  void begin_arm(Frame& frame, bool live, CatchEntry entry);

  // --- calls (emitter_call.cpp) ---
  struct CallShape {
    uint32_t first_slot = 0;
    uint32_t param_cells = 0;
    uint32_t host_cells = 0;
  };
  CallShape prepare_call(uint32_t type, uint32_t on_top);
  void after_call();
  void after_tail_call();

  ModuleCode& module_;
  const Options& options_;
  State* state_ = nullptr;
  const HandlerTable* table_ = nullptr;
  std::vector<uint64_t> words_;
  std::vector<OffsetMark> marks_;
  std::vector<uint32_t> local_slots_;
  std::vector<uint8_t> local_states_;  // kAssigned...
  std::vector<uint32_t> assigned_;     // locals that are assigned here, the newest last
  std::vector<uint32_t> stubs_;        // branch_table: code of each way out
  std::vector<Emitted> emitted_;       // everything, for link_sequences
  std::vector<Jump> jumps_;            // all that are patched, for thread_jumps
  Record records_[4];
  uint32_t record_count_ = 0;
  size_t block_ = 0;  // Index in emitted_: what follows came after the last way in or out.
  AccSet accs_;
  uint32_t param_cells_ = 0;
  uint32_t home_base_ = 0;
  uint32_t scratch_base_ = 0;
  uint32_t max_cell_ = 0;
  size_t clean_below_ = 0;  // operands below this index are no aliases
  uint32_t fuel_pos_ = 0;   // position of the present charge + 1; 0: the next operator makes one
  bool far_ = false;
  CatchTable catches_;
  std::vector<OpenRegion> open_regions_;  // innermost last
  uint32_t caught_base_ = 0;              // slots for what legacy arms rethrow
  uint32_t caught_slots_ = 0;
  uint32_t caught_used_ = 0;
  AllocatorFunc allocator_ = AllocatorFunc::none;  // what the present function is
  uint32_t allocator_slots_ = 0;
  StructPlacesCache struct_places_;
  std::optional<Error> error_;
  FrameMapper* mapper_ = nullptr;  // most of the time
  std::vector<FuelMark>* fuel_marks_ = nullptr;
};

}  // namespace weft::interp
