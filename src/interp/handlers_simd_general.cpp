// Vector loads and stores of any memory with any address type.
#include "interp/handlers_simd.hpp"
#include "interp/memory_kind.hpp"
#include "wasm/opcodes.hpp"

namespace weft::interp {
namespace {

using wasm::Op;

/// Null if the access is not inside the memory; then the trap record is filled.
uint8_t* vector_address(const std::byte* ip, VMContext* cx, uint64_t index, uint64_t bytes) {
  const uint32_t word = u32(ip, 24);
  const VMMemory& memory = *cx->memories[word & ~kWideAddress];
  if ((word & kWideAddress) == 0) index = static_cast<uint32_t>(index);
  uint64_t ea = 0;
  if (__builtin_add_overflow(index, u64(ip, 16), &ea) || bytes > memory.length ||
      ea > memory.length - bytes) {
    cx->store->trap.fault_address = ea;
    cx->store->trap.fault_size = memory.length;
    return nullptr;
  }
  return reinterpret_cast<uint8_t*>(memory.base + ea);  // SAFETY: inside, as just checked
}

V128 load_vector(Op op, const uint8_t* from, V128 old, uint32_t lane) {
  switch (op) {
#define WEFT_VLD(id) \
  case Op::id: return wasm::numeric::id(from);
#define WEFT_VLDLANE(id) \
  case Op::id: return wasm::numeric::id(from, old, lane);
#define WEFT_VST(id)
#define WEFT_VSTLANE(id)
#define WEFT_VLOP(id, op, load)
#define WEFT_MISC(id, fields, bytes)
#include "interp/isa_simd_memory.def"
#undef WEFT_VLD
#undef WEFT_VST
#undef WEFT_VLDLANE
#undef WEFT_VSTLANE
    default: return old;
  }
}
void store_vector(Op op, uint8_t* to, V128 value, uint32_t lane) {
  switch (op) {
#define WEFT_VLD(id)
#define WEFT_VLDLANE(id)
#define WEFT_VST(id) \
  case Op::id: return wasm::numeric::id(to, value);
#define WEFT_VSTLANE(id) \
  case Op::id: return wasm::numeric::id(to, value, lane);
#include "interp/isa_simd_memory.def"
    default: return;
  }
}

WX_HANDLER(load_general_v) {
  WX_BEGIN
  const auto op = static_cast<Op>(u32(ip, 12));
  const uint8_t* const from = vector_address(ip, cx, slot(ip, fp, 10).bits, wasm::access_bytes(op));
  if (from == nullptr) WX_TRAP(TrapCode::memory_out_of_bounds);
  load_vector(op, from, vector_at(slot(ip, fp, 32)), u32(ip, 28)).store(&slot(ip, fp, 8));
  vacc = wasm::lanes::u64{};
  WX_NEXT(40);
}
WX_HANDLER(store_general_v) {
  WX_BEGIN
  const auto op = static_cast<Op>(u32(ip, 12));
  uint8_t* const to = vector_address(ip, cx, slot(ip, fp, 8).bits, wasm::access_bytes(op));
  if (to == nullptr) WX_TRAP(TrapCode::memory_out_of_bounds);
  store_vector(op, to, vector_at(slot(ip, fp, 10)), u32(ip, 28));
  WX_NEXT(32);
}

}  // namespace

WX_FAMILY(simd_general) {
  WX_PUT(load_general_v, load_general_v);
  WX_PUT(store_general_v, store_general_v);
}

}  // namespace weft::interp
