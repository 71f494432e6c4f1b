#include "runtime/fuel.hpp"

#include "runtime/store.hpp"

namespace weft::runtime::fuel {
namespace {

TrapCode out_of_fuel(VMContext* ctx) {
  ctx->store->resume = {};
  ctx->store->resume.kind = VMResume::Kind::restart;
  return TrapCode::out_of_fuel;
}

TrapCode take(VMContext* ctx, uint64_t units) {
  if (units > ctx->store->store->fuel()) return out_of_fuel(ctx);
  ctx->store->fuel_consumed += static_cast<int64_t>(units);
  return TrapCode::none;
}

}  // namespace

TrapCode pay(VMContext* ctx, uint64_t count, uint32_t per_fuel, Pay when) {
  const RuntimeOptions& options = ctx->store->store->engine().options();
  if (!options.fuel || options.fuel_eager_bulk != (when == Pay::at_start)) return TrapCode::none;
  return take(ctx, count / per_fuel);
}

TrapCode pay_for_growth(VMContext* ctx, uint64_t count, uint32_t per_fuel, bool done) {
  const RuntimeOptions& options = ctx->store->store->engine().options();
  if (!options.fuel) return TrapCode::none;
  const uint64_t units = count / per_fuel;
  if (!done && !options.fuel_eager_bulk)
    return units > ctx->store->store->fuel() ? out_of_fuel(ctx) : TrapCode::none;
  return done == options.fuel_eager_bulk ? TrapCode::none : take(ctx, units);
}

}  // namespace weft::runtime::fuel
