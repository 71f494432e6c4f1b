// Handlers of moves, branches, select, globals, references: isa_control.def.
#include "interp/handlers_plain.inl"
#include "runtime/builtins.hpp"

namespace weft::interp {
namespace {

WX_HANDLER(nop) {
  WX_BEGIN
  WX_NEXT(8);
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

WX_COLD_HANDLER(unreachable) {
  WX_BEGIN
  WX_TRAP(TrapCode::unreachable);
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
}  // namespace

WX_FAMILY(control) {
  WX_CONTROL_CHAINS
  WX_PUT(nop, nop);
  WX_PUT(mov_far, mov_far);
  WX_PUT(enter, enter);
  WX_PUT(unreachable, unreachable);
  WX_PUT(ref_as_non_null, ref_as_non_null);
  WX_PUT(fuel, fuel);
}

}  // namespace weft::interp
