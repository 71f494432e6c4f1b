// What a tier must provide to be fed by the walker: the concept is the manual.
// The walker calls an emitter only with well-typed operands and only in live code, so an emitter
// has no type checks and no error path but resource limits (`failed()`). Shapes, not opcodes: `op`
// picks the row of wasm/opcodes.def. ADR 0002.
//
// One step: the walker checks the rule, calls the emitter while the consumed operands are STILL the
// topmost of state.operands (it can spill, alias, fuse), then pops them and pushes the results with
// the value returned. Where the call returns nothing, results lie at their homes: the walker pushes
// `home(type, cell)` for each. Operands that stay (block parameters, what a br_if carries) keep
// their values; only their types may be widened. Value and Label are trivially copyable.
// state.offset and state.next_offset are set before each call.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "validate/walk_state.hpp"
#include "wasm/opcodes.hpp"

namespace weft::validate {

/// A memory immediate; `offset` is checked against the memory's address type.
struct MemArg {
  uint64_t offset = 0;
  uint32_t memory = 0;
  uint8_t align_log2 = 0;
};

/// Immediates of constant instructions: i32, i64, f32 and f64 as bits in `low`.
struct Immediate {
  uint64_t low = 0;
  uint64_t high = 0;  ///< v128 only
};

/// Indices of instructions that name one or two things (tables, segments, types, fields, counts).
struct Indices {
  uint32_t a = 0;
  uint32_t b = 0;
};

/// One clause of try_table: `label` is a depth counted from outside the try_table.
struct CatchClause {
  enum class Kind : uint8_t { catch_, catch_ref, catch_all, catch_all_ref } kind{};
  uint32_t tag = 0;
  uint32_t label = 0;
};

template <class E>
concept Emitter =
    std::default_initializable<typename E::Value> &&  // what E knows of an operand: slot, register,
                                                      // constant, SSA name
    std::default_initializable<typename E::Label> &&  // what E knows of a control frame: fixups,
                                                      // blocks
    requires(E& e, wasm::Op op, WalkState<typename E::Value, typename E::Label>& state,
             typename E::Value v, ControlFrame<typename E::Label>& frame, MemArg m, Immediate imm,
             Indices ix, ValType type, uint32_t n, std::span<const uint32_t> depths,
             std::span<const CatchClause> clauses, bool flag, const uint8_t* lanes) {
      /// Locals are known, the function's frame is pushed, no operator seen. Keep the reference.
      e.begin_function(state);
      /// After the last `end`. The function's results were already given by `end_block`/`branch`.
      e.end_function();
      /// True after a resource limit; the walk stops and `e.take_error()` tells. Asked after `end`,
      /// and after every operator but local.*, global.get, drop, constants, loads, stores, unary,
      /// binary, br, br_if, call and block.
      { e.failed() } -> std::convertible_to<bool>;
      { e.take_error() } -> std::convertible_to<Error>;
      /// The value of an operand that lies at its home.
      { e.home(type, n) } -> std::same_as<typename E::Value>;

      // --- plain operators: operands on top of state.operands, the returned value is the result
      // -------------------
      { e.constant(op, imm) } -> std::same_as<typename E::Value>;
      { e.unary(op) } -> std::same_as<typename E::Value>;
      { e.binary(op) } -> std::same_as<typename E::Value>;
      {
        e.ternary(op)
      } -> std::same_as<typename E::Value>;  // v128.bitselect, relaxed madd, laneselect, dot_add
      { e.load(op, m) } -> std::same_as<typename E::Value>;
      e.store(op, m);  // [addr value]
      { e.load_lane(op, m, n) } -> std::same_as<typename E::Value>;
      e.store_lane(op, m, n);
      { e.extract_lane(op, n) } -> std::same_as<typename E::Value>;
      { e.replace_lane(op, n) } -> std::same_as<typename E::Value>;
      { e.shuffle(lanes) } -> std::same_as<typename E::Value>;  // 16 lane indices below 32
      e.wide(op);  // add128, sub128: 4 -> 2; mul_wide: 2 -> 2
      { e.atomic_load(op, m) } -> std::same_as<typename E::Value>;
      e.atomic_store(op, m);
      { e.atomic_rmw(op, m) } -> std::same_as<typename E::Value>;  // rmw, cmpxchg, wait, notify
      e.atomic_fence();

      // --- parametric, variables
      // ----------------------------------------------------------------------------------
      e.drop();
      {
        e.select(type)
      } -> std::same_as<typename E::Value>;  // [a b cond]; type is the operands' type
      { e.local_get(n) } -> std::same_as<typename E::Value>;
      e.local_set(n);  // must first save operands that alias the local
      { e.local_tee(n) } -> std::same_as<typename E::Value>;
      { e.global_get(n) } -> std::same_as<typename E::Value>;
      e.global_set(n);

      // --- memories and tables
      // ------------------------------------------------------------------------------------
      { e.memory_size(n) } -> std::same_as<typename E::Value>;
      { e.memory_grow(n) } -> std::same_as<typename E::Value>;
      e.bulk(op, ix);  // memory.init/copy/fill, table.init/copy/fill: 3 operands; data.drop,
                       // elem.drop: none. ix in the order of the binary format (init: segment,
                       // memory/table; copy: dst, src)
      { e.table_get(n) } -> std::same_as<typename E::Value>;
      e.table_set(n);
      { e.table_size(n) } -> std::same_as<typename E::Value>;
      { e.table_grow(n) } -> std::same_as<typename E::Value>;  // [init delta]

      // --- references
      // ---------------------------------------------------------------------------------------------
      { e.ref_null(type) } -> std::same_as<typename E::Value>;
      { e.ref_func(n) } -> std::same_as<typename E::Value>;
      { e.ref_as_non_null() } -> std::same_as<typename E::Value>;
      /// ref.is_null and ref.eq come as unary/binary.
      /// GC: everything with prefix 0xfb that yields at most one value and is not a branch:
      /// struct.*, array.*, ref.test, ref.cast, ref.i31, i31.get_*, any.convert_extern,
      /// extern.convert_any. `type` is the heap type's reference type (with nullability) of
      /// test/cast. Results (if the row has one) lie at their homes.
      e.gc(op, ix, type);

      // --- control. Branch operands are the topmost of state.operands; they go to frame.base_cell
      // + i -----------------
      e.unreachable();
      // frame is pushed already (state.frame(0)); its params are the topmost operands.
      e.begin_block(frame);  // params stay on the stack as they are
      e.begin_loop(
          frame);  // params stay; a backward branch finds them at their homes, so send them there
      e.begin_if(
          frame);  // the condition is the topmost operand, above the params (popped afterwards)
      e.begin_else(
          frame, flag);  // flag: the then-arm's end is live (its results are on top). Afterwards
                         // the params are pushed at their homes: begin_if must have sent them there
      e.end_block(
          frame, flag);  // flag: the end is reached live (results on top). For every kind, function
                         // too. kind if_: there was no else, and params match results. Afterwards
                         // the frame is popped and the results are pushed at their homes
      e.branch(n);       // n: depth; the outermost is a return
      e.branch_if(n);    // condition on top, branch operands below; falls through otherwise
      e.branch_table(
          depths);  // index on top; the last depth is the default. All take equally many operands
      e.return_();
      e.branch_on_null(
          n);  // [operands ref]; falls through with the reference on the stack, non-null
      e.branch_on_non_null(
          n);  // branches with the reference as the last operand, drops it otherwise
      e.branch_on_cast(n, type,
                       flag);  // [operands ref]; type: target; flag: branch when the cast FAILS

      // --- calls: arguments on top, results at their homes
      // ----------------------------------------------------------
      e.call(n);
      e.call_indirect(ix);  // a: type index, b: table; table index on top of the arguments
      e.call_ref(n);        // type index; reference on top
      e.return_call(n);
      e.return_call_indirect(ix);
      e.return_call_ref(n);

      // --- exceptions
      // -------------------------------------------------------------------------------------------------
      e.throw_(n);
      e.throw_ref();
      e.begin_try_table(frame, clauses);
      e.begin_try(frame);  // legacy
      e.begin_catch(
          frame, n,
          flag);  // legacy catch tag; flag: the arm before ends live. Payload at its homes
      e.begin_catch_all(frame, flag);
      e.rethrow(n);
      e.end_delegate(frame, n, flag);  // ends a legacy try; n: depth counted from outside it
    };

}  // namespace weft::validate
