#include "runtime/builtins.hpp"

#include <algorithm>
#include <cstring>

#include "base/bits.hpp"
#include "runtime/fuel.hpp"
#include "runtime/out_of_memory.hpp"
#include "runtime/parking_lot.hpp"
#include "runtime/store.hpp"

namespace weft::runtime::builtins {

namespace {

Store& store_of(VMContext* ctx) { return *ctx->store->store; }

[[gnu::noinline, gnu::cold]] TrapCode memory_trap(VMContext* ctx, uint64_t address, uint64_t size) {
  ctx->store->trap = {TrapCode::memory_out_of_bounds, address, size};
  return TrapCode::memory_out_of_bounds;
}

}  // namespace

// Bulk operations pay at their start or when they are sure to succeed (runtime/fuel.hpp).
#define WEFT_PAY(count, per_fuel, when)                                            \
  if (const TrapCode weft_paid = fuel::pay(ctx, count, per_fuel, fuel::Pay::when); \
      weft_paid != TrapCode::none)                                                 \
  return weft_paid

TrapCode segment_values(VMContext* ctx, uint32_t segment, std::span<const Cell>& out) {
  return guard_memory(store_of(ctx), [&] {
    out = ctx->instance->elem(segment);
    return TrapCode::none;
  });
}

namespace {

/// Memory that runs out on the way is a growth that is refused.
template <class Grow>
std::optional<uint64_t> grow_or_refuse(Grow&& grow) {
  try {
    return grow();
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}

}  // namespace

TrapCode memory_grow(VMContext* ctx, uint32_t memory, uint64_t delta_pages, uint64_t& result) {
  Memory& m = Memory::from(ctx->memories[memory]);
  const uint64_t bytes = saturating_mul(delta_pages, uint64_t{1} << m.type().page_log2);
  TrapCode trap = fuel::pay_for_growth(ctx, bytes, fuel::kBytesPerFuel, false);
  if (trap != TrapCode::none) return trap;
  const auto old = grow_or_refuse([&] { return m.grow(delta_pages, trap); });
  result = old.value_or(~uint64_t{0});
  if (old) return fuel::pay_for_growth(ctx, bytes, fuel::kBytesPerFuel, true);
  return trap;
}

TrapCode memory_init(VMContext* ctx, uint32_t memory, uint32_t segment, uint64_t dst, uint64_t src,
                     uint64_t len) {
  WEFT_PAY(len, fuel::kBytesPerFuel, at_start);
  const VMMemory& m = *ctx->memories[memory];
  const auto data = ctx->instance->data(segment);
  if (!in_bounds<uint64_t>(src, len, data.size())) return memory_trap(ctx, src, data.size());
  if (!in_bounds<uint64_t>(dst, len, length_of(m))) return memory_trap(ctx, dst, length_of(m));
  WEFT_PAY(len, fuel::kBytesPerFuel, checked);
  if (len != 0) std::memcpy(m.base + dst, data.data() + src, len);
  return TrapCode::none;
}

TrapCode memory_copy(VMContext* ctx, uint32_t dst_memory, uint32_t src_memory, uint64_t dst,
                     uint64_t src, uint64_t len) {
  WEFT_PAY(len, fuel::kBytesPerFuel, at_start);
  const VMMemory& to = *ctx->memories[dst_memory];
  const VMMemory& from = *ctx->memories[src_memory];
  if (!in_bounds<uint64_t>(src, len, length_of(from)))
    return memory_trap(ctx, src, length_of(from));
  if (!in_bounds<uint64_t>(dst, len, length_of(to))) return memory_trap(ctx, dst, length_of(to));
  WEFT_PAY(len, fuel::kBytesPerFuel, checked);
  if (len != 0) std::memmove(to.base + dst, from.base + src, len);
  return TrapCode::none;
}

TrapCode memory_fill(VMContext* ctx, uint32_t memory, uint64_t dst, uint32_t value, uint64_t len) {
  WEFT_PAY(len, fuel::kBytesPerFuel, at_start);
  const VMMemory& m = *ctx->memories[memory];
  if (!in_bounds<uint64_t>(dst, len, length_of(m))) return memory_trap(ctx, dst, length_of(m));
  WEFT_PAY(len, fuel::kBytesPerFuel, checked);
  if (len != 0) std::memset(m.base + dst, static_cast<int>(value & 0xff), len);
  return TrapCode::none;
}

TrapCode atomic_wait(VMContext* ctx, const AtomicWait& wait, const void* ip, uint32_t& result) {
  Store& store = store_of(ctx);
  const auto equal = [&wait] {
    // SAFETY: the caller has checked bounds and alignment.
    if (wait.bytes == 4) {
      return __atomic_load_n(reinterpret_cast<const uint32_t*>(wait.address), __ATOMIC_SEQ_CST) ==
             static_cast<uint32_t>(wait.expected);
    }
    return __atomic_load_n(reinterpret_cast<const uint64_t*>(wait.address), __ATOMIC_SEQ_CST) ==
           wait.expected;
  };
  const auto poll = [ctx, ip] {
    // SAFETY: relaxed, as in guest code.
    const bool due = ctx->store->epoch->load(std::memory_order_relaxed) >=
                     __atomic_load_n(&ctx->store->epoch_deadline, __ATOMIC_RELAXED);
    return due ? epoch_expired(ctx, VMResume::Kind::restart, ip) : TrapCode::none;
  };
  constexpr int64_t kPollNs = 2'000'000;  // how late an interruption may be
  const bool interruptible = store.engine().options().epochs;
  WaitOutcome outcome = WaitOutcome::timed_out;
  const TrapCode trap =
      park({wait.address, wait.timeout_ns, interruptible ? kPollNs : 0}, equal, poll, outcome);
  result = static_cast<uint32_t>(outcome);
  return trap;
}

void data_drop(VMContext* ctx, uint32_t segment) { ctx->instance->drop_data(segment); }

TrapCode table_get(VMContext* ctx, uint32_t table, uint64_t index, Cell& out) {
  Table& t = Table::from(ctx->tables[table]);
  if (index >= t.length) return TrapCode::table_out_of_bounds;
  out = t.at(index);
  return TrapCode::none;
}

TrapCode table_set(VMContext* ctx, uint32_t table, uint64_t index, Cell value) {
  Table& t = Table::from(ctx->tables[table]);
  if (index >= t.length) return TrapCode::table_out_of_bounds;
  t.settle();
  t.base[index] = value;
  return TrapCode::none;
}

TrapCode table_grow(VMContext* ctx, uint32_t table, Cell init, uint64_t delta, uint64_t& result) {
  TrapCode trap = fuel::pay_for_growth(ctx, delta, fuel::kElementsPerFuel, false);
  if (trap != TrapCode::none) return trap;
  const auto old =
      grow_or_refuse([&] { return Table::from(ctx->tables[table]).grow(delta, init, trap); });
  result = old.value_or(~uint64_t{0});
  if (old) return fuel::pay_for_growth(ctx, delta, fuel::kElementsPerFuel, true);
  return trap;
}

TrapCode table_fill(VMContext* ctx, uint32_t table, uint64_t index, Cell value, uint64_t len) {
  WEFT_PAY(len, fuel::kElementsPerFuel, at_start);
  Table& t = Table::from(ctx->tables[table]);
  if (!in_bounds<uint64_t>(index, len, t.length)) return TrapCode::table_out_of_bounds;
  WEFT_PAY(len, fuel::kElementsPerFuel, checked);
  t.settle();
  std::fill_n(t.base + index, len, value);
  return TrapCode::none;
}

TrapCode table_copy(VMContext* ctx, uint32_t dst_table, uint32_t src_table, uint64_t dst,
                    uint64_t src, uint64_t len) {
  WEFT_PAY(len, fuel::kElementsPerFuel, at_start);
  Table& to = Table::from(ctx->tables[dst_table]);
  Table& from = Table::from(ctx->tables[src_table]);
  if (!in_bounds<uint64_t>(src, len, from.length) || !in_bounds<uint64_t>(dst, len, to.length)) {
    return TrapCode::table_out_of_bounds;
  }
  WEFT_PAY(len, fuel::kElementsPerFuel, checked);
  to.settle();
  from.settle();
  if (len != 0) std::memmove(to.base + dst, from.base + src, len * sizeof(Cell));
  return TrapCode::none;
}

TrapCode table_init(VMContext* ctx, uint32_t table, uint32_t segment, uint64_t dst, uint64_t src,
                    uint64_t len) {
  WEFT_PAY(len, fuel::kElementsPerFuel, at_start);
  std::span<const Cell> items;
  if (const TrapCode trap = segment_values(ctx, segment, items); trap != TrapCode::none)
    return trap;
  Table& t = Table::from(ctx->tables[table]);
  if (!in_bounds<uint64_t>(src, len, items.size()) || !in_bounds<uint64_t>(dst, len, t.length)) {
    return TrapCode::table_out_of_bounds;
  }
  WEFT_PAY(len, fuel::kElementsPerFuel, checked);
  t.settle();
  std::copy_n(items.begin() + static_cast<ptrdiff_t>(src), len, t.base + dst);
  return TrapCode::none;
}

void elem_drop(VMContext* ctx, uint32_t segment) { ctx->instance->drop_elem(segment); }

VMFuncRef* ref_func(VMContext* ctx, uint32_t func) {
  return ctx->instance->func_ref(FuncIdx(func));
}

TrapCode check_signature(VMContext* ctx, const VMFuncRef* callee, TypeId expected) {
  const bool fits = store_of(ctx).engine().types().is_sub(callee->type, expected);
  return fits ? TrapCode::none : TrapCode::indirect_call_type_mismatch;
}

TrapCode epoch_expired(VMContext* ctx, VMResume::Kind kind, const void* ip) {
  Store& store = store_of(ctx);
  VMResume& resume = ctx->store->resume;
  resume = {};
  Interruption asked = store.take_interruption();
  if (asked == Interruption::none) {
    if (!store.epoch_due()) {  // a request that was taken back
      store.restore_epoch_deadline();
      return TrapCode::none;
    }
    EpochAnswer answer;
    const TrapCode failed = guard_memory(store, [&] {
      if (store.on_epoch) answer = store.on_epoch(store);
      return TrapCode::none;
    });
    if (failed != TrapCode::none) return failed;
    if (!answer.trap) {
      store.set_epoch_deadline(answer.extend_by);
      return TrapCode::none;
    }
    if (answer.suspend) asked = Interruption::suspend;
  }
  resume = {};  // what the callback called may have written there
  if (asked == Interruption::suspend) {
    resume.kind = kind;
    resume.ip = ip;
  }
  return TrapCode::interrupt;
}

bool can_resume_host_error(VMContext* ctx) {
  const PendingTrap& pending = store_of(ctx).pending();
  return !pending.carried && pending.host.kind == HostOutcome::Kind::error && !pending.host.final;
}

bool suspend_host_wait(VMContext* ctx) {
  Store& store = store_of(ctx);
  if (store.pending().carried) return false;  // a guest call inside the host function ended so
  const Interruption asked = store.take_interruption();
  if (asked != Interruption::none) return asked == Interruption::suspend;
  if (!store.on_epoch) return false;
  const EpochAnswer answer = store.on_epoch(store);
  return answer.trap ? answer.suspend : false;
}

}  // namespace weft::runtime::builtins
