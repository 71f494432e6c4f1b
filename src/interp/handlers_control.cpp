// Handlers of moves, branches, select, globals, references: isa_control.def.
#include "interp/handlers.hpp"
#include "runtime/builtins.hpp"

namespace weft::interp {
namespace {

WX_HANDLER(nop) {
  WX_BEGIN
  WX_NEXT(8);
}
WX_HANDLER(mov) {
  WX_BEGIN
  slot(ip, fp, 8) = slot(ip, fp, 10);
  WX_NEXT(16);
}
WX_HANDLER(mov2) {
  WX_BEGIN
  slot(ip, fp, 8) = slot(ip, fp, 10);
  slot(ip, fp, 12) = slot(ip, fp, 14);
  WX_NEXT(16);
}
WX_HANDLER(mov_br) {
  WX_BEGIN
  slot(ip, fp, 8) = slot(ip, fp, 10);
  WX_TAKE(12);
}
WX_HANDLER(mov_i) {
  WX_BEGIN
  slot(ip, fp, 8).bits = acc;
  WX_NEXT(16);
}
WX_HANDLER(mov_f) {
  WX_BEGIN
  slot(ip, fp, 8).bits = to_bits(facc);
  WX_NEXT(16);
}
WX_HANDLER(mov_d) {
  WX_BEGIN
  slot(ip, fp, 8).bits = to_bits(dacc);
  WX_NEXT(16);
}
WX_HANDLER(const32) {
  WX_BEGIN
  slot(ip, fp, 8).bits = u32(ip, 12);
  WX_NEXT(16);
}
WX_HANDLER(const64) {
  WX_BEGIN
  slot(ip, fp, 8).bits = u64(ip, 16);
  WX_NEXT(24);
}
WX_HANDLER(mov_far) {
  WX_BEGIN
  fp[u32(ip, 8)] = fp[u32(ip, 12)];
  WX_NEXT(16);
}
WX_HANDLER(enter) {
  WX_BEGIN
  Cell* cell = &slot(ip, fp, 8);
  Cell* const end = cell + u32(ip, 12);
  do {
    *cell++ = Cell{};
    WX_KEEP_BRANCH();  // few cells: a call of memset costs more than the loop
  } while (cell != end);
  WX_NEXT(16);
}

WX_HANDLER(br) {
  WX_BEGIN
  WX_TAKE(12);
}
/// Branches if the T operand is nonzero (kSense) or zero.
template <class T, Src kSrc, bool kSense>
WX_HANDLER(br_if) {
  WX_BEGIN
  if ((WX_OPERAND(kSrc, T, 8, 0) != 0) == kSense) {
    WX_TAKE(12);
  }
  WX_KEEP_BRANCH();
  WX_NEXT(16);
}
template <Src kSrc>
WX_HANDLER(br_table) {
  WX_BEGIN
  const uint32_t index = WX_OPERAND(kSrc, uint32_t, 8, 0);
  const uint32_t last = u32(ip, 12);
  // SAFETY: the table has last + 1 entries behind the instruction.
  const std::byte* entry = ip + 16 + size_t{4} * (index < last ? index : last);
  ip = jump(entry, 0);
  WX_JUMP();
}
WX_COLD_HANDLER(unreachable) {
  WX_BEGIN
  WX_TRAP(TrapCode::unreachable);
}

/// d <- cond ? a : b; picks the slot, then loads, so that no class of value needs a branch.
template <class T, Src kCond, bool kSlot>
WX_HANDLER(select) {
  WX_BEGIN
  const uint32_t cond = WX_OPERAND(kCond, uint32_t, 14, 0);
  const uint32_t a = u16(ip, 10);
  const uint32_t b = u16(ip, 12);
  const uint32_t picked = cond != 0 ? a : b;
  WX_RESULT(kSlot, from_bits<T>(fp[picked].bits));
  WX_NEXT(16);
}

/// The same with constants among a and b.
template <Src kCond, Src kA, Src kB, bool kSlot>
WX_HANDLER(select_constant) {
  WX_BEGIN
  const uint32_t cond = WX_OPERAND(kCond, uint32_t, 14, 0);
  const uint64_t a = kA == Src::i ? u32(ip, 16) : slot(ip, fp, 10).bits;
  const uint64_t b = kB == Src::i ? u32(ip, 20) : slot(ip, fp, 12).bits;
  WX_RESULT(kSlot, cond != 0 ? a : b);
  WX_NEXT(24);
}

template <class T, bool kSlot>
WX_HANDLER(global_get) {
  WX_BEGIN
  WX_RESULT(kSlot, from_bits<T>(cx->globals[u32(ip, 12)]->value[0].bits));
  WX_NEXT(16);
}
WX_HANDLER(global_set_s) {
  WX_BEGIN
  cx->globals[u32(ip, 12)]->value[0] = slot(ip, fp, 8);
  WX_NEXT(16);
}
WX_HANDLER(global_set_a) {
  WX_BEGIN
  cx->globals[u32(ip, 12)]->value[0].bits = acc;
  WX_NEXT(16);
}
WX_HANDLER(global_set_i) {
  WX_BEGIN
  cx->globals[u32(ip, 12)]->value[0].bits = u64(ip, 16);
  WX_NEXT(24);
}

WX_HANDLER(ref_as_non_null) {
  WX_BEGIN
  if (slot(ip, fp, 8).bits == 0) [[unlikely]]
    WX_TRAP(TrapCode::null_reference);
  WX_NEXT(16);
}

/// Counted before the block runs; what a trap inside it did not run is given back (fuel_map.hpp).
/// Here not even the block's first operator has run: it is resumed by counting once more.
WX_COLD_HANDLER(fuel_slow) {
  WX_BEGIN
  cx->store->fuel_consumed -= u32(ip, 12);
  VMResume& resume = cx->store->resume;
  resume = {};
  resume.kind = VMResume::Kind::checkpoint;
  resume.ip = ip;
  resume.acc = acc;
  resume.facc = std::bit_cast<uint32_t>(facc);
  resume.dacc = std::bit_cast<uint64_t>(dacc);
  std::memcpy(resume.vacc, &vacc, sizeof vacc);
  WX_TRAP(TrapCode::out_of_fuel);
}
WX_HANDLER(fuel) {
  WX_BEGIN
  const int64_t consumed = cx->store->fuel_consumed + u32(ip, 12);
  cx->store->fuel_consumed = consumed;
  if (consumed > 0) [[unlikely]]
    WX_GO(fuel_slow);
  WX_NEXT(16);
}
WX_COLD_HANDLER(epoch_slow) {
  WX_BEGIN
  cx->store->interp_ip = ip;
  cx->store->interp_fp = fp;
  cx->store->interp_vmctx = cx;
  const TrapCode trap = builtins::epoch_expired(cx, VMResume::Kind::checkpoint, ip);
  acc = 0, facc = 0, dacc = 0;
  if (trap != TrapCode::none) WX_TRAP(trap);
  mem0 = cx->memory0->base;  // the store's callback may have grown it
  WX_NEXT(8);
}
WX_HANDLER(epoch) {
  WX_BEGIN
  // SAFETY: relaxed, only the fact that the counter or the deadline has moved matters.
  if (cx->store->epoch->load(std::memory_order_relaxed) >=
      __atomic_load_n(&cx->store->epoch_deadline, __ATOMIC_RELAXED)) [[unlikely]]
    WX_GO(epoch_slow);
  WX_NEXT(8);
}

}  // namespace

void install_control(HandlerTable& table) {
  WX_PUT(nop, nop);
  WX_PUT(mov, mov);
  WX_PUT(mov2, mov2);
  WX_PUT(mov_br, mov_br);
  WX_PUT(mov_i, mov_i);
  WX_PUT(mov_f, mov_f);
  WX_PUT(mov_d, mov_d);
  WX_PUT(const32, const32);
  WX_PUT(const64, const64);
  WX_PUT(mov_far, mov_far);
  WX_PUT(enter, enter);
  WX_PUT(br, br);
  WX_PUT(br_nz_s, br_if<uint32_t, Src::s, true>);
  WX_PUT(br_nz_a, br_if<uint32_t, Src::a, true>);
  WX_PUT(br_z_s, br_if<uint32_t, Src::s, false>);
  WX_PUT(br_z_a, br_if<uint32_t, Src::a, false>);
  WX_PUT(br_nz64_s, br_if<uint64_t, Src::s, true>);
  WX_PUT(br_nz64_a, br_if<uint64_t, Src::a, true>);
  WX_PUT(br_z64_s, br_if<uint64_t, Src::s, false>);
  WX_PUT(br_z64_a, br_if<uint64_t, Src::a, false>);
  WX_PUT(br_table_s, br_table<Src::s>);
  WX_PUT(br_table_a, br_table<Src::a>);
  WX_PUT(unreachable, unreachable);
#define WX_PUT_SELECT_CONSTANT(c, a, b)                                                   \
  WX_PUT(select_i_##c##_##a##b##_r, select_constant<Src::c, Src::a, Src::b, kWriteSlot>); \
  WX_PUT(select_i_##c##_##a##b##_t, select_constant<Src::c, Src::a, Src::b, kTransient>);
  WX_PUT_SELECT_CONSTANT(s, s, i)
  WX_PUT_SELECT_CONSTANT(s, i, s)
  WX_PUT_SELECT_CONSTANT(s, i, i)
  WX_PUT_SELECT_CONSTANT(a, s, i)
  WX_PUT_SELECT_CONSTANT(a, i, s)
  WX_PUT_SELECT_CONSTANT(a, i, i)
#define WX_PUT_SELECT(cls, T)                                \
  WX_PUT(select_##cls##_s_r, select<T, Src::s, kWriteSlot>); \
  WX_PUT(select_##cls##_s_t, select<T, Src::s, kTransient>); \
  WX_PUT(select_##cls##_a_r, select<T, Src::a, kWriteSlot>); \
  WX_PUT(select_##cls##_a_t, select<T, Src::a, kTransient>); \
  WX_PUT(global_get_##cls##_r, global_get<T, kWriteSlot>);   \
  WX_PUT(global_get_##cls##_t, global_get<T, kTransient>);
  WX_PUT_SELECT(i, uint64_t)
  WX_PUT_SELECT(f, float) WX_PUT_SELECT(d, double) WX_PUT(global_set_s, global_set_s);
  WX_PUT(global_set_a, global_set_a);
  WX_PUT(global_set_i, global_set_i);
  WX_PUT(ref_as_non_null, ref_as_non_null);
  WX_PUT(fuel, fuel);
  WX_PUT(epoch, epoch);
}

}  // namespace weft::interp
