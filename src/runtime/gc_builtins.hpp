// Instructions on structs, arrays and casts as functions of every tier (spec 4.4.7). Bounds are
// checked before anything is allocated or written; TrapCode::none is success. Types and segments
// are indices of the instance's module; validation vouches for them and for the operands' types.
//
// Whatever allocates may collect: references held across it must be where the collector looks (a
// guest stack, a root). `Cell*` operands are read after the allocation, so they must be such a
// place too.
#pragma once

#include <cstdint>

#include "runtime/gc_object.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime::builtins {

/// `fields`: the operands in order, v128 in two cells.
TrapCode struct_new(VMContext* ctx, uint32_t type, const Cell* fields, Ref& out);
TrapCode struct_new_default(VMContext* ctx, uint32_t type, Ref& out);

TrapCode array_new(VMContext* ctx, uint32_t type, const Cell* init, uint32_t length, Ref& out);
TrapCode array_new_default(VMContext* ctx, uint32_t type, uint32_t length, Ref& out);
TrapCode array_new_fixed(VMContext* ctx, uint32_t type, const Cell* values, uint32_t length,
                         Ref& out);
TrapCode array_new_data(VMContext* ctx, uint32_t type, uint32_t segment, uint32_t from,
                        uint32_t length, Ref& out);
TrapCode array_new_elem(VMContext* ctx, uint32_t type, uint32_t segment, uint32_t from,
                        uint32_t length, Ref& out);

TrapCode array_fill(VMContext* ctx, Ref array, uint32_t at, const Cell* value, uint32_t length);
TrapCode array_copy(VMContext* ctx, Ref to, uint32_t at, Ref from, uint32_t from_at,
                    uint32_t length);
TrapCode array_init_data(VMContext* ctx, uint32_t segment, Ref array, uint32_t at, uint32_t from,
                         uint32_t length);
TrapCode array_init_elem(VMContext* ctx, uint32_t segment, Ref array, uint32_t at, uint32_t from,
                         uint32_t length);

/// Fields and elements one by one, for tiers without inline code. `at`: byte offset in the object;
/// sign extension is for packed fields. v128 takes two cells.
struct Access {
  uint32_t offset;
  uint8_t log2;  ///< of the bytes
  bool sign_extend;
};
void load_field(VMContext* ctx, Ref object, Access access, Cell* out);
void store_field(VMContext* ctx, Ref object, Access access, const Cell* value);

/// What a cast asks for. Function references are pointers, all others are of the heap.
enum class CastKind : uint8_t {
  never,   ///< bottom types: only null, where allowed
  always,  ///< any reference of the hierarchy: any, extern, func, exn
  eq,
  i31,
  struct_,
  array,
  object,  ///< a struct or array type
  func,    ///< a function type
};
/// Whether the non-null reference is of that kind; `type` (of the module) for object and func.
bool cast_matches(VMContext* ctx, uint64_t bits, CastKind kind, uint32_t type);

}  // namespace weft::runtime::builtins
